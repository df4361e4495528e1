package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// page is a diff laid out for people: what text and Markdown share.
type page struct {
	title, subtitle string
	warnings        []string
	facts           []fact
	sections        []section
}

type fact struct{ label, value string }

type section struct {
	title string
	items []item
}

// item is one thing that moved: a sign, what it is, and more lines about it.
type item struct {
	mark  mark
	head  string
	lines []string
}

// mark is a sign and how good it is.
type mark struct {
	sign  string
	style string
}

// The signs, and their styles.
var (
	bad     = mark{"!", "31"} // opened, new, worse
	fine    = mark{"✓", "32"} // closed, fixed, better
	unclear = mark{"?", "36"}
	neutral = mark{"~", ""}
	plus    = mark{"+", ""}
	minus   = mark{"-", ""}
)

// maxShown is how many names are shown in one place, maxItems how many things in
// one section; the document holds them all.
const (
	maxShown = 12
	maxItems = 60
)

func (d *Diff) page() page {
	p := page{
		title:    cmp.Or(d.New.Tenant.DisplayName, d.New.Tenant.ID, d.Old.Tenant.DisplayName, d.Old.Tenant.ID, "A tenant without a name"),
		subtitle: "What changed from " + at(d.Old) + " to " + at(d.New),
		facts:    d.facts(),
	}
	for _, w := range d.Warnings {
		p.warnings = append(p.warnings, w.Text)
	}
	for _, s := range slices.Concat([]section{d.levels()}, d.reachSections(), []section{d.configuration(), d.holders(), d.ways(), d.lockoutSection(), d.tier0Section()}, d.findingSections(), []section{d.inputSection()}) {
		if more := len(s.items) - maxItems; more > 0 {
			s.items = append(s.items[:maxItems], item{mark: neutral, head: fmt.Sprintf("… and %d more, in the JSON document", more)})
		}
		if len(s.items) > 0 {
			p.sections = append(p.sections, s)
		}
	}
	return p
}

func at(r Run) string { return r.AsOf.UTC().Format("2006-01-02 15:04 MST") }

// facts is the result in a few lines.
func (d *Diff) facts() []fact {
	if d.Empty() {
		return []fact{{"Result", "Nothing changed: " + counted(d.Unchanged, "finding") + " as before."}}
	}
	var facts []fact
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, fact{label, value})
		}
	}
	h := map[string]HeadlineMove{}
	for _, m := range d.Headline {
		h[m.Name] = m
	}
	add("Reach", d.reachFact())
	if m, ok := h["path"]; ok {
		add("Path", "was: "+cmp.Or(m.Old, "not told")+". Now: "+cmp.Or(m.New, "not told")+".")
	}
	add("Findings", d.findingFact())
	if m, ok := h["score"]; ok {
		band := h["band"]
		score := strings.TrimSpace(m.Old+" % "+band.Old) + " → " + strings.TrimSpace(m.New+" % "+band.New)
		if m.Move == Rose && h["coverage"].Move == Fell {
			score += ", but less is decided than before"
		}
		add("Score", score)
	}
	if m, ok := h["maturity"]; ok {
		add("Lowest level", m.Old+" → "+m.New)
	}
	if m, ok := h["caps"]; ok {
		add("Held down by", cmp.Or(m.Old, "nothing")+" → "+cmp.Or(m.New, "nothing"))
	}
	if m, ok := h["coverage"]; ok {
		add("Decided", m.Old+" % → "+m.New+" % of the controls")
	}
	return facts
}

// reachFact counts the holdings by what became of their reach.
func (d *Diff) reachFact() string {
	var parts []string
	for _, kind := range []struct {
		move  Move
		words string
	}{{Opened, "opened for %s"}, {Closed, "closed for %s"}, {Undecided, "no longer known for %s"}, {Decided, "known now for %s"}} {
		n := 0
		for _, m := range d.Reach {
			if m.has(kind.move) {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf(kind.words, counted(n, "holding")))
		}
	}
	return strings.Join(parts, ", ")
}

