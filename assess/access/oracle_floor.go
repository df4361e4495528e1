package access

import (
	"slices"

	"github.com/privpath/privpath/model"
)

// securityDefaults says whether security defaults are in force. Where that was
// not collected but a policy is on, they are off: an organization that uses
// Conditional Access must have turned them off.
// Source: learn.microsoft.com/entra/fundamentals/security-defaults, "Disabling
// security defaults".
func (o *oracle) securityDefaults() (model.Truth, string) {
	if o.in.SecurityDefaults != model.Unknown {
		return o.in.SecurityDefaults, ""
	}
	enabled := slices.ContainsFunc(o.in.Policies, func(p *Policy) bool { return p.State == "enabled" })
	if enabled {
		return model.False, ""
	}
	return model.Unknown, "the export does not say whether security defaults are on"
}

// defaultsRoles are the roles that security defaults always ask for a second
// factor.
// Source: learn.microsoft.com/entra/fundamentals/security-defaults, "Require
// administrators to do multifactor authentication".
var defaultsRoles = []string{
	"62e90394-69f5-4237-9190-012177145e10", // Global Administrator
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", // Application Administrator
	"c4e39bd9-1100-46d3-8c65-fb160da0071f", // Authentication Administrator
	"b0f54661-2d74-4c50-afa3-1ec803f12efe", // Billing Administrator
	"158c047a-c907-4556-b7ef-446551a6b5f7", // Cloud Application Administrator
	"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", // Conditional Access Administrator
	"29232cdf-9323-42fd-ade2-1d097af3e4de", // Exchange Administrator
	"729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
	"966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", // Privileged Authentication Administrator
	"e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
	"194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
	"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", // SharePoint Administrator
	"69091246-20e8-4a56-aa4d-066075b2a7a8", // Teams Administrator
	"fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
	"0526716b-113d-4c15-b2c8-68e3c22b9f80", // Authentication Policy Administrator
	"45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", // Identity Governance Administrator
}

// directorySync is the role of the Entra Connect account, which security
// defaults leave out.
const directorySync = "d29b2b05-8046-44ba-8758-1e26182fcf32"

// addDefaults adds what security defaults ask: a second factor of
// administrators and of everyone at Azure Resource Manager, of others when
// Microsoft sees a need, and no legacy authentication. Never a device, never a
// place.
func (o *oracle) addDefaults(d *Decision, on model.Truth) {
	person := o.s.Subject.Kind.In(Workload).Not()
	on = model.And(on, person, o.inRoles([]string{directorySync}).Not())
	if on == model.False {
		return
	}
	azure := slices.ContainsFunc(o.s.Resources, func(r string) bool {
		return model.SameID(r, ResourceAzureManagement) || model.SameID(r, ResourceAzurePortal)
	})
	asked := model.Or(o.inRoles(defaultsRoles), model.Of(azure), model.Unknown)
	o.addMFA(d, model.And(on, asked), SourceSecurityDefaults)
	switch model.And(on, o.legacy()) {
	case model.True:
		d.Must.BlockedBy = append(d.Must.BlockedBy, SourceSecurityDefaults)
		d.May.BlockedBy = append(d.May.BlockedBy, SourceSecurityDefaults)
	case model.Unknown:
		d.May.BlockedBy = append(d.May.BlockedBy, SourceSecurityDefaults)
	}
}

// addMandatoryMFA adds the second factor that Microsoft itself asks of every
// person at the Azure portal, the Entra and Intune admin centres and the
// Microsoft 365 admin centre. For Azure Resource Manager the demand falls on
// changes made through listed clients, and a tenant could postpone it, so it is
// not counted on there. Nothing is asked at Microsoft Graph.
// Source: learn.microsoft.com/entra/identity/authentication/concept-mandatory-multifactor-authentication.
func (o *oracle) addMandatoryMFA(d *Decision) {
	asked := model.False
	for _, r := range o.s.Resources {
		switch model.FoldID(r) {
		case ResourceAzurePortal, ResourceM365Admin:
			asked = model.True
		case ResourceAzureManagement, model.FoldID(GroupPortals):
			asked = model.Or(asked, model.Unknown)
		}
	}
	o.addMFA(d, model.And(asked, o.s.Subject.Kind.In(Workload).Not()), SourceMandatoryMFA)
}

// addMFA adds a demand for a second factor where asked.
func (o *oracle) addMFA(d *Decision, asked model.Truth, source string) {
	must, may := demandOf([]oControl{o.control(MFA, o.mfaPossible())}, false, source)
	if asked == model.True {
		d.Must.join(must)
	}
	if asked != model.False {
		d.May.join(may)
	}
}
