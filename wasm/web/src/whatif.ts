// What would be if something were changed. Nothing is sent anywhere: the engine
// assesses the tenant with the change made in memory.
import { batch, effect, signal } from '@preact/signals';
import { join, type Advice, type Change, type Effect, type Step } from './change.ts';
import { shownDiff, type Diff } from './diff.ts';
import { decode } from './engine/client.ts';
import { beside, engine, hand, notice, read, settle, shown, supposed, tenant, type Shown } from './state.ts';
import { t } from './strings.ts';

/** Tried is a change with what it would do. */
export interface Tried {
  change: Change;
  effect: Effect;
  diff: Diff;
  after: Shown;
}

/** Found is a proposed step, and the requests that would make it. */
export interface Found {
  step: Step;
  powershell: string;
}

export type Policy = Record<string, unknown> & { id: string; displayName?: string; state?: string };

export const policies = signal<Policy[] | null>(null);
export const steps = signal<Found[]>([]);
/** ended is whether the engine has no further step; then withheld says what it does not propose, and why. */
export const ended = signal(false);
export const withheld = signal<Advice[]>([]);
export const advice = signal<Advice[]>([]);
export const ticked = signal<ReadonlySet<number>>(new Set());
export const tried = signal<Tried | null>(null);

let of = tenant.value;
effect(() => {
  if (tenant.value === of) return;
  of = tenant.value;
  batch(() => {
    policies.value = null;
    steps.value = [];
    ended.value = false;
    withheld.value = advice.value = [];
    ticked.value = new Set();
    tried.value = null;
  });
});

/** readPolicies reads the policies that a person may edit. */
export async function readPolicies(): Promise<void> {
  if (policies.value || !tenant.value) return;
  const { input, options } = tenant.value;
  await beside(t.whatIf.reading, async (watch) => {
    const { json } = await engine.do('policies', { input, options }, watch);
    policies.value = (decode(json) as Policy[] | null) ?? [];
  });
}

/** findSteps searches for so many further steps, each on top of those before it, and shows each as it is found. */
export async function findSteps(count: number): Promise<void> {
  const { input, options } = tenant.value!;
  for (let i = 0; i < count && !ended.value; i++) {
    const taken = join('', steps.value.map((f) => f.step.change));
    const change = taken.operations.length ? JSON.stringify(taken) : undefined;
    const went = await beside(t.whatIf.searching(steps.value.length + 1), async (watch) => {
      const { json, powershell } = await engine.do('plan', { input, options: { ...options, change } }, watch);
      const plan = decode(json) as { steps: Step[]; withheld?: Advice[]; advice?: Advice[] };
      batch(() => {
        withheld.value = plan.withheld ?? [];
        advice.value = plan.advice ?? [];
        const [step] = plan.steps;
        if (step) steps.value = [...steps.value, { step, powershell: new TextDecoder().decode(powershell) }];
        else ended.value = true;
      });
    });
    if (!went) return;
  }
}

/** tick takes a step into the change that is tried, or out of it. */
export async function tick(index: number, on: boolean): Promise<void> {
  const next = new Set(ticked.value);
  if (on) next.add(index);
  else next.delete(index);
  ticked.value = next;
  const chosen = steps.value.filter((_, i) => next.has(i)).map((f) => f.step.change);
  if (chosen.length) await tryChange(join(chosen.map((c) => c.title).join('; '), chosen));
  else forget();
}

/** tryChange says what a change would do. */
export async function tryChange(change: Change): Promise<void> {
  const { input, options } = tenant.value!;
  const actual = supposed.value?.actual ?? shown.value!;
  await beside(t.whatIf.trying, async (watch) => {
    const r = await engine.do('whatIf', { input, options, proposal: JSON.stringify(change), document: actual.bytes }, watch);
    batch(() => {
      settle();
      tried.value = { change, effect: decode(r.effect) as Effect, diff: shownDiff(decode(r.diff)), after: read(r.assessment) };
    });
  });
}

/** forget goes back to the tenant as it is. */
export function forget(): void {
  batch(() => {
    settle();
    tried.value = null;
    ticked.value = new Set();
  });
}

/** saveChange hands the tried change over, as `privpath plan -apply` takes it. */
export function saveChange(): void {
  hand(new TextEncoder().encode(`${JSON.stringify(tried.value!.change, null, 2)}\n`), 'change.json');
  notice.value = t.task.saved('change.json');
}
