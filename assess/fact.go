package assess

import (
	"sync"

	"github.com/privpath/privpath/model"
)

// Fact is something derived from the tenant once per run and shared by
// controls, such as who holds a Tier 0 role. Controls that run at once read the
// same value, so its methods must stand that.
type Fact[T any] struct {
	ID       string
	Requires []Dependency
	Compute  func(*Pass) (T, error)
}

// Name is the fact's id.
func (f *Fact[T]) Name() string { return f.ID }

func (f *Fact[T]) dependencies() []Dependency { return f.Requires }

func (f *Fact[T]) compute(p *Pass) (any, error) { return f.Compute(p) }

// factSlot keeps a fact's value. Whoever asks while it is computed waits.
type factSlot struct {
	fact  derived
	mutex sync.Mutex
	done  bool
	value any
	err   error
}

// factSlots makes a place for every fact below the controls; of facts that share
// an id the first counts.
func factSlots(controls []*Control) map[string]*factSlot {
	slots := map[string]*factSlot{}
	var add func(deps []Dependency)
	add = func(deps []Dependency) {
		for _, d := range deps {
			if fact, ok := d.(derived); ok && slots[fact.Name()] == nil {
				slots[fact.Name()] = &factSlot{fact: fact}
				add(fact.dependencies())
			}
		}
	}
	for _, c := range controls {
		add(c.Requires)
		add(c.Wants)
	}
	return slots
}

// get computes the fact where nobody has yet. One that panics is not kept: the
// next who asks meets the same.
func (s *factSlot) get(p *Pass) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.done {
		s.value, s.err = s.fact.compute(&Pass{run: p.run, control: p.control, allowed: allow(s.fact.dependencies(), nil), gaps: map[model.Gap]bool{}})
		s.done = true
	}
	return s.value, s.err
}

// Incomplete is implemented by the value of a fact that could not be derived in
// full. The gaps keep every control that reads the fact from passing.
type Incomplete interface {
	Gaps() []model.Gap
}

// Contributor is implemented by the value of a fact that has a part of the
// assessment document of its own, such as who reaches a role from where.
type Contributor interface {
	Contribute(*model.Assessment)
}

// Folding reduces a big data set to a small value while it streams by, so that
// its records are never kept. New makes the accumulator of one run, and Add adds
// a record to it; it is not called where there is Each, which is given the record in
// place, for as long as the call takes, and must not change it.
type Folding[R, T any] struct {
	ID   string
	Of   model.Key[R]
	New  func() *T
	Add  func(*T, R)
	Each func(*T, *R)
}

// Name is the folding's id.
func (f *Folding[R, T]) Name() string { return f.ID }

func (f *Folding[R, T]) dataset() string { return f.Of.Name() }

func (f *Folding[R, T]) start() (any, Observer) {
	total := f.New()
	if f.Each == nil {
		return total, Observer{Dataset: f.Of.Name(), See: func(record any) {
			if row, ok := record.(R); ok {
				f.Add(total, row)
			}
		}}
	}
	each := func(record any) {
		if row, ok := record.(*R); ok {
			f.Each(total, row)
		}
	}
	return total, Observer{Dataset: f.Of.Name(), Each: each, See: func(record any) {
		if row, ok := record.(R); ok {
			each(&row)
		}
	}}
}

// folding is a Folding of any type.
type folding interface {
	Dependency
	dataset() string
	start() (any, Observer)
}
