// The pure parts: reading a document, routes, and what is derived from both.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { runnerImport } from 'vite';
import { web } from './browser.mjs';
import { fixture, HOSTILE } from './fixture.mjs';

const load = async (path) => (await runnerImport(join(web, 'src', path), { configFile: false, root: web, logLevel: 'error' })).module;
let model, derive, route, change, declarations, diff;
before(async () => {
  model = await load('model.ts');
  derive = await load('derive.ts');
  route = await load('route.ts');
  change = await load('change.ts');
  declarations = await load('declarations.ts');
  diff = await load('diff.ts');
});

describe('parse', () => {
  it('never turns what it does not know into a pass', () => {
    for (const status of ['PASS', 'passed', '', null, 1, undefined, {}]) {
      const a = model.parse({ schemaVersion: '1', pillars: [], findings: [{ control: 'X-1', status }] });
      assert.equal(a.findings[0].status, 'unknown', String(status));
    }
    const [r] = model.parse({ schemaVersion: '1', pillars: [], findings: [], reach: [{ from: [{ device: 'unmanaged', network: 'trusted', verdict: 'safe' }] }] }).reach;
    assert.equal(r.from[0].verdict, 'unknown');
    assert.equal(r.from[0].activation, 'unknown');
    assert.equal(model.parse({ schemaVersion: '1', pillars: [], findings: [], inputs: { datasets: [{ name: 'users' }] } }).datasets[0].status, 'missing');
  });

  it('survives any value in any place', () => {
    const junk = [null, 0, 1e999, 'x', [], {}, [[]], [null], true];
    const keys = Object.keys(fixture());
    for (const key of keys.filter((k) => !['schemaVersion', 'findings', 'pillars'].includes(k))) {
      for (const value of junk) model.parse({ ...fixture(), [key]: value });
    }
    for (const value of junk) {
      model.parse({ ...fixture(), findings: [value], pillars: [value], reach: [value], domains: [value] });
    }
  });

  it('refuses what is not an assessment', () => {
    for (const value of [null, [], {}, { value: [] }, { ...fixture(), findings: {} }]) assert.throws(() => model.parse(value), /not an assessment/);
    assert.throws(() => model.parse({ ...fixture(), schemaVersion: '2' }), /schemaVersion "2"/);
  });

  it('writes marks of direction out', () => {
    assert.equal(model.visible('a\u202Eb'), 'a⟨U+202E⟩b');
    assert.equal(model.visible('Zoë 王 محمد\n\t'), 'Zoë 王 محمد\n\t');
    const names = model.parse(fixture()).findings.flatMap((f) => f.subjects.map((s) => s.name));
    assert.ok(names.includes(HOSTILE.replace('\u202E', '⟨U+202E⟩')));
  });
});

describe('route', () => {
  it('reads what it writes', () => {
    for (const hash of ['#overview', '#findings', '#unknowns', '#inputs', '#declarations', '#whatif', '#compare', '#findings/ISO-01', '#overview/CTL-25', '#findings?status=fail,partial&severity=critical&pillar=isolation&sort=-severity', '#findings/FND-05?sort=control']) {
      assert.equal(route.formatRoute(route.parseRoute(hash)), hash);
    }
  });

  it('takes a control alone, and nothing that it does not know', () => {
    assert.deepEqual([route.parseRoute('#ISO-01').view, route.parseRoute('#ISO-01').control], ['findings', 'ISO-01']);
    assert.equal(route.formatRoute(route.parseRoute('#nowhere/<script>?status=ok&severity=9&sort=name&pillar=x')), '#overview');
  });
});

