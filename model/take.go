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
	out := &Tenant{info: t.info, tables: make(map[string]*table, len(t.tables)+1)}
	maps.Copy(out.tables, t.tables)
	here, there := t.tables[dataset], from.tables[dataset]
	if here == nil {
		here = newTable(d)
	}
	if there == nil {
		there = newTable(d)
	}
	out.tables[dataset] = here.take(there, match)
	return out
}
