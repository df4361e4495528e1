package access

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

func TestFilterMatches(t *testing.T) {
	unregistered := Device{}
	registered := Device{Registered: true, Attributes: map[Attribute]FilterValue{
		AttrDisplayName: Text("Laptop-7"), AttrTrustType: Text("Workplace"), AttrOS: Text("Windows"),
		AttrPhysicalIDs: List("[ZTDId]:a", "[OrderID]:b"), ExtensionAttribute(1): Text("SAW")}}
	managed := Device{Registered: true, Managed: true, Attributes: map[Attribute]FilterValue{ExtensionAttribute(1): Text("saw")}}
	compliant := Device{Registered: true, Managed: true, Compliant: true}
	hybrid := Device{Registered: true, Hybrid: true}
	const y, n, u = model.True, model.False, model.Unknown
	tests := []struct {
		rule                                                 string
		unregistered, registered, managed, compliant, hybrid model.Truth
	}{
		{`device.extensionAttribute1 -eq "SAW"`, n, n, y, n, n},
		{`device.extensionAttribute1 -ne "SAW"`, y, u, n, y, y},
		{`device.extensionAttribute1 -notIn ["SAW"]`, y, u, n, y, y},
		{`device.isCompliant -eq True`, n, n, n, y, n},
		{`device.isCompliant -eq "true"`, n, n, n, y, n},
		{`device.isCompliant -ne True`, y, y, y, n, y},
		{`device.isCompliant -eq False`, n, u, y, n, u},
		{`device.isCompliant -ne False`, y, u, n, y, u},
		{`device.trustType -eq "ServerAD"`, n, n, n, n, y},
		{`device.trustType -eq 'AzureAD'`, n, n, u, u, n},
		{`device.trustType -in ["AzureAD", "Workplace"]`, n, y, y, y, n},
		{`device.displayName -startsWith "LAPTOP"`, n, y, n, n, n},
		{`device.displayName -endsWith "7"`, n, y, n, n, n},
		{`device.displayName -contains "top-"`, n, y, n, n, n},
		{`device.displayName -notContains "PAW"`, y, y, y, y, y},
		{`device.physicalIds -contains "[ZTDId]:a"`, n, y, n, n, n},
		{`device.physicalIds -contains "[ZTDId]"`, n, n, n, n, n},
		{`device.physicalIds -notContains "[ZTDId]:a"`, y, n, y, y, y},
		{`device.displayName -eq null`, y, n, y, y, y},
		{`device.displayName -ne null`, n, y, n, n, n},
		{`device.isCompliant -eq True -or device.trustType -eq "ServerAD"`, n, n, n, y, y},
		{`device.isCompliant -eq True -and device.trustType -ne "ServerAD"`, n, n, n, y, n},
		{`-not (device.isCompliant -eq True)`, y, y, y, n, y},
		{`not device.isCompliant -eq True or device.isCompliant -eq True`, y, y, y, y, y},
		// -and binds more tightly than -or.
		{`device.displayName -eq "Laptop-7" -or device.isCompliant -eq True -and device.trustType -eq "x"`, n, y, n, n, n},
		{`(device.displayName -eq "Laptop-7" -or device.isCompliant -eq True) -and device.trustType -eq "Workplace"`, n, y, n, u, n},
	}
	for _, test := range tests {
		f, err := ParseFilter(test.rule)
		require.NoError(t, err, test.rule)
		for name, check := range map[string]struct {
			d    Device
			want model.Truth
		}{
			"unregistered": {unregistered, test.unregistered}, "registered": {registered, test.registered},
			"managed": {managed, test.managed}, "compliant": {compliant, test.compliant}, "hybrid": {hybrid, test.hybrid},
		} {
			require.Equal(t, check.want, f.Matches(check.d), "%s on the %s device", test.rule, name)
		}
	}
}

func TestFilterUndecidedValues(t *testing.T) {
	f, err := ParseFilter(`device.displayName -startsWith "PAW" -or device.model -eq "X"`)
	require.NoError(t, err)
	device := func(name, model FilterValue) Device {
		return Device{Registered: true, Attributes: map[Attribute]FilterValue{AttrDisplayName: name, AttrModel: model}}
	}
	require.Equal(t, model.Unknown, f.Matches(device(AnyValue(), FilterValue{})))
	require.Equal(t, model.True, f.Matches(device(AnyValue(), Text("x"))))
	require.Equal(t, model.True, f.Matches(device(OneOf(Text("PAW1"), Text("PAW2")), FilterValue{})))
	require.Equal(t, model.Unknown, f.Matches(device(OneOf(Text("PAW1"), Text("Desk")), FilterValue{})))
}

