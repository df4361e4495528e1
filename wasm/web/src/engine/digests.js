// Digests of files are made by another worker, beside the program: Digests is this side, serve the other.
import { Sha256 } from './sha256.js';

/** PIECE is how many bytes are handed over at a time, MOST how many pieces may wait to be hashed: 16 MiB. */
const PIECE = 256 << 10;
const MOST = 64;

/** Digests is what the program asks (internal/jshost). */
export class Digests {
  /** stage holds what is to be written next. */
  stage = new Uint8Array(PIECE);
  #port;
  #texts = 0;
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
    const piece = this.#spare.pop() ?? new Uint8Array(PIECE);
    piece.set(this.stage.subarray(0, length));
    this.#port.postMessage({ text, piece, length }, [piece.buffer]);
    if (++this.#waiting >= MOST) this.#full ??= resolvable();
    return this.#full?.promise;
  }

  /** sum ends a text, and yields its digest when that is known. */
  sum(text) {
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
