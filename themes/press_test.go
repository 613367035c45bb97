package themes

import (
	"bytes"
	"testing"

	"khumue/internal/catalog"
)

func TestRichAndEmptyPagesAreWhatHTMLTemplatePrints(t *testing.T) {
	theme := load(t)
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		for _, s := range samples(lang) {
			t.Run(string(lang)+" "+s.name, func(t *testing.T) {
				var want bytes.Buffer
				if err := theme.RenderPlainly(&want, s.shell, s.data); err != nil {
					t.Fatal(err)
				}
				got, err := theme.Append(nil, s.shell, s.data)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want.Bytes()) {
					t.Errorf("got %s\nwant %s", got, want.Bytes())
				}
			})
		}
	}
	if theme.Left() > 0 {
		t.Errorf("%d pages were left to html/template, want none", theme.Left())
	}
}
