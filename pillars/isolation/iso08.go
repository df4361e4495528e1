package isolation

import (
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var iso08 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-08", Title: "Every Tier 0 administrator has a workstation of their own",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G1"},
		Rationale: "An administrator without a workstation will be let in from elsewhere. A shared one lets whoever compromises one administrator wait for the next.",
		Decides: "Owners of a workstation (ISO-07's rule) are its registered owners, its primary user in Intune and the user of its Cloud PC. " +
			"Every user with a Tier 0 role must own an enabled workstation that no other Tier 0 user owns; declared break-glass accounts are exempt and do not count as a second owner. " +
			"Pooled session hosts (paw.formFactor avd) have no owner, so there the owner's attestation decides, for 180 days. " +
			"Partial when at least 80 % qualify and nobody with Global or Privileged Role Administrator is among the rest.",
		Remediation: model.Remediation{
			Summary:    "Give each administrator a workstation, enrolled by their administrative account, and make them its primary user.",
			Portal:     "Intune admin center > Devices > All devices > (device) > Properties > Primary user",
			Graph:      "POST /devices/{id}/registeredOwners/$ref",
			PowerShell: "New-MgDeviceRegisteredOwnerByRef -DeviceId <object id> -BodyParameter @{'@odata.id'='https://graph.microsoft.com/v1.0/directoryObjects/<user>'}",
		},
		References: model.References{ISO27001: []string{"A.8.1"}, NCSC: []string{"PAW principle 3", "PAW principle 4"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown,
			model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass, model.Devices, kit.Workstations, kit.Devices,
		model.ManagedDevices, model.OwnerDeclarations},
	Wants: []assess.Dependency{model.DeviceOwners, model.CloudPCs},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		rule, err := assess.Value(p, kit.Workstations)
		if err != nil {
			return assess.Verdict{}, err
		}
		if rule.FormFactor == "avd" {
			return assess.Attested(p, 180*24*time.Hour), nil
		}
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		devices := assess.Rows(p, model.Devices)
		found, err := assess.Value(p, kit.Devices)
		if err != nil {
			return assess.Verdict{}, err
		}
		owners := readOwners(p, rule, found.Sure)
		// Another workstation may be theirs, or be shared.
		more := found.Open > 0 || devices.Coverage().State != model.Complete || len(rule.Gaps()) > 0
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have a workstation of their own", Bad: "have none, or share one"})
		for _, admin := range admins {
			j := assess.Judgement{Ref: admin.Ref(), Exempt: admin.Emergency, Critical: admin.Critical()}
			var detail []string
			has, shares := model.False, model.False
			for _, d := range found.Sure {
				enabled := model.Fold(d.AccountEnabled, unknown, unknown, model.Of)
				owns, at := owners.of(d, admin)
				owns = model.And(enabled, owns)
				has = model.Or(has, owns)
				if owns == model.False {
					continue
				}
				j.Ref = j.Ref.With(at...)
				for _, other := range admins {
					if other.ID == admin.ID {
						continue
					}
					also, at := owners.of(d, other)
					both := model.And(owns, also, other.Emergency.Not())
					if shares = model.Or(shares, both); both == model.True {
						j.Ref = j.Ref.With(at...)
						detail = append(detail, "shares "+deviceRef(d).Name+" with "+other.Name)
					}
				}
			}
			if more {
				has, shares = model.Or(has, model.Unknown), model.Or(shares, model.Unknown)
			}
			if kit.IsUser(admin.Principal) != model.True {
				has = model.Or(has, model.Unknown) // perhaps a group
			}
			j.Met = model.And(has, shares.Not())
			j.Half = j.Met
			if has == model.False {
				detail = append(detail, "owns no enabled workstation")
			}
			j.Detail = strings.Join(detail, "; ")
			tally.Add(j)
		}
		return kit.Share(tally), nil
	},
}

