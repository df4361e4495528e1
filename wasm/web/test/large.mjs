// A large export, and what the page makes of it: node test/large.mjs [MB] [plain|zip]
// Users are few and sign-ins are many, as in a real tenant; the file is made as a stream and never held.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, createWriteStream, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDeflateRaw } from 'node:zlib';
import { give, launch, root, scratch, singleURL } from './browser.mjs';
import { crc32, folder, zipEnd, zipHeads } from './zip.mjs';

/** APPLIED is what a dozen policies did, as Graph lists it in every sign-in. */
const APPLIED = JSON.stringify(
  Array.from({ length: 12 }, (_, i) => ({
    id: `00000000-0000-4000-a000-${String(i).padStart(12, '0')}`,
    displayName: `CA${100 + i}: a policy of the tenant`,
    enforcedGrantControls: ['mfa', 'requireCompliantDevice'],
    enforcedSessionControls: ['signInFrequency'],
    result: i % 3 ? 'notApplied' : 'success',
  })),
);

/** signIn is of the size that sign-ins have, some 3 kB. */
const signIn = (i) =>
  `{"id":"00000000-0000-4000-9000-${String(i).padStart(12, '0')}","createdDateTime":"2026-05-${String(1 + (i % 28)).padStart(2, '0')}T08:00:00Z","userId":"00000000-0000-4000-8000-${String(i % 9999).padStart(12, '0')}","userPrincipalName":"user${i % 9999}@contoso.example","appDisplayName":"Azure Portal","ipAddress":"192.0.2.${i % 255}","clientAppUsed":"Browser","conditionalAccessStatus":"success","isInteractive":true,"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge 140"},"location":{"city":"Leeds","countryOrRegion":"GB"},"status":{"errorCode":0},"appliedConditionalAccessPolicies":${APPLIED}}`;

/** signIns yields a Graph response of about so many bytes, in pieces. */
function* signIns(bytes) {
  let written = 0;
  let piece = '{"value":[';
  for (let i = 0; written < bytes; i++) {
    piece += (i ? ',\n' : '') + signIn(i);
    if (piece.length > 1 << 20) {
      written += piece.length;
      yield Buffer.from(piece);
      piece = '';
    }
  }
  yield Buffer.from(`${piece}]}`);
}

const LOG = 'auditLogs/signIns.json';

/** plainExport writes the sample tenant with so many bytes of sign-ins as a folder. */
function plainExport(bytes) {
  const dir = join(scratch, `large-${bytes}`);
  const rest = folder(join(root, 'examples', 'tenants', 'pim-only')).filter(([p]) => !p.startsWith('auditLogs/signIns'));
  for (const [path, data] of [...rest, [LOG, '']]) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    const file = openSync(join(dir, path), 'w');
    if (path !== LOG) writeSync(file, data);
    else for (const piece of signIns(bytes)) writeSync(file, piece);
    closeSync(file);
  }
  return dir;
}

/** zipExport writes the same as one zip. */
async function zipExport(bytes) {
  const path = join(scratch, `large-${bytes}.zip`);
  const out = createWriteStream(path);
  const rest = folder(join(root, 'examples', 'tenants', 'pim-only')).filter(([p]) => !p.startsWith('auditLogs/signIns'));
  let offset = 0;
  const list = [];
  for (const [name, data] of [...rest, [LOG, null]]) {
    const pieces = data ? [data] : signIns(bytes);
    // The sizes stand in the directory; the local head is written before they are known.
    const blank = zipHeads(name, { offset, sum: 0, packed: 0, size: 0, later: true });
    out.write(blank.local);
    const deflate = createDeflateRaw({ level: 1 });
    let packed = 0;
    deflate.on('data', (d) => {
      packed += d.length;
      out.write(d);
    });
    let sum = 0;
    let size = 0;
    for (const piece of pieces) {
      sum = crc32(piece, sum);
      size += piece.length;
      if (!deflate.write(piece)) await once(deflate, 'drain');
      if (out.writableNeedDrain) await once(out, 'drain');
    }
    deflate.end();
    await once(deflate, 'end');
    const heads = zipHeads(name, { offset, sum, packed, size, later: true });
    out.write(heads.after);
    list.push(heads.central);
    offset += blank.local.length + packed + heads.after.length;
  }
  out.end(zipEnd(list, offset));
  await once(out, 'finish');
  return path;
}

/** run assesses the export and tells how long it took, what memory the program had at most and how the bar moved. */
async function run(page, path, kind, cancelAt = 1) {
  await page.goto(singleURL);
  await page.locator('.sample').first().waitFor();
  const started = Date.now();
  await (kind === 'zip' ? give(page, path) : page.setInputFiles('#choose-folder', path));
  await page.getByRole('heading', { name: 'Assessing' }).waitFor();
  const steps = [];
  for (;;) {
    const now = await page.evaluate(() => {
      const bar = document.querySelector('progress');
      return {
        result: Boolean(document.querySelector('nav.views')),
        problem: document.querySelector('[role=alert] .message')?.textContent,
        stage: document.querySelector('.stages .running span')?.textContent,
        part: bar?.hasAttribute('value') ? bar.value / bar.max : 0,
        memory: Number(document.querySelector('.engine-memory')?.dataset.bytes ?? 0),
      };
    });
    assert.equal(now.problem, undefined);
    if (now.result) break;
    if (now.memory > 0 && now.stage === 'Read records') steps.push(now);
    if (now.stage === 'Read records' && now.part >= cancelAt) {
      const pressed = Date.now();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Cancelled. Nothing was kept.').waitFor();
      return { cancelled: Date.now() - pressed, at: now.part };
    }
    await page.waitForTimeout(20);
  }
  return { seconds: (Date.now() - started) / 1000, memory: steps.map((s) => s.memory), parts: steps.map((s) => s.part) };
}

/**
 * assessLarge makes the export, cancels it in the middle and assesses it: it must finish, and the bar only goes
 * forward. It tells what memory the program had at half of the reading and at most.
 */
export async function assessLarge(megabytes, kind) {
  const path = kind === 'zip' ? await zipExport(megabytes * 1e6) : plainExport(megabytes * 1e6);
  const context = await launch();
  try {
    const page = await context.newPage();
    const cut = await run(page, path, kind, 0.3);
    assert.ok(cut.at < 1, 'the run was over before it was cancelled');
    const { seconds, memory, parts } = await run(page, path, kind, 2);
    const moves = new Set(parts).size;
    assert.ok(moves > 1, `the bar stood at ${[...new Set(parts)]}`);
    assert.deepEqual(parts, [...parts].sort((a, b) => a - b), 'the bar went back');
    const half = memory[parts.findIndex((p) => p >= 0.5)];
    return { megabytes, kind, seconds, moves, half, grown: memory.at(-1) - half, peak: Math.max(...memory), cancelled: cut.cancelled, size: kind === 'zip' ? statSync(path).size : undefined };
  } finally {
    await context.close();
    rmSync(path, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [megabytes = '1000', kind] = process.argv.slice(2);
  for (const k of kind ? [kind] : ['plain', 'zip']) {
    const got = await assessLarge(Number(megabytes), k);
    console.log(got);
    // Of a sign-in some 60 bytes are kept, and the collector lets garbage grow to as much again.
    const most = 0.05 * (got.megabytes / 2) * 1e6 + (16 << 20);
    assert.ok(got.grown <= most, `the program's memory grew by ${got.grown} bytes over the second half, not by at most ${most}`);
  }
}
