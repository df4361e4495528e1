package control

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue forbids permanent members of every group that grants a Tier 0
// role. A group that is eligible for the role grants nothing by itself: its
// members activate the role under the role's own rules, and may stay.
var ctl21 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-21", Title: "Groups that hold Tier 0 roles are joined under the roles' rules",
		Pillar: model.Control, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C1", "C2"},
		Rationale: "Where a group holds a role for good, joining the group is activating the role, and the role's PIM policy is not asked. " +
			"PIM for Groups has a policy of its own for each group, which starts without approval and without an authentication context.",
		Decides: "Takes every group that actively holds a Tier 0 role and has, or can have, members. Nobody but declared break-glass accounts may be a member for good or for more than a year, " +
			"and where people join by activation, the group's PIM policy must require approval if the PIM policy of one of its roles does, and an authentication context if one of them does. " +
			"How strong a context is, CTL-09 judges. Partial when at least 80 % of the groups meet it and none that grants Global or Privileged Role Administrator is among the rest. " +
			"Groups that are eligible for a role are not judged, because their members activate the role itself; nor are workload identities, which activate nothing (FND-18). " +
			"Without Entra ID P2 nobody joins by activation, so every such group fails.",
		Remediation: model.Remediation{
			Summary: "Bring the group under PIM for Groups, make its members eligible, and give its member settings the approval and the authentication context of the role. " +
				"Or make the group eligible for the role in place of active.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Groups > (group) > Settings > Member",
			Graph:      "POST /identityGovernance/privilegedAccess/group/eligibilityScheduleRequests (adminAssign, accessId member); PATCH /policies/roleManagementPolicies/{id}/rules/Approval_EndUser_Assignment",
			PowerShell: "New-MgIdentityGovernancePrivilegedAccessGroupEligibilityScheduleRequest -Action adminAssign -AccessId member -GroupId <group> -PrincipalId <user> ...",
		},
		References: model.References{NIST80053: []string{"AC-6"}, ATTACK: []string{"T1098.003"},
			Docs: []string{"https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.RoleAssignments}, kit.ActivationNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		assess.Rows(p, model.RoleAssignments) // what PIM does not know shows only there
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		rules, err := assess.Value(p, facts.PIM)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "group with a Tier 0 role", Many: "groups with Tier 0 roles",
			Good: "are joined under the roles' rules", Bad: "are not"})
		if len(tier0.Holdings) > 0 {
			tally.None(assess.NotApplicable("No group with members actively holds a Tier 0 role."))
		}
		for _, g := range roleGroups(tier0) {
			ref := directory.Principal(g.id, model.Field[model.DirectoryObject]{}).Ref().With(g.holdings[0].Evidence[0])
			j := assess.Judgement{Ref: ref, Met: model.True, Exempt: model.True, Detail: "nobody is a member for good, and joining asks for what the roles ask for"}
			for _, h := range g.holdings {
				exempt := facts.EmergencyHolding(h, emergency)
				if h.Principal.Kind == principals.KindServicePrincipal || h.Principal.Dangling == model.True {
					exempt = model.True
				}
				j.Exempt = model.And(j.Exempt, exempt)
				j.Critical = j.Critical || kit.Critical(h.Role.ID)
				stays := model.And(standing(h, p.AsOf()), exempt.Not())
				if h.Principal.Kind == principals.KindUnknown {
					stays = model.And(stays, model.Unknown) // it may be a workload identity
				}
				worsen(&j, stays, h.Principal.Name+" is a member for good", h.Evidence)
			}
			if g.joined {
				j.Exempt = model.False
				judgeJoining(&j, g, rules)
			}
			// Whether a lone member is break glass was asked above.
			if j.Exempt == model.Unknown {
				j.Exempt = model.False
			}
			j.Half = j.Met
			tally.Add(j)
		}
		return kit.Share(tally), nil
	},
}

// roleGroup is a group that actively holds Tier 0 roles.
type roleGroup struct {
	id       string
	holdings []principals.Holding
	joined   bool // people join it by activation
}

func roleGroups(tier0 principals.View) []roleGroup {
	var all []roleGroup
	for _, h := range tier0.Holdings {
		if len(h.Via) == 0 || len(h.Evidence) == 0 || h.Evidence[0].Dataset == model.RoleEligibility.Name() {
			continue
		}
		at := slices.IndexFunc(all, func(g roleGroup) bool { return model.SameID(g.id, h.Via[0]) })
		if at < 0 {
			all, at = append(all, roleGroup{id: h.Via[0]}), len(all)
		}
		all[at].holdings = append(all[at].holdings, h)
		all[at].joined = all[at].joined || h.ViaEligible || h.Manner == principals.Activated
	}
	return all
}

// judgeJoining compares what joining asks for with what each role asks for.
func judgeJoining(j *assess.Judgement, g roleGroup, rules facts.PIMRules) {
	demands := []struct {
		rule, property, missing string
		asks                    func(facts.Rule) model.Truth
	}{
		{facts.RuleActivationApproval, "setting/isApprovalRequired", "joining needs no approval, which the role asks for", asksApproval},
		{facts.RuleActivationContext, "isEnabled", "joining asks for no authentication context, which the role does",
			func(r facts.Rule) model.Truth { return kit.On(r.IsEnabled) }},
	}
	for _, d := range demands {
		joining := rules.GroupRule(g.id, d.rule)
		for i, h := range g.holdings {
			if slices.ContainsFunc(g.holdings[:i], func(o principals.Holding) bool { return model.SameID(o.Role.ID, h.Role.ID) }) {
				continue
			}
			role := rules.Rule(h.Role.ID, d.rule)
			weaker := model.And(d.asks(role), d.asks(joining).Not())
			worsen(j, weaker, h.Role.Name+": "+d.missing, append(joining.Evidence(d.property, nil), role.Evidence(d.property, nil)...))
		}
	}
}

func asksApproval(r facts.Rule) model.Truth {
	return model.Fold(r.Setting, unknown, unknown, func(s model.ApprovalSettings) model.Truth { return kit.On(s.IsApprovalRequired) })
}

// worsen notes a flaw that is there, or that may be.
func worsen(j *assess.Judgement, flaw model.Truth, detail string, evidence []model.Evidence) {
	if flaw == model.False {
		return
	}
	if met := model.And(j.Met, flaw.Not()); met != j.Met {
		j.Met, j.Detail = met, detail
		if met == model.Unknown {
			j.Detail = "not known: whether " + detail
		}
	}
	for _, e := range evidence {
		if !slices.ContainsFunc(j.Ref.Evidence, func(o model.Evidence) bool { return o.File == e.File && o.Pointer == e.Pointer }) {
			j.Ref = j.Ref.With(e)
		}
	}
}
