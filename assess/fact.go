package assess

import "github.com/privpath/privpath/model"

// Fact is something derived from the tenant once per run and shared by
// controls, such as who holds a Tier 0 role.
type Fact[T any] struct {
	ID       string
	Requires []Dependency
	Compute  func(*Pass) (T, error)
}

// Name is the fact's id.
func (f *Fact[T]) Name() string { return f.ID }

func (f *Fact[T]) dependencies() []Dependency { return f.Requires }

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
// its records are never kept. New makes the accumulator of one run.
type Folding[R, T any] struct {
	ID  string
	Of  model.Key[R]
	New func() *T
	Add func(*T, R)
}

// Name is the folding's id.
func (f *Folding[R, T]) Name() string { return f.ID }

func (f *Folding[R, T]) dataset() string { return f.Of.Name() }

func (f *Folding[R, T]) start() (any, Observer) {
	total := f.New()
	return total, Observer{Dataset: f.Of.Name(), See: func(record any) {
		if row, ok := record.(R); ok {
			f.Add(total, row)
		}
	}}
}

// folding is a Folding of any type.
type folding interface {
	Dependency
	dataset() string
	start() (any, Observer)
}
