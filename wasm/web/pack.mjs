// Makes the program that Go linked smaller to send, and changes nothing that it does:
//   - Go writes data in up to 100,000 segments, to leave out short runs of zeros. Compressed, the runs weigh
//     nothing and the segments' heads do, so the data becomes one segment per long run of zeros.
//   - A stack tells functions, and no lines, arguments and inlined calls: the tables of these are zeroed, and so are
//     the type arguments of function names, which the runtime prints as [...] anyway, and the places where a signal
//     may not stop the program, which js/wasm has none of.
// The runtime's tables are found and checked by their header (runtime/symtab.go, Go 1.20 to 1.26). Where a check
// fails, the build fails: better a build to mend than a page with half a table.

import { Input } from './src/engine/unfold.js';

const DATA = 11;
const GAP = 256; // runs of zeros below this stay in a segment

/** pack takes a js/wasm program as Go links it and yields an equal one that compresses better; lines keeps them. */
export function pack(wasm, { lines = false } = {}) {
  const sections = readSections(wasm);
  const at = sections.findIndex((s) => s.id === DATA);
  const memory = layOut(readSegments(sections[at].body));
  if (!lines) stripLines(memory);
  sections[at] = { id: DATA, body: writeData(memory) };
  return Buffer.concat([wasm.subarray(0, 8), ...sections.flatMap((s) => [Buffer.from([s.id]), uleb(s.body.length), s.body])]);
}

/** Reader reads the numbers of the binary format, and what must stand there. */
export class Reader extends Input {
  expect(...bytes) {
    for (const b of bytes) if (this.byte() !== b) throw new Error(`the program's data is not as Go writes it: byte ${this.at - 1}`);
  }
}

export function uleb(n) {
  const out = [];
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return Buffer.from([...out, n]);
}

