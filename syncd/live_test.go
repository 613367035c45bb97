package main

import (
	"fmt"
	"testing"

	"khumue/internal/testkit"
)

var phone = testkit.View{Width: 360, Height: 740}

// beside opens another tab in the same browser.
func (v *visitor) beside(d demo) *visitor {
	tab := v.Beside(testkit.View{})
	tab.Allow(d.issuer, d.public)
	return &visitor{Tab: tab, t: v.t, name: v.name + "-beside"}
}

// told waits until the page says how its session stands.
func (v *visitor) told(state string) {
	v.t.Helper()
	v.Until(fmt.Sprintf(`document.querySelector('.live')?.dataset.state == %q && document.querySelector('.live-what').textContent`, state))
}

// keeps fails unless the token's field holds what was typed.
func (v *visitor) keeps(typed string) {
	v.t.Helper()
	if got := v.Text(`document.querySelector('#token').value`); got != typed {
		v.t.Errorf("the page holds %q, want %q", got, typed)
	}
}

// S7: who signs out everywhere leaves no page behind that seems to work. What was
// typed there is sent once the same person is signed in again, and by no other.
func TestWhoIsSignedOutElsewhereIsToldAndLosesNothing(t *testing.T) {
	const typed = "ABCD EFGH"
	d := startDemo(t)
	desk := d.open(t, "live-desk", testkit.View{})
	desk.signIn("central")
	away := d.open(t, "live-away", phone)
	away.Allow("400") // the token that is sent in the end is none
	away.signIn("central")
	away.Go("/token")
	away.Type("#token", typed)

	desk.Go("/me")
	desk.Click(`form[action="/me/sessions/end"] button`)
	desk.Until(`location.pathname == "/signed-out"`)
	away.told("ended")
	away.keeps(typed)
	away.look("ended")
	away.Click(`form[action="/token"] button`)
	away.Until(`document.activeElement.closest('.live') && location.pathname == "/token"`)
	away.keeps(typed)
	away.View(testkit.View{Scheme: "dark"})
	away.look("ended-dark")

	again := away.beside(d)
	again.signIn("author")
	away.told("other")
	away.look("another")
	away.keeps(typed)
	again.Click(`form[action="/signout"] button`)
	again.Until(`location.pathname == "/signed-out"`)
	again.signIn("central")
	away.told("back")
	away.look("back")
	away.keeps(typed)
	away.Click(`form[action="/token"] button`)
	away.says("ใช้ไม่ได้")
}

// skipping lets a test move the page's clock on; the server's goes on as it does.
const skipping = `{
	const now = Date.now.bind(Date);
	let skipped = 0;
	Date.now = () => now() + skipped;
	window.skip = (seconds) => { skipped += seconds * 1000; document.dispatchEvent(new Event("visibilitychange")); };
}`

func TestAPageWarnsBeforeItsSessionEnds(t *testing.T) {
	d := startDemo(t)
	for _, tc := range []struct {
		name, lang string
		view       testkit.View
		five, two  string
	}{
		{"th-phone", "th", phone, "จะออกจากระบบใน 5 นาที", "จะออกจากระบบใน 2 นาที"},
		{"en-desktop", "en", testkit.View{}, "You will be signed out in 5 minutes", "You will be signed out in 2 minutes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.view.Before = skipping
			v := d.open(t, "live-"+tc.name, tc.view)
			v.signIn("central")
			if tc.lang == "en" {
				v.Click(`button[name=lang][value=en]`)
				v.Until(`document.documentElement.lang == "en"`)
			}
			skip := func(seconds int) { testkit.Value[bool](v.Tab, fmt.Sprintf(`skip(%d), true`, seconds)) }
			says := func(what string) {
				t.Helper()
				v.Until(fmt.Sprintf(`document.querySelector('.live-text .live-what').textContent == %q`, what))
			}
			v.Until(`document.querySelector('.live')`)
			v.Until(`skip(25 * 60 + 5), document.querySelector('.live').dataset.state == "soon" || skip(-25 * 60 - 5)`)
			says(tc.five)
			v.look("soon")
			skip(180)
			says(tc.two)
			v.Until(`document.querySelector('.live-ask').open && document.activeElement.dataset.do == "stay"`)
			v.look("asked")
			v.Press(testkit.Enter)
			v.told("stayed")
			v.Until(`!document.querySelector('.live-ask').open`)
			v.look("stayed")
			v.Click(`.live [data-do=close]`)
			v.Until(`!document.querySelector('.live').dataset.state`)
		})
	}
}
