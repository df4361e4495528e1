package schema_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/schema"
)

func TestSchemasAreCurrent(t *testing.T) {
	files, err := schema.Generate()
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equalf(t, string(want), string(got), "%s is out of date: go generate ./schema", name)
	}
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name, schema, document string
		places                 []string // what the error must name; none: valid
	}{
		{"the smallest declarations", schema.Declarations, `{"version":1}`, nil},
		{"declarations in full", schema.Declarations, `{"version":1,"breakGlass":[{"id":"a","note":"safe 1"}],
			"paw":{"deviceFilter":"device.extensionAttribute1 -eq \"PAW\"","formFactor":"physical"},
			"trustedLocations":["l"],"tier0":{"addRoles":["r"]},"adminOwners":[{"adminId":"a","ownerId":"b"}],
			"standing":[{"principalId":"a","roleId":"r","reason":"why","owner":"me","expires":"2027-01-31"}],
			"exceptions":[{"control":"ISO-01","principalId":"a","reason":"why","owner":"me","expires":"2027-01-31"}],
			"attestations":[{"control":"OPS-07","statement":"s","owner":"me","evidence":["e"],"performed":"2026-10-01","expires":"2027-01-01T00:00:00Z"}],
			"adminNaming":"^adm-","workingHours":{"timezone":"Europe/London","days":["mon"],"from":"07:00","to":"19:00"}}`, nil},
		{"no version", schema.Declarations, `{}`, []string{"/: ", "version"}},
		{"an unknown property", schema.Declarations, `{"version":1,"breakglass":[]}`, []string{"breakglass"}},
		{"break glass without an id", schema.Declarations, `{"version":1,"breakGlass":[{"note":"x"}]}`, []string{"/breakGlass/0", "id"}},
		{"an exception that never ends", schema.Declarations,
			`{"version":1,"exceptions":[{"control":"ISO-01","reason":"r","owner":"o"}]}`, []string{"/exceptions/0", "expires"}},
		{"a date of another form", schema.Declarations,
			`{"version":1,"attestations":[{"control":"A","statement":"s","owner":"o","performed":"1/2/2026","expires":"2027-01-01"}]}`, []string{"/attestations/0/performed"}},
		{"two values", schema.Declarations, `{"version":1}{}`, []string{"more text"}},
		{"cut off", schema.Declarations, `{"version":`, []string{"not JSON"}},
		{"a manifest", schema.Manifest, `{"format":"privpath-export/1","datasets":{"users":{"status":"complete","count":3}}}`, nil},
		{"a manifest of another format", schema.Manifest, `{"format":"x"}`, []string{"/format"}},
		{"a status that nobody knows", schema.Manifest, `{"format":"privpath-export/1","datasets":{"users":{"status":"done"}}}`, []string{"/datasets/users/status"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := schema.Validate(tt.schema, []byte(tt.document))
			if len(tt.places) == 0 {
				require.NoError(t, err)
				return
			}
			for _, place := range tt.places {
				require.ErrorContains(t, err, place)
			}
		})
	}
}

func TestNoOtherSchema(t *testing.T) {
	require.ErrorContains(t, schema.Validate("file:///etc/hosts", []byte(`{}`)), "there is no")
}
