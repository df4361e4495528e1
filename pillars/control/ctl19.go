package control

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl19 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-19", Title: "Access reviews of the highest roles are scheduled",
		Pillar: model.Control, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2 or Entra ID Governance", Bullets: []model.Bullet{"C6"},
		Rationale: "Eligibility stays when the reason for it has gone, and nobody asks for less access. A review that comes round by itself, held by " +
			"somebody else than the holder, is what takes roles away again.",
		Decides: "Global Administrator and Privileged Role Administrator, as far as anybody holds them, must each have an access review that " +
			"covers active and eligible holders (not guests or inactive users only), recurs at least every three months, has begun or will within three, goes on, and names " +
			"reviewers: without any, each holder reviews themself. Partial when a review misses one half of the holders, when its only reviewer holds " +
			"the role and so reviews themself, or when other Tier 0 roles are reviewed. Whether the rounds are finished is CTL-20's question; " +
			"members of a group that holds the role are reviewed with the group's own reviews, which are not judged.",
		Remediation: model.Remediation{
			Summary: "Create an access review for each of the two roles, and then for every Tier 0 role: all users and groups, active and eligible, every " +
				"three months without end, with two reviewers who do not depend on each other, and let undecided access be removed.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Access reviews > New",
			Graph:      "POST /identityGovernance/accessReviews/definitions (resourceScopes /roleManagement/directory/roleDefinitions/{id}, recurrence absoluteMonthly 3)",
			PowerShell: "New-MgIdentityGovernanceAccessReviewDefinition -BodyParameter @{...}",
		},
		References: model.References{CIS: []string{"5.3.3"}, NIST80053: []string{"AC-2", "AC-6(7)"}, ISO27001: []string{"A.5.18"},
			ZTA: []string{"21855"}, Docs: []string{"https://learn.microsoft.com/graph/accessreviews-scope-concept",
				"https://learn.microsoft.com/graph/accessreviews-reviewers-concept"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, model.AccessReviews},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		if directory.Licensed() == model.False {
			return assess.Fail("Access reviews of roles are not licensed (no Entra ID P2 or Governance), so nothing asks whether a role is still needed."), nil
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		reviews := assess.Rows(p, model.AccessReviews)
		words := assess.Words{One: "Tier 0 role", Many: "Tier 0 roles",
			Good: "are reviewed at least every three months", Bad: "are not reviewed in full every three months"}
		all := p.Tally(words)
		words.One, words.Many = "highest role", "highest roles"
		highest := p.Tally(words)
		for _, role := range tier0.Roles() {
			j := judgeReviews(p, role, tier0, reviews)
			all.Add(j)
			if kit.Critical(role.ID) {
				highest.Add(j)
			}
		}
		v := highest.Every()
		if v.Status() != model.StatusFail {
			return v, nil
		}
		if some := all.Some(); some.Status() != model.StatusFail {
			return some.AtMost(model.StatusPartial, "Some Tier 0 roles are reviewed every three months, but not both Global and Privileged Role Administrator."), nil
		}
		return v, nil
	},
}

// judgeReviews says how well the reviews that speak of a role do.
func judgeReviews(p *assess.Pass, role principals.Role, tier0 principals.View, reviews model.Rows[model.AccessReview]) assess.Judgement {
	j := assess.Judgement{Ref: model.Ref{Kind: "role", ID: role.ID, Name: role.Name}, Exempt: model.False, Detail: "no access review names it"}
	holds := func(user string) model.Truth {
		return model.Of(slices.ContainsFunc(tier0.Holdings, func(h principals.Holding) bool {
			return model.SameID(h.Role.ID, role.ID) && model.SameID(h.Principal.ID, user)
		}))
	}
	none := halves{model.False, model.False}
	if reviews.Coverage().State != model.Complete {
		none = halves{} // there may be others
	}
	full, sound := none, none
	var said []string
	for review := range reviews.All() {
		active, eligible := covers(review.Scope, role.ID)
		if model.Or(active, eligible) == model.False {
			continue
		}
		live, recurs, named, independent := goesOn(review.Status), often(p, review.Settings), hasReviewers(review), othersReview(review, holds)
		sound.add(active, eligible, model.And(live, recurs, named))
		full.add(active, eligible, model.And(live, recurs, named, independent))
		said = append(said, fault(&j, review, []aspect{
			{live, "/status", review.Status, "has ended"},
			{recurs, "/settings/recurrence", nil, "does not recur at least every three months from now on"},
			{named, "/reviewers", review.Reviewers, "names no reviewer, so that holders review themselves"},
			{model.And(active, eligible), "/scope", nil, "covers only active or only eligible holders"},
			{independent, "/reviewers", review.Reviewers, "has a single reviewer, who holds the role"},
		}))
	}
	j.Met, j.Half = model.And(full.active, full.eligible), model.Or(sound.active, sound.eligible)
	if said != nil {
		j.Detail = strings.Join(said, "; ")
	}
	return j
}

// halves says whether the active and the eligible holders are reviewed.
type halves struct{ active, eligible model.Truth }

