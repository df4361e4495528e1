package validation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

const (
	// completeInputs is the share of the needed data sets that must be complete.
	completeInputs = 0.90
	// runInterval is how old the previous run may be.
	runInterval = 100 * day
)

var val16 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-16", Title: "Reproducible evidence pack",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V6"},
		Rationale: "A report that rests on half the data, or that was made once, convinces nobody. Evidence is complete, can be evaluated again, and comes at regular intervals.",
		Decides: "Decided from this run itself: at least 90 % of the data sets that the controls need are complete (those that the tenant has no licence for count as complete), " +
			"the input has a digest, and an earlier assessment of at most 100 days ago was supplied; an older one is partial. " +
			"Missing data, and a run without an earlier assessment to compare with, leave it unknown.",
		Remediation: model.Remediation{
			Summary: "Collect in full, keep the export and the assessment, and supply the previous assessment at the next run (privpath assess -previous FILE).",
			Portal:  "Not in a portal: a job that collects and assesses at least once a quarter",
		},
		References: model.References{NIST80053: []string{"CA-2"}, ISO27001: []string{"A.5.28"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusUnknown},
	},
	// A run of this control alone must not look complete: these are what every
	// full assessment rests on.
	Wants: []assess.Dependency{model.Users, model.Groups, model.GroupMembers, model.ServicePrincipals, model.RoleDefinitions,
		model.RoleAssignments, model.RoleAssignmentSchedule, model.RoleEligibility, model.RolePolicies,
		model.ConditionalAccessPolicies, model.NamedLocations, model.Devices, model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally := p.Tally(assess.Words{One: "part of the evidence", Many: "parts of the evidence",
			Good: "are there", Bad: "fall short"})
		complete, inputs := 0, p.Inputs()
		for _, in := range inputs {
			if in.Status == model.Complete || in.Reason == model.NotLicensed {
				complete++
			}
		}
		whole := model.Unknown // what was not collected can still be
		if len(inputs) > 0 && float64(complete) >= completeInputs*float64(len(inputs)) && p.Tenant().Info().Digest != "" {
			whole = model.True
		}
		tally.Judge(model.Ref{Kind: "evidence", ID: "inputs", Name: "Inputs of this run"}, whole,
			"%d of %d data sets complete, digest %q", complete, len(inputs), p.Tenant().Info().Digest)
		last, ok := latest(p.Previous(), p.AsOf())
		if !ok {
			return assess.Unknown(model.NotCollected, "%d of %d data sets are complete, and no earlier assessment was supplied: give one with privpath assess -previous FILE (Options.Previous).",
				complete, len(inputs)).About(model.Ref{Kind: "evidence", ID: "previous", Name: "Previous run"}), nil
		}
		recent := model.Of(!last.AsOf.Add(runInterval).Before(p.AsOf()))
		tally.Add(assess.Judgement{Ref: model.Ref{Kind: "evidence", ID: "previous", Name: "Previous run"}, Met: recent, Half: model.True, Exempt: model.False,
			Detail: "assessed as of " + last.AsOf.Format(time.DateOnly)})
		return tally.Every(), nil
	},
}

// latest is the last earlier run.
func latest(runs []assess.PreviousRun, asOf time.Time) (last assess.PreviousRun, ok bool) {
	for _, run := range runs {
		if run.AsOf.Before(asOf) && run.AsOf.After(last.AsOf) {
			last, ok = run, true
		}
	}
	return last, ok
}
