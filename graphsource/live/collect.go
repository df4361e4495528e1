package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/model"
)

// Collector reads one tenant. It can be used any number of times.
type Collector struct{ opts Options }

// New checks the options. It makes no request.
func New(opts Options) (*Collector, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if _, err := newClient(opts); err != nil {
		return nil, err
	}
	return &Collector{opts}, nil
}

// Collect reads the wanted data sets, all when want is empty, into the store, and
// ends it with the manifest, which is returned too. Data that could not be read
// is said there and is no error. An error means that the store failed, that
// Resume is of another tenant, that no token could be had, or that ctx ended; the
// manifest is then written all the same, where the store can.
func (c *Collector) Collect(ctx context.Context, store Store, want []string) (*model.Manifest, Stats, error) {
	client, err := newClient(c.opts)
	if err != nil {
		return nil, Stats{}, err
	}
	r := &run{opts: c.opts, client: client, store: store, known: newKnowledge(), said: map[string]model.ManifestDataset{}}
	if err := r.choose(want); err != nil {
		return nil, Stats{}, err
	}
	if r.prior, err = openPrior(c.opts.Resume); err != nil {
		return nil, Stats{}, err
	}
	r.started = r.prior.collectedAt(c.opts.Now().UTC().Truncate(time.Second))
	err = r.collect(ctx)
	manifest, failed := r.finish()
	return manifest, client.spent(), errors.Join(err, failed)
}

// ErrNothing is the error of a collection that got no token, and so read nothing.
var ErrNothing = errors.New("nothing could be read")

// run is one collection.
type run struct {
	opts    Options
	client  *client
	store   Store
	known   *knowledge
	prior   *prior
	started time.Time
	chosen  map[string]graphsource.Request // by data set
	total   int

	mu      sync.Mutex
	said    map[string]model.ManifestDataset
	done    int
	problem error // of the store: it ends the collection
	token   *failure
}

// superseded data sets repeat what others say; they are read only when
// Options.Only names them.
var superseded = map[string]bool{
	model.DirectoryRoles.Name(): true, model.DirectoryRoleMembers.Name(): true,
	model.GroupTransitive.Name(): true, model.AppRoleAssignments.Name(): true,
}

// planning are the data sets that say which objects matter.
var planning = []string{
	model.Users.Name(), model.Groups.Name(), model.ServicePrincipals.Name(), model.Applications.Name(),
	model.Devices.Name(), model.AdministrativeUnits.Name(), model.AccessReviews.Name(), model.Catalogs.Name(),
	model.IntuneRoles.Name(), model.IntuneAssignments.Name(),
	model.RoleAssignments.Name(), model.RoleAssignmentSchedule.Name(), model.RoleEligibility.Name(),
	model.ConditionalAccessPolicies.Name(), model.RolePolicies.Name(),
	model.GroupMembers.Name(), model.GroupOwners.Name(), model.AppRoleAssignedTo.Name(),
}

// choose picks the data sets to read: those wanted and not left out, the
// organization, and what says which objects matter to them.
func (r *run) choose(want []string) error {
	r.chosen = map[string]graphsource.Request{}
	table := map[string]graphsource.Request{}
	for _, q := range graphsource.Requests() {
		if q.Version != "" {
			table[q.Dataset] = q
		}
	}
	for _, name := range want {
		if _, ok := model.DatasetNamed(name); !ok {
			return fmt.Errorf("live: no data set is called %q", name)
		}
	}
	plan := false
	for name, q := range table {
		if len(want) > 0 && !slices.Contains(want, name) || !r.selected(name) {
			continue
		}
		r.chosen[name] = q
		plan = plan || strings.Contains(name, "{") || name == model.SignIns.Name() && !r.opts.EverySignIn ||
			name == model.RolePolicies.Name() || name == model.GroupAssignment.Name() || name == model.GroupEligibility.Name() ||
			name == model.RegistrationDetails.Name()
	}
	if plan && len(r.opts.Only) == 0 {
		for _, name := range planning {
			r.chosen[name] = table[name]
		}
	}
	r.chosen[model.Organizations.Name()] = table[model.Organizations.Name()]
	r.total = len(r.chosen)
	return nil
}

func (r *run) selected(name string) bool {
	if len(r.opts.Only) == 0 {
		return !superseded[name]
	}
	return slices.ContainsFunc(r.opts.Only, func(p string) bool { return matches(p, name) })
}

