package activity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

func decode[T any](t require.TestingT, text string) T {
	var value T
	require.NoError(t, json.Unmarshal([]byte(text), &value))
	return value
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestReaderKeepsWhatIsKnown(t *testing.T) {
	var r Reader
	r.Add(decode[model.SignIn](t, `{"id":"1","createdDateTime":"2026-11-20T10:00:00+01:00","userId":"U","isInteractive":true,
		"status":{"errorCode":0},"deviceDetail":{"deviceId":"","isCompliant":null,"isManaged":false},
		"appliedConditionalAccessPolicies":[{"id":"p","result":"success"},{"id":"q"}]}`))
	r.Add(decode[model.SignIn](t, `{"id":"2","createdDateTime":"soon","status":{"errorCode":53000},"deviceDetail":{"deviceId":"d","isCompliant":true,"isManaged":true}}`))
	r.Add(decode[model.SignIn](t, `{"id":"3","createdDateTime":null,"status":{"errorCode":null},"deviceDetail":null,"appliedConditionalAccessPolicies":null}`))
	got := slices.Collect(r.All())
	require.Equal(t, at("2026-11-20T09:00:00Z"), got[0].At)
	require.Equal(t, model.True, got[0].Succeeded)
	require.Equal(t, Device{Identified: model.False, Managed: model.False, Compliant: model.False}, got[0].Device, "a device that was not recognised")
	require.Equal(t, []Applied{{"p", "success"}, {"q", ""}}, got[0].Policies)
	require.True(t, got[0].PoliciesKnown)
	require.True(t, got[1].At.IsZero(), "an unreadable time")
	require.Equal(t, model.False, got[1].Succeeded)
	require.Equal(t, "53000", got[1].Code)
	require.Equal(t, Device{ID: "d", Identified: model.True, Managed: model.True, Compliant: model.True}, got[1].Device)
	require.Equal(t, model.Unknown, got[1].Interactive)
	require.False(t, got[1].PoliciesKnown)
	require.Equal(t, model.Unknown, got[2].Succeeded)
	require.Equal(t, Device{}, got[2].Device, "nothing is known of the device")
	require.False(t, got[2].PoliciesKnown)
}

// TestReaderKeepsIdAndPlace holds packed ids and pointers to what went in, in forms
// that look like the usual one and are not.
func TestReaderKeepsIdAndPlace(t *testing.T) {
	guid := rapid.StringMatching(`[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}[-0][0-9a-f]{12}`)
	ids := rapid.OneOf(guid, rapid.StringMatching(`[0-9a-f-]{36}`), rapid.SampledFrom([]string{"", "0", strings.Repeat("g", 36), strings.Repeat("é", 18)}), rapid.String())
	pointers := rapid.OneOf(rapid.StringMatching(`(/value)?/[0-9]{1,11}`), rapid.SampledFrom([]string{"", "/", "/value/", "/value/-1", "/value/+1", "/value/007", "17", "/a~1b/4"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		var r Reader
		var want []model.Object
		for range rapid.IntRange(1, 8).Draw(t, "records") {
			o := model.NewObject(ids.Draw(t, "id"), rapid.SampledFrom([]string{"", "p"}).Draw(t, "parent"),
				model.Location{Dataset: "auditLogs/signIns", File: rapid.SampledFrom([]string{"a.json", "b.json"}).Draw(t, "file"), Pointer: pointers.Draw(t, "pointer")})
			want = append(want, o)
			r.Add(model.SignIn{Object: o})
		}
		for i, s := range slices.Collect(r.All()) {
			require.Equal(t, want[i], s.Object)
		}
	})
}

func TestWindow(t *testing.T) {
	collected, from, to := at("2026-11-20T09:00:00Z"), at("2026-10-23T09:00:00Z"), at("2026-11-19T09:00:00Z")
	complete := model.Coverage{State: model.Complete}
	stated := model.Coverage{State: model.Complete, From: at("2026-10-20T00:00:00Z"), To: at("2026-11-20T00:00:00Z")}
	early, late := at("2026-10-22T00:00:00Z"), at("2026-11-01T00:00:00Z")
	for name, c := range map[string]struct {
		times    []time.Time
		coverage model.Coverage
		want     model.Truth
	}{
		"reaches back":                        {[]time.Time{late, early}, complete, model.True},
		"too short":                           {[]time.Time{late}, complete, model.Unknown},
		"empty":                               {nil, complete, model.Unknown},
		"undated":                             {[]time.Time{{}}, complete, model.Unknown},
		"the manifest states it":              {nil, stated, model.True},
		"the manifest states a shorter one":   {[]time.Time{early}, model.Coverage{State: model.Complete, From: late}, model.Unknown},
		"the manifest states an earlier end":  {[]time.Time{early}, model.Coverage{State: model.Complete, To: late}, model.Unknown},
		"cut":                                 {[]time.Time{early}, model.Coverage{State: model.Partial}, model.Unknown},
		"missing, whatever the manifest says": {nil, model.Coverage{From: stated.From, To: stated.To}, model.Unknown},
	} {
		w := LogWindow(slices.Values(c.times), c.coverage, collected)
		require.Equal(t, c.want, w.Spans(from, to), name)
		require.Equal(t, len(c.times), w.Count, name)
	}
	old := LogWindow(slices.Values([]time.Time{early, late}), complete, at("2026-11-02T00:00:00Z"))
	require.Equal(t, model.Unknown, old.Spans(from, to), "an export that is too old")
	require.Equal(t, "2026-10-22 to 2026-11-02, 2 records", old.Text())
	require.Equal(t, "1 records without a time", LogWindow(slices.Values([]time.Time{{}}), complete, collected).Text())
}

func TestOfficeHours(t *testing.T) {
	read := func(text string) (Hours, error) {
		return OfficeHours(decode[model.Field[model.WorkingHours]](t, text))
	}
	h, err := read(`{"timezone":"UTC","days":["mon","Tuesday"],"from":"07:00","to":"19:00"}`)
	require.NoError(t, err)
	for text, want := range map[string]model.Truth{
		"2026-11-16T07:00:00Z": model.True, "2026-11-16T06:59:59Z": model.False, "2026-11-16T18:59:59Z": model.True,
		"2026-11-16T19:00:00Z": model.False, "2026-11-17T12:00:00Z": model.True, "2026-11-18T12:00:00Z": model.False,
		"2026-11-16T20:30:00+02:00": model.True, "0001-01-01T00:00:00Z": model.Unknown,
	} {
		require.Equal(t, want, h.Include(at(text)), text)
	}
	night, err := read(`{"timezone":"UTC","days":["sun"],"from":"22:00","to":"06:00"}`)
	require.NoError(t, err)
	require.Equal(t, model.True, night.Include(at("2026-11-22T23:00:00Z")), "Sunday night")
	require.Equal(t, model.True, night.Include(at("2026-11-23T05:00:00Z")), "which ends on Monday")
	require.Equal(t, model.False, night.Include(at("2026-11-22T05:00:00Z")), "and did not begin on Saturday")
	require.Equal(t, model.Unknown, Hours{}.Include(at("2026-11-22T05:00:00Z")), "none declared")
	for _, bad := range []string{`null`, `{}`, `{"timezone":"Local","days":["mon"],"from":"07:00","to":"19:00"}`,
		`{"timezone":"Mars/Base","days":["mon"],"from":"07:00","to":"19:00"}`, `{"timezone":"UTC","days":["day"],"from":"07:00","to":"19:00"}`,
		`{"timezone":"UTC","days":["mon"],"from":"7","to":"19:00"}`} {
		_, err := read(bad)
		require.ErrorContains(t, err, "workingHours", bad)
	}
}

func TestWorkingHoursFollowTheClocks(t *testing.T) {
	if _, err := time.LoadLocation("Europe/London"); err != nil {
		t.Skip("this system has no time zones")
	}
	h, err := OfficeHours(decode[model.Field[model.WorkingHours]](t, `{"timezone":"Europe/London","days":["mon"],"from":"07:00","to":"19:00"}`))
	require.NoError(t, err)
	require.Equal(t, model.True, h.Include(at("2026-06-15T06:30:00Z")), "summer time")
	require.Equal(t, model.False, h.Include(at("2026-11-16T06:30:00Z")), "winter time")
}

func TestActivations(t *testing.T) {
	request := func(change string) []model.RoleScheduleRequest {
		return []model.RoleScheduleRequest{decode[model.RoleScheduleRequest](t, strings.Replace(`{"id":"r","action":"selfActivate","status":"Provisioned","principalId":"a","roleDefinitionId":"x",
			"createdDateTime":"2026-11-10T08:00:00Z","justification":" fix ","ticketInfo":{"ticketNumber":"T1"},CHANGE
			"scheduleInfo":{"startDateTime":"2026-11-10T09:00:00Z","expiration":{"type":"afterDuration","duration":"PT4H"}}}`, "CHANGE", change, 1))}
	}
	got := Activations(request(""), true)
	require.Len(t, got, 1)
	require.Equal(t, at("2026-11-10T09:00:00Z"), got[0].Start)
	require.Equal(t, at("2026-11-10T13:00:00Z"), got[0].Latest)
	require.Equal(t, got[0].Latest, got[0].Sure)
	require.Equal(t, []any{"fix", model.True, "T1", model.True}, []any{got[0].Justification, got[0].Justified, got[0].Ticket, got[0].Ticketed})
	require.Equal(t, got[0].Start, Activations(request(""), false)[0].Sure, "a deactivation may have been missed")

	changed := func(text string, edit func(*model.RoleScheduleRequest)) []Activation {
		list := request("")
		if text != "" {
			list[0].ScheduleInfo = decode[model.Field[model.ScheduleInfo]](t, text)
		}
		edit(&list[0])
		return Activations(list, true)
	}
	keep := func(*model.RoleScheduleRequest) {}
	end := changed(`{"startDateTime":"2026-11-10T09:00:00Z","expiration":{"type":"afterDateTime","endDateTime":"2026-11-10T12:00:00Z","duration":null}}`, keep)
	require.Equal(t, at("2026-11-10T12:00:00Z"), end[0].Latest)
	untyped := changed(`{"startDateTime":null,"expiration":{"endDateTime":null,"duration":"PT1H"}}`, keep)
	require.Equal(t, at("2026-11-10T09:00:00Z"), untyped[0].Latest, "without a type, what is stated alone decides")
	require.Equal(t, at("2026-11-10T08:00:00Z"), untyped[0].Start, "no start in the schedule: when it was asked for")
	for _, odd := range []string{`{"startDateTime":"2026-11-10T09:00:00Z","expiration":{"type":"afterDuration","duration":"P1Y"}}`,
		`{"startDateTime":"2026-11-10T09:00:00Z","expiration":{"type":"noExpiration"}}`, `{"startDateTime":"2026-11-10T09:00:00Z"}`} {
		require.True(t, changed(odd, keep)[0].Latest.IsZero(), odd)
	}
	for status, want := range map[string]model.Truth{"provisioned": model.True, "Denied": model.False, "PendingApproval": model.False,
		"Revoked": model.Unknown, "somethingNew": model.Unknown} {
		list := changed("", func(r *model.RoleScheduleRequest) { r.Status = model.Value(status) })
		if want == model.False {
			require.Empty(t, list, status)
			continue
		}
		require.Equal(t, want, list[0].Happened, status)
	}
	require.Empty(t, changed("", func(r *model.RoleScheduleRequest) { r.Action = model.Value("adminAssign") }))
	require.Equal(t, model.Unknown, changed("", func(r *model.RoleScheduleRequest) { r.Action = model.Field[string]{} })[0].Happened)
	blank := changed("", func(r *model.RoleScheduleRequest) {
		r.Justification, r.TicketInfo = model.Value("  "), model.Null[model.TicketInfo]()
	})
	require.Equal(t, []model.Truth{model.False, model.False}, []model.Truth{blank[0].Justified, blank[0].Ticketed})
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT4H": 4 * time.Hour, "PT30M": 30 * time.Minute, "PT1H30M": 90 * time.Minute, "P1D": 24 * time.Hour,
		"P365D": 365 * 24 * time.Hour, "P1DT12H": 36 * time.Hour, "P2W": 14 * 24 * time.Hour, "PT0S": 0, "P1DT1S": 24*time.Hour + time.Second,
	} {
		got, err := Duration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "P", "PT", "4H", "P4H", "PT4", "PT4D", "P1Y", "P6M", "P1M", "PT1M1H", "PT4H4H", "PT30M1H", "-PT4H",
		"PT-4H", "PT1.5H", "pt4h", "PT4H ", "PTT4H", "P1DT", "PT99999999H", "P9999999W", "PT99999999999999999999S"} {
		_, err := Duration(text)
		require.Errorf(t, err, "%q", text)
	}
}

// The generators draw from few values, so that records meet, and from all that
// an export can do to a property.

func drawField[T any](t *rapid.T, label string, values ...T) model.Field[T] {
	switch n := rapid.IntRange(0, len(values)+1).Draw(t, label); n {
	case 0:
		return model.Field[T]{}
	case 1:
		return model.Null[T]()
	default:
		return model.Value(values[n-2])
	}
}

// instants are near each other, and two that are hostile.
func instants() []time.Time {
	list := []time.Time{{}, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	for n := range 12 {
		list = append(list, at("2026-11-10T06:00:00Z").Add(time.Duration(n)*30*time.Minute))
	}
	return list
}

func drawTime(t *rapid.T, label string) model.Field[time.Time] {
	return drawField(t, label, instants()...)
}

func drawID(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"a", "A", "b", "c", ""}).Draw(t, label)
}

