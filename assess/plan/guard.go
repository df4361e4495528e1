package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Lockout is what a change does to the administrators themselves, each in person
// with the methods that they have registered.
type Lockout struct {
	// Safe says that a way in is proved to be left, and that nobody who got in
	// before no longer does.
	Safe bool `json:"safe"`
	// Why says what was proved, or what was not.
	Why string `json:"why"`
	// Loses names who no longer surely gets in, with the role.
	Loses []string `json:"loses,omitempty"`
}

// entrance is whether one holder gets to one role in person: anyhow with the
// devices of the tenant, and at a privileged access workstation.
type entrance struct {
	principal, name, role, roleName string
	emergency                       bool
	anyhow, atPAW                   model.Truth
}

func (e entrance) key() string { return model.FoldID(e.principal) + "|" + model.FoldID(e.role) }

// declared is what the owner said that the guard needs.
type declared struct {
	breakGlass []string
	said       bool // break glass is declared
	filter     string
	paw        bool
}

func readDeclared(t *model.Tenant) declared {
	var d declared
	row, _ := model.RowsOf(t, model.OwnerDeclarations, nil).Only()
	row.BreakGlass.Is(func(list []model.BreakGlass) bool {
		for _, b := range list {
			b.ID.Is(func(id string) bool {
				d.breakGlass = append(d.breakGlass, id)
				return true
			})
		}
		d.said = len(list) > 0
		return true
	})
	row.PAW.Is(func(rule model.PAWRule) bool {
		rule.DeviceFilter.Is(func(filter string) bool {
			d.filter = strings.TrimSpace(filter)
			return true
		})
		some := func(list []string) bool { return len(list) > 0 }
		d.paw = d.filter != "" || rule.GroupIDs.Is(some) == model.True || rule.DeviceIDs.Is(some) == model.True
		return true
	})
	return d
}

func (d declared) isBreakGlass(id string) bool {
	return slices.ContainsFunc(d.breakGlass, func(b string) bool { return model.SameID(b, id) })
}

// entrances judges every Tier 0 holding of a user.
func entrances(t *model.Tenant, d declared) []entrance {
	dir := principals.Resolve(t)
	engine := access.New(t, access.Options{Directory: dir})
	byKey := map[string]int{}
	var list []entrance
	for _, h := range engine.Holdings() {
		if h.Principal.Kind != principals.KindUser {
			continue
		}
		verdicts := engine.Judge(h, access.Circumstances{}, inPerson(t, h.Principal.ID, d.paw))
		e := entrance{principal: h.Principal.ID, name: h.Principal.Name, role: h.Role.ID, roleName: h.Role.Name,
			emergency: d.isBreakGlass(h.Principal.ID), anyhow: verdicts[0], atPAW: verdicts[1]}
		if i, ok := byKey[e.key()]; ok {
			list[i].anyhow, list[i].atPAW = model.Or(list[i].anyhow, e.anyhow), model.Or(list[i].atPAW, e.atPAW)
			continue
		}
		byKey[e.key()] = len(list)
		list = append(list, e)
	}
	sorting.Stable(list, func(a, b entrance) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.key(), b.key())) })
	return list
}

// inPerson is the administrator with the methods that they have registered: with
// whatever managed devices the tenant has, and at the workstation alone. What
// takes a key that they do not have would lock them out.
func inPerson(t *model.Tenant, user string, paw bool) []access.Attacker {
	holds := []access.Obligation{access.Password, access.TermsOfUse, access.FreshSignIn, access.PasswordChange, access.ManagedApp,
		access.BoundToken, access.TrustedNetwork, access.Approval}
	var perhaps []access.Obligation
	second, strong := methodsOf(t, user)
	for _, m := range []struct {
		has model.Truth
		is  access.Obligation
	}{{second, access.MFA}, {strong, access.PhishingResistantMFA}} {
		switch m.has {
		case model.True:
			holds = append(holds, m.is)
		case model.Unknown:
			perhaps = append(perhaps, m.is)
		}
	}
	station := append(slices.Clone(holds), access.PAW)
	if paw {
		holds = station
	}
	return []access.Attacker{
		{Name: "inPerson", Holds: holds, Perhaps: perhaps, AnyControl: true, ManagedDevice: true},
		{Name: "atWorkstation", Holds: station, Perhaps: perhaps, AnyControl: true},
	}
}

