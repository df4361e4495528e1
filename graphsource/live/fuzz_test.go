package live_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
)

// FuzzReply: whatever stands in a reply of Graph, the collection ends, what it
// calls complete was a list of JSON, and the bundle that it leaves can be read.
func FuzzReply(f *testing.F) {
	for _, text := range []string{`{"value":[{"id":"example.com"}]}`, `{"value":[]}`, `{"value":null}`, `{"value":[null]}`, `{"value":[1,"x",[]]}`, `{"value":{}}`, `[]`, `null`, ``,
		`{"error":{"code":"x"}}`, `{"value":[{"id":"a"}],"@odata.nextLink":"x"}`, `{"value":[{"id":"a"}],"@odata.nextLink":7}`, `{"value":[{"id":"a"}],"value":[]}`,
		`{"@odata.context":[],"value":[{"id":"a"}]}`, `{"Value":[{"id":"a"}]}`, "\xef\xbb\xbf{\"value\":[]}", "{\"value\":[{\"id\":\"\xff\"}]}", `{"value":[{"id":"a"}`} {
		f.Add([]byte(text))
	}
	s := &livetest.Server{Tenant: fstest.MapFS{"organization.json": {Data: []byte(`{"value":[{"id":"11111111-1111-1111-1111-111111111111"}]}`)}, "domains.json": {Data: []byte(`{"value":[]}`)}}}
	s.Start()
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, body []byte) {
		s.Reset()
		s.Answer = func(c livetest.Call) *livetest.Answer {
			if c.Path != "/v1.0/domains" {
				return nil
			}
			return &livetest.Answer{Edit: func([]byte) []byte { return body }}
		}
		c, err := live.New(options(s))
		require.NoError(t, err)
		var packed bytes.Buffer
		store := live.NewZip(&packed)
		manifest, _, err := c.Collect(t.Context(), store, []string{"domains"})
		require.NoError(t, err)
		require.NoError(t, store.Close())
		if manifest.Datasets["domains"].Status == "complete" {
			var page struct{ Value []json.RawMessage }
			require.NoError(t, json.Unmarshal(body, &page))
		}
		source, err := export.Zip(bytes.NewReader(packed.Bytes()), int64(packed.Len()), export.Options{})
		require.NoError(t, err)
		_, err = source.Load(t.Context(), []string{"domains"})
		require.NoError(t, err)
	})
}
