package pages

import (
	"archive/zip"
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
)

// sendPoster sends the form of posters with a logo, or with none.
func (o *office) sendPoster(p *officer, path string, logo []byte, fields ...string) answer {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		o.must(w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile("logo", "logo.png")
	o.must(err)
	_, err = part.Write(logo)
	o.must(err)
	o.must(w.Close())
	return o.ask(p, http.MethodPost, path, nil, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
	})
}

// readable is what of an answer can be read as a page: nothing of a file that is to
// be saved.
func readable(a *http.Response, body []byte) []byte {
	switch a.Header.Get("Content-Type") {
	case "application/pdf", "application/zip", "image/png", "image/svg+xml":
		return nil
	}
	return body
}

func logoOf(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPointOfficerTakesThePosterOfItsPointAndNoOther(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา แจ่มใส", grant(catalog.RolePoint, "dlt", area2))
	at := posterURL(area2)
	if !o.get(p, pointURL(area2)).links(at) {
		t.Error("the page of the point does not lead to its poster")
	}
	page := o.get(p, at+"?design=counter&size=a5")
	page.want(t, http.StatusOK, "https://site.example/survey/dlt-area2/", "https://site.example/survey/dlt-area2/?kiosk=1", "ดาวน์โหลด PDF")
	if !strings.Contains(page.body, "design=counter&amp;format=svg&amp;size=a5") {
		t.Error("the picture is not of what was chosen")
	}

	a := o.post(p, at+"/file", "design", "plain", "size", "card", "format", "pdf")
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/pdf" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("got %d %v", a.StatusCode, a.Header)
	}
	if got, want := a.Header.Get("Content-Disposition"), `attachment; filename="survey-dlt-area2-plain-card.pdf"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if text := testkit.PaperText(t, []byte(a.body)); !strings.Contains(text, "site.example/survey/dlt-area2/") || !strings.Contains(text, "กรมการขนส่งทางบก") {
		t.Errorf("the poster says %q", text)
	}
	for _, other := range []catalog.PointCode{area3, "no-such"} {
		o.get(p, posterURL(other)).want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
		o.get(p, posterURL(other)+"/file?format=pdf").want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
		o.post(p, posterURL(other)+"/file", "format", "pdf").want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
	}
}

func TestWhoMayNotPrintGetsNothing(t *testing.T) {
	o := openStructure(t)
	for _, c := range everyone(o) {
		may := c.admits(printer)
		for _, path := range []string{posterURL(area2), posterURL(area2) + "/file", "/structure/posters?unit=dlt", "/structure/posters/find?q=dlt"} {
			a := o.get(c.who, path)
			if got := a.StatusCode == http.StatusOK; got != may {
				t.Errorf("%s asks for %s: got %d, may: %v", c.name, path, a.StatusCode, may)
			}
			if !may && strings.Contains(a.text, "/survey/") {
				t.Errorf("%s reads the address of a survey at %s", c.name, path)
			}
		}
		for _, path := range []string{posterURL(area2) + "/file", "/structure/posters/file?unit=dlt"} {
			a := o.post(c.who, path, "kind", "book")
			if got := strings.HasPrefix(a.body, "%PDF"); got != may {
				t.Errorf("%s sends %s: got %d, may: %v", c.name, path, a.StatusCode, may)
			}
		}
	}
	elsewhere := o.hire("กลาง", grant(catalog.RoleCentral, "doh"))
	o.get(elsewhere, posterURL(area2)).want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
	if a := o.post(elsewhere, "/structure/posters/file?unit=dlt", "kind", "book"); a.StatusCode != http.StatusNotFound {
		t.Errorf("got %d for another's agency", a.StatusCode)
	}
}

func TestAPosterIsOfWhatIsAskedFor(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	manual := string(o.pointNow(songkhla).Manuals[0])
	at := posterURL(songkhla)
	svg := o.get(p, at+"/file?format=svg&manual="+manual)
	if !strings.Contains(svg.body, "site.example/survey/dlt-songkhla/?procedure="+manual) {
		t.Errorf("got %d without the address of the manual", svg.StatusCode)
	}
	if got := svg.Header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("got %q", got)
	}
	picture := o.get(p, at+"/file?format=png&size=a5")
	if img, err := png.Decode(strings.NewReader(picture.body)); err != nil || img.Bounds().Dx() < 1000 {
		t.Errorf("got %v", err)
	}
	for name, query := range map[string]string{"no such design": "design=gold", "no such size": "size=a0", "no such format": "format=exe", "the wrong way up": "design=../../etc"} {
		if a := o.get(p, at+"/file?"+query); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d", name, a.StatusCode)
		}
	}
	if a := o.get(p, at+"/file?manual=dlt-nosuch"); a.StatusCode != http.StatusNotFound {
		t.Errorf("a manual that is not served there: got %d", a.StatusCode)
	}
}

func TestALogoComesAlongAndIsKeptNowhere(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	at := posterURL(area2)
	with := o.sendPoster(p, at+"/file", logoOf(t, 200), "format", "pdf")
	if !strings.Contains(with.body, "/Subtype/Image") {
		t.Errorf("got %d without a picture", with.StatusCode)
	}
	if a := o.sendPoster(p, at+"/file", nil, "format", "pdf"); a.StatusCode != http.StatusOK || strings.Contains(a.body, "/Subtype/Image") {
		t.Errorf("got %d, or a picture that nobody sent", a.StatusCode)
	}
	for name, c := range map[string]struct {
		logo []byte
		says string
	}{
		"a file that is no picture": {[]byte("<svg onload=alert(1)>"), "ใช้ภาพชนิด PNG หรือ JPEG"},
		"a picture too wide":        {logoOf(t, 2100), "2048"},
	} {
		a := o.sendPoster(p, at+"/file", c.logo, "format", "pdf", "design", "plain")
		a.want(t, http.StatusBadRequest, c.says)
		if !strings.Contains(a.body, "design=plain") {
			t.Errorf("%s: what was chosen is gone", name)
		}
	}
	if a := o.sendPoster(p, at+"/file", make([]byte, maxPoster+1), "format", "pdf"); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("3 MB: got %d", a.StatusCode)
	}
}

func TestAllPostersOfAnAgencyAreOneFile(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(p, "/structure/posters?unit=dlt").want(t, http.StatusOK, "จุดบริการที่แสดงผลอยู่", "PDF ไฟล์เดียว")
	shown := 0
	for _, code := range []catalog.PointCode{area2, area3, songkhla} {
		if o.pointNow(code).Visible() {
			shown++
		}
	}
	o.post(p, pointURL(area3)+"/status", "status", "hidden").wantLed(t, pointURL(area3))
	book := o.post(p, "/structure/posters/file?unit=dlt", "kind", "book", "design", "official", "size", "a4")
	if got, want := book.Header.Get("Content-Disposition"), `attachment; filename="survey-posters-dlt-official-a4.pdf"`; got != want {
		t.Fatalf("got %d %q, want %q", book.StatusCode, got, want)
	}
	text := testkit.PaperText(t, []byte(book.body))
	if !strings.Contains(text, "survey/dlt-songkhla/") || strings.Contains(text, "survey/dlt-area3/") {
		t.Errorf("the file says %q", text)
	}
	bundle := o.post(p, "/structure/posters/file?unit=dlt", "kind", "zip-svg", "each", "1")
	z, err := zip.NewReader(strings.NewReader(bundle.body), int64(len(bundle.body)))
	o.must(err)
	manuals := false
	for _, f := range z.File {
		manuals = manuals || strings.HasPrefix(f.Name, "survey-dlt-songkhla-dlt-")
		if strings.ContainsAny(f.Name, `/\`) || !strings.HasSuffix(f.Name, ".svg") {
			t.Errorf("a file is called %q", f.Name)
		}
	}
	if !manuals || len(z.File) <= shown {
		t.Errorf("got %d files, none for manuals", len(z.File))
	}
	for name, path := range map[string]string{"no such agency": "/structure/posters/file?unit=no-such", "none": "/structure/posters/file"} {
		if a := o.post(p, path, "kind", "book"); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d", name, a.StatusCode)
		}
	}
	if a := o.post(p, "/structure/posters/file?unit=dlt", "kind", "exe"); a.StatusCode != http.StatusNotFound {
		t.Errorf("no such kind: got %d", a.StatusCode)
	}
}

func TestManyWhoPrintAtOnceAreAskedToWait(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.pages.printing.Store(presses)
	a := o.get(p, posterURL(area2)+"/file")
	a.want(t, http.StatusServiceUnavailable, "ลองอีกครั้งใน 10 วินาที")
	if a.Header.Get("Retry-After") == "" || o.pages.printing.Load() != presses {
		t.Error("when to come again is not told, or the count is off")
	}
	o.pages.printing.Store(0)
	if a := o.get(p, posterURL(area2)+"/file"); a.StatusCode != http.StatusOK {
		t.Errorf("got %d with the presses free", a.StatusCode)
	}
	if n := o.pages.printing.Load(); n != 0 {
		t.Errorf("%d presses are at work", n)
	}
}

func TestAReaderWhoLeavesEndsTheFile(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Error("the answer was not broken off")
		}
		if n := o.pages.printing.Load(); n != 0 {
			t.Errorf("%d presses are still at work", n)
		}
	}()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, host+"/structure/posters/file?unit=dlt", strings.NewReader("kind=book"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "__Host-khumue", Value: p.secret})
	o.handler.ServeHTTP(gone{httptest.NewRecorder()}, r)
}

// gone is a reader who has left.
type gone struct{ *httptest.ResponseRecorder }

func (gone) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
