// The sample tenants. They are no part of the program: the single file carries
// each in a data block, and the hosted page fetches the one that is asked for.
import type { Entry, Input } from '../engine/protocol.ts';
import { block } from '../engine/wasm.ts';

/** SAMPLES names the sample tenants, the weakest first. */
export const SAMPLES = Object.keys(__SAMPLES__);

/** readSample gives a sample tenant as the folder that it is: an object of paths and texts. */
export async function readSample(name: string): Promise<Input> {
  const source = __SINGLE__ ? new Response(block(`sample-${name}`)) : await fetch(__SAMPLES__[name]!);
  const files: Entry[] = Object.entries((await source.json()) as Record<string, string>).map(([path, text]) => ({
    path,
    file: new File([text], path.slice(path.lastIndexOf('/') + 1)),
  }));
  return { kind: 'files', files };
}