// has says whether a verdict of the holding made the move.
func (m ReachMove) has(move Move) bool {
	return slices.ContainsFunc(m.From, func(p PlaceMove) bool { return p.Move == move }) ||
		slices.ContainsFunc(m.Attackers, func(a AttackerMove) bool { return a.Move == move })
}

// findingKinds are the moves of findings in the order in which they matter, with
// what they are called.
var findingKinds = []struct {
	move         Move
	title, words string
	mark         mark
}{
	{New, "New findings", "new", bad},
	{Worse, "Worse", "worse", bad},
	{AcceptanceEnded, "No longer accepted", "no longer accepted", bad},
	{Undecided, "No longer decided", "no longer decided", unclear},
	{Decided, "Decided now", "decided now", neutral},
	{Accepted, "Risk accepted, nothing fixed", "accepted", neutral},
	{Better, "Better", "better", fine},
	{Fixed, "Fixed", "fixed", fine},
	{Changed, "As good or bad as before, but not the same", "otherwise changed", neutral},
	{Added, "Controls that only the new run has", "added", plus},
	{Removed, "Controls that only the old run has", "left out", minus},
}

func (d *Diff) findingFact() string {
	var parts []string
	for _, kind := range findingKinds {
		if n := len(d.findingsOf(kind.move)); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind.words))
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("%d as before", d.Unchanged)), ", ")
}

func (d *Diff) findingsOf(move Move) []FindingMove {
	var list []FindingMove
	for _, f := range d.Findings {
		if f.Move == move {
			list = append(list, f)
		}
	}
	sorting.Stable(list, func(a, b FindingMove) int { return a.Severity.Rank() - b.Severity.Rank() })
	return list
}

func (d *Diff) levels() section {
	s := section{title: "Maturity"}
	for _, p := range d.Pillars {
		from, to := orZero(p.Old), orZero(p.New)
		head := fmt.Sprintf("%s: level %s", p.ID.Title(), arrow(int(from.Confirmed), int(to.Confirmed)))
		if from.Potential != from.Confirmed || to.Potential != to.Confirmed {
			head += fmt.Sprintf(", at most %s", arrow(int(from.Potential), int(to.Potential)))
		}
		s.items = append(s.items, item{mark: markOf(p.Move), head: head})
	}
	return s
}

func arrow(from, to int) string {
	if from == to {
		return number(to)
	}
	return number(from) + " → " + number(to)
}

func markOf(m Move) mark {
	switch m {
	case Opened, New, Worse, Fell, AcceptanceEnded:
		return bad
	case Closed, Fixed, Better, Rose:
		return fine
	case Undecided:
		return unclear
	case Added:
		return plus
	case Removed:
		return minus
	}
	return neutral
}

// reachKinds are the moves of reach in the order in which they matter.
var reachKinds = []struct {
	move  Move
	title string
}{
	{Opened, "Reach opened: who can now use what, from where"},
	{Undecided, "Reach no longer known"},
	{Closed, "Reach closed"},
	{Decided, "Reach that was not known and is closed"},
}

// reachSections tells of holdings that moved alike together.
func (d *Diff) reachSections() []section {
	var sections []section
	for _, kind := range reachKinds {
		groups := map[string][]ReachMove{}
		var order []string
		for _, m := range d.Reach {
			if !m.has(kind.move) {
				continue
			}
			key := strings.Join(append(d.reachLines(m), reachHead(m, kind.move)), "\n")
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], m)
		}
		s := section{title: kind.title}
		for _, key := range order {
			alike := groups[key]
			s.items = append(s.items, item{mark: markOf(kind.move), head: reachHead(alike[0], kind.move),
				lines: append(holderLines(alike), d.reachLines(alike[0])...)})
		}
		sections = append(sections, s)
	}
	return append(sections, d.waysIn())
}

// reachHead says which steps moved from where, and for whom.
func reachHead(m ReachMove, move Move) string {
	var parts []string
	use, activate := placesText(m.From, StepUse, move), placesText(m.From, StepActivate, move)
	switch {
	case use != "" && use == activate:
		parts = append(parts, "use of the role and activation from "+use)
	default:
		if use != "" {
			parts = append(parts, "use of the role from "+use)
		}
		if activate != "" {
			parts = append(parts, "activation from "+activate)
		}
	}
	if names := attackersText(m.Attackers, move); names != "" {
		parts = append(parts, "by somebody "+names)
	}
	return strings.Join(parts, "; ")
}

