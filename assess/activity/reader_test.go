package activity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

// signIns makes records of all that an export can hold, in forms that look like the
// usual one and are not.
type signIns struct {
	*rand.Rand
	texts    []string
	times    []time.Time
	policies [][]model.AppliedPolicy
}

func newSignIns(seed uint64) *signIns {
	s := &signIns{Rand: rand.New(rand.NewPCG(seed, 1)), texts: []string{"", "0", "\x00", "\x01x", "@", "a@", "@b.example", "a@b.example", "a@c@b.example", "A@B.example",
		"6a45d7e1-1984-410a-8b45-0445cb1f7a4e", "6A45D7E1-1984-410A-8B45-0445CB1F7A4E", "6a45d7e1-1984-410a-8b45-0445cb1f7a4e@b.example", "6a45d7e1-1984-410a-8b45-0445cb1f7a4",
		"6a45d7e1-1984-410a-8b45-0445cb1f7a4g", "6a45d7e1x1984-410a-8b45-0445cb1f7a4e", "{6a45d7e1-1984-410a-8b45-0445cb1f7a4}", "00000000-0000-0000-0000-000000000000",
		strings.Repeat("é", 18), strings.Repeat("x", 127), strings.Repeat("y", 128), strings.Repeat("z", 70<<10)}}
	for _, text := range []string{"0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z", "1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z", "2026-11-10T08:00:00+01:00",
		"2026-11-10T08:00:00.123456789Z", "2106-02-07T06:28:15Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z"} {
		s.times = append(s.times, at(text))
	}
	for n := range 60 {
		var list []model.AppliedPolicy
		for range n % 7 {
			list = append(list, model.AppliedPolicy{ID: s.text(), Result: pick(s, s.text)})
		}
		s.policies = append(s.policies, list)
	}
	return s
}

// text is one of a few texts, or one that is not met again.
func (s *signIns) text() string {
	if n := s.IntN(len(s.texts) + 4); n < len(s.texts)-1 || n == len(s.texts)-1 && s.IntN(50) == 0 {
		return s.texts[n]
	}
	if s.IntN(2) == 0 {
		return fmt.Sprintf("%08x-1984-410a-8b45-%012x", s.Uint32(), s.Uint64()>>16)
	}
	return strconv.FormatUint(s.Uint64(), 36)
}

// pick makes a field in one of its four states.
func pick[T any](s *signIns, of func() T) model.Field[T] {
	var unreadable model.Field[T]
	switch s.IntN(8) {
	case 0:
		return model.Field[T]{}
	case 1:
		return model.Null[T]()
	case 2:
		if err := unreadable.UnmarshalJSON([]byte(`{"of":"another type"`)); err != nil {
			panic(err)
		}
		return unreadable
	}
	return model.Value(of())
}

func (s *signIns) next() model.SignIn {
	flip := func() bool { return s.IntN(2) == 0 }
	row := model.SignIn{
		Object:          model.NewObject(s.text(), "", model.Location{Dataset: "auditLogs/signIns", File: "a.json", Pointer: fmt.Sprint("/value/", s.IntN(100))}),
		CreatedDateTime: pick(s, func() time.Time { return s.times[s.IntN(len(s.times))] }),
		UserID:          pick(s, s.text), UserPrincipalName: pick(s, s.text), AppID: pick(s, s.text), AppDisplayName: pick(s, s.text),
		ResourceID: pick(s, s.text), ResourceDisplayName: pick(s, s.text), IPAddress: pick(s, s.text), ClientAppUsed: pick(s, s.text),
		IsInteractive: pick(s, flip),
		Status: pick(s, func() model.SignInStatus {
			return model.SignInStatus{ErrorCode: pick(s, func() int { return []int{0, 0, 50126, -1, math.MaxInt, math.MinInt}[s.IntN(6)] })}
		}),
		DeviceDetail: pick(s, func() model.DeviceDetail {
			return model.DeviceDetail{DeviceID: pick(s, s.text), DisplayName: pick(s, s.text), IsCompliant: pick(s, flip), IsManaged: pick(s, flip)}
		}),
		Location:                         pick(s, func() model.SignInLocation { return model.SignInLocation{CountryOrRegion: pick(s, s.text)} }),
		AppliedConditionalAccessPolicies: pick(s, func() []model.AppliedPolicy { return s.policies[s.IntN(len(s.policies))] }),
	}
	return row
}

