package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// The device classes of a verdict.
const (
	DeviceUnmanaged  = "unmanaged"  // no device identity
	DeviceRegistered = "registered" // an identity, but neither compliant nor hybrid joined
	DeviceHybrid     = "hybrid"     // hybrid joined, not a PAW
	DeviceCompliant  = "compliant"  // compliant, not a PAW
	DevicePAW        = "paw"        // recognised by the tenant's PAW rule
)

// DeviceClasses lists the device classes from the least to the best.
func DeviceClasses() []string {
	return []string{DeviceUnmanaged, DeviceRegistered, DeviceHybrid, DeviceCompliant, DevicePAW}
}

// deviceValue is a class of devices that no filter in use tells apart, with one
// device of it.
type deviceValue struct {
	device Device
	// kind is the bit of the device, none for a device without identity.
	kind obligationSet
	// exists says whether there is, or anyone can make, such a device.
	exists model.Truth
	// from says where the device comes from, for people.
	from string
}

func (v deviceValue) class() string {
	switch v.kind {
	case 0:
		return DeviceUnmanaged
	case bitRegistered:
		return DeviceRegistered
	case bitOnlyHybrid:
		return DeviceHybrid
	case bitPAW:
		return DevicePAW
	}
	return DeviceCompliant
}

// inClass reports whether the device is of a class. One that is both compliant
// and hybrid joined is of both.
func (v deviceValue) inClass(class string) bool {
	return v.class() == class || v.kind == bitComplyHybrid && class == DeviceHybrid
}

// meets are the obligations that the device itself meets.
func (v deviceValue) meets() obligationSet {
	var s obligationSet
	if v.device.Compliant {
		s |= bitCompliant
	}
	if v.device.Hybrid {
		s |= bitHybrid
	}
	return s
}

// maxDeviceVariants bounds how many variants of one device are told apart by
// their attributes. Beyond it the attributes stay open.
const maxDeviceVariants = 4096

// freshText is a value that no filter names.
const freshText = "\u2060"

// deviceSpace builds the device values of a tenant.
type deviceSpace struct {
	filters []*Filter // every filter in use; the PAW rule's is among them
	texts   map[Attribute][]FilterValue
	used    []Attribute
	paw     pawRule
	tenant  model.Rows[model.Device]
	member  func(device, group string) model.Truth
	seen    map[string]bool
	values  []deviceValue
	kinds   map[model.Truth]obligationSet // of real non-PAW devices, by existence
}

// pawRule is the owner's statement of what a PAW is. Declared is Unknown where
// the declaration cannot be read.
type pawRule struct {
	declared  model.Truth
	filter    *Filter
	badFilter bool
	groups    []string
	devices   []string
}

func readPAWRule(t *model.Tenant) pawRule {
	declarations, ok := model.RowsOf(t, model.OwnerDeclarations, nil).Only()
	if !ok {
		return pawRule{declared: model.Unknown}
	}
	rule := pawRule{declared: declarations.PAW.Is(func(model.PAWRule) bool { return true })}
	declarations.PAW.Is(func(p model.PAWRule) bool {
		if text, ok := known(p.DeviceFilter); ok && strings.TrimSpace(text) != "" {
			filter, err := ParseFilter(text)
			rule.filter, rule.badFilter = filter, err != nil
		}
		rule.groups, _ = known(p.GroupIDs)
		rule.devices, _ = known(p.DeviceIDs)
		return true
	})
	if rule.declared == model.True && rule.filter == nil && !rule.badFilter && len(rule.groups)+len(rule.devices) == 0 {
		rule.declared = model.False
	}
	return rule
}

// newDeviceSpace is a space without a device yet, with the rules that tell devices
// apart.
func (e *Engine) newDeviceSpace() *deviceSpace {
	s := &deviceSpace{paw: readPAWRule(e.tenant), tenant: model.RowsOf(e.tenant, model.Devices, nil), member: e.dir.MemberOf,
		texts: map[Attribute][]FilterValue{}, seen: map[string]bool{}, kinds: map[model.Truth]obligationSet{}}
	for _, p := range e.in.Policies {
		if p.Filter != nil {
			s.filters = append(s.filters, p.Filter)
		}
	}
	if s.paw.filter != nil {
		s.filters = append(s.filters, s.paw.filter)
	}
	s.collectTexts()
	return s
}