func TestFilterErrorsHavePositions(t *testing.T) {
	tests := []struct {
		rule, message string
	}{
		{``, `character 1: expected device.<attribute>, found the end of the rule`},
		{`user.name -eq "x"`, `character 1: expected device.<attribute>, found "user.name"`},
		{`device.colour -eq "x"`, `character 1: unknown device attribute "colour"`},
		{`device.extensionAttribute16 -eq "x"`, `character 1: unknown device attribute "extensionattribute16"`},
		{`device.model -like "x"`, `character 14: expected a comparison operator, found "like"`},
		{`device.model -eq x`, `character 18: expected a quoted text, found "x"`},
		{`device.model -eq "x`, `character 18: the text that starts here has no closing quote`},
		{`(device.model -eq "x"`, `character 22: expected a closing parenthesis, found the end of the rule`},
		{`device.model -eq "x" device.model -eq "y"`, `character 22: expected -and, -or or the end of the rule, found "device.model"`},
		{`device.model -in "x"`, `character 18: expected a list in brackets behind -in, found "x"`},
		{`device.model -in ["x" "y"]`, `character 23: expected a comma or a closing bracket, found "y"`},
		{`device.model -in []`, `character 19: expected a quoted text in the list, found "]"`},
		{`device.physicalIds -eq "x"`, `character 20: physicalids is a collection: only -contains and -notContains compare it`},
		{`device.model -eq "é" ; x`, `character 22: unexpected character ';'`},
		{`device.model -startsWith null`, `character 26: expected a quoted text, found "null"`},
		{`device.model - eq "x"`, `character 14: a hyphen without an operator`},
		{strings.Repeat("(", 3073), `character 1: the rule is longer than 3072 characters`},
	}
	for _, test := range tests {
		_, err := ParseFilter(test.rule)
		var at *FilterError
		require.True(t, errors.As(err, &at), test.rule)
		require.Equal(t, "device filter rule, "+test.message, err.Error(), test.rule)
	}
}

func TestFilterPrintsWhatItParses(t *testing.T) {
	tests := []struct{ rule, printed string }{
		{`DEVICE.DisplayName EQ 'it''s'`, `device.displayname -eq "it's"`},
		{"device.model -eq \"a`\"b``c`d\"", "device.model -eq \"a`\"b``c``d\""},
		{`((device.model -eq "x"))`, `device.model -eq "x"`},
		{`-not device.isCompliant -eq true -and device.model -in ["a","b"] -or device.model -ne null`,
			`((-not device.iscompliant -eq "True") -and device.model -in ["a", "b"]) -or device.model -ne null`},
	}
	for _, test := range tests {
		f, err := ParseFilter(test.rule)
		require.NoError(t, err, test.rule)
		require.Equal(t, test.printed, f.String())
	}
}

func TestFilterSpoofable(t *testing.T) {
	registered := Device{Registered: true, Attributes: map[Attribute]FilterValue{AttrDisplayName: Text("X")}}
	tests := []struct {
		rule string
		want model.Truth
	}{
		{`device.displayName -startsWith "PAW"`, model.True},
		{`device.model -contains "Surface" -and device.manufacturer -eq "Microsoft"`, model.True},
		{`device.displayName -startsWith "PAW" -and device.displayName -endsWith "-01"`, model.True},
		{`device.extensionAttribute1 -eq "SAW"`, model.False},
		{`device.displayName -startsWith "PAW" -and device.isCompliant -eq True`, model.False},
		{`device.displayName -startsWith "PAW" -or device.isCompliant -eq True`, model.True},
		{`device.trustType -eq "ServerAD"`, model.False},
	}
	for _, test := range tests {
		f, err := ParseFilter(test.rule)
		require.NoError(t, err)
		require.Equal(t, test.want, f.Spoofable(registered, true), test.rule)
		require.Equal(t, model.False, f.Spoofable(Device{}, true), test.rule)
	}
}

func TestPolicyFilterSpoofable(t *testing.T) {
	tests := []struct {
		mode, rule string
		want       model.Truth
	}{
		{"exclude", `device.displayName -startsWith "PAW"`, model.True},
		{"exclude", `device.extensionAttribute1 -eq "PAW"`, model.False},
		{"include", `device.model -ne "PAW"`, model.True},
		{"include", `device.model -ne "PAW" -or device.extensionAttribute1 -notIn ["PAW"]`, model.Unknown},
		{"both", `device.model -ne "PAW"`, model.Unknown},
		{"exclude", `device.model -ne`, model.Unknown},
	}
	for _, test := range tests {
		in := oTenant{defaults: "false", policies: []string{oPolicy(oConditions(oFilterOf(test.mode, test.rule)), oBlock)}}.compile(t)
		require.Equal(t, test.want, in.Policies[0].FilterSpoofable, test.rule)
	}
	in := oTenant{policies: []string{oPolicy(oBlock)}}.compile(t)
	require.Equal(t, model.False, in.Policies[0].FilterSpoofable)
}

// FuzzFilter: any text is a rule or an error with a position inside it, and a
// rule prints to a text that parses to the same rule.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		`device.extensionAttribute1 -eq "SAW"`, `-not (device.isCompliant -eq True) -and device.model -in ["a","b"]`,
		`device.physicalIds -contains "[ZTDId]:v" or device.trustType ne 'ServerAD'`, `((`, `"`, "device.model -eq \"`\"",
	} {
		f.Add(seed)
	}
	devices := []Device{{}, {Registered: true}, {Registered: true, Managed: true, Compliant: true, Hybrid: true}}
	f.Fuzz(func(t *testing.T, rule string) {
		filter, err := ParseFilter(rule)
		if err != nil {
			var at *FilterError
			require.True(t, errors.As(err, &at))
			require.True(t, at.Offset >= 0 && at.Offset <= len(rule))
			return
		}
		printed := filter.String()
		again, err := ParseFilter(printed)
		if len(printed) > maxFilterRule {
			return // the printed form may be longer than a rule may be
		}
		require.NoError(t, err, printed)
		require.Equal(t, printed, again.String())
		for _, d := range devices {
			require.Equal(t, filter.Matches(d), again.Matches(d))
			filter.Spoofable(d, true)
		}
	})
}
