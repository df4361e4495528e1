package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
)

func whatIfCommand(ctx context.Context, args []string, s streams) error {
	set := flags("whatif", "[PATH…]", s)
	requestFile := set.String("request", "", "a `file` with the body of Graph's POST identity/conditionalAccess/evaluate; - is standard input")
	user := set.String("user", "", "the user who signs in: object id or user principal `name`")
	app := set.String("app", access.ResourceGraph, "the application `id` of the resource")
	platform := set.String("platform", "windows", "the device `platform`")
	client := set.String("client", "browser", "the client app `type`")
	address := set.String("ip", "", "the IP `address`")
	country := set.String("country", "", "the country, as a two-letter `code`")
	flow := set.String("flow", "", "the authentication flow's transfer `method`")
	format := set.String("format", "text", "text, or json as Graph would answer; with -live json holds both")
	online := set.Bool("live", false, "read the live tenant, ask Graph's own what-if too, and print where the verdicts differ")
	fromGraph := addLiveFlags(set)
	newVeil := addRedactFlags(set)
	paths, err := parse(set, args)
	if err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return usageError{fmt.Errorf("there is no format %q; the formats are text, json", *format)}
	}
	if (*requestFile == "") == (*user == "") {
		return usageError{fmt.Errorf("whatif needs either -user or -request")}
	}
	veil, err := newVeil()
	if err != nil {
		return err
	}
	src, closeSource, err := fromGraph.openEither(*online, paths, "", s)
	if err != nil {
		return err
	}
	defer closeSource()
	tenant, err := veil.over(src).Load(ctx, assess.Needs([]*assess.Control{jobs.ReachOnly}))
	if err != nil {
		return err
	}
	directory := principals.Resolve(tenant)
	request := access.WhatIfRequest{
		SignInIdentity: access.WhatIfIdentity{Type: "#microsoft.graph.userSignIn", UserID: *user},
		SignInContext:  access.WhatIfContext{Type: "#microsoft.graph.applicationContext", IncludeApplications: []string{*app}},
		SignInConditions: access.WhatIfConditions{DevicePlatform: *platform, ClientAppType: *client,
			IPAddress: *address, Country: *country},
	}
	if *flow != "" {
		request.SignInConditions.AuthenticationFlow = &access.WhatIfFlow{TransferMethod: *flow}
	}
	if *requestFile != "" {
		if request, err = readRequest(*requestFile); err != nil {
			return err
		}
	}
	request.SignInIdentity.UserID = userID(tenant, request.SignInIdentity.UserID)
	response, err := access.WhatIf(access.Compile(tenant), directory, request)
	if err != nil {
		return err
	}
	var graph *comparison
	if *online {
		if graph, err = crossCheck(ctx, src, request, response, veil); err != nil {
			return err
		}
	}
	if response, err = veil.answer(response); err != nil {
		return err
	}
	if *format == "json" {
		err = whatIfJSON(s.out, response, graph)
	} else if err = whatIfText(s.out, response); err == nil {
		err = graph.text(s.out)
	}
	return errors.Join(err, graph.differs())
}

// whatIfJSON writes the answer as Graph would, or beside the comparison with Graph's.
func whatIfJSON(w io.Writer, r access.WhatIfResponse, graph *comparison) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if graph == nil {
		return enc.Encode(r)
	}
	return enc.Encode(struct {
		Here  access.WhatIfResponse `json:"here"`
		Graph *comparison           `json:"graph"`
	}{r, graph})
}

// answer redacts an answer by way of its JSON, which is how its policies keep what
// they were exported with.
func (v *veil) answer(r access.WhatIfResponse) (access.WhatIfResponse, error) {
	redactor, err := v.redactor()
	if redactor == nil || err != nil {
		return r, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	var out access.WhatIfResponse
	return out, json.Unmarshal(hidden(redactor, json.RawMessage(text)), &out)
}

func readRequest(file string) (access.WhatIfRequest, error) {
	text, err := io.ReadAll(os.Stdin)
	if file != "-" {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return access.WhatIfRequest{}, fmt.Errorf("-request: %w", err)
	}
	request, err := access.ParseWhatIf(text)
	if err != nil {
		return request, fmt.Errorf("-request: %s: %w", file, err)
	}
	return request, nil
}

// userID gives the object id of a user principal name, or what it was given.
func userID(tenant *model.Tenant, name string) string {
	for u := range model.RowsOf(tenant, model.Users, nil).All() {
		if u.UserPrincipalName.Is(func(upn string) bool { return strings.EqualFold(upn, name) }) == model.True {
			return u.ID
		}
	}
	return name
}

// clauses writes a demand as a sentence part: "mfa, and compliantDevice or paw".
func clauses(d access.WhatIfDemand) string {
	all := make([]string, len(d.AllOf))
	for i, c := range d.AllOf {
		either := make([]string, len(c.AnyOf))
		for k, o := range c.AnyOf {
			either[k] = string(o)
		}
		all[i] = strings.Join(either, " or ")
	}
	return strings.Join(all, ", and ")
}

// whatIfText shows the decision, then each policy with its part in it.
func whatIfText(w io.Writer, r access.WhatIfResponse) error {
	fmt.Fprintf(w, "%s\n", strings.ToUpper(string(r.Decision.Outcome)))
	demand := func(label string, d access.WhatIfDemand) {
		switch {
		case len(d.BlockedBy) > 0:
			fmt.Fprintf(w, "  %s blocked by %s\n", label, report.Inert(strings.Join(d.BlockedBy, ", ")))
		default:
			fmt.Fprintf(w, "  %s %s\n", label, cmp.Or(clauses(d), "nothing more than the first factor"))
		}
	}
	demand("asks at least", r.Decision.AtLeast)
	demand("asks at most ", r.Decision.AtMost)
	for _, p := range r.Value {
		name := p.ID
		p.DisplayName.Is(func(text string) bool { name = text; return true })
		fmt.Fprintf(w, "\n%s\n  applies: %s, enforced: %s, result: %s\n", report.Inert(name), p.Detail.Applies, p.Detail.Enforced, p.Detail.Result)
		for _, reason := range p.Detail.Reasons {
			fmt.Fprintf(w, "  - %s: %s (%s)\n", reason.Dimension, report.Inert(reason.Text), reason.Evidence.Pointer)
		}
	}
	return nil
}
