// A hand-written assessment with every part that the page can show, the reach
// matrix among them. It is a document to look at, not the result of a run.

/** HOSTILE is a display name that must stay text. */
export const HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\u202Etxt.exe';

const docs = (path) => `https://learn.microsoft.com/${path}`;

const finding = (control, title, status, severity, level, gate, more = {}) => ({
  control,
  pillar: { FND: 'foundation', CTL: 'control', ISO: 'isolation', OPS: 'operations', VAL: 'validation' }[control.slice(0, 3)],
  title,
  status,
  confidence: control.startsWith('OPS-0') && status.includes('ttest') ? 'attested' : 'decided',
  severity,
  level,
  gate,
  summary: '',
  subjects: [],
  remediation: { summary: `Settle ${control}.` },
  references: {},
  ...more,
});

const admins = ['Ana Silva (admin)', 'Ben Okafor (admin)', HOSTILE, 'Dora Lindqvist (admin)', 'Émile Tremblay (admin)', 'Fatima Noor (admin)'];
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const subjects = (status, detail) =>
  admins.map((name, i) => ({
    kind: 'user',
    id: id(i + 1),
    name,
    status: i % 3 === 2 ? 'pass' : status,
    detail: i % 3 === 2 ? '' : detail,
    evidence: [
      { dataset: 'users', pointer: `/value/${i}/onPremisesSyncEnabled`, value: i % 3 === 2 ? null : true },
      { dataset: 'roleManagement/directory/roleAssignmentScheduleInstances', pointer: `/value/${i}`, value: { principalId: id(i + 1), assignmentType: 'Assigned', endDateTime: null } },
    ],
  }));