func (e *Engine) buildDevices() {
	s := e.newDeviceSpace()
	s.add(deviceValue{exists: model.True, from: "no device identity"})
	s.addRegistered()
	s.addPlain()
	pawFound := s.addReal()
	if s.tenant.Coverage().State != model.Complete {
		s.addImagined()
	}
	if !pawFound {
		s.addImaginedPAW()
	}
	e.devices, e.paw, e.realKinds = s.values, s.paw, s.kinds
	e.paws = newPAWs(s.paw, s.member)
	e.pawIs = s.commonOfPAWs()
}

// commonOfPAWs is what every PAW is that may exist.
func (s *deviceSpace) commonOfPAWs() obligationSet {
	common := bitCompliant | bitHybrid
	for _, v := range s.values {
		if v.kind == bitPAW {
			common &= v.meets()
		}
	}
	return common
}

// collectTexts gives each attribute that a filter reads the values worth telling
// apart: every text that is named, every prefix, part and suffix joined, and one
// text that nothing names.
func (s *deviceSpace) collectTexts() {
	type pieces struct{ exact, prefix, part, suffix []string }
	byAttribute := map[Attribute]*pieces{}
	for _, f := range s.filters {
		for _, c := range f.Comparisons() {
			p := byAttribute[c.Attribute]
			if p == nil {
				p = &pieces{}
				byAttribute[c.Attribute] = p
			}
			p.exact = append(p.exact, c.Values...)
			switch c.Op {
			case OpStartsWith, OpNotStartsWith:
				p.prefix = append(p.prefix, c.Values...)
			case OpEndsWith, OpNotEndsWith:
				p.suffix = append(p.suffix, c.Values...)
			case OpContains, OpNotContains:
				if !c.Attribute.Collection() {
					p.part = append(p.part, c.Values...)
				}
			}
		}
	}
	s.used = slices.Sorted(maps.Keys(byAttribute))
	for _, a := range s.used {
		p := byAttribute[a]
		parts := partSets(sortedSet(p.part))
		texts := []string{freshText}
		texts = append(texts, sortedSet(p.exact)...)
		for _, prefix := range append([]string{""}, sortedSet(p.prefix)...) {
			for _, part := range parts {
				for _, suffix := range append([]string{""}, sortedSet(p.suffix)...) {
					texts = append(texts, prefix+freshText+part+freshText+suffix)
				}
			}
		}
		s.texts[a] = s.distinct(a, texts)
	}
}

// partSets joins every choice of the parts, or, of very many, none, each and all.
func partSets(parts []string) []string {
	if len(parts) > 6 {
		return append(append([]string{""}, parts...), strings.Join(parts, freshText))
	}
	joined := []string{""}
	for _, p := range parts {
		for _, j := range joined[:len(joined):len(joined)] {
			joined = append(joined, j+freshText+p)
		}
	}
	return joined
}

// distinct keeps one value of each class that the comparisons with the attribute
// tell apart.
func (s *deviceSpace) distinct(a Attribute, texts []string) []FilterValue {
	var comparisons []*Filter
	for _, f := range s.filters {
		for _, c := range f.Comparisons() {
			if c.Attribute == a {
				comparisons = append(comparisons, c)
			}
		}
	}
	seen := map[string]bool{}
	var values []FilterValue
	for _, text := range texts {
		v := Text(text)
		if a.Collection() {
			v = List(text)
		}
		var key strings.Builder
		for _, c := range comparisons {
			key.WriteByte(byte(comparisonHolds(c, v)))
		}
		if !seen[key.String()] {
			seen[key.String()] = true
			values = append(values, v)
		}
	}
	return values
}

