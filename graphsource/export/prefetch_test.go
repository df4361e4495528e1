package export

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// prefetching gives a source read ahead, however small it is.
func prefetching(src io.Reader, size int64) (io.Reader, func()) {
	source := FS(files{}.fs(), Options{Parallel: 2})
	source.eager = true
	return newWorker(context.Background(), newScan(context.Background(), source, model.NewBuilder())).ahead(src, size)
}

// told tells of every reading.
type told struct {
	io.Reader
	tell chan int
}

func (t told) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.tell <- n
	return n, err
}

// A source is read before anybody reads from it, but for a few pieces only.
func TestPrefetchReadsAhead(t *testing.T) {
	if (Options{Parallel: 2}).parallel() < 2 {
		t.Skip("on one thread nothing is read ahead")
	}
	src := told{zeroes{}, make(chan int, 10*prefetchAhead)}
	ahead, stop := prefetching(src, 1000)
	for range prefetchAhead {
		require.Equal(t, 1000, <-src.tell)
	}
	n, err := io.ReadFull(ahead, make([]byte, 2500)) // gives two pieces back
	require.NoError(t, err)
	require.Equal(t, 2500, n)
	for range 2 {
		require.Equal(t, 1000, <-src.tell)
	}
	stop()
	stop()
	require.Empty(t, src.tell)
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { return len(p), nil }

// The bytes and the error come as the source gives them.
func TestPrefetchTellsNoDifference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	gone := errors.New("the disk is gone")
	for range 200 {
		text := make([]byte, rnd.IntN(5000))
		for i := range text {
			text[i] = byte(rnd.Uint32())
		}
		for name, way := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "error with the last bytes": iotest.DataErrReader,
			"fails": func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(gone)) },
		} {
			want, wrong := io.ReadAll(way(bytes.NewReader(text)))
			src, stop := prefetching(way(bytes.NewReader(text)), 1+rnd.Int64N(3000))
			got, err := io.ReadAll(src)
			require.Equal(t, wrong, err, name)
			require.Equal(t, want, got, name)
			_, again := src.Read(make([]byte, 1))
			require.Error(t, again, name)
			stop()
		}
	}
}
