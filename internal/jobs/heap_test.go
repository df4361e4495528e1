package jobs

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGrowth(t *testing.T) {
	for live, want := range map[int64]int{0: 1000, 1 << 20: 1000, 64 << 20: 300, 192 << 20: 100, 384 << 20: 50, 768 << 20: 25, 4 << 30: 25} {
		require.Equal(t, want, growth(live), live)
	}
}
