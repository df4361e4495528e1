package assess

import (
	"slices"

	"github.com/privpath/privpath/model"
)

// The numbers behind maturity and score, on one screen and apart from the
// verdicts.

// weights is how much a control counts by severity.
var weights = map[model.Severity]float64{model.Critical: 8, model.High: 5, model.Medium: 3, model.Low: 1}

// credits is how much of its weight a status earns. Not applicable leaves both
// sums; every other status earns nothing.
var credits = map[model.Status]float64{model.StatusPass: 1, model.StatusPartial: 0.5}

// nonGateShare is the credit that a level's other controls must earn together.
const nonGateShare = 0.80

// domainWeights are the question counts of the Quick Assessment's domains.
var domainWeights = map[model.Domain]float64{
	model.DomainIdentity: 5, model.DomainAuthentication: 5, model.DomainPrivilege: 5,
	model.DomainExecution: 4, model.DomainCapability: 5, model.DomainValidation: 5,
}

// bands name the percentage, best first, by its lowest value.
var bands = []struct {
	From int
	Name string
}{{91, "Strong"}, {76, "Good"}, {61, "Developing"}, {41, "Poor"}, {0, "Critical"}}

// caps bound the percentage while one of their controls fails.
var caps = []struct {
	Controls []string
	AtMost   int
}{
	{[]string{"ISO-01", "ISO-02"}, 75}, // Tier 0 usable or activatable from an unmanaged device
	{[]string{"CTL-01", "CTL-11"}, 60}, // standing Global Administrators, or Tier 0 without phishing-resistant MFA
}

// provisionalBelow is the coverage (percent) under which a score is provisional.
const provisionalBelow = 60.0

// gates lists, by pillar and level, the controls that must all pass before the
// level is met. A gate that is not part of a run counts as unknown, so leaving
// controls out never confirms a level. CTL-01 stands twice: its partial (only
// Global and Privileged Role Administrator are clean) is enough for level 3.
// CTL-19 also gates Foundation 4: regular access reviews.
var gates = map[model.Pillar]map[model.Level][]string{
	model.Foundation: {
		2: {"FND-01", "FND-02"},
		3: {"FND-05", "FND-07", "FND-09", "FND-14", "FND-19"},
		4: {"FND-15", "CTL-19"},
		5: {"FND-23"},
	},
	model.Control: {
		2: {"CTL-02", "CTL-08"},
		3: {"CTL-01", "CTL-03", "CTL-05"},
		4: {"CTL-01", "CTL-09", "CTL-11", "CTL-14", "CTL-16", "CTL-19"},
		5: {"CTL-24"},
	},
	model.Isolation: {
		2: {"ISO-25"},
		3: {"ISO-07", "ISO-10"},
		4: {"ISO-01", "ISO-02", "ISO-03", "ISO-04", "ISO-05", "ISO-08", "ISO-21", "ISO-22"},
		5: {"ISO-24"},
	},
	model.Operations: {
		2: {"OPS-01"},
		3: {"OPS-02", "OPS-03", "OPS-04", "OPS-05", "OPS-07", "OPS-08", "OPS-11", "OPS-14"},
		4: {"OPS-09", "OPS-10", "OPS-15", "OPS-17"},
		5: {"OPS-20"},
	},
	model.Validation: {
		2: {"VAL-01"},
		3: {"VAL-04", "VAL-05", "VAL-14"},
		4: {"VAL-02", "VAL-10", "VAL-12", "VAL-13"},
		5: {"VAL-17"},
	},
}

// partialMeets lists the levels at which a gate's partial is enough.
var partialMeets = map[string]model.Level{"CTL-01": model.Defined}

// Gates reports whether the control must pass before its pillar meets the level.
func Gates(pillar model.Pillar, level model.Level, control string) bool {
	return slices.Contains(gates[pillar][level], control)
}
