package export

import (
	"bytes"
	"fmt"

	"github.com/privpath/privpath/model"
)

// adapter turns another tool's file, one JSON object, into records of the data
// sets. Adding a format is adding a file with an adapter to the table.
type adapter struct {
	name string
	// sign is a property that the file must have for a closer look.
	sign       string
	recognises func(root *node) bool
	adapt      func(root *node) adapted
}

// adapters lists the formats.
var adapters = []*adapter{scubaGear}

// adapted is what an adapter found.
type adapted struct {
	info     model.TenantInfo
	supplies []supply
}

// supply is one data set, with how much of it the tool is known to have read.
type supply struct {
	dataset  string
	dialect  dialect
	coverage model.Coverage
	records  []located
}

// located is a record and its JSON pointer in the file.
type located struct {
	pointer string
	record  *node
}

// adapterFor finds the adapter for a file's object.
func adapterFor(raw []byte) (*adapter, *node) {
	for _, a := range adapters {
		if !bytes.Contains(raw, []byte(`"`+a.sign+`"`)) {
			continue
		}
		if root, err := parseTree(raw); err == nil && a.recognises(root) {
			return a, root
		}
	}
	return nil, nil
}

// adapt reads a file through an adapter. Data sets that have files of their own
// are left to those.
func (r *reading) adapt(a *adapter, root *node) error {
	r.adapted = true
	r.file.note("read as " + a.name)
	found := a.adapt(root)
	r.scan.info = found.info
	r.scan.ids = append(r.scan.ids, found.info.ID)
	for _, s := range found.supplies {
		t := target{dataset: s.dataset}
		p := r.scan.part(t, false)
		if p.named {
			r.file.note(fmt.Sprintf("%s comes from its own file", s.dataset))
			continue
		}
		r.file.also(s.dataset)
		before, odd := r.records, r.odd
		for _, l := range s.records {
			if err := r.add(t, l.record.json(), l.pointer, 0, s.dialect); err != nil {
				return err
			}
		}
		if p.files++; p.files > 1 {
			p.degrade(model.Truncated, "several files hold parts of it")
		}
		p.read = true
		p.records += r.records - before
		p.coverage = p.coverage.Worst(s.coverage)
		if left := r.odd - odd; left > 0 {
			p.degrade(model.Malformed, "%q: %s left out, the first because %s", r.entry.path, records(left), r.firstOdd)
			r.file.Status, r.file.Reason = worse(r.file.Status, StatusMalformed), fmt.Sprintf("%s left out, the first because %s", records(r.odd), r.firstOdd)
		}
		if s.coverage.State != model.Complete {
			r.file.Status = worse(r.file.Status, StatusPartial)
			r.file.note(fmt.Sprintf("%s is %s: %s", s.dataset, s.coverage.State, s.coverage.Detail))
		}
	}
	return errEnough
}
