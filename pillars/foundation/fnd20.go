package foundation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue's 180 and 365 days are taken as how long a credential is valid
// in all, from its start to its end: what remains of it says nothing about how
// often it is renewed. What has expired opens nothing.
const (
	longestSecret      = 180 * 24 * time.Hour
	longestCertificate = 366 * 24 * time.Hour // a year, also a leap year
)

var fnd20 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-20", Title: "Tier 0 applications have strong credentials and no owner below",
		Pillar: model.Foundation, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"F4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A secret of an application is a password without a second factor, which lies in scripts and pipelines. Whoever owns the application adds one more, and nobody notices.",
		Decides: "Looks at every workload identity that holds a Tier 0 role or an application permission of Microsoft Graph that reaches Tier 0, and at its app registration. " +
			"Neither may have a secret, a certificate may be valid for a year at most, and every owner of either must hold a Tier 0 role over the whole tenant. " +
			"Secrets that are valid for 180 days at most are partial. Credentials that have expired do not count. Managed identities have no credentials of their own to judge; " +
			"those of an application of another tenant are not visible here, and unknown. Not applicable where there is no such identity.",
		Remediation: model.Remediation{
			Summary:    "Use managed identities or federated credentials; else certificates of at most a year. Remove the secrets, and the owners who hold no Tier 0 role.",
			Portal:     "Entra admin center > App registrations > (app) > Certificates & secrets; Owners",
			Graph:      "POST /applications/{id}/removePassword; DELETE /applications/{id}/owners/{user}/$ref",
			PowerShell: "Remove-MgApplicationPassword -ApplicationId <id> -KeyId <key>; Remove-MgApplicationOwnerByRef -ApplicationId <id> -DirectoryObjectId <user>",
		},
		References: model.References{SCuBA: []string{"MS.AAD.5.6v1", "MS.AAD.5.7v1"}, NIST80053: []string{"IA-5"}, Maester: []string{"MT.1027", "MT.1077", "MT.1078"}, ATTACK: []string{"T1098.001"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, kit.GraphPermissions, model.ServicePrincipals, model.Applications,
		model.ApplicationOwners, model.ServicePrincipalOwner, model.Organizations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		w, err := readWorkloads(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 application", Many: "Tier 0 applications",
			Good: "have strong credentials and no owner below Tier 0", Bad: "have a secret, a long-lived certificate or an owner below Tier 0"})
		tally.None(assess.NotApplicable("No workload identity holds a Tier 0 role or permission."))
		for _, id := range w.ids {
			tally.Add(w.judge(p.AsOf(), id))
		}
		return tally.Every(), nil
	},
}

// workloads are the workload identities of Tier 0.
type workloads struct {
	pass      *assess.Pass
	ids       []string
	maybe     map[string]bool // whether they are Tier 0 is not known
	services  map[string]model.ServicePrincipal
	byAppID   map[string]model.Application
	home      string
	holders   kit.TenantHolders
	directory *principals.Directory
}

func readWorkloads(p *assess.Pass) (*workloads, error) {
	tier0, err := assess.Value(p, facts.Tier0)
	if err != nil {
		return nil, err
	}
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return nil, err
	}
	grants, err := assess.Value(p, kit.GraphPermissions)
	if err != nil {
		return nil, err
	}
	w := &workloads{pass: p, maybe: map[string]bool{}, services: map[string]model.ServicePrincipal{}, byAppID: map[string]model.Application{}, holders: kit.TenantHoldersOf(tier0), directory: directory}
	add := func(id string, certain bool) {
		key := model.FoldID(id)
		if !slices.Contains(w.ids, key) {
			w.ids = append(w.ids, key)
			w.maybe[key] = true
		}
		w.maybe[key] = w.maybe[key] && !certain
	}
	for _, principal := range tier0.Principals() {
		if principal.Kind == principals.KindServicePrincipal {
			add(principal.ID, true)
		}
	}
	for _, holder := range grants.Holders {
		for _, grant := range holder.Grants {
			if grant.Tier0 != model.False {
				add(holder.ID, grant.Tier0 == model.True)
			}
		}
	}
	slices.Sort(w.ids)
	for s := range assess.Rows(p, model.ServicePrincipals).All() {
		w.services[model.FoldID(s.ID)] = s
	}
	for a := range assess.Rows(p, model.Applications).All() {
		a.AppID.Is(func(id string) bool { w.byAppID[model.FoldID(id)] = a; return true })
	}
	organization, _ := assess.Rows(p, model.Organizations).Only()
	w.home = organization.ID
	return w, nil
}

// grade collects what is found about one workload.
type grade struct {
	assess.Judgement
	said []string
}

// add lowers the grade: met is the demand, half its weaker form.
func (g *grade) add(met, half model.Truth, evidence model.Evidence, format string, args ...any) {
	if met == model.True {
		return
	}
	g.Met, g.Half = model.And(g.Met, met), model.And(g.Half, half)
	if evidence.File != "" {
		g.Ref = g.Ref.With(evidence)
	}
	g.said = append(g.said, fmt.Sprintf(format, args...))
}

