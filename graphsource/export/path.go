package export

import (
	"path"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// target is where records belong: a data set and, in a child data set, the
// parent's id.
type target struct{ dataset, parent string }

func (t target) key() target { return target{t.dataset, model.FoldID(t.parent)} }

// path is the bundle path of the target, without extension.
func (t target) path() string { return strings.Replace(t.dataset, "{id}", t.parent, 1) }

// deviceManagement is Intune's root entity. It is no data set; its settings are.
const deviceManagement = "deviceManagement"

// targetAt finds what lies at a bundle path, in whatever letter case.
func targetAt(name string) (target, bool) {
	if strings.EqualFold(name, deviceManagement) {
		return target{dataset: deviceManagement}, true
	}
	for _, d := range model.Datasets() {
		if parent, ok := matchPath(d.Name, name); ok {
			return target{d.Name, parent}, true
		}
	}
	return target{}, false
}

// matchPath compares a path with a data set's name; {id} stands for one segment.
func matchPath(pattern, name string) (parent string, ok bool) {
	before, after, child := strings.Cut(pattern, "{id}")
	if !child {
		return "", strings.EqualFold(pattern, name)
	}
	if len(name) <= len(before)+len(after) {
		return "", false
	}
	parent = name[len(before) : len(name)-len(after)]
	return parent, strings.EqualFold(name[:len(before)], before) &&
		strings.EqualFold(name[len(name)-len(after):], after) && !strings.Contains(parent, "/")
}

// pageNumber splits users.2 into users and 2.
func pageNumber(stem string) (first string, page int, ok bool) {
	i := strings.LastIndexByte(stem, '.')
	if i <= 0 || len(stem)-i > 10 || strings.Trim(stem[i+1:], "0123456789") != "" {
		return "", 0, false
	}
	page, err := strconv.Atoi(stem[i+1:])
	return stem[:i], page, err == nil
}

// place reads a file's name: what it holds and, of a paged response, which page.
func place(name string) (t target, page int, ok bool) {
	stem := strings.TrimSuffix(name, path.Ext(name))
	if t, ok := targetAt(stem); ok {
		return t, 1, true
	}
	if first, page, ok := pageNumber(stem); ok && page > 0 {
		if t, ok := targetAt(first); ok {
			return t, page, true
		}
	}
	return target{}, 0, false
}

// bundlePath gives the end of a file's path that is a bundle path, and the file's
// name where there is none.
func bundlePath(name string) string {
	for rest := name; ; {
		if _, _, ok := place(rest); ok {
			return rest
		}
		_, after, ok := strings.Cut(rest, "/")
		if !ok {
			return rest
		}
		rest = after
	}
}

func isJSON(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".jsonl", ".ndjson":
		return true
	}
	return false
}

const manifestName = "manifest.json"

// stripTop takes the one top folder away that all files may share, as when a
// folder was zipped from outside. It stays where the files already lie at
// bundle paths.
func stripTop(entries []entry) {
	top := ""
	for _, e := range entries {
		if e.refused != "" || !isJSON(e.path) {
			continue
		}
		if _, _, ok := place(e.path); ok || strings.EqualFold(e.path, manifestName) {
			return
		}
		if _, ok := (roots{}).layOut(e); ok {
			continue // found below any folder, and its own must stay
		}
		first, _, nested := strings.Cut(e.path, "/")
		if !nested || top != "" && first != top {
			return
		}
		top = first
	}
	if top == "" {
		return
	}
	for i := range entries {
		entries[i].path = strings.TrimPrefix(entries[i].path, top+"/")
	}
}
