package kit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// PAWRule recognises privileged access workstations by what the owner declared.
// What keeps it from recognising any is a gap of every control that reads it.
type PAWRule struct {
	// FormFactor is the declared kind of workstation, "" where none is.
	FormFactor string

	filter    *access.Filter
	groups    []string
	devices   []string
	unread    bool // part of the declaration cannot be read
	gaps      []model.Gap
	directory *principals.Directory
}

// Workstations is the fact of the declared workstation rule.
var Workstations = &assess.Fact[PAWRule]{
	ID:       "workstations",
	Requires: []assess.Dependency{model.OwnerDeclarations, facts.Directory},
	Compute: func(p *assess.Pass) (PAWRule, error) {
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return PAWRule{}, err
		}
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		return pawRule(declarations.PAW, directory), nil
	},
}

func pawRule(declared model.Field[model.PAWRule], directory *principals.Directory) PAWRule {
	r := PAWRule{directory: directory}
	gap := func(reason model.Reason, format string, args ...any) {
		r.gaps = append(r.gaps, model.Gap{Dataset: model.OwnerDeclarations.Name(), Reason: reason, Detail: fmt.Sprintf(format, args...)})
	}
	declared.Is(func(d model.PAWRule) bool {
		d.FormFactor.Is(func(kind string) bool { r.FormFactor = strings.ToLower(kind); return true })
		d.DeviceFilter.Is(func(rule string) bool {
			filter, err := access.ParseFilter(rule)
			if err != nil {
				r.unread = true
				gap(model.Malformed, "paw.deviceFilter: %v", err)
			}
			r.filter = filter
			return true
		})
		d.GroupIDs.Is(func(ids []string) bool { r.groups = ids; return true })
		d.DeviceIDs.Is(func(ids []string) bool { r.devices = ids; return true })
		return true
	})
	if r.filter == nil && len(r.groups)+len(r.devices) == 0 && !r.unread {
		r.unread = true
		gap(model.NotCollected, "declare paw with the deviceFilter, groupIds or deviceIds that mark a privileged access workstation")
	}
	return r
}

// Gaps lists what keeps the rule from recognising workstations.
func (r PAWRule) Gaps() []model.Gap { return r.gaps }

// Filter is the declared device filter, nil where there is none.
func (r PAWRule) Filter() *access.Filter { return r.filter }

// Groups lists the declared groups whose devices are workstations.
func (r PAWRule) Groups() []string { return r.groups }

// Listed reports whether devices are declared by their ids.
func (r PAWRule) Listed() bool { return len(r.devices) > 0 }

// is says whether the device is a workstation: it matches the filter, or is in a
// declared group, or is listed by its object id.
func (r PAWRule) is(d *model.Device, scratch attributes) model.Truth {
	is := model.Of(slices.ContainsFunc(r.devices, func(id string) bool { return model.SameID(id, d.ID) }))
	for _, group := range r.groups {
		is = model.Or(is, r.directory.MemberOf(d.ID, group))
	}
	if r.filter != nil {
		is = model.Or(is, matches(r.filter, d, scratch))
	}
	if r.unread {
		is = model.Or(is, model.Unknown)
	}
	return is
}

// matches evaluates the filter on a registered device under everything that its
// record leaves open.
func matches(f *access.Filter, d *model.Device, read attributes) model.Truth {
	first, result := true, model.Unknown
	clear(read)
	read.read(d, f)
	for _, managed := range possible(d.IsManaged) {
		for _, compliant := range possible(d.IsCompliant) {
			for _, hybrid := range possible(trusts(d, "ServerAd")) {
				m := f.Matches(access.Device{Registered: true, Managed: managed, Compliant: compliant, Hybrid: hybrid, Attributes: read})
				if first {
					first, result = false, m
				} else if m != result {
					return model.Unknown
				}
			}
		}
	}
	return result
}

// possible lists the values that a flag can have; null is false.
func possible(f model.Field[bool]) []bool {
	switch model.Equals(f, true) {
	case model.True:
		return []bool{true}
	case model.False:
		return []bool{false}
	}
	return []bool{false, true}
}

func trusts(d *model.Device, kind string) model.Field[bool] {
	return model.Fold(d.TrustType,
		func() model.Field[bool] { return model.Field[bool]{} },
		func() model.Field[bool] { return model.Value(false) },
		func(t string) model.Field[bool] { return model.Value(strings.EqualFold(t, kind)) })
}

// attributes are what a device filter reads of a device.
type attributes map[access.Attribute]access.FilterValue

func (values attributes) read(d *model.Device, f *access.Filter) {
	for _, part := range f.Parts {
		values.read(d, part)
	}
	if f.Kind != access.FilterCompare {
		return
	}
	if v, ok := attribute(d, f.Attribute); ok {
		values[f.Attribute] = v
	}
}

// attribute reads one attribute from a device's record.
func attribute(d *model.Device, a access.Attribute) (access.FilterValue, bool) {
	switch a {
	case access.AttrDeviceID:
		return text(d.DeviceID), true
	case access.AttrDisplayName:
		return text(d.DisplayName), true
	case access.AttrOwnership:
		return text(d.DeviceOwnership), true
	case access.AttrEnrollment:
		return text(d.EnrollmentProfileName), true
	case access.AttrManufacturer:
		return text(d.Manufacturer), true
	case access.AttrMDMAppID:
		return text(d.MdmAppID), true
	case access.AttrModel:
		return text(d.Model), true
	case access.AttrOS:
		return text(d.OperatingSystem), true
	case access.AttrOSVersion:
		return text(d.OperatingSystemVersion), true
	case access.AttrProfileType:
		return text(d.ProfileType), true
	case access.AttrTrustType:
		return text(d.TrustType), true
	case access.AttrCompliant:
		return value(d.IsCompliant, access.Flag), true
	case access.AttrPhysicalIDs:
		return value(d.PhysicalIDs, func(ids []string) access.FilterValue { return access.List(ids...) }), true
	case access.AttrSystemLabels:
		return value(d.SystemLabels, func(labels []string) access.FilterValue { return access.List(labels...) }), true
	}
	if !a.Extension() {
		return access.FilterValue{}, false
	}
	name := "extensionAttribute" + strings.TrimPrefix(string(a), "extensionattribute")
	return value(d.ExtensionAttributes, func(m map[string]*string) access.FilterValue {
		got, exported := m[name]
		switch {
		case !exported:
			return access.AnyValue()
		case got == nil:
			return access.FilterValue{}
		}
		return access.Text(*got)
	}), true
}

func text(f model.Field[string]) access.FilterValue { return value(f, access.Text) }

// value turns a property into what a filter reads: null is absent, and what was
// not exported could be anything.
func value[T any](f model.Field[T], of func(T) access.FilterValue) access.FilterValue {
	return model.Fold(f, access.AnyValue, func() access.FilterValue { return access.FilterValue{} }, of)
}
