package catalog

import (
	"errors"
	"strings"
	"testing"

	"khumue/internal/fault"
)

func TestParsePlace(t *testing.T) {
	at := Place{13.80713, 100.5548}
	for name, c := range map[string]struct {
		typed string
		want  Place
		wrong string // of the error, in English; "" where there is none
	}{
		"with a comma":                        {"13.80713, 100.5548", at, ""},
		"without a blank":                     {"13.80713,100.5548", at, ""},
		"with a blank alone":                  {" 13.80713  100.5548 ", at, ""},
		"in brackets":                         {"(13.80713, 100.5548)", at, ""},
		"with Thai digits":                    {"๑๓.๘๐๗๑๓, ๑๐๐.๕๕๔๘", at, ""},
		"south and west":                      {"-13.5, -100.5", Place{-13.5, -100.5}, ""},
		"degrees, minutes and seconds":        {`13°48'25.7"N 100°33'17.3"E`, Place{13.807139, 100.554806}, ""},
		"with primes":                         {`13° 48′ 25.7″ N, 100° 33′ 17.3″ E`, Place{13.807139, 100.554806}, ""},
		"letters first":                       {`N 13° 48' 25.7" E 100° 33' 17.3"`, Place{13.807139, 100.554806}, ""},
		"degrees and minutes":                 {`13° 48.5' N 100° 33.25' E`, Place{13.808333, 100.554167}, ""},
		"the longitude first, as it says":     {`100.5548E 13.80713N`, at, ""},
		"in Thai":                             {`13.80713° เหนือ 100.5548° ตะวันออก`, at, ""},
		"geo":                                 {"geo:13.80713,100.5548", at, ""},
		"geo with a height and more":          {"geo:13.80713,100.5548,10;u=35", Place{}, "can not be read"},
		"geo with a name":                     {"geo:0,0?q=13.80713,100.5548(office)", at, ""},
		"the view of Google Maps":             {"https://www.google.com/maps/@13.80713,100.5548,17z", at, ""},
		"the pin, not the view":               {"https://www.google.com/maps/place/x/@13.7,100.5,17z/data=!3m1!4b1!4m6!3m5!1s0x0:0x0!8m2!3d13.80713!4d100.5548!16s", at, ""},
		"Google's search":                     {"https://www.google.com/maps/search/13.80713,+100.5548?entry=tts", at, ""},
		"Google's place in degrees":           {"https://www.google.co.th/maps/place/13%C2%B048'25.7%22N+100%C2%B033'17.3%22E/", Place{13.807139, 100.554806}, ""},
		"q":                                   {"https://maps.google.com/?q=13.80713,100.5548", at, ""},
		"q with loc":                          {"https://maps.google.com/maps?q=loc:13.80713,100.5548", at, ""},
		"query":                               {"https://www.google.com/maps/search/?api=1&query=13.80713%2C100.5548", at, ""},
		"ll of Apple":                         {"https://maps.apple.com/?ll=13.80713,100.5548&z=10", at, ""},
		"OpenStreetMap":                       {"https://www.openstreetmap.org/#map=17/13.80713/100.5548", at, ""},
		"OpenStreetMap's mark":                {"https://www.openstreetmap.org/?mlat=13.80713&mlon=100.5548#map=17/13.7/100.5", at, ""},
		"Bing":                                {"https://www.bing.com/maps?cp=13.80713~100.5548&lvl=16", at, ""},
		"Longdo":                              {"https://map.longdo.com/?lat=13.80713&long=100.5548", at, ""},
		"Waze":                                {"https://www.waze.com/ul?ll=13.80713%2C100.5548&navigate=yes", at, ""},
		"without https":                       {"www.google.com/maps/@13.80713,100.5548,17z", at, ""},
		"digits beyond a tenth of a metre":    {"https://www.google.com/maps/@13.8071300000001,100.5548,17z", at, ""},
		"a short link":                        {"https://maps.app.goo.gl/AbCd123", Place{}, "short link"},
		"a short link without https":          {"goo.gl/maps/AbCd", Place{}, "short link"},
		"swapped":                             {"100.5548, 13.80713", Place{}, "more than 90"},
		"too far":                             {"91, 181", Place{}, "can not be read"},
		"one number":                          {"13.80713", Place{}, "can not be read"},
		"words":                               {"ใกล้ตลาด", Place{}, "can not be read"},
		"nothing":                             {"", Place{}, "can not be read"},
		"a script":                            {"javascript:alert(13.8,100.5)", Place{}, "can not be read"},
		"a link without a position":           {"https://www.google.com/maps", Place{}, "can not be read"},
		"not a number":                        {"NaN, NaN", Place{}, "can not be read"},
		"minutes that are none":               {`13°99'0"N 100°0'0"E`, Place{}, "can not be read"},
		"twice north":                         {`13°N 100°N`, Place{}, "can not be read"},
		"too long":                            {strings.Repeat("1", 5000), Place{}, "can not be read"},
		"a decimal comma, which means a pair": {"13,80713 100,5548", Place{}, "can not be read"},
	} {
		got, err := ParsePlace(c.typed)
		if got != c.want || (err == nil) != (c.wrong == "") || err != nil && (!strings.Contains(err.Error(), c.wrong) || !errors.Is(err, fault.Invalid)) {
			t.Errorf("%s: got %v %v, want %v %q", name, got, err, c.want, c.wrong)
		}
	}
}

func TestInThailand(t *testing.T) {
	for name, c := range map[string]struct {
		at   Place
		hint string // "" where it is in Thailand, or nothing may be swapped
		in   bool
	}{
		"Chatuchak":             {Place{13.80713, 100.5548}, "", true},
		"Mae Sai":               {Place{20.4433, 99.8786}, "", true},
		"Betong":                {Place{5.7731, 101.0722}, "", true},
		"swapped":               {Place{100.5548, 13.80713}, "13.80713, 100.5548", false},
		"Tokyo":                 {Place{35.68, 139.76}, "from 5.6 to 20.5", false},
		"nowhere in particular": {Place{}, "from 5.6 to 20.5", false},
	} {
		err := c.at.InThailand()
		var told *fault.Error
		if (err == nil) != c.in || err != nil && (!errors.As(err, &told) || !strings.Contains(told.Hint.EN, c.hint)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzParsePlace checks that whatever is read is on earth, and read again from how
// it is written.
func FuzzParsePlace(f *testing.F) {
	for _, s := range []string{"13.8, 100.5", `13°48'25.7"N 100°33'17.3"E`, "geo:0,0?q=1,2", "https://a/@1,2,3z", "https://a/?q=1~2#map=1/2/3", "maps.app.goo.gl/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePlace(s)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if !(p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180) {
			t.Fatalf("%q: %v", s, p)
		}
		_ = p.InThailand()
	})
}
