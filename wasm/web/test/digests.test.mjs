// SHA-256 of our own against Node's, and the two sides that hand texts over to be hashed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Digests, serve } from '../src/engine/digests.js';
import { Sha256 } from '../src/engine/sha256.js';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const node = (text) => createHash('sha256').update(text).digest('hex');

function ours(...pieces) {
  const sum = new Sha256();
  for (const piece of pieces) sum.write(piece);
  return hex(sum.sum());
}

/** random yields numbers below 1, the same in every run. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function bytes(next, length) {
  return Uint8Array.from({ length }, () => 256 * next());
}

describe('SHA-256', () => {
  // FIPS 180-2, appendix B, and NIST's example of a text that ends with a block.
  for (const [text, want] of [
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ]) {
    it(`has the standard's digest of ${text.length} bytes`, () => assert.equal(ours(Buffer.from(text)), want));
  }

  it('is right for every length around its blocks', () => {
    const text = bytes(random(1), 300);
    for (let length = 0; length <= text.length; length++) assert.equal(ours(text.subarray(0, length)), node(text.subarray(0, length)), `${length} bytes`);
  });

  it('is the same however a text is cut', () => {
    const next = random(2);
    const text = bytes(next, 1_500_000);
    for (let round = 0; round < 20; round++) {
      const pieces = [];
      for (let at = 0; at < text.length; at += pieces.at(-1).length) pieces.push(text.subarray(at, at + Math.floor(next() ** 4 * 800_000)));
      assert.equal(ours(...pieces), node(text), `cut at ${pieces.map((p) => p.length)}`);
    }
  });
});

for (const [how, subtle] of [
  ['beside the program', globalThis.crypto.subtle],
  ['where there is no WebCrypto', null],
]) describe(`digests ${how}`, () => {
  const channel = () => {
    const { port1, port2 } = new MessageChannel();
    serve(port2, subtle);
    const digests = new Digests(port1);
    const sum = (text) => {
      digests.end(text);
      return digests.sum(text);
    };
    return { digests, sum, close: () => port1.close() };
  };

  it('are right for texts that are just whole, and those that are not', async () => {
    const { digests, sum, close } = channel();
    const text = bytes(random(4), (8 << 20) + 1);
    const sizes = [0, 1, (8 << 20) - 1, 8 << 20, (8 << 20) + 1];
    const got = [];
    for (const size of sizes) {
      const id = digests.begin();
      for (let at = 0; at < size; at += digests.stage.length) {
        const piece = text.subarray(at, Math.min(at + digests.stage.length, size));
        digests.stage.set(piece);
        await digests.write(id, piece.length);
      }
      got.push(sum(id)); // and on, before it is there
    }
    assert.deepEqual((await Promise.all(got)).map(hex), sizes.map((size) => node(text.subarray(0, size))));
    close();
  });

  it('keeps texts apart, and has the writer wait before too much lies about', async () => {
    const { digests, sum, close } = channel();
    const next = random(3);
    const texts = Array.from({ length: 3 }, () => ({ id: digests.begin(), pieces: [] }));
    let waited = 0;
    for (let i = 0; i < 400; i++) {
      const text = texts[Math.floor(3 * next())];
      const piece = bytes(next, Math.floor(next() * 5000));
      text.pieces.push(piece);
      digests.stage.set(piece);
      const room = digests.write(text.id, piece.length);
      if (room) waited++;
      await room;
    }
    const got = await Promise.all(texts.map(({ id }) => sum(id)));
    assert.deepEqual(got.map(hex), texts.map(({ pieces }) => node(Buffer.concat(pieces))));
    assert.ok(waited > 0);
    assert.equal(hex(await sum(digests.begin())), node(''));
    close();
  });

  it('lets all who wait go on', async () => {
    const { digests, sum, close } = channel();
    const id = digests.begin();
    const rooms = Array.from({ length: 200 }, () => digests.write(id, 100_000)).filter(Boolean);
    assert.ok(rooms.length > 1);
    await Promise.all(rooms);
    assert.equal(hex(await sum(id)), node(Buffer.alloc(20_000_000)));
    close();
  });
});
