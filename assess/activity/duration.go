package activity

import (
	"fmt"
	"strconv"
	"time"
)

// Duration reads an ISO 8601 duration as PIM writes it: PT4H, P1D, P365D,
// PT1H30M. Years and months have no fixed length and are refused, and so are
// fractions, signs and repeated or misplaced units.
func Duration(text string) (time.Duration, error) {
	fail := func() (time.Duration, error) {
		return 0, fmt.Errorf("%q is not a duration such as PT8H or P365D", text)
	}
	if len(text) < 3 || text[0] != 'P' {
		return fail()
	}
	units := []struct {
		name byte
		time bool
		unit time.Duration
	}{{'W', false, 7 * 24 * time.Hour}, {'D', false, 24 * time.Hour},
		{'H', true, time.Hour}, {'M', true, time.Minute}, {'S', true, time.Second}}
	var total time.Duration
	inTime, next := false, 0
	for rest := text[1:]; rest != ""; {
		if rest[0] == 'T' && !inTime && len(rest) > 1 {
			inTime, rest = true, rest[1:]
			continue
		}
		digits := 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		// Seven digits are more than a thousand years of hours and cannot overflow.
		if digits == 0 || digits > 7 || digits == len(rest) {
			return fail()
		}
		n, _ := strconv.ParseInt(rest[:digits], 10, 64) // digits only
		for next < len(units) && (units[next].name != rest[digits] || units[next].time != inTime) {
			next++
		}
		if next == len(units) || time.Duration(n) > (1<<62)/units[next].unit {
			return fail()
		}
		total += time.Duration(n) * units[next].unit
		if total < 0 {
			return fail()
		}
		next++
		rest = rest[digits+1:]
	}
	return total, nil
}
