package activity

import (
	"encoding/binary"
	"iter"
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

// Reader keeps sign-in records compactly, one run's at a time: a log of a month
// holds a million. Names, ids and lists of policies that occur again and again
// are kept once, and a record names them by number.
type Reader struct {
	chunks   [][]packed // all but the last are full
	texts    numbers[string]
	policies numbers[[]Applied]
	scratch  []byte
}

// chunk is how many records are allocated at once, so that a long log is never
// copied to make room.
const chunk = 1024

// packed is a sign-in with numbers in the place of texts.
type packed struct {
	object                                                   model.Object
	seconds                                                  int64
	nanoseconds                                              int32
	user, userName, app, appName, resource, resourceName     text
	client, ip, country, code, deviceID, deviceName          text
	policies                                                 uint32
	policiesKnown                                            bool
	succeeded, interactive, identified, managed, compliantly model.Truth
}

// text is the number of a text; that of "" is 0.
type text uint32

// numbers gives the same number to what has the same key.
type numbers[T any] struct {
	known map[string]uint32
	list  []T
}

// of gives the number of a key, which makes its value when it is new.
func (n *numbers[T]) of(key []byte, value func(key string) T) uint32 {
	if number, ok := n.known[string(key)]; ok {
		return number
	}
	if n.known == nil {
		n.known = map[string]uint32{}
	}
	kept := string(key)
	n.known[kept] = uint32(len(n.list))
	n.list = append(n.list, value(kept))
	return uint32(len(n.list) - 1)
}

// Add reads one record.
func (r *Reader) Add(row model.SignIn) {
	if last := len(r.chunks) - 1; last < 0 || len(r.chunks[last]) == chunk {
		r.chunks = append(r.chunks, make([]packed, 0, chunk))
	}
	last := &r.chunks[len(r.chunks)-1]
	*last = append(*last, r.pack(row))
}

// Len is how many records were read.
func (r *Reader) Len() int {
	if len(r.chunks) == 0 {
		return 0
	}
	return (len(r.chunks)-1)*chunk + len(r.chunks[len(r.chunks)-1])
}

// All yields the records read so far, in the order of the export.
func (r *Reader) All() iter.Seq[SignIn] {
	return func(yield func(SignIn) bool) {
		for i := range r.Len() {
			if !yield(r.at(i)) {
				return
			}
		}
	}
}

func (r *Reader) packed(i int) *packed { return &r.chunks[i/chunk][i%chunk] }

func (p *packed) at() time.Time { return time.Unix(p.seconds, int64(p.nanoseconds)).UTC() }

// at unpacks a record.
func (r *Reader) at(i int) SignIn {
	p := r.packed(i)
	of := func(n text) string { return r.texts.list[n] }
	return SignIn{
		Object: p.object, At: p.at(), UserID: of(p.user), UserName: of(p.userName), AppID: of(p.app), App: of(p.appName),
		ResourceID: of(p.resource), Resource: of(p.resourceName), Client: of(p.client), IP: of(p.ip), Country: of(p.country),
		Succeeded: p.succeeded, Code: of(p.code), Interactive: p.interactive,
		Device:   Device{ID: of(p.deviceID), Name: of(p.deviceName), Identified: p.identified, Managed: p.managed, Compliant: p.compliantly},
		Policies: r.policies.list[p.policies], PoliciesKnown: p.policiesKnown,
	}
}

func (r *Reader) pack(row model.SignIn) packed {
	r.keep("")
	at := Instant(row.CreatedDateTime)
	p := packed{
		object: row.Object, seconds: at.Unix(), nanoseconds: int32(at.Nanosecond()),
		user: r.text(row.UserID), userName: r.text(row.UserPrincipalName),
		app: r.text(row.AppID), appName: r.text(row.AppDisplayName),
		resource: r.text(row.ResourceID), resourceName: r.text(row.ResourceDisplayName),
		client: r.text(row.ClientAppUsed), ip: r.text(row.IPAddress),
		interactive: flag(row.IsInteractive),
	}
	row.Location.Is(func(l model.SignInLocation) bool { p.country = r.text(l.CountryOrRegion); return true })
	row.Status.Is(func(status model.SignInStatus) bool {
		p.succeeded = model.Fold(status.ErrorCode, unknown, unknown, func(code int) model.Truth { return model.Of(code == 0) })
		if status.ErrorCode.Exported() {
			p.code = r.keep(status.ErrorCode.String())
		}
		return true
	})
	row.DeviceDetail.Is(func(d model.DeviceDetail) bool { r.device(&p, d); return true })
	var applied []model.AppliedPolicy
	p.policiesKnown = row.AppliedConditionalAccessPolicies.Is(func(list []model.AppliedPolicy) bool { applied = list; return true }) == model.True
	p.policies = r.applied(applied)
	return p
}

// device reads a device. Graph leaves the id of a device that it did not
// recognise empty, and its flags null or false.
func (r *Reader) device(p *packed, d model.DeviceDetail) {
	p.deviceID, p.deviceName = r.text(d.DeviceID), r.text(d.DisplayName)
	p.identified = d.DeviceID.Is(func(id string) bool { return id != "" })
	p.managed, p.compliantly = flag(d.IsManaged), flag(d.IsCompliant)
}

// applied gives the number of a list of what policies did.
func (r *Reader) applied(list []model.AppliedPolicy) uint32 {
	key := r.scratch[:0]
	for _, p := range list {
		key = binary.LittleEndian.AppendUint32(key, uint32(r.keep(p.ID)))
		key = binary.LittleEndian.AppendUint32(key, uint32(r.text(p.Result)))
	}
	r.scratch = key
	return r.policies.of(key, func(string) []Applied {
		var kept []Applied
		for ; len(key) > 0; key = key[8:] {
			kept = append(kept, Applied{r.texts.list[binary.LittleEndian.Uint32(key)], r.texts.list[binary.LittleEndian.Uint32(key[4:])]})
		}
		return kept
	})
}

func (r *Reader) text(f model.Field[string]) text {
	return model.Fold(f, func() text { return 0 }, func() text { return 0 }, r.keep)
}

// keep gives the number of a text, of which one copy is kept.
func (r *Reader) keep(value string) text {
	if number, ok := r.texts.known[value]; ok {
		return text(number)
	}
	return text(r.texts.of([]byte(value), func(key string) string { return key }))
}

func flag(f model.Field[bool]) model.Truth { return f.Is(func(on bool) bool { return on }) }

// Instant is the field's time in UTC, zero where it is not known.
func Instant(f model.Field[time.Time]) time.Time {
	never := func() time.Time { return time.Time{} }
	return model.Fold(f, never, never, time.Time.UTC)
}

func unknown() model.Truth { return model.Unknown }
func nothing() string      { return "" }
