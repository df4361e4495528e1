package validation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

const (
	negativeTestAge = 90 * 24 * time.Hour
	oneDay          = 24 * time.Hour
)

// refusals are the codes with which Conditional Access turns a sign-in away for
// where it comes from: the device is not compliant, not joined, or a policy
// blocks. Codes that only ask for more (a second factor) prove nothing.
// Source: learn.microsoft.com/entra/identity-platform/reference-error-codes.
var refusals = []string{"53000", "53001", "53003"}

var val13 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-13", Title: "A negative test shows that the wall stands",
		Pillar: model.Validation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P1", Domain: model.DomainValidation, Since: "0.1.0",
		Bullets: []model.Bullet{"V5"}, Gaps: []model.GapTag{"G1"},
		Rationale: "Nobody knows that administrators are kept off ordinary devices until one of them tries. A test that nobody logged, or a refusal that nobody meant, shows little.",
		Decides: "The owner attests (VAL-13) a test within 90 days: an administrator tried to sign in from a device that is no workstation, and was refused. The log must show it: a sign-in of a user with a Tier 0 role, " +
			"within a day of the test, from a device that is no workstation, refused with error 53000, 53001 or 53003. Without that trace it is partial; logs are kept for 30 days, so repeat the test each month to keep the trace.",
		Remediation: model.Remediation{
			Summary:    "From an ordinary device, sign in to the Entra admin center with an administrator's account; see the refusal in the log; attest it for VAL-13.",
			Portal:     "Entra admin center > Monitoring & health > Sign-in logs > add filter Status Failure, column Error code",
			Graph:      "GET /auditLogs/signIns?$filter=userId eq '{id}' and status/errorCode eq 53003",
			PowerShell: "Get-MgAuditLogSignIn -Filter \"userId eq '{id}' and status/errorCode eq 53003\"",
		},
		References: model.References{NIST80053: []string{"CA-8"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusUnknown, model.StatusNotAttested,
			model.StatusAttestationExpired},
	},
	Requires: append([]assess.Dependency{facts.Tier0, model.OwnerDeclarations, facts.Activity}, kit.SignInDeviceNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if attested := assess.Attested(p, negativeTestAge); attested.Status() != model.StatusPass {
			return attested, nil
		}
		tests := assess.Attestations(p, negativeTestAge)
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		devices, err := kit.ReadSignInDevices(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "negative test", Many: "negative tests", Good: "left a refusal in the log", Bad: "left none"})
		found := model.False
		if log.SignedIn.Coverage.State != model.Complete || len(tier0.Gaps()) > 0 {
			found = model.Unknown
		}
		ref, detail := model.Ref{Kind: "log", ID: model.SignIns.Name(), Name: "Refused sign-ins"}, "no sign-in from another device was refused on the day of the test"
		see := func(s activity.SignIn, mine model.Truth) {
			fits := model.And(mine, refused(s), devices.Workstation(s.Device).Not(), onTheDay(tests, s.At))
			if fits == model.True && found != model.True {
				ref = ref.With(s.Evidence("/status/errorCode", s.Code))
				detail = fmt.Sprintf("%s was refused on %s with error %s", s.UserName, s.At.Format(time.DateOnly), s.Code)
			}
			found = model.Or(found, fits)
		}
		for _, user := range kit.Users(tier0) {
			for _, s := range log.Of(user.ID) {
				see(s, model.True)
			}
		}
		for _, s := range log.Nameless() {
			see(s, model.Unknown)
		}
		tally.Add(assess.Judgement{Ref: ref, Met: found, Half: model.True, Exempt: model.False, Detail: detail + "; " + log.SignedIn.Text()})
		return tally.Every().Observed(), nil
	},
}

// refused says whether Conditional Access turned the sign-in away.
func refused(s activity.SignIn) model.Truth {
	if s.Code == "" || strings.HasPrefix(s.Code, "<") {
		return model.And(model.Unknown, s.Succeeded.Not())
	}
	return model.Of(slices.Contains(refusals, s.Code))
}

// onTheDay says whether an instant lies within a day of a test.
func onTheDay(tests []model.Attestation, at time.Time) model.Truth {
	if at.IsZero() {
		return model.Unknown
	}
	return model.Of(slices.ContainsFunc(tests, func(a model.Attestation) bool {
		return at.UTC().Truncate(oneDay).Sub(a.Performed.UTC().Truncate(oneDay)).Abs() <= oneDay
	}))
}
