package model

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A record's location is the one that it was given.
func TestLocationComesBack(t *testing.T) {
	var last *place
	for _, pointer := range []string{"", "/", "/0", "/value/0", "/value/12", "/value/12", "/value/012", "/value/+1", "/value/x", "/value/4294967294", "/value/4294967295",
		"/value/4294967296", "/value/3/members/7", "value", "7", "/value/", "/value/-1", "/value/1_0"} {
		at := Location{Dataset: "users", File: "users.json", Pointer: pointer}
		p, n := placeOf(last, "g", at)
		require.Equal(t, at, p.location(n), pointer)
		require.Equal(t, "g", p.parent)
		last = p
		o := NewObject("u", "p", at)
		require.Equal(t, at, o.Location())
		require.Equal(t, "p", o.Parent())
		require.Equal(t, Evidence{Dataset: "users", File: "users.json", Pointer: pointer + "/id", Value: "u"}, o.Evidence("/id", "u"))
	}
	require.Equal(t, Location{}, Object{}.Location())
	require.Empty(t, Object{}.Parent())
}

// Records of one list share its place; another parent, file or list has its own.
func TestPlacesAreShared(t *testing.T) {
	at := Location{Dataset: "groups/{id}/members", File: "a.json", Pointer: "/value/0"}
	first, _ := placeOf(nil, "g", at)
	at.Pointer = "/value/1"
	same, n := placeOf(first, "g", at)
	require.Same(t, first, same)
	require.EqualValues(t, 2, n)
	for _, other := range []struct {
		parent string
		at     Location
	}{{"h", at}, {"g", Location{at.Dataset, "b.json", at.Pointer}}, {"g", Location{at.Dataset, at.File, "/1"}}, {"g", Location{"users", at.File, at.Pointer}}} {
		p, _ := placeOf(first, other.parent, other.at)
		require.NotSame(t, first, p)
	}
}
