package publish

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/fault"
)

func TestCheckPath(t *testing.T) {
	good := []string{
		"index.html", "procedure/dlt-7f3k5q/index.html", "assets/site.0f343b0931126a20.css", ".well-known/security.txt",
		"forms/แบบคำขอ 1.pdf", "console/index.html", "a/..b", "com10", "nulls.txt",
	}
	bad := []string{
		"", ".", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", "a//b", "a/", "./a",
		"C:", "C:/x", "c:x", `a\b`, `\\host\share`, "a:stream", "a\x00b", "a\nb", "a\tb", "a\u202etxt.exe", "a\x7fb",
		"con", "CON", "nul.txt", "a/Aux/b", "com1", "LPT9.log", "com¹", "conin$", "nul .txt",
		"a.", "a ", "b./c", " a", "a?", "a*", "a|b", `a"b`, "a<b", "\xff", "\ufeffa",
		strings.Repeat("a", maxName+1), strings.Repeat("a/", maxPath),
	}
	for _, p := range good {
		if err := CheckPath(p); err != nil {
			t.Errorf("%q: got error %v, want none", p, err)
		}
	}
	for _, p := range bad {
		if err := CheckPath(p); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: got error %v, want %v", p, err, fault.Invalid)
		}
	}
}

func FuzzCheckedPathsStayInside(f *testing.F) {
	for _, s := range []string{"a/b", "../a", `..\a`, "C:a", "a\x00", "nul", "…/a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) {
		for name := range strings.SplitSeq(p, "/") {
			if reserved.MatchString(name) && !couldBeReserved(name) {
				t.Errorf("got %q taken for a name that cannot be reserved", name)
			}
		}
		if CheckPath(p) != nil {
			return
		}
		if !filepath.IsLocal(filepath.FromSlash(p)) {
			t.Errorf("got %q accepted, want it refused", p)
		}
	})
}

func TestAddress(t *testing.T) {
	for p, want := range map[string]string{
		"index.html":                  "/",
		"procedure/a/index.html":      "/procedure/a/",
		"404.html":                    "/404.html",
		"data/agencies.csv":           "/data/agencies.csv",
		"procedure/my-index.html":     "/procedure/my-index.html",
		"en/procedure/b/r/index.html": "/en/procedure/b/r/",
	} {
		if got := Address(p); got != want {
			t.Errorf("%s: got %s, want %s", p, got, want)
		}
	}
}

func TestHashedNames(t *testing.T) {
	got := Hashed("assets/site.css", []byte("body{}"))
	if want := "assets/site.7c0adcadee7bdc87.css"; len(got) != len(want) || !IsHashed(got) || !IsHashed(got+".br") {
		t.Errorf("got %s, want a name like %s", got, want)
	}
	if Hashed("a.css", []byte("1")) == Hashed("a.css", []byte("2")) {
		t.Error("got one name for different bytes")
	}
	for _, p := range []string{"search/terms/1f-0f343b09.idx", "search/tails/3a/1f3a-0f343b09.idx.br", "lexicon-0f343b09.idx", "search/manifest-0f343b0931126a20.json",
		"manifest-0f343b09.json.gz", "a.b.0f343b0931126a20.tar.gz"} {
		if !IsHashed(p) {
			t.Errorf("got %s not taken for a hashed name", p)
		}
	}
	for _, p := range []string{"", ".", "search/manifest.json", "data/points-25661122.json", "1f-0f343b09.csv", "1f-0f343b0931126a20.idx", "-0f343b09.idx", "0f343b09.idx",
		"x/.0f343b0931126a20", "a-0f343b09.idx/index.html", "index.html", "form.25661122.pdf", "a.0f343b0931126a20", "0f343b0931126a20.css", "a.0F343B0931126A20.css"} {
		if IsHashed(p) {
			t.Errorf("got %s taken for a hashed name", p)
		}
	}
}
