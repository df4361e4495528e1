// The benchmarks' question (see Answers in examples/tenants/synth) as SQL, on one
// thread of DuckDB, which reads the named columns only.
import { DuckDBInstance } from "@duckdb/node-api";
import { folder, report } from "./report.mjs";

const dir = folder().replaceAll("'", "''");
const started = performance.now();
const db = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await db.connect();

// records makes one row, named r, of every record in the pages of a data set.
const records = (pages, fields, more = "") => `
  (SELECT unnest(value) AS r, filename FROM read_json('${dir}/${pages}', filename = true, union_by_name = false,
     maximum_object_size = 268435456, columns = {value: 'STRUCT(${fields})[]'}${more}))`;

const [row] = (
  await connection.runAndReadAll(`
WITH RECURSIVE
users AS (SELECT lower(r.id) AS id FROM ${records("users*.json", "id VARCHAR, accountEnabled BOOLEAN")} WHERE r.accountEnabled),
member AS (SELECT lower(r.id) AS id, lower(regexp_extract(filename, 'groups/([^/]+)/members', 1)) AS grp
  FROM ${records("groups/*/members*.json", "id VARCHAR")}),
grouped(id, grp) AS (SELECT id, grp FROM member UNION SELECT g.id, m.grp FROM grouped g JOIN member m ON m.id = g.grp),
held AS (SELECT lower(r.principalId) AS id, lower(r.roleDefinitionId) AS role FROM (
    SELECT r FROM ${records("roleManagement/directory/roleAssignments*.json", "principalId VARCHAR, roleDefinitionId VARCHAR")} WHERE NOT contains(filename, 'Schedule')
    UNION ALL
    SELECT r FROM ${records("roleManagement/directory/roleEligibilityScheduleInstances*.json", "principalId VARCHAR, roleDefinitionId VARCHAR")})),
privileged AS (SELECT DISTINCT id, role FROM (
    SELECT id, role FROM held UNION ALL SELECT g.id, h.role FROM grouped g JOIN held h ON h.id = g.grp) WHERE id IN (FROM users)),
policy AS (SELECT r.id AS id, r.conditions.users AS users
  FROM ${records(
    "identity/conditionalAccess/policies*.json",
    `id VARCHAR, state VARCHAR,
     conditions STRUCT(clientAppTypes VARCHAR[], signInRiskLevels VARCHAR[], userRiskLevels VARCHAR[], platforms JSON, locations JSON, devices JSON,
       authenticationFlows JSON, applications STRUCT(includeApplications VARCHAR[]),
       users STRUCT(includeUsers VARCHAR[], excludeUsers VARCHAR[], includeGroups VARCHAR[], excludeGroups VARCHAR[], includeRoles VARCHAR[], excludeRoles VARCHAR[])),
     grantControls STRUCT(builtInControls VARCHAR[], authenticationStrength JSON)`)}
  WHERE r.state = 'enabled' AND list_contains(r.conditions.applications.includeApplications, 'All') AND list_contains(r.conditions.clientAppTypes, 'all')
    AND len(r.conditions.signInRiskLevels) = 0 AND len(r.conditions.userRiskLevels) = 0
    AND coalesce(r.conditions.platforms, 'null') = 'null' AND coalesce(r.conditions.locations, 'null') = 'null'
    AND coalesce(r.conditions.devices, 'null') = 'null' AND coalesce(r.conditions.authenticationFlows, 'null') = 'null'
    AND (r.grantControls.builtInControls = ['mfa']
      OR len(r.grantControls.builtInControls) = 0 AND coalesce(r.grantControls.authenticationStrength, 'null') <> 'null')),
subject AS (SELECT p.id, list(p.role) AS roles, coalesce(any_value(g.groups), []) AS groups
  FROM privileged p LEFT JOIN (SELECT id, list(grp) AS groups FROM grouped WHERE id IN (SELECT id FROM privileged) GROUP BY id) g ON g.id = p.id GROUP BY p.id),
uncovered AS (SELECT s.id FROM subject s WHERE NOT EXISTS (SELECT 1 FROM policy p
  WHERE (list_contains(p.users.includeUsers, 'All') OR list_contains(p.users.includeUsers, s.id)
      OR list_has_any(p.users.includeGroups, s.groups) OR list_has_any(p.users.includeRoles, s.roles))
    AND NOT (list_contains(p.users.excludeUsers, s.id) OR list_has_any(p.users.excludeGroups, s.groups) OR list_has_any(p.users.excludeRoles, s.roles)))),
signin AS (SELECT r FROM ${records(
    "auditLogs/signIns*.json",
    `userId VARCHAR, status STRUCT(errorCode INTEGER), appliedConditionalAccessPolicies STRUCT(result VARCHAR, enforcedGrantControls VARCHAR[])[]`)}
  WHERE r.status.errorCode = 0 AND lower(r.userId) IN (FROM uncovered)
    AND len(list_filter(r.appliedConditionalAccessPolicies, p -> p.result = 'success' AND list_contains(p.enforcedGrantControls, 'Mfa'))) = 0)
SELECT (SELECT count(*) FROM subject)::INTEGER, (SELECT count(*) FROM uncovered)::INTEGER, (SELECT count(*) FROM signin)::INTEGER`)
).getRows();
const [privileged, uncovered, singleFactor] = row;
report(started, { privileged, uncovered, singleFactor });
