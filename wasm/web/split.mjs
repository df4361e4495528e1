// Splits the program that Go linked in two: the first part starts, and runs what the second does not hold; the second,
// the rest, joins it when one of its functions is called for the first time, or before (src/engine/join.js).
//   - Both parts number functions, types and globals as the program does, so that no instruction changes. Where a part
//     does not hold a function, a stub stands in its place, which calls it by Go's own table of all functions. The rest
//     puts its functions into that table when it joins, and its data into the memory.
//   - A stub names its function by the address at which Go would resume it, which weighs nothing in a fold (fold.mjs).
//   - The first part asks for the rest by slot 0 of the table, which Go leaves free: an import would change the number
//     of every function.
// Which functions go to the rest decides what is sent when, and never what is computed.
import { read } from './fold.mjs';
import { fieldsOf, functionNames, functionTable, layOut, Parts, Reader, readSections, readSegments, sleb, uleb, writeData } from './pack.mjs';
import { FIRST } from './src/engine/join.js';
import { RESUMED } from './src/engine/unfold.js';

const SECTION = { type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, element: 9, code: 10, data: 11 };
const KIND = { table: 1, memory: 2, global: 3 };
const [I32, I64] = [0x7f, 0x7e];
/** GO is the type of Go's functions; the others are few, and stand in both parts. */
const GO = 0;

/** split yields the two parts of a program; cold says of a function, by its name, whether it goes to the rest. */
export function split(wasm, cold) {
  const sections = new Map(readSections(wasm).map(({ id, body }) => [id, body]));
  sections.delete(0); // what made it
  const count = (id) => new Reader(sections.get(id)).uleb();
  const types = functionTypes(sections.get(SECTION.function));
  const memory = layOut(readSegments(sections.get(SECTION.data)));
  const names = functionNames(memory);
  const isCold = types.map((type, f) => type === GO && (READS_NAMES.test(names[f]) || cold(names[f])));
  const isHot = types.map((type, f) => type === GO && !isCold[f]);
  const bodies = functionBodies(sections.get(SECTION.code));
  const moved = coldData(memory, sections.get(SECTION.code), names, isCold);
  const [imports, globals, enterType] = [count(SECTION.import), count(SECTION.global), count(SECTION.type)];
  const code = (absent, enter) =>
    vector([...bodies.map((body, f) => (absent[f] ? stub(f, imports + types.length) : body)), enter].map(sized));

  sections.set(SECTION.type, appended(sections.get(SECTION.type), [[0x60, 2, I32, I64, 1, I32], [0x60, 0, 0]]));
  sections.set(SECTION.function, appended(sections.get(SECTION.function), [uleb(enterType)]));
  const shared = sharedBy(sections);
  const first = new Map(sections)
    .set(SECTION.global, appended(sections.get(SECTION.global), [[I32, 1, 0x41, 0, 0x0b]]))
    .set(SECTION.export, appended(sections.get(SECTION.export), shared.map(({ name, kind, number }) => [...named(name), kind, number])))
    .set(SECTION.code, code(isCold, enterOrAsk(globals, enterType + 1)))
    .set(SECTION.data, writeData(without(memory, moved)));
  const rest = new Map(sections)
    .set(SECTION.import, appended(sections.get(SECTION.import), shared.map(({ name, kind, form }) => [...named(FIRST), ...named(name), kind, ...form])))
    .set(SECTION.element, vector(runs(isCold).map(([from, to]) => slots(from, to, imports))))
    .set(SECTION.code, code(isHot, ENTER))
    .set(SECTION.data, vector(moved.map(([from, to]) => segment(from, memory.subarray(from, to)))));
  for (const id of [SECTION.table, SECTION.memory, SECTION.global, SECTION.export]) rest.delete(id);
  return { first: program(first), rest: program(rest) };
}

/** stub calls function f by the table: (pc_b) -> enter(pc_b, address of f). */
const stub = (f, enter) => Buffer.concat([Buffer.from([0, 0x20, 0, 0x42]), sleb((RESUMED + f) * 65536), Buffer.from([0x10]), uleb(enter), Buffer.from([0x0b])]);

/** CALL is table[address >> 16](pc_b). */
const CALL = [0x20, 0, 0x20, 1, 0x42, 16, 0x88, 0xa7, 0x11, GO, 0, 0x0b];
const ENTER = Buffer.from([0, ...CALL]);

/** enterOrAsk calls slot 0 of the table once before: if (!joined) { table[0](); joined = 1; } */
const enterOrAsk = (joined, ask) =>
  Buffer.from([0, 0x23, joined, 0x45, 0x04, 0x40, 0x41, 0, 0x11, ask, 0, 0x41, 1, 0x24, joined, 0x0b, ...CALL]);

/** sharedBy lists what the rest takes from the first part: the table, the memory and the globals, numbered as there. */
function sharedBy(sections) {
  const [table, memory] = [SECTION.table, SECTION.memory].map((id) => sections.get(id).subarray(1));
  const r = new Reader(sections.get(SECTION.global));
  const globals = Array.from({ length: r.uleb() }, (_, number) => {
    const form = r.take(2);
    while (r.byte() !== 0x0b); // its first value, which is 0
    return { name: `global${number}`, kind: KIND.global, number, form };
  });
  return [{ name: 'table', kind: KIND.table, number: 0, form: table }, { name: 'memory', kind: KIND.memory, number: 0, form: memory }, ...globals];
}

