// The way back from what fold.mjs makes of the program for sending. fold.mjs says what the form is and why; its build
// undoes every fold that it makes and compares. What comes from elsewhere is no concern: the hosted page fetches the
// program from its own origin, the single file holds it.

/** What stands in an instruction where a phrase leaves it open. */
export const HOLE = { none: 0, copied: 1, label: 2, resume: 3, table: 4, float32: 5, float64: 6 };

/** PLANES are the files that the bytes of a number go to: its first, its second, and the others. */
export const PLANES = 3;

/** Input reads the numbers of WebAssembly's binary format. */
export class Input {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  uleb() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.byte();
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
  }
  take(n) {
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }
}

/** unfold yields the program whose fold the bytes are. */
export function unfold(folded) {
  const input = new Input(folded);
  const out = new Uint8Array(input.uleb());
  const sections = Array.from({ length: input.uleb() }, () => ({ id: input.byte(), size: input.uleb(), kind: input.byte(), stored: input.uleb() }));
  out.set(input.take(8));
  let at = 8;
  for (const { id, size, kind, stored } of sections) {
    out[at++] = id;
    at = putUleb(out, at, size);
    const body = out.subarray(at, (at += size));
    const part = new Input(input.take(stored));
    if (kind === 0) body.set(part.bytes);
    else if (kind === 1) unfoldCode(part, body);
    else unfoldData(part, body);
  }
  return out;
}

function putUleb(out, at, n) {
  for (; n >= 128; n = Math.floor(n / 128)) out[at++] = (n % 128) | 128;
  out[at++] = n;
  return at;
}

function readPhrases(input) {
  return Array.from({ length: input.uleb() }, () =>
    Array.from({ length: input.uleb() }, () => ({ hole: input.byte(), literal: input.take(input.uleb()) })));
}

/** fileOf numbers the file of what an instruction leaves open. */
export const fileOf = (hole, op, before) => (hole === HOLE.resume ? 0xff : op) << 8 | before;

/** readFiles yields the files of operands, by the instruction and the one before it. */
function readFiles(input) {
  const files = new Array(1 << 16);
  const heads = Array.from({ length: input.uleb() }, () => ({ key: input.byte() << 8 | input.byte(), sizes: Array.from({ length: PLANES }, () => input.uleb()) }));
  for (const { key, sizes } of heads) files[key] = sizes.map((size) => new Input(input.take(size)));
  return files;
}

/** RESUMED is the number of the first function in the addresses at which Go's functions are resumed. */
export const RESUMED = 0x1000;

function unfoldCode(input, out) {
  const phrases = readPhrases(input);
  const files = readFiles(input);
  const locals = new Input(input.take(input.uleb()));
  const symbols = input.bytes.subarray(input.at);
  const count = locals.uleb();
  const scratch = new Uint8Array(locals.uleb()); // as large as the largest function
  let at = putUleb(out, 0, count);
  let to = 0;
  let symbol = 0;

  const copy = (planes) => {
    let b = planes[0].byte();
    scratch[to++] = b;
    for (let plane = 1; b >= 128; plane = PLANES - 1) {
      b = planes[plane].byte();
      scratch[to++] = b;
    }
  };
  const number = (planes) => {
    let value = 0;
    let b = planes[0].byte();
    value = b & 127;
    for (let plane = 1, scale = 128; b >= 128; plane = PLANES - 1, scale *= 128) {
      b = planes[plane].byte();
      value += (b & 127) * scale;
    }
    return value;
  };

  for (let f = 0; f < count; f++) {
    to = 0;
    const declared = locals.uleb();
    to = putUleb(scratch, to, declared);
    for (const b of locals.take(2 * declared)) scratch[to++] = b;
    let depth = 0;
    let resumed = 0;
    let before = 0;
    while (depth >= 0) {
      const phrase = phrases[symbols[symbol++]];
      for (let part = 0; part < phrase.length; part++) {
        const { hole, literal } = phrase[part];
        const op = literal[0];
        for (let i = 0; i < literal.length; i++) scratch[to++] = literal[i];
        if (op === 0x0b) depth--;
        else if (op >= 0x02 && op <= 0x04) depth++;
        if (hole !== HOLE.none) {
          const planes = files[fileOf(hole, op, before)];
          if (hole === HOLE.copied) copy(planes);
          else if (hole === HOLE.label) to = putUleb(scratch, to, depth - number(planes));
          else if (hole === HOLE.resume) {
            const said = number(planes);
            resumed += said % 2 ? -(said + 1) / 2 : said / 2;
            to = putSleb(scratch, to, (RESUMED + f) * 65536 + resumed);
          }
          else if (hole === HOLE.table) to = putTable(scratch, to, number, planes);
          else for (let i = hole === HOLE.float32 ? 4 : 8; i > 0; i--) scratch[to++] = planes[0].byte();
        }
        before = op;
      }
    }
    at = putUleb(out, at, to);
    out.set(scratch.subarray(0, to), at);
    at += to;
  }
}

