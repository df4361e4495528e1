package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/privpath/privpath/model"
)

// failure is why data could not be read, as the manifest states it.
type failure struct {
	reason model.Reason
	detail string
	// passing failures may be over when the request is made again.
	passing bool
	// everywhere failures would meet every further request too.
	everywhere bool
	// gone says that the object that was asked for does not exist.
	gone bool
	// status of the reply, or 0.
	status int
	// refused says that Graph refused this kind of request, whatever the object.
	refused bool
}

func cut(err error) *failure {
	return &failure{reason: model.Truncated, detail: "the reply was cut or is no JSON: " + clip(err.Error()), passing: true}
}

func interrupted(err error) *failure {
	return &failure{reason: model.NotCollected, detail: "the collection was interrupted: " + err.Error(), everywhere: true}
}

// transportFailure classifies an error of a request that got no whole reply.
func transportFailure(ctx context.Context, err error) *failure {
	var token *tokenError
	switch {
	case ctx.Err() != nil:
		return interrupted(ctx.Err())
	case errors.As(err, &token):
		return &failure{reason: model.PermissionDenied, detail: clip(token.Error()), everywhere: true}
	case errors.Is(err, errForeign):
		return &failure{reason: model.Malformed, detail: "a link led away from Graph and was not followed"}
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err // without the address, which names objects
	}
	return &failure{reason: model.NotCollected, detail: "no whole reply: " + clip(err.Error()), passing: true}
}

// statusFailure classifies a reply that is no success.
// Sources: learn.microsoft.com/graph/errors and /graph/throttling.
func statusFailure(r reply) *failure {
	bad := classified(r)
	bad.status = r.status
	return bad
}

func classified(r reply) *failure {
	code, message := graphError(r.body)
	text := strings.TrimSpace(fmt.Sprintf("HTTP %d %s %s", r.status, code, message))
	said := strings.ToLower(code + " " + message)
	switch {
	case strings.Contains(said, "premiumlicense"), strings.Contains(said, "nonpremiumtenant"),
		strings.Contains(said, "not applicable to target tenant"), strings.Contains(said, "does not have a premium license"):
		return &failure{reason: model.NotLicensed, detail: text, refused: true}
	case r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable:
		return &failure{reason: model.Throttled, detail: text, passing: true}
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return &failure{reason: model.PermissionDenied, detail: text, refused: true}
	case r.status == http.StatusNotFound, r.status == http.StatusGone:
		return &failure{reason: model.NotInAPI, detail: text, gone: true}
	case r.status >= 500, r.status == http.StatusRequestTimeout:
		return &failure{reason: model.NotCollected, detail: text, passing: true}
	}
	return &failure{reason: model.NotCollected, detail: "Graph refused the request: " + text}
}

// graphError reads the body of a refusal.
func graphError(body []byte) (code, message string) {
	var e struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(bytes.TrimSpace(body), &e) != nil {
		return "", ""
	}
	return clip(e.Error.Code), clip(e.Error.Message)
}

// clip makes another program's words fit for one line of a manifest.
func clip(text string) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}
