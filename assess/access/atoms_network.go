package access

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// The network classes of a verdict.
const (
	NetworkUntrusted = "untrusted"
	NetworkTrusted   = "trusted"
	// NetworkElsewhere is the part of the untrusted networks that is in no named
	// location: for questions only, a verdict is for all untrusted networks.
	NetworkElsewhere = "elsewhere"
)

// NetworkClasses lists the network classes.
func NetworkClasses() []string { return []string{NetworkUntrusted, NetworkTrusted} }

// networkValue is a class of networks that no location in use tells apart.
type networkValue struct {
	network Network
	// cost is what being there takes.
	cost   obligationSet
	exists model.Truth
	// places names the locations that hold it; somewhere says whether one does.
	places    []string
	somewhere model.Truth
}

func (v networkValue) class() string {
	if v.cost == 0 {
		return NetworkUntrusted
	}
	return NetworkTrusted
}

// inClass reports whether the network is of a class. What may be in no named
// location is elsewhere.
func (v networkValue) inClass(class string) bool {
	return v.class() == class || class == NetworkElsewhere && v.cost == 0 && v.somewhere != model.True
}

// maxNetworkValues bounds the classes of networks that are told apart.
const maxNetworkValues = 1 << 16

// networkSpace builds the network values of a tenant. A network is trusted where
// the owner declared its location, or, without a declaration, where the location
// is marked as trusted. Any other named location is a place like every other: an
// adversary may be there too.
type networkSpace struct {
	engine *Engine
	ids    []string    // every location id that a policy names
	named  []*Location // the locations that matter
	admin  map[string]bool
	told   bool // the owner declared which locations are trusted
	seen   map[string]bool
	values []networkValue
}

func (e *Engine) buildNetworks() (values []networkValue, complete bool) {
	s := &networkSpace{engine: e, admin: map[string]bool{}, seen: map[string]bool{}}
	declarations, _ := model.RowsOf(e.tenant, model.OwnerDeclarations, nil).Only()
	declared, told := known(declarations.TrustedLocations)
	s.told = told
	for _, id := range declared {
		s.admin[model.FoldID(id)] = true
	}
	s.collect()
	all := slices.Contains(s.ids, LocationAllTrusted)
	for _, loc := range e.in.Locations.list {
		if !told && loc.Trusted != model.False {
			s.admin[model.FoldID(loc.ID)] = true
		}
		if s.admin[model.FoldID(loc.ID)] || all && loc.Trusted != model.False ||
			slices.ContainsFunc(s.ids, func(id string) bool { return model.SameID(id, loc.ID) }) {
			s.named = append(s.named, loc)
		}
	}

	addresses := s.addresses()
	byIP, byGPS := s.countries()
	compliant := []bool{false}
	mfaTrusted := []bool{false}
	for _, id := range s.ids {
		if model.SameID(id, LocationCompliantNetwork) {
			compliant = []bool{false, true}
		}
		if id == LocationAllTrusted || model.SameID(id, LocationMFATrusted) {
			mfaTrusted = []bool{false, true}
		}
	}
	if slices.ContainsFunc(s.named, func(l *Location) bool { return l.Kind == LocationNetwork }) {
		compliant = []bool{false, true}
	}
	if len(addresses)*len(byIP)*len(byGPS) > maxNetworkValues {
		return s.values, false
	}
	for _, through := range compliant {
		for _, mfa := range mfaTrusted {
			for _, ip := range addresses {
				for _, country := range byIP {
					for _, gps := range byGPS {
						s.add(Network{IP: ip, Country: country, GPSCountry: gps, MFATrusted: mfa, CompliantNetwork: through})
					}
				}
			}
		}
	}
	return s.values, true
}

// collect lists every location id that a policy names, whatever its state.
func (s *networkSpace) collect() {
	for _, p := range s.engine.in.Policies {
		conditions, _ := known(p.Record.Conditions)
		locations, _ := known(conditions.Locations)
		include, _ := known(locations.IncludeLocations)
		exclude, _ := known(locations.ExcludeLocations)
		s.ids = append(append(s.ids, include...), exclude...)
	}
	s.ids = sortedSet(s.ids)
}

