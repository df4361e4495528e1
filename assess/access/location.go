package access

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// The location ids that policies use besides those of named locations.
// Source of the two pseudo ids: observed in exports of tenants; Graph's
// reference does not list them.
const (
	LocationAll        = "All"
	LocationAllTrusted = "AllTrusted"
	// LocationMFATrusted is the multifactor service's trusted IPs.
	LocationMFATrusted = "00000000-0000-0000-0000-000000000000"
	// LocationCompliantNetwork is the compliant network of Global Secure Access.
	LocationCompliantNetwork = "3d46dbda-8382-466a-856d-eb00cbc6b910"
)

// LocationKind says what a named location is made of.
type LocationKind uint8

// The kinds of location. The zero value is one that cannot be read.
const (
	LocationUnreadable LocationKind = iota
	LocationIP
	LocationCountry
	LocationNetwork // the compliant network
)

// Range is a closed interval of addresses of one family.
type Range struct{ From, To netip.Addr }

// Contains reports whether the range holds the address.
func (r Range) Contains(a netip.Addr) bool {
	return a.BitLen() == r.From.BitLen() && r.From.Compare(a) <= 0 && a.Compare(r.To) <= 0
}

// Location is a compiled named location.
type Location struct {
	ID, Name string
	Kind     LocationKind
	Trusted  model.Truth
	// Ranges are the addresses of an IP location. RangesUnreadable means that it
	// has others too.
	Ranges           []Range
	RangesUnreadable bool
	// Countries are the folded ISO codes of a country location;
	// CountriesUnreadable means that nothing is known of them.
	Countries           map[string]bool
	CountriesUnreadable bool
	IncludeUnknown      model.Truth
	// GPS says whether the country comes from the Authenticator's position and
	// not from the address.
	GPS model.Truth

	record model.NamedLocation
}

// Locations are the named locations of a tenant.
type Locations struct {
	byID map[string]*Location
	list []*Location
	read model.Coverage
}

// All lists the locations in the order of the export. The list is read-only.
func (l *Locations) All() []*Location { return l.list }

// Get finds a location by id. An id that is not there is a deleted location,
// unless the locations were not all read.
func (l *Locations) Get(id string) (loc *Location, exists model.Truth) {
	if loc, ok := l.byID[model.FoldID(id)]; ok {
		return loc, model.True
	}
	if l.read.State == model.Complete {
		return nil, model.False
	}
	return nil, model.Unknown
}

func compileLocations(rows model.Rows[model.NamedLocation]) *Locations {
	l := &Locations{byID: map[string]*Location{}, read: rows.Coverage()}
	for row := range rows.All() {
		loc := compileLocation(row)
		l.list = append(l.list, loc)
		l.byID[model.FoldID(row.ID)] = loc
	}
	return l
}

func compileLocation(row model.NamedLocation) *Location {
	loc := &Location{ID: row.ID, Name: textOr(row.DisplayName, row.ID), Kind: locationKind(row), record: row}
	switch loc.Kind {
	case LocationIP:
		loc.Trusted = boolOr(row.IsTrusted, model.False)
		loc.Ranges, loc.RangesUnreadable = RangesOf(row.IPRanges)
	case LocationCountry:
		// Only IP locations can be trusted.
		loc.Trusted = model.False
		loc.Countries, loc.CountriesUnreadable = compileCountries(row.CountriesAndRegions)
		loc.IncludeUnknown = boolOr(row.IncludeUnknownCountriesAndRegions, model.False)
		loc.GPS = gpsLookup(row.CountryLookupMethod)
	case LocationNetwork:
		loc.Trusted = boolOr(row.IsTrusted, model.False)
	}
	return loc
}

