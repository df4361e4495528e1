package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// manyFiles is an export of many pages, some of them wrong in some way.
func manyFiles(rnd *rand.Rand) files {
	list := func(prefix string, more string) string {
		var records []string
		for i := range 1 + rnd.IntN(200) {
			records = append(records, fmt.Sprintf(`{"id":"%s-%d","displayName":"Zoë","accountEnabled":true%s}`, prefix, i, more))
		}
		return strings.Join(records, ",")
	}
	data := files{"organization.json": `{"value":[{"id":"t","displayName":"T"}]}`, "declarations.json": `{"version":1}`,
		"groups.json": `{"value":[` + list("g", `,"members":[{"id":"m"},7,{"id":"n"}]`) + `]}`}
	for i := range 3 + rnd.IntN(5) {
		name, next := "users.json", `,"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=x"`
		if i > 0 {
			name = fmt.Sprintf("users.%d.json", i+1)
		}
		data[name] = `{"value":[` + list(fmt.Sprint("u", i), "") + `]` + next + `}`
		data[fmt.Sprintf("auditLogs/signIns.%d.json", i+1)] = `{"value":[` + list(fmt.Sprint("s", i), "") + `]}`
		data[fmt.Sprintf("groups/G%d/members.json", i)] = `[` + list("m", "") + `]`
		data[fmt.Sprintf("groups/g%d/members.2.json", i)] = `[` + list("n", "") + `]`
	}
	for name := range data {
		switch rnd.IntN(20) {
		case 0:
			data[name] = data[name][:rnd.IntN(len(data[name]))]
		case 1:
			at := rnd.IntN(len(data[name]))
			data[name] = data[name][:at] + "\x00" + data[name][at:]
		case 2:
			data[name] = strings.ReplaceAll(data[name], `"id"`, `"Id"`)
		case 3:
			data[strings.ToUpper(name)] = data[name] // a twin
		}
	}
	return data
}

// Whatever is read ahead, and however the bounds are, the answer is that of reading
// one file after the other.
func TestReadAheadTellsNoDifference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for range 6 {
		data := manyFiles(rnd)
		total := int64(0)
		for _, text := range data {
			total += int64(len(text))
		}
		for _, opts := range []Options{{}, {MaxTotalBytes: total - 1}, {MaxTotalBytes: 1 + rnd.Int64N(total)}, {MaxEntryBytes: 10_000}, {MaxRecordBytes: 150}, {MaxDepth: 3}} {
			both(t, FS(data.fs(), opts))
		}
	}
}

// stuckFS gives no more of a file than its first half until it is told to.
type stuckFS struct {
	fs.FS
	name string
	hold chan struct{}
	err  error
}

func (s stuckFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err == nil && name == s.name {
		return &stuckFile{File: f, fs: s}, nil
	}
	return f, err
}

type stuckFile struct {
	fs.File
	fs   stuckFS
	read bool
}

func (f *stuckFile) Read(p []byte) (int, error) {
	if !f.read {
		f.read = true
		return f.File.Read(p[:min(len(p), 1000)])
	}
	<-f.fs.hold
	if f.fs.err != nil {
		return 0, f.fs.err
	}
	return f.File.Read(p)
}

// A file in the middle that cannot be read on costs that file; an end of the
// context ends the loading. In both cases nothing keeps running.
func TestReadAheadEnds(t *testing.T) {
	data := files{"organization.json": `{"value":[{"id":"t"}]}`}
	for i := range 9 {
		data[fmt.Sprintf("users.%d.json", i+1)] = usersText(20)
		data[fmt.Sprintf("groups/g%d/members.json", i)] = usersText(5)
	}
	hold := make(chan struct{})
	source := FS(stuckFS{data.fs(), "users.2.json", hold, nil}, Options{Parallel: 4, ReadAheadBytes: 1})
	source.eager = true
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cancel()
		close(hold)
	}()
	_, err := source.Load(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
	<-ended
	require.LessOrEqual(t, runtime.NumGoroutine(), before)

	source = FS(stuckFS{data.fs(), "users.2.json", hold, errors.New("the disk is gone")}, Options{Parallel: 4, ReadAheadBytes: 1})
	source.eager = true
	tenant := load(t, source)
	require.Equal(t, model.Malformed, input(t, tenant, "users").Reason)
	require.Contains(t, inventory(t, source)["users.2.json"].Reason, "the disk is gone")
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}
