package letter_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/letter"
	"khumue/internal/testkit"
)

// Renew the golden picture after a change that is meant, and look at it:
//
//	go test ./internal/letter -run Golden -update
var update = flag.Bool("update", false, "write the golden picture anew")

func on(s string) calendar.Date {
	d, err := calendar.ParseISO(s)
	if err != nil {
		panic(err)
	}
	return d
}

const code = "7K3M-0000-1111-2222-3333-4444-5555"

// usual is the second letter of a case.
func usual() letter.Delay {
	first := delay.Letter{Seq: 1, Number: "คค 0401/1201", Date: on("2026-04-08"), Reason: delay.Committee, Expected: on("2026-04-16")}
	second := delay.Letter{
		Seq: 2, Number: "คค 0401/1234", Date: on("2026-04-16"), Reason: delay.Committee, Text: "คณะกรรมการพิจารณาใบอนุญาตมีกำหนดประชุมครั้งถัดไปวันที่ 21 เมษายน 2569",
		Expected: on("2026-04-24"), Signer: "นายสมศักดิ์ ตั้งใจจริง", Position: "ขนส่งจังหวัดเชียงใหม่",
	}
	return letter.Delay{
		Case: delay.Case{Request: "คข. 123/2569", Filed: on("2026-03-02"), Complete: on("2026-03-02"), Promised: catalog.Duration{Value: 30, Unit: "day"}, Due: on("2026-04-01"),
			State: delay.Open, Letters: []delay.Letter{first, second}},
		Letter: second, Title: "การขอรับใบอนุญาตประกอบการขนส่งไม่ประจำทาง", Revision: 3, Agency: "กรมการขนส่งทางบก", Point: "สำนักงานขนส่งจังหวัดเชียงใหม่",
		Address: "เลขที่ 99 ถนนโชตนา ตำบลช้างเผือก\nอำเภอเมืองเชียงใหม่ จังหวัดเชียงใหม่ 50300", Phone: "0 5327 0410", Person: "นางสาวน้ำผึ้ง ปิ่นปักทิพย์",
		Code: code, Site: "https://www.example.go.th/",
	}
}

