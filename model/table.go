package model

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// table is a data set of a tenant, whatever its record type.
type table struct {
	rows     chunks
	seen     int // records read: more than rows where the data set is only observed
	byParent map[string][]int
	covered  map[string]Coverage // by folded parent; "" is the whole data set
}

func newTable(d Dataset) *table { return &table{rows: chunks{rowType: d.rows}} }

func (t *table) count(n int) { t.seen += n }

func (t *table) add(parent string, rows slice) {
	if parent != "" {
		if t.byParent == nil {
			t.byParent = map[string][]int{}
		}
		key := FoldID(parent)
		for i := range rows.len {
			t.byParent[key] = append(t.byParent[key], t.rows.n+i)
		}
	}
	t.rows.add(rows)
}

func (t *table) cover(parent string, c Coverage) {
	key := FoldID(parent)
	if known, ok := t.covered[key]; ok {
		c = known.Worst(c)
	}
	t.setCoverage(key, c)
}

func (t *table) setCoverage(parent string, c Coverage) {
	if t.covered == nil {
		t.covered = map[string]Coverage{}
	}
	t.covered[parent] = c
}

func (t *table) coverage() Coverage {
	if c, ok := t.covered[""]; ok {
		return c
	}
	if len(t.covered) == 0 {
		return Coverage{State: Absent, Reason: NotCollected}
	}
	worst, of := Coverage{State: Complete}, ""
	for parent, c := range t.covered { // of equally bad ones the first parent's
		if c.State < worst.State || c.State == worst.State && parent < of {
			worst, of = c, parent
		}
	}
	return worst
}

// below says how much of one parent's part was read.
func (t *table) below(parent string) Coverage {
	coverage, ok := t.covered[parent]
	whole, said := t.covered[""]
	switch {
	case !ok && said && whole.State != Complete:
		return Coverage{State: Absent, Reason: whole.Reason, Detail: whole.Detail}
	case !ok:
		return Coverage{State: Absent, Reason: NotCollected}
	case said:
		return coverage.Worst(whole)
	}
	return coverage
}

// records yields a pointer to every row, which is valid until the next.
func (t *table) records() iter.Seq[any] {
	return func(yield func(any) bool) {
		for row := range t.rows.all() {
			if !yield(t.rows.pointer(row)) {
				return
			}
		}
	}
}

func (t *table) summary() (Coverage, int) { return t.coverage(), t.seen }

func (t *table) clone() *table {
	c := &table{rows: t.rows.clone(), seen: t.seen, covered: maps.Clone(t.covered), byParent: map[string][]int{}}
	for parent, list := range t.byParent {
		c.byParent[parent] = slices.Clone(list)
	}
	return c
}

func (t *table) find(parent, id string) int {
	i := 0
	for at := range t.rows.all() {
		row := t.rows.objectOf(at)
		if id != "" && SameID(row.ID, id) && strings.EqualFold(row.Parent(), parent) {
			return i
		}
		i++
	}
	return -1
}

func (t *table) remove(i int) {
	t.rows.remove(i)
	t.seen--
	for parent, list := range t.byParent {
		var left []int
		for _, j := range list {
			switch {
			case j < i:
				left = append(left, j)
			case j > i:
				left = append(left, j-1)
			}
		}
		t.byParent[parent] = left
	}
}

func (t *table) values(see func(any)) {
	for row := range t.rows.all() {
		see(t.rows.of(row).Interface())
	}
}

// take gives the table with the rows for which match holds from another.
func (t *table) take(other *table, match func(record any) bool) *table {
	out := &table{rows: chunks{rowType: t.rows.rowType}, covered: maps.Clone(t.covered)}
	for parent, c := range other.covered { // what only the other tenant has read
		if known := t.covered[parent]; known.State == Absent {
			out.setCoverage(parent, c)
		}
	}
	taken := false
	parents, otherParents := t.parents(), other.parents()
	insert := func() {
		i := 0
		for at := range other.rows.all() {
			if match(other.rows.pointer(at)) {
				out.add(otherParents[i], slice{at, 1, 1})
			}
			i++
		}
		taken = true
	}
	i := 0
	for at := range t.rows.all() {
		if !match(t.rows.pointer(at)) {
			out.add(parents[i], slice{at, 1, 1})
		} else if !taken {
			insert()
		}
		i++
	}
	if !taken {
		insert()
	}
	return out
}

// parents gives the parent of each row, folded.
func (t *table) parents() []string {
	all := make([]string, t.rows.n)
	for parent, rows := range t.byParent {
		for _, i := range rows {
			all[i] = parent
		}
	}
	return all
}
