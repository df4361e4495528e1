package privpath_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateAPI = flag.Bool("update-api", false, "rewrite testdata/api.txt")

// contracts are the packages whose exported names other products build on.
var contracts = []string{"model", "assess", "assess/assesstest", "assess/principals", "assess/access", "assess/paths", "assess/activity", "assess/facts",
	"assess/report", "assess/redact", "assess/diff", "assess/plan", "pillars", "graphsource", "graphsource/export", "graphsource/live", "graphsource/live/livetest", "schema"}

// TestAPI compares the exported names with testdata/api.txt, so that a change to
// what others build on is seen in review: a line added is new, a line that is
// gone or altered breaks somebody.
func TestAPI(t *testing.T) {
	var all bytes.Buffer
	for _, dir := range contracts {
		for _, line := range exported(t, dir) {
			all.WriteString(dir + ": " + line + "\n")
		}
	}
	golden := filepath.Join("testdata", "api.txt")
	if *updateAPI {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, all.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), all.String(), "the exported API changed: go test . -run TestAPI -update-api")
}

// exported lists the exported declarations of a package, each on a line.
func exported(t *testing.T, dir string) []string {
	files := token.NewFileSet()
	var parsed []*ast.File
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		parsed = append(parsed, f)
	}
	require.NotEmpty(t, parsed, dir)
	pkg, err := doc.NewFromFiles(files, parsed, dir)
	require.NoError(t, err)
	var lines []string
	add := func(node ast.Node) { lines = append(lines, oneLine(t, files, node)) }
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, name := range v.Names {
				if ast.IsExported(name) {
					lines = append(lines, v.Decl.Tok.String()+" "+name)
				}
			}
		}
	}
	functions := func(list []*doc.Func) {
		for _, f := range list {
			f.Decl.Doc, f.Decl.Body = nil, nil
			add(f.Decl)
		}
	}
	values(pkg.Consts)
	values(pkg.Vars)
	functions(pkg.Funcs)
	for _, typ := range pkg.Types {
		for _, spec := range typ.Decl.Specs {
			lines = append(lines, typeLines(t, files, spec.(*ast.TypeSpec))...)
		}
		values(typ.Consts)
		values(typ.Vars)
		functions(typ.Funcs)
		functions(typ.Methods)
	}
	return lines
}

// typeLines writes a type, a struct with its exported fields on lines of their
// own, so that a new field is a new line.
func typeLines(t *testing.T, files *token.FileSet, spec *ast.TypeSpec) []string {
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return []string{"type " + spec.Name.Name + " " + oneLine(t, files, spec.Type)}
	}
	lines := []string{"type " + spec.Name.Name + " struct"}
	for _, f := range fields.Fields.List {
		f.Doc, f.Comment = nil, nil
		kind := oneLine(t, files, f.Type)
		if len(f.Names) == 0 {
			lines = append(lines, "type "+spec.Name.Name+" struct, embeds "+kind)
		}
		for _, name := range f.Names {
			if name.IsExported() {
				tag := ""
				if f.Tag != nil {
					tag = " " + f.Tag.Value
				}
				lines = append(lines, "type "+spec.Name.Name+" struct, "+name.Name+" "+kind+tag)
			}
		}
	}
	return lines
}

func oneLine(t *testing.T, files *token.FileSet, node ast.Node) string {
	var text bytes.Buffer
	require.NoError(t, (&printer.Config{Mode: printer.RawFormat}).Fprint(&text, files, node))
	return strings.Join(strings.Fields(text.String()), " ")
}
