package model

import (
	"encoding/json"
	"strings"
	"time"
)

// Date is a calendar date, YYYY-MM-DD, or a full RFC 3339 time. An expiry date
// includes its whole day, in UTC.
type Date struct{ time.Time }

// UnmarshalText reads either form.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		t, err = time.Parse(time.RFC3339, string(text))
	}
	d.Time = t.UTC()
	return err
}

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Format(time.DateOnly)), nil }

// UnmarshalJSON reads either form.
func (d *Date) UnmarshalJSON(data []byte) error { return unquote(data, d.UnmarshalText) }

// MarshalJSON writes YYYY-MM-DD.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(`"` + d.Format(time.DateOnly) + `"`), nil }

// Past reports whether the whole day lies before t.
func (d Date) Past(t time.Time) bool { return !d.AddDate(0, 0, 1).After(t) }

// Blank reports whether a text of a declaration says nothing: an owner of blanks is
// nobody.
func Blank(text string) bool { return strings.TrimSpace(text) == "" }

// Declarations are the owner's own statements: what no Graph call can tell.
// Nothing in them turns a decided fail into a pass.
type Declarations struct {
	Object           `json:"-"`
	Version          Field[int]              `json:"version,omitzero"`
	BreakGlass       Field[[]BreakGlass]     `json:"breakGlass,omitzero"`
	PAW              Field[PAWRule]          `json:"paw,omitzero"`
	TrustedLocations Field[[]string]         `json:"trustedLocations,omitzero"`
	Tier0            Field[Tier0Declaration] `json:"tier0,omitzero"`
	AdminOwners      Field[[]AdminOwner]     `json:"adminOwners,omitzero"`
	Standing         Field[[]StandingGrant]  `json:"standing,omitzero"`
	Exceptions       Field[[]Exception]      `json:"exceptions,omitzero"`
	Attestations     Field[[]Attestation]    `json:"attestations,omitzero"`
	AdminNaming      Field[string]           `json:"adminNaming,omitzero"`
	WorkingHours     Field[WorkingHours]     `json:"workingHours,omitzero"`
	// Comment is for people. Suggestions are a program's guesses for the owner to
	// check and move to where they count; no control reads either.
	Comment     []string     `json:"$comment,omitempty"`
	Suggestions *Suggestions `json:"suggestions,omitempty"`
}

// Suggestions are guesses, each with what it rests on. They are not statements.
type Suggestions struct {
	BreakGlass       []Suggestion        `json:"breakGlass,omitempty"`
	DeviceFilter     []Suggestion        `json:"deviceFilter,omitempty"`
	TrustedLocations []Suggestion        `json:"trustedLocations,omitempty"`
	AdminOwners      []OwnerSuggestion   `json:"adminOwners,omitempty"`
	Standing         []Suggestion        `json:"standing,omitempty"`
	Attestations     []AttestationNeeded `json:"attestations,omitempty"`
}

// Suggestion is one guess: the value, and why it was guessed.
type Suggestion struct {
	Value string `json:"value"`
	Name  string `json:"name,omitempty"`
	Why   string `json:"why"`
}

// OwnerSuggestion guesses whose account an administrator's account is.
type OwnerSuggestion struct {
	AdminID string `json:"adminId"`
	OwnerID string `json:"ownerId"`
	Why     string `json:"why"`
}

// AttestationNeeded is a control that only a statement can settle.
type AttestationNeeded struct {
	Control string `json:"control"`
	Asks    string `json:"asks"`
}

// MaxBreakGlass is how many accounts count as break glass. Microsoft asks for
// two or more; beyond four, "emergency access" is standing access by another
// name, and undeclared candidates beyond that number cannot all be excused.
const MaxBreakGlass = 4

// BreakGlass declares an emergency access account by its user object id.
type BreakGlass struct {
	ID   Field[string] `json:"id,omitzero"`
	Note string        `json:"note,omitempty"`
}

// PAWRule says how a privileged access workstation is recognised: by a device
// filter, by groups, or by device object ids.
type PAWRule struct {
	DeviceFilter Field[string]   `json:"deviceFilter,omitzero"`
	GroupIDs     Field[[]string] `json:"groupIds,omitzero"`
	DeviceIDs    Field[[]string] `json:"deviceIds,omitzero"`
	FormFactor   Field[string]   `json:"formFactor,omitzero"`
}

// Tier0Declaration changes the set that counts as Tier 0. Roles are template ids.
type Tier0Declaration struct {
	AddRoles             []string `json:"addRoles,omitempty"`
	RemoveRoles          []string `json:"removeRoles,omitempty"`
	AddGroups            []string `json:"addGroups,omitempty"`
	AddServicePrincipals []string `json:"addServicePrincipals,omitempty"`
}

// AdminOwner says which person an admin account belongs to.
type AdminOwner struct {
	AdminID string `json:"adminId"`
	OwnerID string `json:"ownerId"`
}

// StandingGrant is an accepted permanent assignment.
type StandingGrant struct {
	PrincipalID string `json:"principalId"`
	RoleID      string `json:"roleId"`
	Reason      string `json:"reason"`
	Owner       string `json:"owner"`
	Expires     Date   `json:"expires"`
}

// Exception is an accepted risk: it turns fail into partial until it expires.
type Exception struct {
	Control     string `json:"control"`
	PrincipalID string `json:"principalId,omitempty"`
	Reason      string `json:"reason"`
	Owner       string `json:"owner"`
	ApprovedBy  string `json:"approvedBy,omitempty"`
	Expires     Date   `json:"expires"`
}

// Counts reports whether an exception is complete, and has not expired by t.
func (e Exception) Counts(t time.Time) bool {
	return !Blank(e.Owner) && !Blank(e.Reason) && !e.Expires.IsZero() && !e.Expires.Past(t)
}

// Attestation is a dated statement about something no export shows.
type Attestation struct {
	Control   string   `json:"control"`
	Statement string   `json:"statement"`
	Owner     string   `json:"owner"`
	Evidence  []string `json:"evidence,omitempty"`
	Performed Date     `json:"performed"`
	Expires   Date     `json:"expires"`
}

// WorkingHours is when admins normally work. From and To are HH:MM.
type WorkingHours struct {
	Timezone string   `json:"timezone"`
	Days     []string `json:"days"`
	From     string   `json:"from"`
	To       string   `json:"to"`
}

func unquote(data []byte, read func([]byte) error) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	return read([]byte(text))
}
