package model

import (
	"math"
	"strconv"
	"strings"
)

// place is where the records of one list stand. They share it: a record has only
// its number in the list, since there are a great many of them.
type place struct {
	parent string
	list   Location
}

// row is a record's number in its list, from 1 on; 0 is a record that stands in none.
type row uint32

func (p *place) location(r row) Location {
	if p == nil {
		return Location{}
	}
	at := p.list
	if r > 0 {
		at.Pointer += "/" + strconv.FormatUint(uint64(r-1), 10)
	}
	return at
}

// placeOf gives the place of a record, which is last where that is the same.
func placeOf(last *place, parent string, at Location) (*place, row) {
	if parent == "" && at == (Location{}) {
		return nil, 0
	}
	list, n := splitRow(at.Pointer)
	at.Pointer = list
	if last != nil && last.parent == parent && last.list == at {
		return last, n
	}
	return &place{parent, at}, n
}

// splitRow takes the number of an element from the end of a JSON pointer; what would
// not come back as it is written is left there.
func splitRow(pointer string) (list string, n row) {
	slash := strings.LastIndexByte(pointer, '/')
	digits := pointer[slash+1:]
	value, err := strconv.ParseUint(digits, 10, 32)
	if slash < 0 || err != nil || value == math.MaxUint32 || len(digits) > 1 && digits[0] == '0' {
		return pointer, 0
	}
	return pointer[:slash], row(value + 1)
}
