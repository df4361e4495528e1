package livetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// filterNeeded lists the requests that Graph refuses without a $filter.
var filterNeeded = []string{
	"policies/roleManagementPolicyAssignments",
	"identityGovernance/privilegedAccess/group/assignmentScheduleInstances",
	"identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
}

const (
	registrations = "reports/authenticationMethods/userRegistrationDetails"
	intune        = "deviceManagement"
)

// reply answers one GET from the tenant.
func (s *Server) reply(c Call) result {
	parts := strings.SplitN(strings.TrimPrefix(c.Path, "/"), "/", 2)
	if c.Method != http.MethodGet || len(parts) != 2 || parts[0] != "v1.0" && parts[0] != "beta" {
		return refuse(http.StatusNotFound, "ResourceNotFound", "Resource not found for the segment.")
	}
	path := parts[1]
	if path == intune {
		return s.intune()
	}
	if id, ok := strings.CutPrefix(path, registrations+"/"); ok {
		return s.entity(registrations, id)
	}
	if slices.Contains(filterNeeded, path) && c.Query.Get("$filter") == "" {
		return refuse(http.StatusBadRequest, "MissingParameters", "The required parameters for this query are missing.")
	}
	text, list, err := s.load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource does not exist or one of its queried reference-property objects are not present.")
	case err != nil:
		return refuse(http.StatusInternalServerError, "generalException", err.Error())
	case list == nil:
		return result{status: http.StatusOK, body: text}
	}
	return s.page(c, path, list)
}

// load reads what the bundle holds at a path: an entity's text, or the records of
// all pages of a list. A child of an object that the bundle says nothing of is an
// empty list.
func (s *Server) load(path string) (text []byte, list []json.RawMessage, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if list, ok := s.lists[path]; ok {
		return s.kept[path], list, nil
	}
	for page := 1; ; page++ {
		name := path + ".json"
		if page > 1 {
			name = fmt.Sprintf("%s.%d.json", path, page)
		}
		raw, err := fs.ReadFile(s.Tenant, name)
		if err != nil {
			if page > 1 {
				break
			}
			if d, _, ok := model.DatasetAt(path); ok && d.Child() {
				list = []json.RawMessage{}
				break
			}
			return nil, nil, err
		}
		var envelope struct{ Value []json.RawMessage }
		if err := json.Unmarshal(raw, &envelope); err != nil {
			return nil, nil, err
		}
		if envelope.Value == nil {
			text = raw
			break
		}
		list = append(list, envelope.Value...)
		if list == nil {
			list = []json.RawMessage{}
		}
	}
	s.lists[path], s.kept[path] = list, text
	return text, list, nil
}

func (s *Server) intune() result {
	text, _, err := s.load(intune + "/settings")
	if err != nil {
		return refuse(http.StatusBadRequest, "BadRequest", "Request not applicable to target tenant.")
	}
	body, err := json.Marshal(map[string]json.RawMessage{
		"@odata.context": json.RawMessage(`"https://graph.microsoft.com/v1.0/$metadata#deviceManagement(settings)/$entity"`),
		"settings":       bytes.TrimSpace(text)})
	if err != nil {
		return refuse(http.StatusInternalServerError, "generalException", err.Error())
	}
	return result{status: http.StatusOK, body: body}
}

func (s *Server) entity(path, id string) result {
	_, list, err := s.load(path)
	if err == nil {
		for _, record := range list {
			if got := property(record, "id"); strings.EqualFold(got, id) {
				return result{status: http.StatusOK, body: record}
			}
		}
	}
	return refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+id+"' does not exist.")
}

// page gives one page of a list.
func (s *Server) page(c Call, path string, list []json.RawMessage) result {
	conditions, err := parseFilter(c.Query.Get("$filter"))
	if err != nil {
		return refuse(http.StatusBadRequest, "BadRequest", err.Error())
	}
	list = slices.DeleteFunc(slices.Clone(list), func(record json.RawMessage) bool {
		return slices.ContainsFunc(conditions, func(is condition) bool { return !is.met(record) })
	})
	from, _ := strconv.Atoi(c.Query.Get("$skiptoken"))
	size := s.PageSize
	if top, err := strconv.Atoi(c.Query.Get("$top")); err == nil {
		size = min(size, top)
	}
	if from > len(list) {
		return refuse(http.StatusBadRequest, "Directory_ExpiredPageToken", "The specified page token value has expired.")
	}
	to := min(from+size, len(list))
	records := make([]json.RawMessage, 0, to-from)
	for _, record := range list[from:to] {
		records = append(records, selected(record, c.Query.Get("$select")))
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#%s"`, path)
	if to < len(list) {
		next := url.Values{}
		for name, values := range c.Query {
			next[name] = values
		}
		next.Set("$skiptoken", strconv.Itoa(to))
		link, _ := json.Marshal(s.URL() + c.Path + "?" + next.Encode())
		fmt.Fprintf(&body, `,"@odata.nextLink":%s`, link)
	}
	body.WriteString(`,"value":[`)
	for i, record := range records {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(record)
	}
	body.WriteString("]}")
	return result{status: http.StatusOK, body: body.Bytes()}
}

// selected keeps the selected properties of a record, in their order, with the
// annotations.
func selected(record json.RawMessage, properties string) json.RawMessage {
	if properties == "" {
		return record
	}
	names := strings.Split(properties, ",")
	dec := json.NewDecoder(bytes.NewReader(record))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return record
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for dec.More() {
		name, err := dec.Token()
		text, ok := name.(string)
		var value json.RawMessage
		if err != nil || !ok || dec.Decode(&value) != nil {
			return record
		}
		if !slices.Contains(names, text) && !strings.HasPrefix(text, "@") {
			continue
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(text)
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// condition is one comparison of a $filter.
type condition struct{ property, operator, value string }

var comparison = regexp.MustCompile(`^(\w+) (eq|ge) ('[^']*'|true|false|[0-9T:Z.-]+)$`)

// parseFilter reads the filters that the requests use: comparisons joined by and.
func parseFilter(text string) ([]condition, error) {
	if text == "" {
		return nil, nil
	}
	var all []condition
	for part := range strings.SplitSeq(text, " and ") {
		m := comparison.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("invalid filter clause: %s", part)
		}
		all = append(all, condition{m[1], m[2], strings.Trim(m[3], "'")})
	}
	return all, nil
}

func (c condition) met(record json.RawMessage) bool {
	got := property(record, c.property)
	if c.operator == "ge" {
		return got >= c.value // times of one form sort like their text
	}
	return strings.EqualFold(got, c.value)
}

// property gives a property of a record as text.
func property(record json.RawMessage, name string) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(record, &object) != nil {
		return ""
	}
	var text string
	if json.Unmarshal(object[name], &text) == nil {
		return text
	}
	return string(object[name])
}
