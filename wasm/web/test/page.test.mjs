// The page in Chromium, from file:// and over http.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { audit } from './axe.mjs';
import { AHEAD, NOW, cli, give, launch, privpath, root, scratch, serve, singleFile, singleURL, web, writeScratch } from './browser.mjs';
import { fixture, HOSTILE } from './fixture.mjs';
import { folder, zip } from './zip.mjs';

if (!existsSync(singleFile)) throw new Error('there is no dist/privpath.html: run "npm run build" first');

const tenants = join(root, 'examples', 'tenants');
const SAMPLES = readdirSync(tenants).filter((n) => existsSync(join(tenants, n, 'manifest.json')));
/** TITLES are what the page calls the samples. */
const TITLES = { 'pim-only': 'PIM only', middling: 'Half way', mature: 'Mature' };
const document = writeScratch('assessment.json', JSON.stringify(fixture()));

const result = (page) => page.getByRole('navigation', { name: 'Views of the assessment' });
const problem = (page) => page.getByRole('alert');

/** settled waits for a result; when none comes it fails with what the page says instead. */
async function settled(page) {
  try {
    await result(page).waitFor({ timeout: 60_000 });
  } catch (e) {
    assert.fail(`no result: ${(await problem(page).allInnerTexts())[0] ?? e.message}`);
  }
}

async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save assessment' }).click()]);
  assert.match(download.suggestedFilename(), /^assessment-\d{4}-\d\d-\d\d\.json$/);
  return readFileSync(await download.path());
}

/** exported writes a report by way of the export dialog; secret, when given, redacts. */
async function exported(page, format, secret) {
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByLabel('Replace names by pseudonyms').setChecked(secret !== undefined);
  if (secret !== undefined) await page.getByLabel('Secret for pseudonyms').fill(secret);
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), page.getByRole('button', { name: format }).click()]);
  assert.match(download.suggestedFilename(), /^assessment(-redacted)?-\d{4}-\d\d-\d\d\./);
  await page.locator('.task-bar').getByText('Saved').waitFor();
  return readFileSync(await download.path());
}

/** later is a file of the mature tenant a day on, when one policy only reports. */
function later(path, data) {
  const document = path.endsWith('.json') ? JSON.parse(data) : null;
  if (path === 'manifest.json') document.collectedAt = '2026-11-21T09:00:00Z';
  else if (path === 'identity/conditionalAccess/policies.json') {
    document.value.find((p) => p.displayName.startsWith('CA201')).state = 'enabledForReportingButNotEnforced';
  } else return data;
  return JSON.stringify(document);
}

/** agrees compares the outcome on screen with what the command line says of the saved change. */
async function agrees(page, file) {
  const change = await downloaded(page, page.getByRole('button', { name: 'Save change.json' }));
  const e = JSON.parse(privpath('plan', '-format', 'json', '-apply', writeScratch('change.json', change), file).toString());
  const figures = await page.locator('.outcome .big').allTextContents();
  assert.deepEqual(figures, [`${e.before.score} → ${e.after.score}`, String(e.closed), String(e.stopped)]);
  assert.ok((await page.locator('.outcome').innerText()).includes(e.lockout.why));
}

/** downloaded presses a button that saves a file. */
async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFileSync(await download.path());
}

/** idle waits until what runs beside the assessment has ended. */
const idle = (page) => page.waitForFunction(() => !document.querySelector('.task-bar progress'), null, { timeout: 120_000 });
const view = (page, hash) => page.evaluate((h) => (location.hash = h), hash);

/** drop is a drop by the browser itself, so that the page gets real entries. */
async function drop(page, paths) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  }
  await session.detach();
}

/** same compares bytes and shows the first difference, not two megabytes. */
function same(got, want) {
  if (got.equals(want)) return;
  let at = 0;
  while (got[at] === want[at]) at++;
  const near = (b) => b.subarray(Math.max(0, at - 80), at + 80).toString();
  assert.fail(`the page and the command line differ at byte ${at}:\npage: …${near(got)}…\ncli:  …${near(want)}…`);
}

async function open(context, hash = '') {
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (e) => faults.push(e.message));
  await page.goto(singleURL + hash);
  await page.getByRole('heading', { level: 1 }).waitFor();
  page.faults = faults;
  return page;
}

