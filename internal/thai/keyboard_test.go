package thai

import "testing"

func TestFromLatinKeyboard(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain keys", "dki", "การ"},
		{"punctuation gives letters", "[y9i", "บัตร"},
		{"several words", "9jvmtg[upoi5", "ต่อทะเบียนรถ"},
		{"shifted keys", "L6-4kr", "ศุขภาพ"},
		{"a space stays", "9jv i5", "ต่อ รถ"},
		{"only consonants, but a key that is no letter", "5oo", "ถนน"},
		{"Thai is not typed on a Latin layout", "การ", ""},
		{"a Latin word without vowels there", "passport", ""},
		{"a Latin word that begins with a mark", "birth", ""},
		{"two leading vowels", "license", ""},
		{"a lone leading vowel", "gg", ""},
		{"nothing", "", ""},
		{"blanks", "  ", ""},
		{"numbers", "2558", ""},
		{"a number with a dash, and a vowel among the keys", "46-5", ""},
		{"a key that no layout has", "dki£", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := FromLatinKeyboard(c.in)
			want := c.want
			if want == "" {
				want = c.in
			}
			if got != want || ok != (c.want != "") {
				t.Errorf("FromLatinKeyboard(%q): got %q, %v, want %q, %v", c.in, got, ok, want, c.want != "")
			}
		})
	}
}

// Whatever Thai one types, the same keys on the other layout read back.
func TestEveryWordReadsBackFromTheOtherLayout(t *testing.T) {
	latin := map[rune]rune{}
	for key, char := range keyboard().keys {
		latin[char] = key
	}
	missed := 0
	for _, w := range DefaultWords() {
		var keys []rune
		for _, r := range w {
			keys = append(keys, latin[r])
		}
		got, ok := FromLatinKeyboard(string(keys))
		if !ok {
			missed++
		} else if got != w {
			t.Errorf("FromLatinKeyboard(%q): got %q, want %q", string(keys), got, w)
		}
	}
	if limit := len(DefaultWords()) / 10; missed > limit {
		t.Errorf("%d of %d words do not look like Thai, want at most %d", missed, len(DefaultWords()), limit)
	}
}
