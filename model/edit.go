package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
)

// Edit is one change of one record: what a tenant would be after somebody
// changed it. Exactly one of Create, Patch and Delete is set.
type Edit struct {
	Dataset string
	// Parent is the parent's id in a child data set.
	Parent string
	// ID is the id of the record that is patched or deleted.
	ID string
	// Create is a whole new record, with its id.
	Create json.RawMessage
	// Patch is merged into the record: objects property by property, anything else
	// is replaced, and null is Graph's null.
	Patch  json.RawMessage
	Delete bool
}

// Edited gives the tenant as it would be after the edits, made in their order.
// The receiver is not changed; records that no edit names are shared. An error
// names the edit that cannot be made: the data set was not read, the record is
// not there (or there already), or the result is no record of the data set.
func (t *Tenant) Edited(edits []Edit) (*Tenant, error) {
	after := &Tenant{info: t.info, tables: maps.Clone(t.tables)}
	copied := map[string]bool{}
	for i, e := range edits {
		d, ok := DatasetNamed(e.Dataset)
		if !ok {
			return nil, fmt.Errorf("operation %d: %q is not a data set of the bundle format", i, e.Dataset)
		}
		tab, ok := after.tables[e.Dataset]
		if coverage, _ := summaryOf(tab); !ok || coverage.State == Absent {
			return nil, fmt.Errorf("operation %d: %s was not read, so a change of it cannot be judged", i, e.Dataset)
		}
		if !copied[e.Dataset] {
			tab = tab.clone()
			after.tables[e.Dataset], copied[e.Dataset] = tab, true
		}
		if err := edit(tab, d, e); err != nil {
			return nil, fmt.Errorf("operation %d: %s: %w", i, e.Dataset, err)
		}
	}
	return after, nil
}

func summaryOf(t *table) (Coverage, int) {
	if t == nil {
		return Coverage{}, 0
	}
	return t.summary()
}

// WithDigest gives the same tenant under another digest.
func (t *Tenant) WithDigest(digest string) *Tenant {
	info := t.info
	info.Digest = digest
	return &Tenant{info: info, tables: t.tables}
}

// Replay gives every record of a data set that was kept to see, as an observer
// would have seen them while they were read.
func (t *Tenant) Replay(dataset string, see func(record any)) {
	if tab, ok := t.tables[dataset]; ok {
		tab.values(see)
	}
}

// ReplayEach is Replay in place, as [Builder.ObserveEach] has it.
func (t *Tenant) ReplayEach(dataset string, see func(record any)) {
	if tab, ok := t.tables[dataset]; ok {
		for record := range tab.records() {
			see(record)
		}
	}
}

func edit(tab *table, d Dataset, e Edit) error {
	if d.Child() != (e.Parent != "") {
		return fmt.Errorf("a record of this data set has %s", map[bool]string{true: "a parent", false: "no parent"}[d.Child()])
	}
	index := -1
	if !d.Single || e.Create != nil {
		index = tab.find(e.Parent, editedID(e))
	} else if _, n := tab.summary(); n > 0 {
		index = 0
	}
	if e.Create != nil {
		if index >= 0 {
			return fmt.Errorf("there is a record %q already", editedID(e))
		}
		created := NewBatch(d)
		if err := created.Add(e.Create, e.Parent, Location{Dataset: d.Name, File: "change"}); err != nil {
			return err
		}
		tab.count(1)
		tab.add(e.Parent, created.rows.slice)
		return nil
	}
	if index < 0 {
		return fmt.Errorf("there is no record %q", e.ID)
	}
	if e.Delete {
		tab.remove(index)
		return nil
	}
	return patch(tab, d, index, e)
}

func editedID(e Edit) string {
	if e.Create == nil {
		return e.ID
	}
	var named struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(e.Create, &named) // the decoder of the data set says what is wrong
	return named.ID
}

func patch(tab *table, d Dataset, index int, e Edit) error {
	text, err := json.Marshal(tab.rows.pointer(tab.rows.at(index)))
	if err != nil {
		return err
	}
	before, err := jsonTree(text)
	if err != nil {
		return err
	}
	if hasUnreadable(before) {
		return fmt.Errorf("the export holds a property of %q that cannot be read; export it again", e.ID)
	}
	change, err := jsonTree(e.Patch)
	if err != nil {
		return err
	}
	merged, err := json.Marshal(merge(before, change))
	if err != nil {
		return err
	}
	row := tab.rows.objectOf(tab.rows.at(index))
	patched := NewBatch(d)
	if err := patched.Add(merged, row.Parent(), row.Location()); err != nil {
		return err
	}
	tab.rows.set(index, patched.rows.at(0))
	return nil
}

func jsonTree(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var tree any
	err := dec.Decode(&tree)
	return tree, err
}

// hasUnreadable finds the words that stand for an unreadable property. Read
// again they could pass for a value.
func hasUnreadable(tree any) bool {
	found := false
	walkTexts("", tree, func(_, text string) bool {
		found = found || text == describeField(fieldUnreadable, nil)
		return !found
	})
	return found
}

func merge(before, change any) any {
	into, ok := before.(map[string]any)
	from, both := change.(map[string]any)
	if !ok || !both {
		return change
	}
	for key, value := range from {
		into[key] = merge(into[key], value)
	}
	return into
}
