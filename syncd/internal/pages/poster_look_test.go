package pages

import (
	"testing"

	"khumue/internal/testkit"
)

// posterScenes are the pages of posters.
var posterScenes = []scene{
	{"poster", "/points/dlt-songkhla/poster", "central"}, {"poster-card", "/points/dlt-area2/poster?design=counter&size=card", "dga"}, {"poster-none", "/points/no-such/poster", "central"},
	{"posters", "/structure/posters?unit=dlt", "central"}, {"posters-begin", "/structure/posters", "dga"}, {"posters-wrong", "/structure/posters?unit=no-such", "dga"},
}

func TestThePictureFollowsWhatIsChosen(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{})
	s.show(tab, posterScenes[0], "th")
	tab.Until(`document.querySelector("#picture").complete`)
	tab.Click(`[name=design][value=plain]`)
	tab.Click(`[name=size][value=card]`)
	tab.Until(`document.querySelector("#picture").src.includes("design=plain&size=card") && document.querySelector("#picture").complete && document.querySelector("#picture").naturalWidth > 0`)
}
