package site

import (
	"io"
	"os"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/themes"
)

// sample is the sample portal with the default theme.
func sample(b *testing.B) (*corpus.Portal, *page.Theme, *page.Builder) {
	b.Helper()
	p, _, err := corpus.Read(os.DirFS("../../../content"))
	if err != nil {
		b.Fatal(err)
	}
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/assets/" + name }})
	if err != nil {
		b.Fatal(err)
	}
	return p, theme, page.NewBuilder(catalog.TH, &p.Frame, theme, "https://www.example.go.th", "")
}

func BenchmarkManualData(b *testing.B) {
	p, _, pb := sample(b)
	i := 0
	for b.Loop() {
		pb.Manual(p.Manuals[i%len(p.Manuals)], aroundOf(p, p.Manuals[i%len(p.Manuals)]))
		i++
	}
}

func BenchmarkManualPage(b *testing.B) {
	p, theme, pb := sample(b)
	i := 0
	for b.Loop() {
		m := pb.Manual(p.Manuals[i%len(p.Manuals)], aroundOf(p, p.Manuals[i%len(p.Manuals)]))
		if err := theme.Render(io.Discard, m.Shell, m); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, _, err := corpus.Read(os.DirFS("../../../content")); err != nil {
			b.Fatal(err)
		}
	}
}

// aroundOf is what a manual's page shows of others, from a whole portal.
func aroundOf(p *corpus.Portal, m *catalog.Manual) page.ManualAround {
	o := page.ManualAround{Agency: p.Chain(m.Owner), Sizes: func(string) int64 { return 0 }, Criteria: page.Criteria(m, "")}
	for _, pt := range p.PointsServing(m.ID) {
		o.Points = append(o.Points, page.Spot{Code: pt.Code, Name: pt.Name, Area: pt.Address.Area})
		o.Serving++
	}
	return o
}
