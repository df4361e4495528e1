// Where the worker gets the parts of the program from, and when.
import { gunzipSync } from 'fflate';
import { join, whenNeeded } from './join.js';
import { unfold } from './unfold.js';
import type { Bytes, Part } from './protocol.ts';

/** compile compiles a part, where that was not done before: in the worker, since the page's own thread would stand still. */
export async function compile(part: Part, signal: AbortSignal | null = null): Promise<WebAssembly.Module> {
  if (part instanceof WebAssembly.Module) return part;
  const zipped = typeof part === 'string' ? await fetched(part, signal) : new Blob([part]).stream();
  const inflated = zipped.pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(unfold(new Uint8Array(await new Response(inflated).arrayBuffer())));
}

async function fetched(address: string, signal: AbortSignal | null): Promise<ReadableStream<Bytes>> {
  if (__SINGLE__) throw new TypeError('the single file fetches nothing');
  const answer = await fetch(address, { signal });
  if (!answer.ok || !answer.body) throw new TypeError(`a part of the program was not found: ${answer.status}`);
  return answer.body;
}

/** compileNow does the same while everything waits. */
function compileNow(part: Part): WebAssembly.Module {
  if (part instanceof WebAssembly.Module) return part;
  return new WebAssembly.Module(unfold(gunzipSync(typeof part === 'string' ? fetchedNow(part) : part)));
}

function fetchedNow(address: string): Bytes {
  if (__SINGLE__) throw new TypeError('the single file fetches nothing');
  const request = new XMLHttpRequest();
  // Another address, since a browser lets requests for the same one wait for each other: Chromium for 20 seconds.
  request.open('GET', `${address}?now`, false);
  request.responseType = 'arraybuffer';
  request.send();
  if (request.status !== 200) throw new TypeError(`a part of the program was not found: ${request.status}`);
  return new Uint8Array(request.response as ArrayBuffer);
}

/** Rest is the second part of a program that runs. It joins once, ahead of its use or, if that comes first, in it. */
export class Rest {
  readonly #join: (module: WebAssembly.Module) => void;
  readonly #ahead = new AbortController();
  readonly #part: Part;
  #joined = false;

  /** onJoined is told what was compiled; onMissing that the program needs the rest and cannot go on. */
  constructor(part: Part, first: WebAssembly.Instance, imports: WebAssembly.Imports, onJoined: (rest: WebAssembly.Module) => void, onMissing: () => void) {
    this.#part = part;
    this.#join = (module) => {
      if (this.#joined) return;
      join(first, module, imports);
      this.#joined = true;
      onJoined(module);
    };
    whenNeeded(first, () => {
      try {
        this.#now();
      } catch (e) {
        onMissing();
        throw e;
      }
    });
  }

  /** ahead gets the rest and joins it; where that fails, it is asked for again when it is needed. */
  async ahead(): Promise<void> {
    try {
      this.#join(await compile(this.#part, this.#ahead.signal));
    } catch {
      // No network, perhaps; the rest may never be needed.
    }
  }

  #now(): void {
    if (this.#joined) return;
    this.#ahead.abort();
    this.#join(compileNow(this.#part));
  }
}
