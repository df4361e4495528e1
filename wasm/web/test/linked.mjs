// A small program as Go links it, which grows stacks, collects garbage, panics and says where.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

export const folder = join(scratch, 'packed');
mkdirSync(folder);
writeFileSync(join(folder, 'go.mod'), 'module packed\n\ngo 1.26\n');
writeFileSync(join(folder, 'main.go'), PROGRAM);
execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', 'linked.wasm', '.'], {
  cwd: folder,
  env: { ...process.env, GOOS: 'js', GOARCH: 'wasm', GOFLAGS: '-mod=mod', GOWORK: 'off' },
  stdio: 'inherit',
});
export const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
export const linked = readFileSync(join(folder, 'linked.wasm'));
