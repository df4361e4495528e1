// Folds the packed program for sending: gzip makes much less of it then, and the worker unfolds it (src/engine/unfold.js)
// to the same bytes before it compiles it.
//   - Instructions become symbols, a byte each: one for an instruction, and the rest of the 256 for the phrases that
//     Go's compiler writes again and again, such as a call with what goes before and after it.
//   - What is left open in them goes to files by instruction and the one before it, so that like stands beside like: the
//     offset of a field beside other offsets, and a number's first byte beside other first bytes. The number of a block
//     is said from the outside, and where a function is resumed by how far that is from what its blocks let expect:
//     mostly the same number.
//   - The runtime's table of functions is turned, so that a column stands together, and holds differences.
// The program is the same; what is folded is undone here and compared.
import { FIRST_BUCKET, HOLE, NOTHING, PLANES, RESUMED, fileOf, inBuckets, inColumns, unfold } from './src/engine/unfold.js';
import { Reader, functionTable, layOut, readSections, readSegments, uleb } from './pack.mjs';

const CODE = 10;
const DATA = 11;
const SYMBOLS = 256;
const COMMON = 20; // instructions whose operand is part of their symbol

/** fold takes a program, or a part of one that does not hold the table of functions, and yields what unfold makes it of. */
export function fold(wasm, { table = true } = {}) {
  const sections = readSections(wasm).map(({ id, body }) => ({ id, body, ...folded(id, body, table) }));
  const head = sections.flatMap(({ id, body, kind, stored }) => [Buffer.from([id]), uleb(body.length), Buffer.from([kind]), uleb(stored.length)]);
  const out = Buffer.concat([uleb(wasm.length), uleb(sections.length), ...head, wasm.subarray(0, 8), ...sections.map(({ stored }) => stored)]);
  if (!wasm.equals(unfold(out))) throw new Error('the program does not come back from its fold: see fold.mjs');
  return out;
}

function folded(id, body, table) {
  if (id === CODE) return { kind: 1, stored: foldCode(body) };
  if (id === DATA && table) return { kind: 2, stored: foldData(body) };
  return { kind: 0, stored: body };
}

/** Instruction is one as it stands: its fixed bytes, and what is open in it, encoded as in a file. */
function readInstruction(r, state) {
  const start = r.at;
  const op = r.byte();
  const made = (hole, operand) => ({ op, literal: r.bytes.subarray(start, hole === HOLE.none ? r.at : start + 1), hole, operand });
  const copied = () => {
    const from = r.at;
    while (r.byte() >= 128);
    return made(HOLE.copied, r.bytes.subarray(from, r.at));
  };
  if (op >= 0x02 && op <= 0x04) {
    r.byte(); // the type of the block
    state.depth++;
  } else if (op === 0x0b) state.depth--;
  else if (op === 0x0c || op === 0x0d) return made(HOLE.label, uleb(state.depth - r.uleb()));
  else if (op === 0x0e) return made(HOLE.table, table(r));
  else if (op === 0x10 || (op >= 0x20 && op <= 0x24) || op === 0x41) return copied();
  else if (op === 0x42) {
    const constant = copied();
    const resumed = resumedAt(constant.operand, state);
    return resumed ? { ...constant, hole: HOLE.resume, operand: resumed } : constant;
  } else if (op === 0x11) r.take(2); // the type of the function, and the table
  else if (op >= 0x28 && op <= 0x3e) {
    r.byte(); // the alignment, which goes with the instruction
    return { ...copied(), literal: r.bytes.subarray(start, start + 2) };
  } else if (op === 0x3f || op === 0x40) r.byte();
  else if (op === 0x43) return made(HOLE.float32, r.take(4));
  else if (op === 0x44) return made(HOLE.float64, r.take(8));
  else if (op === 0xfc) r.take({ 10: 3, 11: 2 }[r.bytes[r.at]] ?? 1);
  else if (op >= 0xc5) throw new Error(`instruction ${op} is not known: see fold.mjs`);
  return made(HOLE.none);
}

