package access

import (
	"github.com/privpath/privpath/model"
)

// Attacker is an adversary, or the administrator in person, by what they hold.
type Attacker struct {
	Name string
	// Holds are the obligations that they meet for certain. A device obligation
	// (compliantDevice, hybridJoinedDevice, paw) is a device of that class.
	Holds []Obligation
	// Perhaps are those that they may meet: the verdict is unknown where it
	// hangs on one.
	Perhaps []Obligation
	// AnyControl and MaybeAnyControl say the same of the controls that we cannot
	// see into.
	AnyControl, MaybeAnyControl bool
	// ManagedDevice adds the classes of managed non-PAW devices in the tenant.
	ManagedDevice bool
	// UseOnly is for one who comes after the activation.
	UseOnly bool
}

// The names of the usual attackers.
const (
	AttackerStolenPassword = "stolenPassword"
	AttackerPhishedSession = "phishedSession"
	AttackerActiveSession  = "activeSession"
	AttackerUserDevice     = "userDevice"
	AttackerPAW            = "paw"
)

// Attackers are the adversaries that every holding is judged against, and the
// administrator at the PAW, who must get in.
//
// Terms of use are a click, and whoever signs in anew has a fresh sign-in. A
// managed app can be had on any phone, and a bound token on any device of one's
// own, so that neither surely stops someone with credentials: with them the
// verdict is unknown. Tokens that are replayed from a session are neither fresh
// nor bound to the new device.
func Attackers() []Attacker {
	credentials := []Obligation{Password, MFA, PhishingResistantMFA, TermsOfUse, FreshSignIn, PasswordChange, ManagedApp, BoundToken}
	return []Attacker{
		{Name: AttackerStolenPassword, Holds: []Obligation{Password, TermsOfUse, FreshSignIn},
			Perhaps: []Obligation{ManagedApp, BoundToken}, MaybeAnyControl: true},
		{Name: AttackerPhishedSession, Holds: []Obligation{Password, MFA, TermsOfUse, FreshSignIn},
			Perhaps: []Obligation{ManagedApp, BoundToken, PasswordChange}, MaybeAnyControl: true},
		{Name: AttackerActiveSession, Holds: []Obligation{Password, MFA, PhishingResistantMFA, TermsOfUse},
			Perhaps: []Obligation{ManagedApp, PasswordChange}, MaybeAnyControl: true, UseOnly: true},
		{Name: AttackerUserDevice, Holds: append([]Obligation{TrustedNetwork, CompliantNetwork}, credentials...),
			AnyControl: true, ManagedDevice: true},
		// The administrator in person: an approver agrees. Without that, every
		// role that needs approval would look locked.
		{Name: AttackerPAW, Holds: append([]Obligation{TrustedNetwork, CompliantNetwork, PAW, Approval}, credentials...),
			AnyControl: true},
	}
}

// holdings are the closed sets that an attacker meets for certain, and perhaps.
func (e *Engine) holdings(a Attacker) (sure, perhaps obligationSet) {
	sure, perhaps = e.deviceKinds(e.table.held(a.Holds...)), e.deviceKinds(e.table.held(a.Perhaps...))
	if a.AnyControl {
		sure |= e.table.othersMask()
	}
	if a.MaybeAnyControl {
		perhaps |= e.table.othersMask()
	}
	if a.ManagedDevice {
		s, p := e.managedKinds()
		sure, perhaps = sure|s, perhaps|p
	}
	return sure, perhaps
}

// deviceKinds turns device obligations into the devices that meet them.
func (e *Engine) deviceKinds(s obligationSet) obligationSet {
	if s&bitCompliant != 0 {
		s |= bitOnlyComplies
	}
	if s&bitHybrid != 0 {
		s |= bitOnlyHybrid
	}
	if s&bitCompliant != 0 && s&bitHybrid != 0 {
		s |= bitComplyHybrid
	}
	return s
}

// managedKinds are the kinds of managed devices in the tenant that are no PAWs.
func (e *Engine) managedKinds() (sure, perhaps obligationSet) {
	rows := model.RowsOf(e.tenant, model.Devices, nil)
	if rows.Coverage().State != model.Complete {
		perhaps = bitOnlyComplies | bitOnlyHybrid | bitComplyHybrid
	}
	return sure | e.realKinds[model.True], perhaps | e.realKinds[model.Unknown]
}
