package foundation

import (
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// SCuBA compares the Global Administrators with the holders of its other highly
// privileged roles. Declared break-glass accounts are left out on both sides:
// they must be Global Administrators.
var fnd17 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-17", Title: "Finer-grained roles outnumber Global Administrator",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets:   []model.Bullet{"F5"},
		Rationale: "Where most administrators can become Global Administrator, roles are handed out by habit and not by task, and every one of them is worth the whole tenant.",
		Decides: "Counts users, active or eligible, directly or through a group, declared break-glass accounts aside: those who can become Global Administrator, and the others with any Tier 0 role. " +
			"Passes when the first are not more than the second. Accounts of which it is not known whether they still exist, or are break glass, leave it unknown where they decide.",
		Remediation: model.Remediation{
			Summary:    "Give each Global Administrator the role of the task instead: Exchange, Intune, Security, User Administrator and so on.",
			Portal:     "Entra admin center > Roles & admins > Global Administrator > Assignments",
			Graph:      "GET /roleManagement/directory/roleEligibilityScheduleInstances?$filter=roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'",
			PowerShell: "Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance -Filter \"roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'\"",
		},
		References: model.References{SCuBA: []string{"MS.AAD.7.2v1"}, NIST80053: []string{"AC-5", "AC-6"}, ISO27001: []string{"A.5.3"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "count of Global Administrators", Many: "counts",
			Good: "are at most that of the other Tier 0 users", Bad: "are above that of the other Tier 0 users"})
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		count, refs := ratio{}, []model.Evidence(nil)
		for _, admin := range admins {
			global := holdsGlobal(admin)
			count.add(model.And(kit.IsUser(admin.Principal), admin.Emergency.Not()), global)
			if global == model.True && admin.Emergency != model.True && len(admin.Holdings) > 0 {
				refs = append(refs, admin.Holdings[0].Evidence...)
			}
		}
		if count.total() == 0 {
			tally.None(assess.Unknown(model.NothingToJudge, "Nobody but break-glass accounts and workload identities holds a Tier 0 role."))
			return tally.Every(), nil
		}
		met := count.atMostOne()
		if met == model.False && len(tier0.Gaps()) > 0 {
			met = model.Unknown // others may hold other roles
		}
		tally.Judge(model.Ref{Kind: "setting", ID: "roleManagement/directory", Name: "Directory roles"}.With(refs...), met,
			"%s can become Global Administrator, %s hold other Tier 0 roles only", count.globals, count.others)
		return tally.Every(), nil
	},
}

func holdsGlobal(admin kit.Admin) model.Truth {
	for _, h := range admin.Holdings {
		if model.SameID(h.Role.ID, model.GlobalAdministrator) {
			return model.True
		}
	}
	return model.False
}

// bounds is a count of which some are not certain.
type bounds struct{ sure, perhaps int }

func (b bounds) String() string {
	if b.perhaps == 0 {
		return fmt.Sprint(b.sure)
	}
	return fmt.Sprintf("%d to %d", b.sure, b.sure+b.perhaps)
}

type ratio struct{ globals, others bounds }

func (r *ratio) total() int {
	return r.globals.sure + r.globals.perhaps + r.others.sure + r.others.perhaps
}

func (r *ratio) add(counts, global model.Truth) {
	side := &r.others
	if global == model.True {
		side = &r.globals
	}
	switch counts {
	case model.True:
		side.sure++
	case model.Unknown:
		side.perhaps++
	}
}

func (r *ratio) atMostOne() model.Truth {
	switch {
	case r.globals.sure+r.globals.perhaps <= r.others.sure:
		return model.True
	case r.globals.sure > r.others.sure+r.others.perhaps:
		return model.False
	}
	return model.Unknown
}
