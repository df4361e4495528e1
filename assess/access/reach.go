package access

import (
	gocontext "context"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// useTargets are the resources through which a directory role can be exercised.
// The weakest counts.
var useTargets = []target{
	{audience: ResourceGraph}, {audience: ResourceAzurePortal}, {audience: ResourceM365Admin},
	{audience: ResourceAzureManagement}, {audience: ResourceDirectory}, {audience: ResourceExchange},
	{audience: ResourceSharePoint}, {audience: ResourceIntune}, {audience: GroupPortals}, {audience: ResourceOther},
}

// activationTargets serve PIM: its own pages and its API.
func activationTargets(authContext string) []target {
	return []target{{audience: ResourceGraph, context: authContext}, {audience: ResourceAzurePortal, context: authContext}}
}

// stepQuestion is a step of a holding, ready to search.
type stepQuestion struct {
	step    Step
	subject *subjectView
	region  region
	pim     activation
}

// stepsOf lists the steps between the holder and the use of the role.
func (e *Engine) stepsOf(h principals.Holding) []stepQuestion {
	all := e.allSteps(h)
	return all[:len(all)-1]
}

// registerStep registers a device of one's own, as the holder before activation.
func (e *Engine) registerStep(h principals.Holding) stepQuestion {
	all := e.allSteps(h)
	return all[len(all)-1]
}

// allSteps are the steps of a holding, and last the registration of a device.
// They are read-only.
func (e *Engine) allSteps(h principals.Holding) []stepQuestion {
	return e.memory.steps.get(keyOf(h), func() []stepQuestion { return e.readAllSteps(h) })
}

func (e *Engine) readAllSteps(h principals.Holding) []stepQuestion {
	return append(e.readSteps(h), e.readRegisterStep(h))
}

func (e *Engine) readSteps(h principals.Holding) []stepQuestion {
	var steps []stepQuestion
	add := func(step Step, pim activation, targets []target) {
		steps = append(steps, stepQuestion{step: step, subject: e.subjectFor(h, step), pim: pim, region: region{targets: targets}})
	}
	free := activation{demand: [2]antichain{always, always}}
	if h.ViaEligible && len(h.Via) > 0 {
		pim := e.pimOf(e.pim.groups[model.FoldID(h.Via[0])])
		add(StepJoin, pim, activationTargets(pim.context))
	}
	if needed := e.roleActivation(h); needed != model.False {
		pim := e.pimOf(e.pim.roles[model.FoldID(h.Role.ID)])
		if needed == model.Unknown {
			pim.demand[least] = always
			pim.needs = append(pim.needs, model.Need{Dataset: model.RoleEligibility.Name(), Reason: model.Unresolved,
				Detail: "whether group " + h.Via[0] + " holds the role actively is not known"})
		}
		add(StepActivate, pim, activationTargets(pim.context))
	}
	add(StepUse, free, useTargets)
	return steps
}

// roleActivation asks whether the role itself must be activated. A member that
// PIM lets join a group finds the group's role active where the group holds it
// so.
func (e *Engine) roleActivation(h principals.Holding) model.Truth {
	if h.Manner == principals.Standing {
		return model.False
	}
	if !h.ViaEligible || len(h.Via) == 0 {
		return model.True
	}
	switch group := e.assigned()[roleHolder{model.FoldID(h.Via[0]), model.FoldID(h.Role.ID)}]; {
	case group.active:
		return model.False
	case group.eligible:
		return model.True
	}
	return model.Unknown
}

// assigned says whether the tenant has a role active or eligible for a principal.
type assigned struct{ active, eligible bool }

type roleHolder struct{ principal, role string } // folded

func (e *Engine) readAssigned() map[roleHolder]assigned {
	all := map[roleHolder]assigned{}
	add := func(principal, role string, is assigned) {
		key := roleHolder{model.FoldID(principal), model.FoldID(e.dir.Role(role, model.Field[model.RoleDefinition]{}).ID)}
		known := all[key]
		all[key] = assigned{known.active || is.active, known.eligible || is.eligible}
	}
	for row := range model.RowsOf(e.tenant, model.RoleAssignmentSchedule, nil).All() {
		add(row.PrincipalID, row.RoleDefinitionID, assigned{active: true})
	}
	for row := range model.RowsOf(e.tenant, model.RoleAssignments, nil).All() {
		add(row.PrincipalID, row.RoleDefinitionID, assigned{active: true})
	}
	for row := range model.RowsOf(e.tenant, model.RoleEligibility, nil).All() {
		add(row.PrincipalID, row.RoleDefinitionID, assigned{eligible: true})
	}
	return all
}

// stepAnswer is a step with its frontier in both readings. demand is what the
// frontier's sets are, with "anything may be reached" where a search of the
// least reading was cut short.
type stepAnswer struct {
	stepQuestion
	found  [2]frontier
	demand [2]antichain
}

func (e *Engine) answer(q stepQuestion) stepAnswer {
	a := stepAnswer{stepQuestion: q}
	for r := range a.found {
		f := e.search(reading(r), q.subject, q.region, q.pim.demand[r])
		a.found[r], a.demand[r] = f, f.sets()
	}
	if !a.found[least].complete {
		a.demand[least] = always
	}
	return a
}

// Reach is the exact answer for one holding: each step from each place, the
// attackers, and the weakest ways in. Holdings that are alike share the policies of
// their ways, which are read-only.
func (e *Engine) Reach(ctx gocontext.Context, h principals.Holding) (model.Reach, error) {
	if err := ctx.Err(); err != nil {
		return model.Reach{}, err
	}
	reach := model.Reach{
		Principal: model.PrincipalRef{Kind: string(h.Principal.Kind), ID: h.Principal.ID, Name: h.Principal.Name},
		Role:      h.Role.Ref(), Holding: "standing", Via: h.Via, Scope: h.Scope,
		From: []model.ReachFrom{}, Attackers: map[string]string{},
	}
	for _, group := range h.Via {
		reach.ViaNames = append(reach.ViaNames, e.dir.Principal(group, model.Field[model.DirectoryObject]{}).Name)
	}
	if h.Manner != principals.Standing || h.ViaEligible {
		reach.Holding = "eligible"
	}
	switch {
	case h.Principal.Kind == principals.KindServicePrincipal:
		e.outside(&reach)
		return reach, nil
	case h.Principal.Dangling == model.True:
		return reach, nil // nobody is left who could sign in
	case h.Principal.Kind != principals.KindUser:
		e.open(&reach, h)
		return reach, nil
	}
	all := e.allSteps(h)
	key := make(keyText, 0, 1024)
	for _, q := range all {
		key = q.question(key)
	}
	same := e.reaches.get(string(key), func() model.Reach { return e.reachOf(all) })
	reach.From, reach.Attackers = slices.Clone(same.From), maps.Clone(same.Attackers)
	reach.Weakest, reach.Unknown = slices.Clone(same.Weakest), slices.Clone(same.Unknown)
	return reach, nil
}

// reachOf is what holdings share whose steps ask the same of subjects that are alike.
func (e *Engine) reachOf(all []stepQuestion) model.Reach {
	answers := make([]stepAnswer, 0, len(all))
	for _, q := range all {
		answers = append(answers, e.answer(q))
	}
	steps, register := answers[:len(all)-1], answers[len(all)-1]
	reach := model.Reach{From: e.from(steps), Attackers: map[string]string{}, Weakest: e.weakest(steps, register), Unknown: e.needs(steps)}
	for _, a := range append(Attackers(), e.extra...) {
		reach.Attackers[a.Name] = verdict(e.attack(steps, register, a))
	}
	return reach
}

func (e *Engine) readRegisterStep(h principals.Holding) stepQuestion {
	step := StepRegister
	return stepQuestion{step: step, subject: e.subjectFor(h, step), pim: e.registration(),
		region: region{targets: []target{{action: ActionDevice}}, devices: []string{DeviceUnmanaged}}}
}

func verdict(t model.Truth) string {
	switch t {
	case model.True:
		return model.Reaches
	case model.False:
		return model.Blocked
	}
	return model.ReachUnknown
}

// placeBits are the devices and networks at hand in a place: an adversary there
// can also show no device, and go elsewhere.
func placeBits(device, network string) obligationSet {
	var s obligationSet
	switch device {
	case DeviceRegistered:
		s |= bitRegistered
	case DeviceHybrid:
		s |= bitOnlyHybrid | bitComplyHybrid
	case DeviceCompliant:
		s |= bitOnlyComplies | bitComplyHybrid
	case DevicePAW:
		s |= bitPAW
	}
	if network == NetworkTrusted {
		s |= networkBits
	}
	return s
}

// from judges every place, whatever credentials it takes.
func (e *Engine) from(steps []stepAnswer) []model.ReachFrom {
	var list []model.ReachFrom
	for _, device := range DeviceClasses() {
		for _, network := range NetworkClasses() {
			have := ^(deviceBits | networkBits) | placeBits(device, network)
			line := model.ReachFrom{Device: device, Network: network, Activation: model.NoActivation}
			before, some := model.True, false
			for _, s := range steps {
				t := metBy(s.demand[most], s.demand[least], have, have)
				if s.step == StepUse {
					line.Verdict = verdict(t)
					continue
				}
				before, some = model.And(before, t), true
			}
			if some {
				line.Activation = verdict(before)
			}
			list = append(list, line)
		}
	}
	return list
}

// attack asks whether an attacker passes every step.
func (e *Engine) attack(steps []stepAnswer, register stepAnswer, a Attacker) model.Truth {
	sure, perhaps := e.holdings(a)
	if !a.UseOnly {
		switch metBy(register.demand[most], register.demand[least], sure, perhaps) {
		case model.True:
			sure |= bitRegistered
		case model.Unknown:
			perhaps |= bitRegistered
		}
	}
	result := model.True
	for _, s := range steps {
		if a.UseOnly && s.step != StepUse {
			continue
		}
		result = model.And(result, metBy(s.demand[most], s.demand[least], sure, perhaps))
	}
	return result
}

// wayIn is one choice of a minimal set for each step.
type wayIn struct {
	set    obligationSet
	points []frontierPoint // by step
	// register is the set with which the device was registered, where it was.
	registers bool
}

// waysIn joins the steps' frontiers in one reading: everything that someone must
// hold to pass them all, minimal sets only. A device of one's own counts as what
// it takes to register it.
func (e *Engine) waysIn(r reading, steps []stepAnswer, register stepAnswer) []wayIn {
	ways := []wayIn{{}}
	for _, s := range steps {
		var next []wayIn
		for _, w := range ways {
			for _, p := range s.found[r].points {
				next = append(next, wayIn{set: w.set | p.set, points: append(slices.Clone(w.points), p)})
			}
		}
		ways = minimalWays(next)
	}
	var all []wayIn
	for _, w := range ways {
		if w.set&bitRegistered == 0 {
			w.set = e.project(w.set)
			all = append(all, w)
			continue
		}
		for _, p := range register.found[r].points {
			with := w
			with.registers = true
			with.set = e.project(w.set&^bitRegistered | p.set)
			all = append(all, with)
		}
	}
	return minimalWays(all)
}

// minimalWays keeps the ways whose set contains no other's. The first of equals
// stays.
func minimalWays(ways []wayIn) []wayIn {
	sorting.Stable(ways, func(a, b wayIn) int { return compareSets(a.set, b.set) })
	var kept []wayIn
	for _, w := range ways {
		if !slices.ContainsFunc(kept, func(k wayIn) bool { return k.set.within(w.set) }) {
			kept = append(kept, w)
		}
	}
	return kept
}

// project turns devices into the obligations that they stand for. A PAW also is
// what all of the tenant's PAWs are.
func (e *Engine) project(s obligationSet) obligationSet {
	switch {
	case s&bitOnlyComplies != 0:
		s |= bitCompliant
	case s&bitOnlyHybrid != 0:
		s |= bitHybrid
	case s&bitComplyHybrid != 0:
		s |= bitCompliant | bitHybrid
	}
	if s&bitPAW != 0 {
		s |= e.pawIs
	}
	return s &^ (bitRegistered | bitOnlyComplies | bitOnlyHybrid | bitComplyHybrid)
}

// requires lists a projected set for people: of a PAW only that it is one.
func (e *Engine) requires(s obligationSet) []string {
	if s&bitPAW != 0 {
		s &^= e.pawIs
	}
	list := []string{}
	for _, o := range e.table.names(s) {
		list = append(list, string(o))
	}
	return list
}

// maxWeakest bounds how many minimal sets a holding lists.
const maxWeakest = 32

// weakest lists the ways in, smallest first: what is certain, or, where nothing
// is, what is possible.
func (e *Engine) weakest(steps []stepAnswer, register stepAnswer) []model.Weakest {
	r := most
	ways := e.waysIn(most, steps, register)
	if len(ways) == 0 {
		r, ways = least, e.waysIn(least, steps, register)
	}
	sorting.Stable(ways, func(a, b wayIn) int {
		return len(e.requires(a.set)) - len(e.requires(b.set))
	})
	var list []model.Weakest
	for _, w := range ways[:min(len(ways), maxWeakest)] {
		for i, s := range steps {
			c := e.certificate(r, s, w.points[i])
			entry := c.weakest(s)
			entry.Requires = e.requires(w.set)
			if w.registers && w.points[i].set&bitRegistered != 0 {
				entry.Explanation += " The device is one that was registered for the purpose."
			}
			list = append(list, entry)
		}
	}
	return list
}

// ReachAll answers for every holding of a Tier 0 role, in the directory's order.
// progress, when not nil, is told how many of how many are done.
func (e *Engine) ReachAll(ctx gocontext.Context, progress func(done, total int)) ([]model.Reach, error) {
	holdings := e.Holdings()
	list := make([]model.Reach, 0, len(holdings))
	for i, h := range holdings {
		reach, err := e.Reach(ctx, h)
		if err != nil {
			return nil, fmt.Errorf("reach of %s: %w", h.Principal.Name, err)
		}
		list = append(list, reach)
		if progress != nil {
			progress(i+1, len(holdings))
		}
	}
	return list, nil
}

// Holdings are the Tier 0 holdings that ReachAll answers for: each once, and of
// an activation only the eligibility behind it.
func (e *Engine) Holdings() []principals.Holding { return slices.Clone(e.memory.holdings()) }

func (e *Engine) readHoldings() []principals.Holding {
	type role struct{ principal, id, scope string }
	of := func(h principals.Holding) role { return role{model.FoldID(h.Principal.ID), h.Role.ID, h.Scope} }
	all := e.dir.Tier0().Holdings
	eligible := map[role]bool{}
	for _, h := range all {
		if h.Manner == principals.Eligible {
			eligible[of(h)] = true
		}
	}
	var list []principals.Holding
	kept := map[role][]int{}
	for _, h := range all {
		same := func(i int) bool {
			o := list[i]
			return o.Manner == h.Manner && o.ViaEligible == h.ViaEligible && slices.Equal(o.Via, h.Via)
		}
		if h.Manner == principals.Activated && eligible[of(h)] || slices.ContainsFunc(kept[of(h)], same) {
			continue
		}
		kept[of(h)] = append(kept[of(h)], len(list))
		list = append(list, h)
	}
	return list
}

// nobodyKnown says what is missing where the holder is not known to be a person:
// policies for users may or may not reach them.
func nobodyKnown(h principals.Holding) model.Need {
	if h.Principal.Kind == principals.KindGroup {
		return model.Need{Dataset: "groups/" + h.Principal.ID + "/members", Reason: model.Unresolved,
			Detail: "the members of the group that holds the role are not known", Permission: "GroupMember.Read.All"}
	}
	return model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Permission: "User.Read.All",
		Detail: "whether " + h.Principal.ID + ", which holds the role, is a person is not known"}
}

