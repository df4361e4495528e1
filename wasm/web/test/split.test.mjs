// The program in two parts computes what it computes in one, whatever the parts hold and whenever they join.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { coldFunctions } from '../cold.mjs';
import { fold } from '../fold.mjs';
import { pack } from '../pack.mjs';
import { split } from '../split.mjs';
import { unfold } from '../src/engine/unfold.js';
import { digest } from '../site.mjs';
import { web } from './browser.mjs';
import { loose, startEngine, TENANTS, zipped } from './engine.mjs';
import { folder, goroot, linked } from './linked.mjs';

/** some is a half of all functions, another one for every seed. */
const some = (seed) => (name) => digest(seed + name)[0] < 128;
const all = () => true;
const none = () => false;

describe('a small program in two parts', () => {
  const packed = pack(linked);
  const RUN = `
    import { readFileSync } from 'node:fs';
    globalThis.require = process.getBuiltinModule('module').createRequire(import.meta.url);
    globalThis.fs = require('fs');
    globalThis.path = require('path');
    await import(${JSON.stringify(join(goroot, 'lib', 'wasm', 'wasm_exec.js'))});
    const { join, whenNeeded } = await import(${JSON.stringify(join(web, 'src', 'engine', 'join.js'))});
    const [first, rest, when, ...args] = process.argv.slice(2);
    const go = new Go();
    go.argv = ['js', ...args];
    go.exit = process.exit;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(first)), go.importObject);
    const joinRest = () => join(instance, new WebAssembly.Module(readFileSync(rest)), go.importObject);
    if (when === 'late') whenNeeded(instance, joinRest);
    if (when === 'early') { whenNeeded(instance, () => {}); joinRest(); }
    if (when === 'never') whenNeeded(instance, () => { throw new Error('asked'); });
    process.on('exit', (code) => { if (code === 0 && !go.exited) go._pendingEvent = { id: 0 }, go._resume(); });
    go.run(instance);
  `;
  const script = join(folder, 'split.mjs');
  writeFileSync(script, RUN);

  function run({ first, rest = first }, when, ...args) {
    const files = [['first.wasm', first], ['rest.wasm', rest]].map(([name, wasm]) => {
      writeFileSync(join(folder, name), wasm);
      return join(folder, name);
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...files, when, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  for (const args of [[], ['crash']]) {
    const whole = run({ first: packed }, '', ...args);
    it(`is compared with one that works${args.length ? ' and dies' : ''}`, () => {
      assert.match(whole.stdout, /main\.caught[^]*4095 \{kept \[1 2 3\]\} runtime error: index out of range/);
      assert.equal(whole.status, args.length ? 2 : 0);
      if (args.length) assert.match(whole.stderr, /main\.fault/);
    });
    for (const [what, cold] of [['none', none], ['all', all], ['half 1', some(1)], ['half 2', some(2)]]) {
      for (const when of ['late', 'early']) {
        it(`says the same, ${args.length ? 'dying, ' : ''}with ${what} of its functions in the rest, which joins ${when}`, () => {
          assert.deepEqual(run(split(packed, cold), when, ...args), whole);
        });
      }
    }
  }

  it('does not begin without what it needs', () => {
    const { status, stdout, stderr } = run(split(packed, all), 'never');
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /asked/);
  });

  it('is split into the same bytes each time, and folds', () => {
    const [one, two] = [split(packed, some(1)), split(packed, some(1))];
    for (const part of ['first', 'rest']) {
      assert.ok(one[part].equals(two[part]));
      assert.ok(WebAssembly.validate(one[part]));
      assert.ok(one[part].equals(unfold(fold(one[part], { table: part === 'first' }))));
    }
  });
});

describe('the engine in two parts', () => {
  const whole = readFileSync(join(web, 'dist', 'privpath.wasm'));
  const parts = split(whole, coldFunctions());
  const options = { asOf: '2026-11-20T09:00:00Z' };
  // Every tenant, plans, and random halves of the functions: minutes.
  const heavy = process.env.PRIVPATH_SPLIT === '1';

  /** everything is what the page can ask for. */
  async function everything(engine, name) {
    const input = zipped(name);
    const about = await engine.do('about', {});
    const { json } = await engine.do('assess', { input, options });
    const document = Buffer.from(json);
    const reports = {};
    for (const { name: format } of JSON.parse(about.json).formats) reports[format] = await engine.do('report', { document, format, redact: false, key: '' });
    const policies = await engine.do('policies', { input, options });
    const declarations = await engine.do('declarations', { input, options });
    const declared = { input, options: { ...options, declarations: declarations.start } };
    const operation = { op: 'patch', dataset: 'identity/conditionalAccess/policies', id: JSON.parse(policies.json)[0].id, record: { state: 'disabled' } };
    const proposal = JSON.stringify({ format: 'privpath-change/1', title: 'off', operations: [operation] });
    return {
      about, json, ...reports, policies, declarations,
      redacted: await engine.do('report', { input, options, format: 'html', redact: true, key: '5'.repeat(64) }),
      inventory: await engine.do('inventory', { input: loose(name) }),
      compare: await engine.do('compare', { old: { document }, now: declared, prove: true }),
      whatIf: await engine.do('whatIf', { input, options, proposal, document }),
      refused: await engine.do('whatIf', { input, options, proposal: '{}', document }),
      plan: heavy && (await engine.do('plan', { input, options })),
    };
  }

  const expected = new Map();
  async function same(engine, name) {
    if (!expected.has(name)) expected.set(name, await everything(startEngine({ first: whole }), name));
    const got = await everything(engine, name);
    for (const [what, documents] of Object.entries(expected.get(name))) assert.deepEqual([what, got[what]], [what, documents]);
  }

  it('starts, assesses and assesses declarations without the rest, but for time zones', async () => {
    const cold = coldFunctions();
    const engine = startEngine(split(whole, (name) => cold(name) && !name.startsWith('time/tzdata.')));
    for (const input of [zipped('pim-only'), loose('middling')]) {
      await engine.do('about', {});
      await engine.do('inventory', { input });
      await engine.do('assess', { input, options });
      const { own } = await engine.do('declarations', { input, options });
      await engine.do('assess', { input, options: { ...options, declarations: own } });
      assert.equal(engine.asked, 0, 'npm run cold writes anew what the first part holds');
    }
  });

  for (const name of heavy ? TENANTS : ['middling']) {
    it(`answers the same on ${name} when the rest joins in the midst of a job`, async () => {
      const engine = startEngine(parts);
      await same(engine, name);
      assert.equal(engine.asked, 1);
    });
    for (const seed of heavy ? [1, 2, 3] : []) {
      it(`answers the same on ${name} with half ${seed} of all functions in the rest, which joined before`, async () => {
        const engine = startEngine(split(whole, some(seed)));
        engine.joinRest();
        await same(engine, name);
      });
    }
    if (heavy) it(`answers the same on ${name} with all functions in the rest`, async () => same(startEngine(split(whole, all)), name));
  }
});
