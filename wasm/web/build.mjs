// Builds the page twice from one source:
//   dist/hosted/         a static site: small page, program fetched beside it
//   dist/privpath.html   one file that runs from file://, with its SHA-256
//   dist/privpath.wasm   the program that both run, in one part, for who wants it alone
// PRIVPATH_WASM names a program built elsewhere; else Go builds it here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from './pack.mjs';
import { programParts, zipped } from './program.mjs';
import { bundle, defines, digest, hostedSite, root, singleFile, web } from './site.mjs';

const dist = join(web, 'dist');

/** BUDGET is the most that the program may weigh as it is sent, in bytes: the part that starts and assesses, which is the target, and all of it. */
const BUDGET = { first: 1_500_000, whole: 2_100_000 };

/** PRIVPATH_LINES=1 builds a program whose crash reports tell files and lines. */
const packing = { lines: process.env.PRIVPATH_LINES === '1' };

/** The sample tenants, the weakest first, each as one JSON object of paths and texts. */
const SAMPLES = ['pim-only', 'middling', 'mature'];

function sampleTenant(name) {
  const folder = join(root, 'examples', 'tenants', name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath ?? e.path, e.name))
    .sort();
  const entries = files.map((f) => [f.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(f, 'utf8')]);
  return JSON.stringify(Object.fromEntries(entries));
}

function buildWasm() {
  const prebuilt = process.env.PRIVPATH_WASM;
  if (prebuilt) return pack(readFileSync(prebuilt), packing);
  const out = join(dist, 'privpath.wasm');
  execFileSync('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', out, './wasm'], {
    cwd: root,
    env: { ...process.env, GOOS: 'js', GOARCH: 'wasm' },
    stdio: 'inherit',
  });
  const bytes = readFileSync(out);
  rmSync(out);
  return pack(bytes, packing);
}

function report(rows) {
  const kb = (n) => `${(n / 1024).toFixed(1)} KiB`.padStart(12);
  console.log(`${'file'.padEnd(22)}${'raw'.padStart(12)}${'gzip'.padStart(12)}`);
  for (const [name, data, sent = zipped(data)] of rows) console.log(name.padEnd(22) + kb(Buffer.byteLength(data)) + kb(sent.length));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'hosted'), { recursive: true });

const wasm = buildWasm();
writeFileSync(join(dist, 'privpath.wasm'), wasm);
const parts = programParts(wasm).map((part) => ({
  ...part,
  // Not .gz, which some hosts declare to be encoded, so that the browser would inflate it before the worker does.
  file: `privpath-${part.name}-${digest(part.sent, 'hex').slice(0, 12)}.bin`,
}));
const samples = SAMPLES.map((name) => {
  const data = sampleTenant(name);
  return { name, data, file: `sample-${name}-${digest(data, 'hex').slice(0, 12)}.json` };
});

/** bundles are the worker and the page of one build. */
async function bundles(known) {
  return { worker: await bundle('src/engine/worker.ts', 'iife', known), page: await bundle('src/main.tsx', 'es', known) };
}

const offline = await bundles(defines(true, samples, parts, ''));
const single = singleFile(offline.page, offline.worker, parts, samples);
writeFileSync(join(dist, 'privpath.html'), single);
writeFileSync(join(dist, 'privpath.html.sha256'), `${digest(single, 'hex')}  privpath.html\n`);

const hosted = await bundles(defines(false, samples, parts, digest(single, 'hex')));
for (const [name, data] of Object.entries(hostedSite(hosted.page, hosted.worker, parts, samples, single))) {
  writeFileSync(join(dist, 'hosted', name), data);
}

report([
  ['program (wasm)', wasm],
  ...parts.map(({ name, part, sent }) => [`program, ${name} part`, part, sent]),
  ...samples.map(({ name, data }) => [`sample ${name}`, data]),
  ['page script', hosted.page.script],
  ['page style', hosted.page.style],
  ['worker', hosted.worker.script],
  ['privpath.html', single],
]);
const [first, rest] = parts.map(({ sent }) => sent.length);
for (const [what, weight, budget] of [['first part', first, BUDGET.first], ['whole', first + rest, BUDGET.whole]]) {
  if (weight <= budget) continue;
  console.error(`The program's ${what} weighs ${weight} bytes as it is sent; the budget is ${budget}. Look for a new import (go list -deps ./wasm) and for what no assessment calls (npm run cold).`);
  process.exitCode = 1;
}
