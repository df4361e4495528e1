// A pseudo-locale: every word of the string table accented, a third longer and in brackets, so that a text that is
// not in the table shows, and so does a place that only fits English.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, defines, singleFile, web } from '../site.mjs';
import { writeScratch } from './browser.mjs';

const plugin = {
  name: 'pseudo-locale',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/src/strings.ts')) return null;
    if (!code.includes('export const t = {')) throw new Error('strings.ts exports no table t');
    return code.replace('export const t = {', 'const english = {') + `
const accents: Record<string, string> = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', n: 'ñ', c: 'ç' };
const SKIP = new Set(['number', 'bytes', 'date', 'id']);
function pseudo(v: unknown): unknown {
  if (typeof v === 'string') return v === '' || v.startsWith('⟦') ? v : '⟦' + v.replace(/[aeiouAEIOUnc]/g, (c) => accents[c]!) + ' lóñg'.repeat(Math.ceil(v.length / 15)) + '⟧';
  if (typeof v === 'function') return (...args: unknown[]) => pseudo(v(...args));
  if (Array.isArray(v)) return v.map(pseudo);
  if (v && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, SKIP.has(k) ? x : pseudo(x)]));
  return v;
}
export const t = pseudo(english) as typeof english;
`;
  },
};

/** pseudoPage builds the single file in the pseudo-locale, with the program that the hosted build holds. */
export async function pseudoPage() {
  const hosted = join(web, 'dist', 'hosted');
  const program = readdirSync(hosted).find((n) => n.endsWith('.wasm'));
  const worker = await bundle('src/engine/worker.ts', 'iife', {});
  const page = await bundle('src/main.tsx', 'es', defines(true, [{ name: 'pim-only', file: '' }], '', ''), [plugin]);
  return writeScratch('pseudo.html', singleFile(page, worker, readFileSync(join(hosted, program)), []));
}
