package activity

import (
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Lead is how long before an activation sign-ins belong to it: an hour.
const Lead = time.Hour

// Activation is one activation of a directory role through PIM.
type Activation struct {
	// Request is the record that asked for it.
	Request model.RoleScheduleRequest
	// Happened is True for a request that was provisioned, and Unknown for one whose
	// action or status does not tell.
	Happened model.Truth
	// Start is when the role became active, zero where that is not known.
	Start time.Time
	// Sure is until when it was active for certain, and Latest when it ended at the
	// latest; they differ where a deactivation may have been missed. Both are zero
	// where the end is not known.
	Sure, Latest time.Time
	// Justification and Ticket are what the administrator gave, "" for nothing;
	// Justified and Ticketed say whether there is any.
	Justification, Ticket string
	Justified, Ticketed   model.Truth
}

// Activations lists the activations among PIM's requests, by start, principal
// and id. A request that certainly is none, or was refused, is left out.
// complete says whether every request was read: without that, an activation may
// have been ended early.
func Activations(requests []model.RoleScheduleRequest, complete bool) []Activation {
	ends := endings(requests)
	var list []Activation
	for _, request := range requests {
		a := Activation{Request: request, Happened: model.And(request.Action.Is(activates), provisioned(request))}
		if a.Happened == model.False {
			continue
		}
		a.schedule()
		a.shorten(ends, complete)
		a.reasons()
		list = append(list, a)
	}
	sorting.Stable(list, func(a, b Activation) int {
		if d := a.Start.Compare(b.Start); d != 0 {
			return d
		}
		if d := strings.Compare(model.FoldID(a.Request.PrincipalID), model.FoldID(b.Request.PrincipalID)); d != 0 {
			return d
		}
		return strings.Compare(a.Request.ID, b.Request.ID)
	})
	return list
}

// LoggedByPIM says whether PIM wrote an entry of the audit log.
func LoggedByPIM(e *model.DirectoryAudit) model.Truth {
	return e.LoggedByService.Is(func(service string) bool { return strings.EqualFold(service, "PIM") })
}

func activates(action string) bool { return strings.EqualFold(action, "selfActivate") }

// provisioned says whether a request took effect. Some states of a request leave
// open whether it did before it was withdrawn, or is about to.
//
// Source: learn.microsoft.com/graph/api/resources/request (property status).
func provisioned(request model.RoleScheduleRequest) model.Truth {
	return model.Fold(request.Status, unknown, unknown, func(status string) model.Truth {
		switch strings.ToLower(status) {
		case "provisioned":
			return model.True
		case "canceled", "denied", "admindenied", "failed", "invalid", "timedout",
			"pendingapproval", "pendingadmindecision", "pendingevaluation", "pendingvalidation":
			return model.False
		}
		return model.Unknown
	})
}

// schedule reads when the activation starts and is due to end. Without a start
// in the schedule it starts when it was asked for.
func (a *Activation) schedule() {
	a.Request.ScheduleInfo.Is(func(info model.ScheduleInfo) bool {
		if a.Start = Instant(info.StartDateTime); info.StartDateTime.Null() == model.True {
			a.Start = Instant(a.Request.CreatedDateTime)
		}
		info.Expiration.Is(func(e model.ExpirationPattern) bool { a.Latest = due(a.Start, e); return true })
		return true
	})
	if a.Request.ScheduleInfo.Null() == model.True {
		a.Start = Instant(a.Request.CreatedDateTime)
	}
	if a.Latest.Before(a.Start) {
		a.Latest = time.Time{} // an end before the start is none
	}
	a.Sure = a.Latest
}

// due is when a schedule ends: at its end, or after its duration. A schedule that
// states neither, or both in contradiction to its type, tells no end.
func due(start time.Time, e model.ExpirationPattern) time.Time {
	end := Instant(e.EndDateTime)
	after := time.Time{}
	e.Duration.Is(func(text string) bool {
		if d, err := Duration(text); err == nil && !start.IsZero() {
			after = start.Add(d)
		}
		return true
	})
	kind := model.Fold(e.Type, nothing, nothing, strings.ToLower)
	switch {
	case kind == "afterdatetime":
		return end
	case kind == "afterduration":
		return after
	case end.IsZero() && e.EndDateTime.Null() == model.True && kind == "":
		return after
	case after.IsZero() && e.Duration.Null() == model.True && kind == "":
		return end
	}
	return time.Time{}
}

// ending is a request that ended an activation, or may have.
type ending struct {
	at   time.Time // zero where that is not known
	does model.Truth
	id   string
}

// endings lists the requests that take an active role away: the administrator's
// own, or another one's. A request that does not say what it is may be one.
func endings(requests []model.RoleScheduleRequest) map[string][]ending {
	found := map[string][]ending{}
	for _, r := range requests {
		does := r.Action.Is(func(action string) bool {
			return strings.EqualFold(action, "selfDeactivate") || strings.EqualFold(action, "adminRemove")
		})
		does = model.And(does, r.Status.Is(func(status string) bool {
			return strings.EqualFold(status, "Revoked") || strings.EqualFold(status, "Provisioned")
		}))
		if does != model.False {
			key := whose(r)
			found[key] = append(found[key], ending{at: Instant(r.CreatedDateTime), does: does, id: r.ID})
		}
	}
	return found
}

// whose is a principal and a role; the zero key collects requests that name none.
func whose(r model.RoleScheduleRequest) string {
	if r.PrincipalID == "" || r.RoleDefinitionID == "" {
		return ""
	}
	return model.FoldID(r.PrincipalID) + "|" + model.FoldID(r.RoleDefinitionID)
}

// shorten ends the activation where a request ended it early, or may have.
func (a *Activation) shorten(ends map[string][]ending, complete bool) {
	if !complete {
		a.Sure = a.Start
	}
	key := whose(a.Request)
	var candidates []ending
	if key != "" {
		candidates = slices.Clone(ends[key])
	}
	for other, list := range ends { // in any order: an ending that is not sure only lowers Sure
		if key != "" && other != "" {
			continue
		}
		for _, e := range list {
			e.does = model.Unknown // it may be about another principal or role
			candidates = append(candidates, e)
		}
	}
	for _, e := range candidates {
		switch {
		case e.id == a.Request.ID || a.Start.IsZero():
		case e.at.IsZero():
			a.Sure = a.Start
		case e.at.Before(a.Start) || !a.Latest.IsZero() && e.at.After(a.Latest):
		case e.does == model.True:
			a.Latest = e.at
			a.Sure = earlier(a.Sure, e.at)
		default:
			a.Sure = earlier(a.Sure, e.at)
		}
	}
}

// earlier is the earlier of two times; an end that is not known stays so.
func earlier(end, t time.Time) time.Time {
	if !end.IsZero() && t.Before(end) {
		return t
	}
	return end
}

// reasons reads the justification and the ticket.
func (a *Activation) reasons() {
	given := func(text string) bool { return strings.TrimSpace(text) != "" }
	a.Justified = a.Request.Justification.Is(given)
	a.Justification = model.Fold(a.Request.Justification, nothing, nothing, strings.TrimSpace)
	a.Ticketed = model.Fold(a.Request.TicketInfo, unknown, func() model.Truth { return model.False }, func(t model.TicketInfo) model.Truth {
		a.Ticket = model.Fold(t.TicketNumber, nothing, nothing, strings.TrimSpace)
		return t.TicketNumber.Is(given)
	})
}

// Holds says whether an instant belongs to the activation: from [Lead] before
// its start to its end. Where a bound or the instant itself is not known, it may.
func (a Activation) Holds(t time.Time) model.Truth {
	switch {
	case t.IsZero() || a.Start.IsZero():
		return model.Unknown
	case t.Before(a.Start.Add(-Lead)) || !a.Latest.IsZero() && t.After(a.Latest):
		return model.False
	case !t.After(a.Start) || !a.Sure.IsZero() && !t.After(a.Sure):
		return model.True
	}
	return model.Unknown
}

// Ref names the activation as a subject.
func (a Activation) Ref() model.Ref {
	return model.Ref{Kind: "activation", ID: a.Request.ID, Name: a.Request.PrincipalID}
}
