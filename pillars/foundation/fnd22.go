package foundation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var fnd22 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-22", Title: "Directory synchronisation cannot seize cloud accounts",
		Pillar: model.Foundation, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F2"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Synchronisation can match an on-premises account to one that exists in the cloud, and from then on sets its password. " +
			"Whoever rules the on-premises directory takes a cloud-only administrator over that way, unless both kinds of match are blocked.",
		Decides: "In a tenant that synchronises (organization.onPremisesSyncEnabled is true), the features blockCloudObjectTakeoverThroughHardMatchEnabled and blockSoftMatchEnabled " +
			"must both be true. Not applicable to a tenant that never synchronised (null); one that did and stopped (false) can start again, and is judged.",
		Remediation: model.Remediation{
			Summary:    "Block both matches; lift the block for the time of a migration only.",
			Portal:     "no page: by Microsoft Graph alone",
			Graph:      "PATCH /directory/onPremisesSynchronization/{tenant id} {\"features\": {\"blockCloudObjectTakeoverThroughHardMatchEnabled\": true, \"blockSoftMatchEnabled\": true}}",
			PowerShell: "Update-MgDirectoryOnPremiseSynchronization -OnPremisesDirectorySynchronizationId <tenant id> -Features @{ BlockCloudObjectTakeoverThroughHardMatchEnabled = $true; BlockSoftMatchEnabled = $true }",
		},
		References: model.References{Maester: []string{"MT.1073"}, ATTACK: []string{"T1556.007"},
			Docs: []string{"https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronizationfeature"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: []assess.Dependency{model.Organizations},
	Wants:    []assess.Dependency{model.OnPremisesSync},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		organization, _ := assess.Rows(p, model.Organizations).Only()
		if organization.OnPremisesSyncEnabled.Null() == model.True {
			return assess.NotApplicable("The tenant has never been synchronised from on-premises."), nil
		}
		rows := assess.Rows(p, model.OnPremisesSync)
		tally := p.Tally(assess.Words{One: "kind of match", Many: "kinds of match", Good: "are blocked", Bad: "are open"})
		settings, _ := rows.Only()
		judge := func(path, name string, blocked model.Field[bool]) {
			met := model.Equals(blocked, true)
			need := model.Gap{Dataset: model.OnPremisesSync.Name(), Reason: rows.Coverage().Reason, Detail: "which matches are blocked was not exported"}
			ref := model.Ref{Kind: "setting", ID: "directory/onPremisesSynchronization/" + path, Name: name}
			if rows.Len() > 0 {
				ref = ref.With(settings.Evidence("/features/"+path, blocked))
			}
			tally.Add(assess.Judgement{Ref: ref, Met: met, Half: met, Exempt: model.False,
				Detail: path + " " + blocked.String(), Needs: needed(met, need)})
		}
		features := model.SynchronizationFeatures{}
		settings.Features.Is(func(f model.SynchronizationFeatures) bool { features = f; return true })
		judge("blockCloudObjectTakeoverThroughHardMatchEnabled", "Hard match", features.BlockCloudObjectTakeoverThroughHardMatch)
		judge("blockSoftMatchEnabled", "Soft match", features.BlockSoftMatch)
		if v := tally.Every(); organization.OnPremisesSyncEnabled.Exported() || v.Status() == model.StatusPass {
			return v, nil
		}
		return assess.Unknown(model.NotCollected, "Whether the tenant is synchronised from on-premises was not exported."), nil
	},
}

// needed lists what would settle a judgement that is not known.
func needed(met model.Truth, gap model.Gap) []model.Gap {
	if met != model.Unknown {
		return nil
	}
	return []model.Gap{gap}
}
