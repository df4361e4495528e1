package live

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// Graph refuses a whole request for one property that it does not know or may not
// give. The list behind it is worth more than the property: it is then read
// without, every record leaves the property unknown, and the manifest says so.

// selection finds the properties that a request selects, not those of what it
// expands.
var selection = regexp.MustCompile(`[?&]\$select=([^&]*)`)

func selected(address string) []string {
	m := selection.FindStringSubmatch(address)
	if m == nil {
		return nil
	}
	return strings.Split(m[1], ",")
}

func deselect(address, property string) string {
	rest := slices.DeleteFunc(selected(address), func(p string) bool { return p == property })
	m := selection.FindStringSubmatchIndex(address)
	return address[:m[2]] + strings.Join(rest, ",") + address[m[3]:]
}

// guarded are properties that need more than the rest of their object: a licence,
// and this permission.
// Source: learn.microsoft.com/graph/api/resources/signinactivity.
var guarded = map[string]string{"signInActivity": "AuditLog.Read.All"}

// refusedProperty gives the property for which Graph refused a request, or "". A
// failure that does not name one is of the whole request.
func refusedProperty(address string, bad *failure) string {
	if bad == nil || bad.passing || bad.everywhere {
		return ""
	}
	properties := selected(address)
	for _, p := range properties {
		unknown := bad.status == http.StatusBadRequest && !bad.refused && quotes(bad.detail, p)
		permission := guarded[p]
		withheld := permission != "" && (bad.reason == model.NotLicensed ||
			bad.reason == model.PermissionDenied && strings.Contains(bad.detail, permission))
		if (unknown || withheld) && p != "id" && len(properties) > 1 {
			return p
		}
	}
	return ""
}

// quotes reports whether a message names a property in quotation marks.
func quotes(message, property string) bool {
	return strings.Contains(message, "'"+property+"'") || strings.Contains(message, `"`+property+`"`)
}

// lack notes that a data set was read without properties.
func (c *client) lack(address string, properties []string) {
	if len(properties) == 0 {
		return
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(address, c.opts.Cloud.Endpoint+"/"), "?")
	_, path, _ = strings.Cut(path, "/") // without the version
	d, _, _ := model.DatasetAt(path)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lacking[d.Name] == nil {
		c.lacking[d.Name] = map[string]bool{}
	}
	for _, p := range properties {
		c.lacking[d.Name][p] = true
	}
}

// lacks says which properties a data set was read without, or "".
func (c *client) lacks(dataset string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lacking[dataset]) == 0 {
		return ""
	}
	return "Graph refused these properties, which are unknown: " + strings.Join(slices.Sorted(maps.Keys(c.lacking[dataset])), ", ")
}
