// Corpus keeps a small part of what fuzzing found: of the small inputs in Go's fuzz
// cache a few dozen that reach the most code beyond the seeds of the target. They stand under testdata/fuzz beside their target, where
// `go test` runs them. What is kept stays, inputs of mended findings among them.
//
//	go run ./tools/corpus [TARGET…]    default: every target of the module
package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	maxBytes = 4 << 10 // of one input
	maxTried = 150     // inputs of a target, evenly over their sizes
	maxKept  = 32      // inputs of a target
)

// covered are the packages whose code counts: the readers, and what they call.
const covered = "./model/...,./internal/jsonpull,./graphsource/...,./assess/access,./assess/plan,./assess/diff,./assess/paths/..."

// target is one fuzz test of a package.
type target struct{ pkg, dir, name string }

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

func run(names []string, out io.Writer) error {
	targets, err := targetsOf("./...")
	if err != nil {
		return err
	}
	cache, err := output("go", "env", "GOCACHE")
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	for _, t := range targets {
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		binary := filepath.Join(work, strings.ReplaceAll(t.pkg, "/", "_"))
		if _, err := os.Stat(binary); err != nil {
			if _, err := output("go", "test", "-c", "-covermode=set", "-coverpkg="+covered, "-o", binary, t.pkg); err != nil {
				return err
			}
		}
		tried, kept, err := t.keep(binary, filepath.Join(cache, "fuzz", t.pkg, t.name))
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if _, err := fmt.Fprintf(out, "%s %s: %d tried, %d new ones kept\n", t.pkg, t.name, tried, kept); err != nil {
			return err
		}
	}
	return nil
}

var declared = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// targetsOf finds the fuzz tests in the source of packages.
func targetsOf(pattern string) ([]target, error) {
	list, err := output("go", "list", "-f", "{{.ImportPath}} {{.Dir}}", pattern)
	if err != nil {
		return nil, err
	}
	var targets []target
	for line := range strings.Lines(list) {
		pkg, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			for _, found := range declared.FindAllStringSubmatch(string(text), -1) {
				targets = append(targets, target{pkg, dir, found[1]})
			}
		}
	}
	return targets, nil
}

// keep copies inputs of the cache beside the target, each time the one that adds the
// most coverage, and counts what it tried and kept.
func (t target) keep(binary, cache string) (tried, kept int, err error) {
	folder := filepath.Join(t.dir, "testdata", "fuzz", t.name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return 0, 0, err
	}
	have, err := os.ReadDir(folder)
	if err != nil {
		return 0, 0, err
	}
	seen, err := t.reach(binary, `(seed#|\w)`) // the seeds, and what is kept
	if err != nil {
		return 0, 0, err
	}
	reached := map[string][]string{} // by input
	for _, name := range candidates(cache) {
		file := filepath.Join(folder, name)
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if err := copyFile(filepath.Join(cache, name), file); err != nil {
			return 0, 0, err
		}
		tried++
		blocks, err := t.reach(binary, name+"$")
		if err != nil {
			return 0, 0, err // the input is a finding: it stays
		}
		reached[name] = slices.Collect(maps.Keys(blocks))
		if err := os.Remove(file); err != nil {
			return 0, 0, err
		}
	}
	for len(have)+kept < maxKept {
		name := mostNew(reached, seen)
		if name == "" {
			break
		}
		if err := copyFile(filepath.Join(cache, name), filepath.Join(folder, name)); err != nil {
			return 0, 0, err
		}
		for _, block := range reached[name] {
			seen[block] = true
		}
		kept++
	}
	return tried, kept, nil
}

// mostNew is the input that reaches most blocks beyond seen, and "" where none
// reaches any.
func mostNew(reached map[string][]string, seen map[string]bool) string {
	best, most := "", 0
	for _, name := range slices.Sorted(maps.Keys(reached)) {
		added := 0
		for _, block := range reached[name] {
			if !seen[block] {
				added++
			}
		}
		if added > most {
			best, most = name, added
		}
	}
	return best
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

// candidates are the inputs that are small enough, thinned evenly over their sizes
// where they are many. A target that was never fuzzed here has none.
func candidates(cache string) []string {
	type input struct {
		name string
		size int64
	}
	files, _ := os.ReadDir(cache)
	var list []input
	for _, file := range files {
		if info, err := file.Info(); err == nil && info.Size() <= maxBytes {
			list = append(list, input{file.Name(), info.Size()})
		}
	}
	slices.SortFunc(list, func(a, b input) int { return cmp.Or(cmp.Compare(a.size, b.size), strings.Compare(a.name, b.name)) })
	names := make([]string, min(len(list), maxTried))
	for i := range names {
		names[i] = list[i*len(list)/len(names)].name
	}
	return names
}

// reach runs inputs of the target and gives the blocks of code that they reach.
func (t target) reach(binary, inputs string) (map[string]bool, error) {
	profile := binary + ".profile"
	cmd := exec.Command(binary, "-test.run", "^"+t.name+"$/^"+inputs, "-test.coverprofile", profile)
	cmd.Dir = t.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", inputs, err, out)
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	blocks := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if block, ok := strings.CutSuffix(line, " 1\n"); ok {
			blocks[block] = true
		}
	}
	return blocks, nil
}

func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