/** sleb encodes a number that is not negative. */
export function sleb(n) {
  const out = [];
  for (; n >= 64; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return Buffer.from([...out, n]);
}

export function readSections(wasm) {
  const r = new Reader(wasm, 8);
  const sections = [];
  while (r.at < wasm.length) sections.push({ id: r.byte(), body: r.take(r.uleb()) });
  return sections;
}

/** readSegments lists the segments: where each goes in memory, its bytes, and where these stand in the section. */
export function readSegments(body) {
  const r = new Reader(body);
  const segments = [];
  for (let n = r.uleb(); n > 0; n--) {
    r.expect(0, 0x41); // memory 0, i32.const
    const offset = r.uleb(); // signed, and never negative here
    r.expect(0x0b); // end
    const data = r.take(r.uleb());
    segments.push({ offset, data, at: r.at - data.length });
  }
  return segments;
}

/** layOut yields the memory that the segments make. */
export function layOut(segments) {
  const memory = Buffer.alloc(Math.max(...segments.map((s) => s.offset + s.data.length)));
  for (const { offset, data } of segments) data.copy(memory, offset);
  return memory;
}

export function writeData(memory) {
  const segments = [];
  for (let at = 0; at < memory.length; ) {
    while (at < memory.length && memory[at] === 0) at++;
    const start = at;
    for (let zeros = 0; at < memory.length && zeros < GAP; at++) zeros = memory[at] === 0 ? zeros + 1 : 0;
    if (start < at) segments.push(Buffer.from([0, 0x41]), sleb(start), Buffer.from([0x0b]), uleb(at - start), memory.subarray(start, at));
  }
  return Buffer.concat([uleb(segments.length / 5), ...segments]);
}

/**
 * The runtime's table of functions (pcHeader, moduledata and _func in runtime/symtab.go and runtime2.go): where its
 * parts begin in memory, and where each function's record does.
 */
export function functionTable(memory) {
  const magic = Buffer.from([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8]);
  const at = alignedIndex(memory, magic);
  const word = (base, i) => Number(memory.readBigUInt64LE(base + 8 * i));
  if (at < 0) throw new Error('the program has no function table that this build knows: see pack.mjs');
  const [count, , , names, units, files, tables, records] = Array.from({ length: 8 }, (_, i) => word(at, i + 1));
  const start = at + records;
  const functions = Array.from({ length: count }, (_, i) => start + memory.readUInt32LE(start + 8 * i + 4));
  const ordered = [72, names, units, files, tables, records].every((n, i, all) => i === 0 || all[i - 1] <= n);
  // moduledata begins with where the header is and the slice of names; its words 40 and 19 bound the functions' data.
  const module = alignedIndex(memory, Buffer.from(BigUint64Array.of(BigInt(at), BigInt(at + names), BigInt(units - names)).buffer));
  if (names !== 72 || !ordered || module < 0 || word(module, 19) < word(module, 40) || functions[0] < start + 8 * count || functions.some((f, i) => i > 0 && f <= functions[i - 1])) {
    throw new Error('the function table of the program is not laid out as this build knows it: see pack.mjs');
  }
  return {
    names: [at + names, at + units],
    units: [at + units, at + files],
    files: [at + files, at + tables],
    tables: [at + tables, at + records],
    data: [word(module, 40), word(module, 19)],
    // Where the functions are by address.
    buckets: word(module, 19),
    // The index of the records, two words a function, and where the records end.
    index: start,
    end: word(module, 13) + word(module, 14),
    functions,
  };
}

/** functionNames lists the names of the functions, in the order of their numbers. */
export function functionNames(memory) {
  const { names, functions } = functionTable(memory);
  return functions.map((f) => {
    const at = names[0] + memory.readUInt32LE(f + 4);
    return memory.toString('utf8', at, memory.indexOf(0, at));
  });
}

/** memoryOf yields what a program has in its memory when it starts. */
export const memoryOf = (wasm) => layOut(readSegments(readSections(wasm).find(({ id }) => id === DATA).body));

/** alignedIndex finds a run of bytes that begins at a whole word. */
function alignedIndex(memory, bytes) {
  let at = memory.indexOf(bytes);
  while (at >= 0 && at % 8 !== 0) at = memory.indexOf(bytes, at + 1);
  return at;
}

/** stripLines blanks what only says files, lines, arguments and inlined calls. */
function stripLines(memory) {
  const { names, units, files, functions, ...bounds } = functionTable(memory);
  const parts = new Parts(memory);
  const drop = (what, field) => {
    parts.use(what, field, false);
    memory.writeUInt32LE(what.none, field);
  };
  for (const f of functions) {
    drop(TABLES, f + 20); // pcfile
    drop(TABLES, f + 24); // pcln
    for (const { what, field, number } of fieldsOf(memory, f)) {
      if (what.unread.includes(number)) drop(what, field);
      else parts.use(what, field, true);
    }
    memory.fill(0, f + 32, f + 40); // cuOffset and startLine
  }
  for (const [from, to] of parts.unused(bounds)) memory.fill(0, from, to);
  memory.fill(0, ...units);
  memory.fill(0, ...files);
  shortenNames(memory.subarray(...names));
}

/**
 * What the fields of a function's record refer to: where, what stands for none, and which of them the runtime reads for
 * stacks of text and for signals only, by number (internal/abi/symtab.go, Go 1.20 to 1.26).
 */
const TABLES = { where: 'tables', none: 0, unread: [0, 2, 3] }; // unsafe points, inlined calls, live arguments
const FUNCDATA = { where: 'data', none: 0xffffffff, unread: [3, 5, 6, 7] }; // inlined calls, arguments, live arguments, wrapped functions

/** fieldsOf lists the fields of a record by which the runtime reads a stack: pcsp, and pcdata and funcdata by number. */
export function fieldsOf(memory, f) {
  const pcdata = f + 44;
  const funcdata = pcdata + 4 * memory.readUInt32LE(f + 28); // npcdata
  return [
    { what: TABLES, field: f + 16 }, // pcsp
    ...Array.from({ length: (funcdata - pcdata) / 4 }, (_, number) => ({ what: TABLES, field: pcdata + 4 * number, number })),
    ...Array.from({ length: memory[f + 43] }, (_, number) => ({ what: FUNCDATA, field: funcdata + 4 * number, number })),
  ];
}

/** Parts are what fields refer to by offset. A part reaches to the next, and equal ones are one, whatever they are for. */
export class Parts {
  constructor(memory) {
    this.memory = memory;
    this.used = { tables: new Map(), data: new Map() };
  }
  /** use says that a field refers to a part, and whether that keeps it. */
  use({ where, none }, field, keeps) {
    const at = this.memory.readUInt32LE(field);
    const used = this.used[where];
    if (at !== none) used.set(at, used.get(at) || keeps);
  }
  /** unused lists the parts that nothing keeps, as [from, to). */
  unused(bounds) {
    return Object.entries(this.used).flatMap(([where, used]) => {
      const [start, end] = bounds[where];
      const offsets = [...used.keys()].sort((a, b) => a - b);
      return offsets.flatMap((at, i) => (used.get(at) ? [] : [[start + at, i + 1 < offsets.length ? start + offsets[i + 1] : end]]));
    });
  }
}

/** shortenNames writes a name's type arguments as [...], in place: names are found by where they begin. */
function shortenNames(names) {
  for (let at = 0; at < names.length; ) {
    const end = names.indexOf(0, at);
    const name = names.toString('utf8', at, end);
    const short = name.replace(/\[.*\]/, '[...]');
    if (short.length < name.length) {
      names.fill(0, at, end);
      names.write(short, at);
    }
    at = end + 1;
  }
}
