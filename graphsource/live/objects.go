package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/model"
)

// objects reads what must be asked object by object, in an order in which each
// step knows which objects matter from the steps before.
func (r *run) objects(ctx context.Context) {
	r.children(ctx, model.AppRoleAssignedTo.Name(), r.known.microsoftGraph)
	policies := r.openSeries(ctx, model.RolePolicies.Name())
	r.groups(ctx)
	r.groupPolicies(ctx, policies)
	for _, c := range []struct {
		dataset string
		parents func() []string
	}{
		{model.AuthenticationMethods.Name(), r.known.privilegedUsers},
		{model.AppRoleAssignments.Name(), r.known.privilegedServices},
		{model.ServicePrincipalOwner.Name(), r.known.privilegedServices},
		{model.ApplicationOwners.Name(), r.known.privilegedApplications},
		{model.FederatedCredentials.Name(), r.known.privilegedApplications},
		{model.DeviceOwners.Name(), r.known.workstations},
		{model.AdministrativeUnitMembers.Name(), r.known.scopedUnits},
		{model.DomainFederations.Name(), r.known.federatedDomains},
		{model.AccessReviewInstances.Name(), r.known.allReviews},
		{model.CatalogResources.Name(), r.known.allCatalogs},
		{model.IntuneRoleLinks.Name(), r.known.allIntuneRoles},
		{model.DirectoryRoleMembers.Name(), r.known.allRoles},
	} {
		r.children(ctx, c.dataset, c.parents)
	}
	r.registrations(ctx)
	r.signIns(ctx)
}

// family is a child data set while it is read: how each parent's part ended.
type family struct {
	q     graphsource.Request
	parts map[string]outcome
}

type outcome struct {
	count int
	began bool
	bad   *failure
}

// children reads a child data set of the parents that matter.
func (r *run) children(ctx context.Context, dataset string, parents func() []string) {
	q, ok := r.chosen[dataset]
	if !ok {
		return
	}
	r.begin(dataset)
	f := &family{q: q, parts: map[string]outcome{}}
	r.ask(ctx, f, parents())
	r.conclude(f)
}

// ask reads the parts of the parents, by $batch.
func (r *run) ask(ctx context.Context, f *family, parents []string) {
	var parts []*part
	for _, id := range parents {
		path := strings.Replace(f.q.Dataset, "{id}", id, 1)
		if kept, ok := r.kept(path, f.q.Dataset, id); ok {
			f.parts[id] = outcome{kept.count, true, nil}
			continue
		}
		out := r.file(path, f.q.Dataset, id)
		query := strings.Replace(f.q.Query, "{id}", url.PathEscape(id), 1)
		parts = append(parts, &part{query: query, done: func(first reply, bad *failure) {
			address := r.client.address(f.q.Version, query)
			if bad == nil {
				bad = r.client.readRest(ctx, address, first, out.add)
			}
			r.keep(out.end(bad == nil, address))
			f.parts[id] = outcome{out.count, out.out != nil, bad}
		}})
	}
	r.client.askAll(ctx, parts, isPage)
}

// conclude says how a child data set ended: as a whole where all parts are alike,
// and part by part where one failed, so that the others keep their worth.
func (r *run) conclude(f *family) {
	total, read := 0, 0
	var first *failure
	for _, id := range sortedKeys(f.parts) {
		o := f.parts[id]
		total += o.count
		if o.began {
			read++
		}
		if first == nil {
			first = o.bad
		}
	}
	switch {
	case len(f.parts) == 0 && !r.parentless(f.q.Dataset):
		first = &failure{reason: model.NotCollected, detail: "no object is known for which it would matter"}
		fallthrough
	case first == nil, read == 0:
		r.state(f.q, f.q.Dataset, total, read > 0, first)
	default:
		for id, o := range f.parts {
			r.state(f.q, strings.Replace(f.q.Dataset, "{id}", id, 1), o.count, o.began, o.bad)
		}
	}
	r.ended(f.q.Dataset)
}

