package operations

import (
	"slices"
	"strconv"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue asks for an entry for every declared standing assignment. One
// that nobody declared has no entry either, so the permanent assignments of the
// tenant are judged, not the owner's list of them.
var ops16 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-16", Title: "Exceptions are registered, owned and end",
		Pillar: model.Operations, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O3", "O1"},
		Rationale: "An exclusion is made in minutes and forgotten for years, and whoever is put into the excluded group next inherits it. " +
			"What has an owner, a reason and an end is looked at again.",
		Decides: "Every user, group and role that an enabled Conditional Access policy for Tier 0 administrators excludes needs an entry for OPS-16 under exceptions, by its id as principalId; " +
			"every user's permanent active Tier 0 assignment needs one under standing. An entry counts with owner, reason and an end that is not past. " +
			"Declared break-glass accounts, and groups of nobody else, need none. Excluded kinds of guests and excluded applications have no id and are not judged. " +
			"Does not apply where nothing is excluded and nobody holds a Tier 0 role for good.",
		Remediation: model.Remediation{
			Summary: "Take back the exclusions and permanent assignments that nobody can explain, and register the others in declarations.json: " +
				`"exceptions": [{"control": "OPS-16", "principalId": "<excluded id>", "reason": "...", "owner": "...", "expires": "YYYY-MM-DD"}], ` +
				`"standing": [{"principalId": "...", "roleId": "...", "reason": "...", "owner": "...", "expires": "YYYY-MM-DD"}].`,
			Portal:     "Entra admin center > Protection > Conditional Access > Policies > (policy) > Users > Exclude",
			Graph:      "GET /identity/conditionalAccess/policies?$select=id,displayName,state,conditions",
			PowerShell: "Get-MgIdentityConditionalAccessPolicy | Select-Object DisplayName, @{n='Excluded';e={$_.Conditions.Users.ExcludeUsers + $_.Conditions.Users.ExcludeGroups + $_.Conditions.Users.ExcludeRoles}}",
		},
		References: model.References{NIST80053: []string{"AC-6"}, ISO27001: []string{"A.5.36"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.OwnerDeclarations}, kit.PolicyNeeds...),
	Wants:    []assess.Dependency{model.Groups},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		rows := assess.Rows(p, model.OwnerDeclarations)
		r := register{missing: model.False, asOf: p.AsOf()}
		if rows.Coverage().State != model.Complete {
			r.missing = model.Unknown // there may be more entries
		}
		r.declarations, _ = rows.Only()
		tally := p.Tally(assess.Words{One: "exception", Many: "exceptions", Good: "are registered", Bad: "have no entry that counts"})
		if len(policies.Admins) > 0 {
			tally.None(assess.NotApplicable("No policy for Tier 0 administrators excludes anybody, and nobody but break glass holds a Tier 0 role for good."))
		}
		groups := assess.Rows(p, model.Groups).Coverage().State == model.Complete
		for _, e := range excluded(policies) {
			if e.ref.Kind == "policy" {
				tally.Judge(e.ref, model.Unknown, "whom it excludes is not known")
				continue
			}
			met, detail := r.exclusion(e.ref.ID)
			met = model.Or(met, e.relevant.Not())
			j := assess.Judgement{Ref: e.ref, Met: met, Half: met, Exempt: model.False, Detail: detail}
			switch e.ref.Kind {
			case "user":
				j.Exempt = emergency.Is(e.ref.ID)
			case "group":
				j.Exempt = breakGlassAlone(policies, directory, emergency, e.ref.ID)
				if !directory.HasGroup(e.ref.ID) && groups {
					j.Exempt, j.Detail = model.True, "no group has this id: it excludes nobody"
				}
			}
			tally.Add(unlessEmergency(j))
		}
		for _, a := range policies.Admins {
			for _, h := range a.Holdings {
				if h.Manner != principals.Standing || h.Permanent == model.False {
					continue
				}
				met, detail := r.standing(h)
				met = model.Or(met, h.Permanent.Not())
				tally.Add(unlessEmergency(assess.Judgement{Ref: h.Principal.Ref().With(h.Evidence...), Met: met, Half: met,
					Exempt: facts.EmergencyHolding(h, emergency), Detail: h.Role.Name + " for good: " + detail}))
			}
		}
		return tally.Every(), nil
	},
}

// unlessEmergency leaves open what may be break glass. The tally's benefit of the
// doubt counts accounts, and here one account can be several exceptions: excluded
// by itself, in an excluded group, and holding a role for good.
func unlessEmergency(j assess.Judgement) assess.Judgement {
	if j.Exempt == model.Unknown {
		j.Met, j.Exempt = model.Or(j.Met, model.Unknown), model.False
		j.Half = j.Met
		j.Detail += "; it may be break glass"
	}
	return j
}

