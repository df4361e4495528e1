package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/privpath/privpath/model"
)

// page is the envelope of a list.
type page struct {
	Context json.RawMessage   `json:"@odata.context"`
	Value   []json.RawMessage `json:"value"`
	Next    string            `json:"@odata.nextLink"`
}

// readPage reads an envelope. A body that was cut is not JSON any more.
func readPage(body []byte) (page, error) {
	var p page
	if err := json.Unmarshal(body, &p); err != nil {
		return p, err
	}
	if p.Value == nil {
		return p, errors.New(`it has no list "value"`)
	}
	return p, nil
}

func isPage(r reply) error {
	_, err := readPage(r.body)
	return err
}

func isObject(r reply) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &object); err != nil {
		return err
	}
	if len(object) == 0 {
		return errors.New("it is an empty object")
	}
	if _, failed := object["error"]; failed && len(object) == 1 {
		return errors.New("it is an error in the place of the object")
	}
	return nil
}

// file writes the records of one list, of however many replies, as one reply:
// where a record lies does not depend on Graph's page size. It is created with
// the first reply, so that what was never answered leaves no file.
type file struct {
	store Store
	path  string
	see   func(record json.RawMessage)

	out     io.WriteCloser
	count   int
	problem error // of the store
}

func (f *file) begin(context json.RawMessage) {
	if f.out != nil || f.problem != nil {
		return
	}
	if f.out, f.problem = f.store.Create(f.path); f.problem != nil {
		return
	}
	if context == nil {
		context = json.RawMessage(`""`)
	}
	f.write([]byte(`{"@odata.context":`), context, []byte(`,"value":[`))
}

func (f *file) write(parts ...[]byte) {
	for _, p := range parts {
		if f.problem == nil {
			_, f.problem = f.out.Write(p)
		}
	}
}

// add writes the records of one reply.
func (f *file) add(p page) {
	f.begin(p.Context)
	for _, record := range p.Value {
		f.one(record)
	}
}

func (f *file) one(record json.RawMessage) {
	separator := "\n"
	if f.count > 0 {
		separator = ",\n"
	}
	f.write([]byte(separator), record)
	if f.problem == nil {
		f.count++
		f.see(record)
	}
}

// end closes the list. One that is not whole keeps a link, so that it can never
// be taken for whole, not even without its manifest.
func (f *file) end(whole bool, link string) error {
	if f.out == nil {
		return f.problem
	}
	if whole {
		f.write([]byte("\n]}\n"))
	} else {
		text, err := json.Marshal(link)
		f.problem = errors.Join(f.problem, err)
		f.write([]byte("\n],\"@odata.nextLink\":"), text, []byte("}\n"))
	}
	return f.close()
}

// close puts the file into the bundle, if all of it could be written.
func (f *file) close() error {
	if f.problem != nil {
		discard(f.out)
		return f.problem
	}
	return f.out.Close()
}

// maxPages is far more than any tenant needs: at 100 records a page, 100 million.
const maxPages = 1_000_000

// readList reads a list to its end, from the address of its first page.
func (c *client) readList(ctx context.Context, address string, take func(page)) *failure {
	r, bad := c.ask(ctx, get, address, nil, isPage)
	if bad != nil {
		return bad
	}
	return c.readRest(ctx, address, r, take)
}

// readRest takes a list's first reply and reads the pages behind it.
func (c *client) readRest(ctx context.Context, address string, first reply, take func(page)) *failure {
	seen := map[string]bool{pageKey(address): true}
	for r := first; len(seen) <= maxPages; {
		p, err := readPage(r.body)
		if err != nil {
			return cut(err)
		}
		take(p)
		switch {
		case p.Next == "":
			return nil
		case !c.own(p.Next):
			return &failure{reason: model.Malformed, detail: "the link to the next page leads away from Graph"}
		case seen[pageKey(p.Next)]:
			return &failure{reason: model.Malformed, detail: "the link to the next page leads back to a page already read"}
		}
		seen[pageKey(p.Next)] = true
		var bad *failure
		if r, bad = c.ask(ctx, get, p.Next, nil, isPage); bad != nil {
			return bad.behind()
		}
	}
	return &failure{reason: model.Truncated, detail: fmt.Sprintf("the list has more than %d pages", maxPages)}
}

// pageKey is a page's address, however its query is spelt: a link that leads back
// in other words would otherwise give the same records twice.
func pageKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path + "?" + u.Query().Encode()
}

// behind is the failure of a later page: what it costs is the rest of a list.
func (f *failure) behind() *failure {
	if f.reason != model.NotCollected && f.reason != model.NotInAPI {
		return f
	}
	g := *f
	g.reason = model.Truncated
	return &g
}

// settings takes Intune's settings out of the entity that holds them: they have
// no address of their own.
func settings(body []byte) ([]byte, error) {
	var root struct {
		Settings json.RawMessage `json:"settings"`
	}
	if err := json.Unmarshal(body, &root); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(root.Settings, []byte("{")) {
		return nil, errors.New("it has no settings")
	}
	return root.Settings, nil
}

// whole writes a file that is one object.
func (f *file) whole(text []byte) error {
	if f.out, f.problem = f.store.Create(f.path); f.problem != nil {
		return f.problem
	}
	f.write(text)
	if f.problem == nil {
		f.count++
		f.see(text)
	}
	return f.close()
}
