package jshost

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"syscall/js"
	"testing"

	"github.com/stretchr/testify/require"
)

// object makes a host of functions, with a stage of eight bytes.
func object(t *testing.T, stage js.Value, functions map[string]func(args []js.Value) any) js.Value {
	made := js.Global().Get("Object").New()
	made.Set("stage", stage)
	for name, function := range functions {
		kept := js.FuncOf(func(_ js.Value, args []js.Value) any { return function(args) })
		t.Cleanup(kept.Release)
		made.Set(name, kept)
	}
	return made
}

// resolved is a promise that is kept already.
func resolved(v any) js.Value { return js.Global().Get("Promise").Call("resolve", v) }

// TestDigests: what arrives at the host are the texts, each in its order and in pieces
// that fit, and what it says of them is the sum. Every third piece has to wait.
func TestDigests(t *testing.T) {
	stage := js.Global().Get("Uint8Array").New(8)
	var texts []*bytes.Buffer
	writes, waits := 0, 0
	var ended []int
	digests := NewDigests(object(t, stage, map[string]func(args []js.Value) any{
		"begin": func([]js.Value) any { texts = append(texts, new(bytes.Buffer)); return len(texts) - 1 },
		"write": func(args []js.Value) any {
			piece := make([]byte, args[1].Int())
			js.CopyBytesToGo(piece, stage)
			texts[args[0].Int()].Write(piece)
			if writes++; writes%3 > 0 {
				return js.Undefined()
			}
			waits++
			return resolved(nil)
		},
		"end": func(args []js.Value) any { ended = append(ended, args[0].Int()); return nil },
		"sum": func(args []js.Value) any {
			require.Contains(t, ended, args[0].Int())
			sum := sha256.Sum256(texts[args[0].Int()].Bytes())
			return resolved(Array(sum[:]))
		},
	}))
	a, b := digests.New(), digests.New()
	for _, text := range []string{"a text of more than eight bytes", "", "short"} {
		n, err := io.WriteString(a, text)
		require.NoError(t, err)
		require.Equal(t, len(text), n)
		_, _ = io.WriteString(b, strings.ToUpper(text))
	}
	require.Positive(t, waits)
	require.NoError(t, a.(io.Closer).Close())
	sumA, sumB := sha256.Sum256([]byte("a text of more than eight bytesshort")), sha256.Sum256([]byte("A TEXT OF MORE THAN EIGHT BYTESSHORT"))
	require.Equal(t, append([]byte("before"), sumA[:]...), a.Sum([]byte("before")))
	require.Equal(t, sumB[:], b.Sum(nil))
	b.Reset()
	none := sha256.Sum256(nil)
	require.Equal(t, none[:], b.Sum(nil))
	require.Equal(t, []int{0, 1, 2}, ended, "each once")
	require.Equal(t, []int{sha256.Size, sha256.BlockSize}, []int{a.Size(), a.BlockSize()})
}

// TestFiles: a file comes whole, whatever is asked for, and a fault of the host's is one.
func TestFiles(t *testing.T) {
	stage := js.Global().Get("Uint8Array").New(8)
	content := "a file of more than eight bytes"
	files := NewFiles(object(t, stage, map[string]func(args []js.Value) any{
		"read": func(args []js.Value) any {
			from := min(args[1].Int(), len(content))
			return js.CopyBytesToJS(stage, []byte(content[from:min(from+args[2].Int(), len(content))]))
		},
	}))
	for from := range len(content) + 2 {
		for size := range len(content) + 2 {
			p := make([]byte, size)
			n, err := files.ReadAt("any", p, int64(from))
			want := content[min(from, len(content)):min(from+size, len(content))]
			require.Equal(t, want, string(p[:n]))
			require.Equal(t, n < size, errors.Is(err, io.EOF), "%d bytes at %d: %v", size, from, err)
		}
	}
	throws := object(t, stage, nil)
	throws.Set("read", js.Global().Get("JSON").Get("parse"))
	_, err := NewFiles(throws).ReadAt("any", make([]byte, 1), 0)
	require.ErrorContains(t, err, "JSON")
}
