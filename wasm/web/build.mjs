// Builds the page twice from one source:
//   dist/hosted/         a static site: small page, program fetched beside it
//   dist/privpath.html   one file that runs from file://, with its SHA-256
//   dist/privpath.wasm   the program as both run it, for who wants it alone
// PRIVPATH_WASM names a program built elsewhere; else Go builds it here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fold } from './fold.mjs';
import { pack } from './pack.mjs';
import { bundle, defines, digest, hostedSite, root, singleFile, web } from './site.mjs';

const dist = join(web, 'dist');

/** WASM_BUDGET is the most that the program may weigh as it is sent, folded and gzipped: a ratchet. README.md says what keeps it from the target of 1.5 MB. */
const WASM_BUDGET = 2.0 * 1024 * 1024;

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
  for (const [name, data] of rows) {
    console.log(name.padEnd(22) + kb(Buffer.byteLength(data)) + kb(gzipSync(data, { level: 9 }).length));
  }
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'hosted'), { recursive: true });

const wasm = buildWasm();
writeFileSync(join(dist, 'privpath.wasm'), wasm);
const folded = fold(wasm);
const sent = gzipSync(folded, { level: 9 });
// Not .gz, which some hosts declare to be encoded, so that the browser would inflate it before the worker does.
const sentName = `privpath-${digest(sent, 'hex').slice(0, 12)}.bin`;
const samples = SAMPLES.map((name) => {
  const data = sampleTenant(name);
  return { name, data, file: `sample-${name}-${digest(data, 'hex').slice(0, 12)}.json` };
});

/** parts bundles the worker and the page of one build. */
async function parts(known) {
  return { worker: await bundle('src/engine/worker.ts', 'iife', known), page: await bundle('src/main.tsx', 'es', known) };
}

const offline = await parts(defines(true, samples, '', ''));
const single = singleFile(offline.page, offline.worker, folded, samples);
writeFileSync(join(dist, 'privpath.html'), single);
writeFileSync(join(dist, 'privpath.html.sha256'), `${digest(single, 'hex')}  privpath.html\n`);

const hosted = await parts(defines(false, samples, `./${sentName}`, digest(single, 'hex')));
for (const [name, data] of Object.entries(hostedSite(hosted.page, hosted.worker, sent, sentName, samples, single))) {
  writeFileSync(join(dist, 'hosted', name), data);
}

report([
  ['program (wasm)', wasm],
  ['program, folded', folded],
  ...samples.map(({ name, data }) => [`sample ${name}`, data]),
  ['page script', hosted.page.script],
  ['page style', hosted.page.style],
  ['worker', hosted.worker.script],
  ['privpath.html', single],
]);
if (sent.length > WASM_BUDGET) {
  console.error(`The program weighs ${sent.length} bytes as it is sent; the budget is ${WASM_BUDGET}. Look for a new import: go list -deps ./wasm`);
  process.exit(1);
}
