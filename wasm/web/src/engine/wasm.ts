// Where the program's bytes come from. The single file carries them as text in a
// data block; the hosted site's worker fetches them. Only one branch survives each build.
import type { Part, Program } from './protocol.ts';

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as { fromBase64?: (s: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native) return native(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const zipped = (id: string) => fromBase64(document.getElementById(id)!.textContent!.trim());

/** block inflates a data block of the single file. */
export const block = (id: string): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new Blob([zipped(id)]).stream().pipeThrough(new DecompressionStream('gzip'));

/** program tells a worker where the program is; the single file takes its bytes out of the document. */
export const program = (): Program => ({ first: part('first'), rest: part('rest') });

function part(name: keyof Program): Part {
  if (!__SINGLE__) return new URL(__PROGRAM__[name], location.href).href;
  const bytes = zipped(`wasm-${name}`);
  document.getElementById(`wasm-${name}`)!.remove();
  return bytes;
}