// reachLines says what else there is to say of a holding, and why it moved.
func (d *Diff) reachLines(m ReachMove) []string {
	var lines []string
	switch m.Held {
	case Added:
		lines = append(lines, "The role is held, or counts as Tier 0, only now.")
	case Removed:
		lines = append(lines, "The role is held, or counts as Tier 0, no more.")
	case Undecided:
		lines = append(lines, "It is not found any more, but what was read does not exclude it.")
	case Decided:
		lines = append(lines, "It is found now; what was read before did not exclude it.")
	}
	if m.BreakGlass {
		lines = append(lines, "A declared break-glass account, which is meant to get in.")
	}
	return append(lines, d.causeLines(m)...)
}

// placesText lists devices and networks, those alike together.
func placesText(moves []PlaceMove, step string, move Move) string {
	networks := map[string]string{}
	var devices []string
	for _, p := range moves {
		if p.Step != step || p.Move != move {
			continue
		}
		if networks[p.Device] == "" {
			devices = append(devices, p.Device)
			networks[p.Device] = "the " + p.Network + " network"
			continue
		}
		networks[p.Device] = "any network"
	}
	var parts []string
	for _, network := range []string{"any network", "the untrusted network", "the trusted network"} {
		var alike []string
		for _, device := range devices {
			if networks[device] == network {
				alike = append(alike, device)
			}
		}
		switch {
		case len(alike) == 0:
		case len(alike) == len(placeOrder):
			parts = append(parts, "any device on "+network)
		default:
			parts = append(parts, joined(alike, "and")+" devices on "+network)
		}
	}
	return strings.Join(parts, ", ")
}

func attackersText(moves []AttackerMove, move Move) string {
	var names []string
	for _, a := range moves {
		if a.Move == move {
			names = append(names, report.AttackerWords(a.Attacker))
		}
	}
	return joined(names, "or")
}

// joined lists words with the last one after a conjunction.
func joined(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

// holderLines lists holders, a line for each role.
func holderLines(moves []ReachMove) []string {
	byRole := map[string][]string{}
	var roles []string
	for _, m := range moves {
		role := m.Role.Name + ", " + m.Holding
		if m.Scope != "" && m.Scope != "/" {
			role += ", over " + m.Scope
		}
		if byRole[role] == nil {
			roles = append(roles, role)
		}
		byRole[role] = append(byRole[role], refName(m.Principal))
	}
	var lines []string
	for _, role := range roles {
		lines = append(lines, role+": "+some(byRole[role]))
	}
	return lines
}

// some lists names, and how many more there are.
func some(names []string) string {
	if len(names) <= maxShown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxShown], ", "), len(names)-maxShown)
}

// causeLines says which changes did it, and how that is known.
func (d *Diff) causeLines(m ReachMove) []string {
	var lines, together, named []string
	for _, c := range m.Causes {
		switch c.Proof {
		case Proved:
			lines = append(lines, "Because of "+d.causeName(c)+": "+proofText(c))
		case ProvedTogether:
			together = append(together, d.causeName(c))
		default:
			named = append(named, c.Name)
		}
	}
	switch {
	case len(lines) > 0:
	case len(together) > 0:
		lines = []string{"Because of these changes together: " + some(together) + "."}
	case len(named) > 0 && d.Configuration == nil:
		lines = []string{"The explanation differs for " + some(named) + ". Give two exports to have the cause proved."}
	case len(named) > 0:
		lines = []string{"The explanation differs for " + some(named) + ", which changed. That they did it is not proved."}
	case d.proving && len(m.verdicts()) > 0 && d.readOtherwise():
		lines = []string{"No change of the configuration accounts for it: less or more was read than before."}
	case d.proving && len(m.verdicts()) > 0:
		lines = []string{"No change of the configuration accounts for it: users, groups or devices are not as before."}
	}
	return lines
}

