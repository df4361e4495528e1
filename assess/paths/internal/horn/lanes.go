package horn

// lanes is how many starts one pass answers: one bit each.
const lanes = 64

// reach answers for those of the starts that are asked, by place.
func (c *condensed) reach(starts [][]Atom, asked []int) []bool {
	p := &pass{arcs: c.arcs, has: make([]uint64, c.atoms), waits: make([]bool, c.atoms), at: Atom(c.atoms)}
	answers := make([]bool, len(asked))
	for first := 0; first < len(asked); first += lanes {
		batch := asked[first:min(first+lanes, len(asked))]
		for lane, i := range batch {
			for _, a := range starts[i] {
				if a >= 0 && int(a) < len(c.of) && c.of[a] != None {
					p.give(c.of[a], 1<<lane)
				}
			}
		}
		p.run()
		for lane := range batch {
			answers[first+lane] = p.has[c.goal]>>lane&1 == 1
		}
		p.clear()
	}
	return answers
}

// pass is the state of a pass, reused by the next.
type pass struct {
	arcs    index
	has     []uint64
	waits   []bool // atoms that were given something since they were last taken up
	at      Atom   // smaller atoms that wait are taken up by the sweep, others by the queue
	queue   []Atom
	touched []Atom
}

func (p *pass) clear() {
	for _, a := range p.touched {
		p.has[a] = 0
	}
	p.touched = p.touched[:0]
}

// give adds lanes to an atom.
func (p *pass) give(a Atom, bits uint64) {
	if p.has[a]|bits == p.has[a] {
		return
	}
	if p.has[a] == 0 {
		p.touched = append(p.touched, a)
	}
	p.has[a] |= bits
	if !p.waits[a] {
		p.waits[a] = true
		if a >= p.at {
			p.queue = append(p.queue, a)
		}
	}
}

// run derives until nothing new follows. Rules with one premise lead from greater
// atoms to smaller ones, so that one sweep downward takes most atoms up once; what
// a rule with two gives to an atom that the sweep has left behind is queued.
func (p *pass) run() {
	for p.at = Atom(len(p.has)) - 1; p.at >= 0; p.at-- {
		if p.waits[p.at] {
			p.take(p.at)
		}
	}
	p.at = 0 // the sweep is over: everything is queued
	for head := 0; head < len(p.queue); head++ {
		if p.waits[p.queue[head]] {
			p.take(p.queue[head])
		}
	}
	p.queue, p.at = p.queue[:0], Atom(len(p.has))
}

// take offers what follows from an atom.
func (p *pass) take(a Atom) {
	p.waits[a] = false
	has := p.has[a]
	arcs, _ := p.arcs.from(a)
	for _, r := range arcs {
		bits := has
		if r.with != None {
			bits &= p.has[r.with]
		}
		p.give(r.to, bits)
	}
}
