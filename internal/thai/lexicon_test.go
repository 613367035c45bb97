package thai

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"everyday phrase", "ต่อทะเบียนรถ", "ต่อ|ทะเบียน|รถ"},
		{"a lost card", "บัตรประชาชนหาย", "บัตร|ประชาชน|หาย"},
		{"a building permit", "ขอใบอนุญาตก่อสร้างบ้าน", "ขอ|ใบ|อนุญาต|ก่อสร้าง|บ้าน"},
		{"elderly allowance", "ลงทะเบียนเบี้ยยังชีพผู้สูงอายุ", "ลง|ทะเบียน|เบี้ย|ยังชีพ|ผู้|สูงอายุ"},
		{"a loan word", "ทำพาสปอร์ตออนไลน์", "ทำ|พาสปอร์ต|ออนไลน์"},
		{"a number after a word", "มาตรา40", "มาตรา|40"},
		{"Latin and numbers", "แบบ PND91 ราคา 1,250.50 บาท", "แบบ|pnd91|ราคา|1,250.50|บาท"},
		{"an unknown name is one word", "ไปอำเภอฟฟรรฎ", "ไป|อำเภอ|ฟฟรรฎ"},
		{"an abbreviation loses its dots", "พ.ร.บ. ก.พ.ร. กทม.", "พรบ|กพร|กทม"},
		{"without dots it is the same", "พรบ กพร กทม", "พรบ|กพร|กทม"},
		{"a full stop ends a word", "ที่ดิน.บ้าน", "ที่ดิน|บ้าน"},
		{"signs are no words", "ต่างๆ ฯลฯ กรุงเทพฯ (–) ๆ", "ต่าง|ฯลฯ|กรุงเทพ"},
		{"text is normalised first", "นํ้าประปา  ๑๐", "น้ำ|ประปา|10"},
		{"nothing", "", ""},
		{"marks alone", "่้ ์", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(DefaultLexicon().Words(c.in), "|")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Words(%q): want -, got +\n%s", c.in, diff)
			}
		})
	}
}

func TestWordsOfALexiconOfOnesOwn(t *testing.T) {
	words := append(DefaultWords(), "ฟฟรรฎ", "NaCl", "")
	lexicon := NewLexicon(words)
	if got, want := strings.Join(lexicon.Words("อำเภอฟฟรรฎ"), "|"), "อำเภอ|ฟฟรรฎ"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !lexicon.Has("nacl") || lexicon.Has("") || lexicon.Has("อำเภ") {
		t.Error("Has: got a word that is not there, or missed one that is")
	}
	alike := NewLexicon([]string{"กา", "กาขา", "ขาคางา", "คางา"})
	if got, want := strings.Join(alike.Words("กาขาคางา"), "|"), "กา|ขาคางา"; got != want {
		t.Errorf("lengths: got %q, want %q, the less alike", got, want)
	}
	empty := NewLexicon(nil)
	if got, want := strings.Join(empty.Words("ต่อทะเบียน รถ"), "|"), "ต่อทะเบียน|รถ"; got != want {
		t.Errorf("the empty lexicon: got %q, want %q", got, want)
	}
}

func TestWordListsAreInOrder(t *testing.T) {
	for name, list := range map[string]string{"words.txt": wordList, "stopwords.txt": stopWordList} {
		words := lines(list)
		if !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != len(words) {
			t.Errorf("%s: want each word once, in byte order (LC_ALL=C sort -u)", name)
		}
		for _, w := range words {
			if Normalize(w) != w {
				t.Errorf("%s: got %q, want its normal form %q", name, w, Normalize(w))
			}
		}
	}
	if n := len(lines(wordList)); n < 1500 {
		t.Errorf("words.txt: got %d words, want at least 1500", n)
	}
	for _, w := range lines(wordList) {
		if slices.Contains(StopWords(), w) {
			t.Errorf("words.txt: %s is in stopwords.txt too", w)
		}
	}
}

// A word of the lexicon alone in a text is that word: nothing in the list
// goes against the clusters.
func TestEveryWordStandsAlone(t *testing.T) {
	for _, w := range DefaultWords() {
		if got, want := DefaultLexicon().Words(w), []string{undotted(w)}; !slices.Equal(got, want) {
			t.Errorf("Words(%q): got %q, want %q", w, got, want)
		}
	}
}

func undotted(s string) string { return strings.ReplaceAll(s, ".", "") }

func FuzzWords(f *testing.F) {
	for _, s := range []string{"ต่อทะเบียนรถ พ.ศ. 2558", "1,2.3.a ฯลฯ", "ออนไลน์์.", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rest := Normalize(s)
		for _, w := range DefaultLexicon().Words(s) {
			if w == "" || !utf8.ValidString(w) {
				t.Fatalf("Words(%q): got the word %q", s, w)
			}
			at := strings.Index(undotted(rest), undotted(w))
			if at < 0 {
				t.Fatalf("Words(%q): got %q, which does not follow in the text", s, w)
			}
			rest = undotted(rest)[at+len(undotted(w)):]
		}
	})
}
