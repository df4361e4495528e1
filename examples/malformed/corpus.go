package malformed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/privpath/privpath/examples/tenants"
)

// Tenant is the sample tenant whose records the corpus spoils.
const Tenant = "mature"

// The kinds of files, each a folder of the corpus.
const (
	// Cut is a response that ends early.
	Cut = "cut"
	// Syntax is text that is no JSON.
	Syntax = "syntax"
	// Text is a response in an odd encoding, or with odd characters.
	Text = "text"
	// Shape is JSON that is no good response.
	Shape = "shape"
	// Types is a response with a property of the wrong type.
	Types = "types"
	// Values is a response with values that mean nothing.
	Values = "values"
	// Manifest, Declarations, Assessment and Change are documents of our own.
	Manifest     = "manifest"
	Declarations = "declarations"
	Assessment   = "assessment"
	Change       = "change"
	// Archive is a zip.
	Archive = "zip"
)

// Kinds lists the kinds.
func Kinds() []string {
	return []string{Cut, Syntax, Text, Shape, Types, Values, Manifest, Declarations, Assessment, Change, Archive}
}

// Target is a data set that the corpus spoils.
type Target struct {
	// Name is how the names of the files begin.
	Name string
	// Path is where the data lies in a bundle.
	Path string
	// Single is true where it is one object and no list.
	Single bool
	// Properties is true where each property is spoilt in turn.
	Properties bool
}

// Targets lists the data sets: the ones that decide most, and one of each way in
// which data is read (kept, folded while it streams, one object, below a parent).
func Targets() []Target {
	const group = "7769cafa-7bc5-4619-be3f-f48c9ae7e6ab"
	return []Target{
		{"policies", "identity/conditionalAccess/policies.json", false, true},
		{"users", "users.json", false, true},
		{"assignments", "roleManagement/directory/roleAssignmentScheduleInstances.json", false, true},
		{"eligible", "roleManagement/directory/roleEligibilityScheduleInstances.json", false, false},
		{"locations", "identity/conditionalAccess/namedLocations.json", false, true},
		{"groups", "groups.json", false, true},
		{"devices", "devices.json", false, true},
		{"sign-ins", "auditLogs/signIns.json", false, true},
		{"authorization", "policies/authorizationPolicy.json", true, true},
		{"strengths", "policies/authenticationStrengthPolicies.json", false, false},
		{"members", "groups/" + group + "/members.json", false, false},
	}
}

// Generate makes the corpus, by path below its folder. It is the same each time.
func Generate() (map[string][]byte, error) {
	c := corpus{files: map[string][]byte{}}
	for _, t := range Targets() {
		valid, err := Valid(t)
		if err != nil {
			return nil, err
		}
		c.responses(t, valid)
	}
	if err := c.documents(); err != nil {
		return nil, err
	}
	return c.files, c.archives()
}

// Valid is the response that the files of a target are made from: few records of
// the sample tenant, with nothing wrong.
func Valid(t Target) ([]byte, error) {
	bundle, err := tenants.FS(Tenant)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(bundle, t.Path)
	if err != nil {
		return nil, err
	}
	if !t.Single {
		if text, err = few(text); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Path, err)
		}
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	return compact.Bytes(), err
}

// few keeps the two shortest records of a list.
func few(text []byte) ([]byte, error) {
	var page struct {
		Context string            `json:"@odata.context"`
		Value   []json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(text, &page); err != nil {
		return nil, err
	}
	slices.SortStableFunc(page.Value, func(a, b json.RawMessage) int { return len(a) - len(b) })
	page.Value = page.Value[:min(2, len(page.Value))]
	return json.Marshal(page)
}

// corpus is what was made so far.
type corpus struct{ files map[string][]byte }

// add takes a file. A name twice is a slip of the generator's.
func (c corpus) add(kind, target, name string, content []byte) {
	file := kind + "/" + target + "." + name
	if kind == Archive {
		file += ".zip"
	} else {
		file += ".json"
	}
	if _, twice := c.files[file]; twice {
		panic("two files are called " + file)
	}
	c.files[file] = content
}

// addAll takes variants of a text, by name.
func (c corpus) addAll(kind, target string, variants map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		c.add(kind, target, name, []byte(variants[name]))
	}
}

// responses spoils a data set in the ways that tell something new of it: what is
// read by the same code needs not be spoilt in the same way twice.
func (c corpus) responses(t Target, valid []byte) {
	c.cuts(t, valid)
	spoils := func(names ...string) bool { return slices.Contains(names, t.Name) }
	if spoils("users", "sign-ins", "authorization") {
		c.addAll(Syntax, t.Name, breakSyntax(string(valid)))
	}
	if spoils("users") {
		c.addAll(Text, t.Name, encodings(string(valid)))
	}
	if spoils("users", "assignments") {
		c.addAll(Shape, t.Name, shapes(string(valid)))
	}
	if t.Properties {
		c.types(t, valid)
	}
	if spoils("policies", "users", "assignments", "authorization") {
		c.addAll(Values, t.Name, values(string(valid)))
	}
}