// parentless reports whether a child data set has no possible parent: the list of
// parents was read in full and is empty, or has no federated domain where only such
// a one counts.
func (r *run) parentless(dataset string) bool {
	list, _, _ := strings.Cut(dataset, "/{id}")
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.said[list]
	return ok && d.Status == "complete" && d.Count != nil && (*d.Count == 0 || dataset == model.DomainFederations.Name())
}

// groups reads members, owners and PIM's schedules of the groups that matter, and
// of the groups inside them, until no more turn up.
func (r *run) groups(ctx context.Context) {
	var families []*family
	for _, dataset := range []string{model.GroupMembers.Name(), model.GroupTransitive.Name(), model.GroupOwners.Name()} {
		if q, ok := r.chosen[dataset]; ok {
			r.begin(dataset)
			families = append(families, &family{q: q, parts: map[string]outcome{}})
		}
	}
	schedules := []*series{r.openSeries(ctx, model.GroupAssignment.Name()), r.openSeries(ctx, model.GroupEligibility.Name())}
	done := map[string]bool{}
	for {
		ids := r.known.matteringGroups(done)
		if len(ids) == 0 || ctx.Err() != nil {
			break
		}
		for _, id := range ids {
			done[id] = true
		}
		for _, f := range families {
			r.ask(ctx, f, ids)
		}
		for _, s := range schedules {
			s.ask(ctx, ids, func(id string) string { return strings.Replace(s.q.Query, "{groupId}", id, 1) })
		}
	}
	for _, f := range families {
		r.conclude(f)
	}
	for _, s := range schedules {
		s.close(r.unplanned())
	}
}

func (r *run) groupPolicies(ctx context.Context, s *series) {
	if s == nil {
		return
	}
	for _, also := range s.q.Also {
		s.ask(ctx, r.known.matteringGroups(nil), func(id string) string { return strings.Replace(also, "{groupId}", id, 1) })
	}
	s.close(r.unplanned())
}

// series is a data set that many replies make up. nil where it was not chosen or
// was kept from an earlier collection.
type series struct {
	run *run
	q   graphsource.Request
	out *file
	bad *failure
}

// openSeries begins a data set that several requests make up. Where its first
// request is for no object, it is made.
func (r *run) openSeries(ctx context.Context, dataset string) *series {
	q, ok := r.chosen[dataset]
	if !ok {
		return nil
	}
	r.begin(dataset)
	if kept, ok := r.kept(dataset, dataset, ""); ok {
		r.state(q, dataset, kept.count, true, nil)
		r.ended(dataset)
		return nil
	}
	s := &series{run: r, q: q, out: r.file(dataset, dataset, "")}
	if !strings.Contains(q.Query, "{") {
		query := q.Query
		if dataset == model.RegistrationDetails.Name() {
			query = filtered(query, "isAdmin eq true")
		}
		s.bad = r.client.readList(ctx, r.client.address(q.Version, query), s.out.add)
	}
	return s
}

// ask makes one request per object by $batch and adds the replies in the order of
// the ids, whatever the order in which they came.
func (s *series) ask(ctx context.Context, ids []string, query func(id string) string) {
	if s == nil || s.bad != nil && (s.bad.refused || s.bad.everywhere) {
		return
	}
	pages := map[string][]page{}
	parts := make([]*part, len(ids))
	for i, id := range ids {
		q := query(id)
		parts[i] = &part{query: q, done: func(first reply, bad *failure) {
			if bad == nil {
				address := s.run.client.address(s.q.Version, q)
				bad = s.run.client.readRest(ctx, address, first, func(p page) { pages[id] = append(pages[id], p) })
			}
			s.fail(bad)
		}}
	}
	s.run.client.askAll(ctx, parts, isPage)
	for _, id := range ids {
		for _, p := range pages[id] {
			s.out.add(p)
		}
	}
}

