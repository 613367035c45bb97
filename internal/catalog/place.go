package catalog

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/fault"
)

// maxPlace is how long what names a position may be, in bytes.
const maxPlace = 4096

// ParsePlace reads a position as people write it: 13.80713, 100.55480, in degrees,
// minutes and seconds, with Thai digits, as geo:…, or as the address of a page of
// Google Maps, OpenStreetMap and other maps. What is not one is an error of kind
// Invalid; so is a short link, which tells its position to the network alone.
func ParsePlace(s string) (Place, error) {
	s = strings.TrimSpace(calendar.ArabicDigits(s))
	if len(s) > maxPlace {
		return Place{}, noPlace()
	}
	if u, err := url.Parse(s); err == nil && u.Scheme != "" && len(u.Scheme) > 1 {
		return placeOfLink(u)
	}
	if short.MatchString(s) {
		return Place{}, shortLink()
	}
	if p, ok := pair(s); ok {
		return p.check()
	}
	if p, ok := angles(s); ok {
		return p.check()
	}
	if p, ok := placeIn(s); ok { // a link without https://
		return p.round().check()
	}
	return Place{}, noPlace()
}

// InThailand is an error of kind Invalid, with a hint when the two numbers may have
// been swapped, unless the position lies in a box around Thailand.
func (p Place) InThailand() error {
	if p.thai() {
		return nil
	}
	hint := fault.Text{TH: "ตรวจว่าละติจูดอยู่ระหว่าง 5.6 ถึง 20.5 และลองจิจูดระหว่าง 97.3 ถึง 105.7", EN: "The latitude is from 5.6 to 20.5, the longitude from 97.3 to 105.7."}
	if (Place{p.Lng, p.Lat}).thai() {
		hint = swappedHint(p.Lng, p.Lat)
	}
	return fault.New(fault.Invalid, fault.Text{TH: "พิกัดนี้ไม่อยู่ในประเทศไทย", EN: "The position is not in Thailand"}, hint)
}

// thai reports whether the position is in the box around Thailand.
func (p Place) thai() bool { return p.Lat >= 5.6 && p.Lat <= 20.5 && p.Lng >= 97.3 && p.Lng <= 105.7 }

// check refuses what is no position on earth.
func (p Place) check() (Place, error) {
	switch {
	case math.Abs(p.Lat) <= 90 && math.Abs(p.Lng) <= 180:
		return p, nil
	case math.Abs(p.Lng) <= 90 && math.Abs(p.Lat) <= 180:
		return Place{}, fault.New(fault.Invalid, fault.Text{TH: "ละติจูดเกิน 90 องศา", EN: "The latitude is more than 90 degrees"}, swappedHint(p.Lng, p.Lat))
	}
	return Place{}, noPlace()
}

// round keeps six digits behind the point: a tenth of a metre.
func (p Place) round() Place {
	return Place{math.Round(p.Lat*1e6) / 1e6, math.Round(p.Lng*1e6) / 1e6}
}

func swappedHint(lat, lng float64) fault.Text {
	said := strconv.FormatFloat(lat, 'f', -1, 64) + ", " + strconv.FormatFloat(lng, 'f', -1, 64)
	return fault.Textf("อาจสลับที่กัน ถ้าหมายถึง %s ให้เขียนละติจูดก่อน", "The two may be swapped: for %s, write the latitude first.", said)
}

func noPlace() error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านพิกัดนี้ไม่ได้", EN: "This can not be read as a position"},
		fault.Text{TH: "เขียนเช่น 13.80713, 100.55480 หรือวางลิงก์เต็มจากแผนที่", EN: "Write it as 13.80713, 100.55480, or paste the full link of a map."})
}

func shortLink() error {
	return fault.New(fault.Invalid, fault.Text{TH: "ลิงก์ย่อไม่มีพิกัดอยู่ในตัว ระบบจึงอ่านไม่ได้", EN: "A short link holds no position, so it can not be read here"},
		fault.Text{TH: "เปิดลิงก์ในเบราว์เซอร์ แล้วคัดลอกที่อยู่เต็มจากแถบที่อยู่ หรือคัดลอกตัวเลขพิกัด", EN: "Open it in a browser and copy the full address from there, or copy the numbers."})
}

