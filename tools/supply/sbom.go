package main

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
)

// The parts of CycloneDX 1.6 that we write. A bill has no time and no serial
// number, so that the same input gives the same bytes.
type bill struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	PURL       string     `json:"purl,omitempty"`
	Licences   []licence  `json:"licenses,omitempty"`
	Hashes     []checksum `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type licence struct {
	Expression string `json:"expression"`
}

type checksum struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

const module = "github.com/privpath/privpath"

func writeSBOM(out io.Writer, parts []part) error {
	root := "pkg:golang/" + module
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1, Components: []component{},
		Metadata: metadata{component{Type: "application", Ref: root, Name: module, PURL: root, Licences: []licence{{"MIT"}}}}}
	all := dependency{Ref: root, DependsOn: []string{}}
	for _, p := range parts {
		c := component{Type: "library", Ref: purl(p), Name: p.Name, Version: p.Version, PURL: purl(p), Licences: []licence{{p.Licence}}}
		if sum, ok := hexOf(p.Sum, "sha512-"); ok {
			c.Hashes = []checksum{{"SHA-512", sum}}
		} else if p.Sum != "" { // a hash over a list of files, not of one file
			c.Properties = []property{{"privpath:go.sum", p.Sum}}
		}
		b.Components = append(b.Components, c)
		all.DependsOn = append(all.DependsOn, c.Ref)
	}
	b.Dependencies = []dependency{all}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(b)
}

// purl is the package URL of a part.
func purl(p part) string {
	segments := strings.Split(p.Name, "/")
	for i := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(segments[i]), "@", "%40")
	}
	return "pkg:" + p.Kind + "/" + strings.Join(segments, "/") + "@" + url.PathEscape(p.Version)
}
