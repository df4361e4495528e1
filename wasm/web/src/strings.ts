// Every word that the page itself says. Catalogue text comes from the engine,
// tenant text from the export; neither is here.
import type { Device, Network, Severity, Status, Verdict } from './model.ts';

const n = new Intl.NumberFormat('en');
const plural = (count: number, one: string, many: string): string => `${n.format(count)} ${count === 1 ? one : many}`;

const LEVELS = ['', 'Initial', 'Developing', 'Defined', 'Managed', 'Optimised'];

export const t = {
  product: 'Privileged Path',
  number: (v: number) => n.format(v),
  bytes: (v: number) =>
    v < 1024 ? `${v} B` : v < 1024 ** 2 ? `${(v / 1024).toFixed(1)} KB` : v < 1024 ** 3 ? `${(v / 1024 ** 2).toFixed(1)} MB` : `${(v / 1024 ** 3).toFixed(2)} GB`,
  date: (iso: string) => {
    const d = new Date(iso);
    return Number.isNaN(d.getTime())
      ? iso
      : `${new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(d)} UTC`;
  },

  skip: 'Skip to content',
  theme: { label: 'Colour theme', system: 'System', light: 'Light', dark: 'Dark' },

  start: {
    title: 'Who can reach your privileged roles?',
    lead: [
      'Privileged Path reads an export of your Microsoft Entra tenant and shows who can use or activate a privileged role, from which device and network, and what stops them.',
      'It proves what it says from your own data, and where the data is silent it says so.',
    ],
    drop: 'Drop an export here',
    dropHint: 'A zip, a folder, JSON files, or an assessment that you saved. You can also paste.',
    dropNow: 'Let go to assess',
    files: 'Choose files',
    folder: 'Choose a folder',
    paste: 'Paste JSON',
    pasteTitle: 'Paste a Graph response or a saved assessment',
    pasteLabel: 'JSON text',
    pasteGo: 'Assess this text',
    samples: 'No export at hand? Try a made-up tenant',
    how: 'How to make an export',
    howText: [
      'An export is a folder or a zip of Microsoft Graph responses, each saved at the path that it came from.',
      'Save the answer of GET /v1.0/identity/conditionalAccess/policies as identity/conditionalAccess/policies.json, and so on. Start with policies and roles; add what the result asks for.',
    ],
  },
  samples: {
    'pim-only': { title: 'PIM only', text: 'Every role is eligible, approved and short. Nobody asks from where.' },
    middling: { title: 'Half way', text: 'Device rules for admins, with holes in them.' },
    mature: { title: 'Mature', text: 'Privileged access workstations, tested and watched.' },
  } as Record<string, { title: string; text: string }>,

  privacy: {
    title: 'Your data stays in this tab',
    single:
      'No code in this page sends data; the browser is told to refuse connections (CSP). Verify: watch the Network tab, go offline, or run this file with no network.',
    hosted:
      'No code in this page sends data; the browser is told to refuse connections to any place but this site, which the program is loaded from (CSP). Verify: watch the Network tab, go offline, or run the downloaded file with no network.',
    store: 'Nothing of your tenant is stored. Closing the tab forgets it.',
    download: 'Download this page for offline use',
    digest: 'SHA-256',
  },
  footer: {
    credit: 'Based on the Privileged Path Framework by Andy Kemp.',
    label: 'Scores are derived from data. They are not the author’s Quick Assessment.',
  },

  work: {
    title: 'Assessing',
    stages: [
      { id: 'load', title: 'Start the engine' },
      { id: 'recognise', title: 'Recognise files' },
      { id: 'read', title: 'Read records' },
      { id: 'evaluate', title: 'Evaluate controls' },
      { id: 'score', title: 'Score and report' },
    ],
    stageState: { waiting: 'waiting', running: 'running', done: 'done' },
    cancel: 'Cancel',
    cancelled: 'Cancelled. Nothing was kept.',
    progress: (done: number, total: number) => (total > 0 ? `${n.format(done)} of ${n.format(total)}` : n.format(done)),
    progressBytes: (done: string, total: string) => `${done} of ${total}`,
    files: (count: number) => `What each of the ${plural(count, 'file', 'files')} was taken for`,
    filesNone: 'No file has been looked at yet.',
    file: 'File',
    takenFor: 'Taken for',
    kind: { manifest: 'Manifest', declarations: 'Declarations', ignored: 'Ignored', records: 'Records' } as Record<string, string>,
    state: { complete: 'Read', partial: 'Read in part', malformed: 'Cannot be read', ignored: 'Ignored' } as Record<string, string>,
    records: (count: number) => plural(count, 'record', 'records'),
    size: 'Size',
    working: (stage: string) => `${stage}…`,
  },

  problem: {
    title: 'That did not work',
    noFiles: 'There was no file in what you gave. Drop a zip, a folder or JSON files.',
    manyZips: 'Those are several zips. Assess one export at a time.',
    badPaste: 'The text is not JSON: it must start with { or [.',
    notAssessment: (why: string) => `The saved assessment cannot be shown: ${why}.`,
    unreadable: 'The browser could not read the file. It may have moved or changed; choose it again.',
    noEngine: 'The engine could not start. This page needs a browser with WebAssembly and DecompressionStream (Chrome or Edge 103, Firefox 113, Safari 16.4, or newer).',
    needsTime: 'This export does not say when it was collected, and an assessment speaks of a time: what is stale or expired depends on it. When was it collected?',
    timeLabel: 'Collected at (UTC)',
    timeGo: 'Assess as of then',
    crash: 'The engine stopped because of a fault of its own, not of your data. It has been started again. The text below holds nothing of your tenant; please report it.',
    copy: 'Copy the report',
    dismiss: 'Dismiss',
    violation: (directive: string) => `The browser refused something that this page must not do (${directive}). Please report it.`,
  },

  result: {
    title: (tenant: string) => `Assessment of ${tenant}`,
    unnamed: 'unnamed tenant',
    asOf: (date: string) => `As of ${date}`,
    save: 'Save assessment',
    print: 'Print',
    again: 'Assess another',
    views: { overview: 'Overview', findings: 'Findings', unknowns: 'Unknowns', inputs: 'Inputs' },
    nav: 'Views of the assessment',
    engine: (version: string, catalogue: string) => `Engine ${version}${catalogue ? `, catalogue ${catalogue}` : ''}`,
  },

  headline: {
    path: {
      reaches: (role: string, principals: number) =>
        `${role} can be used or activated from an unmanaged device by ${plural(principals, 'principal', 'principals')}`,
      blocked: 'No Tier 0 role can be used or activated from an unmanaged device',
      unknown: (role: string) => `Not decided whether ${role} can be used from an unmanaged device`,
    },
    weakest: 'Weakest pillar',
    weakestAt: (level: number) => `Level ${level}, ${LEVELS[level] ?? ''}`,
    score: 'Score',
    outOf: 'of 100',
    provisional: 'Provisional',
    provisionalWhy: 'Less than 60 % of the controls could be decided.',
    caps: 'Held down by',
    coverage: 'Decided',
    coverageText: 'of the controls that apply',
    coverageLink: 'What would settle the rest',
    counts: 'Findings by status',
    showOnly: (word: string, count: number) => `Show ${plural(count, 'finding', 'findings')} with status ${word}`,
  },

  level: (level: number) => LEVELS[level] ?? '',
  levelN: (level: number) => `Level ${level}`,
  ladder: {
    title: 'The five pillars',
    text: 'Each pillar stands on its own; a level is held only when every level below it is.',
    confirmed: 'Confirmed',
    potential: 'Possible, once the unknowns are settled',
    row: (level: number, potential: number) =>
      potential > level
        ? `Level ${level} of 5 confirmed, ${potential} possible`
        : `Level ${level} of 5`,
    next: (level: number) => `Missing for level ${level}`,
    nextPlain: (level: number) => `Level ${level} is next`,
    top: 'The highest level',
    basis: { decided: 'from configuration', observed: 'from observed events', attested: 'rests on attestation' } as Record<string, string>,
    more: (count: number) => `and ${n.format(count)} more`,
  },
  domains: { title: 'Score by domain', none: 'not assessed' },
  domain: {
    identity: 'Identity',
    authentication: 'Authentication',
    privilege: 'Privilege',
    execution: 'Execution',
    capability: 'Capability',
    validation: 'Validation',
  } as Record<string, string>,
  pillar: {
    foundation: 'Foundation',
    control: 'Control',
    isolation: 'Isolation',
    operations: 'Operations',
    validation: 'Validation',
  } as Record<string, string>,
  pillarAsks: {
    foundation: 'Who the admins are',
    control: 'How a role is obtained',
    isolation: 'Where it is used from',
    operations: 'How people run it',
    validation: 'How you would know',
  } as Record<string, string>,

  fix: {
    title: 'What to fix first',
    text: 'Failed gates come first: a level cannot be met while one is open.',
    none: 'No control failed.',
    noneUnknown: (count: number) => `No control failed, but ${plural(count, 'is', 'are')} not decided yet.`,
    all: (count: number) => `All ${plural(count, 'failed or partial finding', 'failed or partial findings')}`,
    gate: (level: number) => `Gate to level ${level}`,
  },

  reach: {
    title: 'Who reaches the roles, from where',
    text: 'Each square is the worst case over everyone who holds the role. Choose one for who, and what lets them.',
    table: 'Roles by device and network',
    role: 'Role',
    tier: (tier: number) => `Tier ${tier}`,
    holders: (count: number) => plural(count, 'holder', 'holders'),
    device: {
      unmanaged: 'Unmanaged',
      registered: 'Registered',
      hybrid: 'Hybrid joined',
      compliant: 'Compliant',
      paw: 'PAW',
    } as Record<Device, string>,
    network: { untrusted: 'untrusted', trusted: 'trusted' } as Record<Network, string>,
    verdict: { reaches: 'Reaches', blocked: 'Blocked', unknown: 'Unknown', notApplicable: 'None' } as Record<Verdict, string>,
    activation: {
      reaches: 'activates',
      blocked: 'no activation',
      unknown: 'activation unknown',
      notApplicable: 'standing',
    } as Record<Verdict, string>,
    cell: (role: string, device: string, network: string) => `${role}, ${device} device, ${network} network: `,
    place: (device: string, network: string) => `${device} device, ${network} network`,
    holding: { standing: 'standing', eligible: 'eligible' } as Record<string, string>,
    via: (count: number) => `through ${plural(count, 'group', 'groups')}`,
    weakest: { '': 'Weakest way in', use: 'Weakest way to use the role', activate: 'Weakest way to activate the role' } as Record<string, string>,
    settles: 'To settle what is unknown, add',
    demands: 'Demands',
    nothing: 'nothing',
    context: 'Witness',
    because: 'Why no policy stops it',
    attackers: 'Which attackers get there',
    attacker: {
      stolenPassword: 'Stolen password',
      phishedSession: 'Phished session',
      userDevice: 'Daily device taken over',
      activeSession: 'Active session stolen',
      paw: 'Admin at the PAW',
    } as Record<string, string>,
    legend: 'From a PAW a role should be reached: where it is blocked there, the admins are locked out.',
  },

  status: {
    pass: 'Pass',
    partial: 'Partial',
    fail: 'Fail',
    notApplicable: 'Not applicable',
    unknown: 'Unknown',
    notAttested: 'Not attested',
    attestationExpired: 'Attestation expired',
  } as Record<Status, string>,
  severity: { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', info: 'Info' } as Record<Severity, string>,
  confidence: {
    decided: 'Decided from configuration',
    observed: 'Observed in events',
    attested: 'Attested by the owner',
  } as Record<string, string>,

  findings: {
    title: 'Findings',
    search: 'Search',
    searchHint: 'Control, title, person, object id',
    severity: 'Severity',
    pillar: 'Pillar',
    any: 'All',
    status: 'Status',
    shown: (shown: number, all: number) =>
      shown === all ? plural(all, 'finding', 'findings') : `${n.format(shown)} of ${plural(all, 'finding', 'findings')}`,
    clear: 'Clear filters',
    none: 'No finding matches. Clear a filter or search for something else.',
    columns: { status: 'Status', control: 'Control', severity: 'Severity', pillar: 'Pillar', level: 'Level' },
    table: 'Findings, one a row',
    gate: 'gate',
    waived: 'accepted risk',
  },

  detail: {
    previous: 'Previous finding',
    next: 'Next finding',
    position: (i: number, all: number) => `${i} of ${all}`,
    close: 'Close',
    gate: (level: number) => `Gate to level ${level}`,
    level: (level: number) => `Counts towards level ${level}`,
    why: 'Why it matters',
    decides: 'How it is decided',
    reason: 'Why it is not decided',
    remedy: (text: string) => `To settle it: ${text}.`,
    waived: 'Accepted risk',
    waivedText: (owner: string, expires: string) => [owner && `Owner ${owner}`, expires && `until ${expires}`].filter(Boolean).join(', '),
    subjects: (count: number) => `What was looked at (${n.format(count)})`,
    subjectsAll: (count: number) => `Show all ${n.format(count)}`,
    evidence: (count: number) => plural(count, 'piece of evidence', 'pieces of evidence'),
    dataset: 'Data set',
    pointer: 'Place in the file',
    value: 'Value',
    absent: 'not written',
    fix: 'How to fix it',
    portal: 'In the portal',
    graph: 'With Microsoft Graph',
    powershell: 'With PowerShell',
    copy: 'Copy',
    copied: 'Copied',
    references: 'The same requirement elsewhere',
    unnamed: 'no name',
    missing: (control: string) => `This assessment holds no finding for ${control}.`,
    referenceNames: {
      scuba: 'CISA SCuBA',
      cis: 'CIS Microsoft 365',
      cisControls: 'CIS Controls',
      nist80053: 'NIST SP 800-53',
      iso27001: 'ISO/IEC 27001',
      nis2: 'NIS2',
      ncsc: 'NCSC',
      attack: 'MITRE ATT&CK',
      maester: 'Maester',
      zeroTrustAssessment: 'Zero Trust Assessment',
      docs: 'Documentation',
    } as Record<string, string>,
  },

  unknowns: {
    title: 'What is not known',
    text: 'Missing data never counts as a pass. Adding what is listed here turns unknowns into answers.',
    none: 'Nothing is unknown: every control that applies was decided.',
    files: 'Add these files',
    permission: 'Permission',
    settles: (count: number) => `Needed by ${plural(count, 'undecided control', 'undecided controls')}`,
    statements: 'State what no export can tell',
    statementsText: 'These need a dated statement of the owner in declarations.json. A statement never turns a failure into a pass.',
    controls: 'Controls that are not decided',
  },

  inputs: {
    title: 'Inputs',
    digest: 'Digest of the inputs',
    dataset: 'Data set',
    status: 'Status',
    count: 'Records',
    reason: 'Reason',
    state: { complete: 'Complete', partial: 'Partial', missing: 'Missing' } as Record<string, string>,
    table: 'Data sets, one a row',
    none: 'The assessment names no data set.',
    files: 'Files that were read',
  },
  reason: {
    notCollected: 'Not in the export',
    permissionDenied: 'Permission denied',
    notLicensed: 'Not licensed',
    truncated: 'Cut off before the end',
    throttled: 'Throttled while collecting',
    malformed: 'Cannot be read',
    notInAPI: 'Not offered by the API',
    stale: 'Too old',
    notAttested: 'No statement',
    attestationExpired: 'The statement has expired',
    controlError: 'The control failed to run',
    unresolved: 'Points to something that the export does not hold',
    nothingToJudge: 'There was nothing to judge',
    unknownValue: 'Holds a value that is not known',
    capabilityNotLicensed: 'The capability is not licensed',
  } as Record<string, string>,
};

/** word looks a word up and falls back to the word itself, so that new values of the engine still read. */
export const word = (table: Record<string, string>, key: string): string =>
  Object.hasOwn(table, key) ? table[key]! : key;