/** resumedAt encodes an address at which the function that is read is resumed. */
function resumedAt(bytes, state) {
  let value = 0;
  bytes.forEach((b, i) => (value += (b & 127) * 128 ** i));
  if (bytes.length > 5 || bytes.at(-1) >= 64 || Math.floor(value / 65536) !== RESUMED + state.f) return null;
  const difference = (value % 65536) - state.resumed;
  state.resumed += difference;
  return uleb(difference < 0 ? -2 * difference - 1 : 2 * difference);
}

/**
 * table encodes a table of jumps. Those of a function that can be resumed go up in steps of one, so that it is enough to
 * say how often each number stands there; before these stand how many there are, or 0 and the table as it is.
 */
function table(r) {
  const entries = Array.from({ length: r.uleb() + 1 }, () => r.uleb());
  const times = new Array(entries.at(-1) + 1).fill(0);
  for (const to of entries) times[to]++;
  const steps = entries[0] === 0 && entries.every((to, i) => i === 0 || to - entries[i - 1] === 0 || to - entries[i - 1] === 1);
  return Buffer.concat(steps ? [uleb(times.length), ...times.map(uleb)] : [uleb(0), uleb(entries.length), ...entries.map(uleb)]);
}

/** Symbols numbers instructions and phrases, and knows what each is made of. */
class Symbols {
  constructor() {
    this.phrases = [];
    this.numbers = new Map();
  }
  /** of gives the number of an instruction. */
  of({ literal, hole }) {
    const key = `${hole}:${literal.toString('latin1')}`;
    if (!this.numbers.has(key)) this.numbers.set(key, this.add([{ literal, hole }]));
    return this.numbers.get(key);
  }
  add(phrase) {
    if (this.phrases.push(phrase) > SYMBOLS) throw new Error('more kinds of instructions than symbols: see fold.mjs');
    return this.phrases.length - 1;
  }
  encoded() {
    return Buffer.concat([uleb(this.phrases.length), ...this.phrases.flatMap((phrase) => [uleb(phrase.length),
      ...phrase.flatMap(({ hole, literal }) => [Buffer.from([hole]), uleb(literal.length), literal])])]);
  }
}

/** withOperand makes the operand a part of the instruction. */
const withOperand = (i) => ({ ...i, literal: Buffer.concat([i.literal, i.operand]), hole: HOLE.none });

const keyOf = ({ literal, operand }) => literal.toString('latin1') + operand.toString('latin1');

/** read visits every instruction of every function, with the operation before it; END stands behind each function. */
export function read(body, visit, locals = []) {
  const r = new Reader(body);
  const count = r.uleb();
  for (let f = 0; f < count; f++) {
    const end = r.uleb() + r.at;
    const declared = r.uleb();
    locals.push(uleb(declared), r.take(2 * declared));
    const state = { f, depth: 0, resumed: 0 };
    let before = 0;
    while (r.at < end) {
      const i = readInstruction(r, state);
      visit(i, before);
      before = i.op;
    }
    if (state.depth !== -1 || r.at !== end) throw new Error(`function ${f} does not end where it says: see fold.mjs`);
    visit(null, before);
  }
}

/** commonOnes are the instructions that are most frequent with their operand. */
function commonOnes(body) {
  const times = new Map();
  read(body, (i) => {
    if (i?.hole === HOLE.copied) times.set(keyOf(i), (times.get(keyOf(i)) ?? 0) + 1);
  });
  return new Set([...times].sort((a, b) => b[1] - a[1]).slice(0, COMMON).map(([key]) => key));
}

const END = 0xffff;

