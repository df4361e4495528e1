package model

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// Key names a data set and fixes the type of its records. The name is the Graph
// v1.0 path that the records come from; {id} stands for a parent's id.
type Key[T any] struct{ name string }

// Name is the data set's name.
func (k Key[T]) Name() string { return k.name }

// Dataset describes one data set of the bundle format.
type Dataset struct {
	Name string
	// Single is true where Graph returns one entity instead of a collection.
	Single  bool
	needsID bool
	rows    *rowType
}

// Child reports whether the data set hangs below a parent object.
func (d Dataset) Child() bool { return strings.Contains(d.Name, "{id}") }

// Match reports whether path (without extension) is a path of this data set,
// and for a child data set which parent's.
func (d Dataset) Match(path string) (parent string, ok bool) {
	before, after, child := strings.Cut(d.Name, "{id}")
	if !child {
		return "", path == d.Name
	}
	rest, ok := strings.CutPrefix(path, before)
	if !ok {
		return "", false
	}
	parent, ok = strings.CutSuffix(rest, after)
	return parent, ok && parent != "" && !strings.Contains(parent, "/")
}

// Rows are the records of a data set together with how much of it was read.
// They are read-only.
type Rows[T any] struct{ view }

// view is [Rows] of any type.
type view struct {
	table    *table
	picked   []int // the rows of one parent
	whole    bool  // and not those of one parent
	coverage Coverage
	name     string
	note     func(name string, c Coverage)
}

func (v view) all() iter.Seq[unsafe.Pointer] {
	if v.whole {
		return v.table.rows.all()
	}
	return func(yield func(unsafe.Pointer) bool) {
		for _, i := range v.picked {
			if !yield(v.table.rows.at(i)) {
				return
			}
		}
	}
}

func (v view) len() int {
	if v.whole {
		return v.table.rows.n
	}
	return len(v.picked)
}

func (v view) below(parent string) view {
	if !v.whole || !strings.Contains(v.name, "{id}") {
		return v
	}
	key := FoldID(parent)
	coverage := v.table.below(key)
	name := strings.Replace(v.name, "{id}", parent, 1)
	if v.note != nil {
		v.note(name, coverage)
	}
	return view{table: v.table, picked: v.table.byParent[key], coverage: coverage, name: name}
}

// All yields the records in the order of the export.
func (r Rows[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for row := range r.all() {
			if !yield(*(*T)(row)) {
				return
			}
		}
	}
}

// Each yields the records in place, in the order of the export, for what looks
// through many and keeps few. They must not be changed.
func (r Rows[T]) Each() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for row := range r.all() {
			if !yield((*T)(row)) {
				return
			}
		}
	}
}

// Len is the number of records read.
func (r Rows[T]) Len() int { return r.len() }

// Coverage says how much of the data set was read.
func (r Rows[T]) Coverage() Coverage { return r.coverage }

// For gives the records below one parent of a child data set, with the coverage
// of that parent.
func (r Rows[T]) For(parent string) Rows[T] { return Rows[T]{r.below(parent)} }

// Only is the single record of a single-entity data set.
func (r Rows[T]) Only() (T, bool) {
	for row := range r.all() {
		return *(*T)(row), true
	}
	var none T
	return none, false
}

// Tenant is what a source could read of a tenant. It is read-only; a [Builder]
// makes it.
type Tenant struct {
	info   TenantInfo
	tables map[string]*table
}

// TenantInfo says whose data this is, when it was collected (UTC) and by what.
type TenantInfo struct {
	ID, Name    string
	CollectedAt time.Time
	Collector   string
	// Digest identifies the input: "sha256:" and hexadecimal digits over the
	// names and bytes of what was read.
	Digest string
}

// Info says whose data this is.
func (t *Tenant) Info() TenantInfo { return t.info }

// Inputs lists every data set that was loaded or reported missing, by name.
func (t *Tenant) Inputs() []Input {
	inputs := make([]Input, 0, len(t.tables))
	for _, name := range slices.Sorted(maps.Keys(t.tables)) {
		coverage, count := t.tables[name].summary()
		inputs = append(inputs, Input{Name: name, Status: coverage.State, Count: count,
			Reason: coverage.Reason, Detail: coverage.Detail})
	}
	return inputs
}

// Texts yields every text of every record that was kept, each with the name of
// the property that holds it: what a tenant's names can be found in.
func (t *Tenant) Texts() iter.Seq2[string, string] {
	return func(yield func(property, text string) bool) {
		for _, name := range slices.Sorted(maps.Keys(t.tables)) {
			for record := range t.tables[name].records() {
				if !yieldTexts(record, yield) {
					return
				}
			}
		}
	}
}

// yieldTexts walks a record by way of its JSON; a record that has none has no
// texts.
func yieldTexts(record any, yield func(property, text string) bool) bool {
	text, err := json.Marshal(record)
	if err != nil {
		return true
	}
	var tree any
	if json.Unmarshal(text, &tree) != nil {
		return true
	}
	return walkTexts("", tree, yield)
}

