package poster

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"iter"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/sheet"
	"khumue/internal/testkit"
)

var browser testkit.Browser

func TestMain(m *testing.M) {
	code := m.Run()
	browser.Close()
	os.Exit(code)
}

// styles calls do as a subtest for each design on each size.
func styles(t *testing.T, do func(t *testing.T, s Style)) {
	t.Helper()
	for _, d := range Designs() {
		for _, size := range Sizes() {
			t.Run(string(d)+" on "+string(size), func(t *testing.T) { do(t, Style{d, size}) })
		}
	}
}

func file(t testing.TB, p Poster, s Style, f Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b, s, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ofManual is a poster with all that there can be.
func ofManual(t testing.TB) Poster {
	t.Helper()
	data, err := os.ReadFile("../../themes/default/assets/icon-192.png")
	if err != nil {
		t.Fatal(err)
	}
	logo, err := sheet.ReadImage(data)
	if err != nil {
		t.Fatal(err)
	}
	p := usual()
	p.Logo, p.Manual = logo, "dlt-7f3k5q"
	p.Title = catalog.Text{TH: "การต่ออายุใบอนุญาตขับรถยนต์ส่วนบุคคล", EN: "Renew a private driving licence"}
	p.Address = Address("https://www.example.go.th/", p.Code, p.Manual)
	return p
}

// photographs are a poster as pixels, by each way there is to them.
func photographs(t *testing.T, p Poster, s Style) map[Format]image.Image {
	t.Helper()
	png, _, err := image.Decode(bytes.NewReader(file(t, p, s, PNG)))
	if err != nil {
		t.Fatal(err)
	}
	return map[Format]image.Image{PDF: testkit.PaperPages(t, file(t, p, s, PDF), 100)[0], PNG: png, SVG: inBrowser(t, file(t, p, s, SVG))}
}

// inBrowser is a picture as Chromium shows it, 800 pixels wide.
func inBrowser(t *testing.T, svg []byte) image.Image {
	t.Helper()
	server := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/poster.svg" {
			w.Header().Set("Content-Type", SVG.MediaType())
			_, _ = w.Write(svg)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><style>body{margin:0}img{display:block}</style><img src="/poster.svg" width="800" alt="">`)
	}))
	tab := browser.Open(t, server, testkit.View{Width: 800, Height: 600})
	tab.Go("/")
	tab.Until(`document.images[0].complete && document.images[0].naturalWidth > 0`)
	img, _, err := image.Decode(bytes.NewReader(tab.Picture()))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestAScannerOpensTheRightPageOfAPosterThatLooksAsItShould(t *testing.T) {
	styles(t, func(t *testing.T, s Style) {
		if !eachStyle && slices.Index(Designs(), s.Design) != slices.Index(Sizes(), s.Size) {
			return
		}
		p := ofManual(t)
		photos := photographs(t, p, s)
		for name, img := range photos {
			for _, part := range codesOf(img, s.Size) {
				if got, want := scanned(t, part), "https://www.example.go.th/survey/dlt-chatuchak/?procedure=dlt-7f3k5q"; got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		}
		asGolden(t, p, s, photos)
	})
}

// codesOf are the parts of a poster that have a code each.
func codesOf(img image.Image, size Size) []image.Image {
	if size != Card {
		return []image.Image{img}
	}
	b := img.Bounds()
	half := b.Min.Y + b.Dy()/2
	cut := img.(interface {
		SubImage(r image.Rectangle) image.Image
	})
	return []image.Image{cut.SubImage(image.Rect(b.Min.X, b.Min.Y, b.Max.X, half)), cut.SubImage(image.Rect(b.Min.X, half, b.Max.X, b.Max.Y))}
}

// scanned reads the one code of a picture.
func scanned(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("no code is found: %v", err)
	}
	return result.GetText()
}

func TestNothingLeavesThePaperNorMeets(t *testing.T) {
	for name, p := range map[string]Poster{"usual": usual(), "with a manual": ofManual(t), "with the longest names": longest()} {
		t.Run(name, func(t *testing.T) {
			styles(t, func(t *testing.T, s Style) { neat(t, p, s) })
		})
	}
}

// neat holds that all text and codes of a poster stand within the paper, with an
// edge of 3 mm, and none on another.
func neat(t *testing.T, p Poster, s Style) {
	t.Helper()
	page, err := p.Sheet(s)
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		says           string
		x, y, far, low float64
	}
	var places []place
	for _, m := range page.Marks {
		if m.Turned {
			continue
		}
		switch v := m.What.(type) {
		case sheet.Text:
			for _, r := range v.Rows {
				places = append(places, place{r.Text(), r.X, r.Y - 0.8*r.Size, r.X + r.Width(), r.Y + 0.15*r.Size})
				if r.Size < leastPoints {
					t.Errorf("%q is set at %.1f points", r.Text(), r.Size)
				}
			}
		case sheet.Code:
			zone := 4 * v.Module()
			places = append(places, place{"the code", v.X - zone, v.Y - zone, v.X + v.Side + zone, v.Y + v.Side + zone})
			if v.Module() < mm(0.5) {
				t.Errorf("a module is %.2f mm wide, want at least 0.5", v.Module()/mm(1))
			}
		case sheet.Picture:
			places = append(places, place{"the logo", v.X, v.Y, v.X + v.Width, v.Y + v.Height})
		}
	}
	edge := mm(3)
	for i, a := range places {
		if a.x < edge || a.y < edge || a.far > page.Width-edge || a.low > page.Height-edge {
			t.Errorf("%q leaves the paper: %+v", a.says, a)
		}
		for _, b := range places[:i] {
			if a.x < b.far && b.x < a.far && a.y < b.low && b.y < a.low {
				t.Errorf("%q stands on %q", a.says, b.says)
			}
		}
	}
}

func TestTextOfAPosterIsFound(t *testing.T) {
	styles(t, func(t *testing.T, s Style) {
		text := strings.Join(strings.Fields(testkit.PaperText(t, file(t, ofManual(t), s, PDF))), " ")
		for _, want := range []string{"กรมการขนส่งทางบก", "จตุจักร", "Bangkok Land Transport", "ต่ออายุใบอนุญาตขับรถยนต์ส่วนบุคคล", anonymous.TH[:30], "anonymous", "dlt-chatuchak", "ชุดคำถาม satisfaction-1"} {
			if !strings.Contains(text, want) {
				t.Errorf("got %q, want it to contain %q", text, want)
			}
		}
	})
}

func TestAPosterOfOneLanguageSaysItOnce(t *testing.T) {
	p := usual()
	p.Agency.EN, p.Point.EN = "", p.Point.TH
	page, err := p.Sheet(Style{Official, A4})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page.Spoken(), p.Point.TH); n != 1 {
		t.Errorf("the point is named %d times", n)
	}
}

func TestAVectorFileIsWellFormed(t *testing.T) {
	p := ofManual(t)
	p.Point.TH = `จุด "<script>" & ]]>`
	for d := xml.NewDecoder(bytes.NewReader(file(t, p, Style{Plain, A5}, SVG))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "script" {
			t.Fatal("a name became a script")
		}
	}
}

func TestStylesAreChosenByTheirWords(t *testing.T) {
	for _, c := range []struct {
		name, design, size, format string
		ok                         bool
	}{
		{"nothing is the usual", "", "", "", true},
		{"each by its word", "counter", "card", "png", true},
		{"no such design", "gold", "a4", "pdf", false},
		{"no such size", "plain", "a0", "pdf", false},
		{"no such format", "plain", "a4", "exe", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseStyle(c.design, c.size)
			if err == nil {
				_, err = ParseFormat(c.format)
			}
			if (err == nil) != c.ok || err != nil && !errors.Is(err, fault.Invalid) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// many are posters of as many points.
func many(n int) iter.Seq2[Poster, error] {
	return func(yield func(Poster, error) bool) {
		for i := range n {
			p := usual()
			p.Code = catalog.PointCode(fmt.Sprintf("dlt-%06d", i))
			p.Point.TH += fmt.Sprintf(" ช่อง %d", i+1)
			p.Address = Address("https://www.example.go.th", p.Code, "")
			if !yield(p, nil) {
				return
			}
		}
	}
}

func TestAllPointsOfAnAgencyAreOneFile(t *testing.T) {
	const points = 300
	var b bytes.Buffer
	began := time.Now()
	if err := Book(&b, "กรมการขนส่งทางบก", Style{Official, A4}, many(points)); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d points: %v, %d bytes", points, time.Since(began).Round(time.Millisecond), b.Len())
	if n := len(regexp.MustCompile(`/Type/Page/`).FindAll(b.Bytes(), -1)); n != points {
		t.Errorf("got %d pages, want %d", n, points)
	}
	if n := bytes.Count(b.Bytes(), []byte("/FontFile2")); n != 2 {
		t.Errorf("got %d fonts, want 2 for all pages", n)
	}
	if text := testkit.PaperText(t, b.Bytes()); strings.Count(text, "\f") != points || !strings.Contains(text, "ช่อง 300") {
		t.Error("the last page says nothing of point 300")
	}
}

// meter counts what is written, and how much memory is taken at most.
type meter struct {
	written int
	most    uint64
}

func (m *meter) Write(p []byte) (int, error) {
	if m.written/(1<<20) != (m.written+len(p))/(1<<20) {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		m.most = max(m.most, s.HeapAlloc)
	}
	m.written += len(p)
	return len(p), nil
}

func TestAFileOfManyPointsTakesLittleMemory(t *testing.T) {
	var m meter
	if err := Book(&m, "", Style{Plain, A5}, many(700)); err != nil {
		t.Fatal(err)
	}
	if m.most == 0 || m.most > 64<<20 {
		t.Errorf("%d bytes of heap while %d were written", m.most, m.written)
	}
}

func TestABundleHasAFileForEachPoint(t *testing.T) {
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := Bundle(&b, Style{Plain, A5}, f, many(2)); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if len(z.File) != 2 || z.File[1].Name != "survey-dlt-000001-plain-a5."+string(f) || z.File[1].UncompressedSize64 < 1000 {
			t.Errorf("got %d files, the last %+v", len(z.File), z.File[len(z.File)-1].FileHeader)
		}
	}
}

func TestWhatFailsOnTheWayEndsTheFile(t *testing.T) {
	broken := errors.New("the store is gone")
	all := func(yield func(Poster, error) bool) { _ = yield(usual(), nil) && yield(Poster{}, broken) }
	if err := Book(io.Discard, "", Style{Plain, A5}, all); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := Bundle(io.Discard, Style{Plain, A5}, SVG, all); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func FuzzNames(f *testing.F) {
	f.Add("กรมการขนส่งทางบก", "สำนักงาน", "Renew", uint8(0))
	f.Add("", "\x00", strings.Repeat("ก", 300), uint8(8))
	f.Fuzz(func(t *testing.T, agency, point, title string, style uint8) {
		if len(agency)+len(point)+len(title) > 1500 {
			return
		}
		p := usual()
		p.Agency, p.Point, p.Manual, p.Title = catalog.Text{TH: agency, EN: title}, catalog.Text{TH: point, EN: agency}, "dlt-7f3k5q", catalog.Text{TH: title, EN: point}
		all := Designs()
		neat(t, p, Style{all[int(style)%3], Sizes()[int(style)/3%3]})
	})
}

func BenchmarkBook(b *testing.B) {
	for b.Loop() {
		if err := Book(io.Discard, "", Style{Official, A4}, many(300)); err != nil {
			b.Fatal(err)
		}
	}
}
