package access

import (
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Circumstances change what stands between a holder and the use of a role.
type Circumstances struct {
	// AuthContext is an authentication context that the use itself must carry, as
	// a protected action demands.
	AuthContext string
	// NoPIMRules: whoever writes PIM's policies took their demands away.
	NoPIMRules bool
}

// Judge asks of each attacker whether they pass every step of a holding, as
// [Engine.Reach] does, without the rest of its answer. A holding without a role
// (its Role is the zero value) is a plain sign-in. The result stands beside the
// attackers.
func (e *Engine) Judge(h principals.Holding, c Circumstances, attackers []Attacker) []model.Truth {
	verdicts := make([]model.Truth, len(attackers))
	switch {
	case h.Principal.Kind == principals.KindServicePrincipal || h.Principal.Dangling == model.True:
		for i := range verdicts {
			verdicts[i] = model.False
		}
		return verdicts
	case h.Principal.Kind != principals.KindUser:
		return verdicts
	}
	var steps []stepAnswer
	for _, q := range e.stepsOf(h) {
		switch {
		case q.step != StepUse && c.NoPIMRules:
			q.pim = activation{demand: [2]antichain{always, always}}
			q.region.targets = activationTargets("")
		case q.step == StepUse && c.AuthContext != "":
			q.region.targets = activationTargets(c.AuthContext)
		}
		steps = append(steps, e.answer(q))
	}
	register := e.answer(e.registerStep(h))
	for i, a := range attackers {
		verdicts[i] = e.attack(steps, register, a)
	}
	return verdicts
}

// IsPAW says whether a device of the tenant is recognised as a privileged access
// workstation by what the owner declared. Where nothing is declared, none is.
func (e *Engine) IsPAW(row model.Device) model.Truth {
	s := e.paws.space
	key := string(s.asWritten(nil, &row))
	if e.paws.answers.len() >= maxDeviceVariants { // of texts that are each device's own
		return s.pawAsRead(row)
	}
	return e.paws.answers.get(key, func() model.Truth { return s.pawAsRead(row) })
}

// paws remembers of devices that are written alike whether they are PAWs.
type paws struct {
	space   *deviceSpace // of the PAW rule's filter alone
	answers memo[string, model.Truth]
}

func newPAWs(rule pawRule, member func(device, group string) model.Truth) *paws {
	s := &deviceSpace{paw: rule, member: member}
	if rule.filter != nil {
		for _, c := range rule.filter.Comparisons() {
			s.used = append(s.used, c.Attribute)
		}
	}
	return &paws{space: s}
}

// pawAsRead asks whether a device is a PAW, whatever the export leaves open of it.
func (s *deviceSpace) pawAsRead(row model.Device) model.Truth {
	found := model.Unknown
	for i, v := range realDevices(row, s.reads) {
		is := s.isPAW(v.device, row.ID)
		if i > 0 && is != found {
			return model.Unknown
		}
		found = is
	}
	return found
}

// Class names what the engine can tell apart of a holding: of two with the same
// class, [Engine.Judge] answers the same, whatever is asked, here and in an engine
// over [Inputs.Without].
func (e *Engine) Class(h principals.Holding) string {
	all := e.readAllSteps
	if h.Role.ID != "" { // every user signs in plainly, and one of a class is asked about
		all = e.allSteps
	}
	steps := all(h)
	register := len(steps) - 1
	var b strings.Builder
	fmt.Fprint(&b, h.Principal.Kind, h.Principal.Dangling, h.Role.ID)
	for _, q := range steps[:register] {
		b.WriteString("|" + string(q.step))
		b.WriteString(q.subject.key)
		if q.step == StepJoin {
			b.WriteString(model.FoldID(h.Via[0]))
		}
		fmt.Fprint(&b, q.pim.demand)
	}
	b.WriteString("|" + steps[register].subject.key)
	return b.String()
}

// Without gives the same tenant after somebody switched policies off, as
// whoever writes Conditional Access can. A policy that is switched off still
// targets its authentication contexts, so PIM does not fall back to a second
// factor of its own: the least that is left in the way.
func (in *Inputs) Without(off func(*Policy) bool) *Inputs {
	left := *in
	left.Policies = make([]*Policy, len(in.Policies))
	all := true
	for i, p := range in.Policies {
		if left.Policies[i] = p; !off(p) {
			all = false
			continue
		}
		switched := *p
		switched.State, switched.Record.State = "disabled", model.Value("disabled")
		left.Policies[i] = &switched
	}
	if all {
		left.PoliciesRead = model.Coverage{State: model.Complete}
	}
	return &left
}
