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
	for _, f := range problems {
		if f.Reason != "" {
			fmt.Fprintf(w, "  %s: %s\n", printable(f.Path), f.Reason)
		}
		for _, note := range f.Notes {
			fmt.Fprintf(w, "  %s: %s\n", printable(f.Path), note)
		}
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

// line is one row of the inventory.
type line struct {
	path, taken string
	records     int
	status      export.Status
}

// lines lists the files; the files of one child data set that share a status
// share a line, because there can be thousands.
func lines(files []export.FileReport) []line {
	var list []line
	at := map[[2]string]int{}
	count := map[[2]string]int{}
	for _, f := range files {
		if f.Parent == "" {
			list = append(list, line{printable(f.Path), cmp.Or(f.Dataset, string(f.Kind)), f.Records, f.Status})
			continue
		}
		key := [2]string{f.Dataset, string(f.Status)}
		if count[key]++; count[key] == 1 {
			at[key] = len(list)
			list = append(list, line{taken: f.Dataset, status: f.Status})
		}
		l := &list[at[key]]
		l.records += f.Records
		if l.path = printable(f.Path); count[key] > 1 {
			l.path = fmt.Sprintf("%d files", count[key])
		}
	}
	return list
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
