package access

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEvaluateWithoutPolicies(t *testing.T) {
	d := Evaluate(oTenant{defaults: "false"}.compile(t), oSignIn())
	require.Equal(t, "granted: password", oShow(d))
}
