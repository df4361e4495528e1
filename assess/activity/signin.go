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

// Reader turns sign-in records into compact ones, one run's at a time. Names and
// ids that occur again and again are kept once.
type Reader struct {
	signIns []SignIn
	texts   map[string]string
}

// Add reads one record.
func (r *Reader) Add(row model.SignIn) { r.signIns = append(r.signIns, r.read(row)) }

// SignIns are the records read so far, in the order of the export.
func (r *Reader) SignIns() []SignIn { return r.signIns }

func (r *Reader) read(row model.SignIn) SignIn {
	s := SignIn{
		Object: row.Object, At: Instant(row.CreatedDateTime),
		UserID: r.text(row.UserID), UserName: r.text(row.UserPrincipalName),
		AppID: r.text(row.AppID), App: r.text(row.AppDisplayName),
		ResourceID: r.text(row.ResourceID), Resource: r.text(row.ResourceDisplayName),
		Client: r.text(row.ClientAppUsed), IP: r.text(row.IPAddress),
		Interactive: flag(row.IsInteractive),
	}
	row.Location.Is(func(l model.SignInLocation) bool { s.Country = r.text(l.CountryOrRegion); return true })
	row.Status.Is(func(status model.SignInStatus) bool {
		s.Succeeded = model.Fold(status.ErrorCode, unknown, unknown, func(code int) model.Truth { return model.Of(code == 0) })
		if status.ErrorCode.Exported() {
			s.Code = r.keep(status.ErrorCode.String())
		}
		return true
	})
	row.DeviceDetail.Is(func(d model.DeviceDetail) bool { s.Device = r.device(d); return true })
	s.PoliciesKnown = row.AppliedConditionalAccessPolicies.Is(func(list []model.AppliedPolicy) bool {
		for _, p := range list {
			s.Policies = append(s.Policies, Applied{r.keep(p.ID), r.text(p.Result)})
		}
		return true
	}) == model.True
	return s
}

// device reads a device. Graph leaves the id of a device that it did not
// recognise empty, and its flags null or false.
func (r *Reader) device(d model.DeviceDetail) Device {
	return Device{
		ID: r.text(d.DeviceID), Name: r.text(d.DisplayName),
		Identified: d.DeviceID.Is(func(id string) bool { return id != "" }),
		Managed:    flag(d.IsManaged), Compliant: flag(d.IsCompliant),
	}
}

func (r *Reader) text(f model.Field[string]) string {
	return model.Fold(f, nothing, nothing, r.keep)
}

// keep gives the one copy of a text.
func (r *Reader) keep(text string) string {
	if kept, ok := r.texts[text]; ok {
		return kept
	}
	if r.texts == nil {
		r.texts = map[string]string{}
	}
	r.texts[text] = text
	return text
}

func flag(f model.Field[bool]) model.Truth { return f.Is(func(on bool) bool { return on }) }

// Instant is the field's time in UTC, zero where it is not known.
func Instant(f model.Field[time.Time]) time.Time {
	never := func() time.Time { return time.Time{} }
	return model.Fold(f, never, never, time.Time.UTC)
}

func unknown() model.Truth { return model.Unknown }
func nothing() string      { return "" }
