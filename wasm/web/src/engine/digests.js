// Digests of files are made by another worker, beside the program: Digests is this side, serve the other.
import { Sha256 } from './sha256.js';

/** STAGE is how many bytes the program gives at a time, PIECE how many are handed over: a message costs as much as some of them. */
const STAGE = 256 << 10;
const PIECE = 4 * STAGE;

/** MOST is how many pieces may wait to be hashed. */
const MOST = 16;

/** Digests is what the program asks (internal/jshost). */
export class Digests {
  /** stage holds what is to be written next. */
  stage = new Uint8Array(STAGE);
  #port;
  #texts = 0;
  #text = 0; // whose bytes wait to be handed over
  #piece = new Uint8Array(PIECE);
  #held = 0; // bytes of them
  #spare = []; // buffers that came back
  #waiting = 0; // pieces that have not
  #full; // while too many have not: a promise and how to keep it
  #sums = new Map();

  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data: { text, piece, digest } }) => {
      if (digest) return this.#sums.get(text)(digest);
      this.#spare.push(piece);
      if (--this.#waiting > MOST / 2) return;
      this.#full?.resolve();
      this.#full = undefined;
    };
  }

  /** begin yields a number for a text. */
  begin() {
    return ++this.#texts;
  }

  /** write takes more of a text, so many bytes of stage. What it yields, if anything, is to be waited for before more is written. */
  write(text, length) {
    if (text !== this.#text || this.#held + length > PIECE) this.#hand();
    this.#text = text;
    this.#piece.set(this.stage.subarray(0, length), this.#held);
    this.#held += length;
    return this.#full?.promise;
  }

  #hand() {
    if (this.#held === 0) return;
    this.#port.postMessage({ text: this.#text, piece: this.#piece, length: this.#held }, [this.#piece.buffer]);
    this.#piece = this.#spare.pop() ?? new Uint8Array(PIECE);
    this.#held = 0;
    if (++this.#waiting >= MOST) this.#full ??= resolvable();
  }

  /** sum ends a text, and yields its digest when that is known. */
  sum(text) {
    this.#hand();
    return new Promise((resolve) => {
      this.#sums.set(text, (digest) => {
        this.#sums.delete(text);
        resolve(digest);
      });
      this.#port.postMessage({ text });
    });
  }
}

function resolvable() {
  let resolve;
  return { promise: new Promise((r) => (resolve = r)), resolve };
}

/** serve hashes what comes on a port. */
export function serve(port) {
  const texts = new Map();
  port.onmessage = ({ data: { text, piece, length } }) => {
    const sum = texts.get(text) ?? new Sha256();
    if (piece) {
      sum.write(piece.subarray(0, length));
      texts.set(text, sum);
      port.postMessage({ piece }, [piece.buffer]);
    } else {
      texts.delete(text);
      port.postMessage({ text, digest: sum.sum() });
    }
  };
}
