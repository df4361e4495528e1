// The assessment document as the page reads it. The engine writes it; a person
// may also drop a saved one, so nothing here is trusted: parse() gives every
// field a value of the right kind or leaves the document out.

export const STATUSES = [
  'fail',
  'partial',
  'unknown',
  'notAttested',
  'attestationExpired',
  'pass',
  'notApplicable',
] as const;
export type Status = (typeof STATUSES)[number];

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const PILLARS = ['foundation', 'control', 'isolation', 'operations', 'validation'] as const;
export type Pillar = (typeof PILLARS)[number];

export const VERDICTS = ['reaches', 'unknown', 'blocked', 'notApplicable'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const DEVICES = ['unmanaged', 'registered', 'hybrid', 'compliant', 'paw'] as const;
export type Device = (typeof DEVICES)[number];

export const NETWORKS = ['untrusted', 'trusted'] as const;
export type Network = (typeof NETWORKS)[number];

export interface Evidence {
  dataset: string;
  /** file is where the record was read. */
  file: string;
  pointer: string;
  value: unknown;
  hasValue: boolean;
}

export interface Subject {
  kind: string;
  id: string;
  name: string;
  status: Status;
  detail: string;
  evidence: Evidence[];
}

export interface Remediation {
  summary: string;
  portal: string;
  graph: string;
  powershell: string;
}

export interface Waiver {
  reason: string;
  owner: string;
  expires: string;
}

/** Need is a data set whose absence left something undecided. */
export interface Need {
  dataset: string;
  reason: string;
  detail: string;
  permission: string;
}

export interface Finding {
  control: string;
  pillar: string;
  title: string;
  status: Status;
  confidence: string;
  severity: Severity;
  level: number;
  gate: boolean;
  summary: string;
  reason: string;
  remedy: string;
  needs: Need[];
  subjects: Subject[];
  remediation: Remediation;
  references: Record<string, string[]>;
  waived: Waiver | null;
}

export interface Dataset {
  name: string;
  status: string;
  count: number | null;
  reason: string;
  detail: string;
}

export interface PillarResult {
  id: string;
  confirmed: number;
  potential: number;
  basis: string;
  next: { level: number; missing: string[] } | null;
}

export interface Because {
  policy: string;
  name: string;
  why: string;
}

export interface Witness {
  step: string;
  requires: string[];
  context: Record<string, string>;
  because: Because[];
  explanation: string;
}

export interface ReachFrom {
  device: string;
  network: string;
  verdict: Verdict;
  activation: Verdict;
}

export interface Reach {
  principal: { kind: string; id: string; name: string };
  role: { id: string; name: string; tier: number };
  holding: string;
  /** breakGlass marks a declared emergency account, which is meant to get in. */
  breakGlass: boolean;
  via: string[];
  scope: string;
  from: ReachFrom[];
  attackers: Record<string, Verdict>;
  weakest: Witness[];
  unknown: Need[];
}

/** Ref names a principal or another thing that a path leads through. */
export interface Ref {
  kind: string;
  id: string;
  name: string;
}

/** PathNode is a thing with its place in the picture, which the engine laid out: a column and a row, from 0. */
export interface PathNode extends Ref {
  layer: number;
  row: number;
}

export interface Hop {
  edge: string;
  from: Ref;
  to: Ref;
  with: Ref | null;
  requires: string[];
  explanation: string;
  /** source and target are indices into the path's nodes, -1 for none. */
  source: number;
  target: number;
  evidence: Evidence[];
}

export interface Path {
  from: Ref;
  attacker: string;
  verdict: Verdict;
  requires: string[];
  hops: Hop[];
  nodes: PathNode[];
  unknown: Need[];
}

/** Tier0Member is something that controls Tier 0. */
export interface Tier0Member extends Ref {
  reason: string;
  declared: boolean;
  certain: boolean;
}

export interface PathHop {
  from: Ref;
  explanation: string;
}

/** Lockout is who can put administrators out of action. */
export interface Lockout {
  targets: Ref[];
  every: boolean;
  surely: number;
  perhaps: number;
  paths: Path[];
}

export interface Assessment {
  tenant: { id: string; displayName: string };
  asOf: string;
  engine: { version: string; catalogue: string };
  digest: string;
  datasets: Dataset[];
  coverage: number;
  headline: {
    weakestPillar: string;
    maturity: number;
    score: number;
    band: string;
    provisional: boolean;
    caps: string[];
    path: string;
  };
  pillars: PillarResult[];
  domains: { id: string; percent: number }[];
  findings: Finding[];
  reach: Reach[];
  paths: Path[];
  tier0: Tier0Member[];
  chokePoints: (PathHop & { cuts: number; of: number })[];
  cut: { hops: PathHop[]; exact: boolean } | null;
  lockouts: Lockout[];
}

// Characters that have no shape of their own but change how their neighbours
// look: a name must not be able to disguise itself or the text beside it.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** visible writes control characters and marks of direction out, as in ⟨U+202E⟩. */
export const visible = (s: string): string =>
  s.replace(INVISIBLE, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);

type Json = Record<string, unknown>;

const object = (v: unknown): Json =>
  v !== null && typeof v === 'object' && !Array.isArray(v) ? (v as Json) : {};
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const text = (v: unknown): string => (typeof v === 'string' ? visible(v) : '');
const texts = (v: unknown): string[] => list(v).filter((s) => typeof s === 'string').map(visible);
const number = (v: unknown): number => (typeof v === 'number' && Number.isFinite(v) ? v : 0);
/** level is a maturity level, held to 0..5 so that a wrong document cannot draw a thousand rungs. */
const level = (v: unknown): number => Math.min(5, Math.max(0, Math.trunc(number(v))));

function oneOf<T extends string>(all: readonly T[], v: unknown, otherwise: T): T {
  return all.includes(v as T) ? (v as T) : otherwise;
}

// What the page does not recognise is unknown. It never becomes a pass.
const status = (v: unknown): Status => oneOf(STATUSES, v, 'unknown');
const verdict = (v: unknown): Verdict => oneOf(VERDICTS, v, 'unknown');

function evidence(v: unknown): Evidence {
  const o = object(v);
  return { dataset: text(o.dataset), file: text(o.file), pointer: text(o.pointer), value: o.value, hasValue: 'value' in o };
}

function subject(v: unknown): Subject {
  const o = object(v);
  return {
    kind: text(o.kind),
    id: text(o.id),
    name: text(o.name),
    status: status(o.status),
    detail: text(o.detail),
    evidence: list(o.evidence).map(evidence),
  };
}

function references(v: unknown): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(object(v)).map(([name, ids]) => [name, texts(ids)] as const).filter(([, ids]) => ids.length > 0),
  );
}