// short are links of maps that only their makers can resolve.
var short = regexp.MustCompile(`(?i)^(https?://)?(maps\.app\.goo\.gl|goo\.gl|g\.co|g\.page|bit\.ly|tinyurl\.com|t\.co|lin\.ee|shorturl\.at|s\.longdo\.com|osm\.org/go)/`)

// placeOfLink reads the address of a page of a map.
func placeOfLink(u *url.URL) (Place, error) {
	if short.MatchString(u.String()) {
		return Place{}, shortLink()
	}
	var s string
	switch strings.ToLower(u.Scheme) {
	case "geo":
		s = u.Opaque
		if q, ok := fieldPair(u.Query(), "q"); ok {
			return q.check()
		}
		s, _, _ = strings.Cut(s, ";")
		if p, ok := pair(s); ok {
			return p.check()
		}
		return Place{}, noPlace()
	case "http", "https", "google.navigation", "comgooglemaps", "maps", "waze":
		s = u.String()
	default:
		return Place{}, noPlace()
	}
	if p, ok := placeIn(s); ok {
		return p.round().check()
	}
	return Place{}, noPlace()
}

const degree = `(-?\d{1,3}(?:\.\d{1,20})?)`

// Forms of links, what names the place itself before what names the view of it.
var (
	googlePin  = regexp.MustCompile(`!3d` + degree + `!4d` + degree)
	googleView = regexp.MustCompile(`@` + degree + `,` + degree)
	osmView    = regexp.MustCompile(`#map=\d{1,2}(?:\.\d+)?/` + degree + `/` + degree)
	inPath     = regexp.MustCompile(`/` + degree + `,[ +]?` + degree + `(?:[/?#]|$)`)
)

// pairFields are fields of addresses that hold both numbers, and numberFields
// those that hold one each.
var (
	pairFields   = []string{"q", "query", "ll", "sll", "destination", "daddr", "center", "coordinate", "cp", "latlng", "viewpoint", "saddr"}
	numberFields = [][2]string{{"mlat", "mlon"}, {"lat", "lon"}, {"lat", "lng"}, {"lat", "long"}, {"latitude", "longitude"}}
)

// placeIn finds the position that a link names.
func placeIn(s string) (Place, bool) {
	plain := s
	if un, err := url.PathUnescape(s); err == nil {
		plain = un
	}
	if p, ok := matched(googlePin, plain); ok {
		return p, true
	}
	for _, q := range queries(s) {
		for _, names := range numberFields {
			if p, ok := numbers(q.Get(names[0]), q.Get(names[1])); ok {
				return p, true
			}
		}
		for _, name := range pairFields {
			if p, ok := fieldPair(q, name); ok {
				return p, true
			}
		}
	}
	for _, form := range []*regexp.Regexp{inPath, osmView, googleView} {
		if p, ok := matched(form, plain); ok {
			return p, true
		}
	}
	for part := range strings.SplitSeq(plain, "/") {
		if p, ok := angles(strings.ReplaceAll(part, "+", " ")); ok {
			return p, true
		}
	}
	return Place{}, false
}

// queries are the fields of an address, and those behind its #.
func queries(s string) []url.Values {
	var out []url.Values
	front, back, _ := strings.Cut(s, "#")
	if _, q, ok := strings.Cut(front, "?"); ok {
		front = q
	} else {
		front = ""
	}
	for _, part := range []string{front, strings.TrimPrefix(back, "?")} {
		q, _ := url.ParseQuery(part) // what can not be read of it says nothing
		out = append(out, q)
	}
	return out
}

// fieldPair reads a field that holds both numbers: 13.7,100.5 or, as Bing has it,
// 13.7~100.5, perhaps behind loc: and before a name in brackets.
func fieldPair(q url.Values, name string) (Place, bool) {
	s := strings.TrimPrefix(strings.TrimSpace(q.Get(name)), "loc:")
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	if p, ok := pair(strings.Replace(s, "~", ",", 1)); ok {
		return p, true
	}
	return angles(s)
}

