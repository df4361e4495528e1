package export

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/model"
)

// pimCSV reads what Privileged Identity Management's blade for Entra roles
// exports: a line an assignment, with names and no ids. Names are matched with
// the users and groups of the export and with Microsoft's English names of the
// built-in roles.
// The portal's blade for Azure resources writes the same columns.
var pimCSV = &adapter{
	Format: pimFormat,
	sign:   pimState,
	recognises: func(record *node) bool {
		return field(record, pimState) != nil && field(record, pimRole) != nil && field(record, pimPrincipal) != nil
	},
	adapt: adaptPIM,
}

const (
	pimState     = "Assignment State"
	pimRole      = "Role Name"
	pimPrincipal = "PrincipalName"
	pimMember    = "Member Type"
	pimResource  = "Resource Type"
	pimStart     = "Assignment Start Time (UTC)"
	pimEnd       = "Assignment End Time (UTC)"
)

var pimFormat = Format{
	Tool:  "Entra portal (PIM CSV)",
	Known: "its heading: Assignment State, Role Name, PrincipalName, …",
	Trap: "It names people and roles, and has no ids: they are matched by name, a line with a name that fits none or several is left out. " +
		"Without users in the export the name stands for the account. A time is read where it can be read in one way only: 2026-11-20, or a day after the twelfth; " +
		"“Permanent” is no end. Otherwise nobody knows whether day or month comes first, and the time is unknown. " +
		"PIM exports the roles of Azure resources with the same columns: lines of a subscription, group or resource are left out.",
	Source: "its columns, which public guides and the programs that imitate the file name (techpress.net, ourcloudnetwork.com, MicrosoftDocs/azure-docs issue 114972 for Azure resources). No file of the portal's own was found in public.",
	Supplies: inPart("it has names in the place of ids, which are matched by name",
		setActive, setEligible),
}

func adaptPIM(record *node, at spot) adapted {
	dataset, known := map[string]string{"active": setActive, "eligible": setEligible}[strings.ToLower(field(record, pimState).str())]
	if !known {
		return adapted{odd: fmt.Sprintf("its %s is %q; Active and Eligible are known", pimState, clip(field(record, pimState).str()))}
	}
	if kind := field(record, pimResource).str(); ofAzure(kind) {
		return adapted{odd: fmt.Sprintf("its %s is %q: it is a role of Azure and not of the directory", pimResource, clip(kind))}
	}
	role, ok := model.RoleNamed(field(record, pimRole).str())
	if !ok {
		return adapted{odd: fmt.Sprintf("%q is not the English name of a built-in role", clip(field(record, pimRole).str()))}
	}
	name := strings.TrimSpace(field(record, pimPrincipal).str())
	id, ok := at.principal(name)
	if !ok || name == "" {
		return adapted{odd: fmt.Sprintf("no user or group of the export, or more than one, is called %q", clip(name))}
	}
	row := object("id principalId roleDefinitionId", text("csv:"+at.pointer), text(id), text(role.TemplateID))
	if member := field(record, pimMember); member.str() != "" {
		row.put("memberType", member)
	}
	if start := pimTime(field(record, pimStart).str()); start != nil {
		row.put("startDateTime", start)
	}
	if end := strings.TrimSpace(field(record, pimEnd).str()); strings.EqualFold(end, "Permanent") {
		row.put("endDateTime", nullNode)
	} else if end := pimTime(end); end != nil {
		row.put("endDateTime", end)
	}
	return adapted{supplies: []supply{pimFormat.supply(dataset, "", located{at.pointer, row})}}
}

// ofAzure tells what PIM calls the scopes of Azure roles, some of which have the
// names of directory roles (Security Reader): subscription, managementgroup,
// resourcegroup, or a resource's type such as Microsoft.Compute/virtualMachines.
func ofAzure(resource string) bool {
	resource = strings.ToLower(resource)
	return slices.ContainsFunc([]string{"subscription", "management", "resource", "/"}, func(part string) bool { return strings.Contains(resource, part) })
}

// pimLayouts are the ways in which people's programs write a time, with the year
// first and in the orders of day and month.
var (
	pimSorted    = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}
	pimMonthDay  = []string{"1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006"}
	pimDayMonth  = []string{"2/1/2006 3:04:05 PM", "2/1/2006 3:04 PM", "2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006"}
	pimSeparator = strings.NewReplacer(".", "/", "-", "/", ",", "")
)

