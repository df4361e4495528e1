// Runs a program that Go built for js/wasm, as the page's worker does: what it hashes, another thread hashes, and a file
// is read at once and through one buffer. node wasm.mjs PROGRAM ARGUMENTS
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Digests, serve } from "../../wasm/web/src/engine/digests.js";

/** files reads into stage what the program then copies, as Files of wasm/web/src/engine/files.js does. */
const files = {
  stage: new Uint8Array(256 << 10),
  read: (fd, from, length) => fs.readSync(fd, files.stage, 0, Math.min(length, files.stage.length), from),
};

/** atOnce is Node's fs as a browser has its files: already there. A turn of the event loop for each of a thousand costs more than reading them. */
const atOnce = (name) => (...args) => {
  const done = args.pop();
  let result;
  try {
    result = fs[`${name}Sync`](...args);
  } catch (e) {
    return done(e);
  }
  done(null, result);
};

function digests() {
  const { port1, port2 } = new MessageChannel();
  new Worker(new URL(import.meta.url), { workerData: port2, transferList: [port2] }).unref();
  return new Digests(port1);
}

async function run(program, args) {
  const ours = Object.fromEntries(['open', 'close', 'stat', 'lstat', 'fstat', 'readdir'].map((name) => [name, atOnce(name)]));
  Object.assign(globalThis, { fs: { ...fs, ...ours }, path, benchHost: { files, digests: digests() } });
  await import(path.join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "lib", "wasm", "wasm_exec.js"));
  const go = new Go();
  go.argv = [program, ...args];
  go.env = { TMPDIR: os.tmpdir(), ...process.env };
  go.exit = process.exit;
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(program), go.importObject);
  await go.run(instance);
}

if (isMainThread) await run(process.argv[2], process.argv.slice(3));
else serve(workerData);
