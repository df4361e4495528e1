package activity

import "time"

// chunk is how many records are allocated at once, so that a long log is never
// copied to make room.
const chunk = 1024

// columns are records.
type columns struct {
	ids                                     [chunk][16]byte // a GUID, or a place in the arena and a length
	seconds                                 [chunk]uint32
	eras                                    rare[int32] // of 2^32 seconds, for times before 1970 or after 2106
	nanoseconds                             rare[int32] // Graph writes whole seconds
	users, uses, origins, devices, outcomes column
}

func (c *columns) setTime(i int, at time.Time) {
	seconds := at.Unix()
	c.seconds[i] = uint32(seconds)
	c.eras.set(i, int32(seconds>>32))
	c.nanoseconds.set(i, int32(at.Nanosecond()))
}

func (c *columns) time(i int) (seconds, nanoseconds int64) {
	return int64(c.eras.at(i))<<32 | int64(c.seconds[i]), int64(c.nanoseconds.at(i))
}

// column is a number a record; few are large.
type column struct {
	low  [chunk]uint16
	high rare[uint16]
}

func (c *column) set(i int, number uint32) {
	c.low[i] = uint16(number)
	c.high.set(i, uint16(number>>16))
}

func (c *column) at(i int) uint32 { return uint32(c.high.at(i))<<16 | uint32(c.low[i]) }

// rare is a number a record that takes no room where all of a chunk are zero.
type rare[T int32 | uint16] struct{ numbers *[chunk]T }

func (r *rare[T]) set(i int, number T) {
	if number != 0 && r.numbers == nil {
		r.numbers = new([chunk]T)
	}
	if r.numbers != nil {
		r.numbers[i] = number
	}
}

func (r *rare[T]) at(i int) T {
	if r.numbers == nil {
		return 0
	}
	return r.numbers[i]
}
