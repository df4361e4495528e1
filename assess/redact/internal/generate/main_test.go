package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVocabularyIsCurrent(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..")
	want, err := vocabulary(root)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(root, "assess", "redact", "vocabulary.txt"))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go generate ./assess/redact")
}
