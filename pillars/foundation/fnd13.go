package foundation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd13 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-13", Title: "Each administrator's account has an accountable person",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F3", "F4"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "When a person leaves, somebody must know which accounts go with them. An administrator's account that nobody answers for outlives its owner.",
		Decides: "Every user who holds a Tier 0 role must have a manager, a sponsor, or an owner in the declared adminOwners, who is another account of this tenant and enabled; of a group that sponsors, one of the members must be such. " +
			"Fails where there is nobody, or only accounts that are disabled or gone. Declared break-glass accounts are exempt: OPS-11 asks for their keepers.",
		Remediation: model.Remediation{
			Summary:    "Set the manager or a sponsor of each administrator's account to the person who answers for it, or list the pairs as adminOwners in declarations.json.",
			Portal:     "Entra admin center > Users > (user) > Properties > Job information > Manager; Sponsors",
			Graph:      "PUT /users/{id}/manager/$ref; POST /users/{id}/sponsors/$ref",
			PowerShell: "Set-MgUserManagerByRef -UserId <id> -OdataId https://graph.microsoft.com/v1.0/users/<person>",
		},
		References: model.References{NIST80053: []string{"AC-2"}, ISO27001: []string{"A.5.16"}, NIS2: []string{"11.5"}, Maester: []string{"MT.1111", "MT.1112"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Directory, facts.Tier0, assess.BreakGlass},
	Wants:    []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		rows := assess.Rows(p, model.OwnerDeclarations)
		declarations, _ := rows.Only()
		owned := readOwners(declarations)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have an accountable person", Bad: "have nobody accountable"})
		for _, admin := range admins {
			if admin.User == nil {
				tally.Add(assess.Judgement{Ref: admin.Ref(), Exempt: admin.Emergency, Detail: kit.NotExported})
				continue
			}
			people := accountable(admin.User)
			for _, entry := range owned.pairs {
				if model.SameID(entry.AdminID, admin.ID) {
					people.add(entry.OwnerID, "owner", entry.at)
				}
			}
			met, detail := people.judge(admin.ID, directory)
			if met == model.False && (rows.Coverage().State != model.Complete || !declarations.AdminOwners.Exported() || owned.unnamed) {
				met, detail = model.Unknown, detail+"; adminOwners in declarations.json may name one"
			}
			tally.Add(assess.Judgement{Ref: admin.Ref().With(people.evidence...), Met: met, Half: met, Exempt: admin.Emergency, Detail: detail})
		}
		return tally.Every(), nil
	},
}

// candidates are those who may answer for an account.
type candidates struct {
	ids, as  []string
	unread   bool // a property that could name somebody was not exported
	evidence []model.Evidence
}

func (c *candidates) add(id, as string, evidence model.Evidence) {
	c.ids, c.as, c.evidence = append(c.ids, id), append(c.as, as), append(c.evidence, evidence)
}

// accountable lists a user's manager and sponsors. $expand gives null where
// there is none.
func accountable(u *model.User) *candidates {
	c := &candidates{unread: !u.Manager.Exported() || !u.Sponsors.Exported()}
	u.Manager.Is(func(manager model.DirectoryObject) bool {
		c.add(manager.ID, "manager", u.Evidence("/manager/id", manager.ID))
		return true
	})
	u.Sponsors.Is(func(list []model.DirectoryObject) bool {
		for _, sponsor := range list {
			c.add(sponsor.ID, "sponsor", u.Evidence("/sponsors", sponsor.ID))
		}
		return true
	})
	if len(c.evidence) == 0 {
		c.evidence = []model.Evidence{u.Evidence("/manager", nil)}
	}
	return c
}

// judge asks for one person who is there, enabled, and not the account itself.
// A sponsor may be a group: its members answer together, if one of them can.
func (c *candidates) judge(admin string, directory *principals.Directory) (model.Truth, string) {
	met, detail := model.False, "no manager, sponsor or declared owner"
	for i, id := range c.ids {
		one, said := answers(id, admin, directory)
		if i == 0 || model.Or(met, one) != met {
			detail = c.as[i] + " " + said
		}
		met = model.Or(met, one)
	}
	if met == model.False && c.unread {
		return model.Unknown, detail + "; manager or sponsors were not exported"
	}
	return met, detail
}

// inOffice says whether a member of a group is a person who can answer: enabled,
// and not the account itself.
func inOffice(id, admin string, directory *principals.Directory) model.Truth {
	if model.SameID(id, admin) {
		return model.False
	}
	p := directory.Principal(id, model.Field[model.DirectoryObject]{})
	if p.User == nil {
		return model.And(model.Unknown, kit.IsUser(p))
	}
	return model.Equals(p.User.AccountEnabled, true)
}

func answers(id, admin string, directory *principals.Directory) (model.Truth, string) {
	p := directory.Principal(id, model.Field[model.DirectoryObject]{})
	switch {
	case id == "":
		return model.Unknown, "without an id"
	case model.SameID(id, admin):
		return model.False, "is the account itself"
	case p.Dangling == model.True:
		return model.False, id + " is no longer in the tenant"
	case p.Kind == principals.KindGroup:
		members := directory.Members(id)
		met := model.And(model.Unknown, model.Of(len(members.Gaps) > 0))
		for _, member := range members.IDs() {
			met = model.Or(met, inOffice(member, admin, directory))
		}
		return met, "group " + p.Name
	case p.User == nil:
		return model.Unknown, id + " was not exported"
	}
	return model.Equals(p.User.AccountEnabled, true), p.Name + ", accountEnabled " + p.User.AccountEnabled.String()
}
