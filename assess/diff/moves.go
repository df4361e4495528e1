package diff

import "github.com/privpath/privpath/model"

// Move says what became of something between the old assessment and the new.
type Move string

// The moves. Each but Changed has a mirror, which is the move when old and new
// change places.
const (
	Unchanged Move = "unchanged"
	// Changed: the verdict is as good as it was, but something about it differs.
	Changed Move = "changed"

	// Fixed: it failed, wholly or in part, and now passes or no longer applies; of
	// an object also that it is gone. New is the mirror.
	Fixed Move = "fixed"
	New   Move = "new"
	// Better: it failed and now fails in part. Worse is the mirror.
	Better Move = "better"
	Worse  Move = "worse"
	// Accepted: it failed and now counts as partial because the owner accepted the
	// risk; nothing in the tenant is better. AcceptanceEnded is the mirror.
	Accepted        Move = "accepted"
	AcceptanceEnded Move = "acceptanceEnded"

	// Undecided: it was decided and is not any more. Decided is the mirror: what
	// comes to light may have been there before.
	Undecided Move = "undecided"
	Decided   Move = "decided"

	// Added: it is only in the new assessment. Removed is the mirror.
	Added   Move = "added"
	Removed Move = "removed"

	// Opened: it can be reached and could not, or not for certain. Closed: it could
	// be reached and for certain cannot. The mirror of Opened is Closed, or Undecided
	// where it was not certain.
	Opened Move = "opened"
	Closed Move = "closed"

	// Rose and Fell are moves of a level, a percentage, or of what was read.
	Rose Move = "rose"
	Fell Move = "fell"
)

// Moves lists the moves.
func Moves() []Move {
	return []Move{Unchanged, Changed, Fixed, New, Better, Worse, Accepted, AcceptanceEnded, Undecided, Decided,
		Added, Removed, Opened, Closed, Rose, Fell}
}

// class is what a status means for a comparison.
type class int

const (
	absent class = iota // there is nothing
	open                // not decided
	problem
	good
)

func classOf(s model.Status) class {
	switch s {
	case "":
		return absent
	case model.StatusPass, model.StatusNotApplicable:
		return good
	case model.StatusFail, model.StatusPartial:
		return problem
	}
	return open
}

// statusMove compares two statuses; an empty one says that there is nothing.
// accepted says on which side the owner's acceptance stands behind the status.
func statusMove(from, to model.Status, acceptedBefore, acceptedNow bool) Move {
	if from == to {
		return Unchanged
	}
	before, now := classOf(from), classOf(to)
	switch {
	case now == open && before == open:
		return Changed
	case now == open:
		return Undecided
	case before == open:
		return Decided
	case now == problem && before == problem:
		return withinProblem(from, acceptedBefore, acceptedNow)
	case now == problem:
		return New
	case before == problem:
		return Fixed
	case before == absent:
		return Added
	case now == absent:
		return Removed
	}
	return Changed // from pass to not applicable, or back
}

func withinProblem(from model.Status, acceptedBefore, acceptedNow bool) Move {
	switch {
	case from == model.StatusFail && acceptedNow && !acceptedBefore:
		return Accepted
	case from == model.StatusFail:
		return Better
	case acceptedBefore && !acceptedNow:
		return AcceptanceEnded
	}
	return Worse
}

// reachMove compares two verdicts of reach; an empty one says that nothing is
// there that could reach.
func reachMove(from, to string) Move {
	if from == to {
		return Unchanged
	}
	before, now := free(from), free(to)
	switch {
	case from == "" && (to == model.Blocked || to == model.NoActivation):
		return Added
	case to == "" && (from == model.Blocked || from == model.NoActivation):
		return Removed
	case before == now:
		return Changed // an activation that is not needed is as open as one that anybody passes
	case now == model.True:
		return Opened
	case now == model.Unknown:
		return Undecided
	case before == model.True:
		return Closed
	}
	return Decided
}

// free says whether nothing stops somebody with this verdict.
func free(verdict string) model.Truth {
	switch verdict {
	case model.Reaches, model.NoActivation:
		return model.True
	case model.Blocked, "":
		return model.False
	}
	return model.Unknown
}

// numberMove compares two numbers of which more is better.
func numberMove[T int | float64 | model.Level | model.State](from, to T) Move {
	switch {
	case from < to:
		return Rose
	case from > to:
		return Fell
	}
	return Unchanged
}