describe('derive', () => {
  const parsed = () => model.parse(fixture());

  it('puts failed gates first, the worst severity first', () => {
    const fixes = derive.fixFirst(parsed().findings);
    assert.deepEqual(fixes.slice(0, 3).map((f) => f.control), ['FND-05', 'CTL-11', 'ISO-01']);
    assert.ok(fixes.every((f) => f.status === 'fail' || f.status === 'partial'));
    const firstNoGate = fixes.findIndex((f) => !f.gate);
    assert.ok(fixes.slice(firstNoGate).every((f) => !f.gate));
  });

  it('searches every word, in subjects too', () => {
    const { findings } = parsed();
    const find = (search, filter = {}) => derive.select(findings, { ...derive.NO_FILTER, ...filter }, search).map((f) => f.control);
    assert.deepEqual(find('dora synchronised'), ['FND-05']);
    assert.deepEqual(find('dora nothing'), []);
    assert.deepEqual(find('', { statuses: ['attestationExpired'] }), ['OPS-09']);
    assert.deepEqual(find('', { severity: 'critical', pillar: 'isolation' }), ['ISO-01', 'ISO-02']);
    assert.deepEqual(find('', { sort: 'control', descending: true })[0], 'VAL-16');
    assert.equal(find('').length, findings.length);
  });

  it('draws a place that the document does not mention as unknown', () => {
    const a = parsed();
    const rows = derive.matrix(a.reach);
    assert.deepEqual(rows.map((r) => [r.role.name, r.holders.length, r.cells.length]), [['Global Administrator', 2, 10], ['Privileged Role Administrator', 2, 10], ['Exchange Administrator', 1, 10]]);
    assert.equal(rows[1].cells.find((c) => c.device === 'hybrid').verdict, 'unknown');
    a.reach[2].from = [];
    assert.equal(derive.matrix(a.reach)[1].cells.find((c) => c.device === 'unmanaged').verdict, 'unknown');
  });

  it('says "blocked" only when every unmanaged place of every Tier 0 holder is', () => {
    const a = parsed();
    assert.deepEqual(derive.pathVerdict(a.reach), { verdict: 'reaches', role: 'Global Administrator', principals: 2 });
    const emergency = { ...a.reach[0], principal: { kind: 'user', id: 'bg', name: 'bg' }, breakGlass: true };
    assert.deepEqual(derive.pathVerdict([...a.reach, emergency]), derive.pathVerdict(a.reach), 'break glass is meant to get in');
    assert.equal(derive.matrix([emergency, ...a.reach]).at(-1).emergency, true);
    assert.equal(derive.pathVerdict([emergency]), null);
    const pra = a.reach.filter((r) => r.role.name.startsWith('Privileged'));
    assert.equal(derive.pathVerdict(pra).verdict, 'blocked');
    for (const drop of pra[0].from.filter((f) => ['unmanaged', 'registered'].includes(f.device))) {
      const holed = [{ ...pra[0], from: pra[0].from.filter((f) => f !== drop) }, pra[1]];
      assert.equal(derive.pathVerdict(holed).verdict, 'unknown');
    }
    assert.equal(derive.pathVerdict([]), null);
  });

  it('keeps a way whose picture is broken, without the broken lines', () => {
    const [p] = model.parse({ schemaVersion: '1', pillars: [], findings: [], paths: [{ from: { name: 'a' }, verdict: 'wins', hops: [{ source: 7, target: -1, explanation: 'x' }, null], nodes: [{ layer: 1e9, row: 'x' }] }] }).paths;
    assert.deepEqual([p.verdict, p.hops.length, p.hops[0].source, p.hops[0].target, p.nodes[0].layer, p.nodes[0].row], ['unknown', 2, -1, -1, 0, 0]);
  });

  it('asks for what settles most', () => {
    const list = derive.asks(parsed());
    assert.deepEqual(list.map((x) => x.need.dataset).sort(), ['deviceManagement/settings', 'imports/exo/adminAuditLogConfig', 'reports/authenticationMethods/userRegistrationDetails', 'users']);
    assert.deepEqual(list.find((x) => x.need.dataset === 'users').controls, ['FND-09']);
  });
});

