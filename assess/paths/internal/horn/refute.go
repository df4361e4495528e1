package horn

import "slices"

// Closed is a set of atoms, ascending, that holds the starts, and with the
// premises of a rule also its head. Without a goal in it, it proves that no goal
// follows.
type Closed []Atom

// Refutations prove of many starts that no goal follows from any of them. Most
// share a closed set, so that all together are about as large as the system.
type Refutations struct {
	Grounds []Closed // closed sets without a goal
	Of      []Refutation
}

// Refutation is a start's closed set: a ground, by its place or -1 for none, and
// what the start has beside it.
type Refutation struct {
	Ground int
	Beside Closed
}

// shareFrom is how many atoms beside its ground a start may have before a larger
// ground is looked for.
const shareFrom = 64

// RefuteAll gives a refutation of each set of starts, or false where a goal
// follows from one of them.
func (s *System) RefuteAll(starts [][]Atom, goals []Atom) (Refutations, bool) {
	x := &refuter{s: s, dead: s.alone(goals), in: make([]bool, s.atoms)}
	out := Refutations{Of: make([]Refutation, len(starts))}
	left := x.together(starts)
	out.Grounds = []Closed{x.closed(nil)}
	x.stand(nil)
	ground, last := -1, Closed(nil)
	for _, i := range left {
		beside, ok := x.beside(starts[i])
		if !ok && ground >= 0 { // what stands there already makes it lead on
			x.stand(nil)
			ground = -1
			beside, ok = x.beside(starts[i])
		}
		if !ok {
			return Refutations{}, false
		}
		out.Of[i] = Refutation{ground, beside}
		if len(beside) < shareFrom {
			continue
		}
		whole := x.closed(beside)
		// What two closed sets share is closed: rules have one head.
		if shared := intersect(whole, last); len(shared) > len(x.ground) {
			x.stand(shared)
			out.Grounds = append(out.Grounds, shared)
			ground = len(out.Grounds) - 1
		}
		last = whole
	}
	return out, true
}

// refuter extends a ground, which is closed and without a goal.
type refuter struct {
	s      *System
	dead   []bool // atoms from which a goal follows
	in     []bool // the ground, and what is looked at beside it
	ground []Atom
	work   int // rules that were looked at
}

// stand makes the set the ground.
func (x *refuter) stand(on Closed) {
	for _, a := range x.ground {
		x.in[a] = false
	}
	x.ground = slices.Clone(on)
	for _, a := range on {
		x.in[a] = true
	}
}

// together takes one start after another into the ground, and gives those with
// which a goal would follow from it. It stops trying when that took as long as
// going through all rules several times.
func (x *refuter) together(starts [][]Atom) (left []int) {
	const patience = 8
	spent := 0
	for i, atoms := range starts {
		if spent > patience*(len(x.s.rules)+x.s.atoms) {
			left = append(left, i)
			continue
		}
		before := x.work
		beside, ok := x.beside(atoms)
		if !ok {
			left = append(left, i)
			spent += x.work - before
			continue
		}
		x.ground = append(x.ground, beside...)
		for _, a := range beside {
			x.in[a] = true
		}
	}
	return left
}

// beside gives, ascending, what must stand beside the ground for a closed set that
// holds the starts; false where a goal follows.
func (x *refuter) beside(starts []Atom) (Closed, bool) {
	var list []Atom
	alive := true
	add := func(a Atom) {
		if a >= 0 && int(a) < x.s.atoms && !x.in[a] {
			x.in[a] = true
			list = append(list, a)
			alive = alive && !x.dead[a]
		}
	}
	for _, a := range starts {
		add(a)
	}
	for head := 0; head < len(list) && alive; head++ {
		arcs, first := x.s.byBody.from(list[head])
		x.work += len(arcs)
		for i, r := range arcs {
			if (r.with == None || x.in[r.with]) && !x.s.off(x.s.byBody.rule[first+int32(i)]) {
				add(r.to)
			}
		}
	}
	for _, a := range list {
		x.in[a] = false
	}
	slices.Sort(list)
	return list, alive
}

// closed is the ground with what stands beside it, ascending.
func (x *refuter) closed(beside Closed) Closed {
	whole := slices.Concat(x.ground, beside)
	slices.Sort(whole)
	return whole
}

// intersect gives what two ascending lists share.
func intersect(a, b Closed) Closed {
	var shared Closed
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			shared = append(shared, a[i])
			i, j = i+1, j+1
		}
	}
	return shared
}