// add keeps a value unless one like it is there: same device, same existence,
// same answer to every filter.
func (s *deviceSpace) add(v deviceValue) {
	var key strings.Builder
	key.WriteString(v.class())
	key.WriteByte(byte(v.exists))
	for _, flag := range []bool{v.device.Compliant, v.device.Hybrid} {
		key.WriteByte(byte(model.Of(flag)))
	}
	for _, f := range s.filters {
		key.WriteByte(byte(filterHolds(f, v.device)))
	}
	if !s.seen[key.String()] {
		s.seen[key.String()] = true
		s.values = append(s.values, v)
	}
}

// variants adds the device with every choice of the attributes given.
func (s *deviceSpace) variants(v deviceValue, choices map[Attribute][]FilterValue) {
	order := slices.Sorted(maps.Keys(choices))
	total := 1
	for _, a := range order {
		if total *= len(choices[a]); total > maxDeviceVariants {
			// Too many to tell apart: the attributes stay open, and what rests on
			// them is undecided.
			v.device.Attributes = maps.Clone(v.device.Attributes)
			for _, a := range order {
				v.device.Attributes[a] = AnyValue()
			}
			s.add(v)
			return
		}
	}
	var walk func(i int, attributes map[Attribute]FilterValue)
	walk = func(i int, attributes map[Attribute]FilterValue) {
		if i == len(order) {
			with := v
			with.device.Attributes = maps.Clone(attributes)
			s.add(with)
			return
		}
		for _, choice := range choices[order[i]] {
			attributes[order[i]] = choice
			walk(i+1, attributes)
		}
	}
	walk(0, maps.Clone(v.device.Attributes))
}

// spoofed are the choices that the person at a device has; the device's own
// value stays among them.
func (s *deviceSpace) spoofed(d Device) map[Attribute][]FilterValue {
	choices := map[Attribute][]FilterValue{}
	for _, a := range s.used {
		if a.Spoofable() {
			choices[a] = append([]FilterValue{d.Attributes[a]}, s.texts[a]...)
		}
	}
	return choices
}

// identity is a registered device with the attributes that every device has.
func identity(compliant, hybrid, managed bool, trustType string) Device {
	d := Device{Registered: true, Compliant: compliant, Hybrid: hybrid, Managed: managed || compliant,
		Attributes: map[Attribute]FilterValue{
			AttrTrustType:    Text(trustType),
			AttrDeviceID:     Text(freshText),
			AttrDisplayName:  Text(freshText),
			AttrManufacturer: Text(freshText),
			AttrModel:        Text(freshText),
			AttrOS:           Text("Windows"),
			AttrOSVersion:    Text(freshText),
			AttrProfileType:  Text("RegisteredDevice"),
			AttrPhysicalIDs:  List(freshText),
			AttrSystemLabels: List(),
		}}
	switch {
	case compliant:
		d.Attributes[AttrCompliant] = Flag(true)
	case d.Managed:
		d.Attributes[AttrCompliant] = Flag(false)
	default:
		// Nothing evaluated it: Graph shows null or false.
		d.Attributes[AttrCompliant] = OneOf(FilterValue{}, Flag(false))
	}
	return d
}

// addRegistered adds a device that anyone can register: joined or registered,
// with whatever its owner writes into it.
func (s *deviceSpace) addRegistered() {
	for _, trust := range []string{"AzureAD", "Workplace"} {
		d := identity(false, false, false, trust)
		s.variants(deviceValue{device: d, kind: bitRegistered, exists: model.True, from: "a device of one's own, registered"}, s.spoofed(d))
	}
}

// managedKind is the bit of a managed device that is no PAW.
func managedKind(compliant, hybrid bool) obligationSet {
	switch {
	case compliant && hybrid:
		return bitComplyHybrid
	case compliant:
		return bitOnlyComplies
	case hybrid:
		return bitOnlyHybrid
	}
	return bitRegistered
}

// plainDevices are managed devices that nothing marks.
func plainDevices() []Device {
	mobile := identity(true, false, true, "Workplace")
	joined := identity(true, false, true, "AzureAD")
	hybrid := identity(false, true, false, "ServerAD")
	both := identity(true, true, true, "ServerAD")
	for _, d := range []Device{mobile, joined, both} {
		d.Attributes[AttrMDMAppID] = Text("0000000a-0000-0000-c000-000000000000") // Microsoft Intune
	}
	return []Device{joined, mobile, hybrid, both}
}

