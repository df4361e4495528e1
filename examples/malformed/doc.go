// Package malformed makes a corpus of input that is not what it should be: text
// that was cut or is no JSON, odd encodings, responses of the wrong shape, values
// of the wrong type, manifests that lie, documents and archives that are hostile.
//
// The files are kept in corpus, a folder a kind, so that anybody can feed them to
// a reader; a file's name begins with what it takes the place of (see [Targets]).
// corpus/found holds what fuzzing found and no generator made.
package malformed

//go:generate go run -C ../.. ./examples/malformed/generate
