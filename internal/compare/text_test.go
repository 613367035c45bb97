package compare

import (
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/thai"
)

// show writes segments as one text: [-removed-]{+added+}.
func show(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		switch s.Kind {
		case InOld:
			b.WriteString("[-" + s.Text + "-]")
		case InNew:
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestTextsAreComparedByWords(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a Thai word", "ผู้ขอต้องยื่นเอกสารที่สำนักงาน", "ผู้ขอต้องยื่นคำขอที่สำนักงาน", "ผู้ขอต้องยื่น[-เอกสาร-]{+คำขอ+}ที่สำนักงาน"},
		{"a number, as a whole", "ค่าธรรมเนียม 1,250.50 บาท", "ค่าธรรมเนียม 1,350.50 บาท", "ค่าธรรมเนียม [-1,250.50-]{+1,350.50+} บาท"},
		{"an English word", "pay within 15 days", "pay within 15 working days", "pay within 15 {+working +}days"},
		{"a tone mark belongs to its cluster", "ขอใบอนุญาตก่อสร้างบานนี้", "ขอใบอนุญาตก่อสร้างบ้านนี้", "ขอใบอนุญาตก่อสร้าง[-บาน-]{+บ้าน+}นี้"},
		{"hardly anything stays", "ยื่นที่สำนักงานเขต", "โอนสิทธิทางเว็บไซต์", "[-ยื่นที่สำนักงานเขต-]{+โอนสิทธิทางเว็บไซต์+}"},
		{"an item of a list", "1. ก\n2. ข\n3. ค\n", "1. ก\n3. ค\n", "1. ก\n[-2. ข\n-]3. ค\n"},
		{"a row of a table", "| ก | 1 |\n| ข | 2 |\n", "| ก | 1 |\n| ข | 3 |\n", "| ก | 1 |\n| ข | [-2-]{+3+} |\n"},
		{"nothing", "ก", "ก", "ก"},
		{"from nothing", "", "ก", "{+ก+}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(Texts(c.old, c.new)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// sides puts the texts together again.
func sides(segments []Segment) (old, new string) {
	for _, s := range segments {
		if s.Kind != InNew {
			old += s.Text
		}
		if s.Kind != InOld {
			new += s.Text
		}
	}
	return old, new
}

// borders are where a text may be cut.
func borders(s string) map[int]bool {
	out := map[int]bool{0: true}
	for at := 0; at < len(s); {
		at += thai.JoinedEnd(s[at:])
		out[at] = true
	}
	return out
}

func checkSegments(t *testing.T, old, new string) {
	t.Helper()
	segments := Texts(old, new)
	if gotOld, gotNew := sides(segments); gotOld != old || gotNew != new {
		t.Fatalf("segments of %q and %q give %q and %q", old, new, gotOld, gotNew)
	}
	inOld, inNew := borders(old), borders(new)
	atOld, atNew := 0, 0
	for i, s := range segments {
		if i > 0 && segments[i-1].Kind == s.Kind || s.Text == "" {
			t.Errorf("segment %d is empty or of the kind of the one before", i)
		}
		if s.Kind != InNew {
			atOld += len(s.Text)
		}
		if s.Kind != InOld {
			atNew += len(s.Text)
		}
		if !inOld[atOld] || !inNew[atNew] {
			t.Errorf("%q and %q are cut within a cluster: %s", old, new, show(segments))
		}
	}
}

func FuzzTexts(f *testing.F) {
	f.Add("ผู้ขอต้องยื่นเอกสาร", "ผู้ขอยื่นเอกสารเอง")
	f.Add("```\nก\n```\n\n- ข", "ก\n\n\n\nข\r\n")
	f.Add("\xff\u0e48\n", "\u0e48ก็")
	f.Fuzz(func(t *testing.T, old, new string) { checkSegments(t, old, new) })
}

// length is the length of a longest common subsequence, the slow way.
func length(a, b []int32) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			up := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			diagonal = up
		}
	}
	return row[len(b)]
}

func FuzzCommonIsLongest(f *testing.F) {
	f.Add([]byte("abcabba"), []byte("cbabac"))
	f.Add([]byte("aaaa"), []byte("aa"))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		if len(x) > 200 || len(y) > 200 {
			return
		}
		a, b := make([]int32, len(x)), make([]int32, len(y))
		for i := range x {
			a[i] = int32(x[i] % 8)
		}
		for i := range y {
			b[i] = int32(y[i] % 8)
		}
		left := maxSteps
		got, atA, atB := 0, 0, 0
		for _, r := range common(a, b, &left) {
			if r.a < atA || r.b < atB || !slices.Equal(a[r.a:r.a+r.n], b[r.b:r.b+r.n]) {
				t.Fatalf("%v is no run of %v and %v", r, a, b)
			}
			got, atA, atB = got+r.n, r.a+r.n, r.b+r.n
		}
		if want := length(a, b); got != want {
			t.Errorf("%v and %v have %d in common, got %d", a, b, want, got)
		}
	})
}

func TestTextsOfADifferentWorldTakeBoundedTime(t *testing.T) {
	rnd := newEditor(1, "").rnd
	words := []string{"ใบอนุญาต", "สำนักงาน", "คำขอ", "เอกสาร", "ผู้ขับรถ", "ภายใน", "วัน", "บาท", "และ", "หรือ", "ที่", "ไม่", "ต้อง"}
	text := func() string {
		var b strings.Builder
		for b.Len() < 100_000 {
			b.WriteString(words[rnd.IntN(len(words))])
			if rnd.IntN(30) == 0 {
				b.WriteString("\n\n")
			}
		}
		return b.String()
	}
	old, new := text(), text()
	start := time.Now()
	checkSegments(t, old, new)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

func BenchmarkTextsOf100kBThatDiffer(b *testing.B) {
	old := strings.Repeat("ผู้ขอต้องยื่นเอกสารที่สำนักงานภายในเวลาที่กำหนด ", 800)
	new := strings.Repeat("ให้ชำระค่าธรรมเนียมและรับใบอนุญาตจากเจ้าหน้าที่ ", 800)
	for b.Loop() {
		Texts(old, new)
	}
}
