package page

import (
	"testing"

	"khumue/internal/catalog"
)

func TestThaiWithinASentenceIsMarkedOnEnglishPages(t *testing.T) {
	for _, tc := range []struct {
		name string
		lang catalog.Lang
		text string
		want string
	}{
		{"a unit", "en", "Original: 1 ชุด", `Original: 1 <span lang="th">ชุด</span>`},
		{"a note in brackets", "en", "Land Code section 5 (แก้ไข ฉบับที่ 3 พ.ศ. 2562)", `Land Code section 5 (<span lang="th">แก้ไข ฉบับที่ 3 พ.ศ. 2562</span>)`},
		{"one letter", "en", "ก of 3", `<span lang="th">ก</span> of 3`},
		{"marks of HTML stay text", "en", `<b> "ชุด"`, `&lt;b&gt; &#34;<span lang="th">ชุด</span>&#34;`},
		{"Thai to the end", "en", "at ที่ว่าการอำเภอ", `at <span lang="th">ที่ว่าการอำเภอ</span>`},
		{"blanks and marks after Thai", "en", "ก. - (b) ข", `<span lang="th">ก</span>. - (b) <span lang="th">ข</span>`},
		{"numbers after Thai, blanks and marks between", "en", "ฉบับที่ ๒/2562, 7 to", `<span lang="th">ฉบับที่ ๒/2562, 7</span> to`},
		{"the sign of the baht, and broken text", "en", "฿5 \xffก\xe0", "฿5 \xff<span lang=\"th\">ก</span>\xe0"},
		{"English only", "en", "10 baht & more", "10 baht &amp; more"},
		{"a Thai page", "th", "ฉบับจริง 1 ชุด", "ฉบับจริง 1 ชุด"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(mixed(tc.lang, tc.text)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