func (w *workloads) judge(now time.Time, id string) assess.Judgement {
	s, ok := w.services[id]
	name := model.Fold(s.DisplayName, func() string { return id }, func() string { return id }, func(n string) string { return cmp.Or(n, id) })
	g := &grade{Judgement: assess.Judgement{Ref: model.Ref{Kind: "servicePrincipal", ID: id, Name: name}, Met: model.True, Half: model.True, Exempt: model.False}}
	switch {
	case !ok:
		g.add(model.Unknown, model.Unknown, model.Evidence{Dataset: model.ServicePrincipals.Name()}, "the service principal was not exported")
	case model.Equals(s.ServicePrincipalType, "ManagedIdentity") == model.True:
		g.said = []string{"a managed identity, whose credentials Azure keeps"}
		g.Ref = g.Ref.With(s.Evidence("/servicePrincipalType", s.ServicePrincipalType))
	default:
		w.credentials(g, now, s.Object, s.PasswordCredentials, s.KeyCredentials)
		w.owners(g, model.ServicePrincipalOwner, s.ID)
		w.registration(g, now, s)
	}
	if w.maybe[id] {
		g.Met, g.Half = model.Or(g.Met, model.Unknown), model.Or(g.Half, model.Unknown)
		g.said = append(g.said, "whether it is Tier 0 is not known")
	}
	g.Detail = "no secret, no long-lived certificate, no owner below Tier 0"
	for i, text := range g.said {
		if i == 0 {
			g.Detail = text
			continue
		}
		g.Detail += "; " + text
	}
	return g.Judgement
}

// registration judges the app registration behind the service principal.
func (w *workloads) registration(g *grade, now time.Time, s model.ServicePrincipal) {
	var app model.Application
	found := s.AppID.Is(func(id string) bool {
		known, ok := w.byAppID[model.FoldID(id)]
		app = known
		return ok
	})
	if found == model.True {
		w.credentials(g, now, app.Object, app.PasswordCredentials, app.KeyCredentials)
		w.owners(g, model.ApplicationOwners, app.ID)
		return
	}
	elsewhere := s.AppOwnerOrganizationID.Is(func(owner string) bool { return w.home != "" && !model.SameID(owner, w.home) })
	detail := "its app registration was not exported"
	if elsewhere == model.True {
		detail = "its app registration is in another tenant, and with it its credentials"
	}
	g.add(model.Unknown, model.Unknown, s.Evidence("/appId", s.AppID), "%s", detail)
}

func (w *workloads) credentials(g *grade, now time.Time, object model.Object, secrets, certificates model.Field[[]model.AppCredential]) {
	judge := func(path string, list model.Field[[]model.AppCredential], one func(model.AppCredential) (met, half model.Truth), what string) {
		if !list.Exported() {
			g.add(model.Unknown, model.Unknown, object.Evidence("/"+path, nil), "%s was not exported", path)
			return
		}
		list.Is(func(credentials []model.AppCredential) bool {
			for i, c := range credentials {
				gone := c.EndDateTime.Is(func(end time.Time) bool { return !end.After(now) })
				met, half := one(c)
				g.add(model.Or(gone, met), model.Or(gone, half), object.Evidence(fmt.Sprintf("/%s/%d/endDateTime", path, i), c.EndDateTime), "%s until %s", what, c.EndDateTime)
			}
			return true
		})
	}
	judge("passwordCredentials", secrets, func(c model.AppCredential) (met, half model.Truth) { return model.False, lasts(c, longestSecret) }, "a secret")
	judge("keyCredentials", certificates, func(c model.AppCredential) (met, half model.Truth) {
		short := lasts(c, longestCertificate)
		return short, short
	}, "a certificate")
}

// lasts says whether a credential is valid for no longer than the time given.
func lasts(c model.AppCredential, most time.Duration) model.Truth {
	return model.Fold(c.StartDateTime, unsaid, unsaid, func(from time.Time) model.Truth {
		return c.EndDateTime.Is(func(to time.Time) bool { return to.Sub(from) <= most })
	})
}

func unsaid() model.Truth { return model.Unknown }

func (w *workloads) owners(g *grade, key model.Key[model.DirectoryObject], id string) {
	rows := assess.Rows(w.pass, key).For(id)
	for owner := range rows.All() {
		principal := w.directory.Principal(owner.ID, model.Value(owner))
		met := w.holders.Lower(principal).Not()
		g.add(met, met, owner.Evidence("/id", owner.ID), "owned by %s, who holds no Tier 0 role over the tenant", principal.Name)
	}
	if rows.Coverage().State != model.Complete {
		g.add(model.Unknown, model.Unknown, model.Evidence{Dataset: key.Name()}, "who owns it was not exported")
	}
}
