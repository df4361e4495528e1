// Starts Debian's Chromium, serves the hosted build and runs the command line.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

export const web = join(dirname(fileURLToPath(import.meta.url)), '..');
export const root = join(web, '..', '..');
export const singleFile = join(web, 'dist', 'privpath.html');
export const singleURL = pathToFileURL(singleFile).href;

/** scratch is a folder that is gone when the process ends. */
export const scratch = mkdtempSync(join(tmpdir(), 'privpath-page-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** launch starts a browser of its own and gives its only context; closing the context ends the browser. */
export async function launch({ args = [], ...options } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...args],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.on('close', () => void browser.close());
  return context;
}

/** give hands files to the page's own chooser. */
export const give = (page, paths) => page.setInputFiles('#choose-files', paths);

/** writeScratch writes a file to give. */
export function writeScratch(name, data) {
  const path = join(scratch, name);
  writeFileSync(path, data);
  return path;
}

/** cli assesses by the command line. */
export const cli = (path, ...flags) => privpath('assess', '-format', 'json', ...flags, path);

/** privpath runs the command line, built once unless PRIVPATH_BIN names it. */
export function privpath(...args) {
  if (!built) {
    built = join(scratch, 'privpath');
    execFileSync('go', ['build', '-o', built, './examples/privpath'], { cwd: root, stdio: 'inherit' });
  }
  return execFileSync(built, args, { cwd: root, maxBuffer: 1 << 28 });
}
let built = process.env.PRIVPATH_BIN;

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json' };

/** AHEAD and NOW are how the rest of the program is asked for before it is needed, and when it is. */
export const AHEAD = /-rest-\w+\.bin$/;
export const NOW = /-rest-\w+\.bin\?now$/;

/**
 * serve serves the hosted build on loopback with the headers that it asks for, compressed as a static host would
 * where compress is set: made once, brotli where the browser takes it. It never answers the first request that stalls
 * names, and refuses those that refuses names.
 */
export async function serve({ compress = false } = {}) {
  const dir = join(web, 'dist', 'hosted');
  const header = readFileSync(join(dir, '_headers'), 'utf8').match(/Content-Security-Policy: (.*)/)[1];
  const asked = [];
  const site = { asked, stalls: null, refuses: null };
  const packed = new Map();
  const pack = (name, how) => {
    const key = `${how} ${name}`;
    const data = readFileSync(join(dir, name));
    if (!packed.has(key)) packed.set(key, how === 'br' ? brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }) : gzipSync(data));
    return packed.get(key);
  };
  const server = createServer((req, res) => {
    asked.push(req.url);
    const name = req.url === '/' ? 'index.html' : req.url.slice(1).split('?')[0];
    if (!readdirSync(dir).includes(name)) return res.writeHead(404).end();
    if (site.refuses?.test(req.url)) return res.writeHead(503).end();
    if (site.stalls?.test(req.url)) return (site.stalls = null);
    const headers = { 'Content-Type': TYPES[extname(name)] ?? 'text/plain', 'Content-Security-Policy': header, 'Cache-Control': 'max-age=31536000' };
    const how = compress && ['br', 'gzip'].find((h) => req.headers['accept-encoding']?.includes(h));
    if (how) headers['Content-Encoding'] = how;
    res.writeHead(200, headers).end(how ? pack(name, how) : readFileSync(join(dir, name)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(site, { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() });
}
