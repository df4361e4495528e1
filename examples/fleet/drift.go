package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/model"
)

// key is by what a tenant is found in another run: its id, or where it has none
// the bundle's name.
func key(tenant, bundle string) string {
	if tenant != "" {
		return "tenant " + model.FoldID(tenant)
	}
	return "bundle " + bundle
}

// previousFn reads the rows of an earlier run that a comparison needs.
type previousFn struct{}

// ProcessElement emits each row by its tenant.
func (*previousFn) ProcessElement(ctx context.Context, file string, emit func(string, string)) error {
	return readLines(ctx, file, func(_ int, line record) (bool, error) {
		switch line.text("kind") {
		case kindTenant, kindInput, kindFinding, kindReach:
			text, err := json.Marshal(line)
			emit(key(line.text("tenantId"), line.text("bundle")), string(text))
			return err == nil, err
		}
		return true, nil
	})
}

// tenantKeyFn finds under what key the earlier run has a tenant: its own id, or
// else what that run said of the bundle of this name. One of the two may not have
// been readable, and then says not whose it is.
type tenantKeyFn struct {
	Previous string // the earlier run's file

	keys map[string]string
}

// Setup reads the earlier run's tenants.
func (f *tenantKeyFn) Setup(ctx context.Context) error {
	f.keys = map[string]string{}
	return readLines(ctx, f.Previous, func(_ int, line record) (bool, error) {
		if line.text("kind") == kindTenant {
			bundle := line.text("bundle")
			where := key(line.text("tenantId"), bundle)
			f.keys[where], f.keys[key("", bundle)] = where, where
		}
		return true, nil
	})
}

// ProcessElement emits the result by that key.
func (f *tenantKeyFn) ProcessElement(_ context.Context, r result, emit func(string, result)) {
	own := key(r.Tenant, r.Bundle)
	emit(cmp.Or(f.keys[own], f.keys[key("", r.Bundle)], own), r)
}

// driftFn compares a tenant with the earlier run.
type driftFn struct{ Config config }

// ProcessElement adds a part with what changed to each result of the tenant.
func (f *driftFn) ProcessElement(ctx context.Context, _ string, results func(*result) bool, lines func(*string) bool, emit func(result)) error {
	before, err := restoreAll(lines)
	if err != nil {
		return err
	}
	found := false
	for r := (result{}); results(&r); r = (result{}) {
		found = true
		if err := f.compare(ctx, &r, before); err != nil {
			return err
		}
		emit(r)
	}
	if found || len(before) == 0 {
		return nil
	}
	gone := latest(before)
	r := result{Bundle: gone.bundle}
	if err := f.add(ctx, &r, []row{driftRow(gone.bundle, gone.a.Tenant, "tenant", "", gone.state(), "missing", diff.Removed)}); err != nil {
		return err
	}
	emit(r)
	return nil
}

// compare adds what changed in one bundle: against the bundle of the same name, or
// else the tenant's latest.
func (f *driftFn) compare(ctx context.Context, r *result, before []*restored) error {
	now, err := f.restorePart(ctx, *r)
	if err != nil {
		return err
	}
	then := latest(before)
	if i := slices.IndexFunc(before, func(b *restored) bool { return b.bundle == r.Bundle }); i >= 0 {
		then = before[i]
	}
	return f.add(ctx, r, driftRows(then, now))
}

// add writes rows as a further part of a result.
func (f *driftFn) add(ctx context.Context, r *result, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	name := partName(r.Bundle, "-drift")
	r.Parts = append(r.Parts, name)
	r.Totals.addDrift(r.Bundle, rows)
	return writeRows(ctx, f.Config.Parts, name, rows)
}

func (f *driftFn) restorePart(ctx context.Context, r result) (*restored, error) {
	now := newRestored(r.Bundle)
	err := readLines(ctx, join(f.Config.Parts, r.Parts[0]), func(_ int, line record) (bool, error) {
		return true, now.add(line)
	})
	return now, err
}

// driftRows compares what two runs say of a tenant.
func driftRows(then, now *restored) []row {
	var rows []row
	add := func(what, subject, before, after string, move diff.Move) {
		rows = append(rows, driftRow(now.bundle, now.a.Tenant, what, subject, before, after, move))
	}
	if then == nil {
		add("tenant", "", "missing", now.state(), diff.Added)
		return rows
	}
	if now.a.Tenant.ID == "" {
		now.a.Tenant = then.a.Tenant
	}
	switch was, is := then.state(), now.state(); {
	case was == stateFailed && is == stateFailed:
		return nil
	case is == stateFailed:
		add("tenant", "", was, is, diff.Undecided)
		return rows
	case was == stateFailed:
		add("tenant", "", was, is, diff.Decided)
		return rows
	}
	d := diff.Compare(then.a, now.a)
	for _, m := range d.Headline {
		if m.Name == "score" {
			add("score", "", m.Old, m.New, m.Move)
		}
	}
	for _, m := range d.Pillars {
		add("maturity", string(m.ID), levels(m.Old), levels(m.New), m.Move)
	}
	for _, m := range d.Findings {
		if old, new := status(m.Old), status(m.New); old != new || m.Move != diff.Changed {
			add("finding", m.Control, old, new, m.Move)
		}
	}
	for _, m := range d.Reach {
		holder := fmt.Sprintf("%s, %s, %s", cmp.Or(m.Principal.Name, m.Principal.ID), m.Role.Name, m.Holding)
		if m.Held != diff.Unchanged {
			add("holding", holder, "", "", m.Held)
		}
		for _, p := range m.From {
			add("reach", fmt.Sprintf("%s: %s from %s, %s network", holder, p.Step, p.Device, p.Network), p.Old, p.New, p.Move)
		}
	}
	return rows
}

