package model

// ControlInfo is everything about a control that does not depend on a tenant.
type ControlInfo struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Pillar   Pillar   `json:"pillar"`
	Level    Level    `json:"level"`
	Gate     bool     `json:"gate"`
	Severity Severity `json:"severity"`
	// Basis is what the control rests on: configuration, events, or a statement.
	Basis   Confidence `json:"basis"`
	Licence string     `json:"licence,omitempty"`
	Domain  Domain     `json:"domain"`
	Bullets []Bullet   `json:"bullets,omitempty"`
	Gaps    []GapTag   `json:"gaps,omitempty"`
	// Rationale says why the control matters; Decides says how it is decided.
	Rationale   string      `json:"rationale"`
	Decides     string      `json:"decides"`
	Remediation Remediation `json:"remediation"`
	References  References  `json:"references"`
	// Statuses lists the statuses that the control can return.
	Statuses []Status `json:"statuses"`
	Since    string   `json:"since"`
	Aliases  []string `json:"aliases,omitempty"`
}

// Remediation says how to fix a failed control. It is text; nothing is run.
type Remediation struct {
	Summary    string `json:"summary"`
	Portal     string `json:"portal,omitempty"`
	Graph      string `json:"graph,omitempty"`
	PowerShell string `json:"powershell,omitempty"`
}

// References holds the ids of the same requirement elsewhere. Texts of CIS and
// ISO are copyrighted, so only their ids are carried.
type References struct {
	SCuBA     []string `json:"scuba,omitempty"`
	CIS       []string `json:"cis,omitempty"`
	CISv8     []string `json:"cisControls,omitempty"`
	NIST80053 []string `json:"nist80053,omitempty"`
	ISO27001  []string `json:"iso27001,omitempty"`
	NIS2      []string `json:"nis2,omitempty"`
	NCSC      []string `json:"ncsc,omitempty"`
	ATTACK    []string `json:"attack,omitempty"`
	Maester   []string `json:"maester,omitempty"`
	ZTA       []string `json:"zeroTrustAssessment,omitempty"`
	Docs      []string `json:"docs,omitempty"`
}

// ReferenceList is one framework's ids, under the framework's name.
type ReferenceList struct {
	Name string
	IDs  []string
}

// Lists names every list of ids in a fixed order; pages of documentation are
// not among them.
func (r References) Lists() []ReferenceList {
	return []ReferenceList{
		{"CISA SCuBA", r.SCuBA}, {"CIS Microsoft 365", r.CIS}, {"CIS Controls", r.CISv8}, {"NIST 800-53", r.NIST80053},
		{"ISO 27001", r.ISO27001}, {"NIS2", r.NIS2}, {"NCSC", r.NCSC}, {"ATT&CK", r.ATTACK}, {"Maester", r.Maester},
		{"Zero Trust Assessment", r.ZTA},
	}
}

// Progress is one step of a run, for a progress bar. Total is 0 while unknown.
type Progress struct {
	Stage string `json:"stage"` // read, resolve, evaluate, score
	Name  string `json:"name"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
}
