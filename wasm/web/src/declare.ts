// What the declarations editor holds and does. Every change is assessed at once,
// from the files as they lie; the engine refuses what is not well-formed.
import { batch, effect, signal } from '@preact/signals';
import { format, started, type Declarations, type Guess } from './declarations.ts';
import { delta, type Delta } from './derive.ts';
import { decode } from './engine/client.ts';
import { beside, engine, hand, notice, problem, reassess, shown, tenant } from './state.ts';
import { t } from './strings.ts';

/** stated is what is declared now; null until the editor was opened. */
export const stated = signal<Declarations | null>(null);
export const suggested = signal<Record<string, Guess[]>>({});
/** since is what the declarations moved since the editor was opened. */
export const since = signal<Delta | null>(null);

let first = shown.value?.assessment;
let input = tenant.value?.input;
effect(() => {
  if (tenant.value?.input === input) return;
  input = tenant.value?.input;
  batch(() => {
    stated.value = null;
    suggested.value = {};
    since.value = null;
  });
});

/** begin reads what the export declares already, and what it suggests. */
export async function begin(): Promise<void> {
  if (stated.value || !tenant.value) return;
  const { input, options } = tenant.value;
  await beside(t.declare.reading, async (watch) => {
    const { start, own } = await engine.do('declarations', { input, options }, watch);
    batch(() => {
      first = shown.value?.assessment;
      stated.value = started(decode(own) as Declarations);
      suggested.value = (decode(start) as Declarations).suggestions ?? {};
    });
  });
}

/** state takes new declarations and assesses again; those that the engine refuses are taken back. */
export async function state(next: Declarations): Promise<void> {
  const last = stated.value;
  stated.value = next;
  const before = shown.value!.assessment;
  if (await reassess(t.declare.assessing, { declarations: format(next) })) {
    since.value = delta(first!, shown.value!.assessment);
    notice.value = t.declare.moved(delta(before, shown.value!.assessment));
  } else if (problem.value && stated.value === next) {
    stated.value = last;
  }
}

/** saveDeclarations hands declarations.json over, to lie beside the export. */
export function saveDeclarations(): void {
  hand(new TextEncoder().encode(format(stated.value!)), 'declarations.json');
  notice.value = t.task.saved('declarations.json');
}