// addresses gives one address of each class that the IP locations tell apart, by
// a sweep over the ends of their ranges. An address in no location comes first.
func (s *networkSpace) addresses() []netip.Addr {
	type event struct {
		at    netip.Addr
		loc   int
		delta int
	}
	var events []event
	for i, loc := range s.named {
		for _, r := range loc.Ranges {
			events = append(events, event{r.From, i, 1})
			if next := r.To.Next(); next.IsValid() {
				events = append(events, event{next, i, -1})
			}
		}
	}
	sorting.Stable(events, func(a, b event) int { return a.at.Compare(b.at) })

	depth := make([]int, len(s.named))
	seen := map[string]netip.Addr{}
	var order []string
	note := func(at netip.Addr) {
		key := make([]byte, len(depth))
		for i, n := range depth {
			key[i] = '0'
			if n > 0 {
				key[i] = '1'
			}
		}
		if _, ok := seen[string(key)]; !ok {
			seen[string(key)] = at
			order = append(order, string(key))
		}
	}
	i := 0
	for _, first := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		clear(depth) // no range crosses the families
		if i >= len(events) || events[i].at != first {
			note(first)
		}
		for i < len(events) && events[i].at.BitLen() == first.BitLen() {
			at := events[i].at
			for i < len(events) && events[i].at == at {
				depth[events[i].loc] += events[i].delta
				i++
			}
			note(at)
		}
	}
	slices.Sort(order)
	addresses := make([]netip.Addr, len(order))
	for k, key := range order {
		addresses[k] = seen[key]
	}
	return addresses
}

// countries gives the countries worth telling apart for addresses and for the
// Authenticator's position. The data does not map addresses to countries, so any
// address may be in any of them.
func (s *networkSpace) countries() (byIP, byGPS []string) {
	codes := []string{}
	gps := false
	for _, loc := range s.named {
		if loc.Kind == LocationCountry {
			for code := range loc.Countries {
				codes = append(codes, code)
			}
			gps = gps || loc.GPS != model.False
		}
	}
	codes = sortedSet(codes)
	other := ""
	for a := 'A'; a <= 'Z' && other == ""; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string(a) + string(b); !slices.Contains(codes, code) {
				other = code
				break
			}
		}
	}
	byIP = []string{NoCountry}
	if slices.ContainsFunc(s.named, func(l *Location) bool { return l.Kind == LocationCountry }) {
		byIP = s.distinctCountries(append([]string{other, NoCountry}, codes...))
	}
	byGPS = []string{NoCountry}
	if gps {
		byGPS = byIP
	}
	return byIP, byGPS
}

func (s *networkSpace) distinctCountries(codes []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(codes, func(code string) bool {
		var key strings.Builder
		for _, loc := range s.named {
			if loc.Kind == LocationCountry {
				key.WriteByte(byte(countryHolds(loc, code)))
			}
		}
		known := seen[key.String()]
		seen[key.String()] = true
		return known
	})
}

func (s *networkSpace) add(n Network) {
	v := networkValue{network: n, exists: model.True}
	if n.CompliantNetwork {
		v.cost |= bitCompliantNetwork
	}
	trusted := model.Of(n.MFATrusted)
	v.somewhere = trusted
	var key strings.Builder
	for _, loc := range s.named {
		holds := locationHolds(loc, n)
		marked := model.True
		if loc.Trusted == model.Unknown && !s.told {
			marked = model.Unknown
		}
		if s.admin[model.FoldID(loc.ID)] {
			trusted = model.Or(trusted, model.And(holds, marked))
		}
		v.somewhere = model.Or(v.somewhere, holds)
		if holds == model.True {
			v.places = append(v.places, loc.Name)
		}
	}
	for _, id := range s.ids {
		key.WriteByte(byte(s.engine.inLocation(id, n)))
	}
	if n.MFATrusted {
		v.exists = model.Unknown // such addresses are not in Graph
	}
	add := func(v networkValue) {
		k := key.String() + string(rune(v.cost)) + string(rune(v.exists))
		if !s.seen[k] {
			s.seen[k] = true
			s.values = append(s.values, v)
		}
	}
	if trusted != model.True {
		open := v
		if trusted == model.Unknown {
			open.exists = model.Unknown
		}
		add(open)
	}
	if trusted != model.False {
		v.cost |= bitTrustedNetwork
		add(v)
	}
}
