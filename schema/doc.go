// Package schema holds the JSON Schemas of the documents that people exchange:
// the assessment, the diff of two, the declarations and the manifest of a bundle. They are
// generated from the Go types, committed, embedded, and proved up to date by a
// test. [Validate] checks a document and names the place of every error.
//
// The page does not link this package: its validator costs half a megabyte, and
// the reader of exports is strict by itself.
package schema

//go:generate go run ./generate
