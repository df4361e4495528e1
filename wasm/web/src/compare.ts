// Comparing with another export, or with an assessment that was saved.
import { effect, signal } from '@preact/signals';
import { shownDiff, type Diff } from './diff.ts';
import { decode } from './engine/client.ts';
import type { Bytes, Entry, Subject } from './engine/protocol.ts';
import { classify, InputProblem, type Given } from './input/collect.ts';
import { beside, engine, fileName, hand, notice, problem, settle, shown, subject, tenant } from './state.ts';
import { t } from './strings.ts';

/** Compared is a comparison with its documents as the engine wrote them, by format. */
export interface Compared {
  diff: Diff;
  documents: Record<string, Bytes>;
}

export const compared = signal<Compared | null>(null);

let of = shown.value;
effect(() => {
  if (shown.value === of) return;
  of = shown.value;
  compared.value = null; // It told of another assessment.
});

const side = (g: Given): Subject => (g.kind === 'assessment' ? { document: g.bytes } : { input: g, options: {} });

/** compareWith compares the shown assessment with what a person gave. The earlier one is the old one. */
export async function compareWith(entries: Entry[] | Promise<Entry[]>): Promise<void> {
  let other: Subject;
  try {
    other = side(await classify(await entries));
  } catch (e) {
    problem.value = { message: e instanceof InputProblem ? t.problem[e.key] : t.problem.unreadable };
    return;
  }
  settle(); // What is compared is the tenant as it is.
  await beside(t.compare.comparing, async (watch) => {
    const documents = await engine.do('compare', { old: other, now: subject(), prove: true }, watch);
    compared.value = { diff: shownDiff(decode(documents.json)), documents };
  });
}

/** provable is whether the shown assessment's tenant is at hand, so that a second export proves which change did it. */
export const provable = (): boolean => tenant.value !== null;

const EXTENSIONS = { json: '.json', markdown: '.md', sarif: '.sarif', text: '.txt' };

/** saveDiff hands the comparison over in a format. */
export function saveDiff(format: keyof typeof EXTENSIONS): void {
  const name = fileName('diff', EXTENSIONS[format]);
  hand(compared.value!.documents[format]!, name, format === 'json' ? undefined : 'text/plain');
  notice.value = t.task.saved(name);
}
