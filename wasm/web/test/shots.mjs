// Takes pictures of every view, light and dark, and of some on a telephone, into shots/, which README.md shows.
// npm run shots [part of a name]. Chromium itself writes them as WebP: a quarter of a PNG.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { give, launch, root, singleURL, web, writeScratch } from './browser.mjs';
import { whole } from './views.mjs';
import { folder, zip } from './zip.mjs';

const out = join(web, 'shots');
mkdirSync(out, { recursive: true });
const document = writeScratch('assessment.json', JSON.stringify(whole()));
const only = process.argv[2] ?? '';

/** TALLEST is where a picture of a long view ends, in CSS pixels. */
const TALLEST = 1200;

/** earlier is the built-in tenant a month before, when none of its policies was on. */
const tenant = folder(join(root, 'examples', 'tenants', 'pim-only'));
const earlier = writeScratch('earlier.zip', zip(tenant.map(([path, data]) => {
  if (path !== 'manifest.json' && path !== 'identity/conditionalAccess/policies.json') return [path, data];
  const file = JSON.parse(data);
  if (path === 'manifest.json') file.collectedAt = '2026-10-20T09:00:00Z';
  else for (const policy of file.value) policy.state = 'disabled';
  return [path, JSON.stringify(file)];
})));

/** camera takes pictures of a page, whole or of what the window shows. */
async function camera(page, suffix) {
  const session = await page.context().newCDPSession(page);
  return async (name, fromTop = true) => {
    if (!name.includes(only)) return;
    await page.mouse.move(0, 0);
    await page.waitForTimeout(300); // a sheet moves in, colours change over a moment
    const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
    const clip = fromTop && { x: 0, y: 0, width, height: Math.min(height, TALLEST), scale: 1 };
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80, captureBeyondViewport: fromTop, ...(clip && { clip }) });
    writeFileSync(join(out, `${name}-${suffix}.webp`), Buffer.from(data, 'base64'));
  };
}

const go = (page, hash) => page.evaluate((h) => (location.hash = h), hash);

/** read is what a person reads: the views of an assessment. */
async function read(page, shot) {
  await shot('start');
  await give(page, document);
  await page.getByRole('navigation').waitFor();
  for (const view of ['overview', 'findings', 'unknowns', 'inputs']) {
    await go(page, view);
    await shot(view);
  }
  await go(page, 'findings/FND-05');
  await page.locator('dialog.sheet[open]').waitFor();
  await page.locator('.expected div').nth(1).waitFor();
  await shot('detail', false);
  await page.keyboard.press('Escape');
  await page.locator('dialog.sheet[open]').waitFor({ state: 'hidden' });
  await page.waitForTimeout(100);
  await go(page, 'overview');
  await page.locator('.cell').first().click();
  await shot('reach', false);
  await page.keyboard.press('Escape');
  await page.locator('.way summary').first().click();
  await page.locator('.paths').evaluate((e) => e.scrollIntoView());
  await shot('ways', false);
}

/** work is what a person does with a tenant. */
async function work(page, shot) {
  const rest = async () => {
    await page.waitForTimeout(200);
    await page.waitForFunction(() => !document.querySelector('.task-bar progress'), null, { timeout: 180_000 });
  };
  await page.getByRole('button', { name: 'Assess another' }).click();
  await page.getByRole('button', { name: 'PIM only' }).click();
  await page.getByRole('heading', { name: 'Assessing' }).waitFor();
  await page.locator('.working .files').first().waitFor({ timeout: 60_000 }).then(() => shot('working'), () => {});
  await page.getByRole('navigation').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByLabel('Replace names by pseudonyms').check();
  await shot('export', false);
  await page.keyboard.press('Escape');
  await go(page, 'declarations');
  await page.locator('.questions').waitFor({ timeout: 60_000 });
  await rest();
  await shot('declarations');
  await page.getByRole('form', { name: 'When admins work' }).evaluate((e) => e.scrollIntoView({ block: 'end' }));
  await shot('declarations-forms', false);
  await go(page, 'whatif');
  await page.getByRole('button', { name: 'Find the first step' }).click();
  await page.locator('.plan input').first().check({ timeout: 180_000 });
  await page.locator('.outcome').waitFor({ timeout: 60_000 });
  await rest();
  await shot('whatif');
  await go(page, 'compare');
  await page.setInputFiles('#compare-files', earlier);
  await page.locator('[data-view=compare] .diff').waitFor({ timeout: 60_000 });
  await rest();
  await shot('compare');
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    const context = await launch({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const narrow = width === 390;
    const shot = await camera(page, narrow ? `narrow-${colorScheme}` : colorScheme);
    await page.goto(singleURL);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const onTelephone = { light: ['start', 'overview'], dark: ['detail'] }[colorScheme];
    await read(page, narrow ? (name, ...how) => onTelephone.includes(name) && shot(name, ...how) : shot);
    if (!narrow) await work(page, shot);
    await context.close();
  }
}
