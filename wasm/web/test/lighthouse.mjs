// Lighthouse over the hosted build, served on loopback and compressed as a static host would: npm run lighthouse [runs].
// Performance is a timing: the median of some runs counts, and only here. What does not depend on time is in lighthouse.test.mjs.
import { mkdtempSync, readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { launch as start } from 'puppeteer-core';
import lighthouse from 'lighthouse';
import { scratch, serve, web } from './browser.mjs';

const METRICS = ['first-contentful-paint', 'largest-contentful-paint', 'speed-index', 'total-blocking-time', 'cumulative-layout-shift', 'total-byte-weight'];

/** measure runs Lighthouse, each time in a browser of its own, and yields what each run said of the categories. */
export async function measure(categories, runs = 1) {
  const site = await serve({ compress: true });
  // The first answer also compresses.
  for (const name of readdirSync(join(web, 'dist', 'hosted'))) await (await fetch(site.url + name, { headers: { 'Accept-Encoding': 'br' } })).arrayBuffer();
  const reports = [];
  try {
    for (let i = 0; i < runs; i++) reports.push(await once(site.url, categories));
  } finally {
    site.close();
  }
  return reports;
}

async function once(url, onlyCategories) {
  const browser = await start({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    userDataDir: mkdtempSync(join(scratch, 'lighthouse-')),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const { lhr } = await lighthouse(url, { port: Number(new URL(browser.wsEndpoint()).port), logLevel: 'error', onlyCategories });
    return lhr;
  } finally {
    await browser.close();
  }
}

export const scores = (lhr) => Object.fromEntries(Object.values(lhr.categories).map((c) => [c.id, Math.round(100 * c.score)]));

/** failed names the audits of a category that did not pass. */
export const failed = (lhr, category) => lhr.categories[category].auditRefs.map((r) => r.id).filter((id) => (lhr.audits[id].score ?? 1) < 1);

if (process.argv[1] === import.meta.filename) {
  const reports = await measure(['performance', 'accessibility', 'best-practices'], Number(process.argv[2] ?? 5));
  for (const lhr of reports) console.log(JSON.stringify(scores(lhr)), METRICS.map((m) => lhr.audits[m].displayValue).join(' | '));
  console.log(`metrics: ${METRICS.join(' | ')}; load of the machine: ${loadavg().map((l) => l.toFixed(1)).join(' ')}`);
  for (const [id, least] of Object.entries({ performance: 95, accessibility: 100, 'best-practices': 95 })) {
    const sorted = [...reports].sort((a, b) => a.categories[id].score - b.categories[id].score);
    const median = sorted[Math.floor(sorted.length / 2)];
    console.log(`${id}: median ${scores(median)[id]}, at least ${least} is asked`);
    if (scores(median)[id] >= least) continue;
    console.error(`not passed: ${failed(median, id)}`);
    process.exitCode = 1;
  }
}
