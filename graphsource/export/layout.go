package export

import (
	"cmp"
	"path"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// layout is a tool's arrangement of files.
type layout struct {
	Format
	// marker is a file that shows where the tool's folder begins, "" where its
	// folders are known below any other.
	marker string
	// yaml says that the tool can write YAML.
	yaml bool
	// about reads the marker: whose export it is, and which lists were finished.
	about func(marker *node) about
	// place says what a file is by its path below the tool's folder.
	place func(name string) (placed, bool)
}

// about is what the marker of a layout says.
type about struct {
	info model.TenantInfo
	// finished says of a list's folder that it was read to its end; nil where the
	// tool keeps no record.
	finished map[string]bool
}

// placed is what the file of a layout holds.
type placed struct {
	target  target
	page    int      // of a list in pages, from 1; 0: one object
	folder  string   // of the list
	adapter *adapter // the records are not Graph's own
	unused  string   // why the file is of no use
}

// laid is a file of a layout.
type laid struct {
	placed
	entry  entry
	layout *layout
	root   string
}

// roots are the folders of the layouts that have a marker.
type roots map[*layout][]string

func rootsOf(entries []entry) roots {
	found := roots{}
	for _, e := range entries {
		for _, l := range layouts {
			if l.marker != "" && strings.EqualFold(path.Base(e.path), l.marker) {
				found[l] = append(found[l], path.Dir(e.path))
			}
		}
	}
	return found
}

// deepest is more folders than any path of a layout without a marker has: what
// stands before them is where it lies, and a hostile name has thousands.
const deepest = 16

// ending is the end of a path, of at most so many segments.
func ending(name string, segments int) string {
	at := len(name)
	for range segments {
		if at = strings.LastIndexByte(name[:at], '/'); at < 0 {
			return name
		}
	}
	return name[at+1:]
}

// reads reports whether a file in YAML is of a tool that writes so.
func (r roots) reads(e entry) bool {
	l, ok := r.layOut(e)
	return ok && l.layout.yaml
}

// layOut finds the layout that a path belongs to.
func (r roots) layOut(e entry) (laid, bool) {
	for _, l := range layouts {
		if l.marker == "" {
			if p, ok := l.place(ending(e.path, deepest)); ok {
				return laid{p, e, l, ""}, true
			}
			continue
		}
		for _, root := range r[l] {
			name := e.path
			if root != "." {
				var below bool
				if name, below = strings.CutPrefix(e.path, root+"/"); !below {
					continue
				}
			}
			if strings.EqualFold(name, l.marker) {
				return laid{placed{}, e, l, root}, true
			}
			if p, ok := l.place(name); ok {
				return laid{p, e, l, root}, true
			}
		}
	}
	return laid{}, false
}

// readLayouts reads the files of layouts: markers first, then lists in pages,
// then the rest.
func (sc *scan) readLayouts(files []laid) error {
	said := map[*layout]map[string]about{}
	lists := map[target][]laid{}
	var order []target
	var rest []laid
	for _, l := range files {
		switch {
		case l.layout.marker != "" && strings.EqualFold(path.Base(l.entry.path), l.layout.marker):
			a, err := sc.readMarker(l)
			if err != nil {
				return err
			}
			if said[l.layout] == nil {
				said[l.layout] = map[string]about{}
			}
			said[l.layout][l.root] = a
		case l.page > 0 && l.adapter == nil && l.unused == "":
			if lists[l.target] == nil {
				order = append(order, l.target)
			}
			lists[l.target] = append(lists[l.target], l)
		default:
			rest = append(rest, l)
		}
	}
	for _, t := range order {
		if err := sc.readList(lists[t], said); err != nil {
			return err
		}
	}
	for _, l := range rest {
		if err := sc.readLaid(l, said[l.layout][l.root]); err != nil {
			return err
		}
	}
	return nil
}

// readMarker reads what the tool says of its own export.
func (sc *scan) readMarker(l laid) (about, error) {
	f := sc.file(l.entry, KindManifest)
	raw, err := sc.readWhole(l.entry, f)
	if err != nil || f.Status != "" {
		return about{}, err
	}
	var root *node
	if err = checkJSON(raw, 0, ""); err == nil {
		root, err = parseTree(raw)
	}
	if err != nil {
		f.fail(err.Error())
		return about{}, nil
	}
	f.Status = StatusComplete
	f.note("read as " + l.layout.Tool)
	sc.wrote(&l.layout.Format)
	a := l.layout.about(root)
	if a.info.ID != "" {
		sc.ids = append(sc.ids, a.info.ID)
	}
	sc.info = mergeInfo(sc.info, a.info)
	return a, nil
}

// readList reads the pages of one list.
func (sc *scan) readList(files []laid, said map[*layout]map[string]about) error {
	first := files[0]
	if p := sc.parts[first.target.key()]; p != nil && p.named {
		for _, l := range files {
			f := sc.ignore(l.entry, l.target.path()+".json already supplies it")
			f.Dataset = l.target.dataset
			if err := sc.own.digestOnly(l.entry); err != nil {
				return err
			}
		}
		return nil
	}
	var pages []page
	for _, l := range files {
		pages = append(pages, page{l.entry, l.target, l.page})
	}
	sorting.Stable(pages, func(a, b page) int { return cmp.Compare(a.number, b.number) })
	if err := sc.readGroup(pages); err != nil {
		return err
	}
	sc.wrote(&first.layout.Format)
	p := sc.part(first.target, true)
	p.coverage = p.coverage.Worst(first.layout.coverage(first.target.dataset))
	if !said[first.layout][first.root].finished[first.folder] {
		p.coverage = p.coverage.Worst(first.layout.unfinished(first.folder))
	}
	if p.last != nil {
		p.last.note("read as " + first.layout.Tool)
	}
	return nil
}

// unfinished is the coverage of a list of which the tool does not say that it
// came to its end.
func (l *layout) unfinished(folder string) model.Coverage {
	return model.Coverage{State: model.Partial, Reason: model.Truncated,
		Detail: l.Tool + ": " + l.marker + " does not say that " + folder + " was read to its end"}
}

// readLaid reads a file that is no page of a list.
func (sc *scan) readLaid(l laid, a about) error {
	sc.wrote(&l.layout.Format)
	if l.unused != "" {
		sc.ignore(l.entry, l.unused)
		return sc.own.digestOnly(l.entry)
	}
	f := sc.file(l.entry, KindRecords)
	if l.adapter != nil {
		r := sc.own.newReading(l.entry, f, nil)
		r.through(l.adapter.within(l, a))
		_, err := r.run()
		return err
	}
	f.Dataset, f.Parent = l.target.dataset, l.target.parent
	p := sc.part(l.target, false)
	if p.named {
		f.Kind, f.Status, f.Reason = KindIgnored, StatusIgnored, l.target.path()+".json already supplies it"
		return sc.own.digestOnly(l.entry)
	}
	r := sc.own.newReading(l.entry, f, &l.target)
	r.object = true
	if _, err := r.run(); err != nil {
		return err
	}
	if d, _ := model.DatasetNamed(l.target.dataset); d.Single {
		f.note("read as " + l.layout.Tool)
	} else {
		why := "read as " + l.layout.coverage(l.target.dataset).Detail
		r.degrade(model.Truncated, "%s", why)
		if f.Status == StatusComplete {
			f.Status, f.Reason = StatusPartial, why
		}
	}
	p.files++
	p.last = f
	p.merge(r)
	return nil
}

// within gives the adapter for one file of a layout: coverage is no more than
// partial where the tool does not say that it came to the list's end.
func (a *adapter) within(l laid, said about) *adapter {
	if l.folder == "" || said.finished[l.folder] {
		return a
	}
	unfinished := l.layout.unfinished(l.folder)
	own := *a
	own.adapt = func(record *node, at spot) adapted {
		found := a.adapt(record, at)
		for i := range found.supplies {
			found.supplies[i].coverage = found.supplies[i].coverage.Worst(unfinished)
		}
		return found
	}
	return &own
}

// inFolder places files that lie in a folder that names their data set; {id}
// stands for the folder of a parent.
func inFolder(table map[string]string, folder []string) (target, bool) {
	for i := range folder {
		if dataset, ok := table[strings.ToLower(strings.Join(folder[i:], "/"))]; ok {
			return target{dataset: dataset}, true
		}
		if n := len(folder); i == n-3 {
			dataset, ok := table[strings.ToLower(folder[i]+"/{id}/"+folder[n-1])]
			if ok && strings.Contains(dataset, "{id}") {
				return target{dataset, folder[n-2]}, true
			} else if ok {
				return target{dataset: dataset}, true
			}
		}
	}
	return target{}, false
}
