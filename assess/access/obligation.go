package access

import (
	"math/bits"
	"slices"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// obligationSet is a set of obligations, one bit each. A set is closed when it
// holds everything that its members satisfy: with phishingResistantMfa also mfa
// and password. Sets of the search are always closed, so that "what A demands
// is also met by whoever meets B" is the subset test A ⊆ B, one word operation.
type obligationSet uint64

// The bits of the fixed vocabulary, in the order of obligationNames.
const (
	bitPassword obligationSet = 1 << iota
	bitMFA
	bitStrongMFA
	bitPasswordChange
	bitTermsOfUse
	bitManagedApp
	bitFreshSignIn
	bitBoundToken
	bitApproval
	bitCompliant
	bitHybrid
	bitPAW
	bitTrustedNetwork
	bitCompliantNetwork
	// Which device a context needs. They are no obligations of their own: a
	// device is presented whole, so a device that is compliant and hybrid joined
	// is not "a compliant one and something more" to a device filter.
	bitRegistered   // a device of one's own, registered
	bitOnlyComplies // compliant, not hybrid joined
	bitOnlyHybrid   // hybrid joined, not compliant
	bitComplyHybrid // both
	// bitInteractive is a client that can show a prompt. It is no obligation
	// either: contexts give it or do not.
	bitInteractive

	firstOtherBit = 19
	deviceBits    = bitRegistered | bitOnlyComplies | bitOnlyHybrid | bitComplyHybrid | bitPAW
	networkBits   = bitTrustedNetwork | bitCompliantNetwork
)

// obligationNames are the obligations of the fixed bits; the device bits have none.
var obligationNames = [...]Obligation{Password, MFA, PhishingResistantMFA, PasswordChange, TermsOfUse,
	ManagedApp, FreshSignIn, BoundToken, Approval, CompliantDevice, HybridJoinedDevice, PAW,
	TrustedNetwork, CompliantNetwork}

// closure adds what the members of the set satisfy. A phishing-resistant method
// is a second factor, and either kind is a first factor too.
func (s obligationSet) closure() obligationSet {
	if s&bitStrongMFA != 0 {
		s |= bitMFA
	}
	if s&bitMFA != 0 {
		s |= bitPassword
	}
	return s
}

// within reports whether every member of s is in t.
func (s obligationSet) within(t obligationSet) bool { return s&^t == 0 }

// obligationTable gives bits to obligations. Controls that we cannot see into
// get bits as they are met, until the word is full.
type obligationTable struct {
	others []Obligation
	full   bool
	closed bool // every control has its bit
}

// bit gives the bit of an obligation. When no bit is left, or the table is closed,
// it gives the last one, which then stands for several controls.
func (t *obligationTable) bit(o Obligation) obligationSet {
	if i := slices.Index(obligationNames[:], o); i >= 0 {
		return 1 << i
	}
	i := slices.Index(t.others, o)
	if i < 0 {
		if t.closed {
			return 1 << 63
		}
		if firstOtherBit+len(t.others) >= 64 {
			t.full = true
			return 1 << 63
		}
		i = len(t.others)
		t.others = append(t.others, o)
	}
	return 1 << (firstOtherBit + i)
}

// set gives the closed set of some obligations.
func (t *obligationTable) set(list ...Obligation) obligationSet {
	var s obligationSet
	for _, o := range list {
		s |= t.bit(o)
	}
	return s.closure()
}

// held gives the closed set of obligations that somebody meets. What no policy
// asks for has no bit.
func (t *obligationTable) held(list ...Obligation) obligationSet {
	var s obligationSet
	for _, o := range list {
		s |= t.own(o)
	}
	return s.closure()
}

// own gives the bit of an obligation that some policy may ask for, else none.
func (t *obligationTable) own(o Obligation) obligationSet {
	if t.full || slices.Contains(obligationNames[:], o) || slices.Contains(t.others, o) {
		return t.bit(o)
	}
	return 0
}

// othersMask is every bit of controls that we cannot see into.
func (t *obligationTable) othersMask() obligationSet {
	return ^obligationSet(1<<firstOtherBit - 1)
}

// names lists a set for people: without what its other members satisfy, except
// that the first factor is always named beside a plain second factor.
func (t *obligationTable) names(s obligationSet) []Obligation {
	if s&bitStrongMFA != 0 {
		s &^= bitMFA | bitPassword
	}
	list := []Obligation{}
	for rest := uint64(s); rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		switch {
		case i < len(obligationNames):
			list = append(list, obligationNames[i])
		case i >= firstOtherBit && i-firstOtherBit < len(t.others):
			list = append(list, t.others[i-firstOtherBit])
		}
	}
	return list
}

// antichain is an up-set given by its minimal closed sets: no member contains
// another, and the order is by size, then by value. The empty antichain cannot
// be met; one that holds the empty set is always met.
type antichain []obligationSet

// always is the antichain of a demand that asks for nothing.
var always = antichain{0}

// covers reports whether whoever holds s meets the demand.
func (a antichain) covers(s obligationSet) bool {
	for _, m := range a {
		if m.within(s) {
			return true
		}
	}
	return false
}

// add gives the antichain of "a, or s".
func (a antichain) add(s obligationSet) antichain {
	if a.covers(s) {
		return a
	}
	kept := make(antichain, 0, len(a)+1)
	for _, m := range a {
		if !s.within(m) {
			kept = append(kept, m)
		}
	}
	kept = append(kept, s)
	sorting.Stable(kept, compareSets)
	return kept
}

func compareSets(a, b obligationSet) int {
	if d := bits.OnesCount64(uint64(a)) - bits.OnesCount64(uint64(b)); d != 0 {
		return d
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// or joins two demands of which one is enough.
func (a antichain) or(b antichain) antichain {
	for _, m := range b {
		a = a.add(m)
	}
	return a
}

// and joins two demands that must both be met.
func (a antichain) and(b antichain) antichain {
	var both antichain
	for _, x := range a {
		for _, y := range b {
			both = both.add(x | y)
		}
	}
	return both
}

// allWithin reports whether every member of a is covered by b, that is, whether
// the up-set of a lies in that of b.
func (a antichain) allWithin(b antichain) bool {
	for _, m := range a {
		if !b.covers(m) {
			return false
		}
	}
	return true
}

// metBy answers whether someone who surely holds sure, and perhaps perhaps,
// meets a demand of which strict is the most and lenient the least that it can be.
func metBy(strict, lenient antichain, sure, perhaps obligationSet) model.Truth {
	switch {
	case strict.covers(sure):
		return model.True
	case !lenient.covers(sure | perhaps):
		return model.False
	}
	return model.Unknown
}
