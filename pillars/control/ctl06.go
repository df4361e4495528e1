package control

import (
	"fmt"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Where a policy names no approver, PIM asks the Privileged Role Administrators
// and Global Administrators who are active. They are no fixed set, so their
// number is not judged: unknown.
// Source: learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings.
var ctl06 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-06", Title: "Every Tier 0 role needs approval by more than one sound approver",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C2"},
		Rationale: "Approval is a second pair of eyes only where somebody else can give it. One approver who is away stops the work, or is asked to approve too much; an approver who is disabled approves nothing.",
		Decides: "For every Tier 0 role that somebody activates, and every group that PIM for Groups admits people to: approval is required, and the named approvers, groups resolved to their members, are at least two enabled users. " +
			"For everybody who can activate it one of them must be somebody else. Unknown where the policy names nobody, so that whoever is active as Privileged Role or Global Administrator approves.",
		Remediation: model.Remediation{
			Summary:    "Require approval in the settings of each Tier 0 role, and name a group of at least two administrators as approvers.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Roles > (role) > Role settings > Activation",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Approval_EndUser_Assignment {\"setting\": {\"isApprovalRequired\": true, \"approvalStages\": [...]}}",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Approval_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{NIST80053: []string{"AC-5"}, ISO27001: []string{"A.5.3"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "need approval by sound approvers", Bad: "do not"}, kit.AnyRole,
			func(a kit.Activation, j *assess.Judgement) {
				requesters := eligibleFor(tier0, a)
				if len(requesters) == 0 {
					j.Met, j.Exempt, j.Detail = model.True, model.True, "nobody is eligible for it"
					return
				}
				rule := a.Rule(facts.RuleActivationApproval)
				j.Ref = j.Ref.With(rule.Evidence("setting", nil)...)
				required := model.Fold(rule.Setting, unknown, unknown, func(s model.ApprovalSettings) model.Truth { return kit.On(s.IsApprovalRequired) })
				if required == model.False {
					j.Met, j.Half, j.Detail = model.False, model.False, "no approval is required"
					return
				}
				sound, detail := approversOf(rule, directory).judge(requesters)
				j.Met, j.Detail = model.And(required, sound), detail
				j.Half = j.Met
			}, (*assess.Tally).Every)
	},
}

// approvers are those whom a rule names.
type approvers struct {
	named    int // entries, groups as one
	enabled  []string
	doubtful []string // whether they are enabled users is not known
	unread   bool     // there may be others
}

func approversOf(rule facts.Rule, directory *principals.Directory) *approvers {
	a := &approvers{unread: true}
	rule.Setting.Is(func(s model.ApprovalSettings) bool {
		return s.ApprovalStages.Is(func(stages []model.ApprovalStage) bool {
			a.unread = false
			for _, stage := range stages {
				if stage.PrimaryApprovers.Is(func(list []model.Approver) bool { a.read(list, directory); return true }) != model.True {
					a.unread = true
				}
			}
			return true
		}) == model.True
	})
	return a
}

func (a *approvers) read(list []model.Approver, directory *principals.Directory) {
	for _, one := range list {
		a.named++
		user := one.UserID.Is(func(id string) bool { a.add(id, directory); return true })
		group := one.GroupID.Is(func(id string) bool {
			members := directory.Members(id)
			for _, member := range members.IDs() {
				a.add(member, directory)
			}
			a.unread = a.unread || len(members.Gaps) > 0
			return true
		})
		a.unread = a.unread || model.Or(user, group) != model.True
	}
}

func (a *approvers) add(id string, directory *principals.Directory) {
	p := directory.Principal(id, model.Field[model.DirectoryObject]{})
	enabled := kit.IsUser(p)
	if p.User != nil {
		enabled = model.And(enabled, model.Equals(p.User.AccountEnabled, true))
	} else {
		enabled = model.And(enabled, model.Unknown)
	}
	key := model.FoldID(id)
	switch {
	case slices.Contains(a.enabled, key) || slices.Contains(a.doubtful, key):
	case enabled == model.True:
		a.enabled = append(a.enabled, key)
	case enabled == model.Unknown:
		a.doubtful = append(a.doubtful, key)
	}
}

// judge asks for two approvers, and for each requester one who is somebody else:
// with two enabled approvers there always is.
func (a *approvers) judge(requesters []principals.Holding) (model.Truth, string) {
	detail := fmt.Sprintf("%d enabled approvers for %d who can ask", len(a.enabled), len(requesters))
	switch {
	case len(a.enabled) >= 2:
		return model.True, detail
	case a.named == 0 && !a.unread:
		return model.Unknown, "no approver is named: whoever is active as Privileged Role or Global Administrator approves"
	case a.unread || len(a.enabled)+len(a.doubtful) >= 2:
		return model.Unknown, detail + ", and others of whom it is not known"
	}
	return model.False, detail
}
