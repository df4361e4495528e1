package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/privpath/privpath/internal/jsonpull"
	"github.com/privpath/privpath/model"
)

// reading is the reading of one file of records.
type reading struct {
	scan   *scan
	worker *worker
	entry  entry
	file   *FileReport
	notes  notes
	target *target // nil until a loose file is recognised

	loose    bool
	entity   bool             // the request was for one object
	object   bool             // the file holds one object of a list, as its tool means it to
	adapter  *adapter         // that reads the file
	fed      map[target]*part // what it supplied
	refused  bool             // nothing was read, and coverage says why
	form     form
	records  int
	odd      int // records left out
	idle     int // records of which an adapter made nothing
	firstOdd string
	names    int // members of the outermost object
	context  string
	failure  json.RawMessage // a Graph error
	next     bool
	counted  int64 // @odata.count, or -1
	coverage model.Coverage
	batch    *model.Batch // decoded, and not yet delivered
	held     target       // that the batch is of
	line     bool         // the batch is of lines
	size     int          // bytes of text in the batch
	lost     error        // why something could not be delivered
}

const oneObject = "one object, taken for a list of one"

// errEnough ends the splitting of a file whose rest is of no interest.
var errEnough = errors.New("enough")

// read reads one file. t is what its name says, or nil. What is wrong with the
// file ends up in the reading; the error is one that ends the scan.
func (w *worker) read(e entry, f *FileReport, t *target) (*reading, error) {
	return w.newReading(e, f, t).run()
}

func (w *worker) newReading(e entry, f *FileReport, t *target) *reading {
	return &reading{scan: w.scan, worker: w, entry: e, file: f, target: t, loose: t == nil, counted: -1,
		coverage: model.Coverage{State: model.Complete}}
}

// run reads the file to its end.
func (r *reading) run() (*reading, error) {
	w, e, f, t := r.worker, r.entry, r.file, r.target
	if t != nil && t.dataset == model.OwnerDeclarations.Name() {
		return r, r.declarations()
	}
	f.Status = StatusComplete
	if t != nil && !r.interesting() {
		return r, w.digestOnly(e)
	}
	err := w.stream(e, f, func(src io.Reader) error {
		var err error
		opts := w.scan.source.opts
		if isYAML(e.path) && !w.scan.source.alone {
			if src, err = asJSON(src, opts.MaxRecordBytes, opts.MaxDepth); err != nil {
				return err
			}
		}
		r.form, err = w.splitter.split(src, opts.MaxRecordBytes, opts.MaxDepth, r)
		r.flush()
		return err
	})
	if r.lost != nil {
		return r, r.lost
	}
	if err != nil && w.ends(err) {
		return r, err
	}
	r.finish(err)
	f.Records, f.Notes = r.records, append(f.Notes, r.notes...)
	return r, nil
}

// interesting reports whether records of the target, or of what it expands, are
// wanted.
func (r *reading) interesting() bool {
	if r.scan.needs(r.target.dataset) {
		return true
	}
	for _, x := range expansions[r.target.dataset] {
		if r.scan.needs(x.dataset) {
			return true
		}
	}
	return false
}