func (h *halves) add(active, eligible, good model.Truth) {
	h.active, h.eligible = model.Or(h.active, model.And(good, active)), model.Or(h.eligible, model.And(good, eligible))
}

type aspect struct {
	good  model.Truth
	at    string
	value any
	fault string
}

// fault says what is the first thing wrong with a review, or not known about it,
// and points at it.
func fault(j *assess.Judgement, review model.AccessReview, aspects []aspect) string {
	for _, wanted := range []model.Truth{model.False, model.Unknown} {
		for _, a := range aspects {
			if a.good != wanted {
				continue
			}
			j.Ref = j.Ref.With(review.Evidence(a.at, a.value))
			if wanted == model.Unknown {
				return fmt.Sprintf("%s: the export does not say whether it %s", review.DisplayName, a.fault)
			}
			return fmt.Sprintf("%s %s", review.DisplayName, a.fault)
		}
	}
	j.Ref = j.Ref.With(review.Evidence("/scope", nil))
	return fmt.Sprintf("reviewed by %s", review.DisplayName)
}

// goesOn reads the state of a series; a one-time review is judged by [often].
// Source: learn.microsoft.com/graph/api/resources/accessreviewscheduledefinition.
func goesOn(status model.Field[string]) model.Truth {
	return model.Fold(status, unknown, unknown, func(s string) model.Truth {
		switch s {
		case "Completed":
			return model.False
		case "Initializing", "NotStarted", "Starting", "InProgress", "Completing", "AutoReviewing", "AutoReviewed":
			return model.True
		}
		return model.Unknown
	})
}

// often says whether the review recurs at least every three months, and will do
// so again. A review without a recurrence is held once.
func often(p *assess.Pass, settings model.Field[model.AccessReviewSettings]) model.Truth {
	never := func() model.Truth { return model.False }
	return model.Fold(settings, unknown, unknown, func(s model.AccessReviewSettings) model.Truth {
		return model.Fold(s.Recurrence, unknown, never, func(r model.Recurrence) model.Truth {
			return model.And(
				model.Fold(r.Pattern, unknown, never, quarterly),
				model.Fold(r.Range, unknown, unknown, func(r model.RecurrenceRange) model.Truth { return model.And(begins(p, r), unfinished(p, r)) }))
		})
	})
}

// longest is how many units of a pattern make three months.
// Source: learn.microsoft.com/graph/api/resources/recurrencepattern.
var longest = map[string]int{"daily": 92, "weekly": 13, "absoluteMonthly": 3, "relativeMonthly": 3, "absoluteYearly": 0, "relativeYearly": 0}

func quarterly(r model.RecurrencePattern) model.Truth {
	return model.Fold(r.Type, unknown, unknown, func(kind string) model.Truth {
		most, known := longest[kind]
		return model.Fold(r.Interval, unknown, unknown, func(n int) model.Truth {
			if !known || n < 1 {
				return model.Unknown
			}
			return model.Of(n <= most)
		})
	})
}

// begins says whether the first round is due within three months.
func begins(p *assess.Pass, r model.RecurrenceRange) model.Truth {
	return model.Fold(r.StartDate, unknown, unknown, func(start model.Date) model.Truth { return model.Of(!start.After(p.AsOf().AddDate(0, 3, 0))) })
}

func unfinished(p *assess.Pass, r model.RecurrenceRange) model.Truth {
	return model.Fold(r.Type, unknown, unknown, func(kind string) model.Truth {
		switch kind {
		case "noEnd":
			return model.True
		case "endDate":
			return model.Fold(r.EndDate, unknown, unknown, func(end model.Date) model.Truth { return model.Of(!end.Past(p.AsOf())) })
		case "numbered":
			return model.Fold(r.NumberOfOccurrences, unknown, unknown, func(n int) model.Truth { return model.Of(n > 1) })
		}
		return model.Unknown
	})
}

// reviewerLists are the lists of reviewers: the review's own, or where it has
// none, one for each stage.
func reviewerLists(review model.AccessReview) []model.Field[[]map[string]any] {
	lists := []model.Field[[]map[string]any]{review.Reviewers}
	review.StageSettings.Is(func(stages []model.AccessReviewStage) bool {
		for _, stage := range stages {
			lists = append(lists, stage.Reviewers)
		}
		return true
	})
	return lists
}

// hasReviewers says whether somebody is named; where nobody is, holders review
// themselves.
// Source: learn.microsoft.com/graph/accessreviews-reviewers-concept.
func hasReviewers(review model.AccessReview) model.Truth {
	named := model.False
	if !review.StageSettings.Exported() {
		named = model.Unknown
	}
	for _, list := range reviewerLists(review) {
		named = model.Or(named, list.Is(func(l []map[string]any) bool { return len(l) > 0 }))
	}
	return named
}

