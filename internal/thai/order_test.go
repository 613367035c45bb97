package thai

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The order of the Royal Institute Dictionary, as ICU sorts too.
var inOrder = strings.Fields(`กก กรรม กรรม์ กราบ กะเกณฑ์ กัก ก้าว กำ กิน กี่ กึ๋น กุน กูด เก้ง เกล้า เกลียว
	เก้า เกาะ เกี่ยว เกือก แกง แกะ โกน โกร๋น ใกล้ ไก่ ไกล ข้น ขนาบ ข้าง รถ ฤดู ฤๅษี ลม ฦ`)

func shuffled(seed uint64, words []string) []string {
	words = slices.Clone(words)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return words
}

func TestCompare(t *testing.T) {
	words := shuffled(1, inOrder)
	slices.SortFunc(words, Compare)
	if diff := cmp.Diff(inOrder, words); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	for _, c := range []struct {
		name string
		a, b string
		want int
	}{
		{"a text equals itself", "เชียงใหม่", "เชียงใหม่", 0},
		{"Thai stands before Latin", "ฮ", "A", -1},
		{"digits stand before letters", "9", "ก", -1},
		{"blanks hardly count", "กก ก", "กกข", -1},
		{"what differs in blanks alone is not equal", "กก", "ก ก", +1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Compare(c.a, c.b); got != c.want {
				t.Errorf("Compare(%q, %q): got %d, want %d", c.a, c.b, got, c.want)
			}
			if got := Compare(c.b, c.a); got != -c.want {
				t.Errorf("Compare(%q, %q): got %d, want %d", c.b, c.a, got, -c.want)
			}
		})
	}
}

func TestSortKeysOrderAsCompareDoes(t *testing.T) {
	random := writerOfNonsense{rand.New(rand.NewPCG(3, 2558)), DefaultWords()}
	texts := slices.Clone(inOrder)
	for range 600 {
		texts = append(texts, random.text())
	}
	for i, a := range texts {
		for _, b := range texts[max(0, i-40):i] {
			if got, want := bytes.Compare(SortKey(a), SortKey(b)), Compare(a, b); got != want {
				t.Errorf("%q and %q: keys give %d, Compare %d", a, b, got, want)
			}
		}
	}
}

func TestCompareServesManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for seed := range uint64(8) {
		wg.Go(func() {
			words := shuffled(seed, inOrder)
			slices.SortFunc(words, Compare)
			if !slices.Equal(words, inOrder) {
				t.Errorf("got %q", words)
			}
			if !bytes.Equal(SortKey("เชียงใหม่"), SortKey("เชียงใหม่")) {
				t.Error("two keys of one text differ")
			}
		})
	}
	wg.Wait()
}

func TestInitial(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"เชียงใหม่", "ช"},
		{"ไทรน้อย", "ท"},
		{"กรมการปกครอง", "ก"},
		{"ฤๅษี", "ฤ"},
		{"(ร่าง) กฎ", "ร"},
		{"“เอกสาร”", "อ"},
		{"passport", "P"},
		{"École", "E"},
		{"4 ทหาร", "#"},
		{"๔ ทหาร", "#"},
		{"日本", "#"},
		{"", "#"},
	} {
		if got := Initial(c.in); got != c.want {
			t.Errorf("Initial(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestDigits(t *testing.T) {
	if got, want := Digits("มาตรา 10 พ.ศ. 2558 ๔"), "มาตรา ๑๐ พ.ศ. ๒๕๕๘ ๔"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
