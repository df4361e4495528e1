package foundation

import (
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue judges the declared pairs only. An administrator whose person
// nobody named may be anybody's, also a leaver's, so such an account is not known
// here and the control does not pass without it.
var fnd15 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-15", Title: "Admin accounts go when their person goes",
		Pillar: model.Foundation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceObserved, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"F3"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "A leaver's everyday account is disabled by the personnel process on the last day. The admin account is often nobody's task, and outlives the contract: " +
			"a role, a password that someone knows, and no colleague who would miss it.",
		Decides: "For each user with a Tier 0 role, takes the person's own account that the owner declared (adminOwners). Fails when that account is disabled or gone while the " +
			"admin account is enabled and still has its role. Passes when no such case is left and every Tier 0 user but the break-glass accounts has an entry that can be checked. " +
			"Accounts without an entry are unknown; without any entry the control is not attested. It observes the state at the time of the export, over all entries; where the audit log " +
			"still holds it, the finding says when the person's account was disabled.",
		Remediation: model.Remediation{
			Summary: "Take the roles from the account and disable it now. Put admin accounts into the leaver process: a lifecycle workflow on the person's account, or a task of the same ticket.",
			Portal:  "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Remove; Lifecycle workflows > Leaver",
			Graph:   "POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminRemove); PATCH /users/{id} {\"accountEnabled\": false}",
			PowerShell: "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminRemove -PrincipalId <admin> -RoleDefinitionId <role> -DirectoryScopeId /; " +
				"Update-MgUser -UserId <admin> -AccountEnabled:$false",
		},
		References: model.References{NIST80053: []string{"AC-2(3)"}, ISO27001: []string{"A.5.18"}, Maester: []string{"MT.1112"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown, model.StatusNotAttested},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass, model.OwnerDeclarations},
	Wants:    []assess.Dependency{model.DirectoryAudits},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		owned := readOwners(declarations)
		if len(owned.pairs) == 0 {
			return assess.NotAttested("Nobody said whose account each administrator's is: list the pairs under adminOwners in declarations.json."), nil
		}
		tier0, err := assess.Value(p, facts.Tier0)
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
		disabled := disabledOn(assess.Rows(p, model.DirectoryAudits))
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "belong to people who are still there", Bad: "belong to people who left, or to nobody known"})
		tally.None(assess.NotApplicable("Nobody but break-glass accounts and workload identities holds a Tier 0 role."))
		for _, admin := range tier0.Users() {
			tally.Add(owned.outlived(admin, emergency.Is(admin.ID), directory, disabled))
		}
		return tally.Every().Observed(), nil
	},
}

// outlived judges whether an admin account is still in use after its person left.
func (o owners) outlived(admin principals.Principal, exempt model.Truth, directory *principals.Directory, disabled map[string]time.Time) assess.Judgement {
	j := assess.Judgement{Ref: admin.Ref(), Met: model.True, Exempt: exempt}
	inUse := model.Unknown
	if admin.User != nil {
		inUse = model.Fold(admin.User.AccountEnabled, notKnown, notKnown, model.Of)
		j.Ref = j.Ref.With(admin.User.Evidence("/accountEnabled", admin.User.AccountEnabled))
	}
	var said []string
	for _, entry := range o.pairs {
		if !model.SameID(entry.AdminID, admin.ID) {
			continue
		}
		left, detail, evidence := hasLeft(entry.OwnerID, admin.ID, directory, disabled)
		j.Met = model.And(j.Met, model.And(left, inUse).Not())
		j.Ref = j.Ref.With(entry.at).With(evidence...)
		said = append(said, detail)
	}
	switch {
	case exempt == model.True && len(said) == 0:
		said = []string{"a break-glass account, which belongs to nobody"}
	case len(said) == 0:
		j.Met, said = inUse.Not(), []string{"adminOwners does not say whose account this is"}
		if j.Met != model.True {
			j.Met = model.Unknown
		}
	case o.unnamed:
		j.Met = model.And(j.Met, model.Or(model.Unknown, inUse.Not())) // the nameless entry may be about this account
	}
	if inUse == model.False {
		said = append(said, "the admin account is disabled")
	}
	j.Half, j.Detail = j.Met, strings.Join(said, "; ")
	return j
}

// hasLeft says whether a person's own account is disabled or gone.
func hasLeft(owner, admin string, directory *principals.Directory, disabled map[string]time.Time) (model.Truth, string, []model.Evidence) {
	switch {
	case owner == "":
		return model.Unknown, "the entry names no owner", nil
	case model.SameID(owner, admin):
		return model.Unknown, "the entry names the admin account itself, so it does not say who the person is", nil
	}
	person := directory.Principal(owner, model.Field[model.DirectoryObject]{})
	switch kit.IsUser(person) {
	case model.False:
		return model.True, "no user of this tenant has the owner's id", nil
	case model.Unknown:
		return model.Unknown, "the owner's own account was not exported", nil
	}
	left := model.Fold(person.User.AccountEnabled, notKnown, notKnown, model.Of).Not()
	evidence := []model.Evidence{person.User.Evidence("/accountEnabled", person.User.AccountEnabled)}
	switch at, known := disabled[model.FoldID(owner)]; {
	case left == model.Unknown:
		return left, "whether the account of " + person.Name + " is enabled was not exported", evidence
	case left == model.False:
		return left, "belongs to " + person.Name + ", whose own account is enabled", evidence
	case known:
		return left, "the own account of " + person.Name + " was disabled on " + at.Format(time.DateOnly), evidence
	}
	return left, "the own account of " + person.Name + " is disabled", evidence
}

// disabledOn gives when each account was disabled last, as far as the audit log
// goes back. It only enriches a finding.
func disabledOn(audits model.Rows[model.DirectoryAudit]) map[string]time.Time {
	last := map[string]time.Time{}
	for row := range audits.All() {
		if model.Equals(row.ActivityDisplayName, "Disable account") != model.True {
			continue
		}
		row.ActivityDateTime.Is(func(at time.Time) bool {
			return row.TargetResources.Is(func(targets []model.AuditTarget) bool {
				for _, target := range targets {
					target.ID.Is(func(id string) bool {
						if key := model.FoldID(id); at.After(last[key]) {
							last[key] = at.UTC()
						}
						return true
					})
				}
				return true
			}) == model.True
		})
	}
	return last
}

func notKnown() model.Truth { return model.Unknown }
