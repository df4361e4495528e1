package operations

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The framework (with CIS) wants break glass excluded from Conditional Access,
// Microsoft wants it to need phishing-resistant MFA by a policy. Both hold here:
// excluded from every enabled policy but one that is for break-glass accounts
// alone and asks for a phishing-resistant strength alone.
var ops04 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-04", Title: "Break-glass accounts work when Conditional Access fails",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Licence: "Entra ID P1", Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "The commonest lock-out is a Conditional Access policy that asks for what nobody can give: a device service that is " +
			"down, a location that was mistyped. A break-glass account that the policy also binds is locked out with the rest.",
		Decides: "Passes when no enabled policy binds a declared break-glass account: the policy does not include it (by user, group, role " +
			"or kind), or excludes it (groups resolved to any depth). A policy that is for break-glass accounts alone and asks for " +
			"nothing but a phishing-resistant authentication strength may bind them. Partial when exactly one policy binds them; report-only and " +
			"disabled policies bind nobody.",
		Remediation: model.Remediation{
			Summary: "Exclude the break-glass accounts, best through one role-assignable group of their own, from every policy. Give them a " +
				"policy of their own that requires phishing-resistant MFA.",
			Portal:     "Entra admin center > Protection > Conditional Access > Policies > (policy) > Users > Exclude",
			Graph:      `PATCH /identity/conditionalAccess/policies/{id} {"conditions": {"users": {"excludeGroups": ["<break-glass group>"]}}}, with the policy's other users kept`,
			PowerShell: "Update-MgIdentityConditionalAccessPolicy -ConditionalAccessPolicyId <id> -Conditions @{users = @{...; excludeGroups = @('<break-glass group>')}}",
		},
		References: model.References{
			CIS: []string{"1.1.2"}, Maester: []string{"MT.1005"}, Docs: []string{emergencyAccess},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.ConditionalAccessPolicies}, breakGlassNeeds...),
	Wants:    []assess.Dependency{model.AuthenticationStrengths},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		accounts, settled, err := breakGlass(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		if settled != nil {
			return *settled, nil
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		assess.Rows(p, model.ConditionalAccessPolicies) // what was not read of them is a gap
		judgements := judgePolicies(access.Compile(p.Tenant()), directory, accounts)
		tally := p.Tally(assess.Words{One: "enabled policy", Many: "enabled policies",
			Good: "leave the break-glass accounts alone", Bad: "bind a break-glass account"})
		tally.None(assess.NotApplicable("No Conditional Access policy is enabled."))
		only := onlyOne(judgements)
		for _, j := range judgements {
			j.Half, j.Exempt = j.Met, model.False
			if j.Met == model.False {
				j.Half = only
			}
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

// onlyOne says whether exactly one policy binds a break-glass account, given
// that at least one does.
func onlyOne(judgements []assess.Judgement) model.Truth {
	bad, open := 0, 0
	for _, j := range judgements {
		switch j.Met {
		case model.False:
			bad++
		case model.Unknown:
			open++
		}
	}
	switch {
	case bad > 1:
		return model.False
	case open > 0:
		return model.Unknown
	}
	return model.True
}

// judgePolicies says of every policy that is or may be enabled whether it leaves
// the accounts alone.
func judgePolicies(in *access.Inputs, directory *principals.Directory, accounts []principals.Principal) []assess.Judgement {
	bound := make([][]model.Truth, len(in.Policies)) // by policy, then account
	shown := make([][]model.Evidence, len(in.Policies))
	for _, account := range accounts {
		decision := access.Evaluate(in, access.SignIn{Subject: subject(directory, account)})
		for i, result := range decision.Policies {
			truth, evidence := binds(in.Policies[i], result)
			bound[i], shown[i] = append(bound[i], truth), append(shown[i], evidence)
		}
	}
	var judgements []assess.Judgement
	for i, policy := range in.Policies {
		enabled := kit.Enabled(policy.Record.State)
		if enabled == model.False {
			continue
		}
		own := model.And(forAccountsAlone(policy, directory, accounts), asksForStrengthAlone(in, policy))
		ref := policy.Record.Ref("policy", policy.Name).With(policy.Evidence("/state", policy.Record.State))
		var names []string
		for j, truth := range bound[i] {
			ref = withOnce(ref, shown[i][j])
			switch truth {
			case model.True:
				names = append(names, accounts[j].Name)
			case model.Unknown:
				names = append(names, accounts[j].Name+" (not certain)")
			}
		}
		detail := "includes none of them, or excludes them"
		if len(names) > 0 {
			detail = "applies to " + strings.Join(names, ", ")
		}
		if own == model.True {
			detail = "their own policy: phishing-resistant MFA and nothing else"
		}
		met := model.Or(enabled.Not(), model.Or(bound[i]...).Not(), own)
		judgements = append(judgements, assess.Judgement{Ref: ref, Met: met, Detail: detail})
	}
	return judgements
}

// withOnce adds evidence unless it points where another one does.
func withOnce(ref model.Ref, evidence model.Evidence) model.Ref {
	if slices.ContainsFunc(ref.Evidence, func(e model.Evidence) bool { return e.File == evidence.File && e.Pointer == evidence.Pointer }) {
		return ref
	}
	return ref.With(evidence)
}

// binds reads from a policy's explanation whether its users include the account.
func binds(policy *access.Policy, result access.PolicyResult) (model.Truth, model.Evidence) {
	if !policy.Record.Conditions.Exported() {
		return model.Unknown, policy.Evidence("/conditions", nil)
	}
	for _, reason := range result.Reasons {
		if reason.Dimension == access.DimUsers {
			return reason.Holds, reason.Evidence
		}
	}
	return model.True, policy.Evidence("/conditions/users", nil)
}

// subject is the account as policies see it: its kind, groups and active roles.
func subject(directory *principals.Directory, account principals.Principal) access.Subject {
	roles := directory.All()
	s := access.Subject{ID: account.ID, Kind: access.Member | access.Guests, RolesUnknown: len(roles.Gaps()) > 0,
		InGroup: func(group string) model.Truth { return directory.MemberOf(account.ID, group) }}
	if account.User != nil && kit.External(account.User) == model.False {
		s.Kind = access.Member
	}
	for _, h := range roles.Holdings {
		if !model.SameID(h.Principal.ID, account.ID) || h.Manner == principals.Eligible {
			continue
		}
		switch model.And(h.Role.BuiltIn, h.TenantWide()) {
		case model.True:
			s.Roles = append(s.Roles, h.Role.ID)
		case model.Unknown:
			s.MaybeRoles = append(s.MaybeRoles, h.Role.ID)
		}
	}
	return s
}

// forAccountsAlone says whether everybody that the policy includes is one of the
// accounts.
func forAccountsAlone(policy *access.Policy, directory *principals.Directory, accounts []principals.Principal) model.Truth {
	listed := func(id string) model.Truth {
		return model.Of(slices.ContainsFunc(accounts, func(a principals.Principal) bool { return model.SameID(a.ID, id) }))
	}
	members := func(group string) model.Truth {
		all := directory.Members(group)
		alone := model.Of(len(all.Gaps) == 0)
		if alone == model.False {
			alone = model.Unknown
		}
		for _, id := range all.IDs() {
			alone = model.And(alone, listed(id))
		}
		return alone
	}
	return within(policy.Record.Conditions, func(c model.ConditionSet) model.Truth {
		return within(c.Users, func(u model.ConditionUsers) model.Truth {
			return model.And(every(u.IncludeUsers, listed), every(u.IncludeGroups, members),
				every(u.IncludeRoles, func(string) model.Truth { return model.False }), u.IncludeGuestsOrExternalUsers.Null())
		})
	})
}

// asksForStrengthAlone says whether a phishing-resistant strength is all that the
// policy asks for: no other grant, and no session control, some of which refuse
// clients or send the session through another service.
func asksForStrengthAlone(in *access.Inputs, policy *access.Policy) model.Truth {
	none := func(string) model.Truth { return model.False }
	grant := within(policy.Record.GrantControls, func(g model.GrantControls) model.Truth {
		return model.And(every(g.BuiltInControls, none), every(g.CustomAuthenticationFactors, none), every(g.TermsOfUse, none),
			within(g.AuthenticationStrength, func(s model.AuthenticationStrength) model.Truth { return resistant(in.Strength(s)) }))
	})
	return model.And(grant, policy.Record.SessionControls.Null())
}

func resistant(s access.Strength) model.Truth {
	weakest, ok := s.Weakest(nil)
	switch {
	case ok && weakest != access.PhishingResistantMFA:
		return model.False
	case !ok || s.Unknown:
		return model.Unknown
	}
	return model.True
}

// within asks about a nested object: Unknown where it was not exported, False
// where it is null.
func within[T any](f model.Field[T], question func(T) model.Truth) model.Truth {
	return model.Fold(f, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False }, question)
}

// every asks of a list, which may be null, whether the answer is yes for each entry.
func every(f model.Field[[]string], question func(string) model.Truth) model.Truth {
	return model.Fold(f, func() model.Truth { return model.Unknown }, func() model.Truth { return model.True }, func(list []string) model.Truth {
		all := model.True
		for _, entry := range list {
			all = model.And(all, question(entry))
		}
		return all
	})
}
