// The page's whole state. Nothing here is ever written to storage.
import { batch, computed, effect, signal } from '@preact/signals';
import { select } from './derive.ts';
import { Engine, EngineError } from './engine/client.ts';
import type { Input, InputFile, Options, Progress } from './engine/protocol.ts';
import { classify, InputProblem, type Given } from './input/collect.ts';
import { readSample } from './input/samples.ts';
import type { Entry } from './engine/protocol.ts';
import { parse, parseAbout, type About, type Assessment } from './model.ts';
import { formatRoute, parseRoute, type Route } from './route.ts';
import { t } from './strings.ts';

/** Shown is an assessment with the exact bytes that it was read from. */
export interface Shown {
  assessment: Assessment;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Problem is a message for the person; report is text that they may send us. */
export interface Problem {
  message: string;
  report?: string;
  /** needsTime holds the input that only lacks the time of its collection. */
  needsTime?: Input;
}

export const engine = new Engine();
export const shown = signal<Shown | null>(null);
export const busy = signal(false);
/** ran is whether the assessment was made here, and not opened. */
export const ran = signal(false);
export const files = signal<InputFile[] | null>(null);
export const progress = signal<Progress | null>(null);
export const problem = signal<Problem | null>(null);
export const notice = signal('');
/** about is what the engine says of itself; nothing until it has started. */
export const about = signal<About>({ controls: new Map() });
export const route = signal<Route>(parseRoute(location.hash));
export const search = signal('');
export const theme = signal<'system' | 'light' | 'dark'>('system');

/** selected is the findings that the table shows, in its order. */
export const selected = computed(() =>
  shown.value ? select(shown.value.assessment.findings, route.value.filter, search.value) : [],
);

addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** go changes the route. A filter replaces the entry of the history; a view or a detail adds one. */
export function go(change: Partial<Route>): void {
  const next = { ...route.value, ...change };
  const hash = formatRoute(next);
  if (change.filter && !change.view) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  route.value = next;
}

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

effect(() => {
  document.title = shown.value
    ? `${t.result.title(shown.value.assessment.tenant.displayName || t.result.unnamed)} · ${t.product}`
    : t.product;
});

addEventListener('securitypolicyviolation', (e) => {
  problem.value = { message: t.problem.violation(e.effectiveDirective) };
});

/** warm starts the engine while the person reads; a failure is told when it matters. */
export function warm(): void {
  void engine.ready().then(
    (v) => (about.value = parseAbout(v)),
    () => {},
  );
}

/** take assesses what a person gave. */
export async function take(entries: Entry[] | Promise<Entry[]>): Promise<void> {
  try {
    await run(await classify(await entries));
  } catch (e) {
    report(e);
  }
}

/** sample assesses one of the sample tenants. */
export async function sample(name: string): Promise<void> {
  try {
    await run(await readSample(name));
  } catch (e) {
    report(e);
  }
}

/** runAsOf assesses an input that did not say when it was collected. */
export function runAsOf(input: Input, asOf: string): Promise<void> {
  return run(input, { asOf });
}

async function run(given: Given, options: Options = {}): Promise<void> {
  batch(() => {
    problem.value = null;
    notice.value = '';
    shown.value = null;
    ran.value = false;
  });
  if (given.kind === 'assessment') {
    try {
      show(given.document, given.bytes);
    } catch (e) {
      problem.value = { message: t.problem.notAssessment((e as Error).message) };
    }
    return;
  }
  batch(() => {
    busy.value = true;
    ran.value = true;
    files.value = null;
    progress.value = null;
  });
  try {
    const bytes = await engine.assess(given, options, {
      files: (f) => (files.value = f),
      progress: (p) => (progress.value = p),
    });
    show(JSON.parse(new TextDecoder().decode(bytes)), bytes);
  } catch (e) {
    report(e, given);
  } finally {
    busy.value = false;
  }
}

function show(document: unknown, bytes: Uint8Array<ArrayBuffer>): void {
  const assessment = parse(document);
  batch(() => {
    search.value = '';
    shown.value = { assessment, bytes };
  });
}

function report(e: unknown, given?: Input): void {
  if (e instanceof DOMException && e.name === 'AbortError') {
    notice.value = t.work.cancelled;
  } else if (e instanceof InputProblem) {
    problem.value = { message: t.problem[e.key] };
  } else if (e instanceof EngineError) {
    if (e.fault === 'crash') problem.value = { message: t.problem.crash, report: crashReport(e) };
    else if (e.fault === 'time') problem.value = { message: t.problem.needsTime, needsTime: given };
    else problem.value = { message: e.message };
  } else if (e instanceof DOMException) {
    problem.value = { message: t.problem.unreadable };
  } else {
    problem.value = { message: t.problem.noEngine };
  }
}

/** crashReport holds the engine's own text and the browser's name, and nothing that was dropped. */
function crashReport(e: EngineError): string {
  return [e.message || 'the engine ended without a message', navigator.userAgent].join('\n');
}

/** reset goes back to the start and forgets the assessment. */
export function reset(): void {
  batch(() => {
    shown.value = null;
    files.value = null;
    search.value = '';
    problem.value = null;
    notice.value = '';
  });
  history.pushState(null, '', '#');
  route.value = parseRoute('');
}

/** save hands the exact bytes over. The name tells the day, not the tenant. */
export function save(): void {
  const { bytes, assessment } = shown.value!;
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `assessment-${assessment.asOf.slice(0, 10) || 'undated'}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
