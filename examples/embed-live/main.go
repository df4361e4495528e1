// Embed-live assesses a live tenant from a program of one's own: a credential, a
// collector, the engine, and the findings that fail.
//
//	az login && go run ./examples/embed-live
//
// Nothing is written to disk. A product would take its own credential and pass
// the assessment on; see also graphsource.Memory for its unit tests, and
// graphsource/live/livetest for a Graph to test against.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

func main() {
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err == nil {
		err = failures(context.Background(), live.Options{Credential: credential}, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "embed-live:", err)
		os.Exit(1)
	}
}

// failures assesses the tenant and writes what fails and what could not be told.
func failures(ctx context.Context, opts live.Options, w io.Writer) error {
	collector, err := live.New(opts)
	if err != nil {
		return err
	}
	result, err := assess.Run(ctx, live.Source{Collector: collector}, pillars.All(),
		assess.Options{Permission: graphsource.Permission})
	if err != nil {
		return err
	}
	unknown := 0
	for _, f := range result.Findings {
		switch f.Status {
		case model.StatusFail:
			if _, err := fmt.Fprintf(w, "%-8s %s: %s\n", f.Severity, f.Control, f.Summary); err != nil {
				return err
			}
		case model.StatusUnknown:
			unknown++
		}
	}
	_, err = fmt.Fprintf(w, "%s: maturity of %s is %d; %d controls could not be decided\n",
		result.Tenant.DisplayName, result.Headline.WeakestPillar, result.Headline.Maturity, unknown)
	return err
}