function need(v: unknown): Need {
  const o = object(v);
  return { dataset: text(o.dataset), reason: text(o.reason), detail: text(o.detail), permission: text(o.permission) };
}

function finding(v: unknown): Finding {
  const o = object(v);
  const fix = object(o.remediation);
  const waived = object(o.waived);
  return {
    control: text(o.control),
    pillar: text(o.pillar),
    title: text(o.title),
    status: status(o.status),
    confidence: text(o.confidence),
    severity: oneOf(SEVERITIES, o.severity, 'info'),
    level: level(o.level),
    gate: o.gate === true,
    summary: text(o.summary),
    reason: text(o.reason),
    remedy: text(o.remedy),
    needs: list(o.needs).map(need),
    subjects: list(o.subjects).map(subject),
    remediation: {
      summary: text(fix.summary),
      portal: text(fix.portal),
      graph: text(fix.graph),
      powershell: text(fix.powershell),
    },
    references: references(o.references),
    waived: Object.keys(waived).length
      ? { reason: text(waived.reason), owner: text(waived.owner), expires: text(waived.expires) }
      : null,
  };
}

function dataset(v: unknown): Dataset {
  const o = object(v);
  return {
    name: text(o.name),
    // A status that is not written counts as missing.
    status: text(o.status) || 'missing',
    count: typeof o.count === 'number' ? o.count : null,
    reason: text(o.reason),
    detail: text(o.detail),
  };
}

function pillar(v: unknown): PillarResult {
  const o = object(v);
  const maturity = object(o.maturity);
  const next = object(o.next);
  const confirmed = level(maturity.confirmed);
  return {
    id: text(o.id),
    confirmed,
    potential: Math.max(confirmed, level(maturity.potential)),
    basis: text(o.basis),
    next: 'level' in next ? { level: level(next.level), missing: texts(next.missing) } : null,
  };
}

function witness(v: unknown): Witness {
  const o = object(v);
  return {
    step: text(o.step),
    requires: texts(o.requires),
    context: Object.fromEntries(
      Object.entries(object(o.context)).filter((e): e is [string, string] => typeof e[1] === 'string'),
    ),
    because: list(o.because).map((b) => {
      const p = object(b);
      return { policy: text(p.policy), name: text(p.name), why: text(p.why) };
    }),
    explanation: text(o.explanation),
  };
}

function reach(v: unknown): Reach {
  const o = object(v);
  const principal = object(o.principal);
  const role = object(o.role);
  return {
    principal: { kind: text(principal.kind), id: text(principal.id), name: text(principal.name) },
    role: { id: text(role.id), name: text(role.name), tier: typeof role.tier === 'number' ? role.tier : -1 },
    holding: text(o.holding),
    breakGlass: o.breakGlass === true,
    via: texts(o.via),
    scope: text(o.scope),
    from: list(o.from).map((f) => {
      const p = object(f);
      return {
        device: text(p.device),
        network: text(p.network),
        verdict: verdict(p.verdict),
        activation: verdict(p.activation),
      };
    }),
    attackers: Object.fromEntries(Object.entries(object(o.attackers)).map(([k, a]) => [k, verdict(a)])),
    weakest: list(o.weakest).map(witness),
    unknown: list(o.unknown).map(need),
  };
}

function ref(v: unknown): Ref {
  const o = object(v);
  return { kind: text(o.kind), id: text(o.id), name: text(o.name) || text(o.id) };
}

