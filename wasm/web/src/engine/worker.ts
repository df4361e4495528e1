// The worker: it runs the Go program and passes messages. It is bundled as one
// classic script, put into the page as text and started from a blob, so that it
// inherits the page's content security policy in both builds.
import 'virtual:wasm-exec';
import type { Fault, FromWorker, Input, Options, ToWorker } from './protocol.ts';

/** Answer is what every exported Go function resolves to: a result or a message, never both. */
interface Answer {
  json?: Uint8Array<ArrayBuffer>;
  error?: string;
  fault?: Fault;
}

type OnProgress = (stage: string, name: string, done: number, total: number) => void;

interface GoEngine {
  about(): Promise<Answer>;
  inventory(input: Input, onProgress: OnProgress): Promise<Answer>;
  assess(input: Input, options: Options, onProgress: OnProgress): Promise<Answer>;
}

/**
 * LIST_FIRST is the size, in bytes, up to which what each file was taken for is
 * told before the assessment: it reads every record, which a person with a large
 * export should not have to wait for.
 */
const LIST_FIRST = 1 << 20;

const sizeOf = (input: Input): number =>
  input.kind === 'file' ? input.file.size : input.files.reduce((sum, f) => sum + f.file.size, 0);

declare const Go: new () => {
  importObject: WebAssembly.Imports;
  run(instance: WebAssembly.Instance): Promise<void>;
};

interface Scope {
  newPrivpath?: () => GoEngine;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;

let engine: GoEngine | undefined;
let memory: WebAssembly.Memory | undefined;

function fail({ error, fault }: Answer): void {
  scope.postMessage({ type: 'failed', message: error ?? '', fault: fault ?? 'crash' });
}

async function start(module: WebAssembly.Module): Promise<void> {
  const go = new Go();
  const instance = await WebAssembly.instantiate(module, go.importObject);
  memory = instance.exports.mem as WebAssembly.Memory;
  // The program serves until the worker is terminated. If it ends, it crashed.
  void go.run(instance).then(() => fail({}));
  engine = scope.newPrivpath?.();
  if (!engine) return fail({});
  const answer = await engine.about();
  if (!answer.json) return fail(answer);
  scope.postMessage({ type: 'ready', about: answer.json });
}

const onProgress: OnProgress = (stage, name, done, total) =>
  scope.postMessage({ type: 'progress', progress: { stage, name, done, total, memory: memory?.buffer.byteLength ?? 0 } });

async function list(input: Input): Promise<void> {
  const { json } = await engine!.inventory(input, onProgress);
  // What keeps the list from being made keeps the assessment from being made, which says it.
  if (json) scope.postMessage({ type: 'files', json });
}

async function assess(input: Input, options: Options): Promise<void> {
  const first = sizeOf(input) <= LIST_FIRST;
  if (first) await list(input);
  const answer = await engine!.assess(input, options, onProgress);
  if (!answer.json) return fail(answer);
  scope.postMessage({ type: 'assessment', json: answer.json }, [answer.json.buffer]);
  if (!first) await list(input);
  scope.postMessage({ type: 'idle' });
}

scope.onmessage = (event) => {
  const work = event.data.type === 'start' ? start(event.data.module) : assess(event.data.input, event.data.options);
  work.catch((e: unknown) => fail({ error: e instanceof Error ? e.name : '' }));
};
