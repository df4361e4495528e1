package foundation

import (
	"strconv"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue does not say what a map of less than four fifths is. It proves
// nothing about the accounts that it leaves out, so it is a statement that was
// not made in full, and no failure.
var fnd02 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-02", Title: "Admin accounts are separate from user accounts",
		Pillar: model.Foundation, Level: model.Developing, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceAttested, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F1"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Whoever reads mail and browses the web with the account that holds a role brings every phishing message and every stolen browser " +
			"session into Tier 0. A second account, used for administration only and by one person only, keeps the two apart.",
		Decides: "The owner says whose account each Tier 0 user is (adminOwners in declarations.json), and the tenant's data is held against it: the " +
			"person's own account must exist, must be another one, and must hold no Tier 0 role itself. Passes when every Tier 0 user but the " +
			"break-glass accounts has such an entry; partial when at least 80 % have; below that, or without a map, it is not attested. Fails as " +
			"soon as the data contradicts an entry, and for an account that is mapped to two people. Names and mailboxes are never taken for " +
			"proof. Entries about accounts without a Tier 0 role are not judged.",
		Remediation: model.Remediation{
			Summary: "Give each administrator a cloud-only account for administration beside their everyday account, move the roles to it, and declare " +
				`the pair: "adminOwners": [{"adminId": "<admin account>", "ownerId": "<the person's own account>"}] in declarations.json.`,
			Portal:     "Entra admin center > Users > New user; then Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "POST /users, then POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminAssign for the new account, adminRemove for the old one)",
			PowerShell: "New-MgUser ...; New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminAssign -PrincipalId <new account> -RoleDefinitionId <role> -DirectoryScopeId /",
		},
		References: model.References{
			CIS: []string{"1.1.1"}, CISv8: []string{"5.4"}, NIST80053: []string{"AC-6(2)"}, ISO27001: []string{"A.8.2"},
			NIS2: []string{"11.3"}, ATTACK: []string{"T1078.004"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown, model.StatusNotAttested},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass, model.OwnerDeclarations},
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
		words := assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "are separate from their owner's own account", Bad: "are not shown to be separate from a person's own account"}
		// An account that the map leaves out contradicts nothing; it counts
		// against the share only.
		mapped, contradicted := p.Tally(words), p.Tally(words)
		var missing []model.Ref
		for _, admin := range tier0.Users() {
			j := assess.Judgement{Ref: admin.Ref(), Exempt: emergency.Is(admin.ID)}
			named := owned.judge(&j, admin.ID, tier0, directory)
			contradicted.Add(j)
			if named == model.False {
				j.Met, j.Half = model.False, model.False
				if j.Exempt == model.True {
					j.Detail = "a break-glass account, which belongs to nobody"
				} else {
					missing = append(missing, j.Ref)
				}
			}
			mapped.Add(j)
		}
		if v := contradicted.Every(); v.Status() == model.StatusFail {
			return v, nil
		}
		v := mapped.Share(0.8)
		if v.Status() == model.StatusFail {
			v = assess.NotAttested("adminOwners names an owner for fewer than 80 %% of the Tier 0 users; %d are missing.", len(missing)).About(missing...)
		}
		return v, nil
	},
}

// owners is the declared map of admin accounts to people.
type owners struct {
	pairs []pair
	// unnamed says that an entry has no adminId, so that it may be about anyone.
	unnamed bool
}

type pair struct {
	model.AdminOwner
	at model.Evidence
}

func readOwners(d model.Declarations) owners {
	var o owners
	d.AdminOwners.Is(func(list []model.AdminOwner) bool {
		for i, entry := range list {
			o.pairs = append(o.pairs, pair{entry, d.Evidence("/adminOwners/"+strconv.Itoa(i), entry)})
			o.unnamed = o.unnamed || entry.AdminID == ""
		}
		return true
	})
	return o
}

// judge holds the entries about an admin account against the data, and says
// whether there is one.
func (o owners) judge(j *assess.Judgement, admin string, tier0 principals.View, directory *principals.Directory) (named model.Truth) {
	var said []string
	owner := ""
	j.Met = model.True
	for _, entry := range o.pairs {
		if !model.SameID(entry.AdminID, admin) {
			continue
		}
		named = model.True
		met, detail, evidence := separate(entry.OwnerID, admin, tier0, directory)
		if owner != "" && entry.OwnerID != "" && !model.SameID(owner, entry.OwnerID) {
			met, detail = model.False, "declared for two people, so it is a shared account"
		}
		if owner == "" {
			owner = entry.OwnerID
		}
		j.Met = model.And(j.Met, met)
		j.Ref = j.Ref.With(entry.at).With(evidence...)
		said = append(said, detail)
	}
	switch {
	case named == model.True && o.unnamed:
		j.Met = model.And(j.Met, model.Unknown) // the nameless entry may be a second owner
	case named == model.True:
	case o.unnamed:
		j.Met, said = model.Unknown, []string{"an entry of adminOwners has no adminId and may be about this account"}
	default:
		named, j.Met, said = model.False, model.Unknown, []string{"adminOwners does not say whose account this is"}
	}
	j.Half, j.Detail = j.Met, strings.Join(said, "; ")
	return named
}

// separate says whether the owner's own account is one that the admin account
// can be told apart from.
func separate(owner, admin string, tier0 principals.View, directory *principals.Directory) (model.Truth, string, []model.Evidence) {
	switch {
	case owner == "":
		return model.Unknown, "the entry names no owner", nil
	case model.SameID(owner, admin):
		return model.False, "the owner is the admin account itself", nil
	}
	person := directory.Principal(owner, model.Field[model.DirectoryObject]{})
	switch kit.IsUser(person) {
	case model.False:
		return model.False, "no user of this tenant has the owner's id", nil
	case model.Unknown:
		return model.Unknown, "the owner's own account was not exported", nil
	}
	evidence := []model.Evidence{person.User.Evidence("/id", owner)}
	for _, holder := range kit.Users(tier0) {
		if model.SameID(holder.ID, owner) {
			return model.False, "the owner's own account " + person.Name + " holds " + strings.Join(holder.Roles, ", "), append(evidence, holder.Holding...)
		}
	}
	if len(tier0.Gaps()) > 0 {
		return model.Unknown, "the owner's own account " + person.Name + " may hold a role that was not read", evidence
	}
	return model.True, "belongs to " + person.Name, evidence
}