func drawRequests(t *rapid.T) []model.RoleScheduleRequest {
	return rapid.Custom(func(t *rapid.T) []model.RoleScheduleRequest {
		var list []model.RoleScheduleRequest
		for n := range rapid.IntRange(1, 6).Draw(t, "requests") {
			r := model.RoleScheduleRequest{Object: model.Object{ID: fmt.Sprint("r", n)}, PrincipalID: drawID(t, "principal"), RoleDefinitionID: drawID(t, "role")}
			r.Action = drawField(t, "action", "selfActivate", "selfActivate", "SelfActivate", "selfDeactivate", "adminRemove", "adminAssign")
			r.Status = drawField(t, "status", "Provisioned", "Provisioned", "Provisioned", "Revoked", "Denied", "Granted")
			r.CreatedDateTime = drawTime(t, "created")
			r.ScheduleInfo = drawField(t, "schedule", model.ScheduleInfo{StartDateTime: drawTime(t, "start"),
				Expiration: drawField(t, "expiration", model.ExpirationPattern{Type: drawField(t, "type", "afterDuration", "AfterDateTime", "noExpiration"),
					Duration: drawField(t, "duration", "PT1H", "PT30M", "soon"), EndDateTime: drawTime(t, "end")})})
			list = append(list, r)
		}
		return list
	}).Draw(t, "list")
}

