package model

import (
	"fmt"
	"time"
)

// State says how much of a data set was read. The zero value is Absent.
type State uint8

// The states of a data set, from worst to best.
const (
	Absent State = iota
	Partial
	Complete
)

// String gives the word used in a manifest: missing, partial or complete.
func (s State) String() string {
	switch s {
	case Complete:
		return "complete"
	case Partial:
		return "partial"
	}
	return "missing"
}

// MarshalText writes the manifest's word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the manifest's word.
func (s *State) UnmarshalText(text []byte) error {
	for _, state := range []State{Absent, Partial, Complete} {
		if string(text) == state.String() {
			*s = state
			return nil
		}
	}
	return fmt.Errorf("%q is not a state of a data set", text)
}

// Reason says why something is not known.
type Reason string

// The reasons for missing or partial data and for undecided findings.
const (
	NotCollected       Reason = "notCollected"
	PermissionDenied   Reason = "permissionDenied"
	NotLicensed        Reason = "notLicensed"
	Truncated          Reason = "truncated"
	Throttled          Reason = "throttled"
	Malformed          Reason = "malformed"
	NotInAPI           Reason = "notInAPI"
	Stale              Reason = "stale"
	ReasonNotAttested  Reason = "notAttested"
	ReasonExpired      Reason = "attestationExpired"
	ControlError       Reason = "controlError"
	Unresolved         Reason = "unresolved"
	NothingToJudge     Reason = "nothingToJudge"
	UnknownValue       Reason = "unknownValue"
	CapabilityUnbought Reason = "capabilityNotLicensed"
)

// Coverage says how much of a data set was read and, where that is not all of
// it, why. From and To bound a windowed data set (sign-ins, audits), in UTC.
type Coverage struct {
	State    State
	Reason   Reason
	Detail   string
	From, To time.Time
}

// Worst is the weaker of two coverages; on a tie the receiver's.
func (c Coverage) Worst(other Coverage) Coverage {
	if other.State < c.State {
		return other
	}
	return c
}

// Gap is one thing that a verdict would have needed: a data set, or one object
// in it, with the reason why it is not known and what would settle it.
type Gap struct {
	Dataset string
	Reason  Reason
	Detail  string
}

// Location is where in the export a record was read: data set, file, and the
// JSON pointer (RFC 6901) of the record inside that file.
type Location struct {
	Dataset, File, Pointer string
}
