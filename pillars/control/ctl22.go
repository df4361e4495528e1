package control

import (
	"slices"
	"strconv"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue looks at two flags of the group. Its owners write it whatever
// the flags say, so they are asked for too; and one open group opens the policy,
// so a share of good ones counts for nothing.
var ctl22 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-22", Title: "Lower roles cannot edit the groups that policies read",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A policy that names a group is only as hard to change as the group. Whoever can write the members puts an administrator into the excluded group, " +
			"or takes one out of the included one, and never touches the policy. Ordinary groups are written by several lower roles, by applications and by their owners.",
		Decides: "Takes every group that an enabled Conditional Access policy for Tier 0 administrators includes or excludes, and the groups nested in it. " +
			"A group meets this when it can be assigned to roles, or is in a restricted management unit and neither synchronised nor dynamic, " +
			"and all its owners, and owners by PIM for Groups, hold a Tier 0 role over the whole tenant. For a restricted group also nobody else may hold a role over its unit that writes groups. " +
			"Fails when one group does not. A dynamic restricted group is unknown, because who writes what its rule reads is not judged. " +
			"Does not apply where no such policy names a group. Policies that do not concern administrators are not looked at.",
		Remediation: model.Remediation{
			Summary: "Use role-assignable groups in these policies: create one, move the members, and change the policy. Where that is not possible, put the group into a restricted management administrative unit. " +
				"Remove owners who are no Tier 0 administrators.",
			Portal: "Entra admin center > Groups > New group > Microsoft Entra roles can be assigned to the group: Yes",
			Graph: "POST /groups (isAssignableToRole true); POST /directory/administrativeUnits (isMemberManagementRestricted true); " +
				"DELETE /groups/{id}/owners/{owner}/$ref",
			PowerShell: "New-MgGroup -IsAssignableToRole -SecurityEnabled -MailEnabled:$false -DisplayName <name> -MailNickname <nick>",
		},
		References: model.References{Maester: []string{"MT.1035"}, ZTA: []string{"21832"}, ATTACK: []string{"T1556.009"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept",
				"https://learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append(slices.Clone(kit.GroupWriterNeeds), kit.PolicyNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		w, err := kit.ReadGroupWriters(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "group that policies read", Many: "groups that policies read",
			Good: "can be edited by Tier 0 administrators only", Bad: "can be edited by others"})
		if len(policies.Admins) > 0 {
			tally.None(assess.NotApplicable("No enabled policy for Tier 0 administrators names a group."))
		}
		groups := namedGroups(policies, w)
		for i := 0; i < len(groups); i++ {
			if groups[i].ref.Kind != "group" {
				continue
			}
			for _, ref := range w.Nested(groups[i].ref.ID) {
				groups = join(groups, namedGroup{ref: ref, relevant: groups[i].relevant})
			}
		}
		for _, n := range groups {
			met, detail, exempt := model.Unknown, "which groups it names is not known", model.False
			if n.ref.Kind == "group" {
				var evidence []model.Evidence
				met, detail, evidence = w.Shielded(n.ref.ID)
				n.ref, exempt = n.ref.With(evidence...), model.Of(w.Gone(n.ref.ID))
			}
			met = model.Or(met, n.relevant.Not())
			tally.Add(assess.Judgement{Ref: n.ref, Met: met, Half: met, Exempt: exempt, Detail: detail})
		}
		return tally.Every(), nil
	},
}

// namedGroup is a group that policies for Tier 0 read, or such a policy of which
// that is not known.
type namedGroup struct {
	ref      model.Ref
	relevant model.Truth
}

// namedGroups lists each group once, in the order of the export.
func namedGroups(policies *kit.Policies, w kit.GroupWriters) []namedGroup {
	var all []namedGroup
	for _, policy := range policies.All {
		relevant := model.And(policy.Enabled, policies.Names(policy))
		if relevant == model.False {
			continue
		}
		add := func(list model.Field[[]string], name string) bool {
			return model.Fold(list, never, always, func(ids []string) bool {
				for i, id := range ids {
					at := policy.Evidence("/conditions/users/"+name+"/"+strconv.Itoa(i), id)
					all = join(all, namedGroup{ref: w.Ref(id).With(at), relevant: relevant})
				}
				return true
			})
		}
		known := model.Fold(policy.Conditions, never, never, func(c model.ConditionSet) bool {
			return model.Fold(c.Users, never, never, func(u model.ConditionUsers) bool {
				included, excluded := add(u.IncludeGroups, "includeGroups"), add(u.ExcludeGroups, "excludeGroups")
				return included && excluded
			})
		})
		if !known {
			ref := policy.Ref("policy", policy.DisplayName.String()).With(policy.Evidence("/conditions/users", nil))
			all = append(all, namedGroup{ref: ref, relevant: relevant})
		}
	}
	return all
}

func never() bool  { return false }
func always() bool { return true }

// join adds what names a group to what is known of it.
func join(all []namedGroup, n namedGroup) []namedGroup {
	at := slices.IndexFunc(all, func(o namedGroup) bool { return o.ref.Kind == n.ref.Kind && model.SameID(o.ref.ID, n.ref.ID) })
	if at < 0 {
		return append(all, n)
	}
	all[at].ref = all[at].ref.With(n.ref.Evidence...)
	all[at].relevant = model.Or(all[at].relevant, n.relevant)
	return all
}