/** slots puts functions from..to into the table, where Go's linker has them. */
const slots = (from, to, imports) =>
  Buffer.concat([Buffer.from([0, 0x41]), sleb(RESUMED + from), Buffer.from([0x0b]), vector(Array.from({ length: to - from }, (_, i) => uleb(imports + from + i)))]);

const segment = (at, data) => Buffer.concat([Buffer.from([0, 0x41]), sleb(at), Buffer.from([0x0b]), sized(data)]);

/** runs lists where a list is true, as [from, to). */
function runs(list) {
  const found = [];
  list.forEach((is, i) => {
    if (is && found.at(-1)?.[1] === i) found.at(-1)[1]++;
    else if (is) found.push([i, i + 1]);
  });
  return found;
}

function functionTypes(body) {
  const r = new Reader(body);
  return Array.from({ length: r.uleb() }, () => r.uleb());
}

export function functionBodies(body) {
  const r = new Reader(body);
  return Array.from({ length: r.uleb() }, () => r.take(r.uleb()));
}

export const vector = (items) => Buffer.concat([uleb(items.length), ...items]);
export const sized = (body) => Buffer.concat([uleb(body.length), body]);
const named = (name) => [name.length, ...Buffer.from(name)];

/** appended adds to a section's list. */
export function appended(body, items) {
  const r = new Reader(body);
  return Buffer.concat([uleb(r.uleb() + items.length), r.bytes.subarray(r.at), ...items.map((item) => Buffer.from(item))]);
}

export const program = (sections) =>
  Buffer.concat([Buffer.from('\0asm\x01\0\0\0', 'latin1'), ...[...sections].flatMap(([id, body]) => [Buffer.from([id]), sized(body)])]);

function without(memory, ranges) {
  const left = Buffer.from(memory);
  for (const [from, to] of ranges) left.fill(0, from, to);
  return left;
}

/**
 * coldData lists what only the rest's functions need of the memory, as [from, to): the runtime reads how a function's
 * stack is laid out while the function runs, and function names for stacks of text, which the rest writes. Where a
 * function is, its kind and its table's size are read before (runtime.findfunc, runtime.newproc1).
 */
function coldData(memory, code, called, isCold) {
  const { names, functions, end, ...bounds } = functionTable(memory);
  const parts = new Parts(memory);
  const moved = [];
  functions.forEach((f, i) => {
    for (const { what, field } of fieldsOf(memory, f)) parts.use(what, field, !isCold[i]);
    if (isCold[i]) moved.push([READ_EARLY.test(called[i]) ? f + 8 : f + 4, f + 40], [f + 44, functions[i + 1] ?? end]);
  });
  return joined([...moved, ...parts.unused(bounds), ...coldNames(memory, names), ...timeZones(memory, code, isCold)]);
}

/** joined sorts ranges, and makes one of those that meet. */
function joined(ranges) {
  const found = [];
  for (const [from, to] of ranges.filter(([from, to]) => from < to).sort((a, b) => a[0] - b[0])) {
    if (found.at(-1)?.[1] === from) found.at(-1)[1] = to;
    else found.push([from, to]);
  }
  return found;
}

/** READ_EARLY are the names that the runtime reads for other ends (isSystemGoroutine, stkframe.argMapInternal, sigprof). */
const READ_EARLY = /^(runtime\.|internal\/runtime\/|reflect\.(makeFuncStub|methodValueCall)$)/;

/** READS_NAMES are the functions that read the name of any function, which the rest brings. */
const READS_NAMES = /^runtime\.(\(\*Frames\)\.Next|\(\*Func\)|FuncForPC|funcName|panicwrap|print(AncestorTraceback|FuncName|createdby)|traceback)/;

function coldNames(memory, [start, end]) {
  const found = [];
  for (let at = start; at < end; ) {
    const next = memory.indexOf(0, at) + 1;
    if (!READ_EARLY.test(memory.toString('utf8', at, next - 1))) found.push([at, next]);
    at = next;
  }
  return found;
}

/** timeZones finds Go's own (time/tzdata), a zip in one string, unless a function of the first part refers to it. */
function timeZones(memory, code, isCold) {
  const end = memory.lastIndexOf('PK\x05\x06');
  if (end < 0) return [];
  const directory = end - memory.readUInt32LE(end + 12);
  const start = directory - memory.readUInt32LE(end + 16);
  // What merely looks like the end of a zip stays where it is.
  if (memory.indexOf('PK\x01\x02', directory) !== directory || memory.indexOf('PK\x03\x04', start) !== start) return [];
  let f = 0;
  let hot = false;
  read(code, (instruction) => {
    if (!instruction) f++;
    else if (!isCold[f] && (instruction.op === 0x41 || instruction.op === 0x42)) hot ||= constant(instruction) === start;
  });
  for (let at = 0; at + 8 <= memory.length; at += 8) hot ||= memory.readUInt32LE(at) === start && memory.readUInt32LE(at + 4) === 0;
  return hot ? [] : [[start, end + 22]];
}

/** constant is what an instruction puts on the stack, if it is not negative. */
const constant = ({ literal, operand }) => new Reader(operand.length > 0 ? operand : literal.subarray(1)).uleb();
