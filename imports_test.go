package privpath_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/privpath/privpath/"

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Doc        string
	Imports    []string
	Deps       []string
	GoFiles    []string
	Dir        string
}

// golist lists packages as they are built for the platform.
func golist(t *testing.T, platform []string, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Doc,Imports,Deps,GoFiles,Dir"}, args...)...)
	cmd.Env = append(os.Environ(), platform...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

// room is a package (or a tree of them) and what it may import of this module,
// directly. Packages may always import their own internal ones.
type room struct {
	path string
	may  []string
}

// sorting may be used everywhere, as the standard library's may.
const sorting = "internal/sorting"

// rooms is the architecture. access reads principals too: who a policy speaks of
// is decided where memberships are resolved, once.
var rooms = []room{
	{"internal/jsonpull", nil},
	{sorting, nil},
	{"model", []string{"internal/jsonpull"}},
	{"internal/byid", []string{"model"}},
	{"internal/liveheap", nil},
	{"internal/jshost", nil},
	{"assess", []string{"model", "internal/liveheap"}},
	{"assess/principals", []string{"model", "internal/byid"}},
	{"assess/access", []string{"model", "assess/principals"}},
	{"assess/activity", []string{"model", "assess/principals"}},
	{"assess/paths", []string{"model", "internal/byid", "assess/principals", "assess/access"}},
	{"assess/declare", []string{"model", "assess/principals"}},
	{"assess/report", []string{"model"}},
	{"assess/redact", []string{"model", "assess"}},
	{"assess/diff", []string{"model", "assess/report"}},
	{"assess/facts", []string{"model", "assess", "assess/principals", "assess/access", "assess/activity", "assess/paths"}},
	{"assess/plan", []string{"model", "assess", "assess/principals", "assess/access", "assess/activity", "assess/facts"}},
	{"assess/assesstest", []string{"model", "assess"}},
	{"pillars", []string{"model", "assess", "assess/...", "pillars/..."}},
	{"graphsource", []string{"model", "assess", "graphsource/...", "internal/jsonpull", "internal/liveheap"}},
	{"graphsource/live", []string{"model", "assess", "graphsource", "graphsource/export"}},
	{"schema", []string{"model", "assess", "assess/diff", "assess/plan", "schema"}},
	{"internal/jobs", []string{"model", "assess", "assess/...", "pillars", "internal/liveheap"}},
	{"wasm", []string{"model", "assess", "assess/...", "pillars", "graphsource", "graphsource/export", "internal/jobs", "internal/jshost", "wasm/..."}},
	{"examples", []string{"..."}},
	{"tools", []string{"..."}},
}

func TestImportsStayInTheirRooms(t *testing.T) {
	native := golist(t, nil, "./...")
	browser := golist(t, []string{"GOOS=js", "GOARCH=wasm"}, "./wasm/...", "./model/...", "./assess/...", "./pillars/...", "./graphsource/...")
	for _, p := range append(native, browser...) {
		name := strings.TrimPrefix(p.ImportPath, module)
		r, ok := roomOf(name)
		if !ok {
			require.Equal(t, strings.TrimSuffix(module, "/"), p.ImportPath, "a package outside every room")
			continue
		}
		for _, imported := range p.Imports {
			other, ours := strings.CutPrefix(imported, module)
			if !ours || other == sorting || strings.HasPrefix(other, r.path+"/internal/") || allowed(r.may, other) {
				continue
			}
			t.Errorf("%s imports %s, which its room does not allow", name, other)
		}
	}
}

// roomOf finds the most specific room of a package.
func roomOf(name string) (room, bool) {
	best := room{}
	for _, r := range rooms {
		if (name == r.path || strings.HasPrefix(name, r.path+"/")) && len(r.path) > len(best.path) {
			best = r
		}
	}
	return best, best.path != ""
}

func allowed(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if tree, ok := strings.CutSuffix(p, "..."); ok {
			return strings.HasPrefix(name, tree) || name+"/" == tree
		}
		return p == name
	})
}

