package pillars_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

func pimOnly() assess.Source {
	bundle, err := tenants.FS("pim-only")
	if err != nil {
		panic(err)
	}
	return export.FS(bundle, export.Options{})
}

// A product's own control stands beside ours: it says what it needs, judges each
// subject, and can pass on complete data only.
func ExampleAll_ownControl() {
	naming := &assess.Control{
		ControlInfo: model.ControlInfo{ID: "ACME-01", Title: "Tier 0 accounts are ours", Pillar: model.Control, Level: model.Developing,
			Severity: model.High, Basis: model.ConfidenceDecided, Domain: model.DomainIdentity,
			Rationale: "Who rules the tenant is employed here.", Decides: "userType of every holder of a Tier 0 role.",
			Remediation: model.Remediation{Summary: "Take the role from guests."}, Statuses: model.Statuses(), Since: "1"},
		Requires: []assess.Dependency{facts.Tier0},
		Run: func(p *assess.Pass) (assess.Verdict, error) {
			holders, err := assess.Value(p, facts.Tier0)
			if err != nil {
				return assess.Verdict{}, err
			}
			tally := p.Tally(assess.Words{One: "account", Many: "accounts", Good: "are members", Bad: "are guests"})
			for _, holder := range holders.Principals() {
				if holder.User != nil {
					tally.Judge(holder.Ref(), model.Equals(holder.User.UserType, "Member"), "userType %v", holder.User.UserType)
				}
			}
			return tally.Every(), nil
		},
	}
	result, err := assess.Run(context.Background(), pimOnly(), append(pillars.All(), naming), assess.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	i := slices.IndexFunc(result.Findings, func(f model.Finding) bool { return f.Control == "ACME-01" })
	fmt.Println(len(result.Findings), result.Findings[i].Status, result.Findings[i].Summary)
	// Output: 112 pass All 5 accounts are members.
}

// An attacker of one's own: what they hold, asked of every holding.
func ExampleAll_ownAttacker() {
	tenant, err := pimOnly().Load(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	helpdeskCall := access.Attacker{Name: "calls the helpdesk", Holds: []access.Obligation{access.Password, access.MFA, access.FreshSignIn}}
	directory := principals.Resolve(tenant)
	engine := access.New(tenant, access.Options{Directory: directory})
	in := map[model.Truth]int{}
	for _, h := range directory.Holdings() {
		in[engine.Judge(h, access.Circumstances{}, []access.Attacker{helpdeskCall})[0]]++
	}
	fmt.Println(in[model.True] > 0)
	// Output: true
}

// Own tiering is data: declarations.json adds roles to Tier 0, and the
// controls judge who holds them.
func ExampleAll_ownTiering() {
	bundle, err := tenants.FS("pim-only")
	if err != nil {
		fmt.Println(err)
		return
	}
	exchange := `{"version":1,"tier0":{"addRoles":["29232cdf-9323-42fd-ade2-1d097af3e4de"]}}`
	for _, declared := range []string{`{"version":1}`, exchange} {
		result, err := assess.Run(context.Background(), export.FS(bundle, export.Options{Declarations: []byte(declared)}), pillars.All(), assess.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(slices.ContainsFunc(result.Reach, func(r model.Reach) bool { return r.Role.Name == "Exchange Administrator" }))
	}
	// Output:
	// false
	// true
}

// Progress is told of every stage; a cancelled context ends a run with its error.
func ExampleAll_progress() {
	stages := []string{}
	ctx, cancel := context.WithCancel(context.Background())
	_, err := assess.Run(ctx, pimOnly(), pillars.All(), assess.Options{Progress: func(p model.Progress) {
		if !slices.Contains(stages, p.Stage) {
			stages = append(stages, p.Stage)
		}
		if p.Stage == "evaluate" {
			cancel()
		}
	}})
	fmt.Println(slices.Contains(stages, "evaluate"), errors.Is(err, context.Canceled))
	// Output: true true
}

// Texts in another language: titles and advice are data of a control, and
// whatever a finding says in codes (control, status, severity, reason, the kind
// and status of a subject) can be said in any words. Codes are contract;
// summaries are English, and may change.
func ExampleAll_localisedTexts() {
	german := map[string]model.ControlInfo{"ISO-01": {Title: "Kein Tier-0-Zugriff von unverwalteten Geräten",
		Remediation: model.Remediation{Summary: "Für alle Tier-0-Rollen ein konformes Gerät verlangen, ohne Ausweg."}}}
	status := map[model.Status]string{model.StatusPass: "erfüllt", model.StatusFail: "nicht erfüllt"}
	controls := pillars.All()
	for i, control := range controls {
		if text, ok := german[control.ID]; ok {
			own := *control // All gives the same controls to everybody
			own.Title, own.Remediation.Summary = text.Title, text.Remediation.Summary
			controls[i] = &own
		}
	}
	result, err := assess.Run(context.Background(), pimOnly(), controls, assess.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range result.Findings {
		if _, ok := german[f.Control]; ok {
			fmt.Printf("%s %s: %s (%d Konten)\n%s\n", f.Control, f.Title, status[f.Status], len(f.Subjects), f.Remediation.Summary)
		}
	}
	// Output:
	// ISO-01 Kein Tier-0-Zugriff von unverwalteten Geräten: nicht erfüllt (5 Konten)
	// Für alle Tier-0-Rollen ein konformes Gerät verlangen, ohne Ausweg.
}

// A source of one's own is one method: it reads its store and gives Graph's
// records to a builder, with how much of each data set it has.
func ExampleAll_ownSource() {
	result, err := assess.Run(context.Background(), inventory{}, pillars.All(), assess.Options{AsOf: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, in := range result.Inputs.Datasets {
		if in.Count > 0 {
			fmt.Println(in.Name, in.Status, in.Count)
		}
	}
	i := slices.IndexFunc(result.Findings, func(f model.Finding) bool { return f.Control == "FND-01" })
	fmt.Println(result.Findings[i].Status, result.Findings[i].Needs[0].Dataset)
	// Output:
	// users complete 1
	// unknown roleManagement/directory/roleAssignmentScheduleInstances
}

// inventory stands for a product's own store.
type inventory struct{}

// Load gives what the store has. What it has not is left out, and so unknown.
func (inventory) Load(_ context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	b := model.NewBuilder(want...)
	for _, o := range observers {
		o.Watch(b)
	}
	b.SetInfo(model.TenantInfo{ID: "0f7e6c1e-0000-4000-8000-000000000001", Name: "Contoso"})
	row := `{"id":"8a2f3c1e-0000-4000-8000-000000000002","userPrincipalName":"adm-anna@contoso.example","accountEnabled":true}`
	if err := b.Add("users", "", model.Location{Dataset: "users", File: "store", Pointer: "/0"}, []byte(row)); err != nil {
		return nil, err
	}
	b.Cover("users", "", model.Coverage{State: model.Complete})
	return b.Tenant(), nil
}
