package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
)

// NoPIM is the verdict of a control of PIM in a tenant that certainly has no
// licence for PIM: what the framework requires is missing, so it fails. It is not
// ok while the licence is there or not known.
func NoPIM(p *assess.Pass) (v assess.Verdict, missing bool, err error) {
	directory, err := assess.Value(p, facts.Directory)
	if err != nil || directory.Licensed() != model.False {
		return assess.Verdict{}, false, err
	}
	return assess.Fail("Privileged Identity Management is not licensed (no Entra ID P2 or Governance), so roles cannot be held just in time."), true, nil
}
