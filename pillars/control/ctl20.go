package control

import (
	"fmt"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

const (
	reviewAge = 100 * 24 * time.Hour // a quarter, and some days to apply it
	// mostOpen is the share of decisions that nobody made up to which a review is
	// half finished: one in so many.
	mostOpen = 10
)

var ctl20 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-20", Title: "Access reviews of Tier 0 roles are finished",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2 or Governance", Bullets: []model.Bullet{"C6"},
		Rationale: "A review that nobody answers leaves everything as it is, and still looks like one.",
		Decides: "For every Tier 0 role that somebody holds: some access review of it has a round that ended within 100 days, whose state is Completed, Applying or Applied, and in which every decision was made. " +
			"Partial where at most one decision in ten was not (NotReviewed, or DontKnow, which leaves the access as it is). A round without any decision proves nothing. Whether the reviews are sound is CTL-19's.",
		Remediation: model.Remediation{
			Summary:    "Remind the reviewers, let what is not reviewed be removed, and apply the results by themselves.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Access reviews > (review) > Results",
			Graph:      "GET /identityGovernance/accessReviews/definitions/{id}/instances?$expand=decisions",
			PowerShell: "Get-MgIdentityGovernanceAccessReviewDefinitionInstance -AccessReviewScheduleDefinitionId <id>",
		},
		References: model.References{NIST80053: []string{"AC-6(7)"}, ISO27001: []string{"A.5.18"},
			Docs: []string{"https://learn.microsoft.com/graph/api/resources/accessreviewinstance"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, model.AccessReviews},
	Wants:    []assess.Dependency{model.AccessReviewInstances},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		if directory.Licensed() == model.False {
			return assess.Fail("Access reviews of roles are not licensed (no Entra ID P2 or Governance), so there is none to finish."), nil
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 role", Many: "Tier 0 roles",
			Good: "had a review that was finished within 100 days", Bad: "had none that was finished within 100 days"})
		for _, role := range tier0.Roles() {
			tally.Add(judgeRounds(p, role))
		}
		return tally.Every(), nil
	},
}

// judgeRounds looks for a review of the role of which a recent round was finished.
func judgeRounds(p *assess.Pass, role principals.Role) assess.Judgement {
	j := assess.Judgement{Ref: model.Ref{Kind: "role", ID: role.ID, Name: role.Name}, Met: model.False, Half: model.False, Exempt: model.False,
		Detail: "no access review names it"}
	reviews := assess.Rows(p, model.AccessReviews)
	if reviews.Coverage().State != model.Complete {
		j.Met, j.Half, j.Detail = model.Unknown, model.Unknown, "not every access review was exported"
	}
	for review := range reviews.All() {
		active, eligible := covers(review.Scope, role.ID)
		named := model.Or(active, eligible)
		if named == model.False {
			continue
		}
		r := recentRound(p, review)
		met, half := model.And(named, r.met), model.And(named, r.half)
		if j.Met != model.True {
			j.Detail = review.DisplayName.String() + ": " + r.detail
			j.Ref = j.Ref.With(r.evidence...)
		}
		j.Met, j.Half = model.Or(j.Met, met), model.Or(j.Half, half)
	}
	return j
}

// round is what a round of a review says.
type round struct {
	met, half model.Truth
	detail    string
	evidence  []model.Evidence
}

// recentRound finds the best of the rounds that ended within 100 days.
func recentRound(p *assess.Pass, review model.AccessReview) round {
	rounds, complete := roundsOf(p, review)
	best := round{met: model.False, half: model.False, detail: "no round of it ended within 100 days"}
	if !complete {
		best = round{detail: "its rounds were not exported in full"}
	}
	for _, one := range rounds {
		recent := one.EndDateTime.Is(func(end time.Time) bool { return !end.After(p.AsOf()) && p.AsOf().Sub(end) <= reviewAge })
		if recent == model.False {
			continue
		}
		found := finished(one)
		met, half := model.And(recent, found.met), model.And(recent, found.half)
		if better(met, half) >= better(best.met, best.half) {
			best.detail, best.evidence = found.detail, []model.Evidence{one.Evidence("/endDateTime", one.EndDateTime), one.Evidence("/status", one.Status)}
		}
		best.met, best.half = model.Or(best.met, met), model.Or(best.half, half)
	}
	return best
}

// better ranks what a round says.
func better(met, half model.Truth) int {
	rank := map[model.Truth]int{model.False: 0, model.Unknown: 1, model.True: 2}
	return 3*rank[half] + rank[met]
}

// roundsOf reads a review's rounds: on their own, or expanded in the review.
func roundsOf(p *assess.Pass, review model.AccessReview) (list []model.AccessReviewInstance, complete bool) {
	rows := assess.Rows(p, model.AccessReviewInstances).For(review.ID)
	for row := range rows.All() {
		list = append(list, row)
	}
	if rows.Coverage().State == model.Complete {
		return list, true
	}
	review.Instances.Is(func(expanded []model.AccessReviewInstance) bool {
		if len(expanded) >= len(list) {
			list = expanded
		}
		complete = len(expanded) < expandLimit
		return true
	})
	return list, complete
}

// expandLimit is how many related objects Graph returns with $expand.
const expandLimit = 20

// finished judges a round by its state and its decisions.
// Source: learn.microsoft.com/graph/api/resources/accessreviewinstance, status, and
// accessreviewinstancedecisionitem, decision.
func finished(i model.AccessReviewInstance) round {
	done := model.Fold(i.Status, unknown, unknown, func(s string) model.Truth {
		switch s {
		case "Completed", "Applying", "Applied", "AutoReviewed":
			return model.True
		case "Initializing", "NotStarted", "Starting", "InProgress", "Completing", "AutoReviewing":
			return model.False
		}
		return model.Unknown
	})
	r := round{met: done, half: done, detail: "status " + i.Status.String()}
	if i.Decisions.Exported() && i.Decisions.Null() != model.True {
		open, undecided, total := 0, 0, 0
		i.Decisions.Is(func(list []model.AccessReviewDecision) bool {
			total = len(list)
			for _, d := range list {
				switch decided(d.Decision) {
				case model.False:
					open++
				case model.Unknown:
					undecided++
				}
			}
			return true
		})
		r.detail += fmt.Sprintf(", %d of %d decisions not made", open, total)
		r.met = model.And(done, atMost(open, undecided, 0), model.Or(model.Of(total > 0), model.Unknown))
		r.half = model.And(done, atMost(open, undecided, total/mostOpen), model.Or(model.Of(total > 0), model.Unknown))
		return r
	}
	r.met, r.half = model.And(done, model.Unknown), model.And(done, model.Unknown)
	r.detail += ", its decisions were not exported"
	return r
}

// decided says whether a reviewer decided: who answers that they do not know
// leaves the access as it is.
// Source: learn.microsoft.com/entra/id-governance/perform-access-review.
func decided(f model.Field[string]) model.Truth {
	return model.Fold(f, unknown, unknown, func(decision string) model.Truth {
		switch decision {
		case "Approve", "Deny":
			return model.True
		case "NotReviewed", "DontKnow":
			return model.False
		}
		return model.Unknown
	})
}

// atMost compares a count, and those that may belong to it, with a bound.
func atMost(n, perhaps, most int) model.Truth {
	switch {
	case n > most:
		return model.False
	case n+perhaps <= most:
		return model.True
	}
	return model.Unknown
}
