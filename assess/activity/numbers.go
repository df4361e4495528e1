package activity

import "hash/maphash"

// numbers gives the same number to the same value, from 0 on in the order in which
// they come. It is a map that keeps its keys in a list only, for there are a great
// many of them.
type numbers[T comparable] struct {
	list  []T
	slots []slot // a power of two of them, at most half of them taken
}

// slot is where the number of a value is looked for, from the place of its hash on.
type slot struct {
	hash uint32 // a part of it
	next uint32 // the number, and 1; 0 is a slot that is not taken
}

// Nobody who names a user can know the seed, and so choose values that lie together.
var seed = maphash.MakeSeed()

func (n *numbers[T]) of(value T) uint32 {
	hash := maphash.Comparable(seed, value)
	if len(n.slots) > 0 {
		last := uint64(len(n.slots) - 1)
		for i := hash & last; n.slots[i].next != 0; i = (i + 1) & last {
			if s := n.slots[i]; s.hash == uint32(hash>>32) && n.list[s.next-1] == value {
				return s.next - 1
			}
		}
	}
	if 2*len(n.list) >= len(n.slots) {
		n.grow()
	}
	n.list = append(n.list, value)
	n.put(hash, uint32(len(n.list)))
	return uint32(len(n.list) - 1)
}

func (n *numbers[T]) put(hash uint64, next uint32) {
	last := uint64(len(n.slots) - 1)
	i := hash & last
	for n.slots[i].next != 0 {
		i = (i + 1) & last
	}
	n.slots[i] = slot{uint32(hash >> 32), next}
}

func (n *numbers[T]) grow() {
	n.slots = make([]slot, max(16, 2*len(n.slots)))
	for i, value := range n.list {
		n.put(maphash.Comparable(seed, value), uint32(i+1))
	}
}