// plainly says what a record is by asking it, one property after the other.
func plainly(row model.SignIn) SignIn {
	text := func(f model.Field[string]) string { v, _ := value(f); return v }
	yes := func(f model.Field[bool]) model.Truth { return model.Equals(f, true) }
	created, _ := value(row.CreatedDateTime)
	s := SignIn{Object: row.Object, At: created.UTC(), UserID: text(row.UserID), UserName: text(row.UserPrincipalName), AppID: text(row.AppID), App: text(row.AppDisplayName),
		ResourceID: text(row.ResourceID), Resource: text(row.ResourceDisplayName), Client: text(row.ClientAppUsed), IP: text(row.IPAddress), Interactive: yes(row.IsInteractive)}
	location, _ := value(row.Location)
	s.Country = text(location.CountryOrRegion)
	status, _ := value(row.Status)
	if code, stated := value(status.ErrorCode); stated {
		s.Code, s.Succeeded = strconv.Itoa(code), model.Of(code == 0)
	} else if status.ErrorCode.Null() == model.True {
		s.Code = "null"
	}
	d, _ := value(row.DeviceDetail)
	s.Device = Device{ID: text(d.DeviceID), Name: text(d.DisplayName), Managed: yes(d.IsManaged), Compliant: yes(d.IsCompliant)}
	switch id, stated := value(d.DeviceID); {
	case stated:
		s.Device.Identified = model.Of(id != "")
	case d.DeviceID.Null() == model.True:
		s.Device.Identified = model.False
	}
	list, stated := value(row.AppliedConditionalAccessPolicies)
	s.PoliciesKnown = stated
	for _, p := range list {
		s.Policies = append(s.Policies, Applied{p.ID, text(p.Result)})
	}
	return s
}

// TestReaderGivesBackWhatItWasGiven reads enough users for numbers of two sizes, and
// then records of all kinds. All are read to the same place, as a source reads them.
func TestReaderGivesBackWhatItWasGiven(t *testing.T) {
	source := newSignIns(1)
	var r Reader
	var want []SignIn
	var place model.SignIn
	for n := range 72_000 {
		if place = (model.SignIn{UserID: model.Value(strconv.Itoa(n))}); n > 1<<16 {
			place = source.next()
		}
		want = append(want, plainly(place))
		r.Read(&place)
	}
	require.Greater(t, r.users.n, 1<<16)
	require.Equal(t, len(want), r.Len())
	n := 0
	for s := range r.All() {
		if !reflect.DeepEqual(want[n], s) {
			require.Equal(t, want[n], s, n)
		}
		n++
	}
	n = 0
	for at := range r.Times() {
		require.True(t, want[n].At.Equal(at))
		n++
	}
	require.Equal(t, len(want), n)

	log := NewLog(&r, model.NewRows[model.DirectoryAudit](nil))
	phones := 0
	for s := range log.SignInsFrom(func(d Device) bool { return d.Identified == model.False }) {
		require.Equal(t, model.False, s.Device.Identified)
		phones++
	}
	for _, s := range want {
		if s.Device.Identified == model.False {
			phones--
		}
	}
	require.Zero(t, phones)
}

// TestReaderKeepsRunsOfPlaces reads records as a source does, where those of one list
// share it: one after the other, with some left out, and lists in turn.
func TestReaderKeepsRunsOfPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Reader
		var want []model.Object
		b := model.NewBuilder(model.Users.Name())
		b.ObserveEach(model.SignIns.Name(), func(record any) {
			r.Read(record.(*model.SignIn))
			want = append(want, record.(*model.SignIn).Object)
		})
		at := model.Location{Dataset: model.SignIns.Name()}
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			at.File = rapid.SampledFrom([]string{"a.json", "b.json"}).Draw(t, "file")
			list := rapid.SampledFrom([]string{"", "/value", "/value"}).Draw(t, "list")
			next := rapid.SampledFrom([]int{0, 0, 1, 7, math.MaxUint32 - 2}).Draw(t, "number")
			for range rapid.IntRange(1, 5).Draw(t, "records") {
				if at.Pointer = fmt.Sprint(list, "/", next); rapid.IntRange(0, 9).Draw(t, "none") == 0 {
					at.Pointer = list
				}
				id := rapid.SampledFrom([]string{"6a45d7e1-1984-410a-8b45-0445cb1f7a4e", "6a45d7e1-1984-410a-8b45-0445cb1f7a4e", "7"}).Draw(t, "id")
				require.NoError(t, b.Add(model.SignIns.Name(), "", at, []byte(`{"id":"`+id+`"}`)))
				next++
			}
		}
		n := 0
		for s := range r.All() {
			require.Equal(t, want[n], s.Object)
			require.Equal(t, want[n].Location(), s.Location())
			n++
		}
		require.Equal(t, len(want), n)
	})
}

