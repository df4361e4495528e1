package main

import (
	"context"
	"fmt"
	"io"

	"github.com/privpath/privpath/internal/jobs"
)

func declareCommand(ctx context.Context, args []string, s streams) error {
	set := flags("declare", "[PATH…]", s)
	output := set.String("o", "", "write to this `file` instead of standard output; one that exists is left alone")
	paths, err := parse(set, args)
	if err != nil {
		return err
	}
	src, closeSource, err := open(paths, "")
	if err != nil {
		return err
	}
	defer closeSource()
	start, _, err := jobs.Declare(ctx, src)
	if err != nil {
		return err
	}
	text, err := jobs.Indented(start)
	if err != nil {
		return err
	}
	if *output == "" {
		_, err := s.out.Write(text)
		return err
	}
	if err := createFile(*output, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Wrote %s. It states nothing yet: check what stands under suggestions.\n", *output)
	return nil
}
