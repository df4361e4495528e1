// Takes pictures of every view, light and dark, wide and narrow, into shots/.
// npm run shots
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { give, launch, root, singleURL, web, writeScratch } from './browser.mjs';
import { fixture } from './fixture.mjs';
import { folder, zip } from './zip.mjs';

const out = join(web, 'shots');
mkdirSync(out, { recursive: true });
const document = writeScratch('assessment.json', JSON.stringify(fixture()));
const only = process.argv[2];

/** earlier is the built-in tenant a month before, when none of its policies was on. */
const tenant = folder(join(root, 'examples', 'tenants', 'pim-only'));
const earlier = writeScratch('earlier.zip', zip(tenant.map(([path, data]) => {
  if (path !== 'manifest.json' && path !== 'identity/conditionalAccess/policies.json') return [path, data];
  const file = JSON.parse(data);
  if (path === 'manifest.json') file.collectedAt = '2026-10-20T09:00:00Z';
  else for (const policy of file.value) policy.state = 'disabled';
  return [path, JSON.stringify(file)];
})));

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    const context = await launch({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme });
    const page = await context.newPage();
    const shot = async (name, fullPage = true) => {
      if (!only || name.includes(only)) await page.screenshot({ path: join(out, `${name}-${colorScheme}-${width}.png`), fullPage });
    };
    await page.goto(singleURL);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await shot('start');
    await give(page, document);
    await page.getByRole('navigation').waitFor();
    for (const view of ['overview', 'findings', 'unknowns', 'inputs']) {
      await page.evaluate((v) => (location.hash = v), view);
      await shot(view);
    }
    await page.evaluate(() => (location.hash = 'findings/FND-05'));
    await page.locator('dialog.sheet[open]').waitFor();
    await page.waitForTimeout(300);
    await shot('detail', false);
    await page.keyboard.press('Escape');
    await page.locator('dialog.sheet[open]').waitFor({ state: 'hidden' });
    await page.waitForTimeout(100);
    await page.evaluate(() => (location.hash = 'overview'));
    await page.locator('.cell').first().click();
    await page.waitForTimeout(300);
    await shot('reach', false);
    await page.keyboard.press('Escape');
    if (process.env.WAYS) {
      await page.getByRole('button', { name: 'Assess another' }).click();
      await give(page, process.env.WAYS);
      await page.locator('.way summary').first().click();
      await page.locator('.paths').screenshot({ path: join(out, `ways-${colorScheme}-${width}.png`) });
    }
    // The views in which a person works, over a built-in tenant.
    const rest = async () => {
      await page.waitForTimeout(200);
      await page.waitForFunction(() => !document.querySelector('.task-bar progress'), null, { timeout: 180_000 });
    };
    await page.getByRole('button', { name: 'Assess another' }).click();
    await page.getByRole('button', { name: 'PIM only' }).click();
    await page.getByRole('navigation').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByLabel('Replace names by pseudonyms').check();
    await shot('export', false);
    await page.keyboard.press('Escape');
    await page.evaluate(() => (location.hash = 'declarations'));
    await page.locator('.questions').waitFor({ timeout: 60_000 });
    await rest();
    await shot('declarations');
    await page.evaluate(() => (location.hash = 'whatif'));
    await page.getByRole('button', { name: 'Find the first step' }).click();
    await page.locator('.plan input').first().check({ timeout: 180_000 });
    await page.locator('.outcome').waitFor({ timeout: 60_000 });
    await rest();
    await shot('whatif');
    await page.evaluate(() => (location.hash = 'compare'));
    await page.setInputFiles('#compare-files', earlier);
    await page.locator('.diff').waitFor({ timeout: 60_000 });
    await rest();
    await shot('compare');
    await context.close();
  }
}
