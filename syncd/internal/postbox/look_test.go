package postbox

import (
	"net/http"
	"os"
	"testing"

	"khumue/internal/testkit"
)

var browser testkit.Browser

func TestMain(m *testing.M) {
	code := m.Run()
	browser.Close()
	os.Exit(code)
}

// The form has no scripts. It is filled in and sent, and what axe-core looks for is
// in order in each of its states.
func TestTheFormInABrowser(t *testing.T) {
	h := opened(t, Usual(), plenty)
	mux := http.NewServeMux()
	h.Register(mux)
	web := testkit.Serve(t, mux)
	for _, lang := range []string{"th", "en"} {
		tab := browser.Open(t, web, testkit.View{Width: 320, Height: 640})
		tab.Allow("Failed to load resource") // the form that is not whole is answered with 422
		check := func(state string) {
			t.Helper()
			for _, v := range tab.Axe() {
				t.Errorf("%s, %s: %v", state, lang, v)
			}
			if wide := testkit.Value[bool](tab, "document.scrollingElement.scrollWidth > innerWidth"); wide {
				t.Errorf("%s, %s: it is wider than the screen", state, lang)
			}
		}
		tab.Go(Form + "?point=dlt-p1&lang=" + lang)
		check("the form")
		for _, scheme := range []string{"dark", "contrast"} {
			tab.View(testkit.View{Width: 1280, Height: 800, Scheme: scheme})
			for _, v := range tab.Axe("color-contrast", "link-in-text-block") {
				t.Errorf("%s, %s: %v", scheme, lang, v)
			}
		}
		tab.View(testkit.View{Width: 320, Height: 640})
		tab.Type("textarea", "รอนาน")
		tab.Click("form button")
		tab.Until(`document.querySelector(".error")`)
		check("what is missing is told")
		tab.Click(`#q-q1 label:nth-of-type(4)`)
		tab.Click("form button")
		tab.Until(`location.search.includes("done=1")`)
		check("the thanks")
	}
	h.same("kept", h.kept(), 2)
}