describe('a change', () => {
  /** merge is RFC 7396 but for null, which stays: Graph's null. */
  const merge = (to, patch) => {
    const out = { ...to };
    for (const [k, v] of Object.entries(patch)) {
      const both = [out[k], v].every((x) => x !== null && typeof x === 'object' && !Array.isArray(x));
      out[k] = both ? merge(out[k], v) : v;
    }
    return out;
  };

  it('says just what makes one record of another', () => {
    const from = { id: '1', state: 'enabled', conditions: { users: { includeUsers: ['a', 'b'], excludeUsers: [] }, platforms: { includePlatforms: ['all'] } }, grantControls: null };
    assert.equal(change.mergePatch(from, structuredClone(from)), undefined);
    for (const [to, want] of [
      [{ ...from, state: 'disabled' }, { state: 'disabled' }],
      [{ ...from, conditions: { ...from.conditions, users: { includeUsers: ['a'], excludeUsers: [] } } }, { conditions: { users: { includeUsers: ['a'] } } }],
      [{ ...from, grantControls: { operator: 'OR' } }, { grantControls: { operator: 'OR' } }],
      [{ ...from, conditions: { users: from.conditions.users } }, { conditions: { platforms: null } }],
      [{ ...from, conditions: null }, { conditions: null }],
    ]) {
      const patch = change.mergePatch(from, to);
      assert.deepEqual(patch, want);
      const gone = (v) => JSON.parse(JSON.stringify(v), (_, x) => (x === null ? undefined : x));
      assert.deepEqual(gone(merge(from, patch)), gone(to));
    }
  });

  it('joins operations in their order', () => {
    const one = (id) => ({ format: 'privpath-change/1', operations: [{ op: 'delete', dataset: 'x', id }] });
    assert.deepEqual(change.join('both', [one('1'), one('2')]), { format: 'privpath-change/1', title: 'both', operations: [...one('1').operations, ...one('2').operations] });
  });
});

describe('declarations', () => {
  it('tells nothing stated from stating that there is none', () => {
    let d = declarations.started({ suggestions: { breakGlass: [{ value: 'x', why: 'y' }] }, $comment: ['c'] });
    assert.deepEqual(d, { version: 1 });
    d = declarations.added(d, 'breakGlass', { id: '1' });
    assert.deepEqual(d.breakGlass, [{ id: '1' }]);
    assert.equal('breakGlass' in declarations.without(d, 'breakGlass', d.breakGlass[0]), false);
    assert.deepEqual(declarations.started({ breakGlass: [] }).breakGlass, []);
  });

  it('takes only an object from text', () => {
    for (const text of ['', '[]', 'null', '1', '{']) assert.throws(() => declarations.byHand(text));
    assert.deepEqual(declarations.byHand('{"version":1}'), { version: 1 });
  });

  it('says at a glance what moved', () => {
    const before = model.parse(fixture());
    const after = model.parse(fixture());
    assert.deepEqual(derive.delta(before, after), { score: [54, 54], levels: [], findings: [] });
    after.headline.score = 60;
    after.pillars[3].confirmed = 3;
    after.findings.find((f) => f.control === 'OPS-07').status = 'pass';
    const moved = derive.delta(before, after);
    assert.deepEqual([moved.score, moved.levels], [[54, 60], [{ pillar: 'operations', from: 2, to: 3 }]]);
    assert.deepEqual(moved.findings.map((f) => [f.control, f.from, f.to]), [['OPS-07', 'notAttested', 'pass']]);
  });
});

describe('a comparison', () => {
  const move = (name, device, cause) => ({ principal: { name }, role: { name: 'R' }, held: 'unchanged', from: [{ device, network: 'trusted', step: 'use', move: 'opened' }], attackers: [], causes: [{ dataset: 'd', id: cause, name: cause, proof: 'proved' }] });
  const reach = [move('a', 'hybrid', 'p'), move('b', 'hybrid', 'q'), move('c', 'paw', 'q')];

  it('tells holdings that moved alike together, and the change that moved most first', () => {
    assert.deepEqual(diff.alike(reach).map((g) => g.moves.map((m) => m.principal.name)), [['a', 'b'], ['c']]);
    assert.deepEqual(diff.blames({ reach }).map((b) => [b.cause.name, b.holdings, b.opened]), [['q', 2, true], ['p', 1, true]]);
  });

  it('tells what got worse first', () => {
    assert.deepEqual(diff.byMove(['changed', 'fixed', 'strange', 'new', 'fixed'].map((m) => ({ move: m }))).map((g) => [g.move, g.list.length]), [['new', 1], ['fixed', 2], ['changed', 1], ['strange', 1]]);
  });

  it('makes every text visible', () => {
    assert.deepEqual(diff.shownDiff({ a: ['x\u202Ey', { b: 1, c: null }] }), { a: ['x⟨U+202E⟩y', { b: 1, c: null }] });
  });
});