// readOtherwise says whether of what decides the reach less or more was read.
func (d *Diff) readOtherwise() bool {
	return slices.ContainsFunc(d.Inputs, func(in InputMove) bool {
		return in.Move != Changed && slices.ContainsFunc(slices.Concat(holderData, policyData), func(n named) bool { return n.Name() == in.Name })
	})
}

// causeName is the change behind a cause, in words.
func (d *Diff) causeName(c Cause) string {
	for _, ch := range d.Configuration {
		if ch.Dataset == c.Dataset && ch.ID == c.ID {
			return changeName(ch) + ", " + changeWords(ch)
		}
	}
	return c.Name
}

func changeWords(c Change) string {
	switch c.Move {
	case Added:
		return "which is new"
	case Removed:
		return "which is gone"
	}
	return "which changed"
}

// changeName names the record of a change.
func changeName(c Change) string {
	if c.Kind == "declarations" {
		return c.Name
	}
	return c.Kind + " “" + c.Name + "”"
}

// proofText says what the engine found with the change undone, and with it alone.
func proofText(c Cause) string {
	without := fmt.Sprintf("without it %d of the %d verdicts would be as before", c.Undone, c.Of)
	switch c.Undone {
	case c.Of:
		without = "without it none of this"
	case 0:
		without = "without it other changes would do the same"
	}
	switch c.Alone {
	case c.Of:
		return without + "; it alone does all of this."
	case 0:
		return without + "; it alone does nothing."
	}
	return without + fmt.Sprintf("; it alone does %d of the %d.", c.Alone, c.Of)
}

// waysIn tells of holdings of which no verdict moved, but what it takes did.
func (d *Diff) waysIn() section {
	s := section{title: "What it takes to get in"}
	for _, m := range d.Reach {
		if len(m.From)+len(m.Attackers) > 0 || m.Held != Unchanged {
			continue
		}
		i := item{mark: neutral, head: holderLines([]ReachMove{m})[0]}
		for _, way := range m.Easier {
			i.lines = append(i.lines, "now also: "+requiresText(way))
		}
		for _, way := range m.Harder {
			i.lines = append(i.lines, "no more: "+requiresText(way))
		}
		s.items = append(s.items, i)
	}
	return s
}

func requiresText(requires []string) string { return cmp.Or(strings.Join(requires, " + "), "nothing") }

func (d *Diff) configuration() section {
	s := section{title: "What changed in the configuration"}
	for _, c := range d.Configuration {
		i := item{mark: markOf(c.Move), head: changeName(c)}
		for _, p := range c.Properties {
			i.lines = append(i.lines, propertyText(p))
		}
		switch c.Move {
		case Undecided:
			i.head += ": not known whether it changed or is gone"
		case Decided:
			i.head += ": it may have been there before"
		}
		s.items = append(s.items, i)
	}
	return s
}

func propertyText(p PropertyChange) string {
	switch {
	case p.NotExported == "old":
		return p.Path + ": was not exported before"
	case p.NotExported == "new":
		return p.Path + ": is not exported any more"
	case len(p.Added)+len(p.Removed) == 0:
		return p.Path + ": " + valueText(p.Old) + " → " + valueText(p.New)
	}
	var parts []string
	if len(p.Added) > 0 {
		parts = append(parts, "added "+itemsText(p.Added))
	}
	if len(p.Removed) > 0 {
		parts = append(parts, "removed "+itemsText(p.Removed))
	}
	return p.Path + ": " + strings.Join(parts, "; ")
}

func itemsText(items []Item) string {
	var names []string
	for _, i := range items {
		names = append(names, itemText(i))
	}
	return some(names)
}

func (d *Diff) holders() section {
	s := section{title: "Holders of Tier 0 roles"}
	for _, p := range d.Principals {
		var roles []string
		for _, r := range p.Roles {
			roles = append(roles, r.Name)
		}
		head := p.Principal.Kind + " " + refName(p.Principal) + ": " + strings.Join(roles, ", ")
		s.items = append(s.items, item{mark: markOf(p.Move), head: head + presenceText(p.Move)})
	}
	return s
}

