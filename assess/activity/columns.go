package activity

import "time"

// chunk is how many records are allocated at once, so that a long log is never
// copied to make room.
const chunk = 1024

// columns are the records of a chunk.
type columns struct {
	ids                                     column[[16]byte] // a GUID, or a place in the arena and a length
	seconds                                 column[uint32]
	eras                                    column[int32] // of 2^32 seconds, for times before 1970 or after 2106
	nanoseconds                             column[int32] // Graph writes whole seconds
	users, uses, origins, devices, outcomes numbers
}

func (c *columns) setTime(i int, at time.Time) {
	seconds := at.Unix()
	c.seconds.set(i, uint32(seconds))
	c.eras.set(i, int32(seconds>>32))
	c.nanoseconds.set(i, int32(at.Nanosecond()))
}

func (c *columns) time(i int) (seconds, nanoseconds int64) {
	return int64(c.eras.at(i))<<32 | int64(c.seconds.at(i)), int64(c.nanoseconds.at(i))
}

// numbers are a number a record, few of which are large.
type numbers struct{ low, high column[uint16] }

func (n *numbers) set(i int, number uint32) {
	n.low.set(i, uint16(number))
	n.high.set(i, uint16(number>>16))
}

func (n *numbers) at(i int) uint32 { return uint32(n.high.at(i))<<16 | uint32(n.low.at(i)) }

// column is a value a record, which takes no room where all of a chunk are zero.
type column[T comparable] struct{ values *[chunk]T }

func (c *column[T]) set(i int, value T) {
	if c.values == nil {
		if value == *new(T) {
			return
		}
		c.values = new([chunk]T)
	}
	c.values[i] = value
}

func (c *column[T]) at(i int) (value T) {
	if c.values != nil {
		value = c.values[i]
	}
	return value
}