// locationKind goes by Graph's type. Graph v1.0 lists the compliant network as a
// plain namedLocation, known by its id.
func locationKind(row model.NamedLocation) LocationKind {
	switch textOr(row.Type, "") {
	case "#microsoft.graph.ipNamedLocation":
		return LocationIP
	case "#microsoft.graph.countryNamedLocation":
		return LocationCountry
	case "#microsoft.graph.compliantNetworkNamedLocation":
		return LocationNetwork
	}
	if model.SameID(row.ID, LocationCompliantNetwork) {
		return LocationNetwork
	}
	return LocationUnreadable
}

// RangesOf reads the ranges of an IP location. unreadable means that it has others too.
func RangesOf(f model.Field[[]model.IPRange]) (ranges []Range, unreadable bool) {
	rows, ok := known(f)
	for _, row := range rows {
		r, ok := compileRange(row)
		if !ok {
			unreadable = true
			continue
		}
		ranges = append(ranges, r)
	}
	return ranges, unreadable || !ok
}

// compileRange reads a CIDR range, or a lower and an upper address.
func compileRange(row model.IPRange) (Range, bool) {
	if cidr, ok := known(row.CIDRAddress); ok {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil || prefix.Addr().Is4In6() {
			return Range{}, false
		}
		return prefixRange(prefix), true
	}
	lower, ok1 := known(row.LowerAddress)
	upper, ok2 := known(row.UpperAddress)
	if !ok1 || !ok2 {
		return Range{}, false
	}
	from, err1 := netip.ParseAddr(lower)
	to, err2 := netip.ParseAddr(upper)
	if err1 != nil || err2 != nil || from.BitLen() != to.BitLen() || to.Less(from) ||
		from.Zone() != "" || to.Zone() != "" || from.Is4In6() || to.Is4In6() {
		return Range{}, false
	}
	return Range{from, to}, true
}

func prefixRange(p netip.Prefix) Range {
	p = p.Masked()
	last := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(last)*8; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	to, _ := netip.AddrFromSlice(last)
	return Range{p.Addr(), to}
}

func compileCountries(f model.Field[[]string]) (countries map[string]bool, unreadable bool) {
	codes, ok := known(f)
	countries = map[string]bool{}
	for _, code := range codes {
		countries[strings.ToUpper(code)] = true
	}
	return countries, !ok
}

// gpsLookup reads countryLookupMethod, which is clientIpAddress where it is null.
func gpsLookup(f model.Field[string]) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.False },
		func(method string) model.Truth {
			switch method {
			case "clientIpAddress":
				return model.False
			case "authenticatorAppGps":
				return model.True
			}
			return model.Unknown
		})
}

// Holds asks whether a sign-in from the network is in the location.
func (loc *Location) Holds(n Network) model.Truth {
	switch loc.Kind {
	case LocationIP:
		return loc.holdsAddress(n)
	case LocationCountry:
		byIP := loc.holdsCountry(n.Country)
		byGPS := loc.holdsCountry(n.GPSCountry)
		switch loc.GPS {
		case model.True:
			return byGPS
		case model.False:
			return byIP
		}
		return agree(byIP, byGPS)
	case LocationNetwork:
		return model.Of(n.CompliantNetwork)
	}
	return model.Unknown
}

func (loc *Location) holdsAddress(n Network) model.Truth {
	var held bool
	if n.IP.IsValid() {
		ip := n.IP.Unmap().WithZone("")
		held = slices.ContainsFunc(loc.Ranges, func(r Range) bool { return r.Contains(ip) })
		if !held && loc.RangesUnreadable {
			return model.Unknown
		}
	} else {
		held = slices.ContainsFunc(n.Locations, func(id string) bool { return model.SameID(id, loc.ID) })
	}
	return model.Of(held)
}

func (loc *Location) holdsCountry(country string) model.Truth {
	switch {
	case country == NoCountry:
		return loc.IncludeUnknown
	case country == "" || loc.CountriesUnreadable:
		return model.Unknown
	}
	return model.Of(loc.Countries[strings.ToUpper(country)])
}

