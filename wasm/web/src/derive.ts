// Pure functions from an assessment to what the page shows.
import {
  DEVICES,
  NETWORKS,
  PILLARS,
  SEVERITIES,
  STATUSES,
  type About,
  type Assessment,
  type Device,
  type Finding,
  type Need,
  type Network,
  type Reach,
  type Severity,
  type Status,
  type Verdict,
} from './model.ts';

export type SortKey = 'control' | 'status' | 'severity' | 'pillar' | 'level';

export type GroupKey = '' | 'status' | 'severity' | 'pillar' | 'level';

/** Filter is what the findings table shows. The search text is kept apart: it may name a person, so it never enters the URL. */
export interface Filter {
  statuses: Status[];
  severity: Severity | '';
  pillar: string;
  group: GroupKey;
  sort: SortKey;
  descending: boolean;
}

export const NO_FILTER: Filter = { statuses: [], severity: '', pillar: '', group: '', sort: 'status', descending: false };

const rank = (all: readonly string[], v: string): number => {
  const i = all.indexOf(v);
  return i < 0 ? all.length : i;
};

/** undecided reports whether data or a statement is missing for the finding. */
export const undecided = (s: Status): boolean =>
  s === 'unknown' || s === 'notAttested' || s === 'attestationExpired';

/** countByStatus counts findings, worst status first, leaving out those that do not occur. */
export function countByStatus(findings: readonly Finding[]): { status: Status; count: number }[] {
  return STATUSES.map((status) => ({ status, count: findings.filter((f) => f.status === status).length })).filter(
    (c) => c.count > 0,
  );
}

/** fixFirst lists failed controls: gates first, then the worst severity, then the lowest level. */
export function fixFirst(findings: readonly Finding[]): Finding[] {
  return findings
    .filter((f) => f.status === 'fail' || f.status === 'partial')
    .sort(
      (a, b) =>
        Number(b.gate) - Number(a.gate) ||
        rank(SEVERITIES, a.severity) - rank(SEVERITIES, b.severity) ||
        rank(STATUSES, a.status) - rank(STATUSES, b.status) ||
        a.level - b.level ||
        compareText(a.control, b.control),
    );
}

const haystacks = new WeakMap<Finding, string>();

