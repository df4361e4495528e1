package control

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// longestAssignment is how far ahead an active assignment may end and still not
// count as standing: an end in 2040 is no end.
const longestAssignment = 365 * 24 * time.Hour

var ctl01 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-01", Title: "No standing Tier 0 access",
		Pillar: model.Control, Level: model.Defined, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C1"},
		Rationale: "A role that is always on is there for whoever gets hold of the account, at any hour and without a trace of intent. " +
			"A role that must be activated is there for a few hours, after a check.",
		Decides: "Looks at every way in which somebody holds a Tier 0 role, groups included. Passes when none is standing: active, and without an end or " +
			"ending more than a year ahead. A standing Global or Privileged Role Administrator fails; where only other Tier 0 roles stand, the result is partial. " +
			"Declared break-glass accounts are exempt. An assignment declared under standing, with reason and owner and not expired, is partial at best. " +
			"An activation that is running is no standing access, and workload identities, which cannot activate anything, are FND-18's.",
		Remediation: model.Remediation{
			Summary:    "Make the assignment eligible in PIM and remove the active one; keep only the declared break-glass accounts permanent.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Active assignments",
			Graph:      "POST /roleManagement/directory/roleEligibilityScheduleRequests (adminAssign), then POST /roleManagement/directory/roleAssignmentScheduleRequests (adminRemove)",
			PowerShell: "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminAssign ...; New-MgRoleManagementDirectoryRoleAssignmentScheduleRequest -Action adminRemove ...",
		},
		References: model.References{
			SCuBA: []string{"MS.AAD.7.4v1"}, CIS: []string{"5.3.1"}, NIST80053: []string{"AC-2", "AC-6"},
			ISO27001: []string{"A.8.2"}, ATTACK: []string{"T1098.003"}, ZTA: []string{"21815"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, model.RoleAssignments, assess.BreakGlass},
	// What is accepted only softens a verdict; break glass asks for itself.
	Wants: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		assess.Rows(p, model.RoleAssignments) // what PIM does not know shows only there
		tally := p.Tally(assess.Words{One: "holding of a Tier 0 role", Many: "holdings of Tier 0 roles",
			Good: "are eligible or bounded", Bad: "are standing"})
		for _, h := range tier0.Holdings {
			ref := h.Principal.Ref().With(h.Evidence...)
			j := assess.Judgement{Ref: ref, Met: standing(h, p.AsOf()).Not(), Detail: h.Role.Name + ", " + string(h.Manner)}
			j.Half = model.Or(j.Met, model.Of(!kit.Critical(h.Role.ID)))
			j.Exempt = facts.EmergencyHolding(h, emergency)
			switch {
			case h.Manner != principals.Standing:
			case h.Principal.Kind == principals.KindServicePrincipal:
				j.Exempt = model.True
				j.Detail += ", a workload identity"
			case h.Principal.Dangling == model.True:
				j.Exempt = model.True
				j.Detail += ", an account that does not exist"
			case h.Principal.Kind == principals.KindUnknown && h.Principal.Dangling == model.Unknown:
				// It may be a workload identity.
				j.Exempt, j.Met, j.Half = model.False, model.Unknown, model.Unknown
			}
			accepted, said := acceptedStanding(declarations, h, p.AsOf())
			if said != "" && j.Met != model.True {
				j.Half = model.Or(j.Half, model.Of(accepted))
				j.Detail += ", " + said
			}
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

// standing says whether a holding is active without an end worth the name.
func standing(h principals.Holding, asOf time.Time) model.Truth {
	if h.Manner != principals.Standing {
		return model.False
	}
	return model.Or(h.Permanent, model.Of(h.End.After(asOf.Add(longestAssignment))))
}

// acceptedStanding finds what the owner declared about a standing assignment.
func acceptedStanding(d model.Declarations, h principals.Holding, asOf time.Time) (accepted bool, said string) {
	d.Standing.Is(func(list []model.StandingGrant) bool {
		for _, grant := range list {
			switch {
			case accepted || !model.SameID(grant.PrincipalID, h.Principal.ID) || !model.SameID(grant.RoleID, h.Role.ID):
			case model.Blank(grant.Reason) || model.Blank(grant.Owner) || grant.Expires.IsZero():
				said = "declared without reason, owner or expiry, which counts for nothing"
			case grant.Expires.Past(asOf):
				said = "declared by " + grant.Owner + " until " + grant.Expires.Format(time.DateOnly) + ", which is past and counts for nothing"
			default:
				accepted, said = true, "accepted by "+grant.Owner+" until "+grant.Expires.Format(time.DateOnly)
			}
		}
		return true
	})
	return accepted, said
}