// presenceText says of what is only on one side what is not known.
func presenceText(m Move) string {
	switch m {
	case Undecided:
		return " (not found any more, but what was read does not exclude it)"
	case Decided:
		return " (found now, but what was read before does not exclude it)"
	}
	return ""
}

func (d *Diff) ways() section {
	s := section{title: "Ways into Tier 0 over somebody or something else"}
	var others []string
	for _, p := range d.Paths {
		i := item{mark: markOf(p.Move), head: refName(p.From) + ", " + pathText(p)}
		switch {
		case p.Move == Changed && p.Old != nil && p.New != nil:
			others = append(others, refName(p.From))
			continue
		case markOf(p.Move) == bad, p.Move == Undecided && p.New != nil:
			i.lines = []string{strings.Join(p.New.Hops, "; ")}
		}
		s.items = append(s.items, i)
	}
	if len(others) > 0 {
		s.items = append(s.items, item{mark: neutral, head: "lead another way than before: " + some(others)})
	}
	return s
}

// pathText says what became of a start's way.
func pathText(p PathMove) string {
	switch {
	case p.Move == Opened:
		return report.AttackerWords(p.New.Attacker) + ": opened"
	case p.Move == Worse:
		return report.AttackerWords(p.New.Attacker) + ": opened; it took more before (" + report.AttackerWords(p.Old.Attacker) + ")"
	case p.Move == Better:
		return report.AttackerWords(p.Old.Attacker) + ": closed; it takes more now (" + report.AttackerWords(p.New.Attacker) + ")"
	case p.Move == Closed:
		return report.AttackerWords(p.Old.Attacker) + ": closed"
	case p.Move == Decided:
		return report.AttackerWords(cmp.Or(p.Old.Perhaps, p.Old.Attacker)) + ": closed, was not known"
	case p.Move == Undecided && p.New != nil:
		return report.AttackerWords(cmp.Or(p.New.Perhaps, p.New.Attacker)) + ": may be open, not known"
	case p.Move == Undecided:
		return report.AttackerWords(p.Old.Attacker) + ": not found any more, but what was read does not exclude it"
	case p.New == nil:
		return report.AttackerWords(p.Old.Attacker) + ": now over the role that it holds itself"
	case p.Old == nil:
		return report.AttackerWords(p.New.Attacker) + ": was over the role that it holds itself"
	}
	return report.AttackerWords(p.New.Attacker) + ": leads another way"
}

func (d *Diff) lockoutSection() section {
	s := section{title: report.LockoutTitle}
	for _, m := range d.Lockouts {
		i := item{mark: markOf(m.Move), head: m.whom() + ": " + m.Old.text() + " → " + m.New.text() + d.heldText(m)}
		var others []string
		for _, way := range m.Ways {
			if way.Move == Changed {
				others = append(others, refName(way.From))
				continue
			}
			i.lines = append(i.lines, refName(way.From)+", "+lockoutText(way))
		}
		if more := len(i.lines) - maxShown; more > 0 {
			i.lines = append(i.lines[:maxShown], fmt.Sprintf("… and %d more, in the JSON document", more))
		}
		switch {
		case len(others) > 0:
			i.lines = append(i.lines, "by other steps than before: "+some(others))
		case len(m.Ways) == 0:
			i.lines = append(i.lines, "Which of them are new or gone is not told: there are too many.")
		}
		s.items = append(s.items, i)
	}
	return s
}

// heldText says of accounts that are put out only on one side that they hold a role
// only there.
func (d *Diff) heldText(m LockoutMove) string {
	all := func(move Move) bool {
		return !slices.ContainsFunc(m.Targets, func(t model.PrincipalRef) bool {
			return !slices.ContainsFunc(d.Principals, func(p PrincipalMove) bool { return p.Move == move && model.SameID(p.Principal.ID, t.ID) })
		})
	}
	switch {
	case m.Every:
	case m.Old == nil && all(Added):
		return " (with a Tier 0 role only now)"
	case m.New == nil && all(Removed):
		return " (with no Tier 0 role any more)"
	}
	return ""
}

