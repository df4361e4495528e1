// The page's whole state. Nothing here is ever written to storage.
import { batch, computed, effect, signal } from '@preact/signals';
import { select } from './derive.ts';
import { decode, Engine, EngineError } from './engine/client.ts';
import { sizeOf, type Bytes, type Entry, type Input, type InputFile, type Missing, type Options, type Progress, type Subject } from './engine/protocol.ts';
import { classify, InputProblem, type Given } from './input/collect.ts';
import { readSample } from './input/samples.ts';
import { parse, parseAbout, type About, type Assessment } from './model.ts';
import { formatRoute, parseRoute, type Route } from './route.ts';
import { t } from './strings.ts';

/** Shown is an assessment with the exact bytes that it was read from. */
export interface Shown {
  assessment: Assessment;
  bytes: Bytes;
}

/** Problem is a message for the person; report is text that they may send us. */
export interface Problem {
  message: string;
  report?: string;
  /** needsTime holds the input that only lacks the time of its collection. */
  needsTime?: { input: Input; options: Options };
}

export const engine = new Engine();
export const shown = signal<Shown | null>(null);
/** tenant is what the assessment was made from; an assessment that was opened has none. */
export const tenant = signal<{ input: Input; options: Options } | null>(null);
/** supposed is the title of a change that the shown assessment only supposes, and the assessment without it. */
export const supposed = signal<{ title: string; actual: Shown } | null>(null);
/** busy is whether the first assessment of an input runs; task is what runs beside an assessment that is shown. */
export const busy = signal(false);
export const task = signal('');
export const files = signal<InputFile[] | null>(null);
/** missing is what the files do not supply; known when they were all looked at. */
export const missing = signal<Missing[]>([]);
export const progress = signal<Progress | null>(null);
export const problem = signal<Problem | null>(null);
export const notice = signal('');
/** about is what the engine says of itself; nothing until it has started. */
export const about = signal<About>({ controls: new Map(), formats: [], gaps: [] });
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

/** warm starts the engine while the person reads, once the page stands; a failure is told when it matters. */
export function warm(): void {
  const start = () =>
    void engine.do('about', {}).then(
      ({ json }) => (about.value = parseAbout(decode(json))),
      () => {},
    );
  // After the first frame; a job that comes sooner starts the engine itself.
  requestAnimationFrame(() => setTimeout(start));
}

/** take assesses what a person gave. */
export async function take(entries: Entry[] | Promise<Entry[]>): Promise<void> {
  try {
    const given: Given = await classify(await entries);
    await (given.kind === 'assessment' ? open(given.bytes) : run(given));
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

function forget(): void {
  batch(() => {
    shown.value = null;
    tenant.value = null;
    supposed.value = null;
    files.value = null;
    missing.value = [];
    progress.value = null;
    problem.value = null;
    notice.value = '';
    search.value = '';
  });
}

/** open shows an assessment that was saved, once the engine's strict reader has taken it. */
async function open(bytes: Bytes): Promise<void> {
  forget();
  busy.value = true;
  try {
    await engine.do('open', { document: bytes });
    shown.value = read(bytes);
  } catch (e) {
    if (e instanceof EngineError && e.fault === 'input') problem.value = { message: t.problem.notAssessment(e.message) };
    else report(e);
  } finally {
    busy.value = false;
  }
}

/**
 * LIST_FIRST is the size, in bytes, up to which what each file was taken for is
 * told before the assessment: it reads every record, which a person with a large
 * export should not have to wait for.
 */
const LIST_FIRST = 1 << 20;

/** run assesses an input that is new. */
export async function run(input: Input, options: Options = {}): Promise<void> {
  forget();
  busy.value = true;
  const watch = (p: Progress) => (progress.value = p);
  try {
    if (sizeOf(input) <= LIST_FIRST) void list(input, watch);
    const { json } = await engine.do('assess', { input, options }, watch);
    batch(() => {
      shown.value = read(json);
      tenant.value = { input, options };
    });
    if (!files.value) void list(input);
  } catch (e) {
    report(e, { input, options });
  } finally {
    busy.value = false;
  }
}

let listing = false;

/** list tells what each file was taken for. What keeps the list from being made keeps the assessment from being made, which says it. */
async function list(input: Input, watch?: (p: Progress) => void): Promise<void> {
  listing = true;
  try {
    const { json, missing: absent } = await engine.do('inventory', { input }, watch);
    batch(() => {
      files.value = (decode(json) as InputFile[] | null) ?? [];
      missing.value = (decode(absent) as Missing[] | null) ?? [];
    });
  } catch {
    // Told by the assessment, or the person did something else.
  } finally {
    listing = false;
  }
}

/** read reads what the engine wrote or has accepted. */
export const read = (bytes: Bytes): Shown => ({ assessment: parse(decode(bytes)), bytes });

/** beside does work while the assessment stays on screen, and yields whether it was done. */
export async function beside(title: string, work: (watch: (p: Progress) => void) => Promise<void>): Promise<boolean> {
  if (listing) engine.cancel();
  batch(() => {
    task.value = title;
    progress.value = null;
    problem.value = null;
    notice.value = '';
  });
  try {
    await work((p) => (progress.value = p));
    return true;
  } catch (e) {
    report(e);
    return false;
  } finally {
    task.value = '';
    if (tenant.value && !files.value) void list(tenant.value.input);
  }
}

/** reassess assesses the tenant again with other options. */
export async function reassess(title: string, change: Options): Promise<boolean> {
  const { input, options } = tenant.value!;
  const next = { ...options, ...change };
  return beside(title, async (watch) => {
    const { json } = await engine.do('assess', { input, options: next }, watch);
    batch(() => {
      tenant.value = { input, options: next };
      supposed.value = null;
      shown.value = read(json);
    });
  });
}

/** subject is what a job about the shown assessment is about: the tenant where it is at hand. */
export const subject = (): Subject => tenant.value ?? { document: shown.value!.bytes };

/** suppose shows the assessment of a change that is not made; settle goes back. */
export function suppose(title: string, what: Shown): void {
  batch(() => {
    supposed.value = { title, actual: supposed.value?.actual ?? shown.value! };
    shown.value = what;
  });
}
export function settle(): void {
  batch(() => {
    if (supposed.value) shown.value = supposed.value.actual;
    supposed.value = null;
  });
}

function report(e: unknown, given?: { input: Input; options: Options }): void {
  if (e instanceof DOMException && e.name === 'AbortError') {
    notice.value = shown.value ? t.task.cancelled : t.work.cancelled;
  } else if (e instanceof InputProblem) {
    problem.value = { message: t.problem[e.key] };
  } else if (e instanceof EngineError) {
    if (e.fault === 'crash') problem.value = { message: t.problem.crash, report: crashReport(e) };
    else if (e.fault === 'network') problem.value = { message: t.problem.network };
    else if (e.fault === 'time') problem.value = given ? { message: t.problem.needsTime, needsTime: given } : { message: t.problem.otherTime };
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
  engine.cancel();
  forget();
  history.pushState(null, '', '#');
  route.value = parseRoute('');
}

/** hand gives bytes to the person as a file. */
export function hand(bytes: Bytes, name: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** fileName tells what and of which day, never of which tenant. */
export const fileName = (what: string, extension: string): string =>
  `${what}-${shown.value!.assessment.asOf.slice(0, 10) || 'undated'}${extension}`;

/** save hands the exact bytes over. */
export function save(): void {
  hand(shown.value!.bytes, fileName('assessment', '.json'));
}
