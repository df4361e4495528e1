package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/model"
)

// schemaName is the version of the rows (rows.schema.json), in the first row.
const schemaName = "privpath-fleet/1"

// The kinds of rows.
const (
	kindRun     = "run"
	kindTenant  = "tenant"
	kindInput   = "input"
	kindFinding = "finding"
	kindNeed    = "need"
	kindReach   = "reach"
	kindDrift   = "drift"
)

// column is a name and a value of a row: a text, a number or a truth value. A nil
// and an empty text are left out, and so are null in SQL.
type column struct {
	name  string
	value any
}

// row is one line of the file, its columns in a fixed order.
type row []column

// append writes the row as a line of JSON.
func (r row) append(line []byte) ([]byte, error) {
	buf := bytes.NewBuffer(append(line, '{'))
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	first := true
	for _, c := range r {
		if c.value == nil || c.value == "" {
			continue
		}
		if !first {
			buf.WriteByte(',')
		}
		first = false
		fmt.Fprintf(buf, "%q:", c.name)
		if err := enc.Encode(c.value); err != nil {
			return nil, err
		}
		buf.Truncate(buf.Len() - 1) // the encoder's newline
	}
	buf.WriteString("}\n")
	return buf.Bytes(), nil
}

// tenantColumns begin every row but the first of the file.
func tenantColumns(kind, bundle string, t model.TenantRef) row {
	return row{{"kind", kind}, {"bundle", bundle}, {"tenantId", t.ID}, {"tenantName", t.DisplayName}}
}

// failedRow is the one row of a bundle that could not be assessed.
func failedRow(bundle string, err error) row {
	return append(tenantColumns(kindTenant, bundle, model.TenantRef{}), column{"error", err.Error()})
}

// rowsOf flattens an assessment.
func rowsOf(bundle string, a *model.Assessment) []row {
	rows := []row{tenantRow(bundle, a)}
	add := func(kind string, columns ...column) {
		rows = append(rows, append(tenantColumns(kind, bundle, a.Tenant), columns...))
	}
	for _, in := range a.Inputs.Datasets {
		add(kindInput, column{"dataset", in.Name}, column{"status", in.Status.String()}, column{"count", in.Count},
			column{"reason", string(in.Reason)}, column{"detail", in.Detail})
	}
	for _, f := range a.Findings {
		add(kindFinding, findingColumns(f)...)
		for _, n := range f.Needs {
			add(kindNeed, column{"control", f.Control}, column{"dataset", n.Dataset}, column{"reason", string(n.Reason)},
				column{"permission", n.Permission}, column{"detail", n.Detail})
		}
	}
	for _, r := range a.Reach {
		add(kindReach, reachColumns(r)...)
	}
	return rows
}

func tenantRow(bundle string, a *model.Assessment) row {
	h := a.Headline
	r := append(tenantColumns(kindTenant, bundle, a.Tenant), row{
		{"asOf", a.AsOf.UTC().Format("2006-01-02T15:04:05Z")}, {"engine", a.Engine.Version}, {"catalogue", a.Engine.Catalogue}, {"digest", a.Inputs.Digest},
		{"score", h.Score}, {"band", h.Band}, {"provisional", h.Provisional}, {"coverage", a.Coverage},
		{"weakestPillar", string(h.WeakestPillar)}, {"maturity", int(h.Maturity)},
	}...)
	for _, p := range a.Pillars {
		r = append(r, column{string(p.ID) + "Level", int(p.Maturity.Confirmed)}, column{string(p.ID) + "AtMost", int(p.Maturity.Potential)})
	}
	counts := map[model.Status]int{}
	for _, f := range a.Findings {
		counts[f.Status]++
	}
	for _, s := range model.Statuses() {
		r = append(r, column{string(s), counts[s]})
	}
	verdict, holders := unmanagedGlobal(a)
	certain := 0
	for _, way := range a.Paths {
		if way.Verdict == model.Reaches {
			certain++
		}
	}
	return append(r, row{{"globalAdministratorUnmanaged", verdict}, {"globalAdministratorUnmanagedHolders", holders},
		{"waysIntoTier0", certain}, {"possibleWaysIntoTier0", len(a.Paths) - certain}, {"path", h.Path}}...)
}

