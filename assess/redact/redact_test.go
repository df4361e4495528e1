package redact

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/model"
)

func withKey(key string, names ...string) *redactor {
	return newRedactor([]byte(key), Options{Names: names}, nil)
}

func TestFormsArePseudonymised(t *testing.T) {
	r := withKey("a key", "Fabrikam Ops", "(Ops) “Night” shift", "IT", "Ökonom Österreich")
	tests := []struct{ text, want string }{
		{"", `^$`},
		{"All 5 Tier 0 users are enabled.", `^All 5 Tier 0 users are enabled\.$`},
		{"2026-11-20 08:21 to Microsoft Graph", `^2026-11-20 08:21 to Microsoft Graph$`},
		{"maximumDuration PT8H until 2026-11-20T08:21:00Z", `^maximumDuration PT8H until 2026-11-20T08:21:00Z$`},
		{"user F99DE0B5-B361-42EE-B797-D50C410041D1 holds it", `^user [0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} holds it$`},
		{"role 62e90394-69f5-4237-9190-012177145e10", `^role 62e90394-69f5-4237-9190-012177145e10$`},
		{"mail anna@fabrikam.example, in use", `^mail account-[0-9a-f]{10}@domain-[0-9a-f]{10}\.example, in use$`},
		{"anna_fabrikam.example#EXT#@contoso.onmicrosoft.com", `^account-[0-9a-f]{10}#EXT#@domain-[0-9a-f]{10}\.onmicrosoft\.com$`},
		{"fabrikam.example is Managed", `^domain-[0-9a-f]{10}\.example is Managed$`},
		{"from 203.0.113.7 and 203.0.113.0/24", `^from address-[0-9a-f]{10} and address-[0-9a-f]{10}/24$`},
		{"from 2001:db8::17 and 2001:DB8:0:0::/32", `^from address-[0-9a-f]{10} and address-[0-9a-f]{10}/32$`},
		{"device FHL-1107 (FHL_1108)", `^device word-[0-9a-f]{10} \(word-[0-9a-f]{10}\)$`},
		{"owner Zdeněk Quimby-O'Hara", `^owner word-[0-9a-f]{10} word-[0-9a-f]{10}$`},
		{"phone 004420794601", `^phone word-[0-9a-f]{10}$|^word-[0-9a-f]{10} word-[0-9a-f]{10}$`},
		{"reviewed by fabrikam ops, not by Fabrikam Opsis", `^reviewed by name-[0-9a-f]{10}, not by word-[0-9a-f]{10} word-[0-9a-f]{10}$`},
		{"the (Ops) “Night” shift has it", `^the \(name-[0-9a-f]{10} has it$`},
		{"ÖKONOM ÖSTERREICH", `^name-[0-9a-f]{10}$`},
		{"Read by Conditional Access Administrator", `^Read by Conditional Access Administrator$`},
		{"groups/f99de0b5-b361-42ee-b797-d50c410041d1/members.json", `^groups/[0-9a-f-]{36}/members\.json$`},
	}
	for _, tt := range tests {
		require.Regexp(t, regexp.MustCompile(tt.want), r.rewrite(tt.text, true), tt.text)
	}
}

func TestPseudonymsAreStable(t *testing.T) {
	one, same, other := withKey("one"), withKey("one"), withKey("other")
	for _, text := range []string{"anna@fabrikam.example", "203.0.113.7", "f99de0b5-b361-42ee-b797-d50c410041d1", "Quimby"} {
		require.Equal(t, one.rewrite(text, true), same.rewrite(text, true))
		require.Equal(t, one.rewrite(text, true), one.rewrite(strings.ToUpper(text), true), "ids and addresses have no case")
		require.NotEqual(t, one.rewrite(text, true), other.rewrite(text, true))
	}
	require.Contains(t, one.rewrite("fabrikam.example", true), strings.SplitN(one.rewrite("anna@fabrikam.example", true), "@", 2)[1], "one domain, one pseudonym")
}

