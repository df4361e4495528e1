package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// ChangeFormat names the format of a change.
const ChangeFormat = "privpath-change/1"

// Change is a proposal: operations on the raw Graph records of an export. Its
// JSON form has a schema, schema/change.schema.json.
type Change struct {
	Schema     string      `json:"$schema,omitempty"`
	Format     string      `json:"format"`
	Title      string      `json:"title,omitempty"`
	Operations []Operation `json:"operations"`
}

// Operation changes one record. create takes a whole record with its id; patch
// merges record into the one with the id (objects property by property, lists
// and values are replaced, null is Graph's null); delete takes it away.
type Operation struct {
	Op      string          `json:"op"`
	Dataset string          `json:"dataset"`
	Parent  string          `json:"parent,omitempty"`
	ID      string          `json:"id,omitempty"`
	Record  json.RawMessage `json:"record,omitempty"`
}

// The operations.
const (
	OpCreate = "create"
	OpPatch  = "patch"
	OpDelete = "delete"
)

// Parse reads a change. It is strict: one value, no property that is unknown or
// stands twice, and each operation whole.
func Parse(text []byte) (Change, error) {
	var c Change
	if err := exact(text); err != nil {
		return Change{}, fmt.Errorf("not a change: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Change{}, fmt.Errorf("not a change: %w", err)
	}
	if c.Format != ChangeFormat {
		return Change{}, fmt.Errorf("not a change: its format is %q, not %q", c.Format, ChangeFormat)
	}
	if len(c.Operations) == 0 {
		return Change{}, errors.New("not a change: it has no operations")
	}
	for i, o := range c.Operations {
		if err := o.check(); err != nil {
			return Change{}, fmt.Errorf("not a change: /operations/%d: %w", i, err)
		}
	}
	return c, nil
}

// exact refuses what encoding/json lets pass: a property that stands twice, and
// one of the change's own in another case.
func exact(text []byte) error {
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil { // bounds the depth too
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return exactValue(dec, "")
}

func exactValue(dec *json.Decoder, at string) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for i := 0; dec.More(); i++ {
			if err := exactValue(dec, fmt.Sprintf("%s/%d", at, i)); err != nil {
				return err
			}
		}
		_, err = dec.Token()
	case json.Delim('{'):
		err = exactObject(dec, at)
	}
	return err
}

func exactObject(dec *json.Decoder, at string) error {
	seen := map[string]bool{}
	own := strings.Count(at, "/") == 0 || strings.Count(at, "/") == 2 && strings.HasPrefix(at, "/operations/")
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return fmt.Errorf("%s/%s stands here twice", at, name)
		}
		if own && strings.ToLower(name) != name {
			return fmt.Errorf("%s/%s is unknown", at, name)
		}
		seen[name] = true
		if err := exactValue(dec, at+"/"+name); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func (o Operation) check() error {
	d, ok := model.DatasetNamed(o.Dataset)
	record := strings.HasPrefix(strings.TrimSpace(string(o.Record)), "{")
	switch {
	case !slices.Contains([]string{OpCreate, OpPatch, OpDelete}, o.Op):
		return fmt.Errorf("there is no operation %q; there are create, patch and delete", o.Op)
	case !ok:
		return fmt.Errorf("%q is not a data set of the bundle format", o.Dataset)
	case o.Dataset == model.OwnerDeclarations.Name():
		return errors.New("declarations are no change of the tenant: give the file with -declarations")
	case history(o.Dataset):
		return fmt.Errorf("%s is what happened, which no proposal changes", o.Dataset)
	case d.Child() != (o.Parent != ""):
		return errors.New("parent is the parent's id in a child data set, and absent elsewhere")
	case o.Op == OpDelete && o.Record != nil:
		return errors.New("a record that is deleted is only named")
	case o.Op != OpDelete && !record:
		return errors.New("record is an object, the Graph record or what changes in it")
	case o.Op == OpCreate && o.ID != "":
		return errors.New("the id of a new record stands in the record")
	case o.Op != OpCreate && o.ID == "" && !d.Single:
		return errors.New("which record is meant: id is missing")
	}
	return nil
}

// history lists the data sets that record events.
func history(dataset string) bool {
	return slices.Contains([]string{model.SignIns.Name(), model.DirectoryAudits.Name(), model.RoleRequests.Name(),
		model.AccessReviewInstances.Name(), model.RiskDetections.Name()}, dataset)
}

func (c Change) edits() []model.Edit {
	list := make([]model.Edit, len(c.Operations))
	for i, o := range c.Operations {
		list[i] = model.Edit{Dataset: o.Dataset, Parent: o.Parent, ID: o.ID, Delete: o.Op == OpDelete}
		switch o.Op {
		case OpCreate:
			list[i].Create = o.Record
		case OpPatch:
			list[i].Patch = o.Record
		}
	}
	return list
}

// join makes one change of several.
func join(title string, changes ...Change) Change {
	all := Change{Format: ChangeFormat, Title: title, Operations: []Operation{}}
	for _, c := range changes {
		all.Operations = append(all.Operations, c.Operations...)
	}
	return all
}

// digest identifies a tenant after a change.
func digest(of string, c Change) string {
	text, _ := json.Marshal(c.Operations) // plain data: cannot fail
	sum := sha256.Sum256(append([]byte(of+"\n"), text...))
	return "sha256:" + hex.EncodeToString(sum[:])
}
