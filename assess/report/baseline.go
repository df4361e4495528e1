package report

import (
	"io"
	"slices"

	"github.com/privpath/privpath/model"
)

// SARIFBaseline writes the SARIF of an assessment with the state of each result
// against an older one: new, updated or unchanged; and the older one's results that
// are there no more. Of these settled says whether they are for certain no results
// any more: they are absent then, and else updated to what is not decided.
func SARIFBaseline(w io.Writer, older, a *model.Assessment, settled func(control string, s model.Subject) bool) error {
	older, a = inert(older), inert(a)
	run := sarifRunOf(a)
	known := map[string][]string{} // of each fingerprint what was said
	for _, f := range older.Findings {
		for _, s := range sarifSubjects(f) {
			known[Fingerprint(f.Control, s)] = append(known[Fingerprint(f.Control, s)], said(f, s))
		}
	}
	setStates(&run, a, known)
	rules := map[string]int{}
	for i, r := range run.Tool.Driver.Rules {
		rules[r.ID] = i
	}
	for _, f := range older.Findings {
		for _, s := range sarifSubjects(f) {
			print := Fingerprint(f.Control, s)
			if !slices.Contains(known[print], said(f, s)) {
				continue // a result of the new assessment stands for it
			}
			known[print] = without(known[print], said(f, s))
			if _, ruled := rules[f.Control]; !ruled {
				rules[f.Control] = len(run.Tool.Driver.Rules)
				run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(f))
			}
			run.Results = append(run.Results, goneResult(f, s, rules[f.Control], settled(f.Control, s), a))
		}
	}
	if slices.ContainsFunc(run.Results, func(r sarifResult) bool { return len(r.Suppressions) > 0 }) {
		for i := range run.Results {
			if run.Results[i].Suppressions == nil { // where one says whether it is suppressed, all must
				run.Results[i].Suppressions = []sarifSuppression{}
			}
		}
	}
	return writeSARIF(w, run)
}

// said is what makes a result the same as before: not the summary, which counts
// the others.
func said(f model.Finding, s model.Subject) string {
	return string(f.Status) + "\x00" + string(s.Status) + "\x00" + s.Detail
}

// setStates gives each result its state, and leaves in known what no result of the
// new assessment stands for. An object may have several results: those that say
// the same are taken first.
func setStates(run *sarifRun, a *model.Assessment, known map[string][]string) {
	type result struct{ print, said string }
	var results []result
	for _, f := range a.Findings {
		for _, s := range sarifSubjects(f) {
			results = append(results, result{Fingerprint(f.Control, s), said(f, s)})
		}
	}
	for i, r := range results {
		if slices.Contains(known[r.print], r.said) {
			known[r.print] = without(known[r.print], r.said)
			run.Results[i].Baseline = "unchanged"
		}
	}
	for i, r := range results {
		switch {
		case run.Results[i].Baseline != "":
		case len(known[r.print]) > 0:
			known[r.print] = known[r.print][1:]
			run.Results[i].Baseline = "updated"
		default:
			run.Results[i].Baseline = "new"
		}
	}
}

// without takes one of the texts away.
func without(list []string, text string) []string {
	i := slices.Index(list, text)
	return slices.Delete(slices.Clone(list), i, i+1)
}

// goneResult is a result of the older assessment that the new one does not have.
func goneResult(f model.Finding, s model.Subject, rule int, settled bool, a *model.Assessment) sarifResult {
	result := sarifResultOf(f, s, rule)
	result.Baseline = "absent"
	if settled {
		return result
	}
	result.Baseline, result.Kind, result.Level = "updated", "open", "none"
	result.Message.Text += " This is no longer decided."
	result.Properties["status"] = model.StatusUnknown
	result.Properties["findingStatus"] = statusIn(a, f.Control)
	return result
}

func statusIn(a *model.Assessment, control string) model.Status {
	for _, f := range a.Findings {
		if f.Control == control {
			return f.Status
		}
	}
	return model.StatusUnknown
}
