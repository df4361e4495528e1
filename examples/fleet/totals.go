package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/model"
)

// totals sums results up. It is what one bundle adds and also the sum: adding is
// associative and commutative, so that the order of the work does not show. Lists
// keep the first few by an order of their own.
type totals struct {
	Bundles, Failed int
	Engine          string
	First, Last     time.Time // of the tenants' data

	Levels      map[model.Pillar][]int // how many tenants are at each confirmed level
	Bands       map[string]int
	Unmanaged   map[string]int // Global Administrator from an unmanaged device, by verdict
	Controls    map[string]controlTotal
	Needs       map[string]needTotal // by what would settle findings
	Moves       map[string]int       // drift, by what and move
	Compared    bool
	Provisional int

	Worst, Exposed, Changed, Unreadable topList
}

// controlTotal counts a control's statuses.
type controlTotal struct {
	Title, Severity string
	Statuses        map[model.Status]int
}

// needTotal counts what one permission or file would settle.
type needTotal struct {
	Dataset           string
	Tenants, Findings int
}

// entry is a bundle in a list of the page, greatest weight first.
type entry struct {
	Bundle, Tenant string
	Weight         int
	Detail         []string
}

// topList is the first entries by weight and name.
type topList []entry

// listed is how many entries a list keeps; the file has all.
const listed = 25

func (l topList) add(more ...entry) topList {
	all := slices.Concat(l, more)
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Bundle, b.Bundle))
	})
	return all[:min(len(all), listed)]
}

// failedTotals is what a bundle adds that could not be assessed.
func failedTotals(bundle string, err error) totals {
	return totals{Bundles: 1, Failed: 1, Unreadable: topList{{Bundle: bundle, Detail: []string{err.Error()}}}}
}

// totalsOf is what an assessed bundle adds.
func totalsOf(bundle string, a *model.Assessment) totals {
	t := totals{Bundles: 1, Engine: a.Engine.Version, First: a.AsOf.UTC(), Last: a.AsOf.UTC(), Levels: map[model.Pillar][]int{},
		Bands: map[string]int{a.Headline.Band: 1}, Controls: map[string]controlTotal{}, Needs: map[string]needTotal{}}
	if a.Headline.Provisional {
		t.Provisional = 1
	}
	for _, p := range a.Pillars {
		t.Levels[p.ID] = make([]int, model.Optimised+1)
		t.Levels[p.ID][min(max(p.Maturity.Confirmed, 0), model.Optimised)] = 1
	}
	settles := map[string]map[string]bool{}
	for _, f := range a.Findings {
		t.Controls[f.Control] = controlTotal{f.Title, string(f.Severity), map[model.Status]int{f.Status: 1}}
		for _, n := range f.Needs {
			what := cmp.Or(n.Permission, n.Dataset)
			if settles[what] == nil {
				settles[what] = map[string]bool{}
			}
			settles[what][f.Control] = true
			t.Needs[what] = needTotal{n.Dataset, 1, len(settles[what])}
		}
	}
	verdict, holders := unmanagedGlobal(a)
	t.Unmanaged = map[string]int{verdict: 1}
	name := cmp.Or(a.Tenant.DisplayName, a.Tenant.ID)
	t.Worst = topList{{bundle, name, 100 - a.Headline.Score, []string{scoreText(a.Headline), weakest(a.Headline), a.Headline.Path}}}
	if holders > 0 {
		t.Exposed = topList{{bundle, name, holders, nil}}
	}
	return t
}

// addDrift counts what changed.
func (t *totals) addDrift(bundle string, rows []row) {
	t.Compared, t.Moves = true, map[string]int{}
	worse, name := 0, ""
	for _, r := range rows {
		line := map[string]any{}
		for _, c := range r {
			line[c.name] = c.value
		}
		what, move := record(line).text("what"), record(line).text("move")
		t.Moves[what+" "+move]++
		name = record(line).text("tenantName")
		if slices.Contains([]diff.Move{diff.New, diff.Worse, diff.Opened, diff.Fell, diff.Undecided}, diff.Move(move)) {
			worse++
		}
	}
	if worse > 0 {
		t.Changed = topList{{bundle, name, worse, nil}}
	}
}

// wholeFn adds results up and collects their parts.
type wholeFn struct{}

// CreateAccumulator is the sum of nothing.
func (*wholeFn) CreateAccumulator() whole { return whole{} }

// AddInput adds a result.
func (*wholeFn) AddInput(w whole, r result) whole {
	return whole{w.Totals.plus(r.Totals), append(w.Parts, part{r.Bundle, r.Parts})}
}

// MergeAccumulators adds two sums.
func (*wholeFn) MergeAccumulators(a, b whole) whole {
	return whole{a.Totals.plus(b.Totals), append(a.Parts, b.Parts...)}
}

func (t totals) plus(o totals) totals {
	t.Bundles, t.Failed, t.Provisional = t.Bundles+o.Bundles, t.Failed+o.Failed, t.Provisional+o.Provisional
	t.Engine = max(t.Engine, o.Engine)
	t.Compared = t.Compared || o.Compared
	if t.First.IsZero() || !o.First.IsZero() && o.First.Before(t.First) {
		t.First = o.First
	}
	if o.Last.After(t.Last) {
		t.Last = o.Last
	}
	t.Levels = merged(t.Levels, o.Levels, func(a, b []int) []int {
		sum := make([]int, max(len(a), len(b)))
		for i := range sum {
			sum[i] = at(a, i) + at(b, i)
		}
		return sum
	})
	t.Bands, t.Unmanaged, t.Moves = merged(t.Bands, o.Bands, plus), merged(t.Unmanaged, o.Unmanaged, plus), merged(t.Moves, o.Moves, plus)
	t.Controls = merged(t.Controls, o.Controls, func(a, b controlTotal) controlTotal {
		return controlTotal{max(a.Title, b.Title), max(a.Severity, b.Severity), merged(a.Statuses, b.Statuses, plus)}
	})
	t.Needs = merged(t.Needs, o.Needs, func(a, b needTotal) needTotal {
		return needTotal{max(a.Dataset, b.Dataset), a.Tenants + b.Tenants, a.Findings + b.Findings}
	})
	t.Worst, t.Exposed = t.Worst.add(o.Worst...), t.Exposed.add(o.Exposed...)
	t.Changed, t.Unreadable = t.Changed.add(o.Changed...), t.Unreadable.add(o.Unreadable...)
	return t
}

func plus(a, b int) int { return a + b }

func at(list []int, i int) int {
	if i < len(list) {
		return list[i]
	}
	return 0
}

// merged joins two maps; neither is changed, since a runner may use them again.
func merged[K comparable, V any](a, b map[K]V, add func(V, V) V) map[K]V {
	sum := make(map[K]V, max(len(a), len(b)))
	maps.Copy(sum, a)
	for k, v := range b {
		if old, has := sum[k]; has {
			v = add(old, v)
		}
		sum[k] = v
	}
	return sum
}
