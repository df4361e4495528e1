package live_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
	"github.com/privpath/privpath/model"
)

// TestRefusedProperty: a property that Graph refuses costs that property and never
// the list, the manifest says so, nothing passes for it, and a later collection
// asks for it again.
func TestRefusedProperty(t *testing.T) {
	unknown := func(property string) *livetest.Answer {
		return livetest.Error(http.StatusBadRequest, "BadRequest", "Could not find a property named '"+property+"' on type 'microsoft.graph.directoryObject'.")
	}
	for _, c := range []struct {
		dataset, property string
		answer            *livetest.Answer
	}{
		{"users", "isManagementRestricted", unknown("isManagementRestricted")},
		{"groups", "isManagementRestricted", unknown("isManagementRestricted")},
		{"devices", "isManagementRestricted", unknown("isManagementRestricted")},
		{"applications", "servicePrincipalLockConfiguration", unknown("servicePrincipalLockConfiguration")},
		{"groups/{id}/members", "accountEnabled", unknown("accountEnabled")},
		{"users", "signInActivity", livetest.Error(http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
			"Neither tenant is B2C or tenant doesn't have premium license")},
		{"users", "signInActivity", livetest.Error(http.StatusForbidden, "Authentication_MSGraphPermissionMissing",
			"Calling principal does not have required MSGraph permissions AuditLog.Read.All")},
	} {
		t.Run(c.dataset+" "+c.property, func(t *testing.T) {
			s, tenant := small(t)
			b := baselineOf(t, s, tenant)
			opts := b.afresh()
			refused := 0
			s.Answer = func(call livetest.Call) *livetest.Answer {
				d, _, _ := model.DatasetAt(strings.TrimPrefix(call.Path, "/v1.0/"))
				if d.Name != c.dataset || !slices.Contains(strings.Split(call.Query.Get("$select"), ","), c.property) {
					return nil
				}
				refused++
				return c.answer
			}
			r, manifest := b.gather(t, opts, c.property)
			require.Positive(t, refused)
			said := manifest.Datasets[c.dataset]
			require.Equal(t, "complete", said.Status)
			require.Contains(t, said.Detail, c.property)
			require.Equal(t, b.said[c.dataset].Count, said.Count)
			if text, ok := b.files[c.dataset+".json"]; ok {
				require.JSONEq(t, lacking(t, text, c.property), r.texts()[c.dataset+".json"])
			}
			for control := range passes(t, r) {
				require.Truef(t, b.passed[control], "%s passes with less data", control)
			}
			b.resumes(t, r, c.property)
		})
	}
}

// lacking is a list without a property.
func lacking(t *testing.T, list, property string) string {
	t.Helper()
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(list), &all))
	for _, record := range all["value"].([]any) {
		delete(record.(map[string]any), property)
	}
	text, err := json.Marshal(all)
	require.NoError(t, err)
	return string(text)
}

// TestRefusalOfAll: a refusal that names no property is of the whole list, and
// "id" is never given up.
func TestRefusalOfAll(t *testing.T) {
	for message, answer := range map[string]*livetest.Answer{
		"denied":  livetest.Error(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
		"invalid": livetest.Error(http.StatusBadRequest, "BadRequest", "Invalid filter clause."),
		"id":      livetest.Error(http.StatusBadRequest, "BadRequest", "Could not find a property named 'id' on type 'microsoft.graph.user'."),
	} {
		s, _ := small(t)
		opts := options(s)
		asked := 0
		s.Answer = func(c livetest.Call) *livetest.Answer {
			if c.Path != "/v1.0/users" {
				return nil
			}
			asked++
			return answer
		}
		r, manifest, _ := collect(t, opts, "users")
		require.Equal(t, "missing", manifest.Datasets["users"].Status, message)
		require.Equal(t, 1, asked, message)
		_, err := fs.Stat(r, "users.json")
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
}

// TestFederation: what a domain trusts is asked of federated domains alone, and where
// there is none, that is known in full.
func TestFederation(t *testing.T) {
	for _, federated := range []bool{false, true} {
		tenant := fstest.MapFS{
			"organization.json": {Data: []byte(`{"value":[{"id":"11111111-1111-1111-1111-111111111111"}]}`)},
			"domains.json":      {Data: []byte(`{"value":[{"id":"a.example","authenticationType":"Managed"}]}`)}}
		asked, count := []string(nil), 0
		if federated {
			tenant["domains.json"] = &fstest.MapFile{Data: []byte(`{"value":[{"id":"a.example","authenticationType":"Managed"},{"id":"b.example","authenticationType":"Federated"}]}`)}
			tenant["domains/b.example/federationConfiguration.json"] = &fstest.MapFile{Data: []byte(`{"value":[{"id":"f","federatedIdpMfaBehavior":"rejectMfaByFederatedIdp"}]}`)}
			asked, count = []string{"/v1.0/domains/b.example/federationConfiguration"}, 1
		}
		s := &livetest.Server{Tenant: tenant}
		s.Start()
		t.Cleanup(s.Close)
		var calls []string
		s.Answer = func(c livetest.Call) *livetest.Answer {
			if strings.HasSuffix(c.Path, "/federationConfiguration") {
				calls = append(calls, c.Path)
			}
			return nil
		}
		c, err := live.New(options(s))
		require.NoError(t, err)
		var packed bytes.Buffer
		store := live.NewZip(&packed)
		manifest, _, err := c.Collect(t.Context(), store, []string{"domains", model.DomainFederations.Name()})
		require.NoError(t, err)
		require.NoError(t, store.Close())
		require.Equal(t, asked, calls)
		said := manifest.Datasets[model.DomainFederations.Name()]
		require.Equal(t, "complete", said.Status, said.Detail)
		require.Equal(t, count, *said.Count)
		source, err := export.Zip(bytes.NewReader(packed.Bytes()), int64(packed.Len()), export.Options{})
		require.NoError(t, err)
		read, err := source.Load(t.Context(), []string{model.DomainFederations.Name()})
		require.NoError(t, err)
		require.Equal(t, count, model.RowsOf(read, model.DomainFederations, nil).For("b.example").Len())
	}
}
