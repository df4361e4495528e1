package main

import (
	"context"
	"encoding/json"
	"html"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/schema"
)

// publicFacts are texts of the samples that every tenant has: they may stay.
var publicFacts = []string{
	// first-party applications
	"Microsoft Graph", "MS-PIM", "Azure Portal", "Office 365 Exchange Online", "Windows Azure Service Management API", "Microsoft Azure CLI", "One Outlook Web",
	"Microsoft Azure PowerShell", "Microsoft Graph Command Line Tools", "Office 365 SharePoint Online",
	// enumerations and defaults of Graph
	"Device Registration Policy", "Authentication Methods Policy", "DirectoryRole", "Group", "User",
	"00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003", "00000000-0000-0000-0000-000000000004",
	"Temporary Access Pass", "Phishing-resistant MFA", "Multifactor authentication", "Passwordless MFA",
}

var (
	anyGUID    = regexp.MustCompile(`[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}`)
	anyMail    = regexp.MustCompile(`[\w.+-]+(?:#EXT#)?@[\w-]+(?:\.[\w-]+)+`)
	anyAddress = regexp.MustCompile(`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b|\b2001:db8:[0-9a-f:]+`)
	namedKey   = regexp.MustCompile(`(?i)(display|given|device|company|principal|user|samaccount|host|domain|nick|host)name$|^(surname|mail|serialNumber|employeeId|justification|statement|owner|note|onPremisesImmutableId|membershipRule|rule|ticketNumber|city)$`)
)

// originals lists what identifies a sample tenant: every id, mail address,
// network address and domain of its files, and every text that names something.
func originals(t *testing.T, tenant string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	sample, err := tenants.FS(tenant)
	require.NoError(t, err)
	require.NoError(t, fs.WalkDir(sample, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sample, path)
		if err != nil {
			return err
		}
		for _, form := range []*regexp.Regexp{anyGUID, anyMail, anyAddress} {
			for _, match := range form.FindAllString(path+"\n"+string(text), -1) {
				found[match] = true
				if _, domain, ok := strings.Cut(match, "@"); ok {
					found[domain] = true
				}
			}
		}
		var tree any
		if json.Unmarshal(text, &tree) == nil {
			namedTexts("", tree, found)
		}
		return nil
	}))
	for _, role := range model.BuiltInRoles() {
		delete(found, role.TemplateID)
		delete(found, role.Name)
	}
	for _, p := range model.AppPermissions() {
		delete(found, p.ID)
		delete(found, p.ResourceAppID)
		delete(found, p.Value)
	}
	for _, fact := range publicFacts {
		delete(found, fact)
	}
	return found
}

func namedTexts(key string, tree any, found map[string]bool) {
	switch tree := tree.(type) {
	case string:
		if namedKey.MatchString(key) && tree != "" {
			found[tree] = true
		}
	case []any:
		for _, v := range tree {
			namedTexts(key, v, found)
		}
	case map[string]any:
		for k, v := range tree {
			namedTexts(k, v, found)
		}
	}
}

