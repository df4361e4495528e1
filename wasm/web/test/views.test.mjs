// What must hold of every view: no axe violation, everything by keyboard, room at 200 % and at 320 px, every word
// from the string table, and hostile names that stay names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { audit } from './axe.mjs';
import { launch, root, singleURL, web, writeScratch } from './browser.mjs';
import { HOSTILE } from './fixture.mjs';
import { RESULT, through, whole } from './views.mjs';

const document = writeScratch('whole.json', JSON.stringify(whole()));

/** start opens the page in a browser of its own, which the test closes. */
async function start(test, options = {}, url = singleURL) {
  const context = await launch({ reducedMotion: 'reduce', ...options });
  test.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.faults = [];
  page.on('pageerror', (e) => page.faults.push(e.message));
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

it('lists every view that the page has', () => {
  const views = readFileSync(join(web, 'src', 'route.ts'), 'utf8').match(/VIEWS = \[(.*?)\]/s)[1].match(/\w+/g);
  assert.ok(views.length >= 4);
  for (const view of views) assert.ok(RESULT.some((v) => v.hash.split(/[/?]/)[0] === view), `${view} is missing in views.mjs`);
});

describe('axe', () => {
  for (const mode of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { colorScheme: 'dark', forcedColors: 'active' }]) {
    for (const width of [1280, 390]) {
      const where = `${mode.forcedColors ? 'forced colours' : mode.colorScheme} at ${width} px`;
      it(`finds no violation in ${where}`, async (test) => {
        const page = await start(test, { ...mode, viewport: { width, height: 900 } });
        for await (const { name } of through(page, document)) await audit(page, `${name}, ${where}`);
        assert.deepEqual(page.faults, []);
      });
    }
  }
});

/** markStops numbers what Tab should reach on screen, in order; of a group of radio buttons it reaches one. */
const markStops = (page) =>
  page.evaluate(() => {
    const scope = window.document.querySelector('dialog[open]') ?? window.document;
    const all = [...scope.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
    const groups = new Set();
    window.stops = all.filter((e) => {
      if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({ visibilityProperty: true })) return false;
      if (e.tagName === 'SUMMARY' && e.parentElement.tagName !== 'DETAILS') return false;
      if (e.type !== 'radio') return true;
      return !groups.has(e.name) && groups.add(e.name);
    });
    window.stops[0].focus();
    return window.stops.map((e) => `${e.tagName.toLowerCase()} ${(e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 40)}`);
  });

