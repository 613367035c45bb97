package preview

import (
	"net/url"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/themes"
)

// town is a department with a point.
type town struct{}

func (town) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	switch code {
	case "dlt":
		return &catalog.Agency{Code: "dlt", Parent: "mot", Name: catalog.Text{TH: "กรมการขนส่งทางบก", EN: "Department of Land Transport"}}, true
	case "mot":
		return &catalog.Agency{Code: "mot", Name: catalog.Text{TH: "กระทรวงคมนาคม"}}, true
	}
	return nil, false
}

func (town) Points(catalog.AgencyCode) []*catalog.Point {
	return []*catalog.Point{
		{Code: "dlt-1", Name: catalog.Text{TH: "สำนักงานขนส่งจตุจักร"}, Status: catalog.Shown, Manuals: []catalog.ManualID{"dlt-aaaaaa"}},
		{Code: "dlt-2", Name: catalog.Text{TH: "สำนักงานอื่น"}, Status: catalog.Shown},
	}
}

func open(t *testing.T) *Room {
	t.Helper()
	site, _ := url.Parse("https://site.example/")
	frame := &corpus.Frame{Site: catalog.Site{Name: catalog.Text{TH: "ศูนย์รวมคู่มือ", EN: "Manuals"}}}
	return New(themes.Default(), func() (*corpus.Frame, error) { return frame, nil }, town{}, site, func(name string) string {
		if strings.HasPrefix(name, "css/") {
			return "/assets/x/" + name
		}
		return ""
	})
}

func manual() *catalog.Manual {
	return &catalog.Manual{
		ID: "dlt-aaaaaa", Owner: "dlt", Title: catalog.Text{TH: "ต่อใบขับขี่ <script>alert(1)</script>", EN: "Renew a licence"},
		Fees:  catalog.Some([]catalog.Fee{{Name: catalog.Text{TH: "ค่าใบอนุญาต"}, Kind: catalog.FeeFixed, Min: 505_00}}),
		Forms: catalog.Some([]catalog.Form{{Name: catalog.Text{TH: "คำขอ"}, Kind: "form", File: "a.pdf"}, {Name: catalog.Text{TH: "ตัวอย่าง"}, Kind: "example", File: "b.pdf"}}),
		Body:  catalog.Body{Markdown: "## ข้อ 1\n\n<script>evil()</script> [ลิงก์](javascript:evil())\n"},
	}
}

func TestAPageIsTheOneOfThePublicSite(t *testing.T) {
	got, err := open(t).Render(t.Context(), catalog.TH, manual(), map[string]File{"a.pdf": {Size: 2048, URL: "/manuals/dlt-aaaaaa/draft/aaaaaa/files/a.pdf"}, "b.pdf": {Size: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"505 บาท", "กรมการขนส่งทางบก", "กระทรวงคมนาคม", "สำนักงานขนส่งจตุจักร", `href="/assets/x/css/site.css"`, `href="/manuals/dlt-aaaaaa/draft/aaaaaa/files/a.pdf"`,
		`href="https://site.example/procedure/dlt-aaaaaa/b.pdf"`, `href="https://site.example/agency/dlt/"`, "<base target"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, no := range []string{"<script", `href="javascript:`, "evil()</script>", "สำนักงานอื่น", "modulepreload", "manifest"} {
		if strings.Contains(string(got), no) {
			t.Errorf("the page says %q", no)
		}
	}
}

func TestAPageInEnglishAndOfAManualInWhichNothingIsFilledIn(t *testing.T) {
	r := open(t)
	got, err := r.Render(t.Context(), catalog.EN, manual(), nil)
	if err != nil || !strings.Contains(string(got), `<html lang="en"`) || !strings.Contains(string(got), "Renew a licence") {
		t.Errorf("got %.300s %v", got, err)
	}
	if _, err := r.Render(t.Context(), catalog.TH, &catalog.Manual{ID: "gone-aaaaaa", Owner: "gone"}, nil); err != nil {
		t.Error(err)
	}
}
