package page_test

import (
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/themes"
)

func TestAServiceIsRatedAtItsPoint(t *testing.T) {
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/" + name }})
	if err != nil {
		t.Fatal(err)
	}
	asked := []*catalog.Survey{{ID: "satisfaction-1"}}
	for name, tc := range map[string]struct {
		surveys []*catalog.Survey
		lang    catalog.Lang
		points  int
		want    string
	}{
		"at the only one":            {asked, catalog.TH, 1, "/survey/rd-bangkok/?procedure=rd-1"},
		"in English":                 {asked, catalog.EN, 1, "/en/survey/rd-bangkok/?procedure=rd-1"},
		"at one that is chosen":      {asked, catalog.TH, 2, "#points"},
		"nowhere":                    {asked, catalog.TH, 0, ""},
		"where nothing can be asked": {nil, catalog.TH, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := office(t, "")
			p.Surveys = tc.surveys
			m, _ := p.Manual("rd-1")
			around := page.ManualAround{Agency: p.Chain(m.Owner), Sizes: func(string) int64 { return 0 }, Serving: tc.points}
			for range tc.points {
				around.Points = append(around.Points, page.Spot{Code: "rd-bangkok"})
			}
			if got := page.NewBuilder(tc.lang, &p.Frame, theme, "", "").Manual(m, around).Rate; got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