// whom names the accounts of a lock-out.
func (m LockoutMove) whom() string {
	if m.Every {
		return "every Global Administrator at once"
	}
	var names []string
	for _, t := range m.Targets {
		names = append(names, refName(t))
	}
	return some(names)
}

func (n *LockoutCount) text() string {
	switch {
	case n == nil, n.Surely+n.Perhaps == 0:
		return "nobody"
	case n.Perhaps == 0:
		return fmt.Sprintf("%d surely", n.Surely)
	}
	return fmt.Sprintf("%d surely and %d perhaps", n.Surely, n.Perhaps)
}

// lockoutText says what became of a start that locks somebody out.
func lockoutText(p PathMove) string {
	words := func(w *PathWay) string { return report.AttackerWords(w.Attacker) + ": " }
	steps := func(w *PathWay) string { return " (" + strings.Join(w.Hops, "; ") + ")" }
	switch {
	case p.Old == nil && p.Move == Decided:
		return words(p.New) + "found now, but what was read before does not exclude it" + steps(p.New)
	case p.New == nil && p.Move == Undecided:
		return words(p.Old) + "not found any more, but what was read does not exclude it"
	case p.Move == Undecided:
		return words(p.New) + "may now, not known" + steps(p.New)
	case p.Move == Opened && p.Old != nil:
		return words(p.New) + "surely can now" + steps(p.New)
	case p.Move == Opened:
		return words(p.New) + "can now" + steps(p.New)
	case p.Move == Worse:
		return words(p.New) + "can now; it took more before (" + report.AttackerWords(p.Old.Attacker) + ")" + steps(p.New)
	case p.Move == Better:
		return words(p.Old) + "no longer can; it takes more now (" + report.AttackerWords(p.New.Attacker) + ")"
	case p.Move == Closed:
		return words(p.Old) + "no longer can"
	}
	return words(p.Old) + "no longer may, which was not known"
}

func (d *Diff) tier0Section() section {
	s := section{title: "What controls Tier 0"}
	var others []string
	for _, m := range d.Tier0 {
		i := item{mark: markOf(m.Move), head: m.Kind + " " + refName(m.PrincipalRef) + certaintyText(m)}
		switch {
		case m.Move == Changed && m.Old.Declared == m.New.Declared:
			others = append(others, m.Kind+" "+refName(m.PrincipalRef))
			continue
		case m.Move == Changed:
			i.lines = []string{map[bool]string{true: "counts as Tier 0 now", false: "does not count as Tier 0 any more"}[m.New.Declared]}
		default:
			i.lines = []string{cmp.Or(m.New, m.Old).Reason}
		}
		s.items = append(s.items, i)
	}
	if len(others) > 0 {
		s.items = append(s.items, item{mark: neutral, head: "as before, but by another way: " + some(others)})
	}
	return s
}

// certaintyText says of something that controls Tier 0, or may, what is not known.
func certaintyText(m Tier0Move) string {
	switch {
	case m.Move == Undecided && m.Old == nil:
		return " (may control it now, not known)"
	case m.Move == Undecided && m.New != nil:
		return " (not certain any more)"
	case m.Move == Decided && m.New == nil:
		return " (was not certain, and does not)"
	case m.Move == Decided && m.Old != nil:
		return " (certain now)"
	}
	return presenceText(m.Move)
}

func (d *Diff) findingSections() []section {
	var sections []section
	for _, kind := range findingKinds {
		s := section{title: kind.title}
		var quiet []string
		for _, f := range d.findingsOf(kind.move) {
			if f.Move == Changed && len(shownSubjects(f)) == 0 {
				quiet = append(quiet, f.Control)
				continue
			}
			s.items = append(s.items, findingItem(f, kind.mark))
		}
		if len(quiet) > 0 {
			s.items = append(s.items, item{mark: kind.mark, head: "another summary or other details only: " + strings.Join(quiet, ", ")})
		}
		sections = append(sections, s)
	}
	return sections
}

