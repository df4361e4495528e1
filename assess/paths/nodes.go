package paths

// The kinds of nodes that have no name elsewhere.
const (
	KindUnit       = "administrativeUnit"
	KindCredential = "credential"
	KindIntuneRole = "intuneRole"
)

// Node is a kind of node: its name in the document, and what it stands for.
type Node struct{ Name, Is string }

// Nodes lists the kinds of nodes that paths lead through. An object that the
// export does not hold is of kind "unknown".
func Nodes() []Node {
	return []Node{
		{"user", "an account of a person"},
		{"group", "a group, security or Microsoft 365"},
		{"role", "a directory role, with its scope where that is not the whole tenant"},
		{"application", "an app registration"},
		{"servicePrincipal", "an application's identity in the tenant; managed identities are among them"},
		{"permission", "an application permission of Microsoft Graph"},
		{KindCredential, "what an account or an application signs in with: a password, another method, a secret or key, a federated credential"},
		{KindUnit, "an administrative unit, which limits roles to what it holds"},
		{KindIntuneRole, "an assignment of a role of Intune"},
		{"device", "a device, or any of a kind"},
		{"policy", "Conditional Access, or the rules of PIM"},
		{"azureResource", "the Azure resource of a managed identity"},
		{"externalIdentity", "an identity of another issuer, which a federated credential names"},
		{"identityProvider", "what signs the users of a federated domain in"},
		{"tenant", "another tenant: the home of guests, the owner of an application, or a partner"},
		{"onPremises", "the on-premises directory that accounts are synchronised from"},
		{"anyone", "whoever is not named: any account, any application, any identity outside"},
	}
}
