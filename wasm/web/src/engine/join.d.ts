export const FIRST: string;
/** whenNeeded has ask called when the first part needs the rest: once that is joined, ask returns, or else it throws. */
export function whenNeeded(first: WebAssembly.Instance, ask: () => void): void;
/** join puts the functions of the rest, and its data, in their places; imports are those of the first part. */
export function join(first: WebAssembly.Instance, rest: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance;
