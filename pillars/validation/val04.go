package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var val04 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-04", Title: "Alert on Tier 0 assignment",
		Pillar: model.Validation, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"V3"},
		Rationale: "A new Tier 0 assignment is the surest sign of somebody settling in. It must reach people who can act, not only the administrators whom it may concern.",
		Decides: "For every Tier 0 role in use, PIM must send all mail about active and about eligible assignments to named recipients, and so must the PIM policy of every group that holds such a role and that people join by activation. " +
			"The default recipients alone are partial: they are the administrators themselves. Mail about critical events only, or nobody at all, fails. " +
			"Roles that only break-glass accounts hold count too: nobody should be added there unseen.",
		Remediation: model.Remediation{
			Summary:    "Add the security operations mailbox as additional recipient for assignments, active and eligible, of every Tier 0 role.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > Notification",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Notification_Admin_Admin_Assignment and .../Notification_Admin_Admin_Eligibility (notificationRecipients)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Notification_Admin_Admin_Assignment -BodyParameter @{...}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.7.7v1"}, NIST80053: []string{"AC-2(1)"}, ZTA: []string{"21818"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, facts.PIM},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
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
		tally := p.Tally(assess.Words{One: "role or group", Many: "roles and groups",
			Good: "alert named people when assigned", Bad: "are assigned without an alert to named people"})
		assigned := func(ref model.Ref, rule func(id string) facts.Rule) {
			j := assess.Judgement{Ref: ref, Exempt: model.False}
			judgeAlerts(&j, rule(facts.RuleAssignedNotification), rule(facts.RuleEligibleNotification))
			tally.Add(j)
		}
		for _, role := range tier0.Roles() {
			assigned(model.Ref{Kind: "role", ID: role.ID, Name: role.Name}, func(id string) facts.Rule { return rules.Rule(role.ID, id) })
		}
		for _, group := range kit.JoinedGroups(tier0, directory, rules) {
			assigned(group.Ref, group.Rule)
		}
		return tally.Every(), nil
	},
}
