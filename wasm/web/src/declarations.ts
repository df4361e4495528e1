// The owner's declarations, as the engine reads and writes them. What is here was
// written by the engine or is checked by it, strictly, before it counts.
import { visible } from './model.ts';

/** Item is one entry of a list of declarations. */
export type Item = Record<string, string | string[]>;

/** LISTS are the declarations that are lists of entries. */
export const LISTS = ['breakGlass', 'adminOwners', 'standing', 'exceptions', 'attestations'] as const;
export type List = (typeof LISTS)[number];

export interface Paw {
  deviceFilter?: string;
  groupIds?: string[];
  deviceIds?: string[];
  formFactor?: string;
}

/** Tier0 changes what counts as Tier 0. Roles are template ids, the others object ids. */
export interface Tier0 {
  addRoles?: string[];
  removeRoles?: string[];
  addGroups?: string[];
  addServicePrincipals?: string[];
}

export interface WorkingHours {
  timezone: string;
  days: string[];
  from: string;
  to: string;
}

/** DAYS are the days of a week as declarations name them. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface Guess {
  value?: string;
  name?: string;
  adminId?: string;
  ownerId?: string;
  control?: string;
  asks?: string;
  why?: string;
}

export type Declarations = { [L in List]?: Item[] | null } & {
  version?: number | null;
  paw?: Paw | null;
  trustedLocations?: string[] | null;
  tier0?: Tier0 | null;
  adminNaming?: string | null;
  workingHours?: WorkingHours | null;
  suggestions?: Record<string, Guess[]>;
  $comment?: string[];
};

/** started gives what is stated so far, without guesses: own, or else nothing. */
export function started(own: Declarations): Declarations {
  const { suggestions: _guesses, $comment: _comment, ...stated } = own;
  return { ...stated, version: 1 };
}

/** added states one entry more. */
export const added = (d: Declarations, list: List, item: Item): Declarations => ({ ...d, [list]: [...(d[list] ?? []), item] });

/** without takes an entry back. When none is left nothing is stated, which is not the same as stating that there is none. */
export function without(d: Declarations, list: List, item: Item): Declarations {
  const rest = (d[list] ?? []).filter((other) => other !== item);
  const { [list]: _gone, ...others } = d;
  return rest.length ? { ...d, [list]: rest } : (others as Declarations);
}

/** unstated takes a declaration back that is no list. */
export function unstated(d: Declarations, name: 'paw' | 'tier0' | 'adminNaming' | 'workingHours'): Declarations {
  const { [name]: _gone, ...others } = d;
  return others as Declarations;
}

/** format writes declarations.json. */
export const format = (d: Declarations): string => `${JSON.stringify(d, null, 2)}\n`;

/** byHand reads what a person wrote; the engine says what is wrong with the rest. */
export function byHand(text: string): Declarations {
  const value: unknown = JSON.parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new SyntaxError('not an object');
  return value as Declarations;
}

/** open lists the guesses of a kind that are not stated yet. */
export function guesses(suggestions: Record<string, Guess[]> | undefined, kind: string, stated: (g: Guess) => boolean): Guess[] {
  return (suggestions?.[kind] ?? []).filter((g) => !stated(g));
}

/** lines splits a field that takes one value a line. */
export const lines = (text: string): string[] => text.split(/[\n,]/).map((s) => s.trim()).filter(Boolean);

/** shownAs makes a tenant's text fit to show. */
export const shownAs = (v: string | string[] | undefined): string => visible(Array.isArray(v) ? v.join(', ') : (v ?? ''));
