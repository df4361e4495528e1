// Files are read in any order, and seldom.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

let asked = [];
globalThis.FileReaderSync = class {
  readAsArrayBuffer(slice) {
    if (slice.gone) throw new Error('the file is gone');
    asked.push(slice.byteLength);
    return slice.buffer.slice(slice.byteOffset, slice.byteOffset + slice.byteLength);
  }
};
const { Files } = await import('../src/engine/files.js');

function fileOf(size, seed) {
  const bytes = Uint8Array.from({ length: size }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
  return { bytes, size, slice: (from, to) => bytes.subarray(from, to) };
}

function whole(files, file) {
  const got = Buffer.alloc(file.size);
  let at = 0;
  for (let n; (n = files.read(file, at, 1 << 20)) > 0; at += n) got.set(files.stage.subarray(0, n), at);
  assert.equal(at, file.size);
  return got;
}

describe('reading files', () => {
  it('gives a file from front to back, in ever larger pieces', () => {
    const file = fileOf(20_000_000, 1);
    asked = [];
    assert.ok(whole(new Files(), file).equals(file.bytes));
    assert.ok(asked.length <= 10, `asked ${asked.length} times`);
  });

  it('gives what stands anywhere, in several files by turns', () => {
    const files = new Files();
    const all = [fileOf(3_000_000, 2), fileOf(700_001, 3), fileOf(10, 4), fileOf(0, 5)];
    for (let i = 0, state = 1; i < 3000; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const file = all[(state >>> 20) % 4];
      const from = state % (file.size + 100);
      const n = files.read(file, from, (state >>> 8) % 300_000);
      assert.ok(n > 0 || from >= file.size || (state >>> 8) % 300_000 === 0);
      assert.ok(Buffer.from(files.stage.subarray(0, n)).equals(file.bytes.subarray(from, from + n)), `${n} bytes at ${from} of ${file.size}`);
    }
  });

  it('reads little around what stands alone', () => {
    const file = fileOf(50_000_000, 6);
    const files = new Files();
    asked = [];
    for (let from = 40_000_000; from > 0; from -= 10_000_000) files.read(file, from, 10);
    assert.ok(Math.max(...asked) <= 256 << 10, `${asked}`);
  });

  it('tells what the browser says, and asks again', () => {
    const files = new Files();
    const file = fileOf(100, 7);
    const gone = { ...file, slice: () => ({ gone: true }) };
    assert.throws(() => files.read(gone, 0, 10), /gone/);
    assert.throws(() => files.read(gone, 0, 10), /gone/);
    assert.equal(files.read(file, 0, 10), 10);
  });
});
