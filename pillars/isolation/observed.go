package isolation

import (
	"fmt"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// signInText names a sign-in in one line.
func signInText(s activity.SignIn) string {
	device := s.Device.Name
	switch {
	case s.Device.Identified == model.False:
		device = "a device without identity"
	case device == "":
		device = "device " + s.Device.ID
	}
	return fmt.Sprintf("%s %s from %s", s.At.Format("2006-01-02 15:04"), s.App, device)
}

func counted(signIns int) string {
	if signIns == 1 {
		return "1 sign-in"
	}
	return fmt.Sprintf("%d sign-ins", signIns)
}

// shown is how many counter-examples a subject lists.
const shown = 5

func observe(p *assess.Pass) (*facts.Observation, error) { return assess.Value(p, facts.Activity) }

// onlyEmergency reports whether every user of the view is a declared break-glass
// account.
func onlyEmergency(tier0 principals.View, emergency assess.EmergencyAccounts) bool {
	return !slices.ContainsFunc(tier0.Users(), func(u principals.Principal) bool {
		return facts.EmergencyUser(tier0, u.ID, emergency) != model.True
	})
}
