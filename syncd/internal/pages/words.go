package pages

import (
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Moment is a point in time as pages show it.
type Moment struct {
	Text string // "" for none
	ISO  string
}

// day is "22 พ.ย. 2569"; the zero time gives none.
func (x *exchange) day(t time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	d := calendar.DateOf(t)
	return Moment{d.Short(string(x.lang)), d.ISO()}
}

// moment is "22 พ.ย. 2569 10:42 น.".
func (x *exchange) moment(t time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	return Moment{x.day(t).Text + " " + x.clock(t), t.In(calendar.Bangkok()).Format(time.RFC3339)}
}

// clock is "10:42 น.".
func (x *exchange) clock(t time.Time) string { return x.clockIn(t, "15:04") }

func (x *exchange) clockIn(t time.Time, layout string) string {
	s := t.In(calendar.Bangkok()).Format(layout)
	if x.lang == catalog.TH {
		s += "\u00a0น."
	}
	return s
}

// date reads a day that somebody typed; what is wrong with it is said in the
// page's language.
func (x *exchange) date(typed string) (calendar.Date, string) {
	if typed == "" {
		return calendar.Date{}, ""
	}
	d, err := calendar.ParseThai(typed)
	if err != nil {
		return d, x.t("date.wrong")
	}
	return d, ""
}

// device is what a person knows a browser by, as "Chrome, Windows". What it does
// not recognise it leaves out.
func device(agent string) string {
	first := func(marks ...string) string {
		for i := 0; i < len(marks); i += 2 {
			if strings.Contains(agent, marks[i]) {
				return marks[i+1]
			}
		}
		return ""
	}
	browser := first("Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "Line/", "LINE", "Firefox/", "Firefox", "FxiOS", "Firefox", "CriOS", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
	system := first("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "CrOS", "ChromeOS", "Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}

// groups splits a secret at its dashes.
func groups(secret string) []string { return strings.Split(secret, "-") }
