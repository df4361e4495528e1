// What changed between two assessments, as the engine writes it. The engine is the
// only source of this document; names in it are made visible before they are shown.
import { visible, type Ref, type Severity, type Status } from './model.ts';

export interface Verdict {
  status: Status;
  summary?: string;
  reason?: string;
}

export interface Cause {
  dataset: string;
  id: string;
  name: string;
  proof: 'proved' | 'provedTogether' | 'named';
  undone?: number;
  alone?: number;
  of?: number;
  old?: string;
  new?: string;
}

export interface ReachMove {
  principal: Ref;
  role: { id: string; name: string; tier: number };
  holding: string;
  breakGlass?: boolean;
  held: string;
  from: { device: string; network: string; step: string; old?: string; new?: string; move: string }[];
  attackers: { attacker: string; old?: string; new?: string; move: string }[];
  causes: Cause[] | null;
}

export interface FindingMove {
  control: string;
  pillar: string;
  title: string;
  severity: Severity;
  move: string;
  old?: Verdict;
  new?: Verdict;
  subjects: { kind: string; id: string; name?: string; move: string; oldDetail?: string; newDetail?: string }[] | null;
}

export interface PropertyChange {
  path: string;
  old?: unknown;
  new?: unknown;
  added?: { value: unknown; name?: string }[];
  removed?: { value: unknown; name?: string }[];
  notExported?: string;
}

export interface Way {
  to: Ref;
  attacker: string;
  verdict: string;
  hops: string[];
}

export interface PathMove {
  from: Ref;
  old?: Way;
  new?: Way;
  move: string;
}

export interface Diff {
  old: { asOf: string };
  new: { asOf: string };
  warnings: { kind: string; text: string }[];
  unchanged: number;
  headline: { name: string; old: string; new: string; move: string }[];
  pillars: { id: string; old?: { confirmed: number; potential: number }; new?: { confirmed: number; potential: number }; move: string }[];
  findings: FindingMove[];
  principals: { principal: Ref; roles: { name: string }[]; move: string }[];
  reach: ReachMove[];
  tier0: (Ref & { move: string })[];
  paths: PathMove[];
  lockouts: {
    targets: Ref[];
    every?: boolean;
    old?: { surely: number; perhaps: number };
    new?: { surely: number; perhaps: number };
    ways: PathMove[];
    move: string;
  }[];
  inputs: { name: string; move: string }[];
  configuration: { dataset: string; id: string; kind: string; name: string; move: string; properties: PropertyChange[] | null }[] | null;
}

/** shownDiff makes every text of a diff fit to show. */
export function shownDiff(v: unknown): Diff {
  const walk = (x: unknown): unknown => {
    if (typeof x === 'string') return visible(x);
    if (Array.isArray(x)) return x.map(walk);
    if (x !== null && typeof x === 'object') return Object.fromEntries(Object.entries(x).map(([k, y]) => [k, walk(y)]));
    return x;
  };
  return walk(v) as Diff;
}

/** Blame is a change with the holdings that it moved. */
export interface Blame {
  cause: Cause;
  holdings: number;
  opened: boolean;
}

/** blames lists the changes behind the reach, the one that moved most holdings first. */
export function blames(d: Diff): Blame[] {
  const found = new Map<string, Blame>();
  for (const m of d.reach) {
    for (const cause of m.causes ?? []) {
      const key = `${cause.dataset}\n${cause.id}\n${cause.proof}`;
      const blame = found.get(key) ?? { cause, holdings: 0, opened: false };
      blame.holdings++;
      blame.opened ||= m.from.some((f) => f.move === 'opened') || m.attackers.some((x) => x.move === 'opened');
      found.set(key, blame);
    }
  }
  return [...found.values()].sort((a, b) => b.holdings - a.holdings);
}

/** Alike are holdings whose reach moved in the same way. */
export interface Alike {
  moves: ReachMove[];
}

/** alike groups holdings that moved in the same way, in the order of the document. */
export function alike(list: readonly ReachMove[]): Alike[] {
  const found = new Map<string, Alike>();
  for (const m of list) {
    const key = JSON.stringify([m.held, m.breakGlass, m.from, m.attackers]);
    const group = found.get(key) ?? { moves: [] };
    group.moves.push(m);
    found.set(key, group);
  }
  return [...found.values()];
}

/** Places are the places of a holding that moved alike: devices, by the networks that moved for them. */
export interface Places {
  move: string;
  step: string;
  /** network is "" where both moved. */
  places: { devices: string[]; network: string }[];
}

export function places(m: ReachMove): Places[] {
  const found = new Map<string, { move: string; step: string; networks: Map<string, string[]> }>();
  for (const { move, step, device, network } of m.from) {
    const key = `${move} ${step}`;
    const group = found.get(key) ?? { move, step, networks: new Map<string, string[]>() };
    group.networks.set(device, [...(group.networks.get(device) ?? []), network]);
    found.set(key, group);
  }
  return [...found.values()].map(({ move, step, networks }) => {
    const places: Places['places'] = [];
    for (const [device, moved] of networks) {
      const network = moved.length > 1 ? '' : moved[0]!;
      const alike = places.find((p) => p.network === network);
      if (alike) alike.devices.push(device);
      else places.push({ devices: [device], network });
    }
    return { move, step, places };
  });
}

/** ORDER is the order in which moves are told: what got worse first. */
const ORDER = ['new', 'worse', 'opened', 'undecided', 'acceptanceEnded', 'fixed', 'better', 'closed', 'accepted', 'decided', 'added', 'removed', 'changed'];

/** byMove groups what moved, what got worse first. */
export function byMove<T extends { move: string }>(list: readonly T[]): { move: string; list: T[] }[] {
  const moves = [...new Set(list.map((m) => m.move))];
  const rank = (m: string) => (ORDER.includes(m) ? ORDER.indexOf(m) : ORDER.length);
  return moves.sort((a, b) => rank(a) - rank(b)).map((move) => ({ move, list: list.filter((m) => m.move === move) }));
}

/** empty reports whether nothing moved. */
export const empty = (d: Diff): boolean =>
  [d.headline, d.pillars, d.findings, d.principals, d.reach, d.tier0, d.paths, d.lockouts, d.inputs, d.configuration ?? []].every((list) => list.length === 0);