// owners says whose a workstation is, by three sources.
type owners struct {
	registered model.Rows[model.DirectoryObject]
	managed    enrolments
	cloud      model.Rows[model.CloudPC]
	// needCloud: the declared workstations may be Cloud PCs.
	needCloud bool
	// kind is declared: a workstation without any owner is a spare one, and no
	// session host of a pool.
	kind bool
}

func readOwners(p *assess.Pass, rule kit.PAWRule, devices []model.Device) owners {
	return owners{registered: assess.Rows(p, model.DeviceOwners), managed: enrolmentsIn(assess.Rows(p, model.ManagedDevices), devices),
		cloud: assess.Rows(p, model.CloudPCs), needCloud: rule.FormFactor != "physical", kind: rule.FormFactor != ""}
}

// of says whether the admin owns the device: True as soon as one source says so,
// False only when all of them were read.
func (o owners) of(d model.Device, admin kit.Admin) (model.Truth, []model.Evidence) {
	owns, someone := model.False, model.False
	var evidence []model.Evidence
	say := func(is, anyone model.Truth, at model.Evidence) {
		if is == model.True {
			evidence = append(evidence, at)
		}
		owns, someone = model.Or(owns, is), model.Or(someone, anyone)
	}
	registered := o.registered.For(d.ID)
	for object := range registered.All() {
		say(model.Of(model.SameID(object.ID, admin.ID)), model.Of(object.ID != ""), object.Evidence("/id", object.ID))
	}
	if registered.Coverage().State != model.Complete {
		expanded := model.Fold(d.RegisteredOwners, unknown, unknown, func(list []model.DirectoryObject) model.Truth {
			is := model.False
			for _, object := range list {
				one := model.Of(model.SameID(object.ID, admin.ID))
				if object.ID == "" {
					one = model.Unknown
				}
				is = model.Or(is, one)
				someone = model.True
			}
			return is
		})
		say(expanded, expanded, d.Evidence("/registeredOwners", nil))
	}
	for m := range o.managed.of(d) {
		same := sameDevice(m.AzureADDeviceID, d)
		is := isUser(m.UserPrincipalName, admin)
		m.UserID.Is(func(id string) bool { is = model.Of(model.SameID(id, admin.ID)); return true })
		named := model.Or(m.UserID.Is(func(id string) bool { return id != "" }), m.UserPrincipalName.Is(func(upn string) bool { return upn != "" }))
		say(model.And(same, is), model.And(same, named), m.Evidence("/userPrincipalName", m.UserPrincipalName))
	}
	if o.managed.Coverage().State != model.Complete {
		owns = model.Or(owns, model.Unknown)
	}
	if o.needCloud {
		for c := range o.cloud.All() {
			same := sameDevice(c.AADDeviceID, d)
			say(model.And(same, isUser(c.UserPrincipalName, admin)),
				model.And(same, c.UserPrincipalName.Is(func(upn string) bool { return upn != "" })), c.Evidence("/userPrincipalName", c.UserPrincipalName))
		}
		if c := o.cloud.Coverage(); c.State != model.Complete && c.Reason != model.NotLicensed {
			owns = model.Or(owns, model.Unknown)
		}
	}
	if !o.kind && someone != model.True {
		owns = model.Or(owns, model.Unknown) // it may be a pooled session host
	}
	return owns, evidence
}

func sameDevice(id model.Field[string], d model.Device) model.Truth {
	return model.Fold(id, unknown, no, func(id string) model.Truth {
		return model.Fold(d.DeviceID, unknown, no, func(own string) model.Truth { return model.Of(model.SameID(id, own)) })
	})
}

func isUser(upn model.Field[string], admin kit.Admin) model.Truth {
	return model.Fold(upn, unknown, no, func(upn string) model.Truth {
		if upn == "" {
			return model.False
		}
		if admin.User == nil {
			return model.Unknown
		}
		return model.Fold(admin.User.UserPrincipalName, unknown, no, func(own string) model.Truth { return model.Of(strings.EqualFold(upn, own)) })
	})
}
