package isolation

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The widest range of an administrators' network, in bits of the prefix: 4,096
// IPv4 addresses, or one site of IPv6.
const (
	widestIPv4 = 20
	widestIPv6 = 48
)

var iso17 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-17", Title: "Administrators' named locations are narrow",
		Pillar: model.Isolation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I4"}, Gaps: []model.GapTag{"G3"},
		Rationale: "A network restriction is as good as the network is small. A trusted location that holds half the internet restricts nobody.",
		Decides: "Takes every IP location that an enabled policy covering Tier 0 holders lets people out of the policy for, or names while it is marked as trusted. " +
			"Passes when no range, and no row of ranges that touch, is wider than /20 (IPv4) or /48 (IPv6). Fails also when no such policy uses an IP location: then there is no administrators' network. Countries are not judged here.",
		Remediation: model.Remediation{
			Summary:    "Name only the egress addresses of the administrators' network, and use that location alone in administrators' policies.",
			Portal:     "Entra admin center > Conditional Access > Named locations",
			Graph:      "PATCH /identity/conditionalAccess/namedLocations/{id} (ipRanges)",
			PowerShell: "Update-MgIdentityConditionalAccessNamedLocation -NamedLocationId <id> -BodyParameter @{...}",
		},
		References: model.References{CIS: []string{"5.2.2.14"}, NIST80053: []string{"SC-7"}, ZTA: []string{"21865"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: append(slices.Clone(kit.PolicyNeeds), model.NamedLocations),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "location of administrators", Many: "locations of administrators",
			Good: "are narrow", Bad: "are too wide"})
		tally.None(assess.Fail("No enabled policy ties administrators to a network of known addresses, so there is no administrators' network."))
		uses := func(loc model.NamedLocation) (model.Truth, []model.Evidence) {
			var evidence []model.Evidence
			used := policies.Some(func(policy kit.Policy) model.Truth {
				names, at := namesLocation(policy, loc)
				if names == model.False {
					return model.False
				}
				is := model.And(policy.Enabled, names, policies.Reaches(policy, emergency))
				if is != model.False {
					evidence = append(evidence, at)
				}
				return is
			})
			return used, evidence
		}
		for loc := range assess.Rows(p, model.NamedLocations).All() {
			isIP := model.Fold(loc.Type, unknown, unknown, func(t string) model.Truth { return model.Of(t == "#microsoft.graph.ipNamedLocation") })
			used, evidence := uses(loc)
			judged := model.And(isIP, used)
			if judged == model.False {
				continue
			}
			name := loc.ID
			loc.DisplayName.Is(func(n string) bool { name = n; return true })
			met := narrow(loc)
			if judged == model.Unknown && met == model.False {
				met = model.Unknown
			}
			j := assess.Judgement{Ref: loc.Ref("namedLocation", name).With(loc.Evidence("/ipRanges", nil)).With(evidence...), Met: met, Half: met, Exempt: model.False}
			if judged == model.Unknown {
				// Narrow or not, it may be no location of administrators at all.
				j.Met, j.Half = model.Unknown, model.Unknown
				j.Detail = "whether a policy for administrators uses it cannot be told"
			}
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

// namesLocation says whether the policy lets people out for the location, or
// names it while it is trusted.
func namesLocation(p kit.Policy, loc model.NamedLocation) (model.Truth, model.Evidence) {
	at := p.Evidence("/conditions/locations", nil)
	trusted := model.Fold(loc.IsTrusted, unknown, no, model.Of)
	lists := func(f model.Field[[]string], word bool) model.Truth {
		return model.Fold(f, unknown, no, func(list []string) model.Truth {
			found := model.False
			for _, entry := range list {
				switch {
				case model.SameID(entry, loc.ID):
					found = model.True
				case entry == access.LocationAllTrusted && word:
					found = model.Or(found, trusted)
				}
			}
			return found
		})
	}
	named := model.Fold(p.Conditions, unknown, unknown, func(c model.ConditionSet) model.Truth {
		return model.Fold(c.Locations, unknown, no, func(l model.ConditionLocations) model.Truth {
			return model.Or(lists(l.ExcludeLocations, true), model.And(trusted, lists(l.IncludeLocations, true)))
		})
	})
	return named, at
}

// narrow says whether every range of the location is small enough, those that touch
// taken for one: sixteen /20 may be a /16.
func narrow(loc model.NamedLocation) model.Truth {
	ranges, unreadable := access.RangesOf(loc.IPRanges)
	slices.SortFunc(ranges, func(a, b access.Range) int { return a.From.Compare(b.From) })
	var whole access.Range
	for i, r := range ranges {
		if i > 0 && (whole.Contains(r.From) || whole.To.Next() == r.From) {
			if whole.To.Less(r.To) {
				whole.To = r.To
			}
		} else {
			whole = r
		}
		if !small(whole) {
			return model.False
		}
	}
	if unreadable {
		return model.Unknown
	}
	return model.True
}

func small(r access.Range) bool {
	widest := widestIPv6
	if r.From.Is4() {
		widest = widestIPv4
	}
	return distanceBits(r.From, r.To) <= r.From.BitLen()-widest
}

// distanceBits is the number of bits of to minus from.
func distanceBits(from, to netip.Addr) int {
	a, b := from.As16(), to.As16()
	low, borrow := bits.Sub64(binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(a[8:]), 0)
	high, _ := bits.Sub64(binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(a[:8]), borrow)
	if high != 0 {
		return 64 + bits.Len64(high)
	}
	return bits.Len64(low)
}
