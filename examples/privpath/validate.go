package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/privpath/privpath/graphsource/export"
)

func validateCommand(ctx context.Context, args []string, s streams) error {
	set := flags("validate", "PATH…", s)
	format := set.String("format", "text", "text or json")
	declarations := set.String("declarations", "", "read the owner's declarations from this `file`, instead of the export's own")
	paths, err := parse(set, args)
	switch {
	case err != nil:
		return err
	case len(paths) == 0:
		return usageError{fmt.Errorf("validate needs the path of an export")}
	case *format != "text" && *format != "json":
		return usageError{fmt.Errorf("there is no format %q; the formats are text, json", *format)}
	}
	src, closeSource, err := open(paths, *declarations)
	if err != nil {
		return err
	}
	defer closeSource()
	files, err := src.Inventory(ctx)
	if err != nil {
		return err
	}
	missing := export.MissingFrom(files)
	if *format == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(struct {
			Files   []export.FileReport `json:"files"`
			Missing []export.Missing    `json:"missing"`
		}{files, missing})
	} else {
		err = inventory(s.out, files, missing)
	}
	if err == nil {
		err = verdict(files)
	}
	return err
}

// inventory shows every file with what it was taken for, then what is missing.
func inventory(w io.Writer, files []export.FileReport, missing []export.Missing) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STATUS\tRECORDS\tFILE\tTAKEN FOR")
	var problems []export.FileReport
	for _, f := range files {
		if f.Reason != "" || len(f.Notes) > 0 {
			problems = append(problems, f)
		}
	}
	for _, l := range lines(files) {
		taken := l.taken
		if strings.TrimSuffix(l.path, ".json") == taken {
			taken = "" // its name says it
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", l.status, l.records, l.path, taken)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(problems) > 0 {
		fmt.Fprintln(w, "\nWhat to know about them")
	}
	for _, r := range remarks(problems) {
		fmt.Fprintf(w, "  %s: %s\n", r.path, r.text)
	}
	if len(missing) > 0 {
		fmt.Fprintln(w, "\nNot in this export, and the request that would add it")
	}
	for _, m := range missing {
		fmt.Fprintf(w, "  %s\n      %s\n", m.Dataset, m.Request)
		switch {
		case m.Application != "":
			fmt.Fprintf(w, "      %s\n", m.Application)
		case m.Delegated != "":
			fmt.Fprintf(w, "      %s (a signed-in user only)\n", m.Delegated)
		}
	}
	return nil
}

// remark is something to know about a file, or about several.
type remark struct{ path, text string }

// remarks lists what is to know about files; what holds of many is said once,
// because some tools write a file for each object.
func remarks(files []export.FileReport) []remark {
	var list []remark
	at, count := map[string]int{}, map[string]int{}
	for _, f := range files {
		texts := f.Notes
		if f.Reason != "" {
			texts = append([]string{f.Reason}, texts...)
		}
		for _, text := range texts {
			if count[text]++; count[text] <= fewFiles {
				at[text] = len(list)
				list = append(list, remark{printable(f.Path), text})
			}
		}
	}
	kept := list[:0]
	for i, r := range list {
		switch {
		case count[r.text] <= fewFiles:
			kept = append(kept, r)
		case at[r.text] == i:
			kept = append(kept, remark{fmt.Sprintf("%d files", count[r.text]), r.text})
		}
	}
	return kept
}

// fewFiles is how many files that say the same are listed one by one.
const fewFiles = 3

// line is one row of the inventory.
type line struct {
	path, taken string
	records     int
	status      export.Status
}

// lines lists the files; many that were taken for the same and share a status
// share a line, because there can be thousands.
func lines(files []export.FileReport) []line {
	type kind struct {
		taken  string
		status export.Status
	}
	of := func(f export.FileReport) kind { return kind{takenFor(f), f.Status} }
	count := map[kind]int{}
	for _, f := range files {
		count[of(f)]++
	}
	var list []line
	at := map[kind]int{}
	for _, f := range files {
		k := of(f)
		if count[k] <= fewFiles {
			list = append(list, line{printable(f.Path), k.taken, f.Records, f.Status})
			continue
		}
		if _, ok := at[k]; !ok {
			at[k] = len(list)
			list = append(list, line{fmt.Sprintf("%d files, such as %s", count[k], printable(f.Path)), k.taken, 0, f.Status})
		}
		list[at[k]].records += f.Records
	}
	return list
}

// takenFor says what a file was taken for; the file of another tool can supply
// several data sets.
func takenFor(f export.FileReport) string {
	switch {
	case f.Dataset != "" || len(f.Also) == 0:
		return cmp.Or(f.Dataset, string(f.Kind))
	case len(f.Also) > 3:
		return fmt.Sprintf("%s and %d more", strings.Join(f.Also[:2], ", "), len(f.Also)-2)
	}
	return strings.Join(f.Also, ", ")
}

// printable quotes a name that would not show as it is.
func printable(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

// verdict is an error when nothing of the export can be used.
func verdict(files []export.FileReport) error {
	for _, f := range files {
		if f.Records > 0 {
			return nil
		}
	}
	return fmt.Errorf("nothing in this export could be used; the reasons are above")
}
