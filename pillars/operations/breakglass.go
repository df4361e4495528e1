package operations

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

const day = 24 * time.Hour

// emergencyAccess is Microsoft's guidance on break-glass accounts.
const emergencyAccess = "https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access"

// breakGlassNeeds is what [breakGlass] reads; a control puts it into Requires.
var breakGlassNeeds = []assess.Dependency{assess.BreakGlass, facts.Directory, model.OwnerDeclarations}

// breakGlass gives the declared break-glass accounts. Where there are none to
// judge, settled is the verdict instead: unknown when nobody declared them (they
// are never guessed from exclusions or names), not applicable when the owner
// declares that there are none, which OPS-01 judges.
func breakGlass(p *assess.Pass) (accounts []principals.Principal, settled *assess.Verdict, err error) {
	emergency, err := assess.Value(p, assess.BreakGlass)
	if err != nil {
		return nil, nil, err
	}
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return nil, nil, err
	}
	var v assess.Verdict
	switch {
	case !emergency.Declared():
		assess.Rows(p, model.OwnerDeclarations) // names the file as what would settle it
		v = assess.Unknown(model.NotCollected, "Nobody declared the break-glass accounts, and no program can tell them from the tenant alone: list them under breakGlass in declarations.json.")
		return nil, &v, nil
	case len(emergency.IDs()) == 0:
		v = assess.NotApplicable("The owner declares that there are no break-glass accounts.")
		return nil, &v, nil
	}
	for _, id := range slices.Concat(emergency.IDs(), emergency.Excess()) {
		accounts = append(accounts, directory.Principal(id, model.Field[model.DirectoryObject]{}))
	}
	return accounts, nil, nil
}

// everyAccount judges each break-glass account that the tenant has. judge gives
// the truth, what to say, and where it stands; it is not asked of an account
// that is not in the export, or is no user.
func everyAccount(p *assess.Pass, words assess.Words, judge func(principals.Principal) (model.Truth, string, []model.Evidence)) (assess.Verdict, error) {
	accounts, settled, err := breakGlass(p)
	if err != nil {
		return assess.Verdict{}, err
	}
	if settled != nil {
		return *settled, nil
	}
	tally := p.Tally(words)
	for _, account := range accounts {
		met := model.And(model.Unknown, kit.IsUser(account))
		detail := absent(met)
		var evidence []model.Evidence
		if account.User != nil && met != model.False {
			met, detail, evidence = judge(account)
		}
		tally.Judge(account.Ref().With(evidence...), met, "%s", detail)
	}
	return tally.Every(), nil
}

// absent is what to say of an account that is not in the export: exists says whether
// it is a user of this tenant.
func absent(exists model.Truth) string {
	if exists == model.False {
		return "no user of this tenant has this id"
	}
	return kit.NotExported
}

func unknown() model.Truth { return model.Unknown }
