package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLicences: all that is linked may be.
func TestLicences(t *testing.T) {
	parts, err := linked("../..")
	require.NoError(t, err)
	require.Greater(t, len(parts), 20)
	require.NoError(t, allowed(parts))
	kinds := map[string]int{}
	for _, p := range parts {
		kinds[p.Kind]++
		require.NotEmpty(t, p.Sum, "%s: no checksum holds it", p.Name)
	}
	require.Positive(t, kinds["golang"])
	require.Positive(t, kinds["npm"])

	require.ErrorContains(t, allowed([]part{{Name: "a", Licence: "GPL-3.0"}}), "GPL-3.0")
	require.Error(t, allowed([]part{{Name: "a", Licence: "MIT AND MPL-2.0"}}))
	require.Error(t, allowed([]part{{Name: "a"}}))
}

func TestRecognise(t *testing.T) {
	for want, text := range map[string]string{
		"Apache-2.0":         "Apache License\n  Version 2.0, January 2004",
		"MIT":                "Permission is hereby granted, free of\ncharge, to any person obtaining a copy",
		"MIT AND Apache-2.0": "",
		"unknown":            "All rights reserved. GNU GENERAL PUBLIC LICENSE",
		"BSD-3-Clause":       "Redistributions in binary form must reproduce the above copyright notice ... Neither the name of X",
	} {
		if text != "" {
			require.Equal(t, want, recognise(text))
		}
	}
	require.Equal(t, "Apache-2.0 AND MIT", recognise("Apache License, Version 2.0. Permission is hereby granted, free of charge, to any person obtaining a copy"))
	dir := t.TempDir()
	_, err := licenceIn(dir)
	require.ErrorContains(t, err, "no licence file")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "LICENSE"), []byte("x"), 0o644))
	got, err := licenceIn(dir)
	require.NoError(t, err)
	require.Equal(t, "unknown", got)
}

// TestSBOM: the bill is the same each time, names each part once, and each part
// has what a scanner looks for.
func TestSBOM(t *testing.T) {
	parts, err := linked("../..")
	require.NoError(t, err)
	var first, second bytes.Buffer
	require.NoError(t, writeSBOM(&first, parts))
	again, err := linked("../..")
	require.NoError(t, err)
	require.NoError(t, writeSBOM(&second, again))
	require.Equal(t, first.String(), second.String())
	var b bill
	dec := json.NewDecoder(&first)
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&b))
	require.Equal(t, []string{"CycloneDX", "1.6"}, []string{b.Format, b.Spec})
	refs := map[string]bool{}
	for _, c := range b.Components {
		require.Equal(t, "library", c.Type)
		require.Regexp(t, `^pkg:(golang|npm)/[^@]+@[^@]+$`, c.PURL)
		require.False(t, refs[c.Ref], c.Ref)
		refs[c.Ref] = true
		require.Len(t, c.Licences, 1)
		require.True(t, len(c.Hashes) == 1 || len(c.Properties) == 1, c.Name)
	}
	require.Len(t, b.Dependencies, 1)
	require.Len(t, b.Dependencies[0].DependsOn, len(refs))
	require.Equal(t, "pkg:npm/%40preact/signals@2.11.4", purl(part{Kind: "npm", Name: "@preact/signals", Version: "2.11.4"}))
}
