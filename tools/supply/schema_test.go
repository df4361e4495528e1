package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"
)

// TestSBOMIsValid holds the bill of materials to CycloneDX's own JSON schema, which
// `make sbom-test` fetches: it is not ours, and a third of a megabyte.
func TestSBOMIsValid(t *testing.T) {
	folder := os.Getenv("PRIVPATH_CYCLONEDX")
	if folder == "" {
		t.Skip("PRIVPATH_CYCLONEDX names no folder with CycloneDX's schemas: make sbom-test")
	}
	const base = "http://cyclonedx.org/schema/"
	compiler := jsonschema.NewCompiler()
	for file, name := range map[string]string{"bom-1.6": "bom-1.6.schema.json", "spdx": "spdx.SNAPSHOT.schema.json", "jsf-0.82": "jsf-0.82.SNAPSHOT.schema.json"} {
		text, err := os.ReadFile(filepath.Join(folder, file+".SNAPSHOT.schema.json"))
		require.NoError(t, err)
		require.NoError(t, compiler.AddResource(base+name, bytes.NewReader(text)))
	}
	schema, err := compiler.Compile(base + "bom-1.6.schema.json")
	require.NoError(t, err)

	parts, err := linked("../..")
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, writeSBOM(&text, parts))
	read := func(edit func(bill map[string]any)) any {
		var bill map[string]any
		require.NoError(t, json.Unmarshal(text.Bytes(), &bill))
		edit(bill)
		return bill
	}
	require.NoError(t, schema.Validate(read(func(map[string]any) {})))
	for name, edit := range map[string]func(bill map[string]any){
		"another format":      func(bill map[string]any) { bill["bomFormat"] = "SPDX" },
		"an unknown property": func(bill map[string]any) { bill["made"] = "up" },
		"a short hash":        func(bill map[string]any) { hashOf(bill)["content"] = "ab" },
		"an unknown kind":     func(bill map[string]any) { first(bill)["type"] = "thing" },
	} {
		require.Error(t, schema.Validate(read(edit)), name)
	}
}

func first(bill map[string]any) map[string]any {
	return bill["components"].([]any)[0].(map[string]any)
}

// hashOf is the checksum of the first part that has one.
func hashOf(bill map[string]any) map[string]any {
	for _, c := range bill["components"].([]any) {
		if hashes, ok := c.(map[string]any)["hashes"].([]any); ok {
			return hashes[0].(map[string]any)
		}
	}
	return nil
}