// othersReview says whether nobody is the only one to review their own access:
// False when the one reviewer is a user who holds the role.
func othersReview(review model.AccessReview, holds func(user string) model.Truth) model.Truth {
	others := model.False
	var holders []string
	for _, list := range reviewerLists(review) {
		others = model.Or(others, model.Fold(list, unknown, func() model.Truth { return model.False }, func(l []map[string]any) model.Truth {
			other := model.False
			for _, reviewer := range l {
				query, _ := reviewer["query"].(string)
				user, one := strings.CutPrefix(graphPath(query), "/users/")
				switch {
				case query == "", one && strings.ContainsAny(user, "/?"):
					other = model.Or(other, model.Unknown)
				case !one: // a group, managers, owners
					other = model.True
				default:
					other = model.Or(other, holds(user).Not())
					holders = append(holders, user)
				}
			}
			return other
		}))
	}
	slices.Sort(holders)
	if len(slices.Compact(holders)) > 1 {
		return model.True
	}
	return others
}

// covers says whether a review's scope takes in every user who holds the role
// actively, and every one who is eligible.
func covers(scope model.Field[map[string]any], role string) (active, eligible model.Truth) {
	model.Fold(scope, unknown, unknown, func(s map[string]any) model.Truth {
		resources, listed := s["resourceScopes"].([]any)
		if !listed {
			active, eligible = resource(s, role)
			everybody := model.Of(!onlyInactive(s))
			active, eligible = model.And(active, everybody), model.And(eligible, everybody)
			return model.True
		}
		active, eligible = model.False, model.False
		for _, r := range resources {
			a, e := resource(r, role)
			active, eligible = model.Or(active, a), model.Or(eligible, e)
		}
		users := allUsers(s["principalScopes"])
		active, eligible = model.And(active, users), model.And(eligible, users)
		return model.True
	})
	return active, eligible
}

// allUsers says whether one of the principal scopes is every user.
func allUsers(scopes any) model.Truth {
	list, ok := scopes.([]any)
	if !ok {
		return model.Unknown
	}
	users := model.False
	for _, entry := range list {
		scope, _ := entry.(map[string]any)
		query, _ := scope["query"].(string)
		switch path := graphPath(query); {
		case query == "":
			users = model.Or(users, model.Unknown)
		case path == "/users" && !onlyInactive(scope):
			users = model.True
		}
	}
	return users
}

// onlyInactive knows a scope of users who have not signed in for some time.
func onlyInactive(scope map[string]any) bool {
	kind, _ := scope["@odata.type"].(string)
	_, limited := scope["inactiveDuration"]
	return limited || strings.Contains(strings.ToLower(kind), "inactive")
}

// resource reads what a query of a scope says about the role, in the forms that
// Microsoft documents: the role itself, or the users among its assignments or
// eligibilities.
// Source: learn.microsoft.com/graph/accessreviews-scope-concept.
func resource(scope any, role string) (active, eligible model.Truth) {
	object, _ := scope.(map[string]any)
	query, _ := object["query"].(string)
	path, options, _ := strings.Cut(graphPath(query), "?")
	under, ours := strings.CutPrefix(path, "/rolemanagement/directory/")
	definition, whole := strings.CutPrefix(under, "roledefinitions/")
	switch {
	case query == "":
		return model.Unknown, model.Unknown
	case !ours:
		return model.False, model.False
	case whole && options == "" && !strings.Contains(definition, "/"):
		return model.Of(model.SameID(definition, role)), model.Of(model.SameID(definition, role))
	case under == "roleassignmentscheduleinstances":
		return usersOf(options, role), model.False
	case under == "roleeligibilityscheduleinstances":
		return model.False, usersOf(options, role)
	}
	return model.Unknown, model.Unknown
}

// usersOf says whether a filter selects all users with the role.
func usersOf(options, role string) model.Truth {
	filter := ""
	for option := range strings.SplitSeq(options, "&") {
		if text, ok := strings.CutPrefix(option, "$filter="); ok {
			filter = strings.TrimSuffix(strings.TrimPrefix(text, "("), ")")
		}
	}
	named, all := model.Unknown, model.True
	for _, clause := range strings.Split(filter, " and ") {
		clause = strings.TrimSpace(clause)
		id, isRole := strings.CutPrefix(clause, "roledefinitionid eq '")
		switch {
		case isRole && strings.HasSuffix(id, "'"):
			named = model.Of(model.SameID(strings.TrimSuffix(id, "'"), role))
		case clause == "isof(principal,'microsoft.graph.serviceprincipal')", clause == "isof(principal,'microsoft.graph.group')":
			all = model.False
		case clause != "isof(principal,'microsoft.graph.user')" && clause != "assignmenttype eq 'assigned'":
			all = model.And(all, model.Unknown)
		}
	}
	return model.And(named, all)
}

// graphPath is a query without the service's address and version, in lower case.
func graphPath(query string) string {
	path := strings.ToLower(strings.TrimSpace(query))
	path = strings.TrimPrefix(path, "https://graph.microsoft.com")
	for _, version := range []string{"/v1.0/", "/beta/"} {
		if rest, ok := strings.CutPrefix(path, version); ok {
			path = "/" + rest
		}
	}
	return strings.TrimSuffix(path, "/")
}