// finish draws the conclusions from a file that was read, to its end or to err.
func (r *reading) finish(err error) {
	if errors.Is(err, errEnough) {
		return
	}
	if err == nil && r.loose && r.target == nil && r.adapter == nil && r.failure == nil {
		err = r.recognise(nil) // a response without records
	}
	if r.form != formEnvelope {
		r.next, r.counted = false, -1 // the properties of a record, not of a response
	}
	var bad *textError
	switch {
	case err == nil || errors.Is(err, errEnough):
	case errors.As(err, new(notOpened)):
		r.refuse(model.Malformed, err.Error())
	case errors.As(err, &bad) && bad.cut:
		r.degradeFile(StatusMalformed, model.Malformed, "%v; what stands before that was read (%s); export it again", err, records(r.records))
	default:
		r.degradeFile(StatusMalformed, model.Malformed, "%v; what stands before that was read (%s); correct the file or export it again", err, records(r.records))
	}
	if r.adapter != nil {
		r.fedAll()
	}
	if r.target == nil {
		return
	}
	if text, other := r.otherContext(); other {
		r.degradeFile(StatusMalformed, model.Malformed, "%s", text)
	}
	if r.odd > 0 {
		r.degradeFile(StatusMalformed, model.Malformed, "%s left out, the first because %s", records(r.odd), r.firstOdd)
	}
	if r.failure != nil && r.form == formEnvelope {
		reason, text := graphError(r.failure)
		r.degradeFile(StatusPartial, reason, "Graph broke off with an error: %s", text)
	}
	if d, ok := model.DatasetNamed(r.target.dataset); ok && !d.Single && r.form == formSingle && !r.refused && !r.object {
		if r.entity || strings.HasSuffix(r.context, "/$entity") {
			r.degradeFile(StatusPartial, model.Truncated, "this is the reply for one object, not the list; request the list")
		} else {
			r.notes.add(oneObject)
		}
	}
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

func (r *reading) degrade(reason model.Reason, format string, args ...any) {
	r.coverage = r.coverage.Worst(model.Coverage{State: model.Partial, Reason: reason, Detail: fmt.Sprintf(format, args...)})
}

func (r *reading) degradeFile(status Status, reason model.Reason, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.degrade(reason, "%q: %s", r.entry.path, text)
	if r.file.Status = worse(r.file.Status, status); r.file.Reason == "" {
		r.file.Reason = text
	}
}

// refuse says that nothing of the file is used.
func (r *reading) refuse(reason model.Reason, text string) {
	r.refused = true
	r.degradeFile(StatusMalformed, reason, "%s", text)
}

// member takes a member of an outermost object.
func (r *reading) member(name string, raw []byte) {
	r.names++
	switch strings.TrimPrefix(strings.ToLower(name), "@") {
	case "odata.context", "odata.metadata":
		_ = json.Unmarshal(raw, &r.context)
	case "odata.nextlink", "nextlink":
		var link string
		if json.Unmarshal(raw, &link) != nil || link != "" {
			r.next = true
		}
	case "odata.count", "count":
		_ = json.Unmarshal(raw, &r.counted)
	case "error":
		r.failure = append(json.RawMessage(nil), raw...)
	}
}

// element decodes a record at once where nothing about it is unusual. The first of
// a file goes to record, which finds out what the file holds.
func (r *reading) element(reader *jsonpull.Reader, pointer string, line bool) bool {
	if r.records == 0 || r.target == nil || r.adapter != nil || reader.AnyBytes || r.scan.source.slow || !r.decodes(r.target.dataset) {
		reader.Decline()
		return false
	}
	if r.batch != nil && r.line != line {
		r.flush()
	}
	if r.batch == nil {
		if r.worker.ctx.Err() != nil {
			reader.Decline() // record tells it
			return false
		}
		r.line = line
		r.open(*r.target)
	}
	at := model.Location{Dataset: r.target.dataset, File: r.entry.path, Pointer: pointer}
	from := reader.Offset()
	if !r.batch.Read(reader, r.target.parent, at) {
		return false
	}
	r.records++
	r.count(reader.Offset() - from)
	return true
}

// open begins a batch.
func (r *reading) open(t target) {
	r.batch, r.held, r.size = r.worker.batch(batchKey{t.dataset, r.line}), t, 0
}

// count counts the bytes of a record in the batch, and delivers it when it is full.
func (r *reading) count(size int) {
	if r.size += size; r.batch.Len() >= batchSize || r.size >= batchBytes {
		r.flush()
	}
}

// newBatch makes a batch that sets aside what is not decoded at once: properties
// that may hold records of a child data set, or that make more than a record of what
// stands on a line.
func (sc *scan) newBatch(key batchKey) *model.Batch {
	d, _ := model.DatasetNamed(key.dataset)
	batch := model.NewBatch(d)
	if kind, ok := recordTypes[key.dataset]; ok {
		batch.Type = "#microsoft.graph." + kind
	}
	for _, x := range expansions[key.dataset] {
		if sc.needs(x.dataset) {
			batch.Aside = append(batch.Aside, x.property)
		}
	}
	if key.line {
		batch.Aside = append(batch.Aside, "value", "data", "records", "error", "@odata.context", "odata.context", "@odata.metadata", "odata.metadata")
	}
	return batch
}

// batchSize is how many records are delivered at once, and batchBytes is how much
// text at most, but for the last record.
const (
	batchSize  = 64
	batchBytes = 256 << 10
)

// flush delivers the decoded records.
func (r *reading) flush() {
	if r.batch != nil && r.batch.Len() > 0 {
		r.deliver(delivery{key: batchKey{r.held.dataset, r.line}, batch: r.batch, parent: r.held.parent})
	}
	r.batch = nil
}

func (r *reading) deliver(d delivery) {
	if err := r.worker.deliver(d); err != nil && r.lost == nil {
		r.lost = err
	}
}

// decodes reports whether records of the data set are decoded at all.
func (r *reading) decodes(dataset string) bool {
	return dataset != deviceManagement && r.scan.needs(dataset)
}

// record takes one record.
func (r *reading) record(raw []byte, pointer string, offset int64) error {
	if err := r.worker.ctx.Err(); err != nil {
		return err
	}
	if most := r.scan.source.opts.MaxRecordValues; values(raw) > most {
		return &LimitError{Option: "MaxRecordValues", Limit: int64(most), Offset: offset}
	}
	if r.failure != nil && r.names == 1 && pointer == "" {
		reason, text := graphError(r.failure)
		r.refuse(reason, "this is an error of Graph and no data: "+text)
		return errEnough
	}
	if !utf8.Valid(raw) {
		r.notes.add("not valid UTF-8 (an ANSI code page?): the odd characters were replaced")
	}
	if r.target == nil && r.adapter == nil {
		if err := r.recognise(raw); err != nil {
			return err
		}
	} else if r.target != nil && r.records == 0 {
		if text, other := r.otherContext(); other {
			r.refuse(model.Malformed, text)
			return errEnough
		}
	}
	if r.adapter != nil {
		return r.adapt(raw, pointer)
	}
	return r.add(*r.target, raw, pointer, offset, dialectAny)
}

// values counts what a record holds, from above: what separates or opens a value,
// also inside a text.
func values(raw []byte) int {
	n := 0
	for _, sign := range []string{",", "{", "["} {
		n += bytes.Count(raw, []byte(sign))
	}
	return n
}

// add decodes a record and what it expands.
func (r *reading) add(t target, raw []byte, pointer string, offset int64, as dialect) error {
	if raw[0] != '{' {
		return r.leaveOut(pointer, "it is not an object")
	}
	sdk := false
	if unusual(raw) {
		var err error
		if raw, sdk, err = normalise(raw, as, &r.notes); err != nil {
			return &textError{offset: offset, pointer: pointer, what: err.Error()}
		}
	}
	if len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0 {
		return r.leaveOut(pointer, "nothing in it has a value")
	}
	if t.dataset == setAuthorization {
		raw = v1Authorization(raw)
	}
	if pointer == "" && bytes.Contains(raw, []byte(`/$entity"`)) {
		r.entity = true
	}
	if kind, wrong := wrongType(t.dataset, raw); wrong {
		return r.leaveOut(pointer, fmt.Sprintf("it is a %q", clip(kind)))
	}
	at := model.Location{Dataset: t.dataset, File: r.entry.path, Pointer: pointer}
	if r.decodes(t.dataset) {
		if err := r.decode(t, at, raw); err != nil {
			return r.leaveOut(pointer, err.Error())
		}
	}
	r.records++
	for _, e := range expand(t.dataset, raw, sdk, r.scan.needs) {
		r.addExpanded(e, pointer)
	}
	return nil
}

// decode adds a record to the batch.
func (r *reading) decode(t target, at model.Location, raw []byte) error {
	if r.batch != nil && r.held != t {
		r.flush()
	}
	if r.batch == nil {
		r.open(t)
	}
	if err := r.batch.Add(raw, t.parent, at); err != nil {
		return err
	}
	if r.count(len(raw)); r.adapter != nil {
		r.flush() // what follows may ask for it
	}
	return nil
}

// addExpanded adds the children inside a record, unless the export has a file of
// their own for them.
func (r *reading) addExpanded(e expanded, pointer string) {
	if r.scan.named[e.target.key()] {
		return
	}
	r.flush()
	r.file.also(e.target.dataset)
	key := batchKey{dataset: e.target.dataset}
	d := delivery{key: key, batch: r.worker.batch(key), parent: e.target.parent, child: &expandedPart{e.target, []model.Coverage{e.coverage}}}
	for i, item := range e.items {
		at := model.Location{Dataset: e.target.dataset, File: r.entry.path, Pointer: pointer + e.at(i)}
		if err := d.batch.Add(item.json(), e.target.parent, at); err != nil {
			d.child.coverage = append(d.child.coverage, model.Coverage{State: model.Partial, Reason: model.Malformed,
				Detail: fmt.Sprintf("%q%s: %v", r.entry.path, at.Pointer, err)})
		}
	}
	r.deliver(d)
}

// take makes what a reading found part of the tenant.
func (sc *scan) take(d delivery) {
	if d.child != nil {
		p := sc.part(d.child.target, false)
		p.read = true
		for _, c := range d.child.coverage {
			p.coverage = p.coverage.Worst(c)
		}
		p.records += d.batch.Len()
	}
	sc.b.Take(d.batch, d.parent)
}

// leaveOut counts a record that cannot be used.
func (r *reading) leaveOut(pointer, why string) error {
	if r.odd++; r.odd == 1 {
		r.firstOdd = fmt.Sprintf("of %s: %s", orFile(pointer), why)
	}
	return nil
}

// cause is the decoder's own words; the place is added by the caller, with names
// from the export made harmless.
func cause(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error()
	}
	return err.Error()
}

