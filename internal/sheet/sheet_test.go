package sheet

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"khumue/internal/fault"
	"khumue/internal/qr"
	"khumue/internal/typeset"
)

func pngOf(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesThatAreRead(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 9, 9)), nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		file []byte
		ok   bool
	}{
		{"PNG", pngOf(t, 10, 20), true},
		{"JPEG", photo.Bytes(), true},
		{"half of a PNG", pngOf(t, 100, 100)[:60], false},
		{"wider than a picture may be", pngOf(t, MostPixels+1, 1), false},
		{"a file too long", append(pngOf(t, 1, 1), make([]byte, MostBytes)...), false},
		{"SVG", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), false},
		{"nothing", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := ReadImage(c.file)
			if c.ok != (err == nil) || err != nil && !errors.Is(err, fault.Invalid) {
				t.Fatalf("got %v", err)
			}
			if !c.ok {
				return
			}
			if w, h := m.Size(); w < 1 || h < 1 {
				t.Errorf("it is %d × %d", w, h)
			}
		})
	}
}

func TestAPictureKeepsItsShape(t *testing.T) {
	m, err := ReadImage(pngOf(t, 100, 50))
	if err != nil {
		t.Fatal(err)
	}
	x, y, w, h := m.Within(10, 10, 40, 40)
	if x != 10 || y != 20 || w != 40 || h != 20 {
		t.Errorf("got %v %v %v %v, want the middle of the square", x, y, w, h)
	}
}

func FuzzReadImage(f *testing.F) {
	f.Add(pngOf(f, 3, 3))
	f.Add([]byte("\xff\xd8\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := ReadImage(file)
		if err != nil {
			return
		}
		if w, h := m.Size(); w > MostPixels || h > MostPixels {
			t.Fatalf("a picture of %d × %d was read", w, h)
		}
	})
}

func TestModulesAreWholePixels(t *testing.T) {
	code, err := qr.Encode("https://www.example.go.th/survey/dlt-7f3k5q/", qr.Quartile)
	if err != nil {
		t.Fatal(err)
	}
	s := &Sheet{Width: 300, Height: 300}
	s.Add(Code{X: 50.3, Y: 50.7, Side: 187.7, Grid: code})
	for _, turn := range []bool{false, true} {
		s.Marks[0].Turned = turn
		img := s.Draw(s.sharp(200))
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if v := color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y; v != 0 && v != 255 {
					t.Fatalf("a pixel of the code is neither black nor white: %d", v)
				}
			}
		}
	}
}

func TestInkOutsideOfThePaperIsLeftOut(t *testing.T) {
	s := &Sheet{Width: 100, Height: 100}
	s.Add(
		Shape{Rect(-50, -50, 80, 80), Black}, Shape{Rect(90, 90, 1e7, 1e7), Black}, Shape{Rect(500, 500, 10, 10), Black}, Shape{nil, Black},
		Text{Color: Black, Rows: []Row{{X: 80, Y: 104, Row: typeset.Bold().Row("ที่กว้างกว่ากระดาษ", 40)}}})
	for _, turn := range []bool{false, true} {
		for i := range s.Marks {
			s.Marks[i].Turned = turn
		}
		img := s.Draw(72)
		if v := color.GrayModel.Convert(img.At(50, 50)).(color.Gray).Y; v != 255 {
			t.Errorf("the middle is %d, want paper", v)
		}
		corner := 10
		if turn {
			corner = 89
		}
		if v := color.GrayModel.Convert(img.At(corner, corner)).(color.Gray).Y; v != 0 {
			t.Errorf("the corner is %d, want ink", v)
		}
	}
}

func TestAFrameHasAHole(t *testing.T) {
	s := &Sheet{Width: 100, Height: 100}
	s.Add(Shape{Frame(10, 10, 80, 80, 12, 4), Black}, Shape{Dashes(0, 5, 100, 2, 3), Black})
	img := s.Draw(72)
	for _, c := range []struct {
		name string
		x, y int
		want uint8
	}{{"its edge", 50, 11, 0}, {"its middle", 50, 50, 255}, {"beyond its corner", 11, 11, 255}, {"a dash", 1, 5, 0}, {"a gap", 4, 5, 255}} {
		if got := color.GrayModel.Convert(img.At(c.x, c.y)).(color.Gray).Y; got != c.want {
			t.Errorf("%s is %d, want %d", c.name, got, c.want)
		}
	}
}

func TestASheetSaysWhatStandsOnIt(t *testing.T) {
	s := &Sheet{Width: 300, Height: 100, Title: "ก & <ข>", Language: "th"}
	var rows []Row
	for _, r := range typeset.Regular().Break("สำนักงานขนส่ง Bangkok Office", 12, 60) {
		rows = append(rows, Row{Row: r})
	}
	s.Add(Text{Role: Heading, Rows: rows}, Text{Role: Ornament, Rows: rows}, Picture{Says: "ตรา", Image: &Image{Format: "png"}})
	if got, want := s.Spoken(), "สำนักงานขนส่ง Bangkok Office\nตรา"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var b strings.Builder
	if err := s.SVG(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>ก &amp; &lt;ข&gt;</title>", `lang="th"`, "Bangkok Office"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %s", want)
		}
	}
}
