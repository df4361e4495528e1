// Joins the two parts of the program, of which split.mjs says how they fit.

/** FIRST is the name by which the rest imports what the first part exports. */
export const FIRST = 'first';

/** GATE is a module that exports what it imports: in a table stand only functions that WebAssembly exports. */
const GATE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 5, 1, 0, 0, 0, 0, 7, 4, 1, 0, 0, 0);

/** whenNeeded has ask called when the first part needs the rest: once that is joined, ask returns, or else it throws. */
export function whenNeeded(first, ask) {
  const gate = new WebAssembly.Instance(new WebAssembly.Module(GATE), { '': { '': ask } });
  first.exports.table.set(0, gate.exports['']);
}

/** join puts the functions of the rest, and its data, in their places; imports are those of the first part. */
export function join(first, rest, imports) {
  return new WebAssembly.Instance(rest, { ...imports, [FIRST]: first.exports });
}
