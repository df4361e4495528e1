// Lighthouse over the hosted build, served on loopback and compressed as a static host would: npm run lighthouse.
// Scores of performance are timings: look at them on a quiet machine. "gate" holds only what does not depend on time.
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch as start } from 'puppeteer-core';
import lighthouse from 'lighthouse';
import { scratch, serve, web } from './browser.mjs';

const gate = process.argv[2] === 'gate';
const site = await serve({ compress: true });
const browser = await start({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  userDataDir: mkdtempSync(join(scratch, 'lighthouse-')),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const name of readdirSync(join(web, 'dist', 'hosted'))) await (await fetch(site.url + name, { headers: { 'Accept-Encoding': 'br' } })).arrayBuffer(); // the first answer also compresses
const port = Number(new URL(browser.wsEndpoint()).port);
const { lhr } = await lighthouse(site.url, { port, logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices'] });
await browser.close();
site.close();

const scores = Object.fromEntries(Object.values(lhr.categories).map((c) => [c.id, Math.round(100 * c.score)]));
console.log(scores, Object.fromEntries(['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'interactive', 'total-byte-weight'].map((a) => [a, lhr.audits[a]?.displayValue])));
const least = { accessibility: 100, 'best-practices': 95, ...(!gate && { performance: 95 }) };
for (const [id, score] of Object.entries(least)) {
  if (scores[id] >= score) continue;
  console.error(`${id} scores ${scores[id]}, not ${score}: ${lhr.categories[id].auditRefs.filter((r) => (lhr.audits[r.id].score ?? 1) < 1).map((r) => r.id)}`);
  process.exitCode = 1;
}