// open leaves every verdict of a holding unknown.
func (e *Engine) open(reach *model.Reach, h principals.Holding) {
	for _, device := range DeviceClasses() {
		for _, network := range NetworkClasses() {
			line := model.ReachFrom{Device: device, Network: network, Verdict: model.ReachUnknown, Activation: model.NoActivation}
			if reach.Holding == "eligible" {
				line.Activation = model.ReachUnknown
			}
			reach.From = append(reach.From, line)
		}
	}
	for _, a := range append(Attackers(), e.extra...) {
		reach.Attackers[a.Name] = model.ReachUnknown
	}
	reach.Unknown = append(reach.Unknown, nobodyKnown(h))
}

// outside describes a service principal: policies for users never reach it.
func (e *Engine) outside(reach *model.Reach) {
	var names []string
	for _, p := range e.in.Policies {
		c, _ := conditionsOf(p)
		if enforced(p) != model.False && present(c.ClientApplications) {
			names = append(names, p.Name)
		}
	}
	text := "A service principal or managed identity is outside Conditional Access for users: whoever has its credential, or owns it, has the role."
	if len(names) > 0 {
		text += " Policies for workload identities may limit it: " + strings.Join(names, ", ") + "."
	}
	reach.Weakest = []model.Weakest{{Step: string(StepUse), Requires: []string{string(OtherControl("workloadCredential"))},
		Because: []model.PolicyBecause{}, Explanation: text}}
}

// everything is every obligation and every place.
const everything = ^obligationSet(0)

// sizeOf counts the obligations of a set.
func sizeOf(s obligationSet) int { return bits.OnesCount64(uint64(s)) }