// unmanagedGlobal says whether Global Administrator can be used from an unmanaged
// device on some network, and by how many holdings for certain. Break glass, which
// is meant to get in, does not count. Where nobody is found who can, it is blocked
// only if everything that says who holds a role was read.
func unmanagedGlobal(a *model.Assessment) (verdict string, holders int) {
	verdict = model.Blocked
	for _, in := range a.Inputs.Datasets {
		if decidesHolders(in.Name) && in.Status != model.Complete {
			verdict = model.ReachUnknown
		}
	}
	if len(a.Reach) == 0 {
		verdict = model.ReachUnknown
	}
	for _, r := range a.Reach {
		if r.BreakGlass || !model.SameID(r.Role.ID, model.GlobalAdministrator) {
			continue
		}
		open, judged := false, false
		for _, f := range r.From {
			if f.Device != access.DeviceUnmanaged {
				continue
			}
			judged = true
			open = open || f.Verdict == model.Reaches
			if f.Verdict == model.ReachUnknown {
				verdict = model.ReachUnknown
			}
		}
		if !judged && r.Principal.Kind != "servicePrincipal" {
			verdict = model.ReachUnknown
		}
		if open {
			holders++
		}
	}
	if holders > 0 {
		verdict = model.Reaches
	}
	return verdict, holders
}

// decidesHolders reports whether a data set says who holds a role.
func decidesHolders(dataset string) bool {
	return slices.ContainsFunc([]interface{ Name() string }{
		model.Users, model.Groups, model.ServicePrincipals, model.GroupMembers, model.RoleDefinitions, model.RoleAssignments,
		model.RoleAssignmentSchedule, model.RoleEligibility, model.GroupAssignment, model.GroupEligibility,
	}, func(key interface{ Name() string }) bool { return key.Name() == dataset })
}

func findingColumns(f model.Finding) []column {
	open := 0
	for _, s := range f.Subjects {
		if s.Status != model.StatusPass && s.Status != model.StatusNotApplicable {
			open++
		}
	}
	columns := []column{{"control", f.Control}, {"title", f.Title}, {"pillar", string(f.Pillar)}, {"level", int(f.Level)}, {"gate", f.Gate},
		{"severity", string(f.Severity)}, {"status", string(f.Status)}, {"confidence", string(f.Confidence)}, {"reason", string(f.Reason)},
		{"summary", f.Summary}, {"remedy", f.Remedy}, {"openObjects", open}}
	if f.Waived != nil {
		columns = append(columns, column{"acceptedUntil", f.Waived.Expires.Format("2006-01-02")})
	}
	return columns
}

// reachColumns has a column for each place and step, and for each attacker.
func reachColumns(r model.Reach) []column {
	columns := []column{{"principalKind", r.Principal.Kind}, {"principalId", r.Principal.ID}, {"principalName", r.Principal.Name},
		{"roleId", r.Role.ID}, {"roleName", r.Role.Name}, {"tier", int(r.Role.Tier)}, {"holding", r.Holding}, {"breakGlass", r.BreakGlass},
		{"via", strings.Join(r.Via, " > ")}, {"scope", r.Scope}}
	for _, f := range r.From {
		columns = append(columns, column{placeColumn("use", f.Device, f.Network), f.Verdict}, column{placeColumn("activate", f.Device, f.Network), f.Activation})
	}
	for _, a := range access.Attackers() {
		columns = append(columns, column{attackerColumn(a.Name), r.Attackers[a.Name]})
	}
	var unknown []string
	for _, n := range r.Unknown {
		if !slices.Contains(unknown, n.Dataset) {
			unknown = append(unknown, n.Dataset)
		}
	}
	return append(columns, column{"notKnown", strings.Join(unknown, ", ")})
}

// placeColumn names a step from a place: useUnmanagedUntrusted.
func placeColumn(step, device, network string) string {
	return step + capital(device) + capital(network)
}

func attackerColumn(attacker string) string { return "attacker" + capital(attacker) }

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// record is a row that was read.
type record map[string]any

// parse reads a line.
func parse(line []byte) (record, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	var r record
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("not a row: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || r == nil {
		return nil, errors.New("not a row: one JSON object is expected")
	}
	return r, nil
}

func (r record) text(name string) string {
	s, _ := r[name].(string)
	return s
}

func (r record) number(name string) float64 {
	n, _ := r[name].(float64)
	return n
}

func (r record) truth(name string) bool {
	b, _ := r[name].(bool)
	return b
}