/** here tells which stop has the focus, and what is wrong with how it shows. */
const here = (page) =>
  page.evaluate(() => {
    const e = window.document.activeElement;
    const index = window.stops.indexOf(e);
    const faults = [];
    if (index >= 0) {
      const marks = [e, e.parentElement, ...(e.labels ?? [])].map((x) => getComputedStyle(x));
      if (!marks.some((s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none')) faults.push('no visible focus');
      const box = e.getBoundingClientRect();
      const on = (x, y) => {
        const top = window.document.elementFromPoint(x, y);
        return top && (e.contains(top) || top.contains(e) || [...(e.labels ?? [])].some((l) => l.contains(top)));
      };
      const shown = [0.5, 0.1, 0.9].some((f) => on(box.left + box.width * f, Math.min(Math.max(box.top + box.height * f, 1), innerHeight - 1)));
      if (!shown) faults.push('covered or out of sight');
    }
    return { index, faults };
  });

/** walk presses Tab through the view until the focus comes round. */
async function walk(page, where) {
  const stops = await markStops(page);
  const seen = [0];
  const faults = [];
  for (let presses = 0; presses < 2 * stops.length + 40; presses++) {
    await page.keyboard.press('Tab');
    const at = await here(page);
    if (at.index === 0) break;
    if (at.index < 0) continue; // a scroller that the browser itself makes a stop, or its own frame
    if (seen.includes(at.index)) break;
    faults.push(...at.faults.map((f) => `${stops[at.index]}: ${f}`));
    seen.push(at.index);
  }
  const missed = stops.filter((_, i) => !seen.includes(i));
  assert.deepEqual({ missed, faults }, { missed: [], faults: [] }, where);
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b), `${where}: Tab leaves the order of the page`);
}

describe('the keyboard', () => {
  for (const width of [1280, 390]) {
    it(`reaches everything on every view, in order and in sight, at ${width} px`, async (test) => {
      const page = await start(test, { viewport: { width, height: 900 } });
      for await (const { name } of through(page, document)) await walk(page, `${name} at ${width} px`);
    });
  }

  it('does it all alone: from the start over a sample to a finding and back', async (test) => {
    const page = await start(test);
    const press = async (key, times = 1) => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    };
    const focused = () => page.evaluate(() => window.document.activeElement.textContent);
    /** tabTo presses Tab until the text has the focus. */
    const tabTo = async (pattern) => {
      for (let i = 0; i < 200; i++) {
        await press('Tab');
        if (pattern.test(await focused())) return;
      }
      assert.fail(`Tab never reached ${pattern}`);
    };
    await tabTo(/Skip to content/);
    await press('Enter');
    assert.equal(await page.evaluate(() => window.document.activeElement.id), 'main');
    await tabTo(/^PIM only/);
    await press('Enter');
    await page.getByRole('navigation').waitFor({ timeout: 60_000 });
    assert.equal(await page.evaluate(() => window.document.activeElement.tagName), 'H1', 'the result takes the focus');
    await tabTo(/^Findings/);
    await press('Enter');
    await page.locator('[data-view=findings]').waitFor();
    await tabTo(/^CTL-11/);
    await press('Enter');
    await page.locator('dialog.sheet[open]').waitFor();
    assert.equal(await page.evaluate(() => Boolean(window.document.activeElement.closest('dialog'))), true, 'the sheet takes the focus');
    await press('ArrowRight');
    await press('Escape');
    await page.locator('dialog.sheet[open]').waitFor({ state: 'hidden' });
    assert.match(await focused(), /^[A-Z]{3}-\d\d/, 'the focus returns to a finding');
    assert.deepEqual(page.faults, []);
  });
});

/** overflow lists what reaches beyond the window's width, but for what lies in a scroller of its own. */
const overflow = (page) =>
  page.evaluate(() => {
    const out = [];
    if (window.document.documentElement.scrollWidth > innerWidth) out.push(`the page is ${window.document.documentElement.scrollWidth} px wide`);
    const scope = window.document.querySelector('dialog[open]') ?? window.document.body;
    for (const e of scope.querySelectorAll('a, button, input, select, textarea, summary, h1, h2, h3, p, li, dd, dt')) {
      if (!e.checkVisibility({ visibilityProperty: true }) || e.closest('.scroller, pre, svg, .visually-hidden, .skip')) continue;
      const box = e.getBoundingClientRect();
      if (box.right > innerWidth + 1 || box.left < -1) out.push(`${e.tagName.toLowerCase()}.${e.className} ${e.textContent.slice(0, 30)}: ${Math.round(box.left)}..${Math.round(box.right)}`);
    }
    return out.slice(0, 5);
  });