/** putTable writes a table of jumps, of which fold.mjs says how it is told. */
function putTable(out, at, number, planes) {
  const blocks = number(planes);
  const entries = [];
  if (blocks === 0) for (let n = number(planes); n > 0; n--) entries.push(number(planes));
  for (let block = 0; block < blocks; block++) for (let n = number(planes); n > 0; n--) entries.push(block);
  at = putUleb(out, at, entries.length - 1);
  for (const to of entries) at = putUleb(out, at, to);
  return at;
}

/** putSleb writes a number that is not negative. */
function putSleb(out, at, n) {
  for (; n >= 64; n = Math.floor(n / 128)) out[at++] = (n % 128) | 128;
  out[at++] = n;
  return at;
}

function unfoldData(input, out) {
  const [index, count, end, buckets] = [input.uleb(), input.uleb(), input.uleb(), input.uleb()];
  out.set(input.bytes.subarray(input.at));
  const words = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const rows = (offsets, to) => unfoldRows(out, words, offsets, to);
  rows(Array.from({ length: count }, (_, i) => index + 8 * i), index + 8 * count);
  rows(Array.from({ length: count }, (_, i) => index + words.getUint32(index + 8 * i + 4, true)), end);
  inBuckets(count, (f, bucket) => words.setUint32(buckets + bucket - FIRST_BUCKET, f, true));
}

/**
 * inBuckets visits where the runtime finds functions by address (findfuncbucket in runtime/symtab.go): each function has
 * 16 buckets of 20 bytes that hold its number and zeros. The first and the last function's are cut short by segments.
 */
export function inBuckets(count, visit) {
  for (let at = FIRST_BUCKET; at < FIRST_BUCKET * (count - 1); at += 20) visit(Math.floor(at / FIRST_BUCKET), at);
}
export const FIRST_BUCKET = 16 * 20;

/** NOTHING stands for a word that is 0, so that what comes before and after it is told by their difference. */
export const NOTHING = 0x80000000;

/** inColumns visits the words of rows, column by column, and says which is the first of one: rows differ in length. */
export function inColumns(starts, end, visit) {
  const lengths = starts.map((start, i) => ((i + 1 < starts.length ? starts[i + 1] : end) - start) >> 2);
  let left = starts.map((_, i) => i);
  for (let column = 0; left.length > 0; column++) {
    left = left.filter((i) => column < lengths[i]);
    left.forEach((i, at) => visit(starts[i] + 4 * column, at === 0));
  }
}

function unfoldRows(out, words, starts, end) {
  const planes = out.slice(starts[0], end);
  const count = planes.length >> 2;
  let i = 0;
  let last = 0;
  inColumns(starts, end, (at, first) => {
    const difference = planes[i] | planes[count + i] << 8 | planes[2 * count + i] << 16 | planes[3 * count + i] << 24;
    if (first) last = 0;
    const word = difference === (NOTHING | 0) ? 0 : (last + difference) >>> 0;
    words.setUint32(at, word, true);
    last = word || last;
    i++;
  });
}