func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c columns
		want := map[int]uint32{}
		when := map[int]time.Time{}
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			i := rapid.IntRange(0, chunk-1).Draw(t, "i")
			want[i] = rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 1<<16+1)).Draw(t, "number")
			c.users.set(i, want[i])
			when[i] = time.Unix(rapid.Int64Range(-1<<36, 1<<38).Draw(t, "seconds"), rapid.SampledFrom([]int64{0, 0, 1, 999999999}).Draw(t, "ns")).UTC()
			c.setTime(i, when[i])
		}
		for i, number := range want {
			require.Equal(t, number, c.users.at(i))
			seconds, nanoseconds := c.time(i)
			require.Equal(t, when[i], time.Unix(seconds, nanoseconds).UTC())
		}
	})
}

// Entries are numbered as they come, as a map would number them.
func TestEntries(t *testing.T) {
	source := newSignIns(2)
	var e entries
	want := map[string]uint32{}
	var all []string
	for range 20_000 {
		text := source.text()
		number, known := want[text]
		if !known {
			number = uint32(len(all))
			want[text], all = number, append(all, text)
		}
		require.Equal(t, number, e.number(appendText(nil, text)))
	}
	require.Equal(t, len(all), e.n)
	e.seal()
	for number, text := range all {
		var got string
		cutTexts(e.entry(uint32(number)), &got)
		require.Equal(t, text, got)
	}
}

// What is made of texts tells where it ends, and different texts make different
// entries of which none is the beginning of another.
func TestEntriesOfTexts(t *testing.T) {
	texts := rapid.OneOf(rapid.SampledFrom(newSignIns(3).texts), rapid.StringMatching(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), rapid.String())
	two := rapid.Custom(func(t *rapid.T) [2]string { return [2]string{texts.Draw(t, "first"), texts.Draw(t, "second")} })
	rapid.Check(t, func(t *rapid.T) {
		a, b := two.Draw(t, "a"), two.Draw(t, "b")
		entry := func(of [2]string) []byte { return appendText(appendText(nil, of[0]), of[1]) }
		var got [2]string
		require.Equal(t, []byte("rest"), cutTexts(append(entry(a), "rest"...), &got[0], &got[1]))
		require.Equal(t, a, got)
		require.Equal(t, a == b, strings.HasPrefix(string(entry(a)), string(entry(b))))
	})
}

func TestGUID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		text := string(appendGUID(nil, id))
		got, ok := parseGUID(text)
		require.True(t, ok)
		require.Equal(t, id, got)
		changed := []byte(text)
		changed[rapid.IntRange(0, 35).Draw(t, "place")] = rapid.Byte().Draw(t, "byte")
		got, ok = parseGUID(string(changed))
		if ok {
			require.Equal(t, string(changed), string(appendGUID(nil, got)), "only what is written so again")
		} else {
			require.NotRegexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, string(changed))
		}
	})
}

// BenchmarkRead keeps 200,000 sign-ins of 80,000 users, as a large tenant has them.
func BenchmarkRead(b *testing.B) {
	rows := make([]model.SignIn, 200_000)
	guid := func(kind, n int) model.Field[string] {
		return model.Value(fmt.Sprintf("%08x-0000-4000-%04x-%012x", n*2654435761%(1<<32), kind, n))
	}
	what := make([][]model.AppliedPolicy, 100)
	for i := range what {
		for j := range 20 {
			result := []string{"notApplied", "success", "failure"}[(i>>(j%7))%3]
			what[i] = append(what[i], model.AppliedPolicy{ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", j), Result: model.Value(result)})
		}
	}
	for i := range rows {
		user := i * 7919 % 80_000
		rows[i] = model.SignIn{Object: model.Object{ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)}, CreatedDateTime: model.Value(at("2026-10-21T00:00:00Z")),
			UserID: guid(1, user), UserPrincipalName: model.Value(fmt.Sprintf("firstname.surname%d@contoso.example", user)), AppID: guid(2, i%8),
			AppDisplayName: model.Value("One Outlook Web"), ResourceID: guid(3, i%8), ResourceDisplayName: model.Value("Office 365 Exchange Online"),
			IPAddress: model.Value(fmt.Sprintf("192.0.2.%d", i%600)), ClientAppUsed: model.Value("Browser"), IsInteractive: model.Value(true),
			Status:                           model.Value(model.SignInStatus{ErrorCode: model.Value(0)}),
			DeviceDetail:                     model.Value(model.DeviceDetail{DeviceID: guid(4, user/2), DisplayName: model.Value(fmt.Sprint("LAPTOP-", user/2)), IsCompliant: model.Value(true)}),
			Location:                         model.Value(model.SignInLocation{CountryOrRegion: model.Value("GB")}),
			AppliedConditionalAccessPolicies: model.Value(what[i%len(what)])}
	}
	b.ReportAllocs()
	for b.Loop() {
		var r Reader
		for i := range rows {
			r.Read(&rows[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/record")
}
