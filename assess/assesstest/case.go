// Package assesstest holds controls to their cases and to the degrade law:
// take any row, field or data set away, and a verdict stays or becomes unknown.
//
// A case is a txtar file: a comment that says why the case exists, a few small
// Graph files at their bundle paths, and a section named want. It is laid over a
// base tenant, so that it shows only what makes it different:
//
//	Synchronised from on-premises: the on-premises directory owns the account.
//	-- users.json --
//	[{"id": "ga", "onPremisesSyncEnabled": true}]
//	-- without --
//	declarations
//	-- partial --
//	groups
//	-- want --
//	fail
//	fail user ga users#/0/onPremisesSyncEnabled
//
// The lines of without name data sets (or parents' files) of the base to leave
// out, those of partial name data sets that were not read in full. Each line of
// patch gives one property of what is there another value, or takes it away
// where no value follows; an index one past the end of a list appends:
//
//	-- patch --
//	identity/conditionalAccess/policies#/0/state "disabled"
//
// A section base names another base tenant, as a path relative to the case. A
// section previous lists earlier runs, one a line: the time, then gates as
// ID=status. The first line
// of want is the status, the others are the judged subjects with their evidence.
package assesstest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// AsOf is the time of every case unless it has a section as-of.
var AsOf = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// Case is one tenant for a control and what must come out.
type Case struct {
	Why  string
	AsOf time.Time
	// Files maps a bundle path without extension to its rows.
	Files map[string][]any
	// Partial names the files that were not read in full, with the reason.
	Partial map[string]model.Reason
	// Previous are earlier runs over the tenant, oldest first.
	Previous []assess.PreviousRun
	Want     string
}

// Parse reads a case and lays it over base, which may be nil.
func Parse(text []byte, base *Case) (*Case, error) {
	archive := txtar.Parse(text)
	c := &Case{Why: strings.TrimSpace(string(archive.Comment)), AsOf: AsOf, Files: map[string][]any{}, Partial: map[string]model.Reason{}}
	if base != nil {
		maps.Copy(c.Files, base.Files)
		maps.Copy(c.Partial, base.Partial)
	}
	for _, file := range archive.Files {
		body := strings.TrimSpace(string(file.Data))
		switch file.Name {
		case "want":
			c.Want = body
		case baseSection: // read by the caller, which knows where the case lies
		case "without":
			for _, name := range strings.Fields(body) {
				if _, ok := c.Files[name]; !ok {
					return nil, fmt.Errorf("without: %q is not in the base", name)
				}
				delete(c.Files, name)
			}
		case "partial":
			for _, name := range strings.Fields(body) {
				c.Partial[name] = model.Truncated
			}
		case "notLicensed":
			for _, name := range strings.Fields(body) {
				delete(c.Files, name)
				c.Partial[name] = model.NotLicensed
			}
		case "patch":
			for line := range strings.Lines(body) {
				if err := c.patch(strings.TrimSpace(line)); err != nil {
					return nil, fmt.Errorf("patch: %s: %w", strings.TrimSpace(line), err)
				}
			}
		case "as-of":
			at, err := time.Parse(time.RFC3339, body)
			if err != nil {
				return nil, fmt.Errorf("as-of: %w", err)
			}
			c.AsOf = at
		case "previous":
			for line := range strings.Lines(body) {
				run, err := earlierRun(strings.Fields(line))
				if err != nil {
					return nil, fmt.Errorf("previous: %w", err)
				}
				c.Previous = append(c.Previous, run)
			}
		default:
			rows, err := parseRows(file.Name, file.Data)
			if err != nil {
				return nil, err
			}
			c.Files[strings.TrimSuffix(file.Name, ".json")] = rows
		}
	}
	return c, nil
}

// earlierRun reads a line of a section previous: a time, then gates as ID=status.
func earlierRun(fields []string) (assess.PreviousRun, error) {
	if len(fields) == 0 {
		return assess.PreviousRun{}, fmt.Errorf("a line without a time")
	}
	at, err := time.Parse(time.RFC3339, fields[0])
	run := assess.PreviousRun{AsOf: at}
	for _, gate := range fields[1:] {
		id, status, ok := strings.Cut(gate, "=")
		if !ok {
			return run, fmt.Errorf("%q is not ID=status", gate)
		}
		if run.Gates == nil {
			run.Gates = map[string]model.Status{}
		}
		run.Gates[id] = model.Status(status)
	}
	return run, err
}