// register is what the owner wrote down. missing is the truth about an entry
// that is not in it.
type register struct {
	declarations model.Declarations
	missing      model.Truth
	asOf         time.Time
}

const noEntry = "not in the register"

func (r register) exclusion(id string) (met model.Truth, detail string) {
	met, detail = r.missing, noEntry
	r.declarations.Exceptions.Is(func(list []model.Exception) bool {
		for _, e := range list {
			if met != model.True && e.Control == "OPS-16" && model.SameID(e.PrincipalID, id) {
				met, detail = r.entry(e.Owner, e.Reason, e.Expires)
			}
		}
		return true
	})
	return met, detail
}

func (r register) standing(h principals.Holding) (met model.Truth, detail string) {
	met, detail = r.missing, noEntry
	r.declarations.Standing.Is(func(list []model.StandingGrant) bool {
		for _, g := range list {
			if met != model.True && model.SameID(g.PrincipalID, h.Principal.ID) && model.SameID(g.RoleID, h.Role.ID) {
				met, detail = r.entry(g.Owner, g.Reason, g.Expires)
			}
		}
		return true
	})
	return met, detail
}

// entry says whether an entry counts.
func (r register) entry(owner, reason string, expires model.Date) (model.Truth, string) {
	switch {
	case model.Blank(owner) || model.Blank(reason) || expires.IsZero():
		return r.missing, "its entry has no owner, reason or end, which counts for nothing"
	case expires.Past(r.asOf):
		return r.missing, "its entry ended on " + expires.Format(time.DateOnly)
	}
	return model.True, "registered by " + owner + " until " + expires.Format(time.DateOnly)
}

// exclusion is something that policies for Tier 0 administrators exclude, or
// such a policy of which that is not known.
type exclusion struct {
	ref      model.Ref
	relevant model.Truth
}

// excluded lists each excluded object once, in the order of the export.
func excluded(policies *kit.Policies) []exclusion {
	var all []exclusion
	for _, policy := range policies.All {
		relevant := model.And(policy.Enabled, forTier0(policies, policy))
		if relevant == model.False {
			continue
		}
		add := func(list model.Field[[]string], name, kind string) {
			list.Is(func(ids []string) bool {
				for i, id := range ids {
					evidence := policy.Evidence("/conditions/users/"+name+"/"+strconv.Itoa(i), id)
					at := slices.IndexFunc(all, func(e exclusion) bool { return e.ref.Kind == kind && model.SameID(e.ref.ID, id) })
					if at < 0 {
						all, at = append(all, exclusion{ref: model.Ref{Kind: kind, ID: id, Name: id}, relevant: relevant}), len(all)
					}
					all[at].ref = all[at].ref.With(evidence)
					all[at].relevant = model.Or(all[at].relevant, relevant)
				}
				return true
			})
		}
		known := model.Fold(policy.Conditions, no, no, func(c model.ConditionSet) bool {
			return model.Fold(c.Users, no, no, func(u model.ConditionUsers) bool {
				add(u.ExcludeUsers, "excludeUsers", "user")
				add(u.ExcludeGroups, "excludeGroups", "group")
				add(u.ExcludeRoles, "excludeRoles", "role")
				return u.ExcludeUsers.Exported() && u.ExcludeGroups.Exported() && u.ExcludeRoles.Exported()
			})
		})
		if !known {
			ref := policy.Ref("policy", policy.DisplayName.String()).With(policy.Evidence("/conditions/users", nil))
			all = append(all, exclusion{ref: ref, relevant: relevant})
		}
	}
	return slices.DeleteFunc(all, func(e exclusion) bool { return e.ref.ID == "GuestsOrExternalUsers" }) // kinds of guests have no id to register
}

func no() bool { return false }

// forTier0 says whether the policy's assignments name a Tier 0 administrator,
// excluded again or not.
func forTier0(policies *kit.Policies, policy kit.Policy) model.Truth {
	named := model.False
	for _, a := range policies.Admins {
		for _, h := range a.Holdings {
			named = model.Or(named, policies.Included(policy, a, h))
		}
	}
	return named
}

// breakGlassAlone says whether the group has members, and all of them and all
// who can activate a membership are declared break-glass accounts.
func breakGlassAlone(policies *kit.Policies, directory *principals.Directory, emergency assess.EmergencyAccounts, group string) model.Truth {
	members := directory.Members(group)
	alone := model.Of(len(members.IDs()) > 0)
	if len(members.Gaps) > 0 {
		alone = model.Unknown
	}
	joiners, all := policies.Joiners(group)
	alone = model.And(alone, all)
	for _, member := range append(joiners, members.IDs()...) {
		alone = model.And(alone, emergency.Is(member))
	}
	return alone
}
