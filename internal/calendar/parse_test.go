package calendar

import (
	"testing"
	"time"
)

func TestParseThai(t *testing.T) {
	first := Date{2026, time.October, 1}
	tests := []struct {
		name, in string
		want     Date
	}{
		{"slashes and a Buddhist year", "1/10/2569", first},
		{"slashes and zeros", "01/10/2569", first},
		{"dashes", "1-10-2569", first},
		{"dots", "1.10.2569", first},
		{"a year of two digits is 25xx", "1/10/69", first},
		{"a year of the common era", "1/10/2026", first},
		{"a short month and a short year", "1 ต.ค. 69", first},
		{"a short month", "1 ต.ค. 2569", first},
		{"no blanks", "1ต.ค.2569", first},
		{"a blank inside the month", "1 ต. ค. 2569", first},
		{"a short month without dots", "1 ตค 2569", first},
		{"a full month", "1 ตุลาคม 2569", first},
		{"the era spelled out", "1 ตุลาคม พ.ศ. 2569", first},
		{"the era without a blank", "1 ตุลาคม พ.ศ.2569", first},
		{"the common era spelled out", "1 ตุลาคม ค.ศ. 2026", first},
		{"as a letter begins", "วันที่ ๑ ตุลาคม ๒๕๖๙", first},
		{"Thai digits", "๑ ตุลาคม ๒๕๖๙", first},
		{"Thai digits with slashes", "๑/๑๐/๒๕๖๙", first},
		{"blanks around", "  1/10/2569\n", first},
		{"no-break blanks", "1\u00a0ต.ค.\u00a02569", first},
		{"English", "1 Oct 2026", first},
		{"English in full", "1 October 2026", first},
		{"English, month first", "October 1, 2026", first},
		{"the stored form", "2026-10-01", first},
		{"the stored form with a Buddhist year", "2569-10-01", first},
		{"a leap day: 2567 is 2024", "29 ก.พ. 2567", Date{2024, time.February, 29}},
		{"the first day of the new count", "1 ม.ค. 2484", Date{1941, time.January, 1}},
		{"the last day of the short year", "31 ธ.ค. 2483", Date{1940, time.December, 31}},
		{"before 2484 a year ended in March", "31 มี.ค. 2482", Date{1940, time.March, 31}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseThai(test.in)
			if err != nil || got != test.want {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestParseThaiRefuses(t *testing.T) {
	tests := []struct{ name, in string }{
		{"nothing", ""},
		{"words", "วันจันทร์หน้า"},
		{"a day too many", "31/9/2569"},
		{"a leap day of the wrong year", "29/2/2569"},
		{"a month too many", "1/13/2569"},
		{"month before day", "10/31/2569"},
		{"a year of three digits", "1/10/569"},
		{"a year of one digit", "1/10/9"},
		{"a year of five digits", "1/10/25690"},
		{"no year", "1 ต.ค."},
		{"four numbers", "1/10/25/69"},
		{"two years", "2569-10-2569"},
		{"a month that is none", "1 ตต. 2569"},
		{"an era that contradicts the year", "1 ต.ค. พ.ศ. 2026"},
		{"the other era that contradicts the year", "1 ต.ค. ค.ศ. 2569"},
		{"January 2483 never was", "1 ม.ค. 2483"},
		{"a year that Thai pages could not show and read again", "1/10/1600"},
		{"a year far ahead", "1/10/2999"},
		{"a sign", "+1/10/2569"},
		{"a time behind it", "1/10/2569 08:30"},
		{"bytes that are no text", "1/10/\xff\xfe"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseThai(test.in)
			if got != (Date{}) {
				t.Errorf("got %v, want the zero Date", got)
			}
			checkError(t, err, "1/10/2569")
		})
	}
}

func FuzzParseThai(f *testing.F) {
	for _, seed := range []string{
		"1/10/2569", "1 ต.ค. 69", "๑ ตุลาคม ๒๕๖๙", "วันที่ 1 ตุลาคม พ.ศ. 2569", "October 1, 2026",
		"2026-10-01", "1/1/2400", "31/12/2942", "1 ม.ค. 2483", "1/4/2400", "1-ต.ค.-69",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseThai(s)
		if err != nil {
			return
		}
		for _, shown := range []string{
			d.ISO(), d.Short("th"), d.Long("th"), d.Formal(), d.Numeric("th"), ThaiDigits(d.Formal()),
			d.Short("en"), d.Long("en"), d.Numeric("en"),
		} {
			again, err := ParseThai(shown)
			if err != nil || again != d {
				t.Errorf("%q was read as %v; shown as %q it was read as %v, %v", s, d, shown, again, err)
			}
		}
	})
}

func TestEveryDayIsReadAsShown(t *testing.T) {
	for d := (Date{1935, time.January, 1}); d.Year < 2100; d = d.AddDays(1) {
		for _, shown := range []string{d.Short("th"), d.Formal(), d.Numeric("th"), d.Short("en")} {
			if got, err := ParseThai(shown); err != nil || got != d {
				t.Fatalf("%v shown as %q was read as %v, %v", d, shown, got, err)
			}
		}
	}
}
