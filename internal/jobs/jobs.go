// Package jobs holds what the command line and the page do alike, so that they
// answer alike: comparing, redacting, declaring, and printing a proposed change.
package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/declare"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// Side is one of two things to compare. The tenant is known of an export only.
type Side struct {
	Assessment *model.Assessment
	Tenant     *model.Tenant
}

// Assess assesses a source with all controls and keeps the tenant.
func Assess(ctx context.Context, src assess.Source, opts assess.Options) (Side, error) {
	kept := &keptSource{Source: src}
	a, err := assess.Run(ctx, kept, pillars.All(), opts)
	return Side{a, kept.tenant}, err
}

// Expected is what each control expects, for a report of the assessment: nothing
// when it was made with another catalogue, whose controls may have asked for something else.
func Expected(a *model.Assessment) map[string]string {
	found := map[string]bool{}
	for _, f := range a.Findings {
		found[f.Control] = true
	}
	controls := slices.DeleteFunc(pillars.All(), func(c *assess.Control) bool { return !found[c.ID] })
	if a.Engine.Catalogue != assess.CatalogueDigest(controls) {
		return nil
	}
	expected := make(map[string]string, len(controls))
	for _, c := range controls {
		expected[c.ID] = c.Decides
	}
	return expected
}

// Redact redacts an assessment. Where the tenant is known, so is every name that
// it has.
func (s Side) Redact(key []byte) (*model.Assessment, error) {
	opts := redact.Options{Key: key}
	if s.Tenant != nil {
		opts.Names = redact.Names(s.Tenant)
	}
	return redact.Redact(s.Assessment, opts)
}

// Compare says what changed from old to now.
func Compare(old, now Side) *diff.Diff {
	return diff.Options{Reads: reads}.Compare(old.Assessment, now.Assessment)
}

// Attribute adds, of two exports, what changed in the configuration. With prove it
// also finds which change moved the reach; progress, when not nil, is told.
func Attribute(ctx context.Context, d *diff.Diff, old, now Side, prove bool, progress func(done, total int)) error {
	if old.Tenant == nil || now.Tenant == nil {
		return nil
	}
	sides := diff.Sides{Old: old.Tenant, New: now.Tenant, Progress: progress}
	if prove {
		sides.Reach = reachOf
	}
	return d.Attribute(ctx, sides)
}

// reads lists the data sets that one of our controls looks at.
func reads(control string) ([]string, bool) {
	for _, c := range pillars.All() {
		if c.ID == control {
			return assess.Needs([]*assess.Control{c}), true
		}
	}
	return nil, false
}

// ReachOnly runs the access engine and judges nothing: what counts is the
// assessment's reach section.
var ReachOnly = &assess.Control{
	ControlInfo: model.ControlInfo{ID: "REACH", Title: "Reach", Pillar: model.Isolation, Level: model.Managed, Severity: model.Info,
		Domain: model.DomainExecution, Rationale: "The reach section.", Decides: "Never.",
		Remediation: model.Remediation{Summary: "None."}, Statuses: []model.Status{model.StatusUnknown}},
	Requires: []assess.Dependency{facts.Reach},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		_, err := assess.Value(p, facts.Reach)
		return assess.Unknown(model.NothingToJudge, "The reach section says it."), err
	},
}

// reachOf asks the access engine about a tenant.
func reachOf(ctx context.Context, t *model.Tenant) ([]model.Reach, error) {
	a, err := assess.Run(ctx, loaded{t}, []*assess.Control{ReachOnly}, assess.Options{})
	if err != nil {
		return nil, err
	}
	if f := a.Findings[0]; f.Reason == model.ControlError {
		return nil, errors.New(f.Summary)
	}
	return a.Reach, nil
}

// keptSource is a source whose tenant is kept.
type keptSource struct {
	assess.Source
	tenant *model.Tenant
}

// Load loads the tenant and keeps it.
func (k *keptSource) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	t, err := k.Source.Load(ctx, want, observers...)
	k.tenant = t
	return t, err
}

// loaded is a source of a tenant that is there already.
type loaded struct{ tenant *model.Tenant }

// Load gives the tenant.
func (l loaded) Load(context.Context, []string, ...assess.Observer) (*model.Tenant, error) {
	return l.tenant, nil
}

// Declare reads what a first declarations.json rests on, and gives it. own is what
// the source declares already.
func Declare(ctx context.Context, src assess.Source) (start, own model.Declarations, err error) {
	needs := []string{model.OwnerDeclarations.Name()}
	for _, n := range declare.Needs() {
		needs = append(needs, n.Name())
	}
	tenant, err := src.Load(ctx, needs)
	if err != nil {
		return start, own, err
	}
	var infos []model.ControlInfo
	for _, c := range pillars.All() {
		infos = append(infos, c.ControlInfo)
	}
	own, _ = model.RowsOf(tenant, model.OwnerDeclarations, nil).Only()
	return declare.Start(tenant, infos), own, nil
}

// Indented encodes a document for people to read.
func Indented(document any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(document)
	return b.Bytes(), err
}

// PowerShell writes a request as a person would send it. The body stands in a
// literal here-string, which nothing in JSON can end; the path is escaped, so no
// id of the export ends its quotes.
func PowerShell(r plan.Request) string {
	var b strings.Builder
	parts := strings.Split(r.Path, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	fmt.Fprintf(&b, "Invoke-MgGraphRequest -Method %s -Uri 'https://graph.microsoft.com/v1.0%s'", r.Method, strings.Join(parts, "/"))
	if r.Body != nil {
		var body bytes.Buffer
		if err := json.Indent(&body, r.Body, "", "  "); err != nil {
			return ""
		}
		lines := strings.Split(body.String(), "\n")
		for i := range lines {
			lines[i] = report.Inert(lines[i])
		}
		fmt.Fprintf(&b, " -ContentType 'application/json' -Body @'\n%s\n'@", strings.Join(lines, "\n"))
	}
	return b.String() + "\n"
}