func findingItem(f FindingMove, m mark) item {
	i := item{mark: m, head: fmt.Sprintf("%s %s (%s)", f.Control, f.Title, f.Severity)}
	switch {
	case f.Old == nil:
		i.lines = append(i.lines, statusWords(f.New.Status)+": "+f.New.Summary)
	case f.New == nil:
		i.lines = append(i.lines, "was "+statusWords(f.Old.Status)+": "+f.Old.Summary)
	case f.Old.Status == f.New.Status:
		i.lines = append(i.lines, statusWords(f.New.Status)+": "+f.New.Summary)
	default:
		i.lines = append(i.lines, statusWords(f.Old.Status)+" → "+statusWords(f.New.Status)+": "+f.New.Summary)
	}
	if f.Move == Undecided && f.New.Remedy != "" {
		i.lines = append(i.lines, "What would settle it: "+f.New.Remedy)
	}
	i.lines = append(i.lines, subjectLines(shownSubjects(f))...)
	return i
}

// subjectLines tells of each object what is worse, and names the others together.
func subjectLines(subjects []SubjectMove) []string {
	var lines []string
	others := map[string][]string{}
	for _, s := range subjects {
		if m := markOf(s.Move); m != fine && m != unclear {
			lines = append(lines, subjectText(s))
			continue
		}
		word := subjectWord(s)
		if name := cmp.Or(s.Name, s.ID); !slices.Contains(others[word], name) {
			others[word] = append(others[word], name)
		}
	}
	if more := len(lines) - maxSubjects; more > 0 {
		lines = append(lines[:maxSubjects], fmt.Sprintf("… and %d more", more))
	}
	for _, word := range []string{"no longer decided", "better", "fixed", "gone"} {
		if len(others[word]) > 0 {
			lines = append(lines, word+": "+some(others[word]))
		}
	}
	return lines
}

// subjectWords says what became of an object. What is only otherwise, or was and is
// good, is left to the document.
var subjectWords = map[Move]string{New: "new", Worse: "worse", Better: "better", Fixed: "fixed", Undecided: "no longer decided",
	Decided: "decided now", Accepted: "accepted", AcceptanceEnded: "no longer accepted"}

func shownSubjects(f FindingMove) []SubjectMove {
	return slices.DeleteFunc(slices.Clone(f.Subjects), func(s SubjectMove) bool {
		quiet := s.Move == Decided && classOf(s.New) != problem || s.Move == Undecided && classOf(s.Old) != problem
		return subjectWords[s.Move] == "" || quiet
	})
}

// maxDetail is how many characters of an object's detail a line shows, maxSubjects
// how many objects a finding.
const (
	maxDetail   = 100
	maxSubjects = 6
)

func subjectText(s SubjectMove) string {
	text, detail := subjectWord(s)+": "+subjectName(s), cmp.Or(s.NewDetail, s.OldDetail)
	if runes := []rune(detail); len(runes) > maxDetail {
		detail = string(runes[:maxDetail-1]) + "…"
	}
	if detail != "" {
		text += ", " + detail
	}
	return text
}

func subjectWord(s SubjectMove) string {
	if s.New == "" && s.Move == Fixed {
		return "gone"
	}
	return subjectWords[s.Move]
}

func subjectName(s SubjectMove) string { return strings.TrimSpace(s.Kind + " " + cmp.Or(s.Name, s.ID)) }

func statusWords(s model.Status) string {
	words := map[model.Status]string{model.StatusNotApplicable: "not applicable", model.StatusNotAttested: "not attested",
		model.StatusAttestationExpired: "attestation expired"}
	return cmp.Or(words[s], string(s))
}

func (d *Diff) inputSection() section {
	s := section{title: "What was read"}
	counts := 0
	for _, m := range d.Inputs {
		if m.Move == Changed {
			counts++
			continue
		}
		from, to := orZero(m.Old), orZero(m.New)
		i := item{mark: markOf(m.Move), head: fmt.Sprintf("%s: %s → %s", m.Name, from.Status, to.Status)}
		if why := strings.TrimSpace(string(to.Reason) + " " + to.Detail); why != "" && m.Move == Fell {
			i.lines = append(i.lines, why)
		}
		s.items = append(s.items, i)
	}
	if len(s.items) > 0 && counts > 0 {
		s.items = append(s.items, item{mark: neutral, head: counted(counts, "data set") + " with another number of records"})
	}
	return s
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