// patch applies one line of a patch section.
func (c *Case) patch(line string) error {
	where, text, change := strings.Cut(line, " ")
	path, pointer, ok := strings.Cut(where, "#/")
	rows, there := c.Files[path]
	if !ok || !there {
		return fmt.Errorf("want a file of the case, #, and a JSON pointer")
	}
	var value any
	if change {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&value); err != nil {
			return err
		}
	}
	patched, err := set(rows, strings.Split(pointer, "/"), value, change)
	if err != nil {
		return err
	}
	c.Files[path] = patched.([]any)
	return nil
}

// set copies in and gives the property at path a value, or removes it.
func set(in any, path []string, value any, change bool) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	next := func(old any) (any, error) { return set(old, path[1:], value, change) }
	remove := len(path) == 1 && !change
	switch v := in.(type) {
	case map[string]any:
		copied := maps.Clone(v)
		if _, there := v[path[0]]; remove {
			if !there {
				return nil, fmt.Errorf("no property %q to take away", path[0])
			}
			delete(copied, path[0])
			return copied, nil
		}
		changed, err := next(v[path[0]])
		copied[path[0]] = changed
		return copied, err
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i > len(v) || i == len(v) && len(path) > 1 {
			return nil, fmt.Errorf("no element %q in a list of %d", path[0], len(v))
		}
		if remove {
			if i == len(v) {
				return nil, fmt.Errorf("no element %d to take away", i)
			}
			return slices.Delete(slices.Clone(v), i, i+1), nil
		}
		copied := slices.Clone(v)
		if i == len(v) {
			copied = append(copied, nil)
		}
		copied[i], err = next(copied[i])
		return copied, err
	}
	return nil, fmt.Errorf("nothing there to change at %q", path[0])
}

func parseRows(name string, data []byte) ([]any, error) {
	path := strings.TrimSuffix(name, ".json")
	if _, _, ok := model.DatasetAt(path); !ok || path == name {
		return nil, fmt.Errorf("%s is not a path of the bundle format", name)
	}
	var value any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if rows, ok := value.([]any); ok {
		return rows, nil
	}
	return []any{value}, nil
}

// clone copies the case so that a test can take something away from it.
func (c *Case) clone() *Case {
	copied := *c
	copied.Files = maps.Clone(c.Files)
	copied.Partial = maps.Clone(c.Partial)
	return &copied
}

// Load makes the case an [assess.Source].
func (c *Case) Load(_ context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	b := model.NewBuilder(want...)
	for _, o := range observers {
		o.Watch(b)
	}
	b.SetInfo(model.TenantInfo{ID: "case", Name: "case", CollectedAt: c.AsOf, Digest: "sha256:case"})
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		d, parent, _ := model.DatasetAt(path)
		coverage := model.Coverage{State: model.Complete}
		for i, row := range c.Files[path] {
			raw, err := json.Marshal(row)
			if err != nil {
				return nil, err
			}
			at := model.Location{Dataset: d.Name, File: path + ".json", Pointer: fmt.Sprintf("/%d", i)}
			if err := b.Add(d.Name, parent, at, raw); err != nil {
				coverage = model.Coverage{State: model.Partial, Reason: model.Malformed, Detail: err.Error()}
			}
		}
		b.Cover(d.Name, parent, coverage)
	}
	for _, path := range slices.Sorted(maps.Keys(c.Partial)) {
		d, parent, ok := model.DatasetAt(path)
		if !ok {
			return nil, fmt.Errorf("partial: %q is not a path of the bundle format", path)
		}
		coverage := model.Coverage{State: model.Partial, Reason: c.Partial[path]}
		if _, present := c.Files[path]; !present {
			coverage.State = model.Absent
		}
		b.Cover(d.Name, parent, coverage)
	}
	return b.Tenant(), nil
}

// Judge runs one control over the case.
func Judge(control *assess.Control, c *Case) (model.Finding, error) {
	a, err := assess.Run(context.Background(), c, []*assess.Control{control}, assess.Options{AsOf: c.AsOf, Previous: c.Previous})
	if err != nil {
		return model.Finding{}, err
	}
	return a.Findings[0], nil
}

// Describe writes a finding the way that want does.
func Describe(f model.Finding) string {
	var lines []string
	lines = append(lines, string(f.Status))
	for _, s := range f.Subjects {
		line := fmt.Sprintf("%s %s %s", s.Status, s.Kind, s.ID)
		for _, e := range s.Evidence {
			line += fmt.Sprintf(" %s#%s", strings.TrimSuffix(e.File, ".json"), e.Pointer)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
