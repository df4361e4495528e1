// SHA-256 as a WebAssembly module of one function, put together here instruction by instruction. Go's own code for
// wasm keeps its sixteen registers in 64 bits and the message in memory, which takes four times as long.

/** K and START are the first 32 bits of the fractions of the cube and square roots of the first primes (FIPS 180-4). */
const primes = [...Array(312).keys()].filter((n) => n > 1 && ![...Array(n).keys()].some((d) => d > 1 && n % d === 0));
const K = primes.map((p) => fraction(p, 3n));
const START = primes.slice(0, 8).map((p) => fraction(p, 2n));

function fraction(prime, power) {
  const most = BigInt(prime) << (32n * power); // its root is the prime's, with 32 more bits
  let root = 0n;
  for (let bit = 1n << 37n; bit > 0n; bit >>= 1n) if ((root + bit) ** power <= most) root += bit;
  return Number(BigInt.asIntN(32, root));
}

/** The memory holds the state, then the message. */
const MESSAGE = 64;
const PAGE = 65536;

/** MOST is how many bytes of message fit, which is a multiple of a block. */
const MOST = 5 * PAGE - MESSAGE;
const BLOCK = 64;

const I32 = 0x7f;
const [LOOP, END, BRANCH_IF, GET, SET, TEE, LOAD, STORE, CONST] = [0x03, 0x0b, 0x0d, 0x20, 0x21, 0x22, 0x28, 0x36, 0x41];
const [LESS, ADD, AND, OR, XOR, SHIFT, ROTATE] = [0x49, 0x6a, 0x71, 0x72, 0x73, 0x76, 0x77];

function unsigned(n) {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}
function signed(n) {
  return n >= -64 && n < 64 ? [n & 0x7f] : [(n & 0x7f) | 0x80, ...signed(n >> 7)];
}
const get = (local) => [GET, ...unsigned(local)];
const set = (local) => [SET, ...unsigned(local)];
const tee = (local) => [TEE, ...unsigned(local)];
const number = (n) => [CONST, ...signed(n)];
const load = (offset) => [LOAD, 2, ...unsigned(offset)];
const store = (offset) => [STORE, 2, ...unsigned(offset)];
const right = (bits) => [...number(32 - bits), ROTATE];
const sigma = (x, a, b, last) => [...get(x), ...right(a), ...get(x), ...right(b), XOR, ...get(x), ...last, XOR];

/** blocks yields the body of blocks(from, to), which takes the blocks of the message that lie there into the state. */
function blocks() {
  const [from, to, w, word] = [0, 1, 10, 26];
  const both = [27, 28]; // b ^ c of this round, and of the one before
  const state = [2, 3, 4, 5, 6, 7, 8, 9];
  const w_ = (t) => w + (t & 15);
  const code = state.flatMap((s, i) => [...number(0), ...load(4 * i), ...set(s)]);
  code.push(LOOP, 0x40);
  for (let t = 0; t < 16; t++) {
    // The message's words begin with their highest byte.
    code.push(...get(from), ...load(4 * t), ...tee(word), ...number(8), ROTATE, ...number(0x00ff00ff), AND);
    code.push(...get(word), ...number(24), ROTATE, ...number(0xff00ff00 | 0), AND, OR, ...set(w + t));
  }
  let names = state;
  code.push(...get(names[1]), ...get(names[2]), XOR, ...set(both[1]));
  for (let t = 0; t < 64; t++) {
    const [a, b, c, d, e, f, g, h] = names;
    const [now, before] = t & 1 ? both.toReversed() : both;
    if (t >= 16) {
      code.push(...get(w_(t)), ...sigma(w_(t + 1), 7, 18, [...number(3), SHIFT]), ADD, ...get(w_(t + 9)), ADD);
      code.push(...sigma(w_(t + 14), 17, 19, [...number(10), SHIFT]), ADD, ...set(w_(t)));
    }
    code.push(...get(h), ...get(w_(t)), ADD, ...number(K[t]), ADD);
    code.push(...get(f), ...get(g), XOR, ...get(e), AND, ...get(g), XOR, ADD); // e chooses between f and g
    code.push(...sigma(e, 6, 11, right(25)), ADD, ...tee(h), ...get(d), ADD, ...set(d));
    code.push(...get(h), ...get(a), ...get(b), XOR, ...tee(now), ...get(before), AND, ...get(b), XOR, ADD); // what two of a, b, c have
    code.push(...sigma(a, 2, 13, right(22)), ADD, ...set(h));
    names = [h, a, b, c, d, e, f, g];
  }
  state.forEach((s, i) => code.push(...number(0), ...get(s), ...number(0), ...load(4 * i), ADD, ...tee(s), ...store(4 * i)));
  code.push(...get(from), ...number(BLOCK), ADD, ...tee(from), ...get(to), LESS, BRANCH_IF, 0, END, END);
  return [1, 27, I32, ...code];
}

const sized = (bytes) => [...unsigned(bytes.length), ...bytes];
const section = (id, bytes) => [id, ...sized(bytes)];
const name = (text) => sized([...text].map((c) => c.charCodeAt(0)));

function assembled() {
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [1, 0x60, 2, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, (MESSAGE + MOST) / PAGE]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('blocks'), 0, 0]),
    ...section(10, [1, ...sized(blocks())]),
  ]);
}

let shared;

/** machine is the module, the same for all texts: what is between two calls of it stands in their own Sha256. */
function machine() {
  if (!shared) {
    const { blocks, memory } = new WebAssembly.Instance(new WebAssembly.Module(assembled())).exports;
    shared = { blocks, state: new Int32Array(memory.buffer, 0, 8), message: new Uint8Array(memory.buffer, MESSAGE) };
  }
  return shared;
}

/** Sha256 is the digest of one text. */
export class Sha256 {
  #state = Int32Array.from(START);
  #rest = new Uint8Array(0); // of the text, which is no whole block
  #size = 0;

  /** write takes more of the text. */
  write(bytes) {
    const { blocks, state, message } = machine();
    this.#size += bytes.length;
    state.set(this.#state);
    for (let at = 0, held = this.#rest.length; at < bytes.length; held = this.#rest.length) {
      const piece = bytes.subarray(at, at + MOST - held);
      message.set(this.#rest);
      message.set(piece, held);
      at += piece.length;
      const end = held + piece.length;
      const whole = end - (end % BLOCK);
      if (whole > 0) blocks(MESSAGE, MESSAGE + whole);
      this.#rest = message.slice(whole, end);
    }
    this.#state.set(state);
  }

  /** sum ends the text, and yields its digest. */
  sum() {
    const size = this.#size;
    const padding = new Uint8Array(((119 - (size % BLOCK)) % BLOCK) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, 8n * BigInt(size));
    this.write(padding);
    const digest = new DataView(new ArrayBuffer(32));
    this.#state.forEach((word, i) => digest.setInt32(4 * i, word));
    return new Uint8Array(digest.buffer);
  }
}
