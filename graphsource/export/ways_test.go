package export

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
)

// both reads an export with records decoded in the window, and with every record
// the tolerant way, and requires the same of both: rows, coverage, reports, error.
func both(t *testing.T, s *Source) {
	t.Helper()
	read := func(slow bool) (rows, seen string, reports map[string]FileReport, failed string) {
		source := *s
		source.slow = slow
		var logs strings.Builder
		tenant, err := source.Load(context.Background(), nil, assess.Observer{Dataset: model.SignIns.Name(), See: func(record any) {
			logs.WriteString(record.(model.SignIn).ID + record.(model.SignIn).Object.Location().Pointer + "\n")
		}})
		if err != nil {
			return "", logs.String(), nil, err.Error()
		}
		return dump(t, tenant), logs.String(), inventory(t, &source), ""
	}
	rows, seen, reports, failed := read(false)
	slowRows, slowSeen, slowReports, slowFailed := read(true)
	require.Equal(t, slowFailed, failed)
	require.Equal(t, slowSeen, seen)
	require.Equal(t, slowRows, rows)
	require.Equal(t, slowReports, reports)
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
	for range 60 {
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
