package graphsource_test

import (
	"context"
	"fmt"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// A unit test of a product that embeds the engine needs no tenant and no files:
// the records that it is about are enough. What is not given is unknown, never
// empty.
func ExampleMemory() {
	source := graphsource.Memory{
		Info: model.TenantInfo{ID: "5d0c6f3a-0b8e-4a57-9c3e-0f3b1c6c2b11", Name: "Test tenant",
			CollectedAt: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)},
		Data: map[string]string{
			"policies/identitySecurityDefaultsEnforcementPolicy": `{"id":"00000000-0000-0000-0000-000000000005","isEnabled":false}`,
			"identity/conditionalAccess/policies":                `{"value":[]}`,
		},
	}
	tenant, err := source.Load(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).Coverage().State)
	fmt.Println(model.RowsOf(tenant, model.Users, nil).Coverage().State)

	result, err := assess.Run(context.Background(), source, pillars.All(), assess.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range result.Findings {
		if f.Control == "ISO-01" {
			fmt.Println(f.Control, f.Status)
		}
	}
	// Output:
	// complete
	// missing
	// ISO-01 unknown
}