// fail keeps the first failure. That PIM does not know a group is no failure: it
// has no schedules there.
func (s *series) fail(bad *failure) {
	if s.bad == nil && bad != nil && !(bad.gone && strings.Contains(strings.ToLower(bad.detail), "onboarded")) {
		s.bad = bad
	}
}

// close ends a series. gap is what keeps it from being whole although every
// request was answered.
func (s *series) close(gap *failure) {
	if s == nil {
		return
	}
	bad := s.bad
	if bad == nil {
		bad = gap
	}
	if bad == nil {
		s.out.begin(nil) // asked for every object that matters: an empty list is the answer
	}
	r := s.run
	r.keep(s.out.end(bad == nil, r.client.address(s.q.Version, s.q.Query)))
	r.state(s.q, s.q.Dataset, s.out.count, s.out.out != nil, bad)
	r.ended(s.q.Dataset)
}

// licensed are the data sets that a tenant without their licence has nothing of.
// Users, groups and role assignments every tenant has, whatever refused them.
var licensed = map[string]bool{model.RoleAssignmentSchedule.Name(): true, model.RoleEligibility.Name(): true,
	model.ConditionalAccessPolicies.Name(): true}

// unplanned says why it is not known in full which objects matter, or nil.
func (r *run) unplanned() *failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range []string{model.Users.Name(), model.Groups.Name(), model.RoleAssignments.Name(), model.RoleAssignmentSchedule.Name(),
		model.RoleEligibility.Name(), model.ConditionalAccessPolicies.Name()} {
		if d := r.said[name]; d.Status != "complete" && (d.Reason != model.NotLicensed || !licensed[name]) {
			return &failure{reason: cmp.Or(d.Reason, model.NotCollected), detail: "which objects matter is not known in full: " + name + " is not complete"}
		}
	}
	for name, d := range r.said {
		if _, ok := matchParent(model.GroupMembers.Name(), name); (ok || name == model.GroupMembers.Name()) && d.Status != "complete" {
			return &failure{reason: d.Reason, detail: "which objects matter is not known in full: members of a group are missing"}
		}
	}
	return nil
}

// registrations reads the report's rows of administrators, and of the privileged
// users whom the report does not count as such.
func (r *run) registrations(ctx context.Context) {
	s := r.openSeries(ctx, model.RegistrationDetails.Name())
	if s == nil {
		return
	}
	path, _, _ := strings.Cut(s.q.Query, "?")
	for _, id := range r.known.unreported(r.known.privilegedUsers()) {
		if s.bad != nil {
			break
		}
		address := r.client.address(s.q.Version, path+"/"+url.PathEscape(id))
		reply, bad := r.client.ask(ctx, get, address, nil, isObject)
		if bad == nil {
			s.out.begin(nil)
			s.out.one(json.RawMessage(reply.body))
		} else if !bad.gone { // the report has no row of this user, and a missing row decides nothing
			s.fail(bad)
		}
	}
	s.close(r.unplanned())
}

// signIns reads the sign-ins of privileged users. The data set stays partial:
// that nobody else signed in somewhere cannot be told from it.
func (r *run) signIns(ctx context.Context) {
	q, ok := r.chosen[model.SignIns.Name()]
	if !ok || r.opts.EverySignIn {
		return
	}
	r.begin(q.Dataset)
	s := &series{run: r, q: q, out: r.file(q.Dataset, q.Dataset, "")}
	users := r.known.privilegedUsers()
	for _, id := range users {
		condition := "userId eq '" + id + "'"
		if !r.opts.Since.IsZero() {
			condition = "createdDateTime ge " + r.opts.Since.UTC().Format(time.RFC3339) + " and " + condition
		}
		s.fail(r.client.readList(ctx, r.client.address(q.Version, filtered(q.Query, condition)), s.out.add))
		if s.bad != nil && (s.bad.refused || s.bad.everywhere) {
			break
		}
	}
	s.close(&failure{reason: model.NotCollected,
		detail: fmt.Sprintf("only the sign-ins of the %d privileged users were asked for", len(users))})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
