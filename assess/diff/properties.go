package diff

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// treeOf is a record as plain JSON values. What was not exported is not there.
func treeOf[T any](record *T) map[string]any {
	tree := map[string]any{}
	if record == nil {
		return tree
	}
	text, err := json.Marshal(record)
	if err != nil {
		return tree
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&tree) != nil {
		return map[string]any{}
	}
	return tree
}

// unreadable is how a property reads that was exported in a form that is not
// Graph's: it is as if it had not been exported.
var unreadable = func() string {
	var f model.Field[bool]
	_ = f.UnmarshalJSON([]byte(`"x"`)) // never fails
	return f.String()
}()

// properties compares two records property by property.
type properties struct {
	names names
	whole bool // a property that is not there is not set
	list  []PropertyChange
}

// move is that of a record with these differences.
func (p *properties) move() Move {
	switch {
	case len(p.list) == 0:
		return Unchanged
	case !slices.ContainsFunc(p.list, func(c PropertyChange) bool { return c.NotExported == "" }):
		return Undecided
	}
	return Changed
}

// only notes one property of a record that is only on one side.
func (p *properties) only(name string, before, now map[string]any) {
	if before[name] != nil || now[name] != nil {
		p.list = append(p.list, PropertyChange{Path: name, Old: before[name], New: now[name]})
	}
}

func (p *properties) objects(path string, before, now map[string]any) {
	for _, name := range keysOf(before, now) {
		o, exportedBefore := before[name]
		n, exportedNow := now[name]
		at := strings.TrimPrefix(path+"."+name, ".")
		switch {
		case p.lacks(o, exportedBefore) && p.lacks(n, exportedNow):
		case p.lacks(o, exportedBefore) && !empty(n):
			p.list = append(p.list, PropertyChange{Path: at, NotExported: "old"})
		case p.lacks(n, exportedNow) && !empty(o):
			p.list = append(p.list, PropertyChange{Path: at, NotExported: "new"})
		default:
			p.values(at, o, n)
		}
	}
}

func (p *properties) lacks(value any, exported bool) bool {
	return !exported && !p.whole || value == unreadable
}

// empty says whether a value sets nothing: Graph writes null, [] and objects full
// of nulls for the same.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, inner := range v {
			if !empty(inner) {
				return false
			}
		}
		return true
	}
	return false
}

func (p *properties) values(path string, old, new any) {
	if reflect.DeepEqual(old, new) || empty(old) && empty(new) {
		return
	}
	before, wasObject := old.(map[string]any)
	now, isObject := new.(map[string]any)
	list, wasList := old.([]any)
	other, isList := new.([]any)
	switch {
	case wasObject && isObject:
		p.objects(path, before, now)
	case wasObject && new == nil, isObject && old == nil:
		inner := properties{names: p.names, whole: true}
		inner.objects(path, before, now)
		p.list = append(p.list, inner.list...)
	case (wasList || old == nil) && (isList || new == nil):
		p.lists(path, list, other)
	default:
		p.list = append(p.list, PropertyChange{Path: path, Old: p.named(old), New: p.named(new)})
	}
}

// named is a value with its name, where it has one.
func (p *properties) named(value any) any {
	if text, ok := value.(string); ok && p.names[model.FoldID(text)] != "" {
		return Item{value, p.names[model.FoldID(text)]}
	}
	return value
}

// lists compares lists whose order says nothing: objects with an id by their id,
// everything else as sets.
func (p *properties) lists(path string, old, new []any) {
	if before, now := byID(old), byID(new); before != nil && now != nil {
		for _, id := range keysOf(before, now) {
			o, n := before[id], now[id]
			switch {
			case o == nil:
				p.list = append(p.list, PropertyChange{Path: path, Added: []Item{{Value: id}}})
			case n == nil:
				p.list = append(p.list, PropertyChange{Path: path, Removed: []Item{{Value: id}}})
			default:
				p.objects(path+"["+id+"]", o, n)
			}
		}
		return
	}
	change := PropertyChange{Path: path, Added: p.notIn(new, old), Removed: p.notIn(old, new)}
	if len(change.Added)+len(change.Removed) > 0 {
		p.list = append(p.list, change)
	}
}

// byID finds the objects of a list by their id; nil where they have none.
func byID(list []any) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, v := range list {
		object, _ := v.(map[string]any)
		id, _ := object["id"].(string)
		if id == "" || all[id] != nil {
			return nil
		}
		all[id] = object
	}
	return all
}

// notIn are the elements of a that b does not have.
func (p *properties) notIn(a, b []any) []Item {
	var items []Item
	for _, v := range a {
		if !slices.ContainsFunc(b, func(o any) bool { return sameValue(o, v) }) {
			item := Item{Value: v}
			if named, ok := p.named(v).(Item); ok {
				item = named
			}
			items = append(items, item)
		}
	}
	sorting.Stable(items, func(a, b Item) int { return strings.Compare(valueText(a.Value), valueText(b.Value)) })
	return items
}

func sameValue(a, b any) bool {
	x, isText := a.(string)
	y, isTextToo := b.(string)
	return isText && isTextToo && model.SameID(x, y) || reflect.DeepEqual(a, b)
}

// valueText writes a value for people.
func valueText(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case string:
		return v
	case Item:
		return itemText(v)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

func itemText(i Item) string {
	if i.Name != "" {
		return i.Name
	}
	return valueText(i.Value)
}

// names is what the objects of two tenants are called, by folded id.
type names map[string]string

// of is the name of an object, or its id.
func (n names) of(id string) string {
	if name := n[model.FoldID(id)]; name != "" {
		return name
	}
	if role, ok := model.RoleWithTemplate(id); ok {
		return role.Name
	}
	return id
}

// namesOf gathers the names of what policies speak of; the later tenant's hold.
func namesOf(tenants ...*model.Tenant) names {
	n := names{}
	for _, role := range model.BuiltInRoles() {
		n[model.FoldID(role.TemplateID)] = role.Name
	}
	for _, t := range tenants {
		for u := range model.RowsOf(t, model.Users, nil).All() {
			n.add(u.ID, said(u.UserPrincipalName, said(u.DisplayName, "")))
		}
		for g := range model.RowsOf(t, model.Groups, nil).All() {
			n.add(g.ID, said(g.DisplayName, ""))
		}
		for s := range model.RowsOf(t, model.ServicePrincipals, nil).All() {
			n.add(s.ID, said(s.DisplayName, ""))
			n.add(said(s.AppID, ""), said(s.DisplayName, ""))
		}
		for a := range model.RowsOf(t, model.Applications, nil).All() {
			n.add(said(a.AppID, ""), said(a.DisplayName, ""))
		}
		for r := range model.RowsOf(t, model.RoleDefinitions, nil).All() {
			n.add(r.ID, said(r.DisplayName, ""))
		}
		for l := range model.RowsOf(t, model.NamedLocations, nil).All() {
			n.add(l.ID, said(l.DisplayName, ""))
		}
		for s := range model.RowsOf(t, model.AuthenticationStrengths, nil).All() {
			n.add(s.ID, said(s.DisplayName, ""))
		}
	}
	return n
}

func (n names) add(id, name string) {
	if id != "" && name != "" {
		n[model.FoldID(id)] = name
	}
}