// value is the field's value for the oracle; known is false for null too.
func value[T any](f model.Field[T]) (v T, known bool) {
	known = f.Is(func(got T) bool { v = got; return true }) == model.True
	return v, known
}

// oracle decides whether an instant belongs to a request's activation by writing
// out every world that the export allows: when it started, when it was due to
// end, and which endings happened.
func oracle(requests []model.RoleScheduleRequest, r model.RoleScheduleRequest, complete bool, t time.Time) model.Truth {
	start, known := time.Time{}, false
	info, scheduled := value(r.ScheduleInfo)
	switch {
	case scheduled && info.StartDateTime.Null() != model.True:
		start, known = value(info.StartDateTime)
	case scheduled || r.ScheduleInfo.Null() == model.True:
		start, known = value(r.CreatedDateTime)
	}
	if !known || start.IsZero() || t.IsZero() {
		return model.Unknown
	}
	far := time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	due := []time.Time{start, far}
	if e, ok := value(info.Expiration); scheduled && ok {
		kind, _ := value(e.Type)
		end, ends := value(e.EndDateTime)
		length, lasts := value(e.Duration)
		switch {
		case strings.EqualFold(kind, "afterDateTime") && ends && !end.IsZero():
			due = []time.Time{end}
		case strings.EqualFold(kind, "afterDuration") && lasts && length == "PT1H":
			due = []time.Time{start.Add(time.Hour)}
		case strings.EqualFold(kind, "afterDuration") && lasts && length == "PT30M":
			due = []time.Time{start.Add(30 * time.Minute)}
		case kind == "" && e.EndDateTime.Null() == model.True && lasts && length != "soon":
			due = []time.Time{start.Add(map[string]time.Duration{"PT1H": time.Hour, "PT30M": 30 * time.Minute}[length])}
		case kind == "" && e.Duration.Null() == model.True && ends && !end.IsZero():
			due = []time.Time{end}
		}
	}
	if due[0].Before(start) {
		due = []time.Time{start, far}
	}
	// choices lists, for every request that may have ended it, the ends it may
	// have set; far stands for none.
	choices := [][]time.Time{due}
	if !complete {
		choices = append(choices, []time.Time{start, far})
	}
	for _, other := range requests {
		sure := true
		if other.PrincipalID == "" || other.RoleDefinitionID == "" || r.PrincipalID == "" || r.RoleDefinitionID == "" {
			sure = false
		} else if !strings.EqualFold(other.PrincipalID, r.PrincipalID) || !strings.EqualFold(other.RoleDefinitionID, r.RoleDefinitionID) {
			continue
		}
		action, named := value(other.Action)
		status, stated := value(other.Status)
		switch {
		case other.ID == r.ID,
			named && !strings.EqualFold(action, "selfDeactivate") && !strings.EqualFold(action, "adminRemove"), other.Action.Null() == model.True,
			stated && status != "Revoked" && status != "Provisioned", other.Status.Null() == model.True:
			continue
		}
		when, dated := value(other.CreatedDateTime)
		switch {
		case !dated || when.IsZero():
			choices = append(choices, []time.Time{start, far})
		case when.Before(start):
		case sure && named && stated:
			choices = append(choices, []time.Time{when})
		default:
			choices = append(choices, []time.Time{when, far})
		}
	}
	yes, no := false, false
	var worlds func(i int, end time.Time)
	worlds = func(i int, end time.Time) {
		if i == len(choices) {
			if !t.Before(start.Add(-time.Hour)) && (!t.After(end) || !t.After(start)) {
				yes = true
			} else {
				no = true
			}
			return
		}
		for _, e := range choices[i] {
			if e.After(end) {
				e = end
			}
			worlds(i+1, e)
		}
	}
	worlds(0, far)
	switch {
	case yes && no:
		return model.Unknown
	case yes:
		return model.True
	}
	return model.False
}

func TestActivationHoldsAsTheOracleSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		requests, complete := drawRequests(t), rapid.Bool().Draw(t, "complete")
		for _, a := range Activations(requests, complete) {
			for _, instant := range instants() {
				want := oracle(requests, a.Request, complete, instant)
				if got := a.Holds(instant); got != want {
					t.Fatalf("%s at %s: %v, the oracle says %v", a.Request.ID, instant, got, want)
				}
			}
		}
	})
}

func TestJoinsAgreeWithLookingAtEveryRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var reader Reader
		for n := range rapid.IntRange(0, 12).Draw(t, "signIns") {
			reader.Add(model.SignIn{Object: model.Object{ID: fmt.Sprint(n)}, CreatedDateTime: drawTime(t, "created"), UserID: drawField(t, "user", "a", "A", "b", "")})
		}
		var audits []*model.DirectoryAudit
		for n := range rapid.IntRange(0, 8).Draw(t, "audits") {
			audits = append(audits, &model.DirectoryAudit{Object: model.Object{ID: fmt.Sprint(n)}, ActivityDateTime: drawTime(t, "activity"),
				LoggedByService: drawField(t, "service", "PIM", "pim", "Core Directory"), CorrelationID: drawField(t, "correlation", "r0", "R1", ""),
				TargetResources: drawField(t, "targets", []model.AuditTarget{{ID: drawField(t, "target", "a", "B")}, {ID: drawField(t, "target", "A", "c")}})})
		}
		all := slices.Collect(reader.All())
		log := NewLog(&reader, slices.Values(audits))
		for _, user := range []string{"a", "B", ""} {
			want := map[string]string{}
			for _, s := range all {
				if strings.EqualFold(s.UserID, user) {
					want[s.ID] = "true"
				}
			}
			of := log.Of(user)
			require.Equal(t, want, seen(of, func(s SignIn) (string, model.Truth) { return s.ID, model.True }))
			require.True(t, slices.IsSortedFunc(of, func(a, b SignIn) int { return a.At.Compare(b.At) }), "by time")
		}
		for _, a := range Activations(drawRequests(t), rapid.Bool().Draw(t, "complete")) {
			want := map[string]string{}
			for _, s := range all {
				whose := model.Of(strings.EqualFold(s.UserID, a.Request.PrincipalID))
				if s.UserID == "" || a.Request.PrincipalID == "" {
					whose = model.Unknown
				}
				if belongs := model.And(whose, a.Holds(s.At)); belongs != model.False {
					want[s.ID] = belongs.String()
				}
			}
			require.Equal(t, want, seen(log.During(a), func(j Joined) (string, model.Truth) { return j.ID, j.Belongs }))

			want = map[string]string{}
			for _, e := range audits {
				if belongs := model.And(near(a, e.ActivityDateTime), a.left(e)); belongs != model.False {
					want[e.ID] = belongs.String()
				}
			}
			require.Equal(t, want, seen(log.Trail(a, time.Hour), func(e Audited) (string, model.Truth) { return e.ID, e.Belongs }))
		}
	})
}

