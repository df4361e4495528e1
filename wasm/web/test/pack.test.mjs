// The packed program is the program: it computes, collects garbage, panics and
// says where, as it did before. The folded one comes back as it was.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fold } from '../fold.mjs';
import { functionTable, memoryOf, pack } from '../pack.mjs';
import { unfold } from '../src/engine/unfold.js';
import { folder, goroot, linked } from './linked.mjs';

function run(wasm, ...args) {
  const file = join(folder, 'run.wasm');
  writeFileSync(file, wasm);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(goroot, 'lib', 'wasm', 'wasm_exec_node.js'), file, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** withoutLines takes files, lines, arguments and inlined calls out of a stack, and keeps how far in the function each call is. */
const withoutLines = ({ status, stdout, stderr }) => {
  const bare = (text) => text
    .replace(/^\S+\(\.\.\.\)\n\t.*\n/gm, '')
    .replace(/^(\S+)\((0x|\{).*\)$/gm, '$1()')
    .replace(/^\t\S+:\d+( \+0x[0-9a-f]+)?$/gm, '\t?:0$1');
  return { status, stdout: bare(stdout), stderr: bare(stderr) };
};

describe('packing', () => {
  it('makes a smaller program that is valid', () => {
    const packed = pack(linked);
    assert.ok(WebAssembly.validate(packed));
    const [before, after] = [linked, packed].map((b) => gzipSync(b, { level: 9 }).length);
    assert.ok(after < 0.9 * before, `${before} -> ${after}`);
  });

  for (const args of [[], ['crash']]) {
    it(`changes nothing that the program says${args.length ? ' when it dies' : ''}, but for files, lines, arguments and inlined calls`, () => {
      const before = run(linked, ...args);
      assert.match(before.stdout, /4095 \{kept \[1 2 3\]\} runtime error: index out of range/);
      assert.match(before.stdout, /main\.caught[^]*main\.go:\d+/);
      assert.equal(before.status, args.length ? 2 : 0);
      const after = run(pack(linked), ...args);
      assert.deepEqual(after, withoutLines(before));
      assert.doesNotMatch(after.stdout + after.stderr, /main\.go/);
      assert.deepEqual(run(pack(linked, { lines: true }), ...args), before);
    });
  }

  it('keeps the table by which the runtime finds functions', () => {
    const buckets = (wasm) => {
      const memory = memoryOf(wasm);
      const { buckets, functions } = functionTable(memory);
      return memory.subarray(buckets, buckets + 320 * functions.length);
    };
    assert.ok(buckets(linked).some((byte) => byte !== 0));
    assert.ok(buckets(pack(linked)).equals(buckets(linked)));
  });

  it('packs what is packed to the same bytes', () => {
    const packed = pack(linked, { lines: true });
    assert.ok(pack(packed, { lines: true }).equals(packed));
  });

  it('refuses a program whose tables it does not know', () => {
    const magic = Buffer.from([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8]);
    const foreign = Buffer.from(pack(linked, { lines: true }));
    for (let at = foreign.indexOf(magic); at >= 0; at = foreign.indexOf(magic, at)) foreign[at]--;
    assert.throws(() => pack(foreign), /function table/);
  });
});

describe('folding', () => {
  const weight = (bytes) => gzipSync(bytes, { level: 9 }).length;

  for (const lines of [false, true]) {
    it(`makes less to send, which unfolds to the same bytes, ${lines ? 'with' : 'without'} lines`, () => {
      const packed = pack(linked, { lines });
      const folded = fold(packed);
      assert.ok(packed.equals(unfold(folded)));
      assert.ok(weight(folded) < 0.8 * weight(packed), `${weight(packed)} -> ${weight(folded)}`);
    });
  }

  it('folds the same program to the same bytes', () => assert.ok(fold(pack(linked)).equals(fold(pack(linked)))));

  it('refuses an instruction that it does not know', () => {
    const simd = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 0xfd, 0x0c, 0, 0, 0x1a, 0x0b]);
    assert.throws(() => fold(simd), /instruction 253 is not known/);
  });
});
