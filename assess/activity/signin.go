package activity

import (
	"encoding/binary"
	"encoding/hex"
	"iter"
	"math/bits"
	"strings"
	"time"
	"unsafe"

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
// holds a million. What occurs again and again (texts, a user with his name, a
// device, an address, what policies did) is kept once, and a record names it by
// number: some 60 bytes a record.
type Reader struct {
	chunks   [][]packed // all but the last are full
	texts    numbers[string]
	known    [1 << 10]text // of texts that came lately, by their hash
	places   numbers[place]
	users    numbers[user]
	uses     numbers[use]
	origins  numbers[origin]
	devices  numbers[device]
	outcomes numbers[outcome]
	policies numbers[string] // two numbers of texts a policy: its id and its result
	applied  [][]Applied     // of policies
	scratch  []byte
	lists    [1 << 8]knownList // that came lately
}

// knownList is a list of what policies did, and the number of its outcome.
type knownList struct {
	first  *model.AppliedPolicy
	size   int
	number uint32
}

// chunk is how many records are allocated at once, so that a long log is never
// copied to make room.
const chunk = 1024

// packed is a sign-in with numbers in the place of what it has in common with others.
type packed struct {
	id                                        [16]byte // a GUID, or the number of a text
	seconds                                   int64
	nanoseconds                               int32
	index                                     uint32 // its number in its place
	place, user, use, origin, device, outcome uint32
}

// text is the number of a text; that of "" is 0.
type text uint32

// place is where a record stands, and whether its id is a GUID.
type place struct {
	list model.Place
	guid bool
}

type user struct{ id, name text }

// use is what was used, to reach what.
type use struct{ app, appName, resource, resourceName, client text }

type origin struct{ ip, country text }

type device struct {
	id, name                       text
	identified, managed, compliant model.Truth
}

type outcome struct {
	succeeded, interactive model.Truth
	code                   text
	policies               uint32
	policiesKnown          bool
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

// Times yields the times of the records read so far.
func (r *Reader) Times() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for i := range r.Len() {
			if !yield(r.packed(i).at()) {
				return
			}
		}
	}
}

func (r *Reader) packed(i int) *packed { return &r.chunks[i/chunk][i%chunk] }

func (p *packed) at() time.Time { return time.Unix(p.seconds, int64(p.nanoseconds)).UTC() }

// userID is the id of the user of record i, as a number of a text.
func (r *Reader) userID(i int) text { return r.users.list[r.packed(i).user].id }

// at unpacks a record.
func (r *Reader) at(i int) SignIn {
	p := r.packed(i)
	who, what, from := r.users.list[p.user], r.uses.list[p.use], r.origins.list[p.origin]
	on, ended := r.devices.list[p.device], r.outcomes.list[p.outcome]
	of := func(n text) string { return r.texts.list[n] }
	return SignIn{
		Object: r.object(p), At: p.at(), UserID: of(who.id), UserName: of(who.name), AppID: of(what.app), App: of(what.appName),
		ResourceID: of(what.resource), Resource: of(what.resourceName), Client: of(what.client), IP: of(from.ip), Country: of(from.country),
		Succeeded: ended.succeeded, Code: of(ended.code), Interactive: ended.interactive,
		Device:   Device{ID: of(on.id), Name: of(on.name), Identified: on.identified, Managed: on.managed, Compliant: on.compliant},
		Policies: r.applied[ended.policies], PoliciesKnown: ended.policiesKnown,
	}
}

func (r *Reader) pack(row model.SignIn) packed {
	r.keep("")
	at := Instant(row.CreatedDateTime)
	p := packed{seconds: at.Unix(), nanoseconds: int32(at.Nanosecond())}
	r.locate(&p, row.Object)
	p.user = r.users.of(user{r.text(row.UserID), r.text(row.UserPrincipalName)})
	p.use = r.uses.of(use{r.text(row.AppID), r.text(row.AppDisplayName), r.text(row.ResourceID), r.text(row.ResourceDisplayName), r.text(row.ClientAppUsed)})
	from := origin{ip: r.text(row.IPAddress)}
	row.Location.Is(func(l model.SignInLocation) bool { from.country = r.text(l.CountryOrRegion); return true })
	p.origin = r.origins.of(from)
	var on device
	row.DeviceDetail.Is(func(d model.DeviceDetail) bool { on = r.device(d); return true })
	p.device = r.devices.of(on)
	p.outcome = r.outcomes.of(r.outcome(row))
	return p
}

// locate packs what the record is called and where it stands.
func (r *Reader) locate(p *packed, o model.Object) {
	var guid bool
	if p.id, guid = parseGUID(o.ID); !guid {
		binary.LittleEndian.PutUint32(p.id[:], uint32(r.keep(o.ID)))
	}
	where := place{guid: guid}
	where.list, p.index = o.Place()
	p.place = r.places.of(where)
}

func (r *Reader) object(p *packed) model.Object {
	where := r.places.list[p.place]
	if where.guid {
		guid := formatGUID(p.id)
		return where.list.Object(string(guid[:]), p.index)
	}
	return where.list.Object(r.texts.list[binary.LittleEndian.Uint32(p.id[:])], p.index)
}