// pimTime reads a time in UTC that can be read in one way only, nil where it is
// none or has two readings.
func pimTime(written string) *node {
	written = strings.TrimSpace(written)
	if at, ok := parseAny(pimSorted, written); ok {
		return text(at.UTC().Format(time.RFC3339))
	}
	written = pimSeparator.Replace(written)
	first, ok := parseAny(pimMonthDay, written)
	second, also := parseAny(pimDayMonth, written)
	switch {
	case ok && also && !first.Equal(second), !ok && !also:
		return nil
	case !ok:
		first = second
	}
	return text(first.Format(time.RFC3339))
}

func parseAny(layouts []string, written string) (time.Time, bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, written); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// field finds a column by its exact heading.
func field(record *node, name string) *node {
	for i, have := range record.names {
		if have == name {
			return record.items[i]
		}
	}
	return nil
}

func isCSV(name string) bool { return strings.EqualFold(path.Ext(name), ".csv") }

// readCSV reads a table whose heading an adapter knows.
func (sc *scan) readCSV(e entry, f *FileReport) error {
	r := sc.own.newReading(e, f, nil)
	f.Status = StatusComplete
	err := sc.own.stream(e, f, func(src io.Reader) error { return r.table(src) })
	if err != nil && sc.ends(err) {
		return err
	}
	r.finish(err)
	f.Records, f.Notes = r.records, append(f.Notes, r.notes...)
	if r.adapter == nil {
		f.Kind, f.Status = KindIgnored, worse(f.Status, StatusIgnored)
		if f.Reason == "" {
			f.Reason = "its heading is none of a table that is read; the export of PIM's assignments from the portal is"
		}
	}
	return nil
}

// table gives the lines of a table to the adapter that knows its heading.
func (r *reading) table(src io.Reader) error {
	lines := csv.NewReader(io.LimitReader(src, r.scan.source.opts.MaxRecordBytes))
	lines.LazyQuotes, lines.FieldsPerRecord, lines.ReuseRecord = true, -1, true
	heading, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return &textError{what: "the file is empty", cut: true}
	}
	if err != nil {
		return &textError{what: err.Error()}
	}
	columns := make([]string, len(heading))
	for i, name := range heading {
		columns[i] = strings.TrimSpace(name)
	}
	record := &node{kind: '{', names: columns}
	for range columns {
		record.items = append(record.items, text(""))
	}
	a := adapterFor(record.json())
	if a == nil {
		return errEnough
	}
	r.through(a)
	for n := 1; ; n++ {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &textError{offset: lines.InputOffset(), what: err.Error()}
		}
		if err := r.scan.ctx.Err(); err != nil {
			return err
		}
		for i := range columns {
			value := ""
			if i < len(line) {
				value = line[i]
			}
			record.items[i] = text(value)
		}
		if err := r.adapt(record.json(), fmt.Sprintf("/%d", n)); err != nil {
			return err
		}
	}
}

// people finds users and groups by the names that people see. An id of "" is a
// name that several have.
type people struct {
	byName map[string]string
	users  bool // users were read
}

// observePeople keeps the names of users and groups while they are read.
func (sc *scan) observePeople() {
	if sc.people != nil {
		return
	}
	known := &people{byName: map[string]string{}}
	sc.people = known
	keep := func(id string, names ...model.Field[string]) {
		for _, name := range names {
			name.Is(func(n string) bool {
				key := strings.ToLower(n)
				if have, ok := known.byName[key]; ok && !model.SameID(have, id) {
					id = ""
				}
				known.byName[key] = id
				return true
			})
		}
	}
	sc.b.Observe("users", func(record any) {
		if u, ok := record.(model.User); ok {
			known.users = true
			keep(u.ID, u.UserPrincipalName)
		}
	})
	sc.b.Observe("groups", func(record any) {
		if g, ok := record.(model.Group); ok {
			keep(g.ID, g.DisplayName)
		}
	})
}

// principal finds the id of a user by its principal name, of a group by its
// display name. In an export without users a name stands for the account.
func (sc *scan) principal(name string) (id string, ok bool) {
	if sc.people == nil || !sc.people.users {
		return strings.ToLower(name), name != ""
	}
	id = sc.people.byName[strings.ToLower(name)]
	return id, id != ""
}
