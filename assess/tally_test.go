package assess

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

// The oracle for tallies spells out every way in which the judgements could turn
// out (each unknown either way, every choice of up to model.MaxBreakGlass open
// exemptions, up to two subjects more where there is a gap) and asks the rule of
// complete knowledge. All the same: that; else unknown.

type known struct {
	met, half, critical bool
}

func completions(all []Judgement, gap bool) [][]known {
	worlds := [][]known{nil}
	exempted := []int{0}
	for _, j := range all {
		var next [][]known
		var count []int
		for i, w := range worlds {
			for _, exempt := range either(j.Exempt) {
				if exempt {
					if n := exempted[i]; j.Exempt == model.True || n < model.MaxBreakGlass {
						extra := 0
						if j.Exempt == model.Unknown {
							extra = 1
						}
						next, count = append(next, w), append(count, n+extra)
					}
					continue
				}
				for _, met := range either(j.Met) {
					for _, half := range either(j.Half) {
						if met && !half {
							continue
						}
						next = append(next, append(append([]known(nil), w...), known{met, half, j.Critical}))
						count = append(count, exempted[i])
					}
				}
			}
		}
		worlds, exempted = next, count
	}
	if !gap {
		return worlds
	}
	all2 := worlds
	for range 2 {
		for _, w := range append([][]known(nil), all2...) {
			for _, more := range []known{{true, true, false}, {false, false, true}, {false, false, false}} {
				all2 = append(all2, append(append([]known(nil), w...), more))
			}
		}
	}
	for _, w := range worlds { // and very many more
		crowd := append([]known(nil), w...)
		for range 60 {
			crowd = append(crowd, known{true, true, false})
		}
		all2 = append(all2, crowd)
	}
	return all2
}

func either(t model.Truth) []bool {
	switch t {
	case model.True:
		return []bool{true}
	case model.False:
		return []bool{false}
	}
	return []bool{true, false}
}

func oracle(all []Judgement, gap bool, rule func([]known) model.Status) model.Status {
	status := model.Status("")
	for _, w := range completions(all, gap) {
		switch s := rule(w); {
		case status == "":
			status = s
		case status != s:
			return model.StatusUnknown
		}
	}
	return status
}

func everyRule(w []known) model.Status {
	status := model.StatusPass
	for _, k := range w {
		if !k.half {
			return model.StatusFail
		}
		if !k.met {
			status = model.StatusPartial
		}
	}
	if len(w) == 0 {
		return model.StatusUnknown
	}
	return status
}

func someRule(w []known) model.Status {
	status := model.StatusFail
	for _, k := range w {
		if k.met {
			return model.StatusPass
		}
		if k.half {
			status = model.StatusPartial
		}
	}
	return status
}

func shareRule(w []known) model.Status {
	met := 0
	for _, k := range w {
		if k.critical && !k.half {
			return model.StatusFail
		}
		if k.met {
			met++
		}
	}
	switch {
	case len(w) == 0:
		return model.StatusUnknown
	case met == len(w):
		return model.StatusPass
	case met*10 >= len(w)*8:
		return model.StatusPartial
	}
	return model.StatusFail
}

var countBands = []Band{{2, 4, model.StatusPass}, {5, 6, model.StatusPartial}, {1, 1, model.StatusPartial}}

func countRule(w []known) model.Status {
	n := 0
	for _, k := range w {
		if k.met {
			n++
		}
	}
	switch {
	case n >= 2 && n <= 4:
		return model.StatusPass
	case n == 1, n == 5, n == 6:
		return model.StatusPartial
	}
	return model.StatusFail
}

func TestTalliesEqualTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := rapid.SampledFrom([]model.Truth{model.True, model.True, model.False, model.Unknown})
		gap := rapid.Bool().Draw(t, "gap")
		p := &Pass{gaps: map[model.Gap]bool{}}
		if gap {
			p.gaps[model.Gap{Dataset: "users"}] = true
		}
		tally := p.Tally(Words{One: "thing", Many: "things", Good: "are good", Bad: "are bad"})
		for range rapid.IntRange(0, 6).Draw(t, "subjects") {
			tally.Add(Judgement{
				Met: truth.Draw(t, "met"), Half: truth.Draw(t, "half"), Critical: rapid.Bool().Draw(t, "critical"),
				Exempt: rapid.SampledFrom([]model.Truth{model.False, model.False, model.True, model.Unknown}).Draw(t, "exempt"),
			})
		}
		require.Equal(t, oracle(tally.all, gap, everyRule), tally.Every().Status(), "Every")
		require.Equal(t, oracle(tally.all, gap, someRule), tally.Some().Status(), "Some")
		require.Equal(t, oracle(tally.all, gap, shareRule), tally.Share(0.8).Status(), "Share")
		require.Equal(t, oracle(tally.all, gap, countRule), tally.Count(countBands...).Status(), "Count")
	})
}
