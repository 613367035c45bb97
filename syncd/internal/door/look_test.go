package door_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
)

var (
	browser     testkit.Browser
	screenshots = flag.String("screenshots", "", "folder for pictures of the door; none are taken unless given")
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	browser.Close()
	os.Exit(code)
}

// notSent has an officer do something that waits for the centre.
func (h *hall) notSent() {
	h.t.Helper()
	r := h.Office.Rooms()
	ctx, _, err := r.Box.Note(h.t.Context(), outbox.Deed{Kind: "test.do", Entity: "a", By: somsri, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, Do: []byte(`{}`)})
	if err == nil {
		err = r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.SetNote("effect", "a") })
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// The door has no scripts. What axe-core looks for is in order in each of its states.
func TestTheDoorInABrowser(t *testing.T) {
	h := begin(t)
	tab := browser.Open(t, testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) })), testkit.View{Width: 360, Height: 740})
	tab.Allow("Failed to load resource") // what is refused is answered with 403 and 422
	check := func(state string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			tab.View(testkit.View{Width: 360, Height: 740, Scheme: scheme})
			for _, v := range tab.Axe() {
				t.Errorf("%s, %s: %v", state, scheme, v)
			}
			if testkit.Value[bool](tab, "document.scrollingElement.scrollWidth > innerWidth") {
				t.Errorf("%s: it is wider than the screen", state)
			}
			if *screenshots == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(*screenshots, state+"-"+scheme+".png"), tab.Picture(), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	tab.Go("/door")
	check("bare")
	tab.Type("[name=code]", "abc")
	tab.Type("[name=user]", user)
	tab.Type("[name=passphrase]", "aaaaaaaaaaaaa")
	tab.Type("[name=again]", "aaaaaaaaaaaaa")
	tab.Click("form button")
	tab.Until(`document.querySelector("[role=alert]")`)
	check("refused")
	h.asks("POST", "/door/enrol", me)
	_, state := h.Begin("http://localhost/back")
	tab.Go("/door?state=" + state)
	check("signing-in")
	tab.Go("/door")
	check("open")
	h.notSent()
	h.now = h.now.Add(31 * 24 * time.Hour)
	tab.Go("/door")
	check("over")
	if err := h.Office.Close(); err != nil {
		t.Fatal(err)
	}
	tab.Go("/door")
	check("locked")
}
