-- Names the columns of each kind of row. Run it before a query, with the path of the
-- results in the variable fleet:
--   duckdb -c "SET VARIABLE fleet = 'fleet.jsonl'" -c ".read queries/views.sql" -c ".read queries/worst-tenants.sql"
-- Every column is named here, so that a file without some kind of row works too.
CREATE OR REPLACE TEMP VIEW fleet AS SELECT * FROM read_json(getvariable('fleet'), format = 'newline_delimited', maximum_object_size = 16777216, columns = {
  'kind': 'VARCHAR', 'bundle': 'VARCHAR', 'tenantId': 'VARCHAR', 'tenantName': 'VARCHAR',
  -- tenant
  'error': 'VARCHAR', 'asOf': 'TIMESTAMP', 'engine': 'VARCHAR', 'catalogue': 'VARCHAR', 'digest': 'VARCHAR',
  'score': 'BIGINT', 'band': 'VARCHAR', 'provisional': 'BOOLEAN', 'coverage': 'DOUBLE', 'weakestPillar': 'VARCHAR', 'maturity': 'BIGINT',
  'foundationLevel': 'BIGINT', 'foundationAtMost': 'BIGINT', 'controlLevel': 'BIGINT', 'controlAtMost': 'BIGINT', 'isolationLevel': 'BIGINT', 'isolationAtMost': 'BIGINT',
  'operationsLevel': 'BIGINT', 'operationsAtMost': 'BIGINT', 'validationLevel': 'BIGINT', 'validationAtMost': 'BIGINT',
  'pass': 'BIGINT', 'partial': 'BIGINT', 'fail': 'BIGINT', 'notApplicable': 'BIGINT', 'unknown': 'BIGINT', 'notAttested': 'BIGINT', 'attestationExpired': 'BIGINT',
  'globalAdministratorUnmanaged': 'VARCHAR', 'globalAdministratorUnmanagedHolders': 'BIGINT', 'waysIntoTier0': 'BIGINT', 'possibleWaysIntoTier0': 'BIGINT', 'path': 'VARCHAR',
  -- input, finding, need
  'dataset': 'VARCHAR', 'status': 'VARCHAR', 'count': 'BIGINT', 'reason': 'VARCHAR', 'detail': 'VARCHAR', 'permission': 'VARCHAR',
  'control': 'VARCHAR', 'title': 'VARCHAR', 'pillar': 'VARCHAR', 'level': 'BIGINT', 'gate': 'BOOLEAN', 'severity': 'VARCHAR', 'confidence': 'VARCHAR',
  'summary': 'VARCHAR', 'remedy': 'VARCHAR', 'openObjects': 'BIGINT', 'acceptedUntil': 'DATE',
  -- reach
  'principalKind': 'VARCHAR', 'principalId': 'VARCHAR', 'principalName': 'VARCHAR', 'roleId': 'VARCHAR', 'roleName': 'VARCHAR', 'tier': 'BIGINT',
  'holding': 'VARCHAR', 'breakGlass': 'BOOLEAN', 'via': 'VARCHAR', 'scope': 'VARCHAR', 'notKnown': 'VARCHAR',
  'useUnmanagedUntrusted': 'VARCHAR', 'activateUnmanagedUntrusted': 'VARCHAR', 'useUnmanagedTrusted': 'VARCHAR', 'activateUnmanagedTrusted': 'VARCHAR',
  'useRegisteredUntrusted': 'VARCHAR', 'activateRegisteredUntrusted': 'VARCHAR', 'useRegisteredTrusted': 'VARCHAR', 'activateRegisteredTrusted': 'VARCHAR',
  'useHybridUntrusted': 'VARCHAR', 'activateHybridUntrusted': 'VARCHAR', 'useHybridTrusted': 'VARCHAR', 'activateHybridTrusted': 'VARCHAR',
  'useCompliantUntrusted': 'VARCHAR', 'activateCompliantUntrusted': 'VARCHAR', 'useCompliantTrusted': 'VARCHAR', 'activateCompliantTrusted': 'VARCHAR',
  'usePawUntrusted': 'VARCHAR', 'activatePawUntrusted': 'VARCHAR', 'usePawTrusted': 'VARCHAR', 'activatePawTrusted': 'VARCHAR',
  'attackerStolenPassword': 'VARCHAR', 'attackerPhishedSession': 'VARCHAR', 'attackerActiveSession': 'VARCHAR', 'attackerUserDevice': 'VARCHAR', 'attackerPaw': 'VARCHAR',
  -- drift
  'what': 'VARCHAR', 'subject': 'VARCHAR', 'before': 'VARCHAR', 'after': 'VARCHAR', 'move': 'VARCHAR'
});
CREATE OR REPLACE TEMP VIEW tenants AS SELECT * FROM fleet WHERE kind = 'tenant';
CREATE OR REPLACE TEMP VIEW inputs AS SELECT * FROM fleet WHERE kind = 'input';
CREATE OR REPLACE TEMP VIEW findings AS SELECT * FROM fleet WHERE kind = 'finding';
CREATE OR REPLACE TEMP VIEW needs AS SELECT * FROM fleet WHERE kind = 'need';
CREATE OR REPLACE TEMP VIEW reach AS SELECT * FROM fleet WHERE kind = 'reach';
CREATE OR REPLACE TEMP VIEW drift AS SELECT * FROM fleet WHERE kind = 'drift';
