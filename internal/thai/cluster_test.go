package thai

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestClusters(t *testing.T) {
	for _, c := range []struct{ name, in, clusters, joined string }{
		{"nothing", "", "", ""},
		{"Latin is cut into letters", "ABC", "A|B|C", "A|B|C"},
		{"a mark that the grammar strands is joined", "ออนไลน์", "อ|อ|น|ไล|น|์", "อ|อ|น|ไล|น์"},
		{"ia is whole at the end", "เปลี่ย", "เปลี่ย", "เปลี่ย"},
		{"and before a blank", "เปลี่ย ", "เปลี่ย| ", "เปลี่ย| "},
		{"and before a repeat sign", "เปลี่ยๆ", "เปลี่ย|ๆ", "เปลี่ย|ๆ"},
		{"but not before a mark, which takes its consonant", "เปลี่ยี", "เป|ลี่|ยี", "เป|ลี่|ยี"},
		{"marks without a consonant stand alone, or with what is before", "a่้", "a|่|้", "a่้"},
		{"marks at the start have nothing to join", "่ก", "่|ก", "่|ก"},
		{"combining marks of other scripts join", "e\u0301ก", "e|\u0301|ก", "e\u0301|ก"},
		{"bytes that are no UTF-8 stand alone", "ก\xe0\xb8ข", "ก|\xe0|\xb8|ข", "ก|\xe0|\xb8|ข"},
		{"emoji are one character", "😀ก", "😀|ก", "😀|ก"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.clusters, strings.Join(Clusters(c.in), "|")); diff != "" {
				t.Errorf("Clusters(%q): want -, got +\n%s", c.in, diff)
			}
			if diff := cmp.Diff(c.joined, strings.Join(JoinedClusters(c.in), "|")); diff != "" {
				t.Errorf("JoinedClusters(%q): want -, got +\n%s", c.in, diff)
			}
		})
	}
}

func TestClusterEndAllocatesNothing(t *testing.T) {
	clean, _ := manual()
	for name, end := range map[string]func(string) int{"ClusterEnd": ClusterEnd, "JoinedEnd": JoinedEnd} {
		n := testing.AllocsPerRun(10, func() {
			for s := clean; s != ""; {
				s = s[end(s):]
			}
		})
		if n != 0 {
			t.Errorf("%s: got %v allocations, want 0", name, n)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    string
		runes int
		want  string
	}{
		{"what fits stays", "ประเทศไทย", 9, "ประเทศไทย"},
		{"the dots count", "ประเทศไทย", 8, "ประเทศ…"},
		{"a cluster is not cut", "ที่ดิน", 3, "…"},
		{"a cluster that fits stays", "ที่ดิน", 4, "ที่…"},
		{"a stranded mark stays with its consonant", "ออนไลน์ไทย", 7, "ออนไล…"},
		{"no blank before the dots", "บ้าน เลขที่", 6, "บ้าน…"},
		{"nothing fits into nothing", "กข", 0, ""},
		{"nor into less", "กข", -1, ""},
		{"nothing needs no room", "", 1, ""},
		{"Latin is cut between letters", "passport", 5, "pass…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Truncate(c.in, c.runes); got != c.want {
				t.Errorf("Truncate(%q, %d): got %q, want %q", c.in, c.runes, got, c.want)
			}
		})
	}
}

func FuzzClusters(f *testing.F) {
	for _, s := range []string{"จันทร์", "เปลี่ยนชื่อ", "\xe0\xb8", "a่😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, cut := range map[string]func(string) []string{"Clusters": Clusters, "JoinedClusters": JoinedClusters} {
			parts := cut(s)
			if got := strings.Join(parts, ""); got != s {
				t.Errorf("%s(%q): together they are %q", name, s, got)
			}
			for _, p := range parts {
				if p == "" {
					t.Errorf("%s(%q): got an empty cluster", name, s)
				}
			}
		}
	})
}

func FuzzTruncate(f *testing.F) {
	f.Add("ประเทศไทย", 4)
	f.Add("ออนไลน์ ที่ดิน", 6)
	f.Fuzz(func(t *testing.T, s string, runes int) {
		got := Truncate(s, runes)
		if n := utf8.RuneCountInString(got); n > max(runes, 0) {
			t.Errorf("Truncate(%q, %d): got %d runes", s, runes, n)
		}
		if got == s || got == "" {
			return
		}
		kept, cut := strings.CutSuffix(got, "…")
		if !cut || !strings.HasPrefix(s, kept) {
			t.Errorf("Truncate(%q, %d): got %q, want a beginning of it and …", s, runes, got)
		}
		rest := s
		for len(s)-len(rest) < len(kept) {
			rest = rest[JoinedEnd(rest):]
		}
		if len(s)-len(rest) != len(kept) {
			t.Errorf("Truncate(%q, %d): got %q, which cuts a cluster", s, runes, got)
		}
	})
}
