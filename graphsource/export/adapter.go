package export

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// adapter turns the records of another tool into records of the data sets.
// Adding a format is adding a file with an adapter (or a [layout]) to the table
// in formats.go.
type adapter struct {
	Format
	// sign is a property that a file's first record must have for a closer look.
	sign       string
	recognises func(record *node) bool
	// together says that several files make one list, and none is a part that
	// stands for itself.
	together bool
	adapt    func(record *node, at spot) adapted
}

// spot is where an adapter's record stands.
type spot struct {
	file, pointer string
	// principal finds the id of a user or group by the name that people see.
	// ok is false where the export holds users and none, or several, have it.
	principal func(name string) (id string, ok bool)
}

// adapted is what an adapter made of one record.
type adapted struct {
	info     model.TenantInfo
	supplies []supply
	// odd says why the record cannot be used.
	odd string
}

// supply is records of one data set, with how much of it the tool is known to
// have read.
type supply struct {
	target   target
	dialect  dialect
	coverage model.Coverage
	records  []located
}

// located is a record and its JSON pointer in the file.
type located struct {
	pointer string
	record  *node
}

// adapterFor finds the adapter for a file by its first record.
func adapterFor(raw []byte) *adapter {
	for _, a := range adapters {
		if !bytes.Contains(raw, []byte(`"`+a.sign+`"`)) {
			continue
		}
		if root, err := parseTree(raw); err == nil && a.recognises(root) {
			return a
		}
	}
	return nil
}

// row tells records apart that several files of tools hold.
type row struct {
	target target
	id     string
}

// through reads the file by an adapter from here on.
func (r *reading) through(a *adapter) {
	r.adapter, r.fed = a, map[target]*part{}
	r.scan.wrote(&a.Format)
	r.file.note("read as " + a.Tool)
}

// adapt reads one record through the file's adapter. Data sets that have files
// of their own are left to those.
func (r *reading) adapt(raw []byte, pointer string) error {
	root, err := parseTree(raw)
	if err != nil {
		return err
	}
	found := r.adapter.adapt(root, spot{r.entry.path, pointer, r.scan.principal})
	if found.odd != "" {
		return r.leaveOut(pointer, found.odd)
	}
	if found.info.ID != "" {
		r.scan.ids = append(r.scan.ids, found.info.ID)
	}
	r.scan.info = mergeInfo(r.scan.info, found.info)
	if len(found.supplies) == 0 {
		r.idle++
	}
	for _, s := range found.supplies {
		if err := r.feed(s); err != nil {
			return err
		}
	}
	return nil
}

// feed adds the records of a supply.
func (r *reading) feed(s supply) error {
	p := r.scan.part(s.target, false)
	if p.named {
		r.notes.add(s.target.dataset + " comes from its own file")
		return nil
	}
	if r.fed[s.target.key()] == nil {
		r.fed[s.target.key()] = p
		r.file.also(s.target.dataset)
		if p.files++; p.files > 1 && !r.adapter.together {
			p.degrade(model.Truncated, "several files hold parts of it")
		}
		p.read = true
	}
	p.coverage = p.coverage.Worst(s.coverage)
	before, odd := r.records, r.odd
	for _, l := range s.records {
		if r.scan.twice(s.target, l.record.get("id").str()) {
			r.notes.add("what another file holds as well counts once")
			continue
		}
		if err := r.add(s.target, l.record.json(), l.pointer, 0, s.dialect); err != nil {
			return err
		}
	}
	p.records += r.records - before
	if left := r.odd - odd; left > 0 {
		p.degrade(model.Malformed, "%q: %s left out, the first because %s", r.entry.path, records(left), r.firstOdd)
	}
	return nil
}

// twice reports whether another tool's file held the record already.
func (sc *scan) twice(t target, id string) bool {
	if id == "" {
		return false
	}
	key := row{t.key(), model.FoldID(id)}
	if sc.rows[key] {
		return true
	}
	if sc.rows == nil {
		sc.rows = map[row]bool{}
	}
	sc.rows[key] = true
	return false
}

// fedAll degrades all that an adapter's file supplied, where the file was cut or
// holds records that cannot be used, and says what of it is not whole.
func (r *reading) fedAll() {
	switch {
	case r.odd > 0:
		r.degradeFile(StatusMalformed, model.Malformed, "%s left out, the first because %s", records(r.odd), r.firstOdd)
	case len(r.fed) == 0 && r.file.Status == StatusComplete:
		r.file.Status, r.file.Reason = StatusIgnored, "nothing in it is used here"
	}
	if r.idle > 0 {
		r.notes.add(records(r.idle) + " of kinds that decide nothing here")
	}
	partly := map[string][]string{} // data sets by the reason why they are not whole
	for t, p := range r.fed {
		if p.coverage = p.coverage.Worst(r.coverage); p.coverage.State != model.Complete && !slices.Contains(partly[p.coverage.Detail], t.dataset) {
			partly[p.coverage.Detail] = append(partly[p.coverage.Detail], t.dataset)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(partly)) {
		slices.Sort(partly[why])
		r.file.Status = worse(r.file.Status, StatusPartial)
		r.notes.add(why + " (partial: " + strings.Join(partly[why], ", ") + ")")
	}
}

// mergeInfo keeps what was said first of a tenant.
func mergeInfo(have, more model.TenantInfo) model.TenantInfo {
	if have.ID == "" {
		have.ID = more.ID
	}
	if have.Name == "" {
		have.Name = more.Name
	}
	if have.CollectedAt.IsZero() {
		have.CollectedAt = more.CollectedAt
	}
	if have.Collector == "" {
		have.Collector = more.Collector
	}
	return have
}

// text, flag and object make nodes of the records that adapters write.
func text(s string) *node { return &node{kind: '"', text: s} }

func flag(b bool) *node { return &node{text: fmt.Sprint(b)} }

func array(items ...*node) *node { return &node{kind: '[', items: items} }

// object makes an object of names, with spaces between them, and their values;
// nil values are left out.
func object(names string, values ...*node) *node {
	n := &node{kind: '{'}
	for i, name := range strings.Fields(names) {
		if values[i] != nil {
			n.put(name, values[i])
		}
	}
	return n
}

func (n *node) put(name string, value *node) {
	n.names, n.items = append(n.names, name), append(n.items, value)
}

// is reports whether a node is the literal true.
func (n *node) is(literal string) bool { return n != nil && n.kind == 0 && n.text == literal }

// lower is a text in small letters, nil where there is none: ids that a tool
// wrote in capitals.
func (n *node) lower() *node {
	if n.str() == "" {
		return nil
	}
	return text(model.FoldID(n.str()))
}
