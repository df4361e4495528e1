package model

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var truths = []Truth{Unknown, False, True}

// bools lists what a truth can turn out to be.
func bools(t Truth) []bool {
	switch t {
	case True:
		return []bool{true}
	case False:
		return []bool{false}
	}
	return []bool{false, true}
}

// TestKleene holds And, Or and Not to two-valued logic: the result is Unknown
// exactly when the operands can still turn out to give either answer.
func TestKleene(t *testing.T) {
	both := func(f func(a, b bool) bool, a, b Truth) Truth {
		seen := map[bool]bool{}
		for _, x := range bools(a) {
			for _, y := range bools(b) {
				seen[f(x, y)] = true
			}
		}
		if len(seen) == 2 {
			return Unknown
		}
		return Of(seen[true])
	}
	for _, a := range truths {
		require.Equal(t, both(func(x, _ bool) bool { return !x }, a, True), a.Not())
		for _, b := range truths {
			require.Equal(t, both(func(x, y bool) bool { return x && y }, a, b), And(a, b), "%v and %v", a, b)
			require.Equal(t, both(func(x, y bool) bool { return x || y }, a, b), Or(a, b), "%v or %v", a, b)
			require.Equal(t, And(a, b).Not(), Or(a.Not(), b.Not()), "De Morgan")
		}
	}
	require.Equal(t, True, And())
	require.Equal(t, False, Or())
	var zero Truth
	require.Equal(t, Unknown, zero)
}

func TestFieldStates(t *testing.T) {
	type row struct {
		On    Field[bool]      `json:"on,omitzero"`
		Names Field[[]string]  `json:"names,omitzero"`
		At    Field[time.Time] `json:"at,omitzero"`
	}
	tests := []struct {
		name, text        string
		isTrue, null      Truth
		exported, listHas Truth
	}{
		{"not exported", `{}`, Unknown, Unknown, False, Unknown},
		{"null", `{"on":null,"names":null}`, False, True, True, False},
		{"true", `{"on":true,"names":["a"]}`, True, False, True, True},
		{"false", `{"on":false,"names":[]}`, False, False, True, False},
		{"cut at a depth limit", `{"on":"System.Object[]","names":"a b c"}`, Unknown, Unknown, False, Unknown},
		{"an object for a value", `{"on":{},"names":{"a":1}}`, Unknown, Unknown, False, Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r row
			require.NoError(t, json.Unmarshal([]byte(tt.text), &r))
			require.Equal(t, tt.isTrue, r.On.Is(func(on bool) bool { return on }))
			require.Equal(t, tt.null, r.On.Null())
			require.Equal(t, tt.exported, Of(r.On.Exported()))
			require.Equal(t, tt.listHas, r.Names.Is(func(l []string) bool { return len(l) == 1 && l[0] == "a" }))
			require.NotEqual(t, True, r.At.Is(func(time.Time) bool { return true }))
		})
	}
}

func TestFlagSet(t *testing.T) {
	for text, want := range map[string]FlagSet{
		`"deviceCodeFlow,authenticationTransfer"`: {"deviceCodeFlow", "authenticationTransfer"},
		`" none , x"`:        {"none", "x"},
		`["deviceCodeFlow"]`: {"deviceCodeFlow"},
		`""`:                 {},
	} {
		var got FlagSet
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		require.Equal(t, want, got, text)
	}
}

func TestDatePast(t *testing.T) {
	var d Date
	require.NoError(t, json.Unmarshal([]byte(`"2026-11-20"`), &d))
	require.False(t, d.Past(time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC)), "an expiry date includes its day")
	require.True(t, d.Past(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)))
	require.Error(t, json.Unmarshal([]byte(`"20/11/2026"`), &d))
}
