// The page's side of the worker: one run at a time, cancelled by ending the
// worker and starting another from the kept module.
import { compile } from './wasm.ts';
import type { Fault, FromWorker, Input, InputFile, Options, Progress, ToWorker } from './protocol.ts';

/** EngineError is a message from the engine. */
export class EngineError extends Error {
  readonly fault: Fault;
  constructor(message: string, fault: Fault) {
    super(message);
    this.fault = fault;
  }
}

export interface Watcher {
  files(files: InputFile[]): void;
  progress(p: Progress): void;
}

const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

// The only script address that the page may ever form is a blob of its own text.
const policy = window.trustedTypes?.createPolicy('privpath-worker', {
  createScriptURL: (url) => {
    if (!url.startsWith('blob:')) throw new TypeError('only the worker blob may run');
    return url;
  },
});

function spawn(): Worker {
  const source = document.getElementById('worker')!.textContent!;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker((policy?.createScriptURL(url) ?? url) as string, { name: 'privpath' });
  } finally {
    // The worker has taken the address by the time this task ends.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

export class Engine {
  #module: Promise<WebAssembly.Module> | undefined;
  #worker: Promise<{ worker: Worker; about: unknown }> | undefined;
  #abort: (() => void) | undefined;
  /** #busy is whether the worker may still be at the list of files after it gave the assessment. */
  #busy = false;

  /** ready compiles the program and starts a worker, once; it yields what the engine says of itself. */
  async ready(): Promise<unknown> {
    this.#module ??= compile();
    this.#worker ??= this.#module.then(start);
    try {
      return (await this.#worker).about;
    } catch (e) {
      this.#worker = undefined;
      throw e;
    }
  }

  /** assess yields the exact bytes that the engine wrote. The list of files may come after it. */
  async assess(input: Input, options: Options, watch: Watcher): Promise<Uint8Array<ArrayBuffer>> {
    let cancelled = false;
    const aborted = new Promise<never>((_, reject) => {
      this.#abort = () => {
        cancelled = true;
        reject(new DOMException('cancelled', 'AbortError'));
      };
    });
    const run = async () => {
      if (this.#busy) this.#respawn();
      await this.ready();
      const { worker } = await this.#worker!;
      if (cancelled) throw new DOMException('cancelled', 'AbortError');
      this.#busy = true;
      return listen(worker, { type: 'assess', input, options }, (m) => {
        if (m.type === 'files') watch.files((decode(m.json) as InputFile[] | null) ?? []);
        if (m.type === 'progress') watch.progress(m.progress);
        if (m.type === 'idle') this.#busy = false;
        return m.type === 'assessment' ? m.json : undefined;
      });
    };
    try {
      return await Promise.race([run(), aborted]);
    } catch (e) {
      // After a crash or a cancel the program's state is worth nothing.
      this.#busy = false;
      if (cancelled || (e instanceof EngineError && e.fault === 'crash')) this.#respawn();
      throw e;
    } finally {
      this.#abort = undefined;
    }
  }

  /** cancel ends the run at once: Go cannot hear a message while it computes. */
  cancel(): void {
    this.#abort?.();
  }

  #respawn(): void {
    void this.#worker?.then(({ worker }) => worker.terminate()).catch(() => {});
    this.#worker = undefined;
    this.#busy = false;
    void this.ready().catch(() => {});
  }
}

async function start(module: WebAssembly.Module): Promise<{ worker: Worker; about: unknown }> {
  const worker = spawn();
  const about = await listen(worker, { type: 'start', module }, (m) =>
    m.type === 'ready' ? decode(m.about) : undefined,
  );
  return { worker, about };
}

/** listen sends a message and waits until pick finds the answer; a failure rejects. */
function listen<T>(worker: Worker, send: ToWorker, pick: (m: FromWorker) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<FromWorker>) => {
      const m = event.data;
      if (m.type === 'failed') return reject(new EngineError(m.message, m.fault));
      try {
        const found = pick(m);
        if (found !== undefined) resolve(found);
      } catch {
        reject(new EngineError('', 'crash'));
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new EngineError('', 'crash'));
    };
    worker.postMessage(send);
  });
}
