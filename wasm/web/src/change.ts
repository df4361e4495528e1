// A change that is not made: operations on the raw Graph records of the export.

export interface Operation {
  op: 'create' | 'patch' | 'delete';
  dataset: string;
  id?: string;
  record?: unknown;
}

export interface Change {
  format: 'privpath-change/1';
  title?: string;
  operations: Operation[];
}

/** Effect is what a change does, by the engine. */
export interface Effect {
  before: State;
  after: State;
  closed: number;
  opened: number;
  stopped: number;
  let: number;
  met?: string[];
  lost?: string[];
  lockout: { safe: boolean; why: string; loses?: string[] };
}

export interface State {
  score: number;
  band: string;
  levels: Record<string, number>;
}

export interface Step {
  change: Change;
  requests: { method: string; path: string; body?: unknown }[];
  effect: Effect;
}

export interface Advice {
  title: string;
  why: string;
}

/** join makes one change of several, in their order. */
export const join = (title: string, changes: Change[]): Change => ({
  format: 'privpath-change/1',
  title,
  operations: changes.flatMap((c) => c.operations),
});

type Json = Record<string, unknown>;
const isObject = (v: unknown): v is Json => v !== null && typeof v === 'object' && !Array.isArray(v);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * mergePatch says what makes one record of another: objects property by property, lists and values whole, and null
 * for a property that is gone. It is undefined where nothing differs.
 */
export function mergePatch(from: Json, to: Json): Json | undefined {
  const patch: Json = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key) && from[key] !== null) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const old = from[key];
    if (isObject(old) && isObject(value)) {
      const inner = mergePatch(old, value);
      if (inner) patch[key] = inner;
    } else if (!same(old, value)) patch[key] = value;
  }
  return Object.keys(patch).length ? patch : undefined;
}
