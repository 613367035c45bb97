package thai

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing stays nothing", "", ""},
		{"clean text stays", "การขอใบอนุญาต 15 วัน", "การขอใบอนุญาต 15 วัน"},
		{"two leading e are one ae", "เเจ้งเกิด", "แจ้งเกิด"},
		{"three leading e are one ae too", "เเเจ้งเกิด", "แจ้งเกิด"},
		{"a ring and aa are am", "สํานักงาน", "สำนักงาน"},
		{"a ring, a tone and aa are am after the tone", "นํ้า", "น้ำ"},
		{"a tone, a ring and aa are am after the tone", "น้ํา", "น้ำ"},
		{"a tone typed after am goes before it", "นำ้", "น้ำ"},
		{"what compatibility normalisation leaves of am is mended", norm.NFKC.String("น้ำ"), "น้ำ"},
		{"a tone typed before an upper vowel goes after it", "ท่ีดิน", "ที่ดิน"},
		{"a tone typed before a lower vowel goes after it", "ผู้", "ผู้"},
		{"a silencing mark goes after the vowel too", "สิทธ์ิ", "สิทธิ์"},
		{"lakkhangyao is aa", "กๅร", "การ"},
		{"lakkhangyao stays after rue", "ฤๅษี", "ฤๅษี"},
		{"of several tones the last stays", "ใบขับขี้่", "ใบขับขี่"},
		{"repeated signs are one", "นานาาาา", "นานา"},
		{"repeated leading vowels are one", "โโฉนด", "โฉนด"},
		{"repeated consonants stay", "กรรมการ", "กรรมการ"},
		{"a mark at the start is dropped", "่ที่ดิน", "ที่ดิน"},
		{"a mark after a blank is dropped", "คำ\t่ขอ", "คำ ขอ"},
		{"Thai digits are digits", "มาตรา ๑๐", "มาตรา 10"},
		{"Latin letters become small", "PASSPORT É", "passport é"},
		{"letters are composed", "cafe\u0301", "café"},
		{"blanks of all kinds are spaces, squeezed and trimmed", "\u3000คำ\u00a0\n ขอ\r\n", "คำ ขอ"},
		{"characters of no width go", "บัตร\u200bประ\u00adชาชน\ufeff", "บัตรประชาชน"},
		{"signs meet over a character of no width", "เ\u200bเจ้ง", "แจ้ง"},
		{"a space takes its mark with it", "ก ่ ข", "ก ข"},
		{"a byte that is no UTF-8 is replaced", "กข\xe0\xb8", "กข\ufffd\ufffd"},
		{"other scripts stay", "日本 한국 😀", "日本 한국 😀"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Normalize(c.in); got != c.want {
				t.Errorf("Normalize(%q): got %q, want %q", c.in, got, c.want)
			}
			if got := Normalize(c.want); got != c.want {
				t.Errorf("Normalize(%q): got %q, want no change", c.want, got)
			}
		})
	}
}

func TestNormalizeAllocatesNothingForTextInNormalForm(t *testing.T) {
	clean, _ := manual()
	for _, s := range []string{clean, "driving licence", "น้ำ"} {
		if n := testing.AllocsPerRun(10, func() { Normalize(s) }); n != 0 {
			t.Errorf("%.20q: got %v allocations, want 0", s, n)
		}
	}
}

// A reader of the daemon may be sent any text: a long run of misplaced marks
// must not take the square of its length.
func TestNormalizeMendsLongRunsAtOnce(t *testing.T) {
	for _, run := range []string{"่ิ", "ิ่", "ะ่", "่ะ", "ํ่า", "เแ", "ๅา", "ฺุ", "ํๅ", " ่"} {
		s := "ก" + strings.Repeat(run, 50_000)
		got := Normalize(s)
		if again := Normalize(got); again != got {
			t.Errorf("%q: not in normal form after one go", run)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, g := range []string{"เเจ้ง นํ้า", "ท่ีดิน ๑๐", "e\u0301\u200b\u0323", "ก\xe0\xb8ข", "ฤๅๅ ฺุ"} {
		f.Add(g)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Normalize(s)
		if again := Normalize(got); again != got {
			t.Errorf("Normalize(%q): got %q, and %q when repeated", s, got, again)
		}
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) {
			t.Errorf("Normalize(%q): got %q, want valid UTF-8 in NFC", s, got)
		}
		if strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Errorf("Normalize(%q): got %q, want single spaces inside only", s, got)
		}
	})
}