describe('room', () => {
  for (const [name, options] of Object.entries({
    '320 px': { viewport: { width: 320, height: 640 } },
    '200 % of 1280 px': { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
    '3840 px': { viewport: { width: 3840, height: 2160 } },
  })) {
    it(`is enough at ${name}: nothing scrolls sideways or leaves the window`, async (test) => {
      const page = await start(test, options);
      for await (const view of through(page, document)) assert.deepEqual(await overflow(page), [], `${view.name} at ${name}`);
    });
  }
});

describe('names of a tenant', () => {
  /** named is the document with every name of the tenant replaced. */
  const named = (name) => JSON.parse(JSON.stringify(whole()), (key, value) => (key === 'name' || key === 'displayName') && typeof value === 'string' ? name : value);

  it('are inert on every view, under Trusted Types, and legible', async (test) => {
    const page = await start(test);
    const file = writeScratch('hostile.json', JSON.stringify({ ...named(HOSTILE), inputs: whole().inputs }));
    const saw = new Set();
    for await (const { name } of through(page, file)) {
      const found = await page.evaluate(() => {
        const text = (window.document.querySelector('dialog[open]') ?? window.document.body).innerText;
        return {
          pwned: window.pwned,
          made: window.document.querySelectorAll('#app img, #app script, #app iframe, #app object, #app [onerror], #app [onclick]').length,
          raw: /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(text),
          whole: text.includes('<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>⟨U+202E⟩txt.exe'),
        };
      });
      assert.deepEqual({ ...found, whole: undefined }, { pwned: undefined, made: 0, raw: false, whole: undefined }, name);
      if (found.whole) saw.add(name);
    }
    for (const name of ['overview', 'ways', 'reach', 'detail']) assert.ok(saw.has(name), `${name} does not show the name in full`);
    assert.deepEqual(page.faults, []);
  });

  it('of ten thousand characters break no view', async (test) => {
    const page = await start(test, { viewport: { width: 390, height: 844 } });
    const file = writeScratch('long.json', JSON.stringify({ ...named('W'.repeat(10_000)), inputs: whole().inputs }));
    for await (const { name } of through(page, file)) assert.deepEqual(await overflow(page), [], name);
  });

  it('in Arabic and Hebrew stand by themselves and turn nothing round', async (test) => {
    const page = await start(test, { viewport: { width: 390, height: 844 } });
    const arabic = 'مدير النظام (טסט) 123';
    const file = writeScratch('rtl.json', JSON.stringify({ ...named(arabic), inputs: whole().inputs }));
    for await (const { name } of through(page, file)) {
      assert.deepEqual(await overflow(page), [], name);
      await audit(page, name);
    }
    await page.evaluate(() => (location.hash = 'overview'));
    assert.ok((await page.locator('main').innerText()).includes(arabic));
  });
});

/** words lists the texts and the labels on screen that hold words, are not the engine's and not from the pseudo-locale's table. */
const words = (page) =>
  page.evaluate(() => {
    const out = [];
    const scope = window.document.querySelector('dialog[open]') ?? window.document.body;
    const foreign = (text) => /\p{L}{2}/u.test(text) && !/[⟦⟧]/.test(text);
    const texts = window.document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const e = node.parentElement;
      const text = node.data.trim();
      if (foreign(text) && !e.closest('script, style, noscript, pre, .value, .picture, .message') && e.checkVisibility()) out.push(text);
    }
    for (const e of scope.querySelectorAll('[aria-label], [title], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'placeholder']) {
        const text = e.getAttribute(name);
        if (text && foreign(text)) out.push(`${name}=${text}`);
      }
    }
    return out;
  });

describe('the string table', () => {
  it('holds every word of the page, and the page has room for longer ones', async (test) => {
    const page = await start(test, { viewport: { width: 390, height: 844 } }, `${singleURL}?lang=pseudo`);
    // What the document and the catalogue say stays as it is.
    const known = JSON.stringify(whole()).replaceAll('\u202e', '⟨U+202E⟩') + JSON.stringify(readFileSync(join(root, 'pillars', 'CATALOGUE.md'), 'utf8'));
    const foreign = new Set();
    let translated = 0;
    for await (const { name } of through(page, document)) {
      assert.deepEqual(await overflow(page), [], name);
      translated += await page.evaluate(() => window.document.body.innerText.split('⟦').length);
      for (const text of await words(page)) if (!known.includes(JSON.stringify(text).slice(1, -1))) foreign.add(`${name}: ${text}`);
    }
    assert.ok(translated > 100, 'the pseudo-locale is not in the page');
    assert.deepEqual([...foreign], []);
  });
});
