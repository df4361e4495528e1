package isolation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// One activation used from elsewhere is what this control looks for, so no share
// of good ones makes up for it. Activations of other roles are left out: they
// need no workstation. Where nobody signed in around an activation nothing was
// observed, which is no proof of a workstation.
var iso22 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-22", Title: "Observed: Tier 0 activations were used from workstations",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceObserved, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"I1", "I3"}, Gaps: []model.GapTag{"G1", "G2", "G4"},
		Rationale: "PIM records who activated a role, why and for how long, and not where. Put beside the sign-ins of the same hours, its record shows whether " +
			"the role was used on the workstation that was built for it, or on the laptop that also reads mail.",
		Decides: "Takes every activation of a Tier 0 role of the last 28 days that was provisioned, and the successful sign-ins of its user from one hour before it starts until it ends, " +
			"or was ended. Fails when one of them came from a device that is not a workstation by the declared rule, also on a part of the data. Passes when each activation has sign-ins and all came from workstations. " +
			"An activation without any sign-in around it, a device that has left the directory, a log that does not reach back 28 days, and no activation at all are unknown. " +
			"Memberships activated in PIM for Groups are not among the requests: where one leads to a Tier 0 role, the control does not pass. Without the licence for PIM it fails.",
		Remediation: model.Remediation{
			Summary: "Ask each administrator named what the other device was, and close the way with a policy: demand an authentication context on activation, and let that context " +
				"and everything that the role can be used for be reached from workstations only (ISO-02, ISO-03).",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Resource audit; Monitoring & health > Sign-in logs",
			Graph:      "GET /roleManagement/directory/roleAssignmentScheduleRequests?$filter=action eq 'selfActivate'; GET /auditLogs/signIns?$filter=userId eq '{id}'",
			PowerShell: "Get-MgRoleManagementDirectoryRoleAssignmentScheduleRequest -All; Get-MgAuditLogSignIn -All -Filter \"userId eq '{id}'\"",
		},
		References: model.References{NIST80053: []string{"AU-6"}, ATTACK: []string{"T1548.005"},
			Docs: []string{"https://learn.microsoft.com/security/zero-trust/adopt/implement-privileged-access"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Activity, facts.Directory, facts.Tier0, model.RoleRequests, model.Devices, kit.Devices},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		log, err := observe(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		devices, err := kit.ReadSignInDevices(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		assess.Rows(p, model.RoleRequests) // requests that were not read are a gap
		tally := p.Tally(assess.Words{One: "activation of a Tier 0 role", Many: "activations of Tier 0 roles",
			Good: "were used from workstations only", Bad: "were used from another device"})
		sample := 0
		for _, a := range log.Activations {
			role := directory.Role(a.Request.RoleDefinitionID, model.Field[model.RoleDefinition]{})
			counts := model.And(a.Happened, role.Tier0, log.Within(a.Start))
			if counts == model.False {
				continue
			}
			j, seen := used(a, counts, log.During(a), devices)
			who := directory.Principal(a.Request.PrincipalID, model.Field[model.DirectoryObject]{})
			j.Ref.Name = who.Name + " as " + role.Name
			sample += seen
			tally.Add(j)
		}
		activations := tally.Len()
		if tally.Every().Status() != model.StatusFail { // a counter-example needs no more
			for _, group := range activatedGroups(tier0) {
				tally.Judge(model.Ref{Kind: "group", ID: group, Name: directory.Principal(group, model.Field[model.DirectoryObject]{}).Name}, model.Unknown,
					"its membership is activated in PIM for Groups, and those activations are not in the export")
			}
		}
		return log.Conclude(tally, model.SignIns.Name(), log.SignedIn, fmt.Sprintf("%d sign-ins around %d activations", sample, activations)), nil
	},
}

// used judges one activation by the sign-ins that belong to it, or may, and says
// how many do.
func used(a activity.Activation, counts model.Truth, joined []activity.Joined, devices kit.SignInDevices) (assess.Judgement, int) {
	elsewhere, here, seen := model.False, model.False, 0
	ref := model.Ref{Kind: "activation", ID: a.Request.ID}.With(a.Request.Evidence("/scheduleInfo", a.Start))
	var examples []string
	for _, s := range joined {
		belongs := model.And(s.Belongs, s.Succeeded)
		if belongs == model.False {
			continue
		}
		seen++
		from := devices.Workstation(s.Device)
		here = model.Or(here, model.And(belongs, from))
		other := model.And(belongs, from.Not())
		elsewhere = model.Or(elsewhere, other)
		if other != model.False && len(examples) < shown {
			examples = append(examples, signInText(s.SignIn))
			ref = ref.With(s.Evidence("/deviceDetail", s.Device.Name))
		}
	}
	met := elsewhere.Not()
	detail := fmt.Sprintf("%s, %s, all from workstations", a.Start.Format("2006-01-02 15:04"), counted(seen))
	switch {
	case elsewhere != model.False:
		detail = fmt.Sprintf("%s, %s; not from a workstation, or not known to be: %s", a.Start.Format("2006-01-02 15:04"), counted(seen), strings.Join(examples, "; "))
	case here != model.True:
		met, detail = model.Unknown, a.Start.Format("2006-01-02 15:04")+": no sign-in of its user was seen around it"
	}
	if counts != model.True {
		met, detail = model.Unknown, "not known to be a Tier 0 activation of the last 28 days that happened: "+detail
	}
	return assess.Judgement{Ref: ref, Met: met, Half: met, Exempt: model.False, Detail: detail}, seen
}

// activatedGroups lists the groups through which somebody holds a Tier 0 role
// after activating a membership.
func activatedGroups(tier0 principals.View) []string {
	var groups []string
	for _, h := range tier0.Holdings {
		if len(h.Via) == 0 || !h.ViaEligible && h.Manner != principals.Activated {
			continue
		}
		if group := h.Via[0]; !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups
}