// Trusted asks whether a sign-in from the network counts as AllTrusted: in a
// trusted named location, or in the multifactor service's trusted IPs.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network.
func (l *Locations) Trusted(n Network) model.Truth {
	trusted := model.Of(n.MFATrusted)
	for _, loc := range l.list {
		trusted = model.Or(trusted, model.And(loc.Trusted, loc.Holds(n)))
	}
	if l.read.State != model.Complete {
		trusted = model.Or(trusted, model.Unknown)
	}
	return trusted
}

// LocationAtom is a class of addresses that no named IP location tells apart.
type LocationAtom struct {
	// Locations are the ids of the IP locations that hold the addresses, sorted.
	Locations []string
	// Trusted says whether one of them is trusted.
	Trusted model.Truth
	// Example is one address of the class.
	Example netip.Addr
}

// AddressAtoms splits all IPv4 and IPv6 addresses into the classes that the IP
// locations tell apart: classes are disjoint, together they are every address,
// and no class is empty. They are sorted by their locations, so that the class
// of addresses in no location comes first. Countries are an axis of their own:
// the data does not map addresses to countries, so any address may be in any.
func (l *Locations) AddressAtoms() []LocationAtom {
	atoms := map[string]LocationAtom{}
	l.sweep([]netip.Addr{netip.IPv4Unspecified()}, atoms)
	// Addresses of IPv4 inside IPv6 are read as IPv4, so IPv6 goes on behind them.
	behindMapped := netip.MustParseAddr("::ffff:255.255.255.255").Next()
	l.sweep([]netip.Addr{netip.IPv6Unspecified(), behindMapped}, atoms)
	list := slices.Collect(maps.Values(atoms))
	sorting.Stable(list, func(a, b LocationAtom) int { return slices.Compare(a.Locations, b.Locations) })
	return list
}

// edge is an address from which on a location holds addresses once more or once
// less.
type edge struct {
	at       netip.Addr
	location int
	change   int
}

// sweep walks the addresses of one family upwards and adds the class of every
// stretch. starts are addresses of the family that begin a stretch whatever the
// locations.
func (l *Locations) sweep(starts []netip.Addr, atoms map[string]LocationAtom) {
	edges := make([]edge, 0, len(starts))
	for _, at := range starts {
		edges = append(edges, edge{at: at})
	}
	for i, loc := range l.list {
		for _, r := range loc.Ranges {
			if r.From.BitLen() != starts[0].BitLen() {
				continue
			}
			edges = append(edges, edge{r.From, i, 1})
			// Next is not valid behind the last address of a family.
			if next := r.To.Next(); next.IsValid() {
				edges = append(edges, edge{next, i, -1})
			}
		}
	}
	sorting.Stable(edges, func(a, b edge) int { return a.at.Compare(b.at) })
	depth := map[int]int{} // by location: in how many of its ranges the address is
	for i, e := range edges {
		if depth[e.location] += e.change; depth[e.location] == 0 {
			delete(depth, e.location)
		}
		last := i == len(edges)-1 || edges[i+1].at != e.at
		if last && !e.at.Is4In6() {
			l.addAtom(e.at, depth, atoms)
		}
	}
}

func (l *Locations) addAtom(example netip.Addr, in map[int]int, atoms map[string]LocationAtom) {
	atom := LocationAtom{Trusted: model.False, Example: example}
	for i := range in {
		atom.Locations = append(atom.Locations, l.list[i].ID)
		atom.Trusted = model.Or(atom.Trusted, l.list[i].Trusted)
	}
	slices.Sort(atom.Locations)
	key := strings.Join(atom.Locations, "\x00")
	if _, ok := atoms[key]; !ok {
		atoms[key] = atom
	}
}

// Countries lists every country code that a country location names, sorted.
func (l *Locations) Countries() []string {
	all := map[string]bool{}
	for _, loc := range l.list {
		maps.Copy(all, loc.Countries)
	}
	return slices.Sorted(maps.Keys(all))
}
