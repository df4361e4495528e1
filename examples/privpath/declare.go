package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/privpath/privpath/assess/declare"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
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
	var needs []string
	for _, n := range declare.Needs() {
		needs = append(needs, n.Name())
	}
	tenant, err := src.Load(ctx, needs)
	if err != nil {
		return err
	}
	var infos []model.ControlInfo
	for _, c := range pillars.All() {
		infos = append(infos, c.ControlInfo)
	}
	if *output == "" {
		return writeDeclarations(s.out, declare.Start(tenant, infos))
	}
	if err := createFile(*output, func(w io.Writer) error { return writeDeclarations(w, declare.Start(tenant, infos)) }); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Wrote %s. It states nothing yet: check what stands under suggestions.\n", *output)
	return nil
}

func writeDeclarations(w io.Writer, d model.Declarations) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}
