package activity

import (
	"fmt"
	"strings"
	"time"

	"github.com/privpath/privpath/model"
)

// Hours are the declared working hours.
type Hours struct {
	zone     *time.Location
	days     [7]bool
	from, to int // minutes after midnight
}

// OfficeHours reads declared working hours. Time zones are IANA names, such as
// Europe/London; where the system does not know one, nothing is guessed.
func OfficeHours(declared model.Field[model.WorkingHours]) (Hours, error) {
	h := Hours{}
	err := fmt.Errorf("declarations.json: workingHours is not declared: state timezone, days, from and to")
	declared.Is(func(w model.WorkingHours) bool { h, err = hours(w); return true })
	return h, err
}

func hours(w model.WorkingHours) (Hours, error) {
	fail := func(what, value, remedy string) (Hours, error) {
		return Hours{}, fmt.Errorf("declarations.json: workingHours.%s %q is not known: %s", what, value, remedy)
	}
	var h Hours
	zone, err := time.LoadLocation(w.Timezone)
	if err != nil || w.Timezone == "" || w.Timezone == "Local" {
		return fail("timezone", w.Timezone, "write an IANA name such as Europe/London, or UTC")
	}
	h.zone = zone
	for _, day := range w.Days {
		n := weekday(day)
		if n < 0 {
			return fail("days", day, "write mon, tue, wed, thu, fri, sat or sun")
		}
		h.days[n] = true
	}
	for text, minutes := range map[*string]*int{&w.From: &h.from, &w.To: &h.to} {
		t, err := time.Parse("15:04", *text)
		if err != nil {
			return fail("from or to", *text, "write HH:MM")
		}
		*minutes = t.Hour()*60 + t.Minute()
	}
	return h, nil
}

func weekday(name string) int {
	for n := range 7 {
		if full := strings.ToLower(time.Weekday(n).String()); strings.EqualFold(name, full) || strings.EqualFold(name, full[:3]) {
			return n
		}
	}
	return -1
}

// Include says whether an instant lies in the hours: from the start of the hours
// to just before their end. Hours that end before they begin go on past midnight
// and belong to the day on which they began. Unknown where the time is not known.
func (h Hours) Include(t time.Time) model.Truth {
	if t.IsZero() || h.zone == nil {
		return model.Unknown
	}
	local := t.In(h.zone)
	minute, today := local.Hour()*60+local.Minute(), int(local.Weekday())
	if h.from < h.to {
		return model.Of(h.days[today] && minute >= h.from && minute < h.to)
	}
	return model.Of(h.days[today] && minute >= h.from || h.days[(today+6)%7] && minute < h.to)
}
