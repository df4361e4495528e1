// Where the program's bytes come from. The single file carries them as text in a
// data block; the hosted site fetches them. Only one branch survives each build.

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as { fromBase64?: (s: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native) return native(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** block inflates a data block of the single file. */
export function block(id: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  const zipped = fromBase64(document.getElementById(id)!.textContent!.trim());
  return new Blob([zipped]).stream().pipeThrough(new DecompressionStream('gzip'));
}

/** compile compiles the program once; every worker instantiates the same module. */
export async function compile(): Promise<WebAssembly.Module> {
  if (!__SINGLE__) return WebAssembly.compileStreaming(fetch(__WASM_URL__));
  const stream = block('wasm');
  document.getElementById('wasm')!.remove();
  // A Response of our own: no request is made, and the browser compiles while it inflates.
  return WebAssembly.compileStreaming(new Response(stream, { headers: { 'Content-Type': 'application/wasm' } }));
}
