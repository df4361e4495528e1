package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/privpath/privpath/model"
)

// batchSize is how many requests one $batch may carry.
// Source: learn.microsoft.com/graph/json-batching.
const batchSize = 20

// part is one request of many that differ only in the object they ask about.
type part struct {
	query string // below the version
	// done takes the reply, or the failure that is left after all attempts. The
	// reply of a list is its first page.
	done func(r reply, bad *failure)

	attempts int
	renewed  bool
}

type batchRequest struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	URL    string `json:"url"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// askAll makes all requests by $batch. Each sub-response is judged by itself;
// those that failed in passing travel again with the next batch. valid judges the
// body of a good one. When Graph refuses everything in a batch, or nothing can be
// asked any more, the rest is not asked.
func (c *client) askAll(ctx context.Context, parts []*part, valid func(reply) error) {
	for len(parts) > 0 {
		n := min(batchSize, len(parts))
		again, stop := c.askBatch(ctx, parts[:n], valid)
		parts = append(again, parts[n:]...)
		if stop != nil {
			finish(parts, stop)
			return
		}
	}
}

func finish(parts []*part, bad *failure) {
	for _, p := range parts {
		p.done(reply{}, bad)
	}
}

// askBatch makes up to batchSize requests in one. It gives back those to repeat,
// and a failure that every further request would meet too.
func (c *client) askBatch(ctx context.Context, parts []*part, valid func(reply) error) (again []*part, stop *failure) {
	responses, bad := c.batch(ctx, parts)
	if bad != nil {
		finish(parts, bad)
		if bad.everywhere || bad.refused {
			stop = bad
		}
		return nil, stop
	}
	var header http.Header
	refused := 0
	for i, p := range parts {
		r, bad := judge(responses, strconv.Itoa(i), valid)
		p.attempts++
		switch {
		case bad == nil:
			p.done(r, nil)
		case r.status == http.StatusUnauthorized && !p.renewed:
			p.renewed = true
			again = append(again, p)
		case bad.passing && p.attempts < c.opts.Attempts:
			again, header = append(again, p), longest(header, r.header, c.opts)
		case bad.refused, refusedProperty(p.query, bad) != "":
			// A refusal inside a batch says less than one that stands alone.
			single, why := c.ask(ctx, get, c.address("v1.0", p.query), nil, valid)
			p.done(single, why)
			if why != nil && why.refused {
				refused++
			}
			if refused == i+1 && (refused == len(parts) || refused >= enough) {
				finish(append(again, parts[i+1:]...), why)
				return nil, why
			}
		default:
			p.done(r, bad)
		}
	}
	if header == nil {
		return again, nil
	}
	return c.pause(ctx, again, header), nil
}

// enough refusals in a row, with nothing granted before, speak for all objects.
const enough = 3

func judge(responses map[string]reply, id string, valid func(reply) error) (reply, *failure) {
	r, ok := responses[id]
	if !ok {
		r = reply{status: http.StatusBadGateway} // no answer is not an empty one
	}
	if r.status/100 != 2 {
		return r, statusFailure(r)
	}
	if err := valid(r); err != nil {
		return r, cut(err)
	}
	return r, nil
}

// pause waits before parts are asked again, or ends them where it may not.
func (c *client) pause(ctx context.Context, again []*part, header http.Header) []*part {
	wait, told := retryAfter(header, c.opts.Now())
	if !told {
		wait = min(time.Second<<again[0].attempts, time.Minute)
	}
	if wait > c.opts.LongestWait {
		finish(again, &failure{reason: model.Throttled, detail: "Graph asked to wait longer than this collection may", passing: true})
		return nil
	}
	if err := c.opts.Sleep(ctx, wait); err != nil {
		finish(again, interrupted(err))
		return nil
	}
	return again
}

// longest keeps the header that asks for the longest wait.
func longest(a, b http.Header, o Options) http.Header {
	if a == nil {
		a = http.Header{}
	}
	first, _ := retryAfter(a, o.Now())
	if second, ok := retryAfter(b, o.Now()); ok && second > first {
		return b
	}
	return a
}

// batch sends one $batch and gives the sub-responses by their ids.
func (c *client) batch(ctx context.Context, parts []*part) (map[string]reply, *failure) {
	requests := make([]batchRequest, len(parts))
	for i, p := range parts {
		requests[i] = batchRequest{ID: strconv.Itoa(i), Method: http.MethodGet, URL: escapeQuery(p.query)}
	}
	body, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return nil, cut(err)
	}
	c.batched(len(parts))
	r, bad := c.ask(ctx, post, c.address("v1.0", "/$batch"), body, func(r reply) error {
		_, err := readBatch(r.body)
		return err
	})
	if bad != nil {
		return nil, bad
	}
	byID, err := readBatch(r.body)
	if err != nil {
		return nil, cut(err)
	}
	return byID, nil
}

func readBatch(body []byte) (map[string]reply, error) {
	var answer struct{ Responses []batchResponse }
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	byID := map[string]reply{}
	for _, r := range answer.Responses {
		if _, twice := byID[r.ID]; twice {
			return nil, fmt.Errorf("two responses have the id %q", r.ID)
		}
		header := http.Header{}
		for name, value := range r.Headers {
			header.Set(name, value)
		}
		byID[r.ID] = reply{status: r.Status, header: header, body: r.Body}
	}
	return byID, nil
}