// recognise finds out what a loose file holds, from its first record.
func (r *reading) recognise(raw []byte) error {
	if r.context == "" && raw != nil {
		if a := adapterFor(raw); a != nil {
			r.through(a)
			return nil
		}
	}
	t, entity, why := recognise(r.context, raw)
	if why != "" {
		r.file.Reason = why
		return errEnough
	}
	r.target, r.entity = &t, entity
	if p, ok := r.scan.parts[t.key()]; ok && p.named {
		r.file.Status, r.file.Reason = StatusIgnored, fmt.Sprintf("%q already supplies %s", t.path()+".json", t.dataset)
		return errEnough
	}
	r.notes.add("recognised by its content")
	if !r.interesting() {
		return errEnough
	}
	return nil
}

// otherContext finds a file whose content names another data set than its path.
func (r *reading) otherContext() (string, bool) {
	t, _, ok := fromContext(r.context)
	if !ok || t.dataset == r.target.dataset || t.parent != "" || r.target.parent != "" {
		return "", false
	}
	return fmt.Sprintf("it holds %s, as its @odata.context says; move it to %q", t.dataset, t.path()+".json"), true
}

// declarations reads declarations.json, which must be right to the letter.
func (r *reading) declarations() error {
	f := r.file
	f.Kind = KindDeclarations
	raw, err := r.scan.readWhole(r.entry, f)
	if err != nil {
		return err
	}
	if f.Status == "" {
		err := decodeStrict(raw, &model.Declarations{})
		if err == nil {
			err = r.scan.source.opts.check(declarationsName, raw)
		}
		if err != nil {
			f.fail(err.Error())
		}
	}
	if f.Status == StatusMalformed {
		r.scan.fail(f)
		r.refused = true
		r.coverage = model.Coverage{Reason: model.Malformed, Detail: f.Reason}
		return nil
	}
	f.Status, f.Records, r.records, r.form = StatusComplete, 1, 1, formSingle
	if r.scan.needs(r.target.dataset) {
		at := model.Location{Dataset: r.target.dataset, File: r.entry.path}
		if err := r.scan.b.Add(r.target.dataset, "", at, raw); err != nil {
			f.fail(cause(err))
			r.scan.fail(f)
		}
	}
	return nil
}

// graphError reads a Graph error that somebody saved in place of data.
func graphError(raw json.RawMessage) (model.Reason, string) {
	var e struct{ Code, Message string }
	_ = json.Unmarshal(raw, &e)
	text := fmt.Sprintf("%q %q", clip(e.Code), clip(e.Message))
	code := strings.ToLower(e.Code)
	switch {
	case strings.Contains(code, "premium"), strings.Contains(code, "license"):
		return model.NotLicensed, text
	case strings.Contains(code, "denied"), strings.Contains(code, "forbidden"), strings.Contains(code, "unauthorized"):
		return model.PermissionDenied, text
	case strings.Contains(code, "toomanyrequests"), strings.Contains(code, "throttl"), code == "429":
		return model.Throttled, text
	}
	return model.Malformed, text
}
