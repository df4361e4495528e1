package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/model"
)

// graphVerdict is Graph's word on one policy.
type graphVerdict struct {
	ID              string `json:"id"`
	DisplayName     string `json:"displayName"`
	PolicyApplies   bool   `json:"policyApplies"`
	AnalysisReasons string `json:"analysisReasons"`
}

// crossCheck asks Graph for the same sign-in and prints where the verdicts differ.
func crossCheck(ctx context.Context, src assess.Source, request access.WhatIfRequest, ours access.WhatIfResponse, s streams) error {
	tenant, ok := src.(live.Source)
	if !ok {
		return usageError{fmt.Errorf("-live needs a live tenant")}
	}
	request.AppliedPoliciesOnly = false // a policy that does not apply is a verdict too
	question, err := json.Marshal(request)
	if err != nil {
		return err
	}
	text, err := tenant.Collector.Evaluate(ctx, question)
	if err != nil {
		return err
	}
	var theirs struct{ Value []graphVerdict }
	if err := json.Unmarshal(text, &theirs); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	if err := whatIfText(s.out, ours); err != nil {
		return err
	}
	differences, undecided := compareVerdicts(ours, theirs.Value)
	fmt.Fprintf(s.out, "\nGraph's what-if judged %d policies.\n", len(theirs.Value))
	for _, line := range undecided {
		fmt.Fprintf(s.out, "not decided here: %s\n", report.Inert(line))
	}
	for _, line := range differences {
		fmt.Fprintf(s.out, "DIFFERENT: %s\n", report.Inert(line))
	}
	if len(differences) == 0 {
		fmt.Fprintln(s.out, "No verdict differs.")
		return nil
	}
	return fmt.Errorf("%d verdicts differ from Graph's", len(differences))
}

// compareVerdicts compares policy by policy: what differs, and what is not decided
// by the data although Graph decides it.
func compareVerdicts(ours access.WhatIfResponse, theirs []graphVerdict) (differences, undecided []string) {
	byID := map[string]graphVerdict{}
	for _, v := range theirs {
		byID[model.FoldID(v.ID)] = v
	}
	words := map[bool]string{true: "applies", false: "does not apply"}
	for _, p := range ours.Value {
		name := p.ID
		p.DisplayName.Is(func(text string) bool { name = text; return true })
		graph, judged := byID[model.FoldID(p.ID)]
		delete(byID, model.FoldID(p.ID))
		here := strings.TrimSpace(p.Detail.Applies)
		switch {
		case !judged:
			undecided = append(undecided, name+": Graph gives no verdict")
		case here == model.Unknown.String():
			undecided = append(undecided, name+": Graph says it "+words[graph.PolicyApplies])
		case p.PolicyApplies != graph.PolicyApplies:
			differences = append(differences, fmt.Sprintf("%s: here it %s, in Graph it %s (%s)",
				name, words[p.PolicyApplies], words[graph.PolicyApplies], graph.AnalysisReasons))
		}
	}
	for _, v := range theirs {
		if _, left := byID[model.FoldID(v.ID)]; left {
			differences = append(differences, fmt.Sprintf("%s: Graph says it %s, here it is not known", v.DisplayName, words[v.PolicyApplies]))
		}
	}
	return differences, undecided
}