// TestNamesAreFoundEverywhere: what stands in a name's field is replaced in
// sentences too, and public names are not taken for it.
func TestNamesAreFoundEverywhere(t *testing.T) {
	a := &model.Assessment{Findings: []model.Finding{{Control: "ISO-01", Summary: "All users of the policy Users are fine.", Status: model.StatusFail,
		Subjects: []model.Subject{
			{Kind: "policy", ID: "p1", Name: "Users are fine", Detail: `Policy "Users are fine" and a role`},
			{Kind: "role", ID: model.GlobalAdministrator, Name: "Global Administrator"},
			{Kind: "role", ID: "r1", Name: "Own role"},
			{Kind: "servicePrincipal", ID: "s1", Name: "Microsoft Graph"},
			{Kind: "setting", ID: "policies/authorizationPolicy", Name: "Users consent to applications",
				Evidence: []model.Evidence{{Dataset: "users", Pointer: "/value/0/displayName", Value: "All users"}, {Dataset: "users", Pointer: "/value/0/state", Value: []string{"enabled", "quux"}}}},
		}}}}
	got, err := Redact(a, Options{Key: []byte("k")})
	require.NoError(t, err)
	f := got.Findings[0]
	policy := f.Subjects[0].Name
	require.Regexp(t, `^policy-[0-9a-f]{10}$`, policy)
	require.Contains(t, f.Summary, "policy "+policy+".")
	require.Equal(t, `Policy "`+policy+`" and a role`, f.Subjects[0].Detail)
	require.Equal(t, a.Findings[0].Subjects[1], f.Subjects[1])
	require.Regexp(t, `^role-[0-9a-f]{10}$`, f.Subjects[2].Name)
	require.Equal(t, "Microsoft Graph", f.Subjects[3].Name, "it is the same in every tenant")
	require.Equal(t, "Users consent to applications", f.Subjects[4].Name)
	require.Regexp(t, `^"displayName-[0-9a-f]{10}"$`, string(f.Subjects[4].Evidence[0].Value.(json.RawMessage)), "somebody typed it")
	require.Equal(t, "fail", string(f.Status))
	require.Equal(t, "Users are fine", a.Findings[0].Subjects[0].Name, "the original is not changed")
}

// TestUnknownWordsDoNotSurvive: whatever a tenant's text is, of its words only
// those that are ours stay.
func TestUnknownWordsDoNotSurvive(t *testing.T) {
	r := withKey("a key")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[\pL\pN .,@:/'"#_-]{1,40}`).Draw(t, "text")
		got := r.rewrite(text, true)
		for word := range wordParts(text) {
			if r.knownWords(word) || timeForm.MatchString(word) || strings.Trim(word, "0123456789") == "" {
				continue
			}
			for kept := range wordParts(pseudonymForm.ReplaceAllString(got, " ")) {
				if strings.EqualFold(kept, word) {
					t.Fatalf("%q survives in %q", word, got)
				}
			}
		}
	})
}

var pseudonymForm = regexp.MustCompile(`[a-z]+-[0-9a-f]{10}|[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}`)

// TestRulesNameFields: each rule is for a field that exists, and each field with
// a type of words of ours has a rule, so that a tenant's group named "fail"
// cannot change a status.
func TestRulesNameFields(t *testing.T) {
	fields := map[string]reflect.Type{"Evidence.Property": reflect.TypeFor[string]()}
	var walk func(reflect.Type)
	seen := map[reflect.Type]bool{}
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() {
				fields[typ.Name()+"."+f.Name] = f.Type
				walk(f.Type)
			}
		}
	}
	for _, document := range []reflect.Type{reflect.TypeFor[model.Assessment](), reflect.TypeFor[diff.Diff](), reflect.TypeFor[plan.Plan]()} {
		walk(document)
	}
	for field := range rules {
		require.Contains(t, fields, field)
	}
	for field, typ := range fields {
		if typ.Kind() == reflect.String && typ.PkgPath() != "" {
			require.Equal(t, verbatim, rules[field], field)
		}
	}
}

func TestTheCallersWordsStay(t *testing.T) {
	r := newRedactor([]byte("a key"), Options{Texts: []string{"Every frobnicator is greased."}, Names: []string{"Greased Lightning"}}, nil)
	require.Regexp(t, `^Frobnicator greased by name-[0-9a-f]{10}, word-[0-9a-f]{10}$`, r.rewrite("Frobnicator greased by Greased Lightning, Quimby", true))
}

func TestWithoutAKeyTheContentIsTheKey(t *testing.T) {
	a := &model.Assessment{Tenant: model.TenantRef{ID: "f99de0b5-b361-42ee-b797-d50c410041d1"}, Inputs: model.Inputs{Digest: "sha256:00"}}
	one, err := Redact(a, Options{})
	require.NoError(t, err)
	again, err := Redact(a, Options{})
	require.NoError(t, err)
	require.Equal(t, one, again)
	require.NotContains(t, one.Inputs.Digest, "sha256:00")
	b := *a
	b.Coverage = 50
	other, err := Redact(&b, Options{})
	require.NoError(t, err)
	require.NotEqual(t, one.Tenant.ID, other.Tenant.ID)
}
