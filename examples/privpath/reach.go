package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
)

func reachCommand(ctx context.Context, args []string, s streams) error {
	set := flags("reach", "[PATH…]", s)
	format := set.String("format", "text", "text or json")
	declarations := set.String("declarations", "", "read the owner's declarations from this `file`, instead of the export's own")
	principal := set.String("principal", "", "only the holder with this id or (part of a) `name`")
	role := set.String("role", "", "only the role with this id or (part of a) `name`")
	explainIt := set.Bool("explain", false, "print each way step by step, with the policies that did not stop it")
	newVeil := addRedactFlags(set)
	paths, err := parse(set, args)
	if err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return usageError{fmt.Errorf("there is no format %q; the formats are text, json", *format)}
	}
	veil, err := newVeil()
	if err != nil {
		return err
	}
	src, closeSource, err := open(paths, *declarations)
	if err != nil {
		return err
	}
	defer closeSource()
	result, err := assess.Run(ctx, veil.over(src), []*assess.Control{jobs.ReachOnly}, assess.Options{MaxMemoryBytes: memoryBound(), Permission: graphsource.Permission})
	if err != nil {
		return err
	}
	if failed := result.Findings[0]; failed.Reason == model.ControlError {
		return fmt.Errorf("%s", failed.Summary)
	}
	result.Reach = slices.DeleteFunc(result.Reach, func(r model.Reach) bool {
		return !named(*principal, r.Principal.ID, r.Principal.Name) || !named(*role, r.Role.ID, r.Role.Name)
	})
	if len(result.Reach) == 0 {
		return fmt.Errorf("no holding of a Tier 0 role matches; %s", nothingToReach(result))
	}
	if result, err = veil.redact(result); err != nil {
		return err
	}
	switch {
	case *format == "json":
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(result.Reach)
	case *explainIt:
		return report.ReachExplained(s.out, result, report.Options{Color: s.outTTY})
	}
	return report.ReachMatrix(s.out, result, report.Options{Color: s.outTTY})
}

func named(wanted, id, name string) bool {
	return wanted == "" || strings.EqualFold(wanted, id) || strings.Contains(strings.ToLower(name), strings.ToLower(wanted))
}

// nothingToReach says why there may be no holding at all.
func nothingToReach(a *model.Assessment) string {
	if remedy := a.Findings[0].Remedy; remedy != "" {
		return remedy
	}
	return "`privpath assess` lists the principals that the export holds"
}
