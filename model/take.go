package model

import "maps"

// Take gives a tenant that is as t, but has those records of a data set for which
// match holds from another tenant: t's own are left out, and the other's stand in
// their place. It asks what would be if only they had changed. match is given a
// pointer to the data set's record type. Neither tenant is changed.
func (t *Tenant) Take(from *Tenant, dataset string, match func(record any) bool) *Tenant {
	d, known := DatasetNamed(dataset)
	if !known {
		return t
	}
	out := &Tenant{info: t.info, tables: make(map[string]table, len(t.tables)+1)}
	maps.Copy(out.tables, t.tables)
	here, there := t.tables[dataset], from.tables[dataset]
	if here == nil {
		here = d.table()
	}
	if there == nil {
		there = d.table()
	}
	out.tables[dataset] = here.take(there, match)
	return out
}

func (t *rowTable[T]) take(from table, match func(record any) bool) table {
	other := from.(*rowTable[T])
	out := &rowTable[T]{}
	out.covered = maps.Clone(t.covered)
	for parent, c := range other.covered { // what only the other tenant has read
		if known := t.covered[parent]; known.State == Absent {
			out.setCoverage(parent, c)
		}
	}
	taken := false
	parents, otherParents := t.parents(), other.parents()
	insert := func() {
		for i := range other.rows.n {
			if row := other.rows.at(i); match(row) {
				out.add(otherParents[i], *row)
			}
		}
		taken = true
	}
	for i := range t.rows.n {
		if row := t.rows.at(i); !match(row) {
			out.add(parents[i], *row)
			continue
		}
		if !taken {
			insert()
		}
	}
	if !taken {
		insert()
	}
	return out
}

func (t *rowTable[T]) setCoverage(parent string, c Coverage) {
	if t.covered == nil {
		t.covered = map[string]Coverage{}
	}
	t.covered[parent] = c
}

// parents gives the parent of each row, folded.
func (t *rowTable[T]) parents() []string {
	all := make([]string, t.rows.n)
	for parent, rows := range t.byParent {
		for _, i := range rows {
			all[i] = parent
		}
	}
	return all
}
