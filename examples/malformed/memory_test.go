package malformed_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/graphsource/export"
)

// endless gives head, then fill again and again, up to a size.
type endless struct {
	head, fill string
	left       int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		if e.head == "" {
			e.head = e.fill
		}
		m := copy(p[n:], e.head)
		e.head = e.head[m:]
		n, e.left = n+m, e.left-m
	}
	return n, nil
}

// aWindow is the window cap of these tests.
const aWindow = 1 << 20

// TestMemoryIsBoundedByTheWindow: a file of a gigabyte that is one record, one
// name, one number or one list of nothing ends at the window cap, with the file and
// the offset, and takes memory in proportion to the cap.
func TestMemoryIsBoundedByTheWindow(t *testing.T) {
	long(t)
	for name, text := range map[string][2]string{
		"one string":       {`{"value":[{"id":"`, "x"},
		"one escape":       {`{"value":[{"id":"`, `\u0000`},
		"one name":         {`{"value":[{"`, "n"},
		"one number":       {`{"value":[{"id":"u","n":1`, "0"},
		"white space":      {`{"value":[{"id":"u"`, " \n"},
		"members":          {`{"value":[{"id":"u"`, `,"a":0`},
		"known members":    {`{"value":[{"id":"u"`, `,"displayName":"x"`},
		"elements":         {`{"value":[{"id":"u","assignedPlans":[0`, ",{}"},
		"brackets":         {`{"value":[{"id":"u","x":`, "["},
		"sdk members":      {`{"value":[{"Id":"u"`, `,"Aaa":{}`},
		"before the list":  {`{"a":"`, "x"},
		"behind the list":  {`{"value":[],"a":"`, "x"},
		"a loose document": {`{"id":"u"`, `,"a":0`},
	} {
		t.Run(name, func(t *testing.T) {
			source := export.File("users.json", 1<<30, func() (io.ReadCloser, error) {
				return io.NopCloser(&endless{head: text[0], fill: text[1], left: 1 << 30}), nil
			}, export.Options{MaxRecordBytes: aWindow})
			bounded(t, name, 100*aWindow, func() {
				_, err := source.Load(context.Background(), nil)
				var limit *export.LimitError
				require.ErrorAs(t, err, &limit)
				require.Equal(t, "users.json", limit.Name)
				require.GreaterOrEqual(t, limit.Offset, int64(0))
			})
		})
	}
}

// TestDenseRecordsAreBounded: a record that just fits the window, built to be
// larger in memory than in text, takes a bounded multiple of it.
func TestDenseRecordsAreBounded(t *testing.T) {
	long(t)
	for _, spelling := range []string{"id", "Id"} {
		for name, parts := range map[string][3]string{
			"empty lists":   {`"x":[[]`, ",[]", "]"},
			"empty objects": {`"x":[{}`, ",{}", "]"},
			"numbers":       {`"x":[0`, ",0", "]"},
			"empty strings": {`"x":[""`, `,""`, "]"},
			"members":       {`"x":{"a":0`, `,"":0`, "}"},
			"plans":         {`"assignedPlans":[{}`, ",{}", "]"},
			"escapes":       {`"displayName":"`, `\u0000`, `"`},
			"deep":          {`"x":[` + strings.Repeat("[", 400) + strings.Repeat("]", 400), "," + strings.Repeat("[", 400) + strings.Repeat("]", 400), "]"},
		} {
			t.Run(spelling+" "+name, func(t *testing.T) {
				head := fmt.Sprintf(`{"value":[{%q:"u",%s`, spelling, parts[0])
				n := (aWindow - len(head) - 1000) / len(parts[1])
				text := head + strings.Repeat(parts[1], n) + parts[2] + "}]}"
				source := export.File("users.json", int64(len(text)), func() (io.ReadCloser, error) {
					return io.NopCloser(strings.NewReader(text)), nil
				}, export.Options{MaxRecordBytes: aWindow})
				bounded(t, name, 400*aWindow, func() {
					_, err := source.Load(context.Background(), nil)
					require.NoError(t, err)
				})
			})
		}
	}
}

// TestManyValuesAreRefused: with the bounds as they are by default, the densest
// record of 64 MiB ends at the bound on its values, before it is decoded.
func TestManyValuesAreRefused(t *testing.T) {
	long(t)
	text := `{"value":[{"Id":"u","x":[{}` + strings.Repeat(",{}", 20<<20) + "]}]}"
	source := export.File("users.json", int64(len(text)), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}, export.Options{})
	bounded(t, "values", 300<<20, func() {
		_, err := source.Load(context.Background(), nil)
		var limit *export.LimitError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, "MaxRecordValues", limit.Option)
	})
}

// TestBombs: a zip that unpacks to gigabytes is refused by its ratio before it
// takes memory, however the bytes are spread over entries.
func TestBombs(t *testing.T) {
	long(t)
	white := strings.Repeat(" ", 1<<20)
	bomb := func(entries, megabytes int) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i := range entries {
			part, err := w.Create(fmt.Sprintf("groups/%d/members.json", i))
			require.NoError(t, err)
			for range megabytes {
				_, err = io.WriteString(part, white)
				require.NoError(t, err)
			}
		}
		require.NoError(t, w.Close())
		return out.Bytes()
	}
	for name, tc := range map[string]struct {
		archive []byte
		opts    export.Options
		want    string
	}{
		"one entry":           {bomb(1, 64), export.Options{}, "MaxRatio"},
		"many entries":        {bomb(40, 1), export.Options{MaxTotalBytes: 16 << 20}, "MaxTotalBytes"},
		"more than allowed":   {bomb(1, 64), export.Options{MaxRatio: 1 << 20, MaxEntryBytes: 16 << 20}, "MaxEntryBytes"},
		"too many of nothing": {bomb(300, 0), export.Options{MaxEntries: 200}, "MaxEntries"},
	} {
		t.Run(name, func(t *testing.T) {
			bounded(t, name, 64<<20, func() {
				source, err := export.Zip(bytes.NewReader(tc.archive), int64(len(tc.archive)), tc.opts)
				if err == nil {
					_, err = source.Load(context.Background(), nil)
				}
				var limit *export.LimitError
				require.ErrorAs(t, err, &limit)
				require.Equal(t, tc.want, limit.Option)
			})
		})
	}
}

// TestMemoryLimit: what an export has to keep beyond the memory that the caller
// allows ends the reading with the file and the place, before it is taken, and
// nothing of the export is used.
func TestMemoryLimit(t *testing.T) {
	long(t)
	const allowed = 64 << 20
	user := `{"id":"u","displayName":"` + strings.Repeat("x", 2000) + `"}`
	for name, fill := range map[string]string{"decoded at once": user, "the tolerant way": strings.Replace(user, "displayName", "DisplayName", 1)} {
		t.Run(name, func(t *testing.T) {
			source := export.File("users.json", 1<<30, func() (io.ReadCloser, error) {
				return io.NopCloser(&endless{head: `{"value":[` + user, fill: "," + fill, left: 1 << 30}), nil
			}, export.Options{MaxMemoryBytes: live() + allowed})
			bounded(t, name, 10*allowed, func() {
				tenant, err := source.Load(context.Background(), nil)
				var limit *export.LimitError
				require.ErrorAs(t, err, &limit)
				require.Equal(t, []string{"users.json", "MaxMemoryBytes"}, []string{limit.Name, limit.Option})
				require.Greater(t, limit.Offset, int64(allowed/4))
				require.ErrorContains(t, err, "where there is more memory")
				require.Nil(t, tenant)
			})
		})
	}
}

// live is how much of the heap is in use now.
func live() int64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}
