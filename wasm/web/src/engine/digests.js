// Digests of files are made by another worker, beside the program: Digests is this side, serve the other.
import { Sha256 } from './sha256.js';

/** STAGE is how many bytes the program gives at a time, PIECE how many are handed over: a message costs as much as some of them. */
const STAGE = 256 << 10;
const PIECE = 4 * STAGE;

/** MOST is how many pieces, and texts that have ended, may wait to be hashed. */
const MOST = 16;

/** WHOLE is how many bytes of a text the browser's own digest, which wants them at once, is given. */
const WHOLE = 8 << 20;

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
  #waiting = 0; // pieces that have not, and texts whose digest has not come
  #full; // while too many have not: a promise and how to keep it
  #sums = new Map(); // of texts that have ended, the same

  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data: { text, piece, digest } }) => {
      if (digest) this.#sums.get(text).resolve(digest);
      else this.#spare.push(piece);
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
    this.#wait();
  }

  #wait() {
    if (++this.#waiting >= MOST) this.#full ??= resolvable();
  }

  /** end ends a text. */
  end(text) {
    this.#hand();
    this.#sums.set(text, resolvable());
    this.#port.postMessage({ text });
    this.#wait();
  }

  /** sum yields the digest of a text that has ended, when it is known; once. */
  sum(text) {
    const { promise } = this.#sums.get(text);
    return promise.finally(() => this.#sums.delete(text));
  }
}

function resolvable() {
  let resolve;
  return { promise: new Promise((r) => (resolve = r)), resolve };
}

/** serve hashes what comes on a port. subtle is WebCrypto's, which only a secure context has. */
export function serve(port, subtle = globalThis.crypto?.subtle) {
  const buffers = []; // that no text has
  const texts = new Map();
  port.onmessage = ({ data: { text, piece, length } }) => {
    if (!texts.has(text)) texts.set(text, new Text(buffers, subtle));
    if (piece) {
      texts.get(text).write(piece.subarray(0, length));
      port.postMessage({ piece }, [piece.buffer]);
      return;
    }
    const ended = texts.get(text);
    texts.delete(text);
    ended.sum().then((digest) => port.postMessage({ text, digest }), fail);
  };
}

/** fail ends the worker with an error that its owner hears of, as of no promise. */
const fail = (e) =>
  setTimeout(() => {
    throw e;
  });

/** Text is held while it is small enough for subtle, which is three times as fast as ours, and hashed as it comes from then on. */
class Text {
  #buffers;
  #subtle;
  #held; // its beginning, or undefined
  #size = 0;
  #sum; // or undefined, while it is held

  constructor(buffers, subtle) {
    this.#buffers = buffers;
    this.#subtle = subtle;
    if (subtle) this.#held = buffers.pop() ?? new Uint8Array(WHOLE);
    else this.#sum = new Sha256();
  }

  write(bytes) {
    if (!this.#sum && this.#size + bytes.length <= WHOLE) {
      this.#held.set(bytes, this.#size);
      this.#size += bytes.length;
      return;
    }
    if (!this.#sum) {
      this.#sum = new Sha256();
      this.#sum.write(this.#release());
    }
    this.#sum.write(bytes);
  }

  /** #release yields what is held, until another text holds something. */
  #release() {
    this.#buffers.push(this.#held);
    return this.#held.subarray(0, this.#size);
  }

  async sum() {
    if (this.#sum) return this.#sum.sum();
    return new Uint8Array(await this.#subtle.digest('SHA-256', this.#release())); // copied before anything else runs
  }
}
