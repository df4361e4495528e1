package access

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// An engine at risk agrees with the oracle as the quiet one does.
func TestAtRiskEqualsOracle(t *testing.T) {
	contexts := 0
	for seed := range 60 {
		r := newRandomTenant(uint64(seed), 1+seed%12)
		e := New(r.build(t), Options{})
		e.thin(r, 1, 1)
		signIn, user := r.pick(RiskLow, RiskMedium, RiskHigh), r.pick(RiskNone, RiskMedium, RiskHigh)
		risky := e.AtRisk(signIn, user)
		h := e.Holdings()[0]
		for _, q := range risky.stepsOf(h) {
			if q.step == StepUse {
				q.region.targets, q.region.platforms = q.region.targets[:2], []string{PlatformIOS, PlatformLinux}
				contexts += compareAll(t, risky, h, risky.answer(q))
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	require.Positive(t, contexts)
}

// A policy for high user risk closes nothing to a quiet sign-in, and everything
// but a new password to a risky one.
func TestAtRisk(t *testing.T) {
	change := `"grantControls":{"operator":"AND","builtInControls":["mfa","passwordChange"],"customAuthenticationFactors":[],"termsOfUse":[],"authenticationStrength":null}`
	s := story{holding: "standing", policies: []string{policyOf(conditions(`"userRiskLevels":["high"]`), change)}}
	for _, test := range []struct {
		user string
		want model.Truth
	}{{RiskNone, model.True}, {RiskMedium, model.True}, {RiskHigh, model.False}} {
		e := New(s.tenant(t), Options{})
		a := e.AtRisk(RiskNone, test.user).Query(e.Holdings()[0], Question{Step: StepUse, Without: []Obligation{PasswordChange}})
		require.Equal(t, test.want, a.Verdict, test.user)
		if a.Certificate != nil {
			require.Equal(t, test.user, a.Certificate.SignIn.UserRisk)
			require.NoError(t, VerifyCertificate(e.Inputs(), *a.Certificate))
		}
		require.Equal(t, model.True, e.Query(e.Holdings()[0], Question{Step: StepUse}).Verdict, "the engine itself stays quiet")
	}
}