// addPlain adds managed devices that nothing marks, company-owned or personal.
// Such a device can exist in any tenant.
func (s *deviceSpace) addPlain() {
	for _, d := range plainDevices() {
		for _, owner := range []string{"Company", "Personal"} {
			d.Attributes = maps.Clone(d.Attributes)
			d.Attributes[AttrOwnership] = Text(owner)
			v := deviceValue{device: d, kind: managedKind(d.Compliant, d.Hybrid), exists: model.True, from: "a managed device that nothing marks"}
			if s.isPAW(d, "") == model.True {
				v.kind, v.device.PAW, v.exists = bitPAW, true, model.Unknown
				s.add(v)
				continue
			}
			s.variants(v, s.spoofed(d))
		}
	}
}

// isPAW asks whether a device is recognised as a PAW; id is its object id, ""
// for one that is not in the directory. What the person at the device can forge
// does not make one.
func (s *deviceSpace) isPAW(d Device, id string) model.Truth {
	found := model.False
	if s.paw.filter != nil {
		genuine := d
		if id == "" {
			genuine.Attributes = maps.Clone(d.Attributes)
			for a := range genuine.Attributes {
				if a.Spoofable() {
					genuine.Attributes[a] = AnyValue()
				}
			}
		}
		match := filterHolds(s.paw.filter, genuine)
		if id == "" && match == model.Unknown {
			match = model.False // only by what can be forged
		}
		found = model.Or(found, match)
	}
	if s.paw.badFilter {
		found = model.Or(found, model.Unknown)
	}
	if id == "" {
		return found
	}
	for _, listed := range s.paw.devices {
		same := model.SameID(listed, id)
		for _, text := range d.Attributes[AttrDeviceID].texts {
			same = same || model.SameID(listed, text)
		}
		found = model.Or(found, model.Of(same))
	}
	for _, group := range s.paw.groups {
		found = model.Or(found, s.member(id, group))
	}
	return found
}

// addReal adds the tenant's own devices, each class once. It reports whether a
// PAW is among them.
func (s *deviceSpace) addReal() (pawFound bool) {
	classes, alike, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var scratch []byte
	for row := range s.tenant.All() {
		if model.Equals(row.AccountEnabled, false) == model.True {
			continue
		}
		if scratch = s.asWritten(scratch[:0], &row); seen[string(scratch)] {
			continue
		}
		if len(seen) < maxDeviceVariants { // texts that are each device's own are not worth the memory
			seen[string(scratch)] = true
		}
		key := s.tellsApart(row)
		if alike[key] {
			continue
		}
		alike[key] = true
		for _, v := range realDevices(row, everyAttribute) {
			switch s.isPAW(v.device, row.ID) {
			case model.True:
				v.kind, v.device.PAW = bitPAW, true
				pawFound = pawFound || v.exists == model.True
				s.add(v)
				continue
			case model.Unknown:
				maybe := v
				maybe.kind, maybe.device.PAW, maybe.exists = bitPAW, true, model.Unknown
				s.add(maybe)
				v.exists = model.Unknown
			}
			if v.kind != bitRegistered {
				s.kinds[v.exists] |= v.kind
			}
			if key := s.markOf(v); !classes[key] {
				classes[key] = true
				s.variants(v, s.spoofed(v.device))
			}
		}
	}
	return pawFound
}

// tellsApart is everything that addReal asks of a device: most devices of a tenant
// answer alike, and are then as one. Only what filters read is read for it.
func (s *deviceSpace) tellsApart(row model.Device) string {
	var key strings.Builder
	for _, v := range realDevices(row, s.reads) {
		key.WriteByte(byte(s.isPAW(v.device, row.ID)))
		key.WriteString(s.markOf(v))
		for _, f := range s.filters {
			key.WriteByte(byte(filterHolds(f, v.device)))
		}
		for _, flag := range []bool{v.device.Compliant, v.device.Hybrid} {
			key.WriteByte(byte(model.Of(flag)))
		}
		key.WriteByte('/')
	}
	return key.String()
}

