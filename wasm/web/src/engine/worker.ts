// The worker: it runs the Go program and passes messages, or makes digests for the one that does. It is bundled as one
// classic script, put into the page as text and started from a blob, so that it
// inherits the page's content security policy in both builds.
import 'virtual:wasm-exec';
import { Digests, serve } from './digests.js';
import { Files } from './files.js';
import { compile, Rest } from './parts.ts';
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
  newPrivpath?: (host: { files: Files; digests: Digests }) => GoEngine;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;

let engine: GoEngine | undefined;
let memory: WebAssembly.Memory | undefined;

function fail({ error, fault }: Answer): void {
  scope.postMessage({ type: 'failed', message: error ?? '', fault: fault ?? 'crash' });
}

async function start(program: Program, digests: MessagePort): Promise<void> {
  const module = await compile(program.first);
  const go = new Go();
  const instance = await WebAssembly.instantiate(module, go.importObject);
  memory = instance.exports.mem as WebAssembly.Memory;
  const rest = new Rest(
    program.rest, instance, go.importObject,
    (module) => scope.postMessage({ type: 'joined', module }),
    () => fail({ fault: 'network' }),
  );
  // The program serves until the worker is terminated. If it ends, it crashed.
  void go.run(instance).then(() => fail({}));
  engine = scope.newPrivpath?.({ files: new Files(), digests: new Digests(digests) });
  if (!engine) return fail({});
  scope.postMessage({ type: 'ready', module });
  void rest.ahead();
}

const onProgress: OnProgress = (stage, name, done, total) =>
  scope.postMessage({ type: 'progress', progress: { stage, name, done, total, memory: memory?.buffer.byteLength ?? 0 } });

async function work(name: JobName, args: object): Promise<void> {
  const answer = await engine![name](args, onProgress);
  if (!answer.results) return fail(answer);
  scope.postMessage({ type: 'results', results: answer.results }, Object.values(answer.results).map((b) => b.buffer));
}

scope.onmessage = ({ data }) => {
  if (data.type === 'hash') return serve(data.digests);
  const done = data.type === 'start' ? start(data.program, data.digests) : work(data.name, data.args);
  done.catch((e: unknown) => fail({ error: e instanceof Error ? e.name : '' }));
};
