package access

import (
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// Attribute is a device attribute that a device filter can read, in lower case.
type Attribute string

// The attributes.
const (
	AttrDeviceID      Attribute = "deviceid"
	AttrDisplayName   Attribute = "displayname"
	AttrOwnership     Attribute = "deviceownership"
	AttrEnrollment    Attribute = "enrollmentprofilename"
	AttrCompliant     Attribute = "iscompliant"
	AttrManufacturer  Attribute = "manufacturer"
	AttrMDMAppID      Attribute = "mdmappid"
	AttrModel         Attribute = "model"
	AttrOS            Attribute = "operatingsystem"
	AttrOSVersion     Attribute = "operatingsystemversion"
	AttrPhysicalIDs   Attribute = "physicalids"
	AttrProfileType   Attribute = "profiletype"
	AttrSystemLabels  Attribute = "systemlabels"
	AttrTrustType     Attribute = "trusttype"
	attrExtension     Attribute = "extensionattribute"
	maxExtensionAttrs           = 15
)

// ExtensionAttribute is extensionAttribute n, 1 to 15.
func ExtensionAttribute(n int) Attribute {
	return attrExtension + Attribute(strconv.Itoa(n))
}

// Extension reports whether a is one of the fifteen extension attributes, which
// have a value only on a device that is managed by Intune, compliant or hybrid
// joined.
func (a Attribute) Extension() bool { return strings.HasPrefix(string(a), string(attrExtension)) }

// Collection reports whether a holds a list of strings.
func (a Attribute) Collection() bool { return a == AttrPhysicalIDs || a == AttrSystemLabels }

// Spoofable reports whether the person at the device can choose the value, so
// that a filter resting on it alone keeps nobody out.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices,
// note "Important", which names displayName, model and manufacturer, "etc."; the
// operating system and its version come from the same registration data.
func (a Attribute) Spoofable() bool {
	switch a {
	case AttrDisplayName, AttrManufacturer, AttrModel, AttrOS, AttrOSVersion:
		return true
	}
	return false
}

// Attributes lists every attribute that device filters know.
func Attributes() []Attribute { return slices.Clone(attributes) }

var attributes = func() []Attribute {
	list := []Attribute{AttrDeviceID, AttrDisplayName, AttrOwnership, AttrEnrollment, AttrCompliant,
		AttrManufacturer, AttrMDMAppID, AttrModel, AttrOS, AttrOSVersion, AttrPhysicalIDs,
		AttrProfileType, AttrSystemLabels, AttrTrustType}
	for n := 1; n <= maxExtensionAttrs; n++ {
		list = append(list, ExtensionAttribute(n))
	}
	return list
}()

// FilterValue is the value of a device attribute: absent (the zero value), a
// text, a list, or one of several of them when the data does not decide. Texts
// compare without regard to case; booleans are the texts "True" and "False".
type FilterValue struct {
	kind   valueKind
	texts  []string
	oneOf  []FilterValue
	anyOne bool
}

type valueKind uint8

const (
	valueAbsent valueKind = iota
	valueText
	valueList
)

// Text is a text value.
func Text(s string) FilterValue { return FilterValue{kind: valueText, texts: []string{s}} }

// Flag is a boolean value.
func Flag(b bool) FilterValue {
	if b {
		return Text("True")
	}
	return Text("False")
}

// List is a collection's value.
func List(items ...string) FilterValue { return FilterValue{kind: valueList, texts: items} }

// OneOf is a value of which only the possibilities are known.
func OneOf(values ...FilterValue) FilterValue { return FilterValue{oneOf: values} }

// AnyValue is a value of which nothing is known.
func AnyValue() FilterValue { return FilterValue{anyOne: true} }

// appendTo writes a value so that no two write alike.
func (v FilterValue) appendTo(key []byte) []byte {
	key = append(key, byte(v.kind), byte(model.Of(v.anyOne)))
	key = binary.AppendUvarint(key, uint64(len(v.texts)))
	for _, text := range v.texts {
		key = binary.AppendUvarint(key, uint64(len(text)))
		key = append(key, text...)
	}
	key = binary.AppendUvarint(key, uint64(len(v.oneOf)))
	for _, one := range v.oneOf {
		key = one.appendTo(key)
	}
	return key
}

// FilterOp is a comparison.
type FilterOp string

// The comparisons, as printed.
const (
	OpEquals        FilterOp = "-eq"
	OpNotEquals     FilterOp = "-ne"
	OpStartsWith    FilterOp = "-startsWith"
	OpNotStartsWith FilterOp = "-notStartsWith"
	OpEndsWith      FilterOp = "-endsWith"
	OpNotEndsWith   FilterOp = "-notEndsWith"
	OpContains      FilterOp = "-contains"
	OpNotContains   FilterOp = "-notContains"
	OpIn            FilterOp = "-in"
	OpNotIn         FilterOp = "-notIn"
)

var filterOps = []FilterOp{OpEquals, OpNotEquals, OpStartsWith, OpNotStartsWith, OpEndsWith,
	OpNotEndsWith, OpContains, OpNotContains, OpIn, OpNotIn}

// Negative reports whether op matches an absent attribute.
func (op FilterOp) Negative() bool {
	switch op {
	case OpNotEquals, OpNotStartsWith, OpNotEndsWith, OpNotContains, OpNotIn:
		return true
	}
	return false
}

// positive gives the comparison that op is, or negates.
func (op FilterOp) positive() FilterOp {
	switch op {
	case OpNotEquals:
		return OpEquals
	case OpNotStartsWith:
		return OpStartsWith
	case OpNotEndsWith:
		return OpEndsWith
	case OpNotContains:
		return OpContains
	case OpNotIn:
		return OpIn
	}
	return op
}

// FilterKind says what a node of a filter is.
type FilterKind uint8

// The kinds of node.
const (
	FilterCompare FilterKind = iota
	FilterAnd
	FilterOr
	FilterNot
)

// Filter is a node of a parsed device filter rule.
type Filter struct {
	Kind FilterKind
	// Parts are the operands of and, or (two or more) and not (one).
	Parts []*Filter

	// Attribute, Op and Values are a comparison. Null means the bare word null,
	// which stands for an absent attribute.
	Attribute Attribute
	Op        FilterOp
	Values    []string
	Null      bool
}

// Comparisons lists every comparison in the filter, from left to right.
func (f *Filter) Comparisons() []*Filter {
	if f.Kind == FilterCompare {
		return []*Filter{f}
	}
	var list []*Filter
	for _, part := range f.Parts {
		list = append(list, part.Comparisons()...)
	}
	return list
}

// Matches evaluates the filter for a device.
//
// An attribute that is absent matches no positive comparison and every negative
// one; all attributes of a device without identity are absent (Microsoft's
// table "Policy behavior with filter for devices"). The table says of extension
// attributes on a registered device that is neither managed, compliant nor
// hybrid joined only that the policy applies "if the device is compliant or
// hybrid joined", so a negative comparison with one is undecided there: absence
// would match, the sentence says not.
func (f *Filter) Matches(d Device) model.Truth {
	switch f.Kind {
	case FilterAnd, FilterOr:
		parts := make([]model.Truth, 0, len(f.Parts))
		for _, part := range f.Parts {
			parts = append(parts, part.Matches(d))
		}
		if f.Kind == FilterAnd {
			return model.And(parts...)
		}
		return model.Or(parts...)
	case FilterNot:
		return f.Parts[0].Matches(d).Not()
	}
	if f.Attribute.Extension() && d.Registered && !d.Managed && !d.Compliant && !d.Hybrid {
		if f.Op.Negative() {
			return model.Unknown
		}
		return f.compare(FilterValue{})
	}
	return f.compare(d.Value(f.Attribute))
}

// Value gives the value that a device filter reads.
func (d Device) Value(a Attribute) FilterValue {
	if !d.Registered {
		return FilterValue{}
	}
	if v, ok := d.Attributes[a]; ok {
		return v
	}
	switch {
	case a == AttrCompliant && d.Compliant:
		return Flag(true)
	case a == AttrCompliant && d.Managed:
		return Flag(false)
	case a == AttrCompliant:
		// Nothing evaluated it: Graph shows null or false.
		return OneOf(FilterValue{}, Flag(false))
	case a == AttrTrustType && d.Hybrid:
		return Text("ServerAD")
	case a == AttrTrustType:
		return OneOf(Text("AzureAD"), Text("Workplace"))
	}
	return FilterValue{}
}

func (f *Filter) compare(v FilterValue) model.Truth {
	if v.anyOne {
		return model.Unknown
	}
	if len(v.oneOf) > 0 {
		result := f.compare(v.oneOf[0])
		for _, other := range v.oneOf[1:] {
			result = agree(result, f.compare(other))
		}
		return result
	}
	matched := f.positiveMatch(v)
	if f.Op.Negative() {
		return model.Of(!matched)
	}
	return model.Of(matched)
}

// positiveMatch answers the comparison without its negation.
func (f *Filter) positiveMatch(v FilterValue) bool {
	if f.Null {
		return v.kind == valueAbsent
	}
	if v.kind == valueAbsent {
		return false
	}
	op := f.Op.positive()
	for _, wanted := range f.Values {
		wanted = strings.ToLower(wanted)
		found := slices.ContainsFunc(v.texts, func(text string) bool {
			text = strings.ToLower(text)
			switch op {
			case OpStartsWith:
				return strings.HasPrefix(text, wanted)
			case OpEndsWith:
				return strings.HasSuffix(text, wanted)
			case OpContains:
				if v.kind == valueText {
					return strings.Contains(text, wanted)
				}
			}
			return text == wanted
		})
		if found {
			return true
		}
	}
	return false
}

// Spoofable asks whether the person at a device can make the filter come out as
// want by choosing the attributes that a user can set, all others staying as
// they are on d. A filter that lets devices out of a policy and is spoofable
// keeps nobody in. Unknown means that no value was found and none is excluded.
func (f *Filter) Spoofable(d Device, want bool) model.Truth {
	comparisons := f.Comparisons()
	choices := map[Attribute][]FilterValue{}
	for _, c := range comparisons {
		if c.Attribute.Spoofable() && choices[c.Attribute] == nil {
			choices[c.Attribute] = spoofChoices(c.Attribute, comparisons)
		}
	}
	if !d.Registered || len(choices) == 0 {
		return model.False
	}
	free := d
	free.Attributes = maps.Clone(d.Attributes)
	if free.Attributes == nil {
		free.Attributes = map[Attribute]FilterValue{}
	}
	for a := range choices {
		free.Attributes[a] = AnyValue()
	}
	switch f.Matches(free) {
	case model.Of(want):
		return model.True
	case model.Of(!want):
		return model.False
	}
	tries := maxSpoofTries
	if f.trySpoof(free, want, slices.Sorted(maps.Keys(choices)), choices, &tries) {
		return model.True
	}
	return model.Unknown
}

// maxSpoofTries bounds the search of [Filter.Spoofable].
const maxSpoofTries = 500

// trySpoof tries the combinations of the choices, as many as tries allows.
func (f *Filter) trySpoof(d Device, want bool, order []Attribute, choices map[Attribute][]FilterValue, tries *int) bool {
	if len(order) == 0 {
		*tries--
		return f.Matches(d) == model.Of(want)
	}
	for _, v := range choices[order[0]] {
		if *tries <= 0 {
			return false
		}
		d.Attributes[order[0]] = v
		if f.trySpoof(d, want, order[1:], choices, tries) {
			return true
		}
	}
	return false
}

// spoofChoices are values worth trying: one that no rule names, the texts of the
// comparisons, and one that has every prefix, part and suffix.
func spoofChoices(a Attribute, comparisons []*Filter) []FilterValue {
	values := []FilterValue{Text("\x00")}
	var prefix, middle, suffix string
	for _, c := range comparisons {
		if c.Attribute != a {
			continue
		}
		for _, text := range c.Values {
			values = append(values, Text(text))
			switch c.Op {
			case OpStartsWith:
				prefix = max(prefix, text)
			case OpContains:
				middle += text
			case OpEndsWith:
				suffix = max(suffix, text)
			}
		}
	}
	return append(values, Text(prefix+middle+suffix))
}