// near says whether an entry was written around an activation, which may have no
// time at all.
func near(a Activation, f model.Field[time.Time]) model.Truth {
	t, known := value(f)
	if !known || t.IsZero() {
		return model.Unknown
	}
	var times []time.Time
	if created, known := value(a.Request.CreatedDateTime); known && !created.IsZero() {
		times = append(times, created)
	}
	if !a.Start.IsZero() {
		times = append(times, a.Start)
	}
	if len(times) == 0 {
		return model.True
	}
	after, before := false, false
	for _, bound := range times {
		after = after || !t.Before(bound.Add(-time.Hour))
		before = before || !t.After(bound.Add(time.Hour))
	}
	return model.Of(after && before)
}

func seen[T any](list []T, of func(T) (string, model.Truth)) map[string]string {
	found := map[string]string{}
	for _, element := range list {
		id, belongs := of(element)
		found[id] = belongs.String()
	}
	return found
}

// BenchmarkJoin joins a thousand activations to a million sign-ins of twenty
// thousand users.
func BenchmarkJoin(b *testing.B) {
	first := at("2026-10-21T00:00:00Z")
	var signIns Reader
	for i := range 1_000_000 {
		signIns.Add(model.SignIn{CreatedDateTime: model.Value(first.Add(time.Duration(i*7919%2_500_000) * time.Second)), UserID: model.Value(fmt.Sprintf("user-%05d", i*31%20_000))})
	}
	var requests []model.RoleScheduleRequest
	for i := range 1000 {
		requests = append(requests, model.RoleScheduleRequest{Object: model.Object{ID: fmt.Sprint(i)}, PrincipalID: fmt.Sprintf("user-%05d", i), RoleDefinitionID: "x",
			Action: model.Value("selfActivate"), Status: model.Value("Provisioned"), ScheduleInfo: model.Value(model.ScheduleInfo{
				StartDateTime: model.Value(first.Add(time.Duration(i) * time.Hour / 2)),
				Expiration:    model.Value(model.ExpirationPattern{Type: model.Value("afterDuration"), Duration: model.Value("PT8H")})})})
	}
	for b.Loop() {
		log, n := NewLog(&signIns, slices.Values[[]*model.DirectoryAudit](nil)), 0
		for _, a := range Activations(requests, true) {
			n += len(log.During(a))
		}
		b.ReportMetric(float64(n), "joined")
	}
}
