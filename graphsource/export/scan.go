package export

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// scan is one reading of an export.
type scan struct {
	ctx      context.Context
	source   *Source
	b        *model.Builder
	needs    func(dataset string) bool // records are decoded
	asked    func(dataset string) bool // coverage is reported
	digested bool                      // somebody asks for the digest of the export

	own    *worker         // reads what is not read ahead
	ahead  *ahead          // or nil
	named  map[target]bool // parts with files at their own path, known before any is read
	spares spares

	files    []*FileReport
	total    int64 // bytes of the files so far, in their order
	parts    map[target]*part
	order    []*part
	manifest *model.Manifest
	said     map[target]statement // by the manifest
	info     model.TenantInfo     // of an adapter
	org      model.TenantInfo     // of organization.json
	ids      []string             // of the tenants that files say they are of
	fault    error                // manifest or declarations are not valid
	tools    []string             // whose exports are among the files
	rows     map[row]bool         // that tools' files held
	people   *people              // by name, where a file names them so
}

// part is what the export holds for one target.
type part struct {
	target   target
	named    bool // by files at its own path
	files    int
	read     bool // at least one file could be read
	records  int
	last     *FileReport // of the file read last
	coverage model.Coverage
}

func newScan(ctx context.Context, s *Source, b *model.Builder) *scan {
	sc := &scan{ctx: ctx, source: s, b: b, parts: map[target]*part{}, named: map[target]bool{}}
	sc.own = newWorker(ctx, sc)
	b.Observe(model.Organizations.Name(), func(record any) {
		o, ok := record.(model.Organization)
		if ok {
			sc.ids = append(sc.ids, o.ID)
		}
		if ok && sc.org.ID == "" {
			none := func() string { return "" }
			sc.org.ID = o.ID
			sc.org.Name = model.Fold(o.DisplayName, none, none, func(name string) string { return name })
		}
	})
	return sc
}

// page is a file at a bundle path.
type page struct {
	entry  entry
	target target
	number int
}

