// The page's side of the worker: one job at a time, cancelled by ending the
// worker and starting another from what the first one compiled.
import { program } from './wasm.ts';
import type { Bytes, Fault, FromWorker, JobName, Jobs, Program, Progress, Results, ToWorker } from './protocol.ts';

/** EngineError is a message from the engine. */
export class EngineError extends Error {
  readonly fault: Fault;
  constructor(message: string, fault: Fault) {
    super(message);
    this.fault = fault;
  }
}

export const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

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

const cancelled = () => new DOMException('cancelled', 'AbortError');

export class Engine {
  /** #program is what the next worker starts from. */
  #program: Program | undefined;
  #worker: Promise<Worker> | undefined;
  /** #last settles when every job that was asked for has ended. */
  #last: Promise<unknown> = Promise.resolve();
  #abort: (() => void) | undefined;
  /** #epoch rises with every cancel: jobs that were waiting then are not begun. */
  #epoch = 0;

  /** do runs a job after those that were asked for before it. */
  do<J extends JobName>(name: J, args: Jobs[J]['takes'], progress: (p: Progress) => void = () => {}): Promise<Results<J>> {
    const epoch = this.#epoch;
    const job = this.#last.then(() => {
      if (epoch !== this.#epoch) throw cancelled();
      return this.#run(name, args, progress);
    });
    this.#last = job.catch(() => {});
    return job as Promise<Results<J>>;
  }

  async #run(name: JobName, args: object, progress: (p: Progress) => void): Promise<Record<string, Bytes>> {
    let aborted = false;
    const abort = new Promise<never>((_, reject) => {
      this.#abort = () => {
        aborted = true;
        reject(cancelled());
      };
    });
    const run = async () => {
      const worker = await this.#ready();
      if (aborted) throw cancelled();
      return listen(worker, { type: 'job', name, args }, (m) => {
        if (m.type === 'progress') progress(m.progress);
        return m.type === 'results' ? m.results : undefined;
      });
    };
    try {
      return await Promise.race([run(), abort]);
    } catch (e) {
      // After a cancel, a crash or a call without end the program's state is worth nothing.
      if (aborted || (e instanceof EngineError && (e.fault === 'crash' || e.fault === 'network'))) this.#respawn();
      throw e;
    } finally {
      this.#abort = undefined;
    }
  }

  /** cancel ends what runs at once, and what waits: Go cannot hear a message while it computes. */
  cancel(): void {
    this.#epoch++;
    this.#abort?.();
  }

  /** #ready starts a worker, once. */
  async #ready(): Promise<Worker> {
    this.#worker ??= this.#start();
    try {
      return await this.#worker;
    } catch (e) {
      this.#worker = undefined;
      throw e;
    }
  }

  async #start(): Promise<Worker> {
    const worker = spawn();
    const from = (this.#program ??= program());
    // What was compiled is kept, whatever job runs when it is there.
    worker.addEventListener('message', ({ data: m }: MessageEvent<FromWorker>) => {
      if (m.type === 'joined') this.#program = { ...this.#program!, rest: m.module };
    });
    try {
      const first = await listen(worker, { type: 'start', program: from }, (m) => (m.type === 'ready' ? m.module : undefined));
      this.#program = { ...this.#program, first };
      return worker;
    } catch (e) {
      worker.terminate();
      throw new Error('the program did not start', { cause: e });
    }
  }

  #respawn(): void {
    void this.#worker?.then((worker) => worker.terminate()).catch(() => {});
    this.#worker = undefined;
    void this.#ready().catch(() => {});
  }
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