func walkTexts(property string, tree any, yield func(property, text string) bool) bool {
	switch tree := tree.(type) {
	case string:
		return yield(property, tree)
	case []any:
		for _, v := range tree {
			if !walkTexts(property, v, yield) {
				return false
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(tree)) {
			if !walkTexts(key, tree[key], yield) {
				return false
			}
		}
	}
	return true
}

// RowsOf reads a data set of the tenant; note, when not nil, is told of the
// coverage of every parent that is asked for.
func RowsOf[T any](t *Tenant, key Key[T], note func(string, Coverage)) Rows[T] {
	return Rows[T]{t.rows(key.name, reflect.TypeFor[T](), note)}
}

// rows gives a data set whose rows are of the type, or an empty one.
func (t *Tenant) rows(name string, record reflect.Type, note func(string, Coverage)) view {
	tab, ok := t.tables[name]
	if !ok || tab.rows.record != record {
		tab = &table{}
	}
	return view{table: tab, whole: true, coverage: tab.coverage(), name: name, note: note}
}

// Builder collects raw Graph records into a [Tenant]. Every source goes through
// it, so there is one decoder. A Builder is for one goroutine.
type Builder struct {
	tenant  *Tenant
	want    map[string]bool
	observe map[string][]observer
	batches map[string]*Batch
}

// observer sees the records of a data set.
type observer struct {
	see     func(record any)
	inPlace bool // by a pointer that it does not keep
}

// NewBuilder makes a builder that keeps the named data sets; with no name it
// keeps all.
func NewBuilder(want ...string) *Builder {
	b := &Builder{tenant: &Tenant{tables: map[string]*table{}}, observe: map[string][]observer{}, batches: map[string]*Batch{}}
	if len(want) > 0 {
		b.want = map[string]bool{}
		for _, name := range want {
			b.want[name] = true
		}
	}
	return b
}

// Observe has see called with every record (of the data set's record type) as
// it is read. A data set that is observed and not wanted is not kept.
func (b *Builder) Observe(dataset string, see func(record any)) {
	b.observe[dataset] = append(b.observe[dataset], observer{see: see})
}

// ObserveEach is Observe in place: see is given a pointer to each record. It must
// not change the record, and not keep the pointer: the next records are read to the
// same place, where nobody but such observers sees them. The texts and lists of a
// record may be kept.
func (b *Builder) ObserveEach(dataset string, see func(record any)) {
	b.observe[dataset] = append(b.observe[dataset], observer{see: see, inPlace: true})
}

// Needs reports whether records of the data set are kept or observed, so that a
// source can pass over the others.
func (b *Builder) Needs(dataset string) bool {
	return b.keeps(dataset) || len(b.observe[dataset]) > 0
}

func (b *Builder) keeps(dataset string) bool { return b.want == nil || b.want[dataset] }

// Add decodes one record. parent is the parent's id in a child data set. An
// error means that raw is not a JSON object of this data set; the record is then
// left out and the caller marks the data set partial.
func (b *Builder) Add(dataset, parent string, at Location, raw []byte) error {
	batch, ok := b.batches[dataset]
	if !ok {
		d, ok := DatasetNamed(dataset)
		if !ok {
			return fmt.Errorf("model: %q is not a data set of the bundle format", dataset)
		}
		batch = NewBatch(d)
		b.batches[dataset] = batch
	}
	if err := batch.Add(raw, parent, at); err != nil {
		return fmt.Errorf("%s%s: not a record of %s: %w", at.File, at.Pointer, dataset, err)
	}
	b.Take(batch, parent)
	return nil
}

// Take makes the records of a batch, below one parent where the data set is a
// child data set, part of the tenant, and empties the batch.
func (b *Builder) Take(batch *Batch, parent string) {
	name := batch.dataset.Name
	seen := false // by somebody who may keep the records
	for _, o := range b.observe[name] {
		seen = seen || !o.inPlace
		batch.rows.show(o)
	}
	if b.Needs(name) {
		b.table(batch.dataset).count(batch.n)
	}
	if b.keeps(name) {
		b.table(batch.dataset).add(parent, batch.rows.slice)
	}
	if seen {
		batch.rows.renew()
	} else {
		batch.rows.clear()
	}
	batch.n = 0
}

// Cover says how much of a data set (or of one parent's part of it) was read.
// Said twice, the worse one holds.
func (b *Builder) Cover(dataset, parent string, c Coverage) {
	if d, ok := DatasetNamed(dataset); ok {
		b.table(d).cover(parent, c)
	}
}

// SetInfo says whose data this is.
func (b *Builder) SetInfo(info TenantInfo) { b.tenant.info = info }

// Tenant gives the finished tenant. The builder must not be used afterwards.
func (b *Builder) Tenant() *Tenant { return b.tenant }

func (b *Builder) table(d Dataset) *table {
	t, ok := b.tenant.tables[d.Name]
	if !ok {
		t = newTable(d)
		b.tenant.tables[d.Name] = t
	}
	return t
}

// define describes a collection whose records have an id.
func define[T any](key Key[T]) Dataset {
	return Dataset{Name: key.name, needsID: true, rows: newRowType(reflect.TypeFor[T]())}
}

// anonymous describes a collection whose records need no id.
func anonymous[T any](key Key[T]) Dataset {
	return Dataset{Name: key.name, rows: newRowType(reflect.TypeFor[T]())}
}

// single describes a single entity.
func single[T any](key Key[T]) Dataset {
	return Dataset{Name: key.name, Single: true, rows: newRowType(reflect.TypeFor[T]())}
}