func (r *run) collect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := r.beside(); err != nil {
		return err
	}
	if q, ok := r.chosen[model.Organizations.Name()]; ok {
		r.list(ctx, q)
		if err := r.prior.belongs(r.tenantID()); err != nil {
			return err
		}
	}
	r.lists(ctx, cancel)
	if r.stuck() == nil {
		r.objects(ctx)
	}
	if err := r.stuck(); err != nil {
		return err
	}
	if r.token != nil && !r.anything() {
		return fmt.Errorf("live: %w: %s", ErrNothing, r.token.detail)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("live: the collection was interrupted: %w", context.Cause(ctx))
	}
	return nil
}

func (r *run) tenantID() string {
	id, _ := r.known.tenant()
	return id
}

func (r *run) anything() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.said {
		if d.Status != "missing" {
			return true
		}
	}
	return false
}

// lists reads the data sets that need nothing but a request of their own, several
// at a time.
func (r *run) lists(ctx context.Context, cancel context.CancelCauseFunc) {
	work := make(chan graphsource.Request)
	var workers sync.WaitGroup
	for range r.opts.Parallel {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for q := range work {
				r.list(ctx, q)
				if r.stuck() != nil {
					cancel(r.stuck())
				}
			}
		}()
	}
	for _, q := range graphsource.Requests() {
		chosen, ok := r.chosen[q.Dataset]
		if ok && q.Dataset != model.Organizations.Name() && !r.later(q.Dataset) {
			work <- chosen
		}
	}
	close(work)
	workers.Wait()
}

// later reports whether a data set is read object by object.
func (r *run) later(dataset string) bool {
	switch dataset {
	case model.RolePolicies.Name(), model.GroupAssignment.Name(), model.GroupEligibility.Name(), model.RegistrationDetails.Name():
		return true
	case model.SignIns.Name():
		return !r.opts.EverySignIn
	}
	return strings.Contains(dataset, "{id}")
}

func (r *run) stuck() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problem
}

// list reads one data set with one request.
func (r *run) list(ctx context.Context, q graphsource.Request) {
	r.begin(q.Dataset)
	if f, ok := r.kept(q.Dataset, q.Dataset, ""); ok {
		r.state(q, q.Dataset, f.count, f.out != nil, nil)
		r.ended(q.Dataset)
		return
	}
	d, _ := model.DatasetNamed(q.Dataset)
	address := r.client.address(q.Version, r.windowed(q))
	f := r.file(q.Dataset, q.Dataset, "")
	var bad *failure
	if d.Single && d.Name != model.Organizations.Name() {
		bad = r.single(ctx, q, f, address)
	} else {
		bad = r.client.readList(ctx, address, f.add)
		r.keep(f.end(bad == nil, address))
	}
	r.state(q, q.Dataset, f.count, f.out != nil, bad)
	r.ended(q.Dataset)
}

// single reads a data set that is one object.
func (r *run) single(ctx context.Context, q graphsource.Request, f *file, address string) *failure {
	body := func(reply reply) ([]byte, error) {
		if q.Dataset == model.IntuneSettings.Name() {
			return settings(reply.body)
		}
		return reply.body, isObject(reply)
	}
	reply, bad := r.client.ask(ctx, get, address, nil, func(reply reply) error {
		_, err := body(reply)
		return err
	})
	if bad != nil {
		return bad
	}
	text, err := body(reply)
	if err != nil {
		return cut(err)
	}
	r.keep(f.whole(text))
	return nil
}

// windowed is a request's query with the bound of a log.
func (r *run) windowed(q graphsource.Request) string {
	property := map[string]string{model.SignIns.Name(): "createdDateTime", model.DirectoryAudits.Name(): "activityDateTime"}[q.Dataset]
	if property == "" || r.opts.Since.IsZero() {
		return q.Query
	}
	return filtered(q.Query, property+" ge "+r.opts.Since.UTC().Format(time.RFC3339))
}

// filtered adds a condition to a query that has none.
func filtered(query, condition string) string {
	separator := "?"
	if strings.Contains(query, "?") {
		separator = "&"
	}
	return query + separator + "$filter=" + condition
}

// file makes the file of a data set or of one parent's part of it.
func (r *run) file(path, dataset, parent string) *file {
	return &file{store: r.store, path: path + ".json", see: func(record json.RawMessage) { r.known.learn(dataset, parent, record) }}
}