func matched(form *regexp.Regexp, s string) (Place, bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return Place{}, false
	}
	return numbers(m[1], m[2])
}

var plainPair = regexp.MustCompile(`^\(?\s*` + degree + `\s*°?\s*(?:[,;]\s*|\s+)` + degree + `\s*°?\s*\)?$`)

// pair reads two numbers, the latitude first.
func pair(s string) (Place, bool) { return matched(plainPair, strings.TrimSpace(s)) }

var oneNumber = regexp.MustCompile(`^` + degree + `$`)

func numbers(lat, lng string) (Place, bool) {
	if !oneNumber.MatchString(lat) || !oneNumber.MatchString(lng) {
		return Place{}, false
	}
	a, err := strconv.ParseFloat(lat, 64)
	b, err2 := strconv.ParseFloat(lng, 64)
	return Place{a, b}, err == nil && err2 == nil
}

// angle is one of two angles: its letter before or behind it, degrees, and perhaps
// minutes and seconds.
var angle = regexp.MustCompile(`^([NSEW]?)\s*(\d{1,3}(?:\.\d{1,12})?)\s*(?:°|º|องศา|\s|$)\s*(?:(\d{1,2}(?:\.\d{1,12})?)\s*(?:'|’|′|ลิปดา|\s|$)\s*)?(?:(\d{1,2}(?:\.\d{1,12})?)\s*(?:"|”|″|''|ฟิลิปดา|พิลิปดา|\s|$)?\s*)?([NSEW]?)$`)

// bareAngle is an angle in degrees alone, with its letter right at the number.
var bareAngle = regexp.MustCompile(`^([NSEW]?)(\d{1,3}(?:\.\d{1,12})?)()()([NSEW]?)$`)

// angles reads two angles of which each says in which direction it counts.
func angles(s string) (Place, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	s = strings.NewReplacer("เหนือ", "N", "ตะวันออก", "E", "ใต้", "S", "ตะวันตก", "W", "DEG", "°").Replace(s)
	if len(s) > 200 {
		return Place{}, false
	}
	for i := 1; i < len(s); i++ {
		if !strings.ContainsRune("NSEW,; ", rune(s[i])) {
			continue
		}
		front, back := strings.Trim(s[:i], " ,;"), strings.Trim(s[i:], " ,;")
		if strings.ContainsRune("NSEW", rune(s[i])) && i+1 < len(s) {
			front, back = strings.Trim(s[:i+1], " ,;"), strings.Trim(s[i+1:], " ,;")
		}
		for _, cut := range [][2]string{{front, back}, {strings.Trim(s[:i], " ,;"), strings.Trim(s[i:], " ,;")}} {
			a, axis, ok := oneAngle(cut[0])
			b, other, fine := oneAngle(cut[1])
			switch {
			case !ok || !fine || axis == other:
			case axis == "lat":
				return Place{a, b}.round(), true
			default:
				return Place{b, a}.round(), true
			}
		}
	}
	return Place{}, false
}

// oneAngle reads an angle, and tells whether it is a latitude or a longitude.
func oneAngle(s string) (value float64, axis string, ok bool) {
	m := angle.FindStringSubmatch(s)
	if m == nil {
		m = bareAngle.FindStringSubmatch(s)
	}
	if m == nil || (m[1] == "") == (m[5] == "") {
		return 0, "", false
	}
	for i, part := range []string{m[2], m[3], m[4]} {
		if part == "" {
			continue
		}
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || i > 0 && n >= 60 {
			return 0, "", false
		}
		value += n / math.Pow(60, float64(i))
	}
	letter := m[1] + m[5]
	if letter == "S" || letter == "W" {
		value = -value
	}
	axis = "lat"
	if letter == "E" || letter == "W" {
		axis = "lng"
	}
	return value, axis, true
}
