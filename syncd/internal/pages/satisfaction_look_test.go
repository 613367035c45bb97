package pages

import (
	"os"
	"path/filepath"
	"testing"

	"khumue/internal/testkit"
)

// The menu of exports stands within the page, at any width; on paper there is
// neither it nor anything to press.
func TestTheReportsMenuAndPaper(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{})
	for name, width := range map[string]int64{"phone": 360, "desk": 1280} {
		tab.View(testkit.View{Width: width, Height: 800, Scheme: "light"})
		s.show(tab, satisfactionScenes[1], "th")
		tab.Click(".export summary")
		tab.Until(`[...document.querySelectorAll(".export a")].length == 4 && [...document.querySelectorAll(".export a")].every((a) => { const r = a.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth && r.height >= 44 })`)
		s.keep(tab, "export-"+name)
		tab.Text(`[...document.styleSheets].flatMap((s) => [...s.cssRules]).filter((r) => r.media?.mediaText === "print").forEach((r) => { r.media.mediaText = "all" })`)
		tab.Until(`[...document.querySelectorAll(".export, .filter-bar, .menu-side, figcaption")].every((e) => getComputedStyle(e).display === "none")`)
		s.keep(tab, "export-paper-"+name)
	}
}

// keep keeps a picture where some are wanted.
func (s *stage) keep(tab *testkit.Tab, name string) {
	if *screenshots != "" {
		s.must(os.WriteFile(filepath.Join(*screenshots, name+".png"), tab.Picture(), 0o600))
	}
}
