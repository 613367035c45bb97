package pdf

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"khumue/internal/qr"
	"khumue/internal/sheet"
	"khumue/internal/testkit"
	"khumue/internal/typeset"
)

// letter is a sheet of paragraphs, 12 points high.
func letter(paragraphs ...string) *sheet.Sheet {
	s := &sheet.Sheet{Width: 420, Height: 600, Title: "หนังสือ", Language: "th"}
	y := 40.0
	for i, p := range paragraphs {
		t := sheet.Text{Role: sheet.Paragraph}
		if i == 0 {
			t.Role = sheet.Heading
		}
		for _, r := range typeset.Regular().Break(p, 12, 340) {
			t.Rows = append(t.Rows, sheet.Row{X: 40, Y: y, Row: r})
			y += 18
		}
		s.Add(t)
	}
	return s
}

func written(t testing.TB, about About, pages ...*sheet.Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	w := New(&b, about)
	for _, p := range pages {
		if err := w.Page(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var spoken = []string{
	"หนังสือแจ้งเรื่องล่าช้า", "น้ำท่วม ตั้งแต่ปี ๒๕๖๙ ที่ปั๊มน้ำ ญี่ปุ่น ฐานันดร ฎีกา กตัญญู",
	"Driving licence No. 12/2569 (สำเนา) ต่าง ๆ ฯลฯ", "ค่าธรรมเนียม 1,234.50 บาท", "ป่า ฝ้า ปู่ ผู้ ฟื้น ใบอนุญาตขับรถยนต์ส่วนบุคคลชั่วคราว",
}

func TestTextIsCopiedAsItWasWritten(t *testing.T) {
	file := written(t, About{Title: "ทดสอบ", Language: "th"}, letter(spoken...))
	t.Run("by another reader", func(t *testing.T) {
		got := testkit.PaperText(t, file)
		for _, want := range spoken {
			if !strings.Contains(got, want) {
				t.Errorf("got %q, want it to contain %q", got, want)
			}
		}
	})
	t.Run("by what each glyph says", func(t *testing.T) {
		if got, want := extract(t, file), strings.Join(spoken, ""); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestAPictureOfThePageHasInkWhereTextStands(t *testing.T) {
	page := testkit.PaperPages(t, written(t, About{}, letter(spoken...)), 72)[0]
	if b := page.Bounds(); b.Dx() != 420 || b.Dy() != 600 {
		t.Fatalf("got %v, want 420 × 600 points", b)
	}
	if n := inked(page, image.Rect(40, 25, 380, 130)); n < 1500 {
		t.Errorf("%d dark pixels where five rows stand", n)
	}
	if n := inked(page, image.Rect(0, 140, 420, 600)); n > 0 {
		t.Errorf("%d dark pixels where nothing stands", n)
	}
}

func inked(img image.Image, r image.Rectangle) (n int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if _, g, _, _ := img.At(x, y).RGBA(); g < 0xa000 {
				n++
			}
		}
	}
	return n
}

func TestTheSamePagesGiveTheSameBytes(t *testing.T) {
	about := About{Title: "ทดสอบ", Language: "th"}
	if a, b := written(t, about, letter(spoken...)), written(t, about, letter(spoken...)); !bytes.Equal(a, b) {
		t.Error("two files of the same page differ")
	} else if bytes.Contains(a, []byte("CreationDate")) {
		t.Error("a date was written that was not given")
	}
	about.Made = time.Date(2026, 11, 26, 12, 0, 0, 0, time.FixedZone("", 7*3600))
	if !bytes.Contains(written(t, about, letter("ก")), []byte("/CreationDate(D:20261126050000Z)")) {
		t.Error("the date that was given is not there")
	}
}

func TestAFileSaysWhatItsPartsAre(t *testing.T) {
	code, err := qr.Encode("https://www.example.go.th/", qr.Quartile)
	if err != nil {
		t.Fatal(err)
	}
	s := letter("หัวเรื่อง", "เนื้อความ")
	s.Add(sheet.Code{X: 100, Y: 300, Side: 100, Grid: code, Says: "คิวอาร์โค้ด"}, sheet.Shape{Path: sheet.Rect(0, 0, 10, 10), Color: sheet.Black})
	s.Marks = append(s.Marks, sheet.Mark{Turned: true, What: s.Marks[0].What})
	file := string(written(t, About{Title: "เรื่อง", Language: "th"}, s))
	for _, want := range []string{"/S/H1", "/S/P", "/S/Figure/Alt" + utf16Text("คิวอาร์โค้ด"), "/MarkInfo<</Marked true>>", "/Lang" + utf16Text("th"), "/DisplayDocTitle true"} {
		if !strings.Contains(file, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if n := strings.Count(file, "/S/H1"); n != 1 {
		t.Errorf("%d headings, want 1: what is turned is not read again", n)
	}
}

func TestPicturesAreDrawn(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		img.SetNRGBA(i%8, i/8, color.NRGBA{200, 0, 0, uint8(255 * (i % 2))})
	}
	for _, c := range []struct {
		name   string
		encode func(*bytes.Buffer) error
	}{
		{"PNG with what shows through", func(b *bytes.Buffer) error { return png.Encode(b, img) }},
		{"JPEG", func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) }},
		{"JPEG in grey", func(b *bytes.Buffer) error { return jpeg.Encode(b, image.NewGray(image.Rect(0, 0, 8, 8)), nil) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.encode(&b); err != nil {
				t.Fatal(err)
			}
			m, err := sheet.ReadImage(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			s := &sheet.Sheet{Width: 100, Height: 100}
			s.Add(sheet.Picture{X: 10, Y: 20, Width: 40, Height: 40, Image: m, Says: "ตรา"}, sheet.Picture{X: 60, Y: 20, Width: 20, Height: 20, Image: m})
			file := written(t, About{}, s, s)
			if n := bytes.Count(file, []byte("/Subtype/Image")); n > 2 {
				t.Errorf("the picture was written %d times", n)
			}
			page := testkit.PaperPages(t, file, 72)[1]
			if n := inked(page, image.Rect(10, 20, 50, 60)); n == 0 {
				t.Error("there is no picture where one stands")
			}
		})
	}
}

func TestPagesOfAnySizeFollow(t *testing.T) {
	wide := letter("แนวนอน")
	wide.Width, wide.Height = 842, 595
	pages := testkit.PaperPages(t, written(t, About{Language: "th"}, letter("หนึ่ง"), wide, letter("สาม")), 36)
	if len(pages) != 3 || pages[1].Bounds().Dx() != 421 {
		t.Errorf("got %d pages, the second %v", len(pages), pages[1].Bounds())
	}
}

func TestAFileWithoutAPageIsRefused(t *testing.T) {
	if err := New(&bytes.Buffer{}, About{}).Close(); err == nil {
		t.Error("it was written")
	}
}

// full is a disk that is full after some bytes.
type full int

var errFull = errors.New("the disk is full")

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFullDiskIsTold(t *testing.T) {
	disk := full(2000)
	w := New(&disk, About{})
	err := w.Page(letter(spoken...))
	if err == nil {
		err = w.Close()
	}
	if !errors.Is(err, errFull) {
		t.Errorf("got %v, want that the disk is full", err)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range spoken {
		f.Add(s, true)
	}
	f.Add(") EMC \\ <00> \x00 \U0001f600 ํา", false)
	f.Fuzz(func(t *testing.T, text string, bold bool) {
		if len(text) > 1000 {
			return
		}
		face := typeset.Regular()
		if bold {
			face = typeset.Bold()
		}
		s := &sheet.Sheet{Width: 400, Height: 400, Title: text}
		row := face.Row(text, 12)
		s.Add(sheet.Text{Role: sheet.Paragraph, Rows: []sheet.Row{{X: 10, Y: 30, Row: row}}})
		file := written(t, About{Title: text}, s)
		if got, want := extract(t, file), strings.ReplaceAll(row.Text(), "\x00", ""); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		checkOffsets(t, file)
	})
}

// checkOffsets holds the table of objects against where they stand.
func checkOffsets(t testing.TB, file []byte) {
	t.Helper()
	_, table, _ := bytes.Cut(file[bytes.LastIndex(file, []byte("\nxref\n"))+1:], []byte("65535 f \n"))
	lines := bytes.Split(table, []byte(" n \n"))
	for i, line := range lines[:len(lines)-1] {
		at, err := strconv.Atoi(string(line[:10]))
		if err != nil || !bytes.HasPrefix(file[at:], []byte(strconv.Itoa(i+1)+" 0 obj\n")) {
			t.Fatalf("object %d is said to be at %s, where it is not", i+1, line)
		}
	}
}