// asWritten is what tellsApart rests on as the export says it: of devices that are
// written alike one is looked at.
func (s *deviceSpace) asWritten(key []byte, row *model.Device) []byte {
	for _, truth := range []model.Truth{row.IsCompliant.Null(), model.Equals(row.IsCompliant, true), model.Equals(row.IsManaged, true)} {
		key = append(key, byte(truth))
	}
	key = readAttribute(row, AttrTrustType).appendTo(key)
	for _, a := range s.used {
		if a != AttrCompliant && a != AttrTrustType {
			key = readAttribute(row, a).appendTo(key)
		}
	}
	if len(s.paw.devices) > 0 {
		key = append(key, byte(s.listed(row)))
	}
	for _, group := range s.paw.groups {
		key = append(key, byte(s.member(row.ID, group)))
	}
	return key
}

// listed tells whether the PAW rule lists the device by one of its ids.
func (s *deviceSpace) listed(row *model.Device) model.Truth {
	is := func(id string) bool {
		return slices.ContainsFunc(s.paw.devices, func(listed string) bool { return model.SameID(listed, id) })
	}
	return model.Or(model.Of(is(row.ID)), row.DeviceID.Is(is))
}

// reads tells whether a filter, or a list of devices, reads the attribute.
func (s *deviceSpace) reads(a Attribute) bool {
	return a == AttrDeviceID || slices.Contains(s.used, a)
}

func everyAttribute(Attribute) bool { return true }

// markOf is what tells real devices apart apart from what can be forged.
func (s *deviceSpace) markOf(v deviceValue) string {
	var key strings.Builder
	key.WriteString(v.class())
	key.WriteByte(byte(v.exists))
	for _, f := range s.filters {
		for _, c := range f.Comparisons() {
			if !c.Attribute.Spoofable() {
				key.WriteByte(byte(filterHolds(c, v.device)))
			}
		}
	}
	return key.String()
}

// realDevices reads a device. What the export does not say of it gives one value
// for each possibility, and neither is certain.
func realDevices(row model.Device, wanted func(Attribute) bool) []deviceValue {
	hybrid := row.TrustType.Is(func(t string) bool { return strings.EqualFold(t, "ServerAd") })
	compliant := row.IsCompliant.Is(func(b bool) bool { return b })
	var values []deviceValue
	for _, c := range possible(compliant) {
		for _, h := range possible(hybrid) {
			managed := row.IsManaged.Is(func(b bool) bool { return b }) == model.True
			d := identity(c, h, managed, textOr(row.TrustType, ""))
			if h {
				d.Attributes[AttrTrustType] = Text("ServerAD")
			}
			readAttributes(d, &row, wanted)
			v := deviceValue{device: d, kind: managedKind(c, h), exists: model.True, from: "device " + textOr(row.DisplayName, row.ID)}
			if compliant == model.Unknown || hybrid == model.Unknown {
				v.exists = model.Unknown
			}
			values = append(values, v)
		}
	}
	return values
}

func possible(t model.Truth) []bool {
	switch t {
	case model.True:
		return []bool{true}
	case model.False:
		return []bool{false}
	}
	return []bool{false, true}
}

// readAttributes reads the attributes of a device that are wanted.
func readAttributes(d Device, row *model.Device, wanted func(Attribute) bool) {
	for _, a := range everyRead {
		if wanted(a) && !(a == AttrTrustType && d.Hybrid) {
			d.Attributes[a] = readAttribute(row, a)
		}
	}
}

// everyRead are the attributes that a device's record says; its compliance says
// [AttrCompliant].
var everyRead = slices.DeleteFunc(Attributes(), func(a Attribute) bool { return a == AttrCompliant })

