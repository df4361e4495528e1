package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFoldIDIsLowerCase(t *testing.T) {
	for c := range 256 { // every byte at every place of a word
		for i := range 9 {
			id := strings.Repeat("z", i) + string([]byte{byte(c)}) + strings.Repeat("@[", 4)
			require.Equal(t, strings.ToLower(id), FoldID(id), "%q", id)
		}
	}
	texts := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9a-fA-F@\[zZ-]{0,40}`))
	rapid.Check(t, func(t *rapid.T) {
		id := texts.Draw(t, "id")
		require.Equal(t, strings.ToLower(id), FoldID(id))
	})
}

func BenchmarkFoldID(b *testing.B) {
	id := "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	for b.Loop() {
		FoldID(id)
	}
}
