package report_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// xsd is the part of XML Schema that the published schema of JUnit XML uses:
// elements by reference, in sequence, with attributes of text.
type xsd struct {
	Elements []xsdElement `xml:"element"`
}

type xsdElement struct {
	Name    string      `xml:"name,attr"`
	Complex *xsdComplex `xml:"complexType"` // nil: text alone
}

type xsdComplex struct {
	Mixed      bool           `xml:"mixed,attr"`
	Sequence   []xsdParticle  `xml:"sequence>element"`
	Attributes []xsdAttribute `xml:"attribute"`
}

type xsdParticle struct {
	Ref string `xml:"ref,attr"`
	Min string `xml:"minOccurs,attr"`
	Max string `xml:"maxOccurs,attr"`
}

type xsdAttribute struct {
	Name string `xml:"name,attr"`
	Use  string `xml:"use,attr"`
}

// xmlElement is any element of a document.
type xmlElement struct {
	XMLName  xml.Name
	Attrs    []xml.Attr   `xml:",any,attr"`
	Children []xmlElement `xml:",any"`
	Text     string       `xml:",chardata"`
}

// faults lists where an element is not as the schema says.
func (s xsd) faults(e xmlElement) (all []string) {
	say := func(format string, args ...any) {
		all = append(all, "<"+e.XMLName.Local+"> "+fmt.Sprintf(format, args...))
	}
	at := slices.IndexFunc(s.Elements, func(d xsdElement) bool { return d.Name == e.XMLName.Local })
	if at < 0 {
		say("is not declared")
		return all
	}
	declared := s.Elements[at].Complex
	if declared == nil {
		declared = &xsdComplex{Mixed: true}
	}
	if !declared.Mixed && strings.TrimSpace(e.Text) != "" {
		say("holds text")
	}
	for _, a := range e.Attrs {
		if !slices.ContainsFunc(declared.Attributes, func(d xsdAttribute) bool { return d.Name == a.Name.Local }) {
			say("has no attribute %s", a.Name.Local)
		}
	}
	for _, d := range declared.Attributes {
		if d.Use == "required" && !slices.ContainsFunc(e.Attrs, func(a xml.Attr) bool { return a.Name.Local == d.Name }) {
			say("needs the attribute %s", d.Name)
		}
	}
	rest := e.Children
	for _, p := range declared.Sequence {
		n := 0
		for n < len(rest) && rest[n].XMLName.Local == p.Ref {
			n++
		}
		if n == 0 && p.Min != "0" || n > 1 && p.Max != "unbounded" {
			say("holds %d of <%s>", n, p.Ref)
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		say("holds a <%s> out of its place", rest[0].XMLName.Local)
	}
	for _, c := range e.Children {
		all = append(all, s.faults(c)...)
	}
	return all
}

func TestJUnitIsValid(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "schemas", "jenkins-junit.xsd"))
	require.NoError(t, err)
	var schema xsd
	require.NoError(t, xml.Unmarshal(text, &schema))
	require.Len(t, schema.Elements, 10)
	faults := func(text string) []string {
		var doc xmlElement
		require.NoError(t, xml.Unmarshal([]byte(text), &doc))
		return schema.faults(doc)
	}
	for name, a := range cases() {
		require.Empty(t, faults(render(t, "junit", a)), name)
	}
	require.Equal(t, []string{"<testsuites> has no attribute odd", "<testsuites> holds a <testcase> out of its place", "<testcase> needs the attribute name",
		"<testcase> holds 2 of <skipped>"}, faults(`<testsuites odd="1"><testcase><skipped/><skipped/></testcase></testsuites>`), "the test would see a fault")
}