// readAttribute reads an attribute of a device's record.
func readAttribute(row *model.Device, a Attribute) FilterValue {
	absent := func() FilterValue { return FilterValue{} }
	list := func(f model.Field[[]string]) FilterValue {
		return model.Fold(f, AnyValue, absent, func(items []string) FilterValue { return List(items...) })
	}
	switch a {
	case AttrPhysicalIDs:
		return list(row.PhysicalIDs)
	case AttrSystemLabels:
		return list(row.SystemLabels)
	}
	if a.Extension() {
		return model.Fold(row.ExtensionAttributes, AnyValue, absent, func(values map[string]*string) FilterValue {
			value, ok := values["extensionAttribute"+string(a[len(attrExtension):])]
			for name, v := range values {
				if ok {
					break // written as Graph writes it
				}
				if strings.EqualFold(name, string(a)) {
					value, ok = v, true
				}
			}
			switch {
			case !ok:
				return AnyValue() // Graph lists all fifteen, so this one was not exported
			case value == nil:
				return FilterValue{}
			}
			return Text(*value)
		})
	}
	return model.Fold(textAttribute(row, a), AnyValue, absent, Text)
}

// textAttribute is the property behind an attribute that holds one text.
func textAttribute(row *model.Device, a Attribute) model.Field[string] {
	switch a {
	case AttrDeviceID:
		return row.DeviceID
	case AttrDisplayName:
		return row.DisplayName
	case AttrOwnership:
		return row.DeviceOwnership
	case AttrEnrollment:
		return row.EnrollmentProfileName
	case AttrManufacturer:
		return row.Manufacturer
	case AttrMDMAppID:
		return row.MdmAppID
	case AttrModel:
		return row.Model
	case AttrOS:
		return row.OperatingSystem
	case AttrOSVersion:
		return row.OperatingSystemVersion
	case AttrProfileType:
		return row.ProfileType
	case AttrTrustType:
		return row.TrustType
	}
	return model.Field[string]{}
}

// addImagined adds the managed devices that may exist where the devices were not
// all read: every mark that a filter knows.
func (s *deviceSpace) addImagined() {
	for _, d := range plainDevices() {
		choices := s.marks()
		s.variantsBy(d, choices, func(marked Device) (deviceValue, bool) {
			v := deviceValue{device: marked, kind: managedKind(marked.Compliant, marked.Hybrid), exists: model.Unknown,
				from: "a managed device with marks that the filters name; the devices were not all exported"}
			return v, s.isPAW(marked, "") != model.True
		})
	}
}

// addImaginedPAW adds the PAWs that may exist where none is known.
func (s *deviceSpace) addImaginedPAW() {
	from := "a PAW; none is known"
	for _, d := range append(plainDevices(), identity(false, false, true, "AzureAD")) {
		if s.paw.filter == nil {
			open := d
			open.PAW, open.Attributes = true, maps.Clone(d.Attributes)
			for _, a := range s.used {
				if a != AttrCompliant && a != AttrTrustType {
					open.Attributes[a] = AnyValue()
				}
			}
			s.add(deviceValue{device: open, kind: bitPAW, exists: model.Unknown, from: from})
			continue
		}
		s.variantsBy(d, s.marks(), func(marked Device) (deviceValue, bool) {
			match := filterHolds(s.paw.filter, marked)
			marked.PAW = true
			return deviceValue{device: marked, kind: bitPAW, exists: model.Unknown, from: from}, match != model.False
		})
	}
}

// marks are the values of every attribute that an administrator, or the person
// at the device, can give it. What follows from its state is not among them.
func (s *deviceSpace) marks() map[Attribute][]FilterValue {
	choices := map[Attribute][]FilterValue{}
	for _, a := range s.used {
		if a != AttrCompliant && a != AttrTrustType {
			choices[a] = append([]FilterValue{{}}, s.texts[a]...)
		}
	}
	return choices
}

// variantsBy is variants with a say in what becomes of each.
func (s *deviceSpace) variantsBy(d Device, choices map[Attribute][]FilterValue, make func(Device) (deviceValue, bool)) {
	scratch := &deviceSpace{filters: s.filters, seen: map[string]bool{}}
	scratch.variants(deviceValue{device: d}, choices)
	for _, v := range scratch.values {
		if value, ok := make(v.device); ok {
			s.add(value)
		}
	}
}
