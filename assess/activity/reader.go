package activity

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/privpath/privpath/model"
)

// Reader keeps sign-in records compactly, one run's at a time: a log of a month
// holds a million. What occurs again and again (a user with his name, a device, an
// address, what policies did) is kept once, and a record names it by number: 30 to
// 40 bytes a record, and no pointer among them.
type Reader struct {
	n        int
	chunks   []*columns // all but the last are full
	runs     []run
	ids      arena             // of records, where they are no GUIDs
	users    entries           // id, name up to the @, and the number of the word from there on
	uses     entries           // application, its name, resource, its name, client
	origins  entries           // address, country
	devices  entries           // what is known of it, id, name
	outcomes entries           // how it ended, its code, and the number of what policies did
	policies entries           // how many, and numbers of words, two a policy
	words    []string          // ids of policies, results, domains of names
	wordAt   map[string]uint32 // where words stand
	lately   [1 << 8]uint32    // words that came lately
	applied  [][]Applied       // by the number of what policies did
	lists    [1 << 8]knownList // that came lately
	key      []byte            // to make entries in
}

// run is records that stand in one list one behind the other.
type run struct {
	first uint32 // of the records
	start uint32 // its number in the list; all that stand in none have 0
	list  model.Place
	guid  bool // their ids are GUIDs
}

func (r *run) number(i int) uint32 {
	if r.start == 0 {
		return 0
	}
	return r.start + uint32(i) - r.first
}

// knownList is a list of what policies did, and its number.
type knownList struct {
	first  *model.AppliedPolicy
	size   int
	number uint32
}

// Add reads one record.
func (r *Reader) Add(row model.SignIn) { r.Read(&row) }

// Read is Add in place: it keeps neither the pointer nor what it points at.
func (r *Reader) Read(row *model.SignIn) {
	i := r.n % chunk
	if i == 0 {
		r.chunks = append(r.chunks, new(columns))
	}
	c := r.chunks[len(r.chunks)-1]
	c.ids.set(i, r.locate(&row.Object))
	c.setTime(i, Instant(row.CreatedDateTime))
	c.users.set(i, r.users.number(r.packUser(row)))
	c.uses.set(i, r.uses.number(r.packUse(row)))
	c.origins.set(i, r.origins.number(r.packOrigin(row)))
	c.devices.set(i, r.devices.number(r.packDevice(row)))
	c.outcomes.set(i, r.outcomes.number(r.packOutcome(row)))
	r.n++
}

// Len is how many records were read.
func (r *Reader) Len() int { return r.n }

// All yields the records read so far, in the order of the export.
func (r *Reader) All() iter.Seq[SignIn] {
	return func(yield func(SignIn) bool) {
		for i := range r.n {
			if !yield(r.at(i)) {
				return
			}
		}
	}
}

// Times yields the times of the records read so far.
func (r *Reader) Times() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for i := range r.n {
			if !yield(r.time(i)) {
				return
			}
		}
	}
}

// at unpacks a record, into memory of its own.
func (r *Reader) at(i int) SignIn {
	c, j := r.chunks[i/chunk], i%chunk
	s := SignIn{Object: r.object(i), At: r.time(i)}
	number, _ := binary.Uvarint(cutTexts(r.users.entry(c.users.at(j)), &s.UserID, &s.UserName))
	s.UserName += r.words[number]
	cutTexts(r.uses.entry(c.uses.at(j)), &s.AppID, &s.App, &s.ResourceID, &s.Resource, &s.Client)
	cutTexts(r.origins.entry(c.origins.at(j)), &s.IP, &s.Country)
	s.Device = r.deviceOf(c.devices.at(j))
	outcome := r.outcomes.entry(c.outcomes.at(j))
	s.Succeeded, s.Interactive, _ = truths(outcome[0])
	s.PoliciesKnown = outcome[1] != 0
	number, _ = binary.Uvarint(cutTexts(outcome[2:], &s.Code))
	s.Policies = r.applied[number]
	return s
}

// user is the number of the user of a record, of which [Reader.userID] is the id.
// Several users have the same id where he has several names.
func (r *Reader) user(i int) uint32 { return r.chunks[i/chunk].users.at(i % chunk) }

func (r *Reader) userID(user uint32) (id string) {
	cutTexts(r.users.entry(user), &id)
	return id
}

// device is the number of the device of a record.
func (r *Reader) device(i int) uint32 { return r.chunks[i/chunk].devices.at(i % chunk) }

func (r *Reader) deviceOf(number uint32) (d Device) {
	entry := r.devices.entry(number)
	d.Identified, d.Managed, d.Compliant = truths(entry[0])
	cutTexts(entry[1:], &d.ID, &d.Name)
	return d
}

func (r *Reader) time(i int) time.Time {
	seconds, nanoseconds := r.instant(i)
	return time.Unix(seconds, nanoseconds).UTC()
}

func (r *Reader) instant(i int) (seconds, nanoseconds int64) {
	return r.chunks[i/chunk].time(i % chunk)
}

// locate packs what the record is called and where it stands.
func (r *Reader) locate(o *model.Object) (id [16]byte) {
	var guid bool
	if id, guid = parseGUID(o.ID); !guid {
		at := r.ids.add([]byte(o.ID))
		binary.LittleEndian.PutUint32(id[:], at.block)
		binary.LittleEndian.PutUint32(id[4:], at.offset)
		binary.LittleEndian.PutUint64(id[8:], uint64(len(o.ID)))
	}
	list, number := o.Place()
	if n := len(r.runs); n > 0 {
		last := &r.runs[n-1]
		if last.list == list && last.guid == guid && last.number(r.n) == number {
			return id
		}
	}
	r.runs = append(r.runs, run{uint32(r.n), number, list, guid})
	return id
}