// kept takes a part over that an earlier collection holds in full.
func (r *run) kept(path, dataset, parent string) (*file, bool) {
	text := r.prior.complete(path, dataset)
	if text == nil {
		return nil, false
	}
	f := r.file(path, dataset, parent)
	if p, err := readPage(text); err == nil {
		if p.Next != "" {
			return nil, false
		}
		f.add(p)
		r.keep(f.end(true, ""))
		return f, true
	}
	if d, ok := model.DatasetNamed(dataset); !ok || !d.Single || isObject(reply{body: text}) != nil {
		return nil, false
	}
	r.keep(f.whole(text))
	return f, true
}

// keep notes what went wrong with the store.
func (r *run) keep(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problem = errors.Join(r.problem, err)
}

// state puts into the manifest how a data set, or one parent's part of it, ended.
func (r *run) state(q graphsource.Request, name string, count int, began bool, bad *failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := model.ManifestDataset{Status: "complete", Count: &count, Permission: q.Delegated, Detail: r.client.lacks(q.Dataset)}
	if bad != nil {
		d.Status, d.Reason, d.Detail = "missing", bad.reason, bad.detail
		if began {
			d.Status = "partial"
		}
		if bad.everywhere && bad.reason == model.PermissionDenied {
			r.token = bad
		}
	}
	r.said[name] = d
}

func (r *run) begin(dataset string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opts.Progress(Progress{Dataset: dataset, Done: r.done, Total: r.total, Stats: r.client.spent()})
}

// ended tells of a finished data set, and saves the manifest where that is
// possible.
func (r *run) ended(dataset string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	p := Progress{Dataset: dataset, Status: "complete", Done: r.done, Total: r.total, Stats: r.client.spent()}
	for name, d := range r.said {
		if _, parent := matchParent(dataset, name); name != dataset && !parent {
			continue
		}
		if d.Count != nil {
			p.Records += *d.Count
		}
		if d.Status != "complete" {
			p.Status, p.Reason = d.Status, d.Reason
		}
	}
	r.opts.Progress(p)
	if store, ok := r.store.(checkpointer); ok {
		text, err := encodeManifest(r.manifest())
		if err == nil {
			err = store.checkpoint(text)
		}
		r.problem = errors.Join(r.problem, err)
	}
}

// matchParent reports whether a manifest's name is of one parent's part.
func matchParent(dataset, name string) (string, bool) {
	d, ok := model.DatasetNamed(dataset)
	if !ok || !d.Child() {
		return "", false
	}
	return d.Match(name)
}

// manifest says what is there now; a data set that was chosen and has not ended
// is missing.
func (r *run) manifest() *model.Manifest {
	id, tenant := r.known.tenant()
	m := &model.Manifest{Format: model.ManifestFormat, TenantID: id, TenantName: tenant,
		CollectedAt: r.started, Collector: r.opts.Collector, Datasets: maps.Clone(r.said)}
	for name, q := range r.chosen {
		_, ok := m.Datasets[name]
		for said := range m.Datasets {
			_, parent := matchParent(name, said)
			ok = ok || parent
		}
		if !ok {
			m.Datasets[name] = model.ManifestDataset{Status: "missing", Reason: model.NotCollected,
				Detail: "the collection ended before it", Permission: q.Delegated}
		}
	}
	return m
}

func encodeManifest(m *model.Manifest) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(m)
	return text.Bytes(), err
}

// finish writes the manifest.
func (r *run) finish() (*model.Manifest, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.manifest()
	text, err := encodeManifest(m)
	if err != nil {
		return nil, err
	}
	return m, save(r.store, manifestName, text)
}

// beside copies what no Graph request gives.
func (r *run) beside() error {
	const declarations = "declarations.json"
	if r.opts.Declarations != nil {
		if err := r.put(declarations, r.opts.Declarations); err != nil {
			return err
		}
	}
	if r.opts.Beside == nil {
		return nil
	}
	return fs.WalkDir(r.opts.Beside, ".", func(name string, d fs.DirEntry, err error) error {
		imported := strings.HasPrefix(name, "imports/") && path.Ext(name) == ".json"
		if err != nil || d.IsDir() || !imported && (name != declarations || r.opts.Declarations != nil) {
			return err
		}
		text, err := fs.ReadFile(r.opts.Beside, name)
		if err != nil {
			return err
		}
		return r.put(name, text)
	})
}

// put saves a file of the user's. What declarations name matters.
func (r *run) put(name string, text []byte) error {
	if path.Ext(name) == ".json" && !strings.Contains(name, "/") {
		r.known.learn(model.OwnerDeclarations.Name(), "", text)
	}
	return save(r.store, name, text)
}
