// Runs the program in Node as the page's worker does, without a browser: files are bytes.
import { execFileSync } from 'node:child_process';
import { join as path } from 'node:path';
import { Digests, serve } from '../src/engine/digests.js';
import { Files } from '../src/engine/files.js';
import { join, whenNeeded } from '../src/engine/join.js';
import { folder, zip } from './zip.mjs';
import { root, web } from './browser.mjs';

export { web };

const goroot = execFileSync('go', ['env', 'GOROOT'], { cwd: root, encoding: 'utf8' }).trim();
await import(path(goroot, 'lib', 'wasm', 'wasm_exec.js'));
globalThis.FileReaderSync = class {
  readAsArrayBuffer({ buffer, byteOffset, byteLength }) {
    return buffer.slice(byteOffset, byteOffset + byteLength);
  }
};

/** hasher is a port to what makes digests, in this thread. Unlike a MessagePort it lets Node end. */
function hasher() {
  const [here, there] = [{}, {}];
  here.postMessage = (data) => setImmediate(() => there.onmessage({ data }));
  there.postMessage = (data) => setImmediate(() => here.onmessage({ data }));
  serve(there);
  return here;
}

const compiled = new Map();
export function compile(wasm) {
  if (!compiled.has(wasm)) compiled.set(wasm, new WebAssembly.Module(wasm));
  return compiled.get(wasm);
}

/**
 * startEngine starts a program, or its two parts: the rest joins when it is needed, or before that by joinRest. do
 * runs a job and yields its documents as text, or its error.
 */
export function startEngine({ first, rest }, onAsk = () => {}) {
  const go = new Go();
  const instance = new WebAssembly.Instance(compile(first), go.importObject);
  const engine = {
    instance,
    asked: 0,
    joined: !rest,
    joinRest() {
      if (!engine.joined) join(instance, compile(rest), go.importObject);
      engine.joined = true;
    },
    async do(name, args) {
      const { results, error } = await jobs[name](args, () => {});
      return error ?? Object.fromEntries(Object.entries(results).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
    },
  };
  if (rest) whenNeeded(instance, () => {
    engine.asked++;
    onAsk();
    engine.joinRest();
  });
  void go.run(instance);
  const jobs = globalThis.newPrivpath({ files: new Files(), digests: new Digests(hasher()) });
  return engine;
}

/** file is what the program takes for a browser's File. */
export const file = (name, data) => ({
  name,
  size: Buffer.byteLength(data),
  lastModified: Date.UTC(2026, 10, 20),
  slice: (from, to) => Uint8Array.from(Buffer.from(data).subarray(from, to)),
});

export const TENANTS = ['pim-only', 'middling', 'mature'];
const tenant = (name) => folder(path(root, 'examples', 'tenants', name));

export const zipped = (name) => ({ kind: 'file', file: file(`${name}.zip`, zip(tenant(name))) });
export const loose = (name) => ({ kind: 'files', files: tenant(name).map(([path, data]) => ({ path, file: file(path, data) })) });
export const pasted = (value) => ({ kind: 'file', file: file('pasted.json', JSON.stringify(value)) });