// parseGUID reads a GUID in the form in which Graph writes it, and no other.
func parseGUID(s string) (id [16]byte, ok bool) {
	var b [36]byte
	if copy(b[:], s) != len(s) || len(s) != len(b) {
		return id, false
	}
	at := 0
	for _, group := range [...][]byte{b[:8], b[9:13], b[14:18], b[19:23], b[24:]} {
		n, err := hex.Decode(id[at:], group)
		if err != nil {
			return id, false
		}
		at += n
	}
	return id, formatGUID(id) == b
}

func formatGUID(id [16]byte) (b [36]byte) {
	text := hex.AppendEncode(b[:0], id[:4])
	for _, group := range [...][]byte{id[4:6], id[6:8], id[8:10], id[10:]} {
		text = hex.AppendEncode(append(text, '-'), group)
	}
	return b
}

// outcome reads how a sign-in ended and what policies did.
func (r *Reader) outcome(row model.SignIn) outcome {
	o := outcome{interactive: flag(row.IsInteractive)}
	row.Status.Is(func(status model.SignInStatus) bool {
		o.succeeded = model.Fold(status.ErrorCode, unknown, unknown, func(code int) model.Truth { return model.Of(code == 0) })
		if status.ErrorCode.Exported() {
			o.code = r.keep(status.ErrorCode.String())
		}
		return true
	})
	var applied []model.AppliedPolicy
	o.policiesKnown = row.AppliedConditionalAccessPolicies.Is(func(list []model.AppliedPolicy) bool { applied = list; return true }) == model.True
	o.policies = r.policiesOf(applied)
	return o
}

// device reads a device. Graph leaves the id of a device that it did not
// recognise empty, and its flags null or false.
func (r *Reader) device(d model.DeviceDetail) device {
	return device{
		id: r.text(d.DeviceID), name: r.text(d.DisplayName),
		identified: d.DeviceID.Is(func(id string) bool { return id != "" }),
		managed:    flag(d.IsManaged), compliant: flag(d.IsCompliant),
	}
}

// policiesOf gives the number of a list of what policies did. Lists that are alike
// mostly are one list.
func (r *Reader) policiesOf(list []model.AppliedPolicy) uint32 {
	first := unsafe.SliceData(list)
	lately := &r.lists[uint64(uintptr(unsafe.Pointer(first)))*0x9E3779B97F4A7C15>>56]
	if lately.first != first || lately.size != len(list) || first == nil {
		*lately = knownList{first, len(list), r.numberOf(list)}
	}
	return lately.number
}

func (r *Reader) numberOf(list []model.AppliedPolicy) uint32 {
	key := r.scratch[:0]
	for _, p := range list {
		key = binary.LittleEndian.AppendUint32(key, uint32(r.keep(p.ID)))
		key = binary.LittleEndian.AppendUint32(key, uint32(r.text(p.Result)))
	}
	r.scratch = key
	number := r.policies.of(unsafe.String(unsafe.SliceData(key), len(key)))
	if int(number) < len(r.applied) {
		return number
	}
	r.policies.list[number] = string(key) // which is used again
	var kept []Applied
	for ; len(key) > 0; key = key[8:] {
		kept = append(kept, Applied{r.texts.list[binary.LittleEndian.Uint32(key)], r.texts.list[binary.LittleEndian.Uint32(key[4:])]})
	}
	r.applied = append(r.applied, kept)
	return number
}

func (r *Reader) text(f model.Field[string]) text {
	return model.Fold(f, func() text { return 0 }, func() text { return 0 }, r.keep)
}

// keep gives the number of a text, of which a copy is kept: the text itself may be
// a part of something larger.
func (r *Reader) keep(value string) text {
	known := &r.known[hash(value)>>54]
	if int(*known) < len(r.texts.list) && r.texts.list[*known] == value {
		return *known
	}
	before := len(r.texts.list)
	*known = text(r.texts.of(value))
	if int(*known) == before {
		r.texts.list[before] = strings.Clone(value)
	}
	return *known
}

// hash is of a text's length, beginning and end.
func hash(value string) uint64 {
	head, tail := uint64(len(value)), uint64(0)
	if n := len(value); n >= 8 {
		b := unsafe.Slice(unsafe.StringData(value), n)
		head, tail = head^binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	} else {
		for i := range n {
			tail = tail<<8 | uint64(value[i])
		}
	}
	return (head ^ bits.RotateLeft64(tail, 29)) * 0x9E3779B97F4A7C15
}

func flag(f model.Field[bool]) model.Truth { return f.Is(func(on bool) bool { return on }) }

// Instant is the field's time in UTC, zero where it is not known.
func Instant(f model.Field[time.Time]) time.Time {
	never := func() time.Time { return time.Time{} }
	return model.Fold(f, never, never, time.Time.UTC)
}

func unknown() model.Truth { return model.Unknown }
func nothing() string      { return "" }
