// Forms the page's two builds from their parts: the bundles, the policy, the single file and the hosted site.
// Nothing here reads the program or writes a file; build.mjs does.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { zipped } from './program.mjs';

export const web = dirname(fileURLToPath(import.meta.url));
export const root = join(web, '..', '..');

export const digest = (data, form) => createHash('sha256').update(data).digest(form);
const goroot = () => execFileSync('go', ['env', 'GOROOT'], { cwd: root, encoding: 'utf8' }).trim();

/** The program and the script that starts it must come from the same Go. */
const wasmExec = {
  name: 'wasm-exec',
  resolveId: (id) => (id === 'virtual:wasm-exec' ? join(goroot(), 'lib', 'wasm', 'wasm_exec.js') : null),
};

/** bundle yields the script and the style of one entry as text. */
export async function bundle(entry, format, define, plugins = []) {
  const result = await build({
    root: web,
    configFile: false,
    logLevel: 'warn',
    define,
    plugins: [wasmExec, ...plugins],
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

/** block carries gzipped data in the single file: not a script, so no hash of the policy covers it, and nothing runs it. */
const block = (id, data) => `<script type="application/octet-stream" id="${id}">${data.toString('base64')}</script>`;

/** template is the page before its parts are filled in. */
const template = () => readFileSync(join(web, 'src', 'page.html'), 'utf8');

/** singleFile forms the page that holds everything; parts are the program's, gzipped, by name. */
export function singleFile(page, worker, parts, samples) {
  const csp = [
    "default-src 'none'",
    `script-src ${hash(page.script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(page.style)}`,
    "connect-src 'none'",
    ...COMMON,
  ];
  return fill(template(), {
    csp: meta(csp),
    style: `<style>${page.style}</style>`,
    worker: worker.script,
    data: [...parts.map(({ name, sent }) => block(`wasm-${name}`, sent)), ...samples.map(({ name, data }) => block(`sample-${name}`, zipped(data)))].join('\n'),
    script: `<script type="module">${page.script}</script>`,
  });
}

export function hostedSite(page, worker, parts, samples, single) {
  // The worker is part of the page and starts from a blob, so it inherits this policy too.
  const csp = ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "connect-src 'self'", ...COMMON];
  const js = `app-${digest(page.script, 'hex').slice(0, 12)}.js`;
  const css = `app-${digest(page.style, 'hex').slice(0, 12)}.css`;
  const html = fill(template(), {
    csp: meta(csp),
    style: `<link rel="stylesheet" href="./${css}">`,
    worker: worker.script,
    data: '',
    script: `<script type="module" src="./${js}"></script>`,
  });
  return {
    'index.html': html,
    [js]: page.script,
    [css]: page.style,
    ...Object.fromEntries(parts.map(({ file, sent }) => [file, sent])),
    ...Object.fromEntries(samples.map(({ file, data }) => [file, data])),
    'privpath.html': single,
    'privpath.html.sha256': `${digest(single, 'hex')}  privpath.html\n`,
    // For hosts that read it; the others are covered by the page's own meta element.
    _headers: `/*\n  Content-Security-Policy: ${[...csp, "frame-ancestors 'none'"].join('; ')}\n  Referrer-Policy: no-referrer\n  X-Content-Type-Options: nosniff\n`,
  };
}

/** defines are what a page's script knows of the build that it is part of. */
export const defines = (single, samples, parts, sha) => ({
  __SINGLE__: String(single),
  __PROGRAM__: JSON.stringify(Object.fromEntries(parts.map(({ name, file }) => [name, single ? '' : `./${file}`]))),
  __SAMPLES__: JSON.stringify(Object.fromEntries(samples.map(({ name, file }) => [name, single ? '' : `./${file}`]))),
  __OFFLINE_SHA256__: JSON.stringify(sha),
});