const findings = [
  finding('FND-01', 'Every privileged assignment resolves to a known identity', 'pass', 'high', 2, true, { summary: '31 assignments, every principal is known.' }),
  finding('FND-05', 'Cloud-only admins', 'fail', 'critical', 3, true, {
    summary: '4 of 6 Tier 0 admins are synchronised from on-premises: whoever controls the directory there controls them.',
    subjects: subjects('fail', 'The account is synchronised from on-premises.'),
    remediation: {
      summary: 'Create cloud-only admin accounts on the initial domain, move the role assignments to them, and remove the synchronised accounts from every privileged role.',
      portal: 'https://entra.microsoft.com/#view/Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade',
      graph: 'POST https://graph.microsoft.com/v1.0/users\n{\n  "accountEnabled": true,\n  "displayName": "Ana Silva (admin)",\n  "userPrincipalName": "adm-ana@contoso.onmicrosoft.com"\n}',
      powershell: "New-MgUser -DisplayName 'Ana Silva (admin)' -UserPrincipalName 'adm-ana@contoso.onmicrosoft.com' -AccountEnabled",
    },
    references: { scuba: ['MS.AAD.7.3v1'], cis: ['1.1.1'], nist80053: ['AC-6(5)'], iso27001: ['A.8.2'], attack: ['T1556.007'], docs: [docs('entra/identity/role-based-access-control/best-practices')] },
  }),
  finding('FND-07', 'No guest or external account holds Tier 0', 'pass', 'high', 3, true, { summary: 'No guest among 6 holders.' }),
  finding('FND-09', 'Stale admins are removed', 'unknown', 'high', 3, true, { reason: 'permissionDenied', remedy: 'users: signInActivity is not in the export (AuditLog.Read.All)', needs: [{ dataset: 'users', reason: 'permissionDenied', detail: 'signInActivity is not in the export', permission: 'AuditLog.Read.All' }] }),
  finding('FND-10', 'No disabled account keeps a role', 'partial', 'medium', 2, false, { summary: '1 of 6 holders is disabled.', waived: { reason: 'Parental leave, returns in March.', owner: 'Head of IT', expires: '2027-03-01' } }),
  finding('FND-16', 'Number of Global Administrators', 'partial', 'high', 3, false, { summary: '6 principals reach Global Administrator; 2 to 4 is the aim.' }),
  finding('FND-18', 'Workload identities hold no Tier 0 role', 'pass', 'high', 3, false),
  finding('FND-19', 'No application permission equals Tier 0', 'fail', 'high', 3, true, { summary: '2 applications hold RoleManagement.ReadWrite.Directory.' }),
  finding('CTL-01', 'No standing Tier 0 access', 'pass', 'critical', 3, true, { summary: 'No permanent assignment outside the break-glass accounts.' }),
  finding('CTL-02', 'PIM is in use', 'pass', 'high', 2, true),
  finding('CTL-03', 'Nothing is assigned outside PIM', 'pass', 'high', 3, true),
  finding('CTL-05', 'Approval for Global and Privileged Role Administrator', 'pass', 'high', 3, true),
  finding('CTL-07', 'Justification is required', 'pass', 'medium', 3, false),
  finding('CTL-08', 'MFA or an authentication context at activation', 'pass', 'high', 2, true),
  finding('CTL-10', 'The activation window is short', 'partial', 'medium', 3, false, { summary: '3 roles allow eight hours.' }),
  finding('CTL-11', 'Phishing-resistant MFA on every Tier 0 use', 'fail', 'critical', 4, true, { summary: 'Six ways to use a Tier 0 role with a second factor that can be phished.' }),
  finding('CTL-12', 'Admins have registered phishing-resistant methods', 'unknown', 'high', 3, false, { reason: 'notCollected', remedy: 'add reports/authenticationMethods/userRegistrationDetails', needs: [{ dataset: 'reports/authenticationMethods/userRegistrationDetails', reason: 'notCollected', permission: 'AuditLog.Read.All' }] }),
  finding('CTL-15', 'Short admin sessions that do not persist', 'fail', 'medium', 4, false),
  finding('CTL-16', 'No admin is excluded from admin policies', 'fail', 'high', 4, true, { summary: 'The group “CA exclusions” lets 3 admins past two policies.' }),
  finding('ISO-01', 'No Tier 0 role is usable from an unmanaged device', 'fail', 'critical', 4, true, { summary: 'Global Administrator is usable from any device that names itself Linux.', references: { attack: ['T1078.004'], nist80053: ['AC-20', 'IA-3'] } }),
  finding('ISO-02', 'No Tier 0 role can be activated from an unmanaged device', 'fail', 'critical', 4, true),
  finding('ISO-07', 'A privileged access workstation estate exists', 'fail', 'high', 3, true, { summary: 'No device carries the PAW marker.' }),
  finding('ISO-10', 'Unassigned devices are not compliant', 'unknown', 'high', 3, true, { reason: 'permissionDenied', remedy: 'add deviceManagement/settings', needs: [{ dataset: 'deviceManagement/settings', reason: 'permissionDenied', permission: 'DeviceManagementConfiguration.Read.All' }] }),
  finding('ISO-17', 'Admin named locations are narrow', 'notApplicable', 'medium', 3, false, { summary: 'No policy for admins uses a location.' }),
  finding('ISO-25', 'Some device control touches admins', 'fail', 'high', 2, true, { summary: 'No enabled policy asks an admin for a device.' }),
  finding('OPS-01', 'Two or more break-glass accounts exist', 'pass', 'critical', 2, true),
  finding('OPS-02', 'Break-glass accounts are cloud-only', 'pass', 'high', 3, true),
  finding('OPS-04', 'Break-glass accounts work when Conditional Access fails', 'partial', 'critical', 3, true, { summary: 'One policy does not exclude one of them.' }),
  finding('OPS-05', 'Break glass uses a phishing-resistant credential', 'pass', 'high', 3, true),
  finding('OPS-07', 'Break-glass credentials are offline and split', 'notAttested', 'high', 3, true, { reason: 'notAttested' }),
  finding('OPS-09', 'Break glass is tested each quarter', 'attestationExpired', 'high', 4, true, { reason: 'attestationExpired', summary: 'The last drill was stated for 2026-05-01.' }),
  finding('VAL-01', 'The unified audit log is on', 'unknown', 'high', 2, true, { reason: 'notCollected', remedy: 'add imports/exo/adminAuditLogConfig', needs: [{ dataset: 'imports/exo/adminAuditLogConfig', reason: 'notCollected' }] }),
  finding('VAL-04', 'Alert on Tier 0 assignment', 'partial', 'high', 3, true),
  finding('VAL-05', 'Alert on Global Administrator activation', 'fail', 'high', 3, true),
  finding('VAL-14', 'A privileged access review was held', 'notAttested', 'medium', 3, true, { reason: 'notAttested' }),
  finding('VAL-16', 'Reproducible evidence pack', 'pass', 'medium', 4, false),
];

const PLACES = ['unmanaged', 'registered', 'hybrid', 'compliant', 'paw'].flatMap((device) => ['untrusted', 'trusted'].map((network) => ({ device, network })));

