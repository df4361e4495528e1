package export

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/internal/jsonpull"
	"github.com/privpath/privpath/model"
)

// usersText and signInsText are replies of Graph with n records, with the
// properties that Graph gives by default and those that the collector asks for.
func usersText(n int) string {
	var b strings.Builder
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%08x-1111-4222-8333-%012x","businessPhones":["+44 20 7946 %04d"],"displayName":"Zoë Example %d","givenName":"Zoë","jobTitle":%s,`+
			`"mail":"zoe.example%d@example.com","mobilePhone":null,"officeLocation":"London","preferredLanguage":"en-GB","surname":"Example %d",`+
			`"userPrincipalName":"zoe.example%d@example.com","accountEnabled":%t,"userType":"Member","createdDateTime":"2024-03-%02dT09:10:11Z",`+
			`"lastPasswordChangeDateTime":"2026-05-%02dT19:20:21Z","onPremisesSyncEnabled":null,"onPremisesImmutableId":null,"externalUserState":null,`+
			`"department":"Research \u0026 Development","companyName":"Example \"Group\"","proxyAddresses":["SMTP:zoe.example%d@example.com","smtp:z%d@example.com"],`+
			`"assignedLicenses":[{"disabledPlans":[],"skuId":"06ebc4ee-1bb5-47dd-8120-11324bc54e06"}],`+
			`"assignedPlans":[{"assignedDateTime":"2025-01-02T03:04:05Z","capabilityStatus":"Enabled","service":"exchange","servicePlanId":"efb87545-963c-4e0d-99df-69c6916d9eb0"},`+
			`{"assignedDateTime":"2025-01-02T03:04:05Z","capabilityStatus":"Enabled","service":"AADPremiumService","servicePlanId":"eec0eb4f-6444-4f95-aba0-50c24d67f998"}],`+
			`"passwordPolicies":null,"employeeId":"E%06d","signInActivity":{"lastSignInDateTime":"2026-11-%02dT08:09:10Z","lastSignInRequestId":"%08x-0000-4000-8000-000000000000"}}`,
			i, i, i%10000, i, []string{"null", `"Engineer"`}[i%2], i, i, i, i%50 != 0, i%28+1, i%28+1, i, i, i, i%28+1, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

func signInsText(n int) string {
	var b strings.Builder
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns","value":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		user := i % 997
		fmt.Fprintf(&b, `{"id":"%08x-aaaa-4bbb-8ccc-%012x","createdDateTime":"2026-11-%02dT%02d:%02d:09Z","userDisplayName":"Zoë Example %d","userPrincipalName":"zoe.example%d@example.com",`+
			`"userId":"%08x-1111-4222-8333-%012x","appId":"c44b4083-3bb0-49c1-b47d-974e53cbdf3c","appDisplayName":"Azure Portal","ipAddress":"192.0.2.%d","clientAppUsed":"Browser",`+
			`"correlationId":"%08x-5555-4666-8777-%012x","conditionalAccessStatus":"success","isInteractive":true,"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none",`+
			`"riskState":"none","riskEventTypes":[],"riskEventTypes_v2":[],"resourceDisplayName":"Windows Azure Service Management API","resourceId":"797f4846-ba00-4fd7-ba43-dac1f8f63013",`+
			`"status":{"errorCode":%d,"failureReason":"Other.","additionalDetails":null},`+
			`"deviceDetail":{"deviceId":"","displayName":"","operatingSystem":"Windows 11","browser":"Edge 131.0.0","isCompliant":false,"isManaged":false,"trustType":""},`+
			`"location":{"city":"London","state":"London, City of","countryOrRegion":"GB","geoCoordinates":{"altitude":null,"latitude":51.50853,"longitude":-0.12574}},`+
			`"appliedConditionalAccessPolicies":[{"id":"8f1c8a1e-0000-4000-8000-000000000001","displayName":"CA001 Require MFA for everybody","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"success"},`+
			`{"id":"8f1c8a1e-0000-4000-8000-000000000002","displayName":"CA002 Block legacy authentication","enforcedGrantControls":[],"enforcedSessionControls":[],"result":"notApplied"}]}`,
			i, i, i%28+1, i%24, i%60, user, user, user, user, i%250, i, i, []int{0, 0, 0, 50126}[i%4])
	}
	b.WriteString(`]}`)
	return b.String()
}

