// Takes pictures of every view, light and dark, wide and narrow, into shots/.
// npm run shots
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { give, launch, singleURL, web, writeScratch } from './browser.mjs';
import { fixture } from './fixture.mjs';

const out = join(web, 'shots');
mkdirSync(out, { recursive: true });
const document = writeScratch('assessment.json', JSON.stringify(fixture()));
const only = process.argv[2];

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
    await context.close();
  }
}
