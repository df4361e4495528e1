package foundation

import (
	"regexp"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd11 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-11", Title: "Administrators' accounts follow the naming convention",
		Pillar: model.Foundation, Level: model.Developing, Severity: model.Low,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F4"},
		Rationale: "A name that says what an account is for makes it stand out in a log, in a policy's scope and in a list of members. " +
			"An account that does not follow it is overlooked by every rule that goes by the name.",
		Decides: "The owner declares the convention: adminNaming, a regular expression (RE2) for user principal names, matched without regard to case. " +
			"Passes when it matches every user who holds a Tier 0 role, declared break-glass accounts aside; it must not match every user of the tenant. Unknown without a convention.",
		Remediation: model.Remediation{
			Summary:    "Rename the accounts, or state the convention that you use as adminNaming in declarations.json.",
			Portal:     "Entra admin center > Users > (user) > Properties > User principal name",
			Graph:      "PATCH /users/{id} {\"userPrincipalName\": \"adm-…\"}",
			PowerShell: "Update-MgUser -UserId <id> -UserPrincipalName <name>",
		},
		References: model.References{NIST80053: []string{"AC-2"}, ISO27001: []string{"A.5.16"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Directory, facts.Tier0, assess.BreakGlass, model.OwnerDeclarations, model.Users},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		convention, text, err := naming(declarations.AdminNaming)
		if err != nil {
			return assess.Unknown(model.Malformed, "adminNaming is no regular expression: %v.", err), nil
		}
		if convention == nil {
			return assess.Unknown(model.NotCollected, "No naming convention is declared: state it as adminNaming in declarations.json."), nil
		}
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		matches := func(u model.User) model.Truth { return u.UserPrincipalName.Is(convention.MatchString) }
		told, users := model.False, assess.Rows(p, model.Users) // whether the convention tells anybody apart
		if users.Coverage().State != model.Complete {
			told = model.Unknown
		}
		for u := range users.All() {
			told = model.Or(told, matches(u).Not())
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "follow the naming convention", Bad: "do not follow the naming convention"})
		for _, admin := range admins {
			if admin.User == nil {
				tally.Add(assess.Judgement{Ref: admin.Ref(), Exempt: admin.Emergency, Detail: kit.NotExported})
				continue
			}
			met := model.And(matches(*admin.User), told)
			detail := "userPrincipalName " + admin.User.UserPrincipalName.String() + ", convention " + text
			if told == model.False {
				detail = "the convention " + text + " matches every user of the tenant, and tells nobody apart"
			}
			tally.Add(assess.Judgement{Ref: admin.Ref().With(admin.User.Evidence("/userPrincipalName", admin.User.UserPrincipalName)),
				Met: met, Half: met, Exempt: admin.Emergency, Detail: detail})
		}
		return tally.Every(), nil
	},
}

// naming compiles the declared convention; nil where there is none.
func naming(declared model.Field[string]) (convention *regexp.Regexp, text string, err error) {
	declared.Is(func(pattern string) bool {
		if text = pattern; pattern != "" {
			convention, err = regexp.Compile("(?i)" + pattern)
		}
		return true
	})
	return convention, text, err
}