func (r *Reader) object(i int) model.Object {
	n, first := slices.BinarySearchFunc(r.runs, uint32(i), func(of run, i uint32) int { return cmp.Compare(of.first, i) })
	if !first {
		n--
	}
	of := &r.runs[n]
	id := r.chunks[i/chunk].ids.at(i % chunk)
	if of.guid {
		return of.list.Object(string(appendGUID(nil, id)), of.number(i))
	}
	at := place{binary.LittleEndian.Uint32(id[:]), binary.LittleEndian.Uint32(id[4:])}
	return of.list.Object(string(r.ids.from(at)[:binary.LittleEndian.Uint64(id[8:])]), of.number(i))
}

// pack makes an entry of texts, behind what is there of it.
func (r *Reader) pack(texts ...*model.Field[string]) []byte {
	for _, text := range texts {
		r.key = appendText(r.key, known(text))
	}
	return r.key
}

func (r *Reader) packUse(row *model.SignIn) []byte {
	r.key = r.key[:0]
	return r.pack(&row.AppID, &row.AppDisplayName, &row.ResourceID, &row.ResourceDisplayName, &row.ClientAppUsed)
}

// packUser makes an entry of a user. The domain of his name is that of many.
func (r *Reader) packUser(row *model.SignIn) []byte {
	name := known(&row.UserPrincipalName)
	at := strings.LastIndexByte(name, '@')
	if at < 0 {
		at = len(name)
	}
	r.key = r.key[:0]
	r.key = appendText(r.pack(&row.UserID), name[:at])
	r.key = binary.AppendUvarint(r.key, r.word(name[at:]))
	return r.key
}

// packOrigin makes an entry of where a sign-in came from.
func (r *Reader) packOrigin(row *model.SignIn) []byte {
	var where model.SignInLocation
	row.Location.Is(func(l model.SignInLocation) bool { where = l; return true })
	r.key = r.key[:0]
	return r.pack(&row.IPAddress, &where.CountryOrRegion)
}

// packDevice makes an entry of a device. Graph leaves the id of one that it did not
// recognise empty, and its flags null or false.
func (r *Reader) packDevice(row *model.SignIn) []byte {
	var d model.DeviceDetail
	row.DeviceDetail.Is(func(detail model.DeviceDetail) bool { d = detail; return true })
	identified := d.DeviceID.Is(func(id string) bool { return id != "" })
	r.key = append(r.key[:0], flags(identified, flag(d.IsManaged), flag(d.IsCompliant)))
	return r.pack(&d.DeviceID, &d.DisplayName)
}

// packOutcome makes an entry of how a sign-in ended and what policies did.
func (r *Reader) packOutcome(row *model.SignIn) []byte {
	succeeded, code := model.Unknown, ""
	row.Status.Is(func(status model.SignInStatus) bool {
		code = model.Fold(status.ErrorCode, nothing, func() string { return "null" }, func(code int) string {
			succeeded = model.Of(code == 0)
			return strconv.Itoa(code)
		})
		return true
	})
	var applied []model.AppliedPolicy
	policiesKnown := byte(0)
	row.AppliedConditionalAccessPolicies.Is(func(list []model.AppliedPolicy) bool {
		applied, policiesKnown = list, 1
		return true
	})
	number := r.policiesOf(applied)
	r.key = append(r.key[:0], flags(succeeded, flag(row.IsInteractive), model.Unknown), policiesKnown)
	r.key = binary.AppendUvarint(appendText(r.key, code), uint64(number))
	return r.key
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
	r.key = binary.AppendUvarint(r.key[:0], uint64(len(list)))
	for i := range list {
		r.key = binary.AppendUvarint(r.key, r.word(list[i].ID))
		r.key = binary.AppendUvarint(r.key, r.word(known(&list[i].Result)))
	}
	number := r.policies.number(r.key)
	if int(number) < len(r.applied) {
		return number
	}
	var kept []Applied
	for i := range list {
		kept = append(kept, Applied{r.words[r.word(list[i].ID)], r.words[r.word(known(&list[i].Result))]})
	}
	r.applied = append(r.applied, kept)
	return number
}

// word gives the number of a text of which there are few. A copy of it is kept: it
// may be a part of something larger.
func (r *Reader) word(text string) uint64 {
	n := len(text)
	if n > 0 {
		n += 5*int(text[0]) + int(text[n-1])
	}
	lately := &r.lately[n%len(r.lately)]
	if int(*lately) < len(r.words) && r.words[*lately] == text {
		return uint64(*lately)
	}
	number, met := r.wordAt[text]
	if !met {
		if r.wordAt == nil {
			r.wordAt = map[string]uint32{}
		}
		number = uint32(len(r.words))
		r.words = append(r.words, strings.Clone(text))
		r.wordAt[r.words[number]] = number
	}
	*lately = number
	return uint64(number)
}

// seal gives up what only reading records needs: none may be read any more.
func (r *Reader) seal() {
	for _, e := range []*entries{&r.users, &r.uses, &r.origins, &r.devices, &r.outcomes, &r.policies} {
		e.seal()
	}
	r.lists = [len(r.lists)]knownList{}
}

// flags and truths put three truth values into a byte and take them out again.
func flags(a, b, c model.Truth) byte { return byte(a | b<<2 | c<<4) }

func truths(flags byte) (a, b, c model.Truth) {
	return model.Truth(flags & 3), model.Truth(flags >> 2 & 3), model.Truth(flags >> 4)
}
