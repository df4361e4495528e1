package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/model"
)

// PIMApplication is the application that people sign in to for PIM, and that writes
// into the directory what PIM was asked for. Its id is the same in every tenant; its
// name is one that any application can be given.
const (
	PIMApplication = "01fc33a7-78ba-4d2f-a4b7-768e336e890e"
	pimName        = "MS-PIM"
)

// RoleGiven are the names under which the directory logs that a role was given, in
// lower case: for the tenant, for an administrative unit, or by role definition.
// Source: learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities.
var RoleGiven = []string{"add member to role", "add eligible member to role", "add scoped member to role",
	"add member to role scoped over restricted management administrative unit", "add role assignment to role definition"}

// PIMWriter recognises the entries of the audit log that PIM wrote.
type PIMWriter struct {
	services model.Rows[model.ServicePrincipal]
	owners   map[string]model.Truth // by folded id: those that were asked about
}

// ReadPIMWriter reads the tenant's service principals, which the control wants: they
// tell PIM's application from one that has its name.
func ReadPIMWriter(p *assess.Pass) PIMWriter {
	return PIMWriter{assess.Rows(p, model.ServicePrincipals), map[string]model.Truth{}}
}

// Wrote says whether an entry is PIM's own: logged by PIM, or caused by its
// application.
func (w PIMWriter) Wrote(e *model.DirectoryAudit) model.Truth {
	caused := model.Fold(e.InitiatedBy, truthUnknown, truthUnknown, func(by model.AuditInitiator) model.Truth {
		return model.Fold(by.App, truthUnknown, truthFalse, w.isPIM)
	})
	return model.Or(activity.LoggedByPIM(e), caused)
}

func (w PIMWriter) isPIM(app model.AuditApp) model.Truth {
	named := model.Equals(app.DisplayName, pimName)
	if named == model.False {
		return model.False
	}
	return model.And(named, model.Or(
		app.AppID.Is(func(id string) bool { return model.SameID(id, PIMApplication) }),
		model.Fold(app.ServicePrincipalID, truthUnknown, truthUnknown, w.owns)))
}

// owns says whether the service principal is that of PIM's application.
func (w PIMWriter) owns(id string) model.Truth {
	id = model.FoldID(id)
	is, asked := w.owners[id]
	if asked {
		return is
	}
	is = model.False
	if w.services.Coverage().State != model.Complete {
		is = model.Unknown
	}
	for s := range w.services.Each() {
		if model.SameID(s.ID, id) {
			is = s.AppID.Is(func(app string) bool { return model.SameID(app, PIMApplication) })
		}
	}
	w.owners[id] = is
	return is
}
