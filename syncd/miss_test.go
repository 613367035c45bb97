package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/testkit"
)

// asks has a page ask another for its text until it holds some words.
func (v *visitor) asks(path, words string) {
	v.t.Helper()
	v.Until(`(() => { window.asked ??= ""; fetch("` + path + `").then((a) => a.text()).then((t) => { window.asked = t }, () => {}); return window.asked.includes("` + words + `") })()`)
}

// A citizen searches for what people call a thing, and nothing is found. The words
// come to the officer of OPDC, who makes them a synonym, and the next citizen finds.
func TestASearchThatFoundNothingIsMendedInTheBrowser(t *testing.T) {
	const asked = "ปอเต๊กตึ๊ง"
	d := startDemo(t)
	search := "/search/?" + url.Values{"q": {asked}}.Encode()
	citizen := browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{Width: 360, Height: 740})
	citizen.Allow("404") // until the site is there
	for testkit.Value[bool](citizen, `!document.querySelector("[data-search-page]")`) {
		citizen.Go(search)
	}
	citizen.Until(`document.querySelector("[data-search-none]:not([hidden])")`)

	opdc := d.open(t, "miss-opdc", testkit.View{Width: 1366, Height: 768})
	opdc.signIn("opdc")
	opdc.asks("/synonyms", asked)
	opdc.Go("/synonyms")
	opdc.look("log")
	opdc.Click(`.miss-list a[href*="/synonyms/new"]`)
	opdc.Until(`document.querySelector("#words")?.value.trim() == "` + asked + `"`)
	opdc.Until(`(() => { const w = document.querySelector("#words"); w.focus(); w.setSelectionRange(w.value.length, w.value.length); return document.activeElement == w })()`)
	opdc.Press(testkit.Enter)
	opdc.Press("แจ้งการตาย")
	opdc.look("form")
	began := time.Now()
	opdc.Click(`form[action="/synonyms/edit"] button`)
	opdc.Until(`location.pathname == "/synonyms" && document.querySelector(".flash")`)
	opdc.Until(`!document.querySelector(".miss-list")`)

	found := func() bool {
		citizen.Go(search)
		citizen.Until(`/\d/.test(document.querySelector("[data-search-status]").textContent) || document.querySelector("[data-search-none]:not([hidden])")`)
		return testkit.Value[bool](citizen, `document.querySelectorAll("[data-search-results] > li").length > 0`)
	}
	for !found() {
		if time.Since(began) > time.Minute {
			t.Fatal("the site does not find it")
		}
	}
	t.Logf("found %v after the click", time.Since(began).Round(100*time.Millisecond))
}

// Only a page of the public site tells of a search, and nobody learns whether it was
// counted.
func TestSearchesAreToldOfByThePublicSiteAlone(t *testing.T) {
	d := startDemo(t)
	tell := func(to, origin, words string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(words))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "text/plain")
		if origin != "" {
			r.Header.Set("Origin", origin)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Access-Control-Allow-Origin"); (got != "") != (origin == "http://localhost:8080") {
			t.Errorf("%s may read the answer: %q", origin, got)
		}
		if res.Header.Get("Set-Cookie") != "" {
			t.Error("a cookie is set")
		}
		return res.StatusCode
	}
	for name, c := range map[string]struct {
		to, origin, words string
		want              int
	}{
		"a page of the site":           {d.public, d.public, "แมว", http.StatusNoContent},
		"where the content says it is": {d.public, "http://localhost:8080", "แมว", http.StatusNoContent},
		"personal data":                {d.public, d.public, "1101700203451", http.StatusNoContent},
		"nothing":                      {d.public, d.public, "", http.StatusNoContent},
		"another site":                 {d.public, "https://evil.example", "แมว", http.StatusForbidden},
		"a page without an origin":     {d.public, "null", "แมว", http.StatusForbidden},
		"more than anybody searches":   {d.public, d.public, strings.Repeat("ก", 1000), http.StatusRequestEntityTooLarge},
	} {
		if got := tell(c.to+missPath, c.origin, c.words); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

func TestOrigins(t *testing.T) {
	for in, want := range map[string]string{
		"https://Portal.example.go.th/info": "https://portal.example.go.th", "https://a.example:443/": "https://a.example", "http://localhost:8080": "http://localhost:8080",
		"": "", "ftp://a.example": "", "/info": "", "https://": "",
	} {
		if got := originOf(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