// plainOf is the record type as somebody would write it for encoding/json: an
// optional property is a pointer, and there is no reader of its own.
func plainOf(t reflect.Type) reflect.Type {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return t
	case t.Kind() == reflect.Slice:
		return reflect.SliceOf(plainOf(t.Elem()))
	case t.Kind() != reflect.Struct:
		return t
	case strings.HasPrefix(t.Name(), "Field["):
		value, _ := t.FieldByName("value")
		return reflect.PointerTo(plainOf(value.Type))
	}
	var fields []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			fields = append(fields, reflect.StructField{Name: f.Name, Type: plainOf(f.Type), Tag: f.Tag})
		}
	}
	return reflect.StructOf(fields)
}

// BenchmarkDecode compares the decoders of bulk records, on the same bytes in the
// same run: encoding/json into plain structs, encoding/json into the model's, and
// ours. The answers are compared first, record by record.
func BenchmarkDecode(b *testing.B) {
	for _, tc := range []struct {
		dataset, text string
		record        reflect.Type
	}{
		{"users", usersText(2000), reflect.TypeFor[model.User]()},
		{"auditLogs/signIns", signInsText(2000), reflect.TypeFor[model.SignIn]()},
	} {
		var reply struct{ Value []json.RawMessage }
		require.NoError(b, json.Unmarshal([]byte(tc.text), &reply))
		dataset, _ := model.DatasetNamed(tc.dataset)
		reader := &jsonpull.Reader{Suspicious: &oddFirst, Suspect: oddText}
		batch := model.NewBatch(dataset)
		sink := model.NewBuilder("")
		ours := func(raw []byte) {
			reader.Reset(raw, true, 512)
			if !batch.Read(reader, "", model.Location{}) {
				b.Fatalf("not read: %s: %v", raw, reader.Err())
			}
			if batch.Len() == batchSize {
				sink.Take(batch, "")
			}
		}
		library := func(t reflect.Type) func([]byte) {
			return func(raw []byte) { require.NoError(b, json.Unmarshal(raw, reflect.New(t).Interface())) }
		}
		checkDecoders(b, tc.dataset, tc.record, reply.Value)

		name := tc.dataset[strings.LastIndex(tc.dataset, "/")+1:]
		for _, d := range []struct {
			name   string
			decode func(raw []byte)
		}{{"encodingjson", library(plainOf(tc.record))}, {"encodingjson-model", library(tc.record)}, {"ours", ours}} {
			b.Run(name+"/"+d.name, func(b *testing.B) {
				b.SetBytes(int64(len(tc.text)))
				b.ReportAllocs()
				for b.Loop() {
					for _, raw := range reply.Value {
						d.decode(raw)
					}
				}
			})
		}
	}
}

// checkDecoders compares what all decoders make of the records.
func checkDecoders(b *testing.B, dataset string, record reflect.Type, records []json.RawMessage) {
	builder := model.NewBuilder(dataset)
	var got []any
	builder.Observe(dataset, func(row any) { got = append(got, row) })
	for _, raw := range records {
		require.NoError(b, builder.Add(dataset, "", model.Location{}, raw))
	}
	require.Len(b, got, len(records))
	for i, raw := range records {
		want, plain := reflect.New(record), reflect.New(plainOf(record))
		require.NoError(b, json.Unmarshal(raw, want.Interface()))
		require.Equal(b, want.Elem().Interface(), got[i])
		require.NoError(b, json.Unmarshal(raw, plain.Interface()))
		first, err := json.Marshal(plain.Interface())
		require.NoError(b, err)
		require.Greater(b, len(first), 300, "the answer is empty")
	}
}

// BenchmarkLoad reads a whole export of users, which are kept, and sign-ins, which
// are observed.
func BenchmarkLoad(b *testing.B) {
	data := files{"users.json": usersText(20_000), "auditLogs/signIns.json": signInsText(20_000)}
	size := int64(len(data["users.json"]) + len(data["auditLogs/signIns.json"]))
	source := FS(data.fs(), Options{})
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		seen := 0
		tenant, err := source.Load(context.Background(), []string{"users"}, assess.Observer{Dataset: "auditLogs/signIns", See: func(any) { seen++ }})
		require.NoError(b, err)
		require.Equal(b, 20_000, seen)
		require.Len(b, rows(tenant, model.Users), 20_000)
	}
}
