package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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

// comparison is how our verdicts stand to Graph's own.
type comparison struct {
	Judged     int      `json:"policiesJudged"`
	NotDecided []string `json:"notDecidedHere"`
	Different  []string `json:"different"`
}

// crossCheck asks Graph for the same sign-in and compares the verdicts, in names
// that the veil lets through.
func crossCheck(ctx context.Context, src assess.Source, request access.WhatIfRequest, ours access.WhatIfResponse, veil *veil) (*comparison, error) {
	tenant, ok := src.(live.Source)
	if !ok {
		return nil, usageError{fmt.Errorf("-live needs a live tenant")}
	}
	request.AppliedPoliciesOnly = false // a policy that does not apply is a verdict too
	question, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	text, err := tenant.Collector.Evaluate(ctx, question)
	if err != nil {
		return nil, err
	}
	var theirs struct{ Value []graphVerdict }
	if err := json.Unmarshal(text, &theirs); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	for _, v := range theirs.Value { // one that only Graph knows is no name of the tenant that was loaded
		veil.opts.Names = append(veil.opts.Names, v.DisplayName)
	}
	redactor, err := veil.redactor()
	if err != nil {
		return nil, err
	}
	found := comparison{Judged: len(theirs.Value)}
	found.Different, found.NotDecided = compareVerdicts(ours, theirs.Value)
	found = hidden(redactor, found)
	return &found, nil
}

// text shows the comparison, if there was one.
func (c *comparison) text(w io.Writer) error {
	if c == nil {
		return nil
	}
	fmt.Fprintf(w, "\nGraph's what-if judged %d policies.\n", c.Judged)
	for _, line := range c.NotDecided {
		fmt.Fprintf(w, "not decided here: %s\n", report.Inert(line))
	}
	for _, line := range c.Different {
		fmt.Fprintf(w, "DIFFERENT: %s\n", report.Inert(line))
	}
	if len(c.Different) == 0 {
		fmt.Fprintln(w, "No verdict differs.")
	}
	return nil
}

// differs is an error when a verdict differs.
func (c *comparison) differs() error {
	if c == nil || len(c.Different) == 0 {
		return nil
	}
	return fmt.Errorf("%d verdicts differ from Graph's", len(c.Different))
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
