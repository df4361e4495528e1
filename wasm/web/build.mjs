// Builds the page twice from one source:
//   dist/hosted/         a static site: small page, program fetched beside it
//   dist/privpath.html   one file that runs from file://, with its SHA-256
// PRIVPATH_WASM names a program built elsewhere; else Go builds it here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const web = dirname(fileURLToPath(import.meta.url));
const root = join(web, '..', '..');
const dist = join(web, 'dist');

/**
 * WASM_BUDGET is the most that the program may weigh, gzipped. It is a ratchet: the target is 1.5 MiB, which the
 * standard library's JSON, the exact access engine, the controls and three sample tenants together do not meet yet.
 */
const WASM_BUDGET = 4 * 1024 * 1024;

const digest = (data, form) => createHash('sha256').update(data).digest(form);
const goroot = () => execFileSync('go', ['env', 'GOROOT'], { cwd: root, encoding: 'utf8' }).trim();

function buildWasm() {
  const prebuilt = process.env.PRIVPATH_WASM;
  if (prebuilt) return readFileSync(prebuilt);
  const out = join(dist, 'privpath.wasm');
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', out, './wasm'], {
    cwd: root,
    env: { ...process.env, GOOS: 'js', GOARCH: 'wasm' },
    stdio: 'inherit',
  });
  const bytes = readFileSync(out);
  rmSync(out);
  return bytes;
}

/** The program and the script that starts it must come from the same Go. */
const wasmExec = {
  name: 'wasm-exec',
  resolveId: (id) => (id === 'virtual:wasm-exec' ? join(goroot(), 'lib', 'wasm', 'wasm_exec.js') : null),
};

/** bundle yields the script and the style of one entry as text. */
async function bundle(entry, format, define) {
  const result = await build({
    root: web,
    configFile: false,
    logLevel: 'warn',
    define,
    plugins: [wasmExec],
    publicDir: false,
    build: {
      write: false,
      target: 'es2023',
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: false,
      cssCodeSplit: false,
      rollupOptions: { input: join(web, entry), output: { format, codeSplitting: false } },
    },
  });
  const { output } = Array.isArray(result) ? result[0] : result;
  const script = output.find((o) => o.type === 'chunk').code.trim();
  const style = output.find((o) => o.fileName.endsWith('.css'))?.source ?? '';
  // Either would end the script early, or hide what follows it, in a page that holds it inline.
  if (/<\/script|<!--/i.test(script)) throw new Error(`${entry}: the script holds "</script" or "<!--"`);
  return { script, style: String(style).trim() };
}

/** fill replaces the marks of the template. A function, since the texts hold dollar signs. */
const fill = (template, parts) => template.replace(/{{(\w+)}}\n?/g, (_, name) => (parts[name] ? `${parts[name]}\n` : ''));

const meta = (csp) => `<meta http-equiv="Content-Security-Policy" content="${csp.join('; ')}">`;
const hash = (text) => `'sha256-${digest(text, 'base64')}'`;

/** COMMON is what both builds forbid; only scripts, styles and connections differ. */
const COMMON = [
  'worker-src blob:',
  'img-src data:',
  'font-src data:',
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types privpath-worker',
];

function singleFile(template, page, worker, wasm) {
  const csp = [
    "default-src 'none'",
    `script-src ${hash(page.script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(page.style)}`,
    "connect-src 'none'",
    ...COMMON,
  ];
  return fill(template, {
    csp: meta(csp),
    style: `<style>${page.style}</style>`,
    worker: worker.script,
    wasm: `<script type="application/octet-stream" id="wasm">${gzipSync(wasm, { level: 9 }).toString('base64')}</script>`,
    script: `<script type="module">${page.script}</script>`,
  });
}

function hostedSite(template, page, worker, wasm, wasmName, single) {
  // The worker is part of the page and starts from a blob, so it inherits this policy too.
  const csp = ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "connect-src 'self'", ...COMMON];
  const js = `app-${digest(page.script, 'hex').slice(0, 12)}.js`;
  const css = `app-${digest(page.style, 'hex').slice(0, 12)}.css`;
  const html = fill(template, {
    csp: meta(csp),
    style: `<link rel="stylesheet" href="./${css}">\n<link rel="preload" href="./${wasmName}" as="fetch" type="application/wasm" crossorigin>`,
    worker: worker.script,
    wasm: '',
    script: `<script type="module" src="./${js}"></script>`,
  });
  return {
    'index.html': html,
    [js]: page.script,
    [css]: page.style,
    [wasmName]: wasm,
    'privpath.html': single,
    'privpath.html.sha256': `${digest(single, 'hex')}  privpath.html\n`,
    // For hosts that read it; the others are covered by the page's own meta element.
    _headers: `/*\n  Content-Security-Policy: ${[...csp, "frame-ancestors 'none'"].join('; ')}\n  Referrer-Policy: no-referrer\n  X-Content-Type-Options: nosniff\n`,
  };
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
const wasmName = `privpath-${digest(wasm, 'hex').slice(0, 12)}.wasm`;
const template = readFileSync(join(web, 'src', 'page.html'), 'utf8');
const define = (single, url, sha) => ({
  __SINGLE__: String(single),
  __WASM_URL__: JSON.stringify(url),
  __OFFLINE_SHA256__: JSON.stringify(sha),
});

const worker = await bundle('src/engine/worker.ts', 'iife', {});
const singlePage = await bundle('src/main.tsx', 'es', define(true, '', ''));
const single = singleFile(template, singlePage, worker, wasm);
writeFileSync(join(dist, 'privpath.html'), single);
writeFileSync(join(dist, 'privpath.html.sha256'), `${digest(single, 'hex')}  privpath.html\n`);

const hostedPage = await bundle('src/main.tsx', 'es', define(false, `./${wasmName}`, digest(single, 'hex')));
for (const [name, data] of Object.entries(hostedSite(template, hostedPage, worker, wasm, wasmName, single))) {
  writeFileSync(join(dist, 'hosted', name), data);
}

report([
  ['program (wasm)', wasm],
  ['page script', hostedPage.script],
  ['page style', hostedPage.style],
  ['worker', worker.script],
  ['privpath.html', single],
]);
const weight = gzipSync(wasm, { level: 9 }).length;
if (weight > WASM_BUDGET) {
  console.error(`The program weighs ${weight} bytes gzipped; the budget is ${WASM_BUDGET}. Look for a new import: go list -deps ./wasm`);
  process.exit(1);
}