function foldCode(body) {
  const common = commonOnes(body);
  const symbols = new Symbols();
  const files = new Map();
  const locals = [];
  let text = [];
  read(body, (i, before) => {
    if (!i) return text.push(END);
    const whole = i.hole === HOLE.copied && common.has(keyOf(i));
    if (i.hole !== HOLE.none && !whole) file(files, fileOf(i.hole, i.op, before), i);
    text.push(symbols.of(whole ? withOperand(i) : i));
  }, locals);
  text = phrased(Uint16Array.from(text), symbols);
  const count = text.filter((symbol) => symbol === END).length;
  const declared = Buffer.concat([uleb(count), uleb(largest(body)), ...locals]);
  return Buffer.concat([symbols.encoded(), ...filed(files), uleb(declared.length), declared, Buffer.from(text.filter((symbol) => symbol !== END))]);
}

function largest(body) {
  const r = new Reader(body);
  let most = 0;
  for (let n = r.uleb(); n > 0; n--) {
    const size = r.uleb();
    most = Math.max(most, size);
    r.take(size);
  }
  return most;
}

/** file puts an operand into the planes of its file. */
function file(files, key, { hole, operand }) {
  if (!files.has(key)) files.set(key, Array.from({ length: PLANES }, () => []));
  const planes = files.get(key);
  let plane = 0;
  for (const b of operand) {
    planes[plane].push(b);
    if (hole === HOLE.float32 || hole === HOLE.float64) continue;
    plane = b < 128 ? 0 : Math.min(plane + 1, PLANES - 1);
  }
}

function filed(files) {
  const sorted = [...files].sort((a, b) => a[0] - b[0]);
  const heads = sorted.flatMap(([key, planes]) => [Buffer.from([key >> 8, key & 255]), ...planes.map((p) => uleb(p.length))]);
  return [uleb(sorted.length), ...heads, ...sorted.flatMap(([, planes]) => planes.map((p) => Buffer.from(p)))];
}

/** phrased gives the two symbols that follow each other most often a symbol of their own, while there are any left. */
function phrased(text, symbols) {
  while (symbols.phrases.length < SYMBOLS) {
    const times = new Uint32Array(SYMBOLS * SYMBOLS);
    for (let i = 1; i < text.length; i++) if (text[i] !== END && text[i - 1] !== END) times[text[i - 1] * SYMBOLS + text[i]]++;
    let best = 0;
    for (let pair = 1; pair < times.length; pair++) if (times[pair] > times[best]) best = pair;
    if (times[best] < 2) break;
    const [first, second] = [Math.floor(best / SYMBOLS), best % SYMBOLS];
    const symbol = symbols.add([...symbols.phrases[first], ...symbols.phrases[second]]);
    let to = 0;
    for (let i = 0; i < text.length; to++) {
      const both = text[i] === first && text[i + 1] === second;
      text[to] = both ? symbol : text[i];
      i += both ? 2 : 1;
    }
    text = text.subarray(0, to);
  }
  return text;
}

/** foldData turns the table of functions: first its index, then the records that the index tells the places of. What finds a function by its address says nothing new. */
function foldData(body) {
  const segments = readSegments(body);
  const { index, end, buckets, functions } = functionTable(layOut(segments));
  const out = Buffer.from(body);
  const at = (address) => {
    const { offset, at } = segments.findLast(({ offset }) => offset <= address);
    return address - offset + at;
  };
  foldRows(out, functions.map(at), at(end));
  foldRows(out, functions.map((_, i) => at(index) + 8 * i), at(index) + 8 * functions.length);
  inBuckets(functions.length, (_, bucket) => out.writeUInt32LE(0, at(buckets + bucket)));
  return Buffer.concat([uleb(at(index)), uleb(functions.length), uleb(at(end)), uleb(at(buckets + FIRST_BUCKET)), out]);
}

function foldRows(out, starts, end) {
  const rows = Buffer.from(out.subarray(starts[0], end));
  const count = rows.length >> 2;
  let i = 0;
  let last = 0;
  inColumns(starts, end, (at, first) => {
    const word = rows.readUInt32LE(at - starts[0]);
    if (first) last = 0;
    const difference = word === 0 ? NOTHING : (word - last) >>> 0;
    for (let plane = 0; plane < 4; plane++) out[starts[0] + plane * count + i] = (difference >>> (8 * plane)) & 255;
    last = word || last;
    i++;
  });
}