const holder = (n, role, holding, verdict, activation, more = {}) => ({
  principal: { kind: 'user', id: id(n + 1), name: admins[n] },
  role,
  holding,
  via: [],
  scope: '/',
  from: PLACES.map((p) => ({ ...p, verdict: verdict(p), activation: holding === 'standing' ? 'notApplicable' : activation(p) })),
  attackers: { stolenPassword: 'blocked', phishedSession: verdict(PLACES[0]), userDevice: 'reaches', activeSession: 'reaches', paw: 'reaches' },
  weakest: [
    {
      requires: ['password', 'mfa'],
      context: { device: 'unmanaged', network: 'untrusted', clientApp: 'browser', platform: 'linux', flow: 'none', resource: 'Microsoft Graph' },
      because: [
        { policy: id(901), name: 'Admins: require compliant device', why: 'platform linux is not among its platforms' },
        { policy: id(902), name: 'Block countries', why: 'report-only' },
      ],
      explanation: 'A browser that names itself Linux meets only the policy for MFA.',
    },
  ],
  ...more,
});

const GA = { id: '62e90394-69f5-4237-9190-012177145e10', name: 'Global Administrator', tier: 0 };
const PRA = { id: 'e8611ab8-c189-46e8-94e1-60213ab1f814', name: 'Privileged Role Administrator', tier: 0 };
const EXO = { id: '29232cdf-9323-42fd-ade2-1d097af3e4de', name: 'Exchange Administrator', tier: 1 };
const always = (v) => () => v;
const onlyManaged = (p) => (['compliant', 'paw'].includes(p.device) ? 'reaches' : p.device === 'hybrid' ? 'unknown' : 'blocked');

const reach = [
  holder(0, GA, 'eligible', always('reaches'), onlyManaged),
  holder(2, GA, 'eligible', always('reaches'), always('reaches'), { via: [id(77)] }),
  holder(1, PRA, 'eligible', onlyManaged, onlyManaged),
  holder(3, PRA, 'standing', onlyManaged, onlyManaged),
  holder(4, EXO, 'eligible', (p) => (p.device === 'paw' ? 'blocked' : p.network === 'trusted' ? 'reaches' : 'unknown'), always('unknown')),
];

const dataset = (name, status, count = 0, reason) => ({ name, status, count, ...(reason && { reason }) });

/** fixture is the document; without reach it is what the first engine writes. */
export function fixture({ withReach = true } = {}) {
  return {
    schemaVersion: '1',
    tenant: { id: id(999), displayName: 'Contoso Fixture' },
    asOf: '2026-11-20T09:00:00Z',
    engine: { version: '0.1.0', catalogue: '40 controls' },
    inputs: {
      digest: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      datasets: [
        dataset('identity/conditionalAccess/policies', 'complete', 14),
        dataset('users', 'complete', 214),
        dataset('roleManagement/directory/roleAssignmentScheduleInstances', 'complete', 31),
        dataset('auditLogs/signIns', 'partial', 5000, 'truncated'),
        dataset('reports/authenticationMethods/userRegistrationDetails', 'missing', undefined, 'notCollected'),
        dataset('deviceManagement/settings', 'missing', undefined, 'permissionDenied'),
        dataset('imports/exo/adminAuditLogConfig', 'missing', undefined, 'notCollected'),
      ],
    },
    coverage: 80.6,
    headline: { weakestPillar: 'isolation', maturity: 1, score: 54, band: 'Poor', provisional: false, caps: ['ISO-01', 'CTL-11'] },
    pillars: [
      { id: 'foundation', maturity: { confirmed: 2, potential: 2 }, basis: 'decided', next: { level: 3, missing: ['FND-05', 'FND-09', 'FND-19'] } },
      { id: 'control', maturity: { confirmed: 3, potential: 3 }, basis: 'decided', next: { level: 4, missing: ['CTL-11', 'CTL-16'] } },
      { id: 'isolation', maturity: { confirmed: 1, potential: 1 }, basis: 'decided', next: { level: 2, missing: ['ISO-25'] } },
      { id: 'operations', maturity: { confirmed: 2, potential: 4 }, basis: 'attested', next: { level: 3, missing: ['OPS-04', 'OPS-07'] } },
      { id: 'validation', maturity: { confirmed: 1, potential: 2 }, basis: 'decided', next: { level: 2, missing: ['VAL-01'] } },
    ],
    domains: [
      { id: 'identity', percent: 61 },
      { id: 'authentication', percent: 48 },
      { id: 'privilege', percent: 88 },
      { id: 'execution', percent: 12 },
      { id: 'capability', percent: 64 },
      { id: 'validation', percent: 41 },
    ],
    findings,
    ...(withReach && { reach }),
  };
}