// methodsOf says whether a user registered a second factor, and one that resists
// phishing. Neither list shows certificates, so no certificate is counted on.
func methodsOf(t *model.Tenant, user string) (second, strong model.Truth) {
	for row := range model.RowsOf(t, model.RegistrationDetails, nil).All() {
		if !model.SameID(row.ID, user) {
			continue
		}
		strong = row.MethodsRegistered.Is(func(list []string) bool { return slices.ContainsFunc(list, resistsPhishing) })
		second = model.Or(strong, row.IsMfaRegistered.Is(func(b bool) bool { return b }))
	}
	for row := range model.RowsOf(t, model.AuthenticationMethods, nil).For(user).All() {
		kind := row.Type.Is(func(s string) bool {
			return slices.Contains([]string{"#microsoft.graph.fido2AuthenticationMethod", "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod",
				"#microsoft.graph.platformCredentialAuthenticationMethod"}, s)
		})
		if kind == model.True {
			second, strong = model.True, model.True
		}
	}
	return second, strong
}

func resistsPhishing(method string) bool {
	return method == "fido2" || method == "fido2SecurityKey" || method == "windowsHelloForBusiness" ||
		method == "macOsSecureEnclaveKey" || strings.HasPrefix(method, "passKeyDeviceBound")
}

// lockout compares who gets in before and after. What is not proved is not safe.
func lockout(before, after []entrance, d declared) Lockout {
	l := Lockout{Loses: losers(before, after)}
	l.Safe, l.Why = lastWayIn(after, d)
	if l.Safe && len(l.Loses) > 0 {
		l.Safe, l.Why = false, "somebody who gets in today no longer surely would"
	}
	return l
}

func losers(before, after []entrance) []string {
	still := map[string]model.Truth{}
	for _, e := range after {
		still[e.key()] = e.anyhow
	}
	var list []string
	for _, e := range before {
		if e.anyhow == model.True && still[e.key()] != model.True {
			list = append(list, e.name+" ("+e.roleName+")")
		}
	}
	return list
}

// lastWayIn asks for a break-glass account that surely gets to Global
// Administrator and, where workstations are declared, for an administrator who
// does at one. Where break glass is not declared, any Global Administrator has
// to do.
func lastWayIn(after []entrance, d declared) (bool, string) {
	glass, station, anybody := "", "", ""
	for _, e := range after {
		if !model.SameID(e.role, model.GlobalAdministrator) {
			continue
		}
		switch {
		case e.emergency && e.anyhow == model.True:
			glass = cmp.Or(glass, e.name)
		case !e.emergency && e.anyhow == model.True:
			anybody = cmp.Or(anybody, e.name)
		}
		if !e.emergency && e.atPAW == model.True {
			station = cmp.Or(station, e.name)
		}
	}
	switch {
	case d.said && glass == "":
		return false, "no declared break-glass account is proved to reach Global Administrator"
	case d.paw && station == "":
		return false, "no administrator is proved to reach Global Administrator from a privileged access workstation"
	case d.said && d.paw:
		return true, "break glass " + glass + " still reaches Global Administrator, and " + station + " does from a workstation"
	case d.said:
		return true, "break glass " + glass + " still reaches Global Administrator"
	case anybody == "":
		return false, "break glass is not declared, and no Global Administrator is proved to get in with the methods and devices there are"
	}
	return true, "break glass is not declared; " + anybody + " still reaches Global Administrator"
}
