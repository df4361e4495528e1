package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// history is what the controls ask of earlier runs, by tenant (see [key]).
type history map[string][]assess.PreviousRun

// readHistory reads the results of earlier runs, which a folder holds or a pattern
// matches. Nothing is read where series is "".
func readHistory(ctx context.Context, series string) (history, error) {
	if series == "" {
		return nil, nil
	}
	files, err := listRuns(ctx, series)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, &problem{fmt.Errorf("-series: there is no earlier run (.jsonl) in %s", series)}
	}
	all := history{}
	for _, file := range files {
		if err := all.read(ctx, file); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// read adds the tenants that one run assessed.
func (h history) read(ctx context.Context, file string) error {
	type earlier struct {
		tenant string
		run    assess.PreviousRun
	}
	runs := map[string]*earlier{} // by bundle
	err := readLines(ctx, file, func(number int, line record) (bool, error) {
		switch bundle := line.text("bundle"); {
		case number == 1 && line.text("schema") != schemaName:
			return false, fmt.Errorf("it is not the result of a run (%s)", schemaName)
		case line.text("kind") == kindTenant && line.text("error") == "":
			at, err := time.Parse(time.RFC3339, line.text("asOf"))
			runs[bundle] = &earlier{line.text("tenantId"), assess.PreviousRun{AsOf: at, Digest: line.text("digest"), Gates: map[string]model.Status{}}}
			return err == nil, err
		case line.text("kind") == kindFinding && line.truth("gate") && runs[bundle] != nil:
			runs[bundle].run.Gates[line.text("control")] = model.Status(line.text("status"))
		}
		return true, nil
	})
	for bundle, e := range runs {
		where := key(e.tenant, bundle)
		h[where] = append(h[where], e.run)
	}
	return err
}

// listRuns lists results files, sorted.
func listRuns(ctx context.Context, in string) ([]string, error) {
	pattern := in
	if info, err := os.Stat(in); !remote(in) && err == nil && info.IsDir() {
		pattern = filepath.Join(in, "*")
	} else if remote(in) && !strings.ContainsAny(in, "*?[") && path.Ext(in) != ".jsonl" {
		pattern = strings.TrimSuffix(in, "/") + "/*"
	}
	return matching(ctx, pattern, "-series: cannot list "+in, func(name string) bool {
		return hidden(name) || !strings.EqualFold(path.Ext(name), ".jsonl")
	})
}
