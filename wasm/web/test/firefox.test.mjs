// The page in Firefox: the assessment of every sample tenant equals the command line's, from file:// and over http.
// FIREFOX names the browser; without one the test is skipped, and says so.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch } from 'puppeteer-core';
import { AHEAD, NOW, cli, root, scratch, serve, singleURL, writeScratch } from './browser.mjs';
import { folder, zip } from './zip.mjs';

const firefox = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const tenants = join(root, 'examples', 'tenants');
const SAMPLES = readdirSync(tenants).filter((n) => existsSync(join(tenants, n, 'manifest.json')));

/** The samples as the page shows them, the weakest first. */
const SAMPLES_SHOWN = ['pim-only', 'middling', 'mature'];

/** until polls: the page's policy refuses the functions that puppeteer would wait with in the page. */
async function until(what, ask) {
  for (let i = 0; i < 1200; i++) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`no ${what} within a minute`);
}

/** saved waits for the result and presses save; the file lands in the download folder. */
async function saved(page, downloads) {
  await until('result', () => page.evaluate(() => Boolean(document.querySelector('nav.views')) || document.querySelector('[role=alert]')?.textContent).then((r) => assert.notEqual(typeof r, 'string', r) ?? r));
  const before = new Set(readdirSync(downloads));
  await page.evaluate(() => document.querySelector('.result-head .primary').click());
  return until('whole download', () => readdirSync(downloads).filter((n) => !before.has(n) && n.endsWith('.json')).map((n) => whole(join(downloads, n))).find(Boolean));
}

/** whole is what a download holds once it is all there; Firefox writes it under another name first. */
function whole(file) {
  try {
    const data = readFileSync(file);
    JSON.parse(data);
    return data;
  } catch (fault) {
    if (fault instanceof SyntaxError || fault.code === 'ENOENT') return undefined;
    throw fault;
  }
}

describe('the page in Firefox', { skip: !existsSync(firefox) && `no Firefox at ${firefox}` }, () => {
  let browser;
  let site;
  before(async () => {
    site = await serve();
    site.stalls = AHEAD; // so that the program asks for it in the midst of a job
    browser = await launch({
      browser: 'firefox',
      executablePath: firefox,
      headless: true,
      env: { ...process.env, HOME: scratch },
      extraPrefsFirefox: { 'browser.download.folderList': 2, 'browser.download.dir': scratch, 'browser.download.useDownloadDir': true, 'browser.download.always_ask_before_handling_new_types': false, 'browser.helperApps.neverAsk.saveToDisk': 'application/json' },
    });
  });
  after(async () => {
    await browser?.close();
    site?.close();
    assert.equal(site?.asked.filter((path) => NOW.test(path)).length, 1);
  });

  for (const name of SAMPLES) {
    it(`assesses a zip of ${name} from file:// as the command line does`, async () => {
      const file = writeScratch(`firefox-${name}.zip`, zip(folder(join(tenants, name))));
      const page = await browser.newPage();
      await page.goto(singleURL);
      await (await page.$('#choose-files')).uploadFile(file);
      assert.ok((await saved(page, scratch)).equals(cli(file)), 'the page and the command line differ');
      await page.close();
    });

    it(`assesses the sample ${name} over http as the command line does`, async () => {
      const page = await browser.newPage();
      await page.goto(site.url);
      const at = SAMPLES_SHOWN.indexOf(name);
      await until('sample', () => page.evaluate((i) => Boolean(document.querySelectorAll('.sample')[i]), at));
      await page.evaluate((i) => document.querySelectorAll('.sample')[i].click(), at);
      assert.ok((await saved(page, scratch)).equals(cli(join(tenants, name))), 'the page and the command line differ');
      await page.close();
    });
  }
});
