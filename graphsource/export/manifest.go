package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/privpath/privpath/model"
)

// dataReasons are the reasons that a collector can give.
var dataReasons = []model.Reason{model.NotCollected, model.PermissionDenied, model.NotLicensed,
	model.Truncated, model.Throttled, model.Malformed, model.NotInAPI, model.Stale}

func readManifest(raw []byte) (*model.Manifest, error) {
	m := &model.Manifest{}
	if err := decodeStrict(raw, m); err != nil {
		return nil, err
	}
	if m.Format != model.ManifestFormat {
		return nil, fmt.Errorf("/format is %q; this program reads %q", clip(m.Format), model.ManifestFormat)
	}
	seen := map[target]bool{}
	for _, name := range slices.Sorted(maps.Keys(m.Datasets)) {
		d, at := m.Datasets[name], "/datasets/"+escape(name)
		t, ok := targetAt(name)
		twice := seen[t.key()]
		seen[t.key()] = true
		switch {
		case !ok || t.dataset == deviceManagement:
			return nil, fmt.Errorf("%s is not a data set of the bundle format", at)
		case twice:
			return nil, fmt.Errorf("%s stands here twice, in other letters", at)
		case d.Status != "complete" && d.Status != "partial" && d.Status != "missing":
			return nil, fmt.Errorf("%s/status is %q; it must be complete, partial or missing", at, clip(d.Status))
		case d.Reason != "" && !slices.Contains(dataReasons, d.Reason):
			return nil, fmt.Errorf("%s/reason is %q; it must be one of %q", at, clip(string(d.Reason)), dataReasons)
		case d.Count != nil && *d.Count < 0:
			return nil, fmt.Errorf("%s/count is negative", at)
		}
	}
	return m, nil
}

// statement is what a manifest says of one data set.
type statement model.ManifestDataset

// statements are the manifest's data sets by target. The statement about a whole
// child data set ({id} in its name) has "{id}" for a parent.
func statements(m *model.Manifest) map[target]statement {
	byTarget := map[target]statement{}
	for name, d := range m.Datasets {
		if t, ok := targetAt(name); ok {
			byTarget[t.key()] = statement(d)
		}
	}
	return byTarget
}

// gapsOf lists what the manifest says is not whole, for a person.
func gapsOf(m *model.Manifest) []string {
	var gaps []string
	for _, name := range slices.Sorted(maps.Keys(m.Datasets)) {
		if d := m.Datasets[name]; d.Status != "complete" {
			gaps = append(gaps, strings.TrimSpace(fmt.Sprintf("%s is %s: %s %s", escape(name), d.Status, d.Reason, inert(d.Detail))))
		}
	}
	return gaps
}

// unread is what the statement says of a target that no file holds. some says
// that files of other parents of its data set do hold records, in all so many.
// ok is false where there is nothing to say.
func (d statement) unread(t target, some bool, records int) (c model.Coverage, ok bool) {
	switch {
	case t.parent != wholeChild:
	case some && d.Status == "complete":
		// Every parent's file was judged by itself; together they must be all.
		c = d.coverage(true, records)
		return c, c.State != model.Complete
	case some, d.Status == "complete" && d.Count != nil && *d.Count == 0:
		return d.coverage(true, 0), true // without parents there was nothing to collect
	}
	return d.coverage(false, 0), true
}

// inert is a text of the export without control characters, for a message.
func inert(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, clip(text))
}

const wholeChild = "{id}"

// coverage is what the statement says of data of which records were read from
// files (found) or not at all.
func (d statement) coverage(found bool, records int) model.Coverage {
	c := model.Coverage{Reason: d.Reason, Detail: inert(d.Detail), From: d.From, To: d.To}
	if c.Detail == "" && d.Permission != "" && d.Status != "complete" {
		c.Detail = "the collector asked with " + inert(d.Permission)
	}
	or := func(reason model.Reason) model.Reason {
		if c.Reason == "" {
			return reason
		}
		return c.Reason
	}
	switch {
	case !found && d.Status != "missing":
		c.Reason, c.Detail = or(model.NotCollected), strings.TrimSpace(fmt.Sprintf("manifest.json says %s but the file is not there. %s", d.Status, c.Detail))
	case !found:
		c.Reason = or(model.NotCollected)
	case d.Status == "missing":
		c.State, c.Reason = model.Partial, or(model.NotCollected)
	case d.Status == "partial":
		c.State, c.Reason = model.Partial, or(model.Truncated)
	case d.Count != nil && *d.Count != records:
		c.State, c.Reason = model.Partial, model.Truncated
		c.Detail = fmt.Sprintf("manifest.json counts %d records, the files hold %d", *d.Count, records)
	default:
		c.State, c.Reason, c.Detail = model.Complete, "", ""
	}
	return c
}