func (sc *scan) run() error {
	entries, err := sc.source.list(sc.ctx)
	if err != nil {
		return err
	}
	var pages []page
	var loose, manifests []entry
	var arranged []laid
	below := rootsOf(entries)
	for _, e := range sc.source.opts.withDeclarations(entries) {
		t, number, ok := place(e.path)
		switch {
		case isCSV(e.path):
			sc.observePeople()
			loose = append(loose, e)
		case isYAML(e.path) && below.reads(e):
			l, _ := below.layOut(e)
			arranged = append(arranged, l)
		case !isJSON(e.path) && !sc.source.alone:
			sc.ignore(e, cmp.Or(e.refused, notJSON(e.path)))
		case strings.EqualFold(e.path, manifestName):
			manifests = append(manifests, e)
		case ok:
			pages = append(pages, page{e, t, number})
		default:
			if l, ok := below.layOut(e); ok {
				arranged = append(arranged, l)
			} else {
				loose = append(loose, e)
			}
		}
	}
	if err := sc.readManifest(manifests); err != nil {
		return err
	}
	if err := sc.readPages(pages); err != nil {
		return err
	}
	if err := sc.readLayouts(arranged); err != nil {
		return err
	}
	for _, e := range loose {
		if err := sc.readLoose(e); err != nil {
			return err
		}
	}
	sc.settle()
	sorting.Stable(sc.files, func(a, b *FileReport) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

func notJSON(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".zip":
		return "a zip inside the export is not opened; give it by itself"
	case ".yaml", ".yml":
		return "YAML is read in IntuneCD's folders only"
	}
	return "not a .json, .jsonl or .ndjson file"
}

func (sc *scan) file(e entry, kind Kind) *FileReport {
	f := &FileReport{Path: e.path, Size: e.size, Kind: kind}
	sc.files = append(sc.files, f)
	return f
}

func (sc *scan) ignore(e entry, reason string) *FileReport {
	f := sc.file(e, KindIgnored)
	f.Status, f.Reason = StatusIgnored, reason
	return f
}

func (sc *scan) part(t target, named bool) *part {
	p, ok := sc.parts[t.key()]
	if !ok {
		p = &part{target: t, named: named, coverage: model.Coverage{State: model.Complete}}
		sc.parts[t.key()] = p
		sc.order = append(sc.order, p)
	}
	return p
}

func (p *part) degrade(reason model.Reason, format string, args ...any) {
	p.coverage = p.coverage.Worst(model.Coverage{State: model.Partial, Reason: reason, Detail: fmt.Sprintf(format, args...)})
}

// readPages reads the files at bundle paths, data set by data set, each one's
// pages in order.
func (sc *scan) readPages(pages []page) error {
	rank := map[string]int{}
	for i, d := range model.Datasets() {
		rank[d.Name] = i
	}
	sorting.Stable(pages, func(a, b page) int {
		return cmp.Or(cmp.Compare(rank[a.target.dataset], rank[b.target.dataset]),
			compareTargets(a.target.key(), b.target.key()), cmp.Compare(a.number, b.number))
	})
	// Known before any is read, so that an expanded list yields to its own file.
	for _, p := range pages {
		sc.part(p.target, true)
		sc.named[p.target.key()] = true
	}
	stop := sc.readAhead(pages)
	defer stop()
	for len(pages) > 0 {
		n := 1
		for n < len(pages) && pages[n].target.key() == pages[0].target.key() {
			n++
		}
		if err := sc.readGroup(pages[:n]); err != nil {
			return err
		}
		pages = pages[n:]
	}
	return nil
}

func compareTargets(a, b target) int {
	return cmp.Or(strings.Compare(a.dataset, b.dataset), strings.Compare(a.parent, b.parent))
}

// readGroup reads all pages of one target.
func (sc *scan) readGroup(pages []page) error {
	p := sc.part(pages[0].target, true)
	counted, records := int64(-1), 0
	for i, pg := range pages {
		f := sc.file(pg.entry, KindRecords)
		f.Dataset, f.Parent = p.target.dataset, p.target.parent
		p.files++
		if twin(pages, i) {
			f.fail("two files have this name; remove one of them")
			if p.target.dataset == model.OwnerDeclarations.Name() {
				sc.fail(f)
			}
			p.degrade(model.Malformed, "%q stands in the export more than once; none was read", pg.entry.path)
			if err := sc.own.digestOnly(pg.entry); err != nil {
				return err
			}
			continue
		}
		r, err := sc.readPage(pg, f, &p.target)
		if err != nil {
			return err
		}
		p.merge(r)
		p.last = f
		records, counted = records+r.records, max(counted, r.counted)
		last := i+1 == len(pages)
		switch {
		case i == 0 && pg.number != 1, i > 0 && pg.number > pages[i-1].number+1:
			f.Status, f.Reason = worse(f.Status, StatusPartial), "the page before this one is missing"
			p.degrade(model.Truncated, "the page before %q is missing", pg.entry.path)
		case last && r.next:
			f.note("@odata.nextLink is left: there are more pages")
			f.Status, f.Reason = worse(f.Status, StatusPartial), cmp.Or(f.Reason, "truncated: more pages follow in Graph; request them too")
			p.degrade(model.Truncated, "the last page, %q, has an @odata.nextLink: there is more in Graph", pg.entry.path)
		case !last && !r.next && r.form == formEnvelope:
			f.note("no @odata.nextLink, yet another page is there")
		}
	}
	if counted > int64(records) && p.read {
		p.degrade(model.Truncated, "Graph counted %d objects (@odata.count), the files hold %d", counted, records)
	}
	return nil
}

// twin reports whether another file is the same page of the same target.
func twin(pages []page, i int) bool {
	same := func(j int) bool {
		return j >= 0 && j < len(pages) && pages[j].number == pages[i].number && pages[j].target.key() == pages[i].target.key()
	}
	return same(i-1) || same(i+1)
}

func (p *part) merge(r *reading) {
	p.read = p.read || !r.refused
	p.records += r.records
	p.coverage = p.coverage.Worst(r.coverage)
}

// readLoose reads a file whose name says nothing.
func (sc *scan) readLoose(e entry) error {
	f := sc.file(e, KindRecords)
	if isCSV(e.path) {
		return sc.readCSV(e, f)
	}
	r, err := sc.own.read(e, f, nil)
	if err != nil || r.adapter != nil {
		return err
	}
	if r.target == nil {
		if f.Kind = KindIgnored; f.Status == StatusComplete {
			f.Status = StatusIgnored
		}
		return nil
	}
	f.Dataset, f.Parent = r.target.dataset, r.target.parent
	p := sc.part(*r.target, false)
	if p.named {
		return nil // the reading was stopped and says why
	}
	if r.next {
		f.note("@odata.nextLink is left: there are more pages")
		r.degrade(model.Truncated, "%q has an @odata.nextLink: there is more in Graph", e.path)
	}
	single := false
	if d, ok := model.DatasetNamed(r.target.dataset); ok {
		single = d.Single
	}
	switch {
	case p.files > 0:
		p.degrade(model.Truncated, "several files hold parts of it; put the whole list at %q", r.target.path()+".json")
	case !single:
		// Neither records nor @odata.context show a $filter.
		r.degrade(model.Truncated, "recognised by its content, which does not show whether the request was for all; if it was, put it at %q", r.target.path()+".json")
	}
	if f.Status == StatusComplete && r.coverage.State != model.Complete {
		f.Status, f.Reason = StatusPartial, r.coverage.Detail
	}
	p.files++
	p.last = f
	p.merge(r)
	return nil
}

// settle finishes the coverage of what was read.
func (sc *scan) settle() {
	for _, p := range sc.order {
		if !sc.needs(p.target.dataset) {
			continue
		}
		if d, ok := model.DatasetNamed(p.target.dataset); ok && d.Single && p.read && p.records != 1 && p.coverage.State == model.Complete {
			p.degrade(model.Malformed, "one record belongs here, %d are there", p.records)
		}
		if m, ok := sc.said[p.target.key()]; ok {
			stated := m.coverage(true, p.records)
			p.coverage = p.coverage.Worst(stated)
			p.coverage.From, p.coverage.To = stated.From, stated.To
		}
		if !p.read && p.files > 0 {
			p.coverage.State = model.Absent
		}
		if f := p.last; f != nil && f.Status == StatusComplete && p.coverage.State != model.Complete {
			f.Status, f.Reason = StatusPartial, cmp.Or(p.coverage.Detail, "manifest.json says that it is "+p.coverage.State.String())
		}
	}
}

// cover tells the builder how much of every data set that was asked for was read.
func (sc *scan) cover() {
	records := map[string]int{} // by data set
	for _, p := range sc.order {
		if sc.asked(p.target.dataset) && p.target.dataset != deviceManagement {
			records[p.target.dataset] += p.records
			sc.b.Cover(p.target.dataset, p.target.parent, p.coverage)
		}
	}
	for _, t := range slices.SortedFunc(maps.Keys(sc.said), compareTargets) {
		if sc.parts[t] != nil || !sc.asked(t.dataset) {
			continue
		}
		n, some := records[t.dataset]
		if c, ok := sc.said[t].unread(t, some, n); ok {
			sc.b.Cover(t.dataset, strings.TrimPrefix(t.parent, wholeChild), c)
		}
		records[t.dataset] += 0 // something is said of it
	}
	for _, d := range model.Datasets() {
		if _, ok := records[d.Name]; !ok && sc.asked(d.Name) {
			sc.b.Cover(d.Name, "", model.Coverage{Reason: model.NotCollected, Detail: sc.absent(d.Name)})
		}
	}
}

// tenants lists the ids of the tenants that files say they are of, each once.
func (sc *scan) tenants() []string {
	ids := sc.ids
	if sc.manifest != nil {
		ids = append(ids, sc.manifest.TenantID)
	}
	for i := range ids {
		ids[i] = model.FoldID(ids[i])
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

// nothing is the error of an export of which no file could be used.
func (sc *scan) nothing() error {
	if sc.manifest != nil {
		return nil
	}
	for _, p := range sc.order {
		if sc.source.opts.Declarations != nil && p.target.dataset == model.OwnerDeclarations.Name() {
			continue // the caller's, not the export's
		}
		if p.read && (p.records > 0 || p.coverage.Reason != model.Malformed) {
			return nil
		}
	}
	var reasons []string
	for _, f := range sc.files {
		if f.Reason != "" && len(reasons) < 3 {
			reasons = append(reasons, fmt.Sprintf("%q: %s", f.Path, f.Reason))
		}
	}
	if len(reasons) == 0 {
		return errors.New("export: this holds no file; an export is a folder or zip of Graph responses, such as identity/conditionalAccess/policies.json")
	}
	return fmt.Errorf("export: nothing could be read (%d files): %s", len(sc.files), strings.Join(reasons, "; "))
}

func (sc *scan) tenantInfo() model.TenantInfo {
	info := model.TenantInfo{ID: cmp.Or(sc.info.ID, sc.org.ID), Name: cmp.Or(sc.info.Name, sc.org.Name),
		CollectedAt: sc.info.CollectedAt, Collector: sc.info.Collector}
	if m := sc.manifest; m != nil {
		info.ID, info.Name = cmp.Or(m.TenantID, info.ID), cmp.Or(m.TenantName, info.Name)
		info.Collector = cmp.Or(m.Collector, info.Collector)
		if !m.CollectedAt.IsZero() {
			info.CollectedAt = m.CollectedAt
		}
	}
	info.CollectedAt = info.CollectedAt.UTC()
	info.Digest = sc.digest()
	return info
}

// newSum begins the digest of a file.
func (sc *scan) newSum() hash.Hash {
	switch {
	case !sc.digested:
		return nil
	case sc.source.opts.SHA256 != nil:
		return sc.source.opts.SHA256()
	}
	return sha256.New()
}

// digest is that of all files, whatever order they were read in.
func (sc *scan) digest() string {
	lines := make([]string, len(sc.own.sums))
	for i, f := range sc.own.sums {
		sum := "refused"
		if f.sum != nil {
			sum = hex.EncodeToString(f.sum.Sum(nil))
		}
		lines[i] = strings.ToLower(f.path) + "\x00" + sum + "\n"
	}
	slices.Sort(lines)
	whole := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "sha256:" + hex.EncodeToString(whole[:])
}

// readManifest reads manifest.json. A fault in it ends a Load: what it would
// have taken away must not be lost.
func (sc *scan) readManifest(found []entry) error {
	for _, e := range found {
		f := sc.file(e, KindManifest)
		raw, err := sc.readWhole(e, f)
		if err != nil {
			return err
		}
		var m *model.Manifest
		switch {
		case f.Status != "":
		case len(found) > 1:
			f.fail("two files have this name; remove one of them")
		default:
			if m, err = readManifest(raw); err == nil {
				err = sc.source.opts.check(manifestName, raw)
			}
			if err != nil {
				f.fail(err.Error())
			} else {
				f.Status, sc.manifest, sc.said = StatusComplete, m, statements(m)
				f.Notes = gapsOf(m)
			}
		}
		if f.Status == StatusMalformed {
			sc.fail(f)
		}
	}
	return nil
}

func (sc *scan) fail(f *FileReport) {
	if sc.fault == nil {
		sc.fault = fmt.Errorf("export: %q is not valid: %s", f.Path, f.Reason)
	}
}

// readWhole reads a small file as text. What is wrong with the file itself ends
// up in f; the error is one that ends the scan.
func (sc *scan) readWhole(e entry, f *FileReport) ([]byte, error) {
	var text bytes.Buffer
	err := sc.own.stream(e, f, func(src io.Reader) error {
		n, err := io.Copy(&text, io.LimitReader(src, sc.source.opts.MaxRecordBytes))
		if err == nil && n == sc.source.opts.MaxRecordBytes {
			return &LimitError{Option: "MaxRecordBytes", Limit: n, Offset: n}
		}
		return err
	})
	if err != nil && !sc.ends(err) {
		f.fail(err.Error())
		err = nil
	}
	return text.Bytes(), err
}

// ends reports whether an error ends the whole scan, and not one file.
func (sc *scan) ends(err error) bool { return sc.own.ends(err) }
