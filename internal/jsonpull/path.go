package jsonpull

// Objects of one kind most often have the same members in the same order, and many
// of the values of the object before. A Path remembers both: a name that comes as
// foreseen, or a value that comes again, is compared and not read. It changes
// nothing but the time and the memory that reading takes.

// Path is what is remembered of the objects of one kind. It belongs to one reader at
// a time.
type Path struct {
	start Step
	steps map[string]*Step
}

// Step is one name of a [Path], and what is remembered of its values.
type Step struct {
	name   string // with the quotation marks and the colon
	weight int
	next   *Step // what most lately came behind it

	text  string // the text read last
	fresh uint8  // how many texts in a row were new

	raw    string // a value as it was written
	room   int    // how much deeper than it objects and arrays could be nested
	misses uint8  // how many values in a row were others

	// Values are its values, for who remembers what they were read as.
	Values Memory

	// Property and List are the caller's: what the name stands for, from 1 on where
	// that is known, and memory for lists.
	Property int
	List     any
}

const (
	maxSteps = 256     // names of a path
	maxName  = 64      // bytes of a name
	maxRaw   = 4 << 10 // bytes of a value
	lately   = 4       // values in a row that are remembered, although others came
	seldom   = 64      // one in so many is, afterwards
	unshared = 64      // texts in a row that must be new, for the next ones to be taken for new
)

// Path gives the reader's path of a number, the same each time.
func (r *Reader) Path(number int) *Path {
	for len(r.paths) <= number {
		r.paths = append(r.paths, nil)
	}
	if r.paths[number] == nil {
		r.paths[number] = &Path{}
	}
	return r.paths[number]
}

// Start stands before the first name.
func (p *Path) Start() *Step { return &p.start }

// Follow reads a member's name and the colon where it is one that is foreseen behind
// another, and gives nil where not, for [Reader.Name] to read it.
func (r *Reader) Follow(before *Step) *Step {
	rest := r.text[r.pos:]
	step := before.next
	for range 2 { // one may be left out
		if step == nil {
			return nil
		}
		if n := len(step.name); len(rest) >= n && string(rest[:n]) == step.name {
			r.pos += n
			if len(r.open) == 1 {
				r.capitals += step.weight
			}
			return step
		}
		step = step.next
	}
	return nil
}

// Learn gives the step of a name that [Reader.Name] has just read, foreseen behind
// another from now on; nil where it is not one to remember.
func (p *Path) Learn(r *Reader, before *Step, name []byte) *Step {
	if r.wide || r.fault.Kind != 0 || len(name) > maxName {
		return nil
	}
	step, ok := p.steps[string(name)]
	if !ok {
		if len(p.steps) == maxSteps {
			return nil
		}
		if p.steps == nil {
			p.steps = map[string]*Step{}
		}
		step = &Step{name: `"` + string(name) + `":`, weight: weightOf(name)}
		p.steps[string(name)] = step
	}
	before.next = step
	return step
}

// TextOf is [Reader.Text] for the value of a step, which may be nil.
func (r *Reader) TextOf(step *Step) string {
	if step == nil {
		return r.Text()
	}
	r.Peek()
	if n, rest := len(step.text), r.text[r.pos:]; n > 0 && len(rest) >= n+2 && rest[n+1] == '"' && rest[0] == '"' && string(rest[1:n+1]) == step.text {
		r.pos += n + 2
		return step.text
	}
	content, plain := r.content()
	if step.fresh >= unshared {
		if step.fresh++; step.fresh != 0 {
			return string(content)
		}
		step.fresh = unshared - lately // look again
	}
	text, known := r.share(content)
	if known {
		step.fresh = 0
	} else {
		step.fresh++
	}
	if step.text = ""; plain && known {
		step.text = text
	}
	return text
}

// content is [Reader.Bytes]; plain says that the same bytes always stand for the
// same text that nobody suspects.
func (r *Reader) content() (text []byte, plain bool) {
	if r.Peek() != '"' {
		return nil, false
	}
	text, escaped := r.quoted()
	if escaped {
		text = r.unescape(text)
	}
	if r.Suspicious != nil {
		r.suspect(text)
	}
	return text, !escaped && !r.AnyBytes && len(text) > 0 && (r.Suspicious == nil || !r.Suspicious[text[0]])
}

// repeats reads a value where it is, byte for byte, the one that is remembered of the
// step.
func (r *Reader) repeats(step *Step) bool {
	n, rest := len(step.raw), r.text[r.pos:]
	if n == 0 || len(rest) <= n || !ends(rest[n]) || string(rest[:n]) != step.raw || r.limit-len(r.open) < step.room {
		return false
	}
	r.pos += n
	step.misses = 0
	return true
}

// remember notes the value that began at an offset and has just been read.
func (r *Reader) remember(step *Step, from int) {
	if step.misses++; step.misses > lately && step.misses%seldom != 0 {
		return
	}
	if r.fault.Kind != 0 || r.doubtful || r.AnyBytes || r.pos-from > maxRaw {
		return
	}
	step.raw, step.room = string(r.text[from:r.pos]), r.limit-len(r.open)
}

// SkipOf is [Reader.Skip] for the value of a step, which may be nil.
func (r *Reader) SkipOf(step *Step) {
	if step == nil {
		r.Skip()
		return
	}
	first := r.Peek()
	if r.repeats(step) {
		return
	}
	from := r.pos
	if first == '"' {
		r.skipText()
	} else {
		r.Skip()
	}
	r.remember(step, from)
}
