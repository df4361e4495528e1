package export

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
)

// answer is all that reading an export gives.
type answer struct {
	rows, info string
	seen       string // by observers, in order
	reports    map[string]FileReport
	failed     string
	unlisted   string
}

func answerOf(t *testing.T, s *Source) (a answer) {
	t.Helper()
	var seen strings.Builder
	observe := func(dataset string) assess.Observer {
		return assess.Observer{Dataset: dataset, See: func(record any) {
			text, err := json.Marshal(record)
			require.NoError(t, err)
			seen.WriteString(dataset + string(text) + "\n")
		}}
	}
	inPlace := observe(model.SignIns.Name())
	inPlace.See, inPlace.Each = nil, inPlace.See
	tenant, err := s.Load(context.Background(), nil, inPlace, observe(model.Users.Name()), observe(model.GroupMembers.Name()))
	if a.seen = seen.String(); err != nil {
		a.failed = err.Error()
	} else {
		a.rows, a.info = dump(t, tenant), fmt.Sprint(tenant.Info())
	}
	list, err := s.Inventory(context.Background())
	if err != nil {
		a.unlisted = err.Error()
		return a
	}
	a.reports = map[string]FileReport{}
	for _, f := range list {
		a.reports[f.Path] = f
	}
	return a
}

// both reads an export with records decoded in the window, with every record the
// tolerant way, and with files read ahead, and requires the same of all.
func both(t *testing.T, s *Source) {
	t.Helper()
	one, slow, many := *s, *s, *s
	one.opts.Parallel = 1
	slow.opts.Parallel, slow.slow = 1, true
	many.opts.Parallel, many.opts.ReadAheadBytes, many.eager = 3, 1, true
	want := answerOf(t, &one)
	require.Equal(t, answerOf(t, &slow), want)
	got := answerOf(t, &many)
	if want.failed != "" { // what was seen by then is no promise
		got.seen, want.seen = "", ""
	}
	require.Equal(t, want, got)
}

func TestBothWaysSamples(t *testing.T) {
	for _, name := range tenants.Names() {
		sample, err := tenants.FS(name)
		require.NoError(t, err)
		both(t, FS(sample, Options{}))
	}
}

// A list of users, each ordinary or with something that the window's decoder must
// leave to the tolerant way, or wrong in a way that ends the file.
func TestBothWaysOdd(t *testing.T) {
	odd := []string{`{"Id":"P%","AccountEnabled":true,"Mail":null}`, `{"id":"d%","createdDateTime":"/Date(1769788627239)/"}`, `{"id":"t%","@odata.type":"#microsoft.graph.group"}`,
		`{"id":"t%","@odata.type":"#microsoft.graph.user"}`, `{"id":"c%","displayName":"System.Object[]"}`, "{\"id\":\"l%\",\"displayName\":\"Andr\xe9\"}", `{"displayName":"no id"}`, `{}`, `7`, `null`, `[1]`,
		`{"id":5}`, `{"id":"s%","displayName":"\ud83d"}`, `{"ID":"x%","accountENABLED":"no"}`, `{"id":"k%","assignedPlans":[{"service":"a"},null,{"service":1}],"manager":{"id":"m","manager":[]}}`,
		`{"id":"2%","id":"3%","accountEnabled":true,"accountEnabled":false}`, `{"id":"@%","displayName":"@{a=1}","businessPhones":["Microsoft.Graph.PowerShell.Models.X"]}`}
	wrong := []string{`{"id":"a" "b":1}`, `{"id":"a",}`, `{"id":01}`, `{"id":"a"`, `{"id":"\x"}`, `{"unneeded":[1,,2],"id":"a"}`, "{\"id\":\"a\x01\"}", `{"unneeded":{"a":[}},"id":"a"}`, `tru`}
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 30 {
		var list []string
		for i := range 150 + rnd.IntN(100) {
			record := `{"id":"%","displayName":"Zoë \u00e9","accountEnabled":true,"unneeded":{"a":[1,2.5e3,"x"]}}`
			if rnd.IntN(6) == 0 {
				record = odd[rnd.IntN(len(odd))]
			}
			list = append(list, strings.ReplaceAll(record, "%", string(rune('a'+i%26))+strings.Repeat("0", i/26)))
		}
		if rnd.IntN(3) == 0 {
			list = slices.Insert(list, rnd.IntN(len(list)), wrong[rnd.IntN(len(wrong))])
		}
		data := files{"users.json": `{"value":[` + strings.Join(list, ",") + `],"@odata.nextLink":""}`, "auditLogs/signIns.jsonl": strings.Join(list, "\n"),
			"groups/g/members.json": "[" + strings.Join(list, " ,\n") + "]"}
		both(t, FS(data.fs(), Options{}))
		both(t, FS(data.fs(), Options{MaxRecordBytes: 300}))
	}
}
