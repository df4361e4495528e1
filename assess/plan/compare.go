package plan

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/model"
)

// State is an assessment in a few numbers.
type State struct {
	Score  int                          `json:"score"`
	Band   string                       `json:"band"`
	Levels map[model.Pillar]model.Level `json:"levels"`
}

func stateOf(a *model.Assessment) State {
	s := State{Score: a.Headline.Score, Band: a.Headline.Band, Levels: map[model.Pillar]model.Level{}}
	for _, p := range a.Pillars {
		s.Levels[p.ID] = p.Maturity.Confirmed
	}
	return s
}

// Effect is what a change does, by the engine.
type Effect struct {
	Before State `json:"before"`
	After  State `json:"after"`
	// Closed and Opened count the places (a holder, a role, a device class, a
	// network; use and activation apart) that are blocked now and were not, and the
	// other way round. The workstation's own place does not count.
	Closed int `json:"closed"`
	Opened int `json:"opened"`
	// Stopped and Let count the same of attackers, for each holder and role.
	Stopped int `json:"stopped"`
	Let     int `json:"let"`
	// Met and Lost are controls that pass now and did not, and the other way round.
	Met     []string `json:"met,omitempty"`
	Lost    []string `json:"lost,omitempty"`
	Lockout Lockout  `json:"lockout"`
}

// Levels is how many levels the pillars gain together.
func (e Effect) Levels() int {
	gained := 0
	for pillar, level := range e.After.Levels {
		gained += int(level) - int(e.Before.Levels[pillar])
	}
	return gained
}

// harms says why a change is not worth proposing, "" where it does no harm.
func (e Effect) harms() string {
	switch {
	case !e.Lockout.Safe && len(e.Lockout.Loses) > 0:
		return e.Lockout.Why + ": " + strings.Join(e.Lockout.Loses, ", ")
	case !e.Lockout.Safe:
		return e.Lockout.Why
	case e.Opened+e.Let > 0:
		return "it opens a way as well"
	case len(e.Lost) > 0:
		return "it fails " + strings.Join(e.Lost, ", ")
	}
	for pillar, level := range e.After.Levels {
		if level < e.Before.Levels[pillar] {
			return "a pillar loses a level"
		}
	}
	return ""
}

// better orders effects: reach closed, then levels, then controls met, then the
// score.
func (e Effect) better(o Effect) bool {
	return slices.Compare(e.gain(), o.gain()) > 0
}

func (e Effect) gain() []int {
	return []int{e.Closed + e.Stopped, e.Levels(), len(e.Met), e.After.Score - e.Before.Score}
}

func (e Effect) gains() bool { return slices.Compare(e.gain(), []int{0, 0, 0, 0}) > 0 }

func compare(before, after *model.Assessment, lock Lockout) Effect {
	e := Effect{Before: stateOf(before), After: stateOf(after), Lockout: lock}
	e.Closed, e.Opened = moved(places(before), places(after))
	e.Stopped, e.Let = moved(attackers(before), attackers(after))
	was := map[string]model.Status{}
	for _, f := range before.Findings {
		was[f.Control] = f.Status
	}
	for _, f := range after.Findings {
		switch {
		case f.Status == model.StatusPass && was[f.Control] != model.StatusPass:
			e.Met = append(e.Met, f.Control)
		case f.Status == model.StatusFail && was[f.Control] != model.StatusFail,
			f.Status != model.StatusPass && f.Status != model.StatusNotApplicable && was[f.Control] == model.StatusPass:
			e.Lost = append(e.Lost, f.Control)
		}
	}
	return e
}

// openness orders verdicts. Where nothing needs activating, nothing stops it.
func openness(verdict string) int {
	switch verdict {
	case model.Blocked:
		return 0
	case model.ReachUnknown:
		return 1
	}
	return 2
}

func moved(before, after map[string]int) (closed, opened int) {
	for key, was := range before {
		if was > 0 && after[key] == 0 {
			closed++
		}
	}
	for key, is := range after {
		if is > before[key] {
			opened++
		}
	}
	return closed, opened
}

func placeOf(r model.Reach) string {
	return strings.Join([]string{model.FoldID(r.Principal.ID), model.FoldID(r.Role.ID), r.Scope}, "|")
}

func places(a *model.Assessment) map[string]int {
	open := map[string]int{}
	for _, r := range a.Reach {
		for _, f := range r.From {
			if r.BreakGlass || f.Device == access.DevicePAW {
				continue
			}
			at := placeOf(r) + "|" + f.Device + "|" + f.Network
			open[at+"|use"] = max(open[at+"|use"], openness(f.Verdict))
			open[at+"|activate"] = max(open[at+"|activate"], openness(f.Activation))
		}
	}
	return open
}

func attackers(a *model.Assessment) map[string]int {
	open := map[string]int{}
	for _, r := range a.Reach {
		for name, verdict := range r.Attackers {
			if r.BreakGlass || name == access.AttackerPAW {
				continue // who must get in
			}
			at := placeOf(r) + "|" + name
			open[at] = max(open[at], openness(verdict))
		}
	}
	return open
}
