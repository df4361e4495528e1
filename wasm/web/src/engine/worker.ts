// The worker: it runs the Go program and passes messages. It is bundled as one
// classic script, put into the page as text and started from a blob, so that it
// inherits the page's content security policy in both builds.
import 'virtual:wasm-exec';
import { unfold } from './unfold.js';
import type { Bytes, Fault, FromWorker, JobName, Program, ToWorker } from './protocol.ts';

/** Answer is what every exported Go function resolves to: documents or a message, never both. */
interface Answer {
  results?: Record<string, Bytes>;
  error?: string;
  fault?: Fault;
}

type OnProgress = (stage: string, name: string, done: number, total: number) => void;
type GoEngine = Record<JobName, (args: object, onProgress: OnProgress) => Promise<Answer>>;

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

/** compile compiles the program, where that was not done before: here, since the page's own thread would stand still. */
async function compile(program: Program): Promise<WebAssembly.Module> {
  if (program instanceof WebAssembly.Module) return program;
  return WebAssembly.compile(unfold(await inflated(typeof program === 'string' ? await fetched(program) : new Blob([program]).stream())));
}

async function fetched(address: string): Promise<ReadableStream<Bytes>> {
  if (__SINGLE__) throw new TypeError('the single file fetches nothing');
  const answer = await fetch(address);
  if (!answer.ok || !answer.body) throw new TypeError(`the program was not found: ${answer.status}`);
  return answer.body;
}

async function inflated(zipped: ReadableStream<Bytes>): Promise<Bytes> {
  return new Uint8Array(await new Response(zipped.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

async function start(program: Program): Promise<void> {
  const module = await compile(program);
  const go = new Go();
  const instance = await WebAssembly.instantiate(module, go.importObject);
  memory = instance.exports.mem as WebAssembly.Memory;
  // The program serves until the worker is terminated. If it ends, it crashed.
  void go.run(instance).then(() => fail({}));
  engine = scope.newPrivpath?.();
  if (engine) scope.postMessage({ type: 'ready', module });
  else fail({});
}

const onProgress: OnProgress = (stage, name, done, total) =>
  scope.postMessage({ type: 'progress', progress: { stage, name, done, total, memory: memory?.buffer.byteLength ?? 0 } });

async function work(name: JobName, args: object): Promise<void> {
  const answer = await engine![name](args, onProgress);
  if (!answer.results) return fail(answer);
  scope.postMessage({ type: 'results', results: answer.results }, Object.values(answer.results).map((b) => b.buffer));
}

scope.onmessage = ({ data }) => {
  const done = data.type === 'start' ? start(data.program) : work(data.name, data.args);
  done.catch((e: unknown) => fail({ error: e instanceof Error ? e.name : '' }));
};
