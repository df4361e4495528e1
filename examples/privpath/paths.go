package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/model"
)

func pathsCommand(ctx context.Context, args []string, s streams) error {
	set := flags("paths", "[PATH…]", s)
	format := set.String("format", "text", "text, json or dot (Graphviz)")
	declarations := set.String("declarations", "", "read the owner's declarations from this `file`, instead of the export's own")
	from := set.String("from", "", "only ways that start at the principal with this id or (part of a) `name`")
	blast := set.String("blast", "", "list everything that the compromise of this principal or device (id or full `name`) gives")
	newVeil := addRedactFlags(set)
	exports, err := parse(set, args)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"text", "json", "dot"}, *format) {
		return usageError{fmt.Errorf("there is no format %q; the formats are text, json, dot", *format)}
	}
	veil, err := newVeil()
	if err != nil {
		return err
	}
	src, closeSource, err := open(exports, *declarations)
	if err != nil {
		return err
	}
	defer closeSource()
	var graph *facts.PrivilegePaths
	result, err := assess.Run(ctx, veil.over(src), []*assess.Control{pathsOnly(&graph)}, assess.Options{MaxMemoryBytes: memoryBound(), Permission: graphsource.Permission})
	if err != nil {
		return err
	}
	if failed := result.Findings[0]; failed.Reason == model.ControlError {
		return fmt.Errorf("%s", failed.Summary)
	}
	redactor, err := veil.redactor(result)
	if err != nil {
		return err
	}
	if *blast != "" {
		return blastRadius(s, graph, *blast, *format, redactor)
	}
	elsewhere := func(p model.Path) bool { return !named(*from, p.From.ID, p.From.Name) }
	result.Paths = slices.DeleteFunc(result.Paths, elsewhere)
	for i := range result.Lockouts {
		result.Lockouts[i].Paths = slices.DeleteFunc(result.Lockouts[i].Paths, elsewhere)
	}
	result = hidden(redactor, result)
	switch *format {
	case "json":
		return encode(s, pathsDocument{result.Paths, result.Tier0, result.ChokePoints, result.Cut, result.Lockouts})
	case "dot":
		return report.PathsDOT(s.out, result)
	}
	return report.Paths(s.out, result, report.Options{Color: s.outTTY})
}

// pathsDocument is what the command writes as JSON: the same parts, under the
// same names, as in an assessment.
type pathsDocument struct {
	Paths       []model.Path        `json:"paths"`
	Tier0       []model.Tier0Member `json:"tier0"`
	ChokePoints []model.ChokePoint  `json:"chokePoints"`
	Cut         *model.Cut          `json:"cut"`
	Lockouts    []model.Lockout     `json:"lockouts"`
}

// blastDocument is what -blast writes as JSON.
type blastDocument struct {
	From    model.PrincipalRef   `json:"from"`
	Reached []model.PrincipalRef `json:"reached"`
}

func blastRadius(s streams, graph *facts.PrivilegePaths, wanted, format string, redactor *redact.Redactor) error {
	from, reached, ok := graph.Blast(wanted)
	if !ok {
		return fmt.Errorf("%s leads nowhere: no way into Tier 0 uses it, and none may", wanted)
	}
	document := hidden(redactor, blastDocument{from, reached})
	if format == "json" {
		return encode(s, document)
	}
	from, reached = document.From, document.Reached
	fmt.Fprintf(s.out, "Whoever controls %s %s surely gets, on the ways to Tier 0:\n", from.Kind, report.Inert(from.Name))
	for _, r := range reached {
		fmt.Fprintf(s.out, "  %-18s %s\n", r.Kind, report.Inert(r.Name))
	}
	return nil
}

func encode(s streams, v any) error {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// pathsOnly builds the privilege graph and judges nothing: the assessment's
// sections are what the command shows.
func pathsOnly(graph **facts.PrivilegePaths) *assess.Control {
	return &assess.Control{
		ControlInfo: model.ControlInfo{ID: "PATHS", Title: "Paths", Pillar: model.Foundation, Level: model.Managed, Severity: model.Info,
			Domain: model.DomainPrivilege, Rationale: "The paths section.", Decides: "Never.",
			Remediation: model.Remediation{Summary: "None."}, Statuses: []model.Status{model.StatusUnknown}},
		Requires: []assess.Dependency{facts.Paths},
		Run: func(p *assess.Pass) (assess.Verdict, error) {
			var err error
			*graph, err = assess.Value(p, facts.Paths)
			return assess.Unknown(model.NothingToJudge, "The paths section says it."), err
		},
	}
}
