package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

func controlsCommand(_ context.Context, args []string, s streams) error {
	set := flags("controls", "", s)
	format := set.String("format", "text", "text, md or json")
	rest, err := parse(set, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError{fmt.Errorf("controls takes no argument; `privpath explain %s` explains one", rest[0])}
	case *format == "json":
		return controlsJSON(s.out)
	case *format == "md":
		_, err := io.WriteString(s.out, pillars.Catalogue(pillars.All()))
		return err
	case *format != "text":
		return usageError{fmt.Errorf("there is no format %q; the formats are text, md, json", *format)}
	}
	for _, pillar := range model.Pillars() {
		fmt.Fprintf(s.out, "%s\n", pillar.Title())
		for _, c := range pillars.All() {
			if c.Pillar != pillar {
				continue
			}
			gate := " "
			if c.Gate {
				gate = "★"
			}
			fmt.Fprintf(s.out, "  %s  level %d%s  %-8s  %s\n", c.ID, c.Level, gate, c.Severity, c.Title)
		}
	}
	fmt.Fprintln(s.out, "\n★ gates its level: the level is not met without it.")
	return nil
}

func controlsJSON(w io.Writer) error {
	infos := []model.ControlInfo{}
	for _, c := range pillars.All() {
		infos = append(infos, c.ControlInfo)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(infos)
}

func explainCommand(_ context.Context, args []string, s streams) error {
	rest, err := parse(flags("explain", "CONTROL", s), args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError{fmt.Errorf("explain takes one control id; `privpath controls` lists them")}
	}
	for _, c := range pillars.All() {
		if strings.EqualFold(c.ID, rest[0]) {
			explain(s.out, c)
			return nil
		}
	}
	return usageError{fmt.Errorf("there is no control %q; `privpath controls` lists them", rest[0])}
}

func explain(w io.Writer, c *assess.Control) {
	gate := ""
	if c.Gate {
		gate = ", a gate of that level"
	}
	fmt.Fprintf(w, "%s  %s\n", c.ID, c.Title)
	fmt.Fprintf(w, "%s, level %d%s. Severity %s. Basis: %s.\n\n", c.Pillar.Title(), c.Level, gate, c.Severity, c.Basis)
	paragraph(w, "Why", c.Rationale)
	paragraph(w, "How it decides", c.Decides)
	paragraph(w, "How to fix it", c.Remediation.Summary)
	paragraph(w, "  portal", c.Remediation.Portal)
	paragraph(w, "  Graph", c.Remediation.Graph)
	paragraph(w, "  PowerShell", c.Remediation.PowerShell)
	paragraph(w, "Licence", c.Licence)
	paragraph(w, "Reads", strings.Join(assess.Needs([]*assess.Control{c}), ", "))
	for _, r := range c.References.Lists() {
		paragraph(w, r.Name, strings.Join(r.IDs, ", "))
	}
	paragraph(w, "See", strings.Join(c.References.Docs, ", "))
}

func paragraph(w io.Writer, label, text string) {
	if text == "" {
		return
	}
	line, width := fmt.Sprintf("%-22s", label), 22
	for _, word := range strings.Fields(text) {
		if width+len(word)+1 > 100 {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line, width = strings.Repeat(" ", 22), 22
		}
		line += word + " "
		width += len(word) + 1
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}
