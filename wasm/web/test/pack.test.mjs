// The packed program is the program: it computes, collects garbage, panics and
// says where, as it did before. The folded one comes back as it was.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fold } from '../fold.mjs';
import { pack } from '../pack.mjs';
import { unfold } from '../src/engine/unfold.js';
import { scratch } from './browser.mjs';

const PROGRAM = `package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

type tree[T any] struct{ left, right *tree[T]; value T }

func grow[T any](depth int, value T) *tree[T] {
	if depth == 0 {
		return nil
	}
	return &tree[T]{grow(depth-1, value), grow(depth-1, value), value}
}

func count[T any](t *tree[T]) int {
	if t == nil {
		return 0
	}
	if t.left == nil {
		runtime.Gosched()
	}
	return 1 + count(t.left) + count(t.right)
}

//go:noinline
func fault(list []int, at int) int { return list[at] }

func caught() (err error) {
	defer func() {
		if e, ok := recover().(runtime.Error); ok {
			err = errors.New(e.Error())
			fmt.Printf("%s", debug.Stack())
		}
	}()
	return fmt.Errorf("%d", fault(make([]int, 3), 3))
}

func main() {
	kept := grow(12, struct{ name string; n [3]int }{"kept", [3]int{1, 2, 3}})
	for range 20 {
		if n := count(grow(14, "dropped")); n != 1<<14-1 {
			panic(n)
		}
		runtime.GC()
	}
	fmt.Println(count(kept), kept.right.left.value, caught())
	if len(os.Args) > 1 {
		fault(nil, len(os.Args))
	}
}
`;

const folder = join(scratch, 'packed');
mkdirSync(folder);
writeFileSync(join(folder, 'go.mod'), 'module packed\n\ngo 1.26\n');
writeFileSync(join(folder, 'main.go'), PROGRAM);
execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', 'linked.wasm', '.'], {
  cwd: folder,
  env: { ...process.env, GOOS: 'js', GOARCH: 'wasm', GOFLAGS: '-mod=mod', GOWORK: 'off' },
  stdio: 'inherit',
});
const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
const linked = readFileSync(join(folder, 'linked.wasm'));

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
