// Starts Debian's Chromium and opens the page.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
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
