package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"khumue/internal/testkit"
)

// The page that is shown once is reached by the form, without scripts too.
func TestATabletIsRegisteredByHand(t *testing.T) {
	s := set(t)
	for i, v := range []struct {
		lang string
		view testkit.View
	}{
		{"th", testkit.View{Width: 360, Height: 780, Scheme: "light"}}, {"en", testkit.View{Width: 1280, Height: 800, Scheme: "dark"}},
		{"th", testkit.View{Width: 1280, Height: 800, Scheme: "contrast"}}, {"en", testkit.View{Width: 360, Height: 780, NoScript: true}},
	} {
		tab := browser.Open(t, s.server, v.view)
		s.show(tab, scene{path: "/kiosks?unit=dlt&point=dlt-area2", as: "central"}, v.lang)
		tab.Type("#name", fmt.Sprint("tablet ", i))
		tab.Click(`form[action^="/kiosks"][method=post].form .button`)
		tab.Until(`document.querySelector("#secret")`)
		if tab.Text(`document.querySelector(".kiosk-code .qr") !== null`) != "true" {
			t.Error("there is no code to scan")
		}
		if !v.view.NoScript {
			for _, found := range tab.Axe() {
				t.Errorf("%s, %s: %v", v.lang, v.view.Scheme, found)
			}
		}
		if *screenshots != "" {
			name := fmt.Sprintf("kiosk-%s-%s-%d.png", v.lang, v.view.Scheme, v.view.Width)
			if err := os.WriteFile(filepath.Join(*screenshots, name), tab.Picture(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
