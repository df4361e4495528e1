package validation

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// alerts is how well a PIM notification rule alerts: somebody was chosen to be
// told of everything, or at least the default recipients (Global, Privileged
// Role and Security Administrators) are told. "Critical" mail is sent only where
// somebody must act, which an assignment or an activation does not ask for.
// Source: learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings.
func alerts(rule facts.Rule) (chosen, anyone model.Truth) {
	all := model.Fold(rule.NotificationLevel, unknown, unknown, func(level string) model.Truth {
		switch level {
		case "All":
			return model.True
		case "Critical", "None":
			return model.False
		}
		return model.Unknown
	})
	recipients := model.Fold(rule.NotificationRecipients, unknown, unknown, func(list []string) model.Truth {
		return model.Of(slices.ContainsFunc(list, func(address string) bool { return !model.Blank(address) }))
	})
	return model.And(all, recipients), model.And(all, model.Or(recipients, kit.On(rule.IsDefaultRecipientsEnabled)))
}

// judgeAlerts judges that every one of the rules alerts somebody.
func judgeAlerts(j *assess.Judgement, rules ...facts.Rule) {
	j.Met, j.Half = model.True, model.True
	for _, rule := range rules {
		chosen, anyone := alerts(rule)
		j.Met, j.Half = model.And(j.Met, chosen), model.And(j.Half, anyone)
		j.Ref = j.Ref.With(rule.Evidence("notificationRecipients", rule.NotificationRecipients)...)
	}
	if j.Met == model.False && j.Half == model.True {
		j.Detail = "default recipients only"
	}
}