// bans says which packages must not be reached, from where, and why.
var bans = []struct {
	from     []string
	platform []string
	prefix   string
	why      string
}{
	{[]string{"./model/..."}, nil, "net/http", "the vocabulary does no I/O"},
	{[]string{"./model/..."}, nil, "syscall/js", "the vocabulary knows no browser"},
	{[]string{"./assess", "./assess/access", "./assess/principals", "./assess/facts", "./assess/report", "./pillars", "./graphsource", "./graphsource/export", "./schema", "./wasm/..."},
		nil, "github.com/microsoftgraph/", "build time: the Graph SDK is for the live source only"},
	{[]string{"./assess", "./pillars", "./graphsource", "./graphsource/export", "./schema", "./wasm/..."},
		nil, "github.com/Azure/", "build time: Azure identity is for the live source only"},
	{[]string{"./assess", "./pillars", "./graphsource", "./graphsource/export", "./wasm/..."},
		nil, "github.com/microsoft/", "build time: kiota is for the live source only"},
	{[]string{"./wasm/..."}, []string{"GOOS=js", "GOARCH=wasm"}, "github.com/santhosh-tekuri/", "size: the validator costs the page half a megabyte"},
	{[]string{"./wasm/..."}, []string{"GOOS=js", "GOARCH=wasm"}, "github.com/invopop/", "size: schemas are generated ahead"},
	{[]string{"./wasm/..."}, []string{"GOOS=js", "GOARCH=wasm"}, "net/http", "privacy and size: the page sends nothing"},
	{[]string{"./wasm/..."}, []string{"GOOS=js", "GOARCH=wasm"}, "html/template", "size"},
	{[]string{"./wasm/..."}, []string{"GOOS=js", "GOARCH=wasm"}, "testing", "test code in the page"},
}

func TestBannedDependencies(t *testing.T) {
	for _, ban := range bans {
		for _, p := range golist(t, ban.platform, ban.from...) {
			for _, dep := range p.Deps {
				if dep == strings.TrimSuffix(ban.prefix, "/") || strings.HasPrefix(dep, ban.prefix+"/") || strings.HasSuffix(ban.prefix, "/") && strings.HasPrefix(dep, ban.prefix) {
					t.Errorf("%s reaches %s: %s", p.ImportPath, dep, ban.why)
				}
			}
		}
	}
}

// TestModelIsPure: the vocabulary, and the reader of JSON below it, import the
// standard library only, and none of its packages that do I/O.
func TestModelIsPure(t *testing.T) {
	for _, p := range golist(t, nil, "./model/...", "./internal/jsonpull") {
		for _, imported := range p.Imports {
			if imported == module+"internal/jsonpull" {
				continue
			}
			first, _, _ := strings.Cut(imported, "/")
			require.NotContainsf(t, first, ".", "%s imports %s", p.ImportPath, imported)
			require.NotContains(t, []string{"os", "net", "log", "io/ioutil", "math/rand", "syscall/js"}, imported)
		}
	}
}

// TestCoreDoesNoIO: the engine and the controls name no package that reads
// files, the network, the clock's randomness, or writes logs.
func TestCoreDoesNoIO(t *testing.T) {
	for _, p := range golist(t, nil, "./model/...", "./assess/...", "./pillars/...", "./graphsource/...") {
		if strings.Contains(p.ImportPath, "/assesstest") || strings.Contains(p.ImportPath, "/internal/generate") ||
			strings.Contains(p.ImportPath, "/graphsource/live") { // its work is I/O
			continue
		}
		for _, banned := range []string{"os", "net", "net/http", "log", "log/slog", "math/rand", "math/rand/v2"} {
			require.NotContainsf(t, p.Imports, banned, "%s", p.ImportPath)
		}
		for _, file := range p.GoFiles {
			source, err := os.ReadFile(filepath.Join(p.Dir, file))
			require.NoError(t, err)
			require.NotContainsf(t, string(source), "time.Now(", "%s/%s: the clock is Options.AsOf", p.ImportPath, file)
			require.NotContainsf(t, string(source), "\nfunc init()", "%s/%s: nothing registers itself", p.ImportPath, file)
		}
	}
}

func TestEveryPackageIsDocumented(t *testing.T) {
	for _, p := range golist(t, nil, "./...") {
		if len(p.GoFiles) > 0 {
			require.NotEmptyf(t, p.Doc, "%s has no package comment", p.ImportPath)
		}
	}
}

// TestModuleIsTidy: go.mod and go.sum hold what the code needs and nothing else.
func TestModuleIsTidy(t *testing.T) {
	out, err := exec.Command("go", "mod", "tidy", "-diff").CombinedOutput()
	require.NoErrorf(t, err, "go.mod is not tidy: go mod tidy\n%s", out)
}
