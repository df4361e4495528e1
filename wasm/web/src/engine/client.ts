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

function spawn(name: string): Worker {
  const source = document.getElementById('worker')!.textContent!;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker((policy?.createScriptURL(url) ?? url) as string, { name });
  } finally {
    // The worker has taken the address by the time this task ends.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** Crew is the worker that runs the program, and the one that makes digests beside it. */
class Crew {
  readonly program = spawn('privpath');
  readonly #hasher = spawn('privpath-digests');
  /** digests leads from the one to the other. */
  readonly digests: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.digests = port1;
    this.#hasher.postMessage({ type: 'hash', digests: port2 } satisfies ToWorker, [port2]);
    this.#hasher.onerror = (event) => this.program.onerror?.(event); // it would wait for ever
  }

  end(): void {
    this.program.terminate();
    this.#hasher.terminate();
  }
}

const cancelled = () => new DOMException('cancelled', 'AbortError');

export class Engine {
  /** #program is what the next worker starts from. */
  #program: Program | undefined;
  #crew: Promise<Crew> | undefined;
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
      const { program } = await this.#ready();
      if (aborted) throw cancelled();
      return listen(program, { type: 'job', name, args }, [], (m) => {
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

  /** #ready starts the workers, once. */
  async #ready(): Promise<Crew> {
    this.#crew ??= this.#start();
    try {
      return await this.#crew;
    } catch (e) {
      this.#crew = undefined;
      throw e;
    }
  }

  async #start(): Promise<Crew> {
    const crew = new Crew();
    const from = (this.#program ??= program());
    // What was compiled is kept, whatever job runs when it is there.
    crew.program.addEventListener('message', ({ data: m }: MessageEvent<FromWorker>) => {
      if (m.type === 'joined') this.#program = { ...this.#program!, rest: m.module };
    });
    try {
      const first = await listen(crew.program, { type: 'start', program: from, digests: crew.digests }, [crew.digests], (m) => (m.type === 'ready' ? m.module : undefined));
      this.#program = { ...this.#program, first };
      return crew;
    } catch (e) {
      crew.end();
      throw new Error('the program did not start', { cause: e });
    }
  }

  #respawn(): void {
    void this.#crew?.then((crew) => crew.end()).catch(() => {});
    this.#crew = undefined;
    void this.#ready().catch(() => {});
  }
}

/** listen sends a message, with what goes over for good, and waits until pick finds the answer; a failure rejects. */
function listen<T>(worker: Worker, send: ToWorker, transfer: Transferable[], pick: (m: FromWorker) => T | undefined): Promise<T> {
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
    worker.postMessage(send, transfer);
  });
}
