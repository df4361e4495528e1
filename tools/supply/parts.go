package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// part is a module or package of somebody else's that is linked into what we ship.
type part struct {
	Kind          string // golang or npm
	Name, Version string
	Licence       string // SPDX
	Sum           string // as go.sum or package-lock.json has it
}

// shipped are the programs and the libraries that people get.
var shipped = []string{"./..."}

// linked lists the parts of the module at root: Go modules of which a package is
// linked into the programs or the library, natively or for the browser (tests
// apart), and the page's npm packages.
func linked(root string) ([]part, error) {
	parts, err := goParts(root)
	if err != nil {
		return nil, err
	}
	page, err := npmParts(filepath.Join(root, "wasm", "web", "package-lock.json"))
	if err != nil {
		return nil, err
	}
	parts = append(parts, page...)
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.Kind+a.Name, b.Kind+b.Name) })
	return slices.Compact(parts), nil
}

func goParts(root string) ([]part, error) {
	sums, err := goSums(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var parts []part
	for _, platform := range [][]string{nil, {"GOOS=windows", "GOARCH=amd64"}, {"GOOS=darwin", "GOARCH=arm64"}, {"GOOS=js", "GOARCH=wasm"}} {
		cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Module"}, shipped...)...)
		cmd.Dir, cmd.Env, cmd.Stderr = root, append(os.Environ(), platform...), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
			var p struct {
				Module *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			err := dec.Decode(&p)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("go list: %w", err)
			}
			if p.Module == nil || p.Module.Main || seen[p.Module.Path] {
				continue
			}
			seen[p.Module.Path] = true
			licence, err := licenceIn(p.Module.Dir)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.Module.Path, err)
			}
			parts = append(parts, part{"golang", p.Module.Path, p.Module.Version, licence, sums[p.Module.Path+" "+p.Module.Version]})
		}
	}
	return parts, nil
}

// goSums are the module hashes of go.sum by "path version".
func goSums(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && !strings.HasSuffix(f[1], "/go.mod") {
			sums[f[0]+" "+f[1]] = f[2]
		}
	}
	return sums, nil
}

// npmParts are the packages of a lock file that are not only for development.
func npmParts(file string) ([]part, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License, Integrity string
			Dev, Optional               bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var parts []part
	for path, p := range lock.Packages {
		if _, name, ok := strings.Cut(path, "node_modules/"); ok && !p.Dev {
			parts = append(parts, part{"npm", name, p.Version, p.License, p.Integrity})
		}
	}
	return parts, nil
}

// phrases are what a licence's text holds and no other's; the longer licence is
// asked first where one holds another's words.
var phrases = []struct{ id, words string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice"},
}

// licenceIn recognises the licence of a module by its text.
func licenceIn(dir string) (string, error) {
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			continue
		}
		text, err := os.ReadFile(files[0])
		if err != nil {
			return "", err
		}
		return recognise(string(text)), nil
	}
	return "", errors.New("it has no licence file (is the module downloaded?)")
}

// recognise names every licence that the text holds, joined by AND where it is
// several: whoever links the module keeps to all.
func recognise(text string) string {
	plain := strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, ",", ", "))), " ")
	plain = strings.ReplaceAll(plain, "license, version", "license version")
	var found []string
	for _, p := range phrases {
		if strings.Contains(plain, strings.ReplaceAll(p.words, ",", ",")) && (p.id != "BSD-2-Clause" || !slices.Contains(found, "BSD-3-Clause")) {
			found = append(found, p.id)
		}
	}
	if len(found) == 0 {
		return "unknown"
	}
	return strings.Join(found, " AND ")
}

// permissive are the licences that an MIT project may link without more than
// keeping their texts. A weaker copyleft needs a decision, and so is not here.
var permissive = []string{"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC"}

// allowed refuses a part whose licence is not on the list.
func allowed(parts []part) error {
	var bad []error
	for _, p := range parts {
		for id := range strings.SplitSeq(p.Licence, " AND ") {
			if !slices.Contains(permissive, id) {
				bad = append(bad, fmt.Errorf("%s %s has the licence %q, which is not among %s: replace it, or decide and add the licence", p.Name, p.Version, p.Licence, strings.Join(permissive, ", ")))
				break
			}
		}
	}
	return errors.Join(bad...)
}

// hexOf turns a checksum such as "sha512-<base64>" into hexadecimal digits.
func hexOf(sum, prefix string) (string, bool) {
	encoded, ok := strings.CutPrefix(sum, prefix)
	raw, err := base64.StdEncoding.DecodeString(encoded)
	return hex.EncodeToString(raw), ok && err == nil
}
