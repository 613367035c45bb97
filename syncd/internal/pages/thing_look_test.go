package pages

import (
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
)

// thingScenes are the forms of what needs no approval, and the pages around them.
var thingScenes = []scene{
	{"thing-agency", "/agencies/dlt/edit", "dga"}, {"thing-agency-new", "/agencies/new?above=dlt", "central"}, {"thing-agency-hours", "/agencies/dlt/hours", "central"},
	{"thing-agency-history", "/agencies/dlt/history", "central"}, {"thing-agency-retire", "/agencies/dlt/retire", "central"},
	{"thing-point", "/points/dlt-songkhla/edit", "central"}, {"thing-point-new", "/points/new?unit=dlt", "central"},
	{"thing-process", "/processes/dlt-67bh3p/edit", "central"}, {"thing-process-new", "/processes/new?unit=dlt", "central"}, {"thing-process-remove", "/processes/dlt-67bh3p/remove", "central"},
	{"thing-service-new", "/services/new?unit=dlt", "central"}, {"thing-none", "/services/no-such/edit", "central"},
}

// here stands in for a device that knows where it is.
const here = `Object.defineProperty(navigator, "geolocation", {value: {getCurrentPosition: (found) => found({coords: {latitude: 13.8071312, longitude: 100.5548, accuracy: 12}})}})`

func TestAPlaceIsTakenFromTheDeviceAndRowsMoveInTheBrowser(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{Width: 360, Height: 780, Before: here})
	s.show(tab, scene{path: "/points/dlt-songkhla/edit", as: "central"}, "th")
	tab.Until(`document.querySelector("html[data-js]") && !document.querySelector("[data-here-place]").hidden`)
	tab.Click("[data-here-place]")
	tab.Until(`document.querySelector('[id="place.value"]').value == "13.807131, 100.554800" && document.querySelector(".place-do [role=status]").textContent.includes("12 เมตร")`)
	tab.Click(`button[value="add:photos"]`)
	tab.Until(`document.querySelectorAll('[data-rows=photos] > .row').length == 1`)
	tab.Click(`[data-rows=photos] button[value="remove:photos.0"]`)
	tab.Until(`document.querySelectorAll('[data-rows=photos] > .row').length == 0`)
	tab.Click(`.thing-do button[value=save]`)
	tab.Until(`location.pathname == "/points/dlt-songkhla" && document.querySelector(".flash")`)
	if got := s.pointNow(songkhla).Place.Value; got != (catalog.Place{Lat: 13.807131, Lng: 100.5548}) {
		t.Errorf("it stands at %v", got)
	}
}

func TestWithoutScriptsNoButtonPromisesAPlace(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{Width: 360, Height: 780, NoScript: true})
	s.show(tab, scene{path: "/points/dlt-songkhla/edit", as: "central"}, "th")
	tab.Until(`document.querySelector("[data-here-place]").hidden`)
	tab.Click(`button[value="add:photos"]`)
	tab.Until(`document.querySelectorAll('[data-rows=photos] > .row').length == 1`)
}
