package main

import (
	"context"
	"io"
	"slices"
	"strings"
)

// writeFn puts the parts in order and writes the file and the page.
type writeFn struct{ Config config }

// ProcessElement sees all parts. It holds their names in memory, never their rows.
func (f *writeFn) ProcessElement(ctx context.Context, all whole) error {
	err := writeFile(ctx, f.Config.Out, func(w io.Writer) error {
		header, err := headerRow(all.Totals).append(nil)
		if err == nil {
			_, err = w.Write(header)
		}
		for _, p := range inOrder(all.Parts) {
			for _, name := range p.Names {
				if err == nil {
					err = f.copy(ctx, w, name)
				}
			}
		}
		return err
	})
	if err != nil {
		return &problem{err}
	}
	if err := writeFile(ctx, f.Config.Page, func(w io.Writer) error { return writePage(w, all.Totals) }); err != nil {
		return &problem{err}
	}
	return nil
}

// inOrder are parts by their bundles' names.
func inOrder(parts []part) []part {
	return slices.SortedFunc(slices.Values(parts), func(a, b part) int { return strings.Compare(a.Bundle, b.Bundle) })
}

func (f *writeFn) copy(ctx context.Context, w io.Writer, name string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	from, err := openFile(ctx, join(f.Config.Parts, name))
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	_, err = io.Copy(w, from)
	return err
}

// headerRow is the first row. It has no time of its own: the same bundles give the
// same file.
func headerRow(sum totals) row {
	return row{{"kind", kindRun}, {"schema", schemaName}, {"bundles", sum.Bundles}, {"assessed", sum.Bundles - sum.Failed},
		{"failed", sum.Failed}, {"engine", sum.Engine}, {"compared", sum.Compared}}
}
