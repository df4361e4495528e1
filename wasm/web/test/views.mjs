// Every view of the page, for whatever must hold of all of them: a new view is one line here.
import { fixture } from './fixture.mjs';
import { give, writeScratch } from './browser.mjs';

const role = { kind: 'role', id: '62e90394-69f5-4237-9190-012177145e10', name: 'Global Administrator' };

/** way is a hand-written way into Tier 0 over the nodes, one column each. */
function way(attacker, verdict, nodes, words) {
  const all = [...nodes, role];
  return {
    from: nodes[0],
    to: role,
    attacker,
    verdict,
    requires: ['password', 'mfa'],
    hops: words.map((explanation, i) => ({
      edge: 'signsIn',
      from: all[i],
      to: all[i + 1],
      requires: [],
      explanation,
      source: i,
      target: i + 1,
      evidence: [{ dataset: 'applications/{id}/owners', file: 'owners.json', pointer: '/value/0/id', value: nodes[0].id }],
    })),
    nodes: all.map((n, i) => ({ ...n, layer: i, row: 0 })),
  };
}

/** whole is the fixture with ways into Tier 0 and what else controls it. */
export function whole() {
  const user = { kind: 'user', id: 'u1', name: 'edda.oxbarrow@contoso.example' };
  const app = { kind: 'application', id: 'a1', name: 'Joiner mover leaver automation' };
  const device = { kind: 'device', id: 'd1', name: 'LAPTOP-1100' };
  const paths = [
    way('phishedSession', 'reaches', [user, app], ['owns the application Joiner mover leaver automation', 'holds the permission to assign any role']),
    way('userDevice', 'unknown', [device, user, app], ['waits there for a session', 'owns the application', 'may assign any role']),
  ];
  const tier0 = [
    { ...app, reason: 'assigns any role', hops: 1, declared: false, certain: true },
    { ...device, reason: 'waits there for the session of an administrator', hops: 2, declared: false, certain: false },
  ];
  const { edge, from, to, explanation } = paths[0].hops[0];
  const hop = { edge, from, to, explanation };
  return { ...fixture(), paths, tier0, chokePoints: [{ ...hop, cuts: 1, of: 2 }], cut: { exact: true, hops: [hop] } };
}

const unfold = (page) => page.evaluate(() => document.querySelectorAll('[data-view]:not([hidden]) details, dialog[open] details').forEach((d) => (d.open = true)));

/** The views before there is a result. */
export const START = [
  { name: 'start' },
  { name: 'how', open: (page) => page.locator('details.how summary').click() },
  { name: 'paste', open: (page) => page.locator('.drop .buttons > button:nth-of-type(3)').click() },
  {
    name: 'problem',
    open: async (page) => {
      await give(page, writeScratch('bad.zip', 'no zip'));
      await page.getByRole('alert').waitFor();
    },
  },
];

/** The views of a result: the hash that leads to each, and what is to be opened there. */
export const RESULT = [
  { name: 'overview', hash: 'overview' },
  { name: 'ways', hash: 'overview', open: unfold },
  { name: 'reach', hash: 'overview', open: (page) => page.locator('.cell').first().click() },
  { name: 'findings', hash: 'findings' },
  { name: 'unknowns', hash: 'unknowns' },
  { name: 'inputs', hash: 'inputs' },
  { name: 'declarations', hash: 'declarations', open: unfold },
  { name: 'whatif', hash: 'whatif', open: unfold },
  { name: 'compare', hash: 'compare', open: unfold },
  { name: 'detail', hash: 'findings/FND-05', open: unfold },
  { name: 'detail-attested', hash: 'findings/OPS-07' },
  { name: 'detail-missing', hash: 'findings/NONE-1' },
];

/** through shows one view after the other; the page is at the start, and document is a file to open. */
export async function* through(page, document) {
  for (const view of START) {
    await view.open?.(page);
    yield view;
    await page.keyboard.press('Escape');
  }
  await give(page, document);
  await page.getByRole('navigation').waitFor();
  for (const view of RESULT) {
    await page.evaluate((hash) => (location.hash = hash), view.hash);
    if (view.hash.includes('/')) await page.locator('dialog.sheet[open]').waitFor();
    else await page.locator(`[data-view=${view.hash}]`).waitFor();
    await view.open?.(page);
    await page.waitForTimeout(50); // the sheet's and the menu's own movement, where there is any
    yield view;
    await page.keyboard.press('Escape');
    // Closing the sheet takes its control out of the address, a moment later.
    if (view.hash.includes('/')) await page.waitForFunction(() => !location.hash.includes('/'));
  }
}