function haystack(f: Finding): string {
  let s = haystacks.get(f);
  if (s === undefined) {
    s = [f.control, f.title, f.summary, f.reason, ...f.subjects.flatMap((p) => [p.name, p.id, p.detail])]
      .join('\n')
      .toLowerCase();
    haystacks.set(f, s);
  }
  return s;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** select filters and sorts findings. Every word of the search must occur. */
export function select(findings: readonly Finding[], filter: Filter, search: string): Finding[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const keys: Record<SortKey, (a: Finding, b: Finding) => number> = {
    control: (a, b) => rank(PILLARS, a.pillar) - rank(PILLARS, b.pillar) || compareText(a.control, b.control),
    status: (a, b) => rank(STATUSES, a.status) - rank(STATUSES, b.status),
    severity: (a, b) => rank(SEVERITIES, a.severity) - rank(SEVERITIES, b.severity),
    pillar: (a, b) => rank(PILLARS, a.pillar) - rank(PILLARS, b.pillar),
    level: (a, b) => a.level - b.level,
  };
  const sign = filter.descending ? -1 : 1;
  return findings
    .filter(
      (f) =>
        (filter.statuses.length === 0 || filter.statuses.includes(f.status)) &&
        (filter.severity === '' || f.severity === filter.severity) &&
        (filter.pillar === '' || f.pillar === filter.pillar) &&
        words.every((w) => haystack(f).includes(w)),
    )
    .sort(
      (a, b) =>
        (filter.group ? keys[filter.group](a, b) : 0) ||
        sign * keys[filter.sort](a, b) || keys.status(a, b) || keys.severity(a, b) || keys.control(a, b),
    );
}

/** grouped cuts findings, which select has put in order, into groups. */
export function grouped(findings: readonly Finding[], group: GroupKey): { key: string; list: Finding[] }[] {
  if (!group) return [{ key: '', list: [...findings] }];
  const found = new Map<string, Finding[]>();
  for (const f of findings) {
    const key = String(f[group]);
    found.set(key, [...(found.get(key) ?? []), f]);
  }
  return [...found].map(([key, list]) => ({ key, list }));
}

/** GapResult is one thing that PIM alone leaves open, with the findings that answer it. */
export interface GapResult {
  key: string;
  title: string;
  open: Finding[];
  undecided: Finding[];
  closed: Finding[];
  /** missing counts controls that the assessment says nothing of. */
  missing: number;
}

/** gapResults answers the gaps by the findings of their controls, the gravest first. A gap that no control speaks of is left out. */
export function gapResults(findings: readonly Finding[], about: About): GapResult[] {
  const ordered = fixFirst(findings);
  const assessed = new Set(findings.map((f) => f.control));
  return about.gaps
    .map((g) => {
      const of = (f: Finding) => about.controls.get(f.control)?.gaps.includes(g.key) ?? false;
      return {
        ...g,
        open: ordered.filter(of),
        undecided: findings.filter((f) => undecided(f.status) && of(f)),
        closed: findings.filter((f) => f.status === 'pass' && of(f)),
        missing: [...about.controls].filter(([id, c]) => c.gaps.includes(g.key) && !assessed.has(id)).length,
      };
    })
    .filter((g) => g.open.length + g.undecided.length + g.closed.length > 0);
}

/** Cell is one square of the reach matrix: the worst verdict over every principal that holds the role. */
export interface Cell {
  device: Device;
  network: Network;
  verdict: Verdict;
  activation: Verdict;
  /** reaching counts the principals that can use the role from here. */
  reaching: number;
}

export interface ReachRow {
  role: Reach['role'];
  /** emergency gathers the break-glass accounts, whatever role they hold. */
  emergency: boolean;
  holders: Reach[];
  cells: Cell[];
}

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

const VERDICT_ORDER: readonly Verdict[] = ['notApplicable', 'blocked', 'unknown', 'reaches'];

/** worst is the verdict that an attacker likes best; unknown beats blocked. */
const worst = (all: Verdict[]): Verdict =>
  all.reduce<Verdict>((w, v) => (VERDICT_ORDER.indexOf(v) > VERDICT_ORDER.indexOf(w) ? v : w), 'notApplicable');

/** at is what a holder can do from one place. A place that the document does not mention is unknown. */
function at(r: Reach, device: Device, network: Network): { verdict: Verdict; activation: Verdict } {
  return (
    r.from.find((f) => f.device === device && f.network === network) ?? { verdict: 'unknown', activation: 'unknown' }
  );
}

/** placed tells users from service principals, which sign in from no device: policies for users never reach them. */
const placed = (r: Reach) => r.principal.kind !== 'servicePrincipal';

/**
 * matrix folds the reach list into one row for each role, Tier 0 and Global Administrator first. Break-glass accounts are meant to get in, so
 * they have a row of their own at the end.
 */
export function matrix(reach: readonly Reach[]): ReachRow[] {
  const rows = new Map<string, ReachRow>();
  for (const r of reach) {
    const key = r.breakGlass ? 'break glass' : r.role.id || r.role.name;
    const row = rows.get(key) ?? { role: r.role, emergency: r.breakGlass, holders: [], cells: [] };
    row.holders.push(r);
    rows.set(key, row);
  }
  for (const row of rows.values()) {
    row.cells = DEVICES.flatMap((device) =>
      NETWORKS.map((network) => {
        const here = row.holders.filter(placed).map((h) => at(h, device, network));
        return {
          device,
          network,
          verdict: worst(here.map((f) => f.verdict)),
          activation: worst(here.map((f) => f.activation)),
          reaching: here.filter((f) => f.verdict === 'reaches').length,
        };
      }),
    );
  }
  const tier = (row: ReachRow) => (row.emergency ? 10 : row.role.tier < 0 ? 9 : row.role.tier);
  const gravest = (row: ReachRow) => (row.role.id === GLOBAL_ADMINISTRATOR ? 0 : 1);
  return [...rows.values()].sort(
    (a, b) => tier(a) - tier(b) || gravest(a) - gravest(b) || compareText(a.role.name, b.role.name),
  );
}

export interface PathVerdict {
  verdict: Verdict;
  role: string;
  principals: number;
}


/** pathVerdict answers the question of the page: can a Tier 0 role be used or activated from a device that nobody manages? */
export function pathVerdict(reach: readonly Reach[]): PathVerdict | null {
  const tier0 = reach.filter((r) => r.role.tier === 0 && !r.breakGlass && placed(r));
  if (tier0.length === 0) return null;
  const judged = tier0.map((r) => ({
    r,
    v: worst(
      (['unmanaged', 'registered'] as const)
        .flatMap((device) => NETWORKS.map((network) => at(r, device, network)))
        .flatMap((f) => [f.verdict, f.activation]),
    ),
  }));
  const verdict = worst(judged.map((j) => j.v));
  const deciding = judged.filter((j) => j.v === verdict).map((j) => j.r);
  const named = deciding.find((r) => r.role.id === GLOBAL_ADMINISTRATOR) ?? deciding[0]!;
  return {
    verdict,
    role: named.role.name,
    principals: new Set(deciding.filter((r) => r.role.id === named.role.id).map((r) => r.principal.id)).size,
  };
}

/** Ask is a data set that would settle undecided controls. */
export interface Ask {
  need: Need;
  controls: string[];
}

/** asks lists what to add, the one that settles most controls first. */
export function asks(a: Assessment): Ask[] {
  const found = new Map<string, Ask>();
  for (const f of a.findings.filter((f) => undecided(f.status))) {
    for (const need of f.needs) {
      const key = [need.dataset, need.reason, need.permission, need.detail].join('\n');
      const ask = found.get(key) ?? { need, controls: [] };
      if (!ask.controls.includes(f.control)) ask.controls.push(f.control);
      found.set(key, ask);
    }
  }
  return [...found.values()].sort(
    (x, y) => y.controls.length - x.controls.length || compareText(x.need.dataset, y.need.dataset),
  );
}

/** Delta is what differs between two assessments at a glance. */
export interface Delta {
  score: [number, number];
  levels: { pillar: string; from: number; to: number }[];
  findings: { control: string; title: string; from: Status; to: Status }[];
}

/** delta says what moved from one assessment to another; the engine's own comparison says all of it. */
export function delta(before: Assessment, after: Assessment): Delta {
  const old = new Map(before.findings.map((f) => [f.control, f]));
  const level = new Map(before.pillars.map((p) => [p.id, p.confirmed]));
  return {
    score: [before.headline.score, after.headline.score],
    levels: after.pillars
      .map((p) => ({ pillar: p.id, from: level.get(p.id) ?? 0, to: p.confirmed }))
      .filter((l) => l.from !== l.to),
    findings: after.findings
      .map((f) => ({ control: f.control, title: f.title, from: old.get(f.control)?.status ?? 'unknown', to: f.status }))
      .filter((f) => f.from !== f.to),
  };
}

/** Known is a principal that the assessment names. */
export interface Known {
  kind: string;
  id: string;
  name: string;
}

/** principals lists whom the assessment names, by id. */
export function principals(a: Assessment): Map<string, Known> {
  const found = new Map<string, Known>();
  const put = (p: Known) => p.id && p.name && !found.has(p.id) && found.set(p.id, p);
  a.reach.forEach((r) => put(r.principal));
  a.findings.forEach((f) => f.subjects.forEach((s) => put({ kind: s.kind, id: s.id, name: s.name })));
  return found;
}

/** roles lists the directory roles that the assessment names, by template id. */
export const roles = (a: Assessment): Map<string, string> => new Map(a.reach.map(({ role }) => [role.id, role.name]));
