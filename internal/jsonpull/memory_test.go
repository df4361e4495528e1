package jsonpull

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// reachable counts the items that a memory holds on to in any way.
func reachable(m *Memory) int {
	seen := map[*Item]bool{}
	queue := []*Item{&m.first}
	for _, item := range m.items {
		queue = append(queue, item)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		if item := queue[0]; item != nil && !seen[item] {
			seen[item] = true
			queue = append(queue, item.next[:]...)
		}
	}
	return len(seen)
}

// A memory stays as small as it may be: here every list begins as many before it do,
// which keeps their beginning known, and ends as none does.
func TestMemoryIsBounded(t *testing.T) {
	const depth, leaves = 8, 6561 // 3 to the power of 8
	var r Reader
	var m Memory
	recalled, most := 0, 0
	for i := range 3 * leaves {
		path := fmt.Sprintf("%08s", strconv.FormatInt(int64(i/3), 3))
		before := m.First()
		for j := range depth {
			text := fmt.Sprintf(`{"path":%q},`, path[:j+1])
			r.Reset([]byte(text), false, 10)
			item := r.Recall(&m, before)
			if item == nil {
				r.Skip()
				item = r.Remember(&m, before, 0)
			} else {
				require.Equal(t, text, item.raw+",")
				recalled++
			}
			if before = item; item == nil {
				break
			}
		}
		if i%50 == 0 {
			most = max(most, reachable(&m))
		}
		require.LessOrEqual(t, m.size, maxItems+objectSize+depth+20)
	}
	require.Greater(t, recalled, 50_000)
	require.LessOrEqual(t, most, maxItems/objectSize+10)
	require.Greater(t, most, 500, "the bound was never near")
}