func paper(t testing.TB, d letter.Delay) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write().PDF(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheLetterSaysWhatTheActAsks(t *testing.T) {
	text := testkit.PaperText(t, paper(t, usual()))
	plain := strings.Join(strings.Fields(text), "")
	for _, want := range []string{
		"ที่ คค ๐๔๐๑/๑๒๓๔", "กรมการขนส่งทางบก", "ตำบลช้างเผือก", "๕๐๓๐๐", "๑๖ เมษายน ๒๕๖๙", "เรื่อง", "แจ้งเหตุแห่งความล่าช้าในการพิจารณาคำขอ", "เรียน", "นางสาวน้ำผึ้ง ปิ่นปักทิพย์",
		"อ้างถึง", "๑. คำขอเลขที่ คข. ๑๒๓/๒๕๖๙", "๒. หนังสือกรมการขนส่งทางบก ที่ คค ๐๔๐๑/๑๒๐๑ ลงวันที่ ๘ เมษายน ๒๕๖๙", "ฉบับที่ ๓", "๓๐ วัน", "ครบกำหนดวันที่ ๑ เมษายน ๒๕๖๙",
		"รอคณะกรรมการพิจารณา", "๒๔ เมษายน ๒๕๖๙", "ทุก ๗ วัน", "มาตรา ๑๐", "ก.พ.ร.", "ขอแสดงความนับถือ", "(นายสมศักดิ์ ตั้งใจจริง)", "ขนส่งจังหวัดเชียงใหม่", "โทร. ๐ ๕๓๒๗ ๐๔๑๐",
		code, "www.example.go.th/delay/", "คข. 123/2569",
	} {
		if !strings.Contains(plain, strings.Join(strings.Fields(want), "")) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if strings.Contains(text, "None") {
		t.Error("something is missing")
	}
}

func TestACopyTellsNothingOfTheApplicant(t *testing.T) {
	d := usual()
	d.Person, d.Code = "", ""
	text := testkit.PaperText(t, paper(t, d))
	if strings.Contains(text, "น้ำผึ้ง") || strings.Contains(text, "7K3M") || !strings.Contains(strings.Join(strings.Fields(text), ""), "ผู้ยื่นคำขอเลขที่คข.๑๒๓/๒๕๖๙") {
		t.Errorf("got %s", text)
	}
}

func TestTheCodeOpensTheLookUp(t *testing.T) {
	pages := testkit.PaperPages(t, paper(t, usual()), 150)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(pages[0])
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "https://www.example.go.th/delay/#n=%E0%B8%84%E0%B8%82.%20123/2569&c=" + code
	if got.GetText() != want {
		t.Errorf("got %s, want %s", got.GetText(), want)
	}
}

func TestTheLetterIsAsGolden(t *testing.T) {
	pages := testkit.PaperPages(t, paper(t, usual()), 60)
	if len(pages) != 1 {
		t.Fatalf("it has %d pages", len(pages))
	}
	name := filepath.Join("testdata", "letter.png")
	if *update {
		keep(t, name, pages[0])
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if golden.Bounds() != pages[0].Bounds() {
		t.Fatalf("it has %v pixels, want %v", pages[0].Bounds(), golden.Bounds())
	}
	far, size := 0, golden.Bounds()
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			if d := int(grey(pages[0].At(x, y))) - int(grey(golden.At(x, y))); d > 48 || d < -48 {
				far++
			}
		}
	}
	if share := float64(far) / float64(size.Dx()*size.Dy()); share > 0.005 {
		t.Errorf("%.2f %% of it differ by much from %s", share*100, name)
	}
}

func grey(c color.Color) uint8 { return color.GrayModel.Convert(c).(color.Gray).Y }

func keep(t *testing.T, name string, img image.Image) {
	t.Helper()
	var shades color.Palette
	for i := range 16 {
		shades = append(shades, color.Gray{Y: uint8(i * 17)})
	}
	few := image.NewPaletted(img.Bounds(), shades)
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			few.Set(x, y, img.At(x, y))
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, few); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestALongLetterTakesAnotherPage(t *testing.T) {
	d := usual()
	d.Title = strings.Repeat("การขอรับใบอนุญาตประกอบการขนส่งไม่ประจำทางด้วยรถที่ใช้ในการขนส่งผู้โดยสาร ", 10)
	d.Letter.Text = strings.Repeat("คณะกรรมการ", 30)
	d.Address = strings.Repeat("อาคารที่ยาวมาก\n", 5)
	data := paper(t, d)
	if pages := testkit.PaperPages(t, data, 40); len(pages) != 2 {
		t.Errorf("it has %d pages", len(pages))
	}
	text := testkit.PaperText(t, data)
	for _, want := range []string{"- ๒ -", "ขอแสดงความนับถือ", code} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q", want)
		}
	}
}

func TestTheSameLetterIsTheSameBytes(t *testing.T) {
	if !bytes.Equal(paper(t, usual()), paper(t, usual())) {
		t.Error("two files of one letter differ")
	}
	if !bytes.Equal(word(t, usual()), word(t, usual())) {
		t.Error("two Word files of one letter differ")
	}
}

func word(t testing.TB, d letter.Delay) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write().DOCX(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheWordFileSaysTheSame(t *testing.T) {
	d := usual()
	d.Person = `นาย <ก> & "ข"`
	z, err := zip.NewReader(bytes.NewReader(word(t, d)), int64(len(word(t, d))))
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".png") {
			if _, err := png.Decode(part); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			continue
		}
		said += xmlText(t, f.Name, part)
	}
	for _, want := range []string{"ที่ คค ๐๔๐๑/๑๒๓๔", d.Person, "ขอแสดงความนับถือ", "รหัส " + code, "๑๖\u00a0เมษายน\u00a0๒๕๖๙"} {
		if !strings.Contains(said, want) {
			t.Errorf("it lacks %q", want)
		}
	}
}

// xmlText is the text of well-formed XML.
func xmlText(t *testing.T, name string, r io.Reader) string {
	t.Helper()
	var out strings.Builder
	for d := xml.NewDecoder(r); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text, ok := token.(xml.CharData); ok {
			out.Write(text)
		}
	}
}

// wordPart is a part of the Word file.
func wordPart(t testing.TB, d letter.Delay, name string) []byte {
	t.Helper()
	data := word(t, d)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	text, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