func driftRow(bundle string, t model.TenantRef, what, subject, before, after string, move diff.Move) row {
	return append(tenantColumns(kindDrift, bundle, t), row{{"what", what}, {"subject", subject}, {"before", before}, {"after", after}, {"move", string(move)}}...)
}

func status(v *diff.Verdict) string {
	if v == nil {
		return ""
	}
	return string(v.Status)
}

func levels(m *model.Maturity) string {
	switch {
	case m == nil:
		return ""
	case m.Confirmed == m.Potential:
		return fmt.Sprint(int(m.Confirmed))
	}
	return fmt.Sprintf("%d to %d", m.Confirmed, m.Potential)
}

// restored is as much of an assessment as its rows hold.
type restored struct {
	bundle string
	failed bool
	a      *model.Assessment
}

func newRestored(bundle string) *restored {
	return &restored{bundle: bundle, a: &model.Assessment{}}
}

// What became of a bundle.
const (
	stateFailed   = "failed"
	stateAssessed = "assessed"
)

func (r *restored) state() string {
	if r.failed {
		return stateFailed
	}
	return stateAssessed
}

// restoreAll reads a tenant's lines of an earlier run, in any order: its bundles,
// sorted by name.
func restoreAll(lines func(*string) bool) ([]*restored, error) {
	var all []string
	for line := ""; lines(&line); {
		all = append(all, line)
	}
	slices.Sort(all)
	bundles := map[string]*restored{}
	var list []*restored
	for _, text := range all {
		line, err := parse([]byte(text))
		if err != nil {
			return nil, err
		}
		name := line.text("bundle")
		if bundles[name] == nil {
			bundles[name] = newRestored(name)
			list = append(list, bundles[name])
		}
		if err := bundles[name].add(line); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b *restored) int { return strings.Compare(a.bundle, b.bundle) })
	return list, nil
}

// latest is the bundle of the latest time, of several the last by name; nil where
// there is none.
func latest(all []*restored) *restored {
	var last *restored
	for _, r := range all {
		if last == nil || !r.a.AsOf.Before(last.a.AsOf) {
			last = r
		}
	}
	return last
}

// add reads one row.
func (r *restored) add(line record) error {
	switch line.text("kind") {
	case kindTenant:
		return r.addTenant(line)
	case kindInput:
		in := model.Input{Name: line.text("dataset"), Count: int(line.number("count")), Reason: model.Reason(line.text("reason")), Detail: line.text("detail")}
		if err := in.Status.UnmarshalText([]byte(line.text("status"))); err != nil {
			return err
		}
		r.a.Inputs.Datasets = append(r.a.Inputs.Datasets, in)
	case kindFinding:
		r.a.Findings = append(r.a.Findings, restoreFinding(line))
	case kindReach:
		r.a.Reach = append(r.a.Reach, restoreReach(line))
	}
	return nil
}

func (r *restored) addTenant(line record) error {
	r.a.Tenant = model.TenantRef{ID: line.text("tenantId"), DisplayName: line.text("tenantName")}
	if r.failed = line.text("error") != ""; r.failed {
		return nil
	}
	at, err := time.Parse(time.RFC3339, line.text("asOf"))
	if err != nil {
		return fmt.Errorf("asOf: %w", err)
	}
	r.a.AsOf = at
	r.a.Engine = model.Engine{Version: line.text("engine"), Catalogue: line.text("catalogue")}
	r.a.Inputs.Digest, r.a.Coverage = line.text("digest"), line.number("coverage")
	r.a.Headline = model.Headline{Score: int(line.number("score")), Band: line.text("band"), Provisional: line.truth("provisional")}
	for _, p := range model.Pillars() {
		r.a.Pillars = append(r.a.Pillars, model.PillarScore{ID: p, Maturity: model.Maturity{
			Confirmed: model.Level(line.number(string(p) + "Level")), Potential: model.Level(line.number(string(p) + "AtMost"))}})
	}
	return nil
}

func restoreFinding(line record) model.Finding {
	f := model.Finding{Control: line.text("control"), Title: line.text("title"), Pillar: model.Pillar(line.text("pillar")),
		Level: model.Level(line.number("level")), Gate: line.truth("gate"), Severity: model.Severity(line.text("severity")),
		Status: model.Status(line.text("status")), Reason: model.Reason(line.text("reason"))}
	if line.text("acceptedUntil") != "" {
		f.Waived = &model.Waiver{}
	}
	return f
}

func restoreReach(line record) model.Reach {
	r := model.Reach{
		Principal: model.PrincipalRef{Kind: line.text("principalKind"), ID: line.text("principalId"), Name: line.text("principalName")},
		Role:      model.RoleRef{ID: line.text("roleId"), Name: line.text("roleName"), Tier: model.Tier(line.number("tier"))},
		Holding:   line.text("holding"), BreakGlass: line.truth("breakGlass"), Scope: line.text("scope"), Attackers: map[string]string{},
	}
	if via := line.text("via"); via != "" {
		r.Via = strings.Split(via, " > ")
	}
	for _, device := range access.DeviceClasses() {
		for _, network := range access.NetworkClasses() {
			if use := line.text(placeColumn("use", device, network)); use != "" {
				r.From = append(r.From, model.ReachFrom{Device: device, Network: network, Verdict: use, Activation: line.text(placeColumn("activate", device, network))})
			}
		}
	}
	for _, a := range access.Attackers() {
		if verdict := line.text(attackerColumn(a.Name)); verdict != "" {
			r.Attackers[a.Name] = verdict
		}
	}
	for dataset := range strings.SplitSeq(line.text("notKnown"), ", ") {
		if dataset != "" {
			r.Unknown = append(r.Unknown, model.Need{Dataset: dataset})
		}
	}
	return r
}
