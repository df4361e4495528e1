package activity

import (
	"time"

	"github.com/privpath/privpath/model"
)

// SignIn is what the joins need of one sign-in. A text that is not known is "",
// a time that is not known is zero.
type SignIn struct {
	model.Object
	At       time.Time
	UserID   string
	UserName string
	AppID    string
	App      string
	// ResourceID and Resource are what the sign-in gave access to.
	ResourceID string
	Resource   string
	Client     string
	IP         string
	Country    string
	// Succeeded says whether the sign-in ended well (error code 0). Code is its
	// error code as text.
	Succeeded model.Truth
	Code      string
	// Interactive says whether a person was asked, and not an application that
	// renewed its token.
	Interactive model.Truth
	Device      Device
	// Policies is what Conditional Access policies did; PoliciesKnown says whether
	// the export holds them.
	Policies      []Applied
	PoliciesKnown bool
}

// Device is the device that a sign-in came from, as the sign-in says it.
type Device struct {
	// ID is the device's deviceId, which is not its object id.
	ID   string
	Name string
	// Identified says whether the device showed an identity: False for one that
	// the directory could not recognise, whatever it calls itself.
	Identified model.Truth
	Managed    model.Truth
	Compliant  model.Truth
}

// Applied is what one policy did in a sign-in: success, failure, notApplied,
// notEnabled, or a reportOnly… result. "" was not exported.
type Applied struct{ Policy, Result string }

// known is a text, "" where it is not known.
func known(f *model.Field[string]) string {
	return model.Fold(*f, nothing, nothing, func(text string) string { return text })
}

func flag(f model.Field[bool]) model.Truth { return f.Is(func(on bool) bool { return on }) }

// Instant is the field's time in UTC, zero where it is not known.
func Instant(f model.Field[time.Time]) time.Time {
	never := func() time.Time { return time.Time{} }
	return model.Fold(f, never, never, time.Time.UTC)
}

func unknown() model.Truth { return model.Unknown }
func nothing() string      { return "" }
