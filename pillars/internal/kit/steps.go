package kit

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// BarredBefore judges the steps before the use of a role, by what ask answers
// for each. All of them must be passed, so one that is barred is enough. A
// standing assignment has none; untyped are the assignments that may have been
// activated (see [UntypedAssignments]).
func BarredBefore(h principals.Holding, untyped []model.Evidence, good string, ask func(access.Step) access.Answer) HoldingAnswer {
	var steps []HoldingAnswer
	for _, step := range []access.Step{access.StepJoin, access.StepActivate} {
		if a := ask(step); a.Applicable {
			steps = append(steps, Barred(a, good))
		}
	}
	switch {
	case len(steps) == 0 && h.Permanent != model.Unknown && !mayBeActivated(h, untyped):
		return HoldingAnswer{Aside: true, Detail: "a standing assignment, of which nothing is activated: CTL-01 judges it"}
	case len(steps) == 0:
		return HoldingAnswer{Detail: "whether PIM activated this assignment is not known"}
	}
	best := steps[0]
	for _, s := range steps[1:] {
		if s.grade() > best.grade() {
			best = s
		}
	}
	return best
}

// UntypedAssignments are the active assignments of which the export does not say
// whether they were assigned or activated. The control requires
// model.RoleAssignmentSchedule.
func UntypedAssignments(p *assess.Pass) []model.Evidence {
	var list []model.Evidence
	for row := range assess.Rows(p, model.RoleAssignmentSchedule).All() {
		known := model.Fold(row.AssignmentType, truthUnknown, truthUnknown, func(kind string) model.Truth {
			return model.Of(kind == "Assigned" || kind == "Activated")
		})
		if known != model.True {
			list = append(list, row.Evidence("/endDateTime", nil))
		}
	}
	return list
}

func mayBeActivated(h principals.Holding, untyped []model.Evidence) bool {
	return h.Permanent != model.True && slices.ContainsFunc(untyped, func(e model.Evidence) bool {
		return slices.ContainsFunc(h.Evidence, func(held model.Evidence) bool { return held.File == e.File && held.Pointer == e.Pointer })
	})
}
