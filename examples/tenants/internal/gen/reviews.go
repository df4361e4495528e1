package gen

import (
	"strconv"
	"time"
)

// review is an access review of directory roles that comes back.
type review struct {
	name      string
	roles     []string
	months    int // between two runs
	since     time.Time
	reviewers []string // group ids
	runs      int      // finished so far, counted back from the last one
	lastEnd   time.Time
}

func (v *review) scope() rec {
	var roles []rec
	for _, r := range v.roles {
		roles = append(roles, obj("@odata.type", "#microsoft.graph.accessReviewQueryScope", "query", "/roleManagement/directory/roleDefinitions/"+r,
			"queryType", "MicrosoftGraph", "queryRoot", nil))
	}
	return obj("@odata.type", "#microsoft.graph.principalResourceMembershipsScope",
		"principalScopes", []rec{obj("@odata.type", "#microsoft.graph.accessReviewQueryScope", "query", "/users", "queryType", "MicrosoftGraph", "queryRoot", nil)},
		"resourceScopes", roles)
}

func (v *review) id(t *tenant) string { return t.guid("review", v.name) }

func (v *review) record(t *tenant) rec {
	var reviewers []rec
	for _, g := range v.reviewers {
		reviewers = append(reviewers, obj("query", "/groups/"+g+"/transitiveMembers/microsoft.graph.user", "queryType", "MicrosoftGraph", "queryRoot", nil))
	}
	return obj("id", v.id(t), "displayName", v.name, "descriptionForAdmins", v.name, "createdDateTime", v.since, "lastModifiedDateTime", v.lastEnd,
		"status", "InProgress", "scope", v.scope(), "instanceEnumerationScope", nil, "reviewers", reviewers, "fallbackReviewers", []rec{},
		"settings", obj("mailNotificationsEnabled", true, "reminderNotificationsEnabled", true, "justificationRequiredOnApproval", true,
			"defaultDecisionEnabled", true, "defaultDecision", "Deny", "instanceDurationInDays", 14, "autoApplyDecisionsEnabled", true, "recommendationsEnabled", true,
			"recurrence", obj("pattern", obj("type", "absoluteMonthly", "interval", v.months, "month", 0, "dayOfMonth", 1, "daysOfWeek", []string{}, "firstDayOfWeek", "sunday", "index", "first"),
				"range", obj("type", "noEnd", "numberOfOccurrences", 0, "recurrenceTimeZone", nil, "startDate", v.since.Format("2006-01-02"), "endDate", "9999-12-31"))))
}

func (v *review) instances(t *tenant) []rec {
	var out []rec
	for i := 0; i < v.runs; i++ {
		end := v.lastEnd.AddDate(0, -i*v.months, 0)
		var decisions []rec
		for n, answer := range []string{"Approve", "Approve", "Deny"} {
			decisions = append(decisions, obj("id", t.guid("review decision", v.name, stamp(end), strconv.Itoa(n)), "decision", answer))
		}
		out = append(out, obj("id", t.guid("review run", v.name, stamp(end)), "startDateTime", end.AddDate(0, 0, -14), "endDateTime", end,
			"status", "Applied", "decisions", decisions))
	}
	return out
}