/** place reads a column or a row; a picture has at most a few hundred of either. */
const place = (v: unknown): number => (typeof v === 'number' && Number.isInteger(v) && v >= 0 && v < 500 ? v : 0);

function path(v: unknown): Path {
  const o = object(v);
  const nodes = list(o.nodes).map((n) => ({ ...ref(n), layer: place(object(n).layer), row: place(object(n).row) }));
  const index = (n: unknown) => (typeof n === 'number' && n in nodes ? n : -1);
  return {
    from: ref(o.from),
    attacker: text(o.attacker),
    verdict: verdict(o.verdict),
    requires: texts(o.requires),
    hops: list(o.hops).map((h) => {
      const hop = object(h);
      return {
        edge: text(hop.edge),
        from: ref(hop.from),
        to: ref(hop.to),
        with: Object.keys(object(hop.with)).length ? ref(hop.with) : null,
        requires: texts(hop.requires),
        explanation: text(hop.explanation),
        source: index(hop.source),
        target: index(hop.target),
        evidence: list(hop.evidence).map(evidence),
      };
    }),
    nodes,
    unknown: list(o.unknown).map(need),
  };
}

const pathHop = (v: unknown): PathHop => ({ from: ref(object(v).from), explanation: text(object(v).explanation) });

/** looksLikeAssessment tells a saved assessment from a Graph response. */
export function looksLikeAssessment(v: unknown): boolean {
  const o = object(v);
  return typeof o.schemaVersion === 'string' && Array.isArray(o.findings) && Array.isArray(o.pillars);
}

/** parse reads an assessment. It throws when the value is not one. */
export function parse(v: unknown): Assessment {
  if (!looksLikeAssessment(v)) throw new TypeError('not an assessment');
  const o = object(v);
  if (o.schemaVersion !== '1') throw new TypeError(`schemaVersion ${JSON.stringify(o.schemaVersion)} is not "1"`);
  const tenant = object(o.tenant);
  const engine = object(o.engine);
  const inputs = object(o.inputs);
  const headline = object(o.headline);
  return {
    tenant: { id: text(tenant.id), displayName: text(tenant.displayName) },
    asOf: text(o.asOf),
    engine: { version: text(engine.version), catalogue: text(engine.catalogue) },
    digest: text(inputs.digest),
    datasets: list(inputs.datasets).map(dataset),
    coverage: number(o.coverage),
    headline: {
      weakestPillar: text(headline.weakestPillar),
      maturity: level(headline.maturity),
      score: number(headline.score),
      band: text(headline.band),
      provisional: headline.provisional === true,
      caps: texts(headline.caps),
      path: text(headline.path),
    },
    pillars: list(o.pillars).map(pillar),
    domains: list(o.domains).map((d) => ({ id: text(object(d).id), percent: number(object(d).percent) })),
    findings: list(o.findings).map(finding),
    reach: list(o.reach).map(reach),
    paths: list(o.paths).map(path),
    tier0: list(o.tier0).map((m) => {
      const member = object(m);
      return { ...ref(m), reason: text(member.reason), declared: member.declared === true, certain: member.certain === true };
    }),
    chokePoints: list(o.chokePoints).map((c) => ({ ...pathHop(c), cuts: number(object(c).cuts), of: number(object(c).of) })),
    cut: 'hops' in object(o.cut) ? { hops: list(object(o.cut).hops).map(pathHop), exact: object(o.cut).exact === true } : null,
    lockouts: list(o.lockouts).map((v) => {
      const l = object(v);
      return {
        targets: list(l.targets).map(ref),
        every: l.every === true,
        surely: number(l.surely),
        perhaps: number(l.perhaps),
        paths: list(l.paths).map(path),
      };
    }),
  };
}

/** ControlInfo is what the catalogue adds to a finding; it holds nothing of a tenant. */
export interface ControlInfo {
  title: string;
  rationale: string;
  decides: string;
  gaps: string[];
}

/** Format is one way in which the engine writes an assessment. */
export interface Format {
  name: string;
  extension: string;
  mediaType: string;
  description: string;
}

/** About is what the engine says of itself. */
export interface About {
  controls: Map<string, ControlInfo>;
  formats: Format[];
  /** gaps are what Privileged Identity Management alone leaves open. */
  gaps: { key: string; title: string }[];
}

/** parseAbout reads the engine's own catalogue. */
export function parseAbout(v: unknown): About {
  const o = object(v);
  return {
    controls: new Map(
      list(o.controls).map((c) => {
        const info = object(c);
        return [
          text(info.id),
          { title: text(info.title), rationale: text(info.rationale), decides: text(info.decides), gaps: texts(info.gaps) },
        ];
      }),
    ),
    formats: list(o.formats).map((v) => {
      const f = object(v);
      return { name: text(f.name), extension: text(f.extension), mediaType: text(f.mediaType), description: text(f.description) };
    }),
    gaps: list(o.gaps).map((g) => ({ key: text(object(g).key), title: text(object(g).title) })),
  };
}