// plainText is a document in small letters, as it is written and as it reads
// without the escapes of its format.
func plainText(document string) string {
	document = strings.ToLower(document)
	return document + "\n" + html.UnescapeString(strings.ReplaceAll(document, `\`, ""))
}

// standsIn finds a text as a unit, whatever its case.
func standsIn(document, text string) bool {
	text = strings.ToLower(text)
	for from := 0; ; {
		i := strings.Index(document[from:], text)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(document[:i])
		after, _ := utf8.DecodeRuneInString(document[i+len(text):])
		if noWord(before) && noWord(after) {
			return true
		}
		from = i + len(text)
	}
}

// TestNothingOfASampleSurvivesRedaction: no id, name, address or domain of a
// sample tenant is in any format of its redacted assessment, while the
// assessment itself has many.
func TestNothingOfASampleSurvivesRedaction(t *testing.T) {
	_, catalogue, _ := call(t, "controls", "-format", "json")
	catalogue = plainText(catalogue)
	for _, tenant := range tenants.Names() {
		secrets := originals(t, tenant)
		require.Greater(t, len(secrets), 300, tenant)
		for secret := range secrets { // our own advice speaks of "security operations" too
			if standsIn(catalogue, secret) {
				delete(secrets, secret)
			}
		}
		dir := copyTenant(t, tenant, same)
		_, clear, _ := call(t, "assess", "-format", "json", dir)
		require.Greater(t, len(survivors(secrets, clear)), 50, "the test would see a survivor")
		redacted := assessJSON(t, "-redact", dir)
		for _, f := range report.Formats() {
			require.Empty(t, survivors(secrets, string(renderFile(t, f, &redacted))), "%s as %s", tenant, f.Name)
		}
	}
}

// TestNothingOfASampleSurvivesInOtherCommands holds every other command that prints
// a tenant's texts to the same.
func TestNothingOfASampleSurvivesInOtherCommands(t *testing.T) {
	_, catalogue, _ := call(t, "controls", "-format", "json")
	catalogue = plainText(catalogue)
	change := filepath.Join(t.TempDir(), "change.json")
	for _, tenant := range []string{"pim-only"} {
		secrets := originals(t, tenant)
		maps.DeleteFunc(secrets, func(secret string, _ bool) bool { return standsIn(catalogue, secret) })
		dir := copyTenant(t, tenant, same)
		later := copyTenant(t, tenant, policiesOff)
		var plan struct{ Change json.RawMessage }
		_, planned, stderr := call(t, "plan", "-steps", "1", "-simulations", "5", "-format", "json", dir)
		require.NoError(t, json.Unmarshal([]byte(planned), &plan), stderr)
		var admin string
		for _, r := range assessJSON(t, dir).Reach {
			if r.Principal.Kind == "user" {
				admin = r.Principal.ID
			}
		}
		commands := [][]string{
			{"diff", "-format", "text", dir, later}, {"diff", "-format", "json", dir, later}, {"diff", "-format", "markdown", dir, later}, {"diff", "-format", "sarif", dir, later},
			{"reach", dir}, {"reach", "-explain", dir}, {"reach", "-format", "json", dir},
			{"paths", dir}, {"paths", "-format", "json", dir}, {"paths", "-format", "dot", dir}, {"paths", "-blast", admin, dir},
			{"plan", "-steps", "1", "-simulations", "5", dir}, {"plan", "-steps", "1", "-simulations", "5", "-format", "json", dir},
			{"whatif", "-user", admin, dir}, {"whatif", "-user", admin, "-format", "json", dir},
		}
		var proposed struct{ Operations []json.RawMessage }
		require.NoError(t, json.Unmarshal(plan.Change, &proposed))
		if len(proposed.Operations) > 0 {
			require.NoError(t, os.WriteFile(change, plan.Change, 0o600))
			commands = append(commands, []string{"plan", "-apply", change, dir}, []string{"plan", "-apply", change, "-format", "json", dir})
		}
		spoke := 0
		for _, command := range commands {
			code, clear, stderr := call(t, command...)
			require.Zero(t, code, "%v: %s", command, stderr)
			spoke += min(1, len(survivors(secrets, clear)))
			code, redacted, stderr := call(t, slices.Insert(slices.Clone(command), 1, "-redact")...)
			require.Zero(t, code, "%v: %s", command, stderr)
			require.Empty(t, survivors(secrets, redacted), "%s: %v", tenant, command)
			require.Equal(t, strings.Count(clear, "\n") > 2, strings.Count(redacted, "\n") > 2, "%v", command)
		}
		require.Greater(t, spoke, len(commands)*2/3, "the test would see a survivor")
	}
}

// policiesOff turns every Conditional Access policy off.
func policiesOff(path string, text []byte) []byte {
	if path == "identity/conditionalAccess/policies.json" {
		return regexp.MustCompile(`"state":\s*"enabled"`).ReplaceAll(text, []byte(`"state":"disabled"`))
	}
	return text
}

// TestRedactedDiffKeepsTheStructure: the verdicts, moves and proofs are as before,
// and the document is valid.
func TestRedactedDiffKeepsTheStructure(t *testing.T) {
	dir := copyTenant(t, "mature", same)
	later := copyTenant(t, "mature", policiesOff)
	read := func(args ...string) (d diff.Diff) {
		_, out, stderr := call(t, append([]string{"diff", "-format", "json"}, append(args, dir, later)...)...)
		require.NoError(t, schema.Validate(schema.Diff, []byte(out)), stderr)
		require.NoError(t, json.Unmarshal([]byte(out), &d))
		return d
	}
	before, after := read(), read("-redact")
	require.NotEmpty(t, before.Reach)
	require.NotEqual(t, before.Old.Tenant, after.Old.Tenant)
	for i, m := range before.Headline {
		require.Equal(t, []any{m.Name, m.Move}, []any{after.Headline[i].Name, after.Headline[i].Move})
	}
	require.Equal(t, len(before.Configuration), len(after.Configuration))
	for i, m := range before.Reach {
		require.Equal(t, []any{m.Role, m.Held, m.From, m.Attackers, len(m.Causes)}, []any{after.Reach[i].Role, after.Reach[i].Held, after.Reach[i].From, after.Reach[i].Attackers, len(after.Reach[i].Causes)})
	}
	for i, m := range before.Findings {
		require.Equal(t, []any{m.Control, m.Move, len(m.Subjects)}, []any{after.Findings[i].Control, after.Findings[i].Move, len(after.Findings[i].Subjects)})
	}
}

func survivors(secrets map[string]bool, document string) (all []string) {
	document = plainText(document)
	words := map[string]bool{}
	for word := range strings.FieldsFuncSeq(document, noWord) {
		words[word] = true
	}
	for secret := range secrets {
		first, _, _ := strings.Cut(strings.TrimLeftFunc(strings.ToLower(secret), noWord), " ")
		if i := strings.IndexFunc(first, noWord); i >= 0 {
			first = first[:i]
		}
		if words[first] && standsIn(document, secret) {
			all = append(all, secret)
		}
	}
	return all
}

func noWord(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }

// TestRedactionWithoutTheTenant: for the samples, the document alone is enough.
func TestRedactionWithoutTheTenant(t *testing.T) {
	for _, tenant := range tenants.Names() {
		a := assessJSON(t, copyTenant(t, tenant, same))
		redacted, err := redact.Redact(&a, redact.Options{})
		require.NoError(t, err)
		for i := range redacted.Findings { // the same in every assessment
			f := &redacted.Findings[i]
			f.Title, f.Remediation, f.References = "", model.Remediation{}, model.References{}
		}
		text, err := redacted.JSON()
		require.NoError(t, err)
		require.Empty(t, survivors(originals(t, tenant), string(text)), tenant)
	}
}

// TestRedactionKeepsTheStructure: everything that is not a name is as before.
func TestRedactionKeepsTheStructure(t *testing.T) {
	dir := copyTenant(t, "middling", same)
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte("a secret of many letters\n"), 0o600))
	before, after := assessJSON(t, dir), assessJSON(t, "-redact", "-redact-key", key, dir)
	require.Equal(t, before.Headline, after.Headline)
	require.Equal(t, before.Pillars, after.Pillars)
	require.Equal(t, len(before.Findings), len(after.Findings))
	for i, f := range before.Findings {
		g := after.Findings[i]
		require.Equal(t, []any{f.Control, f.Status, f.Severity, f.Reason, len(f.Subjects)}, []any{g.Control, g.Status, g.Severity, g.Reason, len(g.Subjects)})
		for j := range f.Subjects {
			require.Equal(t, f.Subjects[j].Status, g.Subjects[j].Status)
			require.Equal(t, len(f.Subjects[j].Evidence), len(g.Subjects[j].Evidence))
		}
	}
	require.Equal(t, len(before.Reach), len(after.Reach))
	pseudonyms := map[string]string{}
	for i, r := range before.Reach {
		require.Equal(t, r.Role, after.Reach[i].Role, "a built-in role is a public fact")
		require.Equal(t, r.From, after.Reach[i].From)
		if known := pseudonyms[r.Principal.ID]; known != "" {
			require.Equal(t, known, after.Reach[i].Principal.ID, "one original, one pseudonym")
		}
		pseudonyms[r.Principal.ID] = after.Reach[i].Principal.ID
	}
	again := assessJSON(t, "-redact", "-redact-key", key, dir)
	require.Equal(t, after, again)
	other := assessJSON(t, "-redact", dir)
	require.NotEqual(t, after.Tenant, other.Tenant, "another key gives other pseudonyms")
	text, err := after.JSON()
	require.NoError(t, err)
	require.NoError(t, schema.Validate(schema.Assessment, text))
}

// TestTheTenantsNamesAreKnown: a name of common words that stands in a sentence
// only is replaced all the same.
func TestTheTenantsNamesAreKnown(t *testing.T) {
	v, err := newVeil(true, "")
	require.NoError(t, err)
	src, closeSource, err := open(nil, "")
	require.NoError(t, err)
	defer closeSource()
	_, err = v.over(src).Load(context.Background(), []string{model.Groups.Name()})
	require.NoError(t, err)
	require.Contains(t, v.opts.Names, "Service accounts")
	got, err := v.redact(&model.Assessment{Findings: []model.Finding{{Summary: "All members of Service accounts are users."}}})
	require.NoError(t, err)
	require.Regexp(t, `^All members of name-[0-9a-f]{10} are users\.$`, got.Findings[0].Summary)
}

func TestRedactionIsCalledRightly(t *testing.T) {
	short := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(short, []byte("short"), 0o600))
	code, _, stderr := call(t, "assess", "-redact-key", short)
	require.Equal(t, exitUsage, code, stderr)
	code, _, stderr = call(t, "assess", "-redact", "-redact-key", short)
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "guessed")
}
