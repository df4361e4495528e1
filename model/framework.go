package model

import "slices"

// Pillar is one of the framework's five pillars.
type Pillar string

// The five pillars, in framework order.
const (
	Foundation Pillar = "foundation"
	Control    Pillar = "control"
	Isolation  Pillar = "isolation"
	Operations Pillar = "operations"
	Validation Pillar = "validation"
)

// Pillars lists the pillars in framework order.
func Pillars() []Pillar {
	return []Pillar{Foundation, Control, Isolation, Operations, Validation}
}

// Title is the pillar's name for people.
func (p Pillar) Title() string {
	switch p {
	case Foundation:
		return "Foundation"
	case Control:
		return "Control"
	case Isolation:
		return "Isolation"
	case Operations:
		return "Operations"
	case Validation:
		return "Validation"
	}
	return string(p)
}

// Index is the pillar's place in framework order, or len(Pillars()) when it is
// not one of the five.
func (p Pillar) Index() int {
	if i := slices.Index(Pillars(), p); i >= 0 {
		return i
	}
	return len(Pillars())
}

// Level is a maturity level, 1 to 5.
type Level int

// The five maturity levels.
const (
	Initial Level = iota + 1
	Developing
	Defined
	Managed
	Optimised
)

// String names the level.
func (l Level) String() string {
	names := [...]string{"", "Initial", "Developing", "Defined", "Managed", "Optimised"}
	if l < 1 || int(l) >= len(names) {
		return "none"
	}
	return names[l]
}

// Bullet is one requirement of a pillar. The keys are ours.
type Bullet string

// BulletInfo names a bullet.
type BulletInfo struct {
	Key    Bullet `json:"key"`
	Pillar Pillar `json:"pillar"`
	Title  string `json:"title"`
}

// Bullets lists every requirement of the framework in order. Based on the
// Privileged Path Framework by Andy Kemp; the wording is ours.
func Bullets() []BulletInfo {
	return []BulletInfo{
		{"F1", Foundation, "Admin identities are separate from user identities"},
		{"F2", Foundation, "Admin accounts live in the cloud only"},
		{"F3", Foundation, "Admin accounts have a managed lifecycle"},
		{"F4", Foundation, "Privileged identities are named and visible"},
		{"F5", Foundation, "Admins hold no licences that they do not need"},
		{"C1", Control, "Eligible assignments instead of permanent ones"},
		{"C2", Control, "Approval for high-impact roles"},
		{"C3", Control, "Justification and an audit trail"},
		{"C4", Control, "Just-in-time access that expires by itself"},
		{"C5", Control, "Conditional Access enforcement for admins"},
		{"C6", Control, "Scheduled access reviews"},
		{"I1", Isolation, "Privileged access workstations"},
		{"I2", Isolation, "Tiering of administration"},
		{"I3", Isolation, "Device compliance enforced by Conditional Access"},
		{"I4", Isolation, "Network segmentation for administration"},
		{"I5", Isolation, "Outbound traffic of workstations restricted"},
		{"O1", Operations, "Break-glass accounts"},
		{"O2", Operations, "Documented admin procedures"},
		{"O3", Operations, "Change management for roles, workstations and policies"},
		{"O4", Operations, "Vendors and third parties under the same controls"},
		{"O5", Operations, "Administrator awareness"},
		{"V1", Validation, "Unified audit log and retention"},
		{"V2", Validation, "PIM audit trail"},
		{"V3", Validation, "Alerting on privileged events"},
		{"V4", Validation, "Security information and event management"},
		{"V5", Validation, "Scheduled reviews"},
		{"V6", Validation, "Evidence-based reporting"},
	}
}

// GapTag is one thing that Privileged Identity Management alone leaves open.
type GapTag string

// GapInfo names a gap that PIM leaves.
type GapInfo struct {
	Key   GapTag `json:"key"`
	Title string `json:"title"`
}

// Gaps lists what PIM alone does not address.
func Gaps() []GapInfo {
	return []GapInfo{
		{"G1", "Where admins work from"},
		{"G2", "The health of the device"},
		{"G3", "The network"},
		{"G4", "The way around: lateral movement into Tier 0"},
		{"G5a", "Operational discipline: break glass"},
		{"G5b", "Operational discipline: session recording"},
		{"G5c", "Operational discipline: admin onboarding and procedures"},
	}
}

// Status is the outcome of a control. The zero value is not a pass: it is
// empty, and [Status.Known] of it is false.
type Status string

// The seven statuses.
const (
	StatusUnknown            Status = "unknown"
	StatusPass               Status = "pass"
	StatusPartial            Status = "partial"
	StatusFail               Status = "fail"
	StatusNotApplicable      Status = "notApplicable"
	StatusNotAttested        Status = "notAttested"
	StatusAttestationExpired Status = "attestationExpired"
)

// Statuses lists the seven statuses.
func Statuses() []Status {
	return []Status{StatusPass, StatusPartial, StatusFail, StatusNotApplicable,
		StatusUnknown, StatusNotAttested, StatusAttestationExpired}
}

// Decided reports whether the status rests on data or on a valid statement.
func (s Status) Decided() bool {
	switch s {
	case StatusPass, StatusPartial, StatusFail, StatusNotApplicable:
		return true
	}
	return false
}

// Confidence says what a finding rests on.
type Confidence string

// The three classes of confidence.
const (
	ConfidenceDecided  Confidence = "decided"  // configuration, read from the tenant
	ConfidenceObserved Confidence = "observed" // events in a window
	ConfidenceAttested Confidence = "attested" // the owner's dated statement
)

// Severity says how much a failed control matters.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists the severities from worst to mildest.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Rank is 0 for critical and grows as severity falls.
func (s Severity) Rank() int {
	if i := slices.Index(Severities(), s); i >= 0 {
		return i
	}
	return len(Severities())
}

// Tier is an administrative tier: 0 control plane, 1 management plane, 2 user
// access. TierUnknown is not zero, so that a forgotten tier must be set.
type Tier int

// TierUnknown marks a role or permission whose tier nobody recorded.
const TierUnknown Tier = -1

// Domain is a Quick-Assessment domain.
type Domain string

// The six domains, in order.
const (
	DomainIdentity       Domain = "identity"
	DomainAuthentication Domain = "authentication"
	DomainPrivilege      Domain = "privilege"
	DomainExecution      Domain = "execution"
	DomainCapability     Domain = "capability"
	DomainValidation     Domain = "validation"
)

// AssessmentDomains lists the six domains in order.
func AssessmentDomains() []Domain {
	return []Domain{DomainIdentity, DomainAuthentication, DomainPrivilege,
		DomainExecution, DomainCapability, DomainValidation}
}
