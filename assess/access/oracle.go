package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// Evaluate judges one concrete sign-in: what it demands, and why each policy of
// the tenant does or does not decide. It is written from the documented rules,
// one dimension after the other, and makes no attempt to be fast.
//
// Two readings of the same rules are carried side by side. In the first,
// whatever the data leaves open does not apply ([Decision.Must]); in the second
// it does ([Decision.May]). No block in the second means that access is granted
// for certain to whoever meets it.
func Evaluate(in *Inputs, s SignIn) Decision {
	o := oracle{in: in, s: s}
	defaults, note := o.securityDefaults()
	var d Decision
	o.firstFactor(&d)
	for _, p := range in.Policies {
		r := o.policy(p, defaults)
		switch r.Enforced {
		case model.True:
			d.Must.join(r.Must)
			d.May.join(r.May)
		case model.Unknown:
			d.May.join(r.May)
		}
		d.Policies = append(d.Policies, r)
	}
	o.addDefaults(&d, defaults)
	o.addMandatoryMFA(&d)
	if note != "" {
		d.Notes = append(d.Notes, note)
	}
	if state := in.PoliciesRead; state.State != model.Complete && state.Reason != model.NotLicensed {
		d.May.BlockedBy = append(d.May.BlockedBy, SourceUnseenPolicies)
		d.Notes = append(d.Notes, "not every Conditional Access policy was read, so there may be one that blocks")
	}
	return d.settle()
}

// settle puts the demands into their fixed order and derives the outcome.
func (d Decision) settle() Decision {
	for _, demand := range []*Demand{&d.Must, &d.May} {
		demand.BlockedBy = sortedSet(demand.BlockedBy)
		demand.Clauses = sortClauses(demand.Clauses)
	}
	switch {
	case d.Must.Blocked():
		d.Outcome = Blocked
	case d.May.Blocked():
		d.Outcome = Undecided
	default:
		d.Outcome = Granted
	}
	return d
}

func (d *Demand) join(other Demand) {
	d.BlockedBy = append(d.BlockedBy, other.BlockedBy...)
	d.Clauses = append(d.Clauses, other.Clauses...)
}

// oracle judges one sign-in.
type oracle struct {
	in *Inputs
	s  SignIn
}

// firstFactor: every sign-in of a person has a first factor; where no policy
// applies, that is all (rule R3). A workload presents a credential instead.
func (o *oracle) firstFactor(d *Decision) {
	clause := Clause{AnyOf: []Obligation{Password}, Source: SourceFirstFactor}
	person := o.s.Subject.Kind.In(Workload).Not()
	if person == model.True {
		d.Must.Clauses = append(d.Must.Clauses, clause)
	}
	if person != model.False {
		d.May.Clauses = append(d.May.Clauses, clause)
	}
}

// policy explains one policy and what it demands.
func (o *oracle) policy(p *Policy, defaults model.Truth) PolicyResult {
	r := PolicyResult{ID: p.ID, Name: p.Name, State: p.State, Applies: model.True}
	r.Reasons = o.reasons(p, func(Dimension) bool { return true })
	for _, reason := range r.Reasons {
		r.Applies = model.And(r.Applies, reason.Holds)
	}
	state := oState(p)
	r.Enforced = model.And(r.Applies, state.holds)
	if state.holds != model.True {
		r.Reasons = append(r.Reasons, Reason{Dimension: DimState, Holds: state.holds, Text: state.text,
			Evidence: p.Evidence(state.path, state.value)})
	}
	inert := defaults == model.True
	if inert && r.Enforced != model.False {
		r.Enforced = model.False
		r.Reasons = append(r.Reasons, Reason{Dimension: DimState, Holds: model.False,
			Text: "security defaults are on, and then no Conditional Access policy is in force"})
	}
	r.Must, r.May = o.demands(p)
	r.Result = oResult(r, inert)
	if r.Enforced != model.False {
		r.Reasons = append(r.Reasons, Reason{Dimension: DimGrant, Holds: model.True,
			Text: describeDemand(r.Must, r.May), Evidence: p.Evidence("/grantControls", nil)})
	}
	return r
}

// reasons says what keeps a policy from applying, or may, in the dimensions that
// are wanted.
func (o *oracle) reasons(p *Policy, wanted func(Dimension) bool) []Reason {
	missing := func() []oFinding { return []oFinding{oMissing(DimOther, "/conditions")} }
	var reasons []Reason
	for _, f := range model.Fold(p.Record.Conditions, missing, missing, func(c model.ConditionSet) []oFinding { return o.conditions(p, c, wanted) }) {
		if f.holds != model.True {
			reasons = append(reasons, Reason{Dimension: f.dimension, Holds: f.holds, Text: f.text, Evidence: p.Evidence(f.path, f.value)})
		}
	}
	return reasons
}

// oState reads the state: only "enabled" protects (rule 3).
func oState(p *Policy) oFinding {
	return model.Fold(p.Record.State,
		func() oFinding { return oMissing(DimState, "/state") },
		func() oFinding { return oMissing(DimState, "/state") },
		func(state string) oFinding {
			f := oFinding{dimension: DimState, holds: model.False, path: "/state", value: state}
			switch state {
			case "enabled":
				f.holds = model.True
			case "disabled":
				f.text = "the policy is off"
			case "enabledForReportingButNotEnforced":
				f.text = "the policy only reports"
			default:
				f.holds, f.text = model.Unknown, fmt.Sprintf("state %q is not known", state)
			}
			return f
		})
}

func oResult(r PolicyResult, inert bool) Result {
	if r.Applies == model.False {
		return ResultNotApplied
	}
	switch r.Enforced {
	case model.False:
		switch {
		case r.State == "disabled":
			return ResultDisabled
		case r.State == "enabledForReportingButNotEnforced":
			return ResultReportOnly
		case inert:
			return ResultInert
		}
		return ResultNotApplied
	case model.Unknown:
		return ResultUnknown
	}
	switch {
	case r.Must.Blocked():
		return ResultBlocks
	case r.May.Blocked() || !sameClauses(r.Must, r.May):
		return ResultUnknown
	case len(r.Must.Clauses) > 0:
		return ResultDemands
	}
	return ResultNoDemand
}

func sameClauses(a, b Demand) bool {
	return slices.EqualFunc(a.Clauses, b.Clauses, func(x, y Clause) bool { return slices.Equal(x.AnyOf, y.AnyOf) })
}

// describeDemand says in words what a policy asks.
func describeDemand(must, may Demand) string {
	text := func(d Demand) string {
		if d.Blocked() {
			return "blocks"
		}
		if len(d.Clauses) == 0 {
			return "asks for nothing"
		}
		clauses := make([]string, 0, len(d.Clauses))
		for _, c := range d.Clauses {
			names := make([]string, 0, len(c.AnyOf))
			for _, o := range c.AnyOf {
				names = append(names, string(o))
			}
			clauses = append(clauses, strings.Join(names, " or "))
		}
		return "asks for " + strings.Join(clauses, ", and ")
	}
	least, most := text(must), text(may)
	if least == most {
		return least
	}
	return fmt.Sprintf("%s at least, %s at most", least, most)
}

// oFinding is one dimension's answer, with the property that decides it.
type oFinding struct {
	dimension Dimension
	holds     model.Truth
	text      string
	path      string
	value     any
}

// oMissing is the answer where a property was not exported or cannot be read.
func oMissing(dimension Dimension, path string) oFinding {
	return oFinding{dimension: dimension, holds: model.Unknown, path: path,
		text: "the export does not hold " + strings.TrimPrefix(path, "/")}
}
