package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

type fieldState uint8

const (
	fieldUnset fieldState = iota
	fieldNull
	fieldValue
	fieldUnreadable
)

// Field is one property of a Graph record. It is one of four things: not
// exported (the zero value), null, a value, or unreadable (present, but not of
// the type that Graph documents, as when a PowerShell export cut an object at
// its depth limit and wrote a string instead).
//
// There is no getter on purpose: [Field.Is] answers in three values and [Fold]
// makes the caller handle every state, so "not exported" can never be read as
// "not set".
type Field[T any] struct {
	state fieldState
	value T
}

// Value makes a field that holds v.
func Value[T any](v T) Field[T] { return Field[T]{state: fieldValue, value: v} }

// Null makes a field that Graph returned as null.
func Null[T any]() Field[T] { return Field[T]{state: fieldNull} }

// Is asks a question of the value: Unknown when the field was not exported or
// cannot be read, False when it is null, else the answer.
func (f Field[T]) Is(question func(T) bool) Truth {
	switch f.state {
	case fieldValue:
		return Of(question(f.value))
	case fieldNull:
		return False
	}
	return Unknown
}

// Null reports whether the property is null: Unknown when it was not exported
// or cannot be read.
func (f Field[T]) Null() Truth {
	switch f.state {
	case fieldValue:
		return False
	case fieldNull:
		return True
	}
	return Unknown
}

// Exported reports whether the export holds a readable property, null included.
func (f Field[T]) Exported() bool {
	return f.state == fieldValue || f.state == fieldNull
}

// IsZero reports whether the property was not exported; encoding/json's
// omitzero then leaves it out.
func (f Field[T]) IsZero() bool { return f.state == fieldUnset }

// Fold gives the result of the branch that matches the field's state. An
// unreadable field takes the unknown branch.
func Fold[T, R any](f Field[T], unknown, null func() R, value func(T) R) R {
	switch f.state {
	case fieldValue:
		return value(f.value)
	case fieldNull:
		return null()
	}
	return unknown()
}

// Equals asks whether the field holds exactly v.
func Equals[T comparable](f Field[T], v T) Truth {
	return f.Is(func(got T) bool { return got == v })
}

// UnmarshalJSON reads the property. It never fails: a value of another type
// makes the field unreadable, so that one odd property costs one verdict and
// not the record.
func (f *Field[T]) UnmarshalJSON(data []byte) error {
	f.state = readField(data, &f.value)
	return nil
}

// readField and writeField do what does not depend on the type, once for all
// types: there are over a hundred, and the page carries each copy.
func readField(data []byte, value any) fieldState {
	place := reflect.ValueOf(value).Elem()
	place.SetZero() // the name may stand here twice: the last one counts
	if bytes.Equal(data, []byte("null")) {
		return fieldNull
	}
	if json.Unmarshal(data, value) != nil {
		place.SetZero()
		return fieldUnreadable
	}
	return fieldValue
}

func writeField(state fieldState, value any) ([]byte, error) {
	switch state {
	case fieldValue:
		return json.Marshal(value)
	case fieldNull:
		return []byte("null"), nil
	}
	return json.Marshal(describeField(state, nil))
}

func describeField(state fieldState, value any) string {
	switch state {
	case fieldValue:
		return fmt.Sprint(value)
	case fieldNull:
		return "null"
	case fieldUnreadable:
		return "<unreadable in the export>"
	}
	return "<not exported>"
}

// MarshalJSON writes the value, null, or a short text in angle brackets that
// says why there is none.
func (f Field[T]) MarshalJSON() ([]byte, error) { return writeField(f.state, f.value) }

// String describes the field for a person.
func (f Field[T]) String() string { return describeField(f.state, f.value) }
