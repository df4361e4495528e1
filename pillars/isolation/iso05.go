package isolation

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var iso05 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-05", Title: "All administrative interfaces are covered, not only portals",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I3", "I4"}, Gaps: []model.GapTag{"G1"},
		Rationale: "A role is used through Microsoft Graph, PowerShell, Azure Resource Manager and the services' own interfaces as well as through portals. " +
			"Who closes the portals only has closed the doors that attackers do not use.",
		Decides: "Asks ISO-01's question of each interface apart: admin portals, Azure management, Microsoft Graph with the directory, Exchange, SharePoint, Intune, and any other application. " +
			"Passes when a Tier 0 role can be used through none of them from an unmanaged device; otherwise the finding says which are open and which closed. " +
			"Policies for the admin portals do not reach Microsoft Graph or Azure management, and an application that a policy for all resources leaves out is an interface of its own. " +
			"Enabled policies that leave applications out are listed, whether or not that opens a way.",
		Remediation: model.Remediation{
			Summary:    "Target all resources in the policies for administrators, without exclusions, in place of the admin portals or single applications.",
			Portal:     "Entra admin center > Conditional Access > Policies > (policy) > Target resources > All resources",
			Graph:      "PATCH /identity/conditionalAccess/policies/{id} (conditions.applications {includeApplications [All], excludeApplications []})",
			PowerShell: "Update-MgIdentityConditionalAccessPolicy -ConditionalAccessPolicyId <policy> -BodyParameter @{conditions=@{applications=@{includeApplications=@('All');excludeApplications=@()}}}",
		},
		References: model.References{NIST80053: []string{"AC-3"}, ATTACK: []string{"T1651", "T1021.007"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.ConditionalAccessPolicies}, kit.AccessNeeds...),
	Wants:    []assess.Dependency{model.ServicePrincipals},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot use a role through any interface from an unmanaged device", Bad: "can use a role through an interface from an unmanaged device"},
			nobodyElse, judgeInterfaces)
		if err != nil {
			return assess.Verdict{}, err
		}
		listExclusions(p, tally)
		return tally.Every(), nil
	},
}

// interfaces are the ways to administer, each with the audiences behind it.
var interfaces = []struct {
	name      string
	audiences []string
}{
	{"Microsoft Graph", []string{access.ResourceGraph, access.ResourceDirectory}},
	{"admin portals", []string{access.ResourceAzurePortal, access.ResourceM365Admin, access.GroupPortals}},
	{"Azure management", []string{access.ResourceAzureManagement}},
	{"Exchange", []string{access.ResourceExchange}},
	{"SharePoint", []string{access.ResourceSharePoint}},
	{"Intune", []string{access.ResourceIntune}},
	{"other applications", []string{access.ResourceOther}},
}

func judgeInterfaces(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
	answer := kit.HoldingAnswer{Met: model.True, Half: model.True}
	by := map[model.Truth][]string{}
	for _, i := range interfaces {
		a := kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Devices: kit.UnmanagedDevices, Resources: i.audiences}), "")
		by[a.Met] = append(by[a.Met], i.name)
		answer = kit.Both(answer, a)
	}
	var parts []string
	for _, part := range []struct {
		met  model.Truth
		text string
	}{{model.False, "open from an unmanaged device: "}, {model.Unknown, "not known: "}, {model.True, "closed: "}} {
		if names := by[part.met]; len(names) > 0 {
			parts = append(parts, part.text+strings.Join(names, ", "))
		}
	}
	answer.Detail = strings.Join(parts, "; ")
	return answer
}

// listExclusions lists, for the reader, what enabled policies leave out.
func listExclusions(p *assess.Pass, tally *assess.Tally) {
	names := map[string]string{}
	for s := range assess.Rows(p, model.ServicePrincipals).All() {
		s.AppID.Is(func(id string) bool {
			return s.DisplayName.Is(func(name string) bool { names[model.FoldID(id)] = name; return true }) == model.True
		})
	}
	for policy := range assess.Rows(p, model.ConditionalAccessPolicies).All() {
		if kit.Enabled(policy.State) == model.False {
			continue
		}
		out := excludedApplications(policy)
		if len(out) == 0 {
			continue
		}
		for i, id := range out {
			if name, ok := names[model.FoldID(id)]; ok {
				out[i] = name + " (" + id + ")"
			}
		}
		name := policy.ID
		policy.DisplayName.Is(func(n string) bool { name = n; return true })
		tally.Add(assess.Judgement{Ref: policy.Ref("policy", name).With(policy.Evidence("/conditions/applications/excludeApplications", nil)),
			Exempt: model.True, Detail: "leaves out applications: " + strings.Join(out, ", ")})
	}
}

func excludedApplications(policy model.ConditionalAccessPolicy) []string {
	var out []string
	policy.Conditions.Is(func(c model.ConditionSet) bool {
		return c.Applications.Is(func(a model.ConditionApplications) bool {
			return a.ExcludeApplications.Is(func(ids []string) bool { out = slices.Clone(ids); return true }) == model.True
		}) == model.True
	})
	return out
}