describe('the page from file://', () => {
  let context;
  before(async () => (context = await launch()));
  after(() => context.close());

  it('has a sample for every built-in tenant', async () => {
    const page = await open(context);
    await page.waitForFunction((n) => document.querySelectorAll('.sample').length === n, SAMPLES.length);
    await page.close();
  });

  for (const name of SAMPLES) {
    const path = join(tenants, name);
    it(`assesses a dropped zip of ${name} as the command line does, byte for byte`, async () => {
      const file = writeScratch(`${name}.zip`, zip(folder(path)));
      const page = await open(context);
      await drop(page, [file]);
      await settled(page);
      same(await saved(page), cli(file));
      assert.deepEqual(page.faults, []);
      await page.close();
    });

    it(`assesses the folder ${name} as the command line does, dropped and chosen`, async () => {
      const want = cli(path);
      for (const how of [(page) => drop(page, [path]), (page) => page.setInputFiles('#choose-folder', path)]) {
        const page = await open(context);
        await how(page);
        await settled(page);
        same(await saved(page), want);
        await page.close();
      }
    });

    it(`assesses the sample ${name} at a press of its button`, async () => {
      const page = await open(context);
      await page.waitForFunction((n) => document.querySelectorAll('.sample').length === n, SAMPLES.length);
      await page.getByRole('button', { name: TITLES[name] }).click();
      await settled(page);
      same(await saved(page), cli(path));
      await page.close();
    });
  }

  it('opens a saved assessment and saves the same bytes', async () => {
    const page = await open(context);
    await give(page, document);
    await settled(page);
    same(await saved(page), readFileSync(document));
    await page.close();
  });

  it('writes every format as the command line does, of a run and of a saved assessment', async () => {
    const middling = join(tenants, 'middling');
    const assessment = writeScratch('saved.json', cli(middling));
    for (const given of [writeScratch('formats.zip', zip(folder(middling))), assessment]) {
      const page = await open(context);
      await give(page, given);
      await settled(page);
      for (const [name, format] of [['markdown', /^Markdown/], ['csv', /^CSV/], ['sarif', /^SARIF/], ['html', /^HTML/], ['json', /^JSON/]]) {
        same(await exported(page, format), privpath('assess', '-format', name, given === assessment ? middling : given));
      }
      await page.close();
    }
  });

  it('writes a redacted report as the command line does, with a secret of ones own or without', async () => {
    const path = join(tenants, 'pim-only');
    const secret = 'correct horse battery staple';
    const page = await open(context);
    await give(page, writeScratch('redact.zip', zip(folder(path))));
    await settled(page);
    same(await exported(page, /^HTML/, ''), privpath('assess', '-redact', '-format', 'html', join(scratch, 'redact.zip')));
    same(await exported(page, /^JSON/, secret), cli(join(scratch, 'redact.zip'), '-redact', '-redact-key', writeScratch('key', secret)));
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByLabel('Secret for pseudonyms').fill('short');
    await page.getByRole('button', { name: /^CSV/ }).click();
    await problem(page).getByText('fewer than 16 bytes').waitFor();
    await page.close();
  });

  it('assesses again with each declaration as the command line does with the saved file', async () => {
    const file = writeScratch('declare.zip', zip(folder(join(tenants, 'pim-only'))));
    const guesses = JSON.parse(privpath('declare', file).toString()).suggestions;
    const page = await open(context);
    await give(page, file);
    await settled(page);
    await view(page, 'declarations');
    await page.locator('.questions').waitFor();
    await idle(page);
    await auditBoth(page, 'declarations');
    const asked = await page.locator('.questions summary .id').allTextContents();
    assert.deepEqual(asked, guesses.attestations.map((a) => a.control));
    same(await saved(page), cli(file)); // Guesses alone count for nothing.

    await page.getByRole('button', { name: `State this: ${guesses.trustedLocations[0].name}` }).click();
    await idle(page);
    const account = page.getByRole('form', { name: 'Break-glass accounts' });
    await account.getByLabel('Object id').fill(JSON.parse(cli(file).toString()).reach[0].principal.id);
    await account.getByRole('button', { name: 'State it' }).click();
    await idle(page);
    const question = page.locator('.questions li').filter({ hasText: 'OPS-09' });
    await question.locator('summary').click();
    await question.getByLabel('What was done').fill('Drill <b>of</b> October');
    await question.getByLabel('Owner').fill('Head of IT');
    await question.getByLabel('Done on').fill('2026-11-01');
    await question.getByLabel('Expires').fill('2027-01-31');
    await question.getByRole('button', { name: 'Attest' }).click();
    await idle(page);
    const risk = page.getByRole('form', { name: 'Accepted risks' });
    await risk.getByLabel('Failed control').selectOption('ISO-25');
    await risk.getByLabel('Reason').fill('New devices arrive in January');
    await risk.getByLabel('Owner').fill('Head of IT');
    await risk.getByLabel('Expires').fill('2027-01-31');
    await risk.getByRole('button', { name: 'Accept the risk' }).click();
    await idle(page);
    const naming = page.getByRole('form', { name: 'How admin accounts are named' });
    await naming.getByLabel('Regular expression').fill('^t0-');
    await naming.getByRole('button', { name: 'State it' }).click();
    await idle(page);
    const hours = page.getByRole('form', { name: 'When admins work' });
    await hours.getByLabel('Time zone').fill('Europe/Berlin');
    await hours.getByLabel('From').fill('06:30');
    await hours.getByLabel('To', { exact: true }).fill('18:00');
    await hours.getByRole('checkbox', { name: 'Saturday' }).check();
    await hours.getByRole('checkbox', { name: 'Monday' }).uncheck();
    await hours.getByRole('button', { name: 'State it' }).click();
    await idle(page);
    const tier0 = page.getByRole('form', { name: 'What counts as Tier 0' });
    await tier0.getByLabel('Roles that count too').fill('fe930be7-5e62-47db-91af-98c3a49a38b1\n29232cdf-9323-42fd-ade2-1d097af3e4de');
    await tier0.getByRole('button', { name: 'State it' }).click();
    await idle(page);
    const holder = JSON.parse(cli(file).toString()).reach[1].principal.id;
    const standing = page.getByRole('form', { name: 'Permanent assignments that stay' });
    await standing.getByLabel('Who holds it').fill(holder);
    await standing.getByLabel('Role (template id)').fill('62e90394-69f5-4237-9190-012177145e10');
    await standing.getByLabel('Reason').fill('Moved in January');
    await standing.getByLabel('Owner').fill('Head of IT');
    await standing.getByLabel('Expires').fill('2027-01-31');
    await standing.getByRole('button', { name: 'State it' }).click();
    await idle(page);
    await auditBoth(page, 'stated');
    const stated = await downloaded(page, page.getByRole('button', { name: 'Save declarations.json' }));
    const { attestations, breakGlass, exceptions, trustedLocations, version, ...formed } = JSON.parse(stated);
    for (const list of [attestations, breakGlass, exceptions, trustedLocations]) assert.equal(list.length, 1);
    assert.deepEqual([version, formed], [1, {
      adminNaming: '^t0-',
      workingHours: { timezone: 'Europe/Berlin', from: '06:30', to: '18:00', days: ['tue', 'wed', 'thu', 'fri', 'sat'] },
      tier0: { addRoles: ['fe930be7-5e62-47db-91af-98c3a49a38b1', '29232cdf-9323-42fd-ade2-1d097af3e4de'] },
      standing: [{ principalId: holder, roleId: '62e90394-69f5-4237-9190-012177145e10', reason: 'Moved in January', owner: 'Head of IT', expires: '2027-01-31' }],
    }]);
    const want = cli(file, '-declarations', writeScratch('stated.json', stated));
    assert.ok(!want.equals(cli(file)), 'the declarations moved nothing');
    same(await saved(page), want);

    await page.getByText('All of it as text').click();
    await page.getByLabel('declarations.json', { exact: true }).fill('{"version": 1, "breakglass": []}');
    await page.getByRole('button', { name: 'Assess with this text' }).click();
    await problem(page).getByText('breakglass').waitFor();
    same(await saved(page), want);
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('keeps what an export declares when its forms are stated unchanged, and takes it back', async () => {
    const file = writeScratch('declared.zip', zip(folder(join(tenants, 'mature'))));
    const own = JSON.parse(readFileSync(join(tenants, 'mature', 'declarations.json')));
    const page = await open(context);
    await give(page, file);
    await settled(page);
    await view(page, 'declarations');
    await page.locator('.questions').waitFor();
    await idle(page);
    const form = (name) => page.getByRole('form', { name });
    const save = async () => JSON.parse(await downloaded(page, page.getByRole('button', { name: 'Save declarations.json' })));
    assert.deepEqual(await save(), own);
    for (const name of ['How admin accounts are named', 'When admins work', 'How a privileged access workstation is recognised']) {
      await form(name).locator('button[type=submit]').press('Enter');
      await idle(page);
    }
    assert.deepEqual(await save(), own);
    await form('What counts as Tier 0').locator('button[type=submit]').click(); // all empty: nothing is stated
    await idle(page);
    await form('When admins work').getByRole('button', { name: 'Take it back' }).click();
    await idle(page);
    const { workingHours: _, ...rest } = own;
    assert.deepEqual(await save(), rest);
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('takes a guessed permanent assignment into its form, and states it only whole', async () => {
    const file = writeScratch('standing.zip', zip(folder(join(tenants, 'middling'))));
    const guess = JSON.parse(privpath('declare', file).toString()).suggestions.standing[0];
    const page = await open(context);
    await give(page, file);
    await settled(page);
    await view(page, 'declarations');
    await page.locator('.questions').waitFor();
    await idle(page);
    await page.getByRole('button', { name: `Take into the form: ${guess.name}` }).click();
    const form = page.getByRole('form', { name: 'Permanent assignments that stay' });
    assert.equal(await form.getByLabel('Who holds it').inputValue(), guess.value);
    await form.getByRole('button', { name: 'State it' }).click(); // the browser asks for the rest
    assert.equal(await form.evaluate((f) => f.checkValidity()), false);
    assert.equal(await page.locator('.task-bar progress').count(), 0);
    await page.close();
  });

  it('compares two runs as the command line does, whichever is given first', async () => {
    const files = folder(join(tenants, 'mature'));
    const old = writeScratch('old.zip', zip(files));
    const now = writeScratch('now.zip', zip(files.map(([path, data]) => [path, later(path, data)])));
    let page = await open(context);
    await give(page, now);
    await settled(page);
    await view(page, 'compare');
    await page.setInputFiles('#compare-files', old);
    await page.getByRole('heading', { name: 'Which change did it' }).waitFor({ timeout: 60_000 });
    await idle(page);
    assert.match(await page.locator('.diff').innerText(), /CA201 T0 - only from a PAW\s+9 holdings; proved/);
    for (const [name, format] of [['JSON', 'json'], ['Markdown', 'markdown'], ['SARIF', 'sarif'], ['Text', 'text']]) {
      same(await downloaded(page, page.getByRole('button', { name: `Save the comparison as ${name.toLowerCase()}`, exact: false })), privpath('diff', '-format', format, old, now));
    }
    await auditBoth(page, 'compare');
    await page.close();
    // A drop on this view compares; of saved assessments nothing is proved, as at the command line.
    const { lockouts } = JSON.parse(cli(join(tenants, 'middling')).toString());
    const [a, b] = [writeScratch('old.json', cli(old)), writeScratch('now.json', JSON.stringify({ ...JSON.parse(cli(now).toString()), lockouts }))];
    page = await open(context);
    await give(page, a);
    await settled(page);
    await view(page, 'compare');
    await drop(page, [b]);
    await page.locator('.diff').waitFor({ timeout: 60_000 });
    await idle(page);
    const start = lockouts.flatMap((l) => l.paths)[0].from.name;
    assert.ok((await page.locator('.diff').innerText()).split('Who can lock administrators out')[1].includes(start));
    same(await downloaded(page, page.getByRole('button', { name: 'Save the comparison as json' })), privpath('diff', '-format', 'json', a, b));
    await page.setInputFiles('#compare-files', document);
    await problem(page).getByText('different tenants').waitFor();
    await page.close();
  });

  it('finds the steps that the command line finds, and shows what a change would do', async () => {
    const file = writeScratch('plan.zip', zip(folder(join(tenants, 'pim-only'))));
    const plan = JSON.parse(privpath('plan', '-steps', '2', '-format', 'json', file).toString());
    const page = await open(context);
    await give(page, file);
    await settled(page);
    await view(page, 'whatif');
    await page.getByRole('button', { name: 'Find the first step' }).click();
    await page.locator('.plan > li').waitFor({ timeout: 120_000 });
    await idle(page);
    await page.getByRole('button', { name: 'Find the next step' }).click();
    await page.waitForTimeout(100);
    await idle(page);
    assert.deepEqual(await page.locator('.plan strong').allTextContents(), plan.steps.map((s) => s.change.title));

    await page.locator('.plan input').first().check();
    const outcome = page.locator('.outcome');
    await outcome.waitFor({ timeout: 60_000 });
    await idle(page);
    await agrees(page, file);
    await auditBoth(page, 'what if');

    // The whole page shows the supposed tenant, and goes back to the bytes that were.
    const verdict = () => page.locator('.path-verdict').first().innerText();
    await view(page, 'overview');
    const actual = await verdict();
    await view(page, 'whatif');
    await outcome.getByRole('button', { name: 'Show it in every view' }).click();
    await view(page, 'overview');
    assert.notEqual(await verdict(), actual);
    assert.equal(await page.getByRole('button', { name: 'Save assessment' }).count(), 0);
    await page.getByRole('button', { name: 'Back to what is' }).click();
    assert.equal(await verdict(), actual);
    same(await saved(page), cli(file));

    // A policy of the export, edited.
    await view(page, 'whatif');
    await page.getByText('Edit a Conditional Access policy').click();
    await page.getByLabel('Policy', { exact: true }).selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Off', exact: true }).click();
    await page.getByRole('button', { name: 'See what it does' }).first().click();
    await outcome.getByText('as edited').waitFor({ timeout: 60_000 });
    await idle(page);
    await agrees(page, file);
    await page.getByText('Paste a change.json').click();
    await page.getByLabel('The change').fill('{"format": "privpath-change/1", "operations": []}');
    await page.getByRole('button', { name: 'See what it does' }).last().click();
    await problem(page).getByText('no operations').waitFor();
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('joins several zips of one tenant, and takes earlier assessments, as the command line does', async () => {
    const files = folder(join(tenants, 'pim-only'));
    const [a, b] = [0, 1].map((n) => writeScratch(`part${n}.zip`, zip(files.filter((_, i) => i % 2 === n))));
    const page = await open(context);
    await give(page, [a, b]);
    await settled(page);
    same(await saved(page), privpath('assess', '-format', 'json', a, b));
    await view(page, 'inputs');
    await page.getByText('What none of the files holds').waitFor();
    const earlier = writeScratch('earlier.json', cli(join(tenants, 'pim-only'), '-as-of', '2026-08-20T09:00:00Z'));
    await page.setInputFiles('#earlier-files', earlier);
    await page.locator('.task-bar').getByText('changed').waitFor({ timeout: 60_000 });
    same(await saved(page), privpath('assess', '-format', 'json', '-previous', earlier, a, b));
    await page.close();
  });

  it('groups findings, and walks them by keyboard', async () => {
    const page = await open(context, '#findings?group=pillar');
    await give(page, document);
    await settled(page);
    assert.deepEqual((await page.locator('.group th').allTextContents()).map((s) => s.split(' ')[0]), ['Foundation', 'Control', 'Isolation', 'Operations', 'Validation']);
    const focused = () => page.evaluate(() => document.activeElement.textContent.slice(0, 6));
    const order = (await page.locator('.findings-table .id').allTextContents()).slice(0, 3);
    await page.keyboard.press('j');
    assert.equal(await focused(), order[0]);
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), order[2]);
    await page.keyboard.press('k');
    assert.equal(await focused(), order[1]);
    await page.keyboard.press('/');
    await page.keyboard.type('jk');
    assert.equal(await page.getByLabel('Search').inputValue(), 'jk');
    await page.close();
  });

  it('takes every word from the string table, and has room for longer ones', async () => {
    const page = await context.newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${singleURL}?lang=pseudo`);
    await page.locator('.sample').first().waitFor();
    await give(page, document);
    await page.locator('nav.views').waitFor();
    const said = JSON.stringify(fixture()).replaceAll('\\u202e', '');
    for (const hash of ['overview', 'findings', 'unknowns', 'inputs', 'declarations', 'whatif', 'compare']) {
      await view(page, hash);
      const own = await page.evaluate(() => {
        const texts = [];
        const walker = window.document.createTreeWalker(window.document.getElementById('app'), NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const { parentElement: e, data } = walker.currentNode;
          if (!e.closest('code, pre, script, .format .sub') && /\p{L}{3}/u.test(data) && !data.includes('⟦')) texts.push(data.trim());
        }
        return texts;
      });
      // What is not marked must be the document's own, or the catalogue's names of gaps (and of formats, above).
      const strays = own.filter((x) => !said.includes(JSON.stringify(x).slice(1, -1)) && !/U\+202E|^(Where admins|The health|The network|The way around|Operational)/.test(x) && !/\.json$/.test(x));
      assert.deepEqual(strays, [], hash);
      assert.ok((await page.evaluate(() => window.document.documentElement.scrollWidth)) <= 390, `${hash} does not fit`);
    }
    await page.close();
  });

  it('refuses a saved assessment that holds what it does not know', async () => {
    const page = await open(context);
    const strange = { ...fixture(), verdict: 'all good' };
    await give(page, writeScratch('strange.json', JSON.stringify(strange)));
    await problem(page).getByText('unknown field "verdict"').waitFor();
    await page.close();
  });

  it('says what is wrong with a file that is no export, and goes on working', async () => {
    const page = await open(context);
    await give(page, writeScratch('broken.zip', 'this is not a zip'));
    await problem(page).waitFor();
    assert.match(await problem(page).innerText(), /zip/i);
    await give(page, writeScratch('cut.zip', zip(folder(join(tenants, 'pim-only'))).subarray(0, 5000)));
    await page.getByText('readable zip').waitFor();
    await give(page, document);
    await settled(page);
    assert.equal(await problem(page).count(), 0);
    await page.close();
  });

  it('asks when an export was collected that does not say so', async () => {
    const file = join(tenants, 'pim-only', 'organization.json');
    const page = await open(context);
    await give(page, file);
    await problem(page).waitFor();
    await audit(page, 'asking for the time');
    await page.getByLabel('Collected at (UTC)').fill('2026-11-20T09:00');
    await page.getByRole('button', { name: 'Assess as of then' }).click();
    await settled(page);
    same(await saved(page), cli(file, '-as-of', '2026-11-20T09:00:00Z'));
    await page.close();
  });

  it('takes pasted JSON', async () => {
    const page = await open(context);
    await page.getByRole('button', { name: 'Paste JSON' }).click();
    await page.getByLabel('JSON text').fill('not json');
    await page.getByRole('button', { name: 'Assess this text' }).click();
    await page.getByText('must start with { or [').waitFor();
    await page.getByRole('button', { name: 'Paste JSON' }).click();
    await page.getByLabel('JSON text').fill(readFileSync(document, 'utf8'));
    await page.getByRole('button', { name: 'Assess this text' }).click();
    await settled(page);
    await page.close();
  });

  it('cancels a run at once and can run again', async () => {
    // Some 150 MB of sign-ins, so that there is time to press the button.
    const signIn = (i) => `{"id":"${i}","createdDateTime":"2026-11-01T08:00:00Z","userId":"00000000-0000-4000-8000-${String(i % 9999).padStart(12, '0')}","appDisplayName":"${'Azure Portal '.repeat(20)}","status":{"errorCode":0}}`;
    const page1 = `{"value":[${Array.from({ length: 100_000 }, (_, i) => signIn(i)).join(',')}]}`;
    const files = folder(join(tenants, 'pim-only')).filter(([p]) => !p.startsWith('auditLogs/signIns'));
    const big = writeScratch('big.zip', zip([...files, ...[1, 2, 3, 4].map((n) => [`auditLogs/signIns${n > 1 ? `.${n}` : ''}.json`, page1])]));
    const page = await open(context);
    await give(page, big);
    await page.getByRole('heading', { name: 'Assessing' }).waitFor();
    const amounts = new Set();
    for (let i = 0; i < 100 && amounts.size < 3; i++) {
      const amount = await page.locator('.stages .amount').textContent({ timeout: 5000 }).catch(() => '');
      if (amount) amounts.add(amount);
      await page.waitForTimeout(20);
    }
    assert.ok(amounts.size >= 3, `the numbers did not move: ${[...amounts]}`);
    await audit(page, 'working');
    const pressed = Date.now();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled. Nothing was kept.').waitFor();
    assert.ok(Date.now() - pressed < 2000, 'cancelling took longer than two seconds');
    await page.getByRole('button', { name: 'PIM only' }).click();
    await settled(page);
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('says so when the worker that makes digests fails, and can run again', async () => {
    const page = await open(context);
    await page.locator('.sample').first().waitFor();
    const named = await Promise.all(page.workers().map(async (worker) => ({ worker, name: await worker.evaluate(() => self.name) })));
    await named.find(({ name }) => name === 'privpath-digests').worker.evaluate(() => {
      MessagePort.prototype.postMessage = () => {
        throw new Error('broken');
      };
    });
    const file = writeScratch('digests.zip', zip(folder(join(tenants, 'mature'))));
    await give(page, file);
    await page.getByText('The engine stopped because of a fault of its own').waitFor();
    await give(page, file);
    await settled(page);
    same(await saved(page), cli(file));
    await page.close();
  });

  it('keeps a hostile name a name, under Trusted Types', async () => {
    const files = folder(join(tenants, 'pim-only')).map(([path, data]) => {
      if (path !== 'organization.json' && path !== 'manifest.json') return [path, data];
      const document = JSON.parse(data);
      if (path === 'manifest.json') document.tenantName = HOSTILE;
      else for (const o of document.value ?? [document]) o.displayName = HOSTILE;
      return [path, JSON.stringify(document)];
    });
    for (const file of [writeScratch('hostile.zip', zip(files)), document]) {
      const page = await open(context);
      await give(page, file);
      await settled(page);
      if (file !== document) {
        const shown = await page.getByRole('heading', { level: 1 }).textContent();
        assert.ok(shown.includes('<img src=x onerror="window.pwned=1">'), shown);
        assert.ok(shown.includes('⟨U+202E⟩'), shown);
      }
      for (const hash of ['findings', 'unknowns', 'inputs', 'findings/FND-05']) await page.evaluate((h) => (location.hash = h), hash);
      await page.locator('dialog.sheet[open]').waitFor();
      if (file === document) assert.ok((await page.locator('dialog[open]').innerText()).includes('<img src=x'));
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator('#app img, #app script, #app iframe').count(), 0);
      // The browser itself refuses markup from strings: nothing here could slip through.
      const refused = await page.evaluate(() => {
        try {
          document.body.insertAdjacentHTML('beforeend', '<b>x</b>');
          return '';
        } catch (e) {
          return e.name;
        }
      });
      assert.equal(refused, 'TypeError');
      assert.deepEqual(page.faults, []);
      await page.close();
    }
  });

  it('reads a name of ten thousand characters without breaking the layout', async () => {
    const long = fixture();
    long.tenant.displayName = 'W'.repeat(10_000);
    for (const f of long.findings) for (const s of f.subjects) s.name = 'W'.repeat(10_000);
    const page = await open(context, '#FND-05');
    await page.setViewportSize({ width: 390, height: 844 });
    await give(page, writeScratch('long.json', JSON.stringify(long)));
    await page.locator('dialog.sheet[open]').waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.close();
  });

  it('opens a control by its hash and walks the findings by keyboard', async () => {
    const page = await open(context, '#ISO-01');
    await give(page, document);
    const sheet = page.locator('dialog.sheet[open]');
    await sheet.getByRole('heading', { name: 'No Tier 0 role is usable from an unmanaged device' }).waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    await page.waitForFunction(() => location.hash === '#findings'); // told a moment after the sheet is hidden

    const link = page.getByRole('link', { name: /^FND-05/ }).last();
    await link.focus();
    await page.keyboard.press('Enter');
    await sheet.getByRole('heading', { name: 'Cloud-only admins' }).waitFor();
    assert.equal(await page.evaluate(() => location.hash), '#findings/FND-05');
    await page.keyboard.press('ArrowRight');
    await sheet.getByRole('heading', { name: 'Phishing-resistant MFA' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await sheet.getByRole('heading', { name: 'Cloud-only admins' }).waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    assert.match(await page.evaluate(() => document.activeElement.textContent), /FND-05/);
    await page.close();
  });

  it('shows what the control expects beside what was found', async () => {
    const page = await open(context, '#FND-05');
    await give(page, document);
    await page.locator('dialog.sheet[open] .expected').waitFor();
    const shown = () => page.locator('.expected dd').allTextContents();
    await page.waitForFunction(() => document.querySelectorAll('.expected dd').length === 2); // the engine tells of its controls
    const [expected, found] = await shown();
    assert.ok(privpath('explain', 'FND-05').toString().replace(/\s+/g, ' ').includes(expected.replace(/\s+/g, ' ')), expected);
    assert.equal(found, fixture().findings.find((f) => f.control === 'FND-05').summary);
    await page.close();
  });

  it('filters, sorts and searches; the address holds the filter and never the search', async () => {
    const page = await open(context, '#findings');
    await give(page, document);
    await settled(page);
    const rows = page.locator('.findings-table tbody tr');
    const all = await rows.count();
    await page.getByRole('checkbox', { name: /^Fail/ }).check();
    await page.getByLabel('Severity', { exact: true }).selectOption('critical');
    assert.equal(await page.evaluate(() => location.hash), '#findings?status=fail&severity=critical');
    assert.equal(await rows.count(), 4);
    assert.match(await page.locator('.table-head').innerText(), /4 of 36/);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    assert.equal(await rows.count(), all);
    await page.getByRole('columnheader', { name: 'Severity' }).getByRole('button').click();
    assert.equal(await page.getByRole('columnheader', { name: 'Severity' }).getAttribute('aria-sort'), 'ascending');
    await page.getByRole('columnheader', { name: 'Severity' }).getByRole('button').click();
    assert.equal(await page.getByRole('columnheader', { name: 'Severity' }).getAttribute('aria-sort'), 'descending');
    await page.getByLabel('Search').fill('dora');
    assert.equal(await rows.count(), 1);
    assert.doesNotMatch(await page.evaluate(() => location.href), /dora/i);
    await page.close();
  });

  it('shows the reach matrix when there is one, and nothing in its place when not', async () => {
    const page = await open(context);
    await give(page, document);
    await settled(page);
    await page.getByRole('button', { name: 'Global Administrator, Unmanaged device, untrusted network: Reaches activates' }).click();
    const sheet = page.locator('dialog.sheet[open]');
    await sheet.getByText('platform linux is not among its platforms').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Assess another' }).click();
    await give(page, writeScratch('noreach.json', JSON.stringify(fixture({ withReach: false }))));
    await settled(page);
    assert.equal(await page.locator('.reach, .path-verdict').count(), 0);
    await page.close();
  });

  it('draws each way into Tier 0, and of locking administrators out, as the document lays it out, and says the same in words', async () => {
    const want = JSON.parse(cli(join(tenants, 'middling')).toString());
    const lockouts = want.lockouts.flatMap((l) => l.paths ?? []);
    assert.ok(lockouts.length > 0 && want.paths.length <= 20);
    const paths = [...want.paths, ...lockouts];
    const page = await open(context);
    await give(page, writeScratch('ways.json', JSON.stringify(want)));
    await settled(page);
    const ways = page.locator('.way');
    assert.equal(await ways.count(), paths.length);
    for (const [i, path] of paths.entries()) {
      const way = ways.nth(i);
      await way.locator(':scope > summary').focus();
      await page.keyboard.press('Enter');
      const says = i < want.paths.length ? /^(Gets|May get) there/ : /^(Locks|May lock) out/;
      assert.match((await way.locator('.verdict').textContent()).trim(), says);
      const steps = await way.locator('.hops > li').allTextContents();
      assert.equal(steps.length, path.hops.length);
      path.hops.forEach((h, n) => assert.ok(steps[n].startsWith(`${h.from.name} ${h.explanation}`), steps[n]));
      const boxes = await way.locator('.picture rect').evaluateAll((list) => list.map((r) => r.getBoundingClientRect().toJSON()));
      assert.equal(boxes.length, path.nodes.length);
      for (const [a, one] of boxes.entries()) {
        for (const other of boxes.slice(a + 1)) {
          const apart = one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
          assert.ok(apart, `boxes overlap in way ${i}`);
        }
      }
      assert.equal(await way.locator('.picture .perhaps').count() > 0, path.verdict !== 'reaches');
    }
    await audit(page, 'ways into Tier 0');
    await page.getByRole('button', { name: 'Assess another' }).click();
    await give(page, writeScratch('noways.json', JSON.stringify({ ...want, paths: undefined, tier0: undefined, lockouts: undefined })));
    await settled(page);
    assert.equal(await page.locator('.paths').count(), 0);
    await page.close();
  });

  it('prints every view', async () => {
    const page = await open(context);
    await give(page, document);
    await settled(page);
    await page.emulateMedia({ media: 'print' });
    for (const view of ['overview', 'findings', 'unknowns', 'inputs']) {
      assert.ok(await page.locator(`[data-view=${view}]`).isVisible(), view);
    }
    assert.equal(await page.getByRole('button', { name: 'Save assessment' }).isVisible(), false);
    const pdf = await page.pdf();
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    await page.close();
  });

  it('fits 320 px', async () => {
    const page = await open(context);
    await page.setViewportSize({ width: 320, height: 640 });
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok((await fits()) <= 320, 'start');
    await give(page, document);
    await settled(page);
    for (const hash of ['overview', 'findings', 'unknowns', 'inputs', 'declarations', 'whatif', 'compare', 'findings/FND-05']) {
      await page.evaluate((h) => (location.hash = h), hash);
      assert.ok((await fits()) <= 320, hash);
    }
    await page.close();
  });
});

describe('privacy', () => {
  // Every request of the context's pages and workers, to any host, goes to this
  // server. What the browser asks for on its own account does not.
  const hits = [];
  const witness = createServer((req, res) => {
    hits.push(`${req.method} ${req.url}`);
    res.end('seen');
  });
  witness.on('connect', (req, socket) => {
    hits.push(`CONNECT ${req.url}`);
    socket.end('HTTP/1.1 502 seen\r\n\r\n');
  });
  let context;
  before(async () => {
    witness.listen(0, '127.0.0.1');
    await once(witness, 'listening');
    context = await launch({ proxy: { server: `http://127.0.0.1:${witness.address().port}`, bypass: '<-loopback>' } });
  });
  after(async () => {
    await context.close();
    witness.close();
  });

  const mark = 'privpath-witness.test';
  const full = async (page) => {
    await give(page, writeScratch('private.zip', zip(folder(join(tenants, 'pim-only')))));
    await settled(page);
    for (const hash of ['findings', 'unknowns', 'inputs', 'findings/FND-05', 'overview']) await page.evaluate((h) => (location.hash = h), hash);
    await saved(page);
  };

  it('makes no request in a full run', async () => {
    const probe = await context.newPage();
    await probe.goto(`http://${mark}/control`);
    assert.ok(hits.some((h) => h.includes(mark)), 'the witness sees nothing, so it proves nothing');
    await probe.close();

    const page = await open(context);
    hits.length = 0;
    await full(page);
    await page.waitForTimeout(500);
    assert.deepEqual(hits, []);

    // And had it tried, the browser would have refused.
    const outcome = await page.evaluate(async (url) => {
      const image = new Promise((resolve) => {
        const i = new Image();
        i.onload = () => resolve('loaded');
        i.onerror = () => resolve('refused');
        i.src = url;
      });
      const fetched = fetch(url).then(() => 'fetched', () => 'refused');
      navigator.sendBeacon(url, 'x');
      return [await image, await fetched];
    }, `http://${mark}/leak`);
    assert.deepEqual(outcome, ['refused', 'refused']);
    await page.waitForTimeout(300);
    assert.deepEqual(hits.filter((h) => h.includes(mark)), []);
    await page.close();
  });

  it('works with no network', async () => {
    await context.setOffline(true);
    const page = await open(context);
    await full(page);
    await page.close();
    await context.setOffline(false);
  });

  it('stores nothing', async () => {
    const page = await open(context);
    await full(page);
    const stored = await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length, history.state]);
    assert.deepEqual(stored, [0, 0, '', 0, null]);
    await page.close();
  });
});

describe('the hosted site over http', () => {
  let site;
  let context;
  before(async () => {
    site = await serve();
    context = await launch();
  });
  after(async () => {
    await context.close();
    site.close();
  });

  for (const name of SAMPLES) {
    it(`assesses the sample ${name} as the command line does, and asks for its own files and the sample once`, async () => {
      site.asked.length = 0;
      const fresh = await launch(); // nothing is in its cache
      const page = await fresh.newPage();
      await page.goto(site.url);
      await page.getByRole('button', { name: TITLES[name] }).click();
      await settled(page);
      same(await saved(page), cli(join(tenants, name)));
      const names = readdirSync(join(web, 'dist', 'hosted')).filter((n) => /^(app|privpath|sample)-/.test(n) && !(n.startsWith('sample-') && !n.startsWith(`sample-${name}-`)));
      // The rest of the program is asked for again when it is needed before it is there.
      const asked = site.asked.map((path) => path.replace('?now', '')).filter((path, i, all) => !AHEAD.test(path) || all.indexOf(path) === i);
      assert.deepEqual(asked.sort(), ['/', ...names.map((n) => `/${n}`)].sort());
      await fresh.close();
    });

    it(`assesses a dropped zip of ${name} over http as the command line does`, async () => {
      const file = writeScratch(`http-${name}.zip`, zip(folder(join(tenants, name))));
      const page = await context.newPage();
      await page.goto(site.url);
      await page.locator('.sample').first().waitFor();
      await drop(page, [file]);
      await settled(page);
      same(await saved(page), cli(file));
      await page.close();
    });
  }
});

describe('the rest of the program, over http', () => {
  let site;
  let context;
  before(async () => (site = await serve()));
  beforeEach(async () => {
    context = await launch(); // nothing is in its cache
    Object.assign(site, { stalls: null, refuses: null });
    site.asked.length = 0;
  });
  afterEach(() => context.close());
  after(() => site.close());
  const askedNow = () => site.asked.filter((path) => NOW.test(path)).length;
  /** simple is a tenant that declares no working hours, so that no time zone is needed. */
  const simple = () => writeScratch('simple.zip', zip(folder(join(tenants, 'pim-only')).filter(([path]) => path !== 'declarations.json')));

  it('is got at once when a job needs it before it is there', async () => {
    site.stalls = AHEAD;
    const page = await context.newPage();
    await page.goto(site.url);
    const file = simple();
    await give(page, file);
    await settled(page);
    assert.equal(askedNow(), 0);
    same(await exported(page, /^Markdown/), privpath('assess', '-format', 'markdown', file));
    assert.equal(askedNow(), 1);
    await page.close();
  });

  it('is not there without a network, which the page says and goes on', async () => {
    site.refuses = /-rest-/;
    const page = await context.newPage();
    await page.goto(site.url);
    await page.locator('.sample').first().waitFor();
    const file = simple();
    for (let round = 0; round < 2; round++) {
      await drop(page, [file]);
      await settled(page);
      same(await saved(page), cli(file));
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('button', { name: /^Markdown/ }).click();
      await problem(page).getByText('could not be loaded').waitFor();
      await audit(page, 'a part that could not be loaded');
    }
    site.refuses = null;
    same(await exported(page, /^Markdown/), privpath('assess', '-format', 'markdown', file));
    await page.close();
  });

  it('is there before it is needed, so that the page goes on without a network', async () => {
    const page = await context.newPage();
    await page.goto(site.url);
    const fetched = (worker) => worker.evaluate(() => performance.getEntriesByType('resource').some((e) => e.name.includes('-rest-') && e.responseEnd > 0));
    while (!(await Promise.all(page.workers().map(fetched))).some(Boolean)) await page.waitForTimeout(50);
    await context.setOffline(true);
    const file = writeScratch('offline.zip', zip(folder(join(tenants, 'mature'))));
    await give(page, file);
    await settled(page);
    same(await saved(page), cli(file));
    same(await exported(page, /^Markdown/), privpath('assess', '-format', 'markdown', file));
    assert.equal(askedNow(), 0);
    await page.close();
  });
});

/** auditBoth audits a view in light and dark, wide and narrow. */
async function auditBoth(page, where) {
  for (const colorScheme of ['dark', 'light']) {
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.mouse.move(0, 0);
      await page.waitForTimeout(200); // colours change over a moment
      await audit(page, `${where}, ${colorScheme} at ${width} px`);
    }
  }
}
