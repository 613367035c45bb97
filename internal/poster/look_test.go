package poster

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/sheet"
)

var pictures = flag.String("pictures", "", "a folder to write each poster to, as PNG, SVG and PDF")

// usual is a poster as most are, longest one with the longest names that content
// may have.
func usual() Poster {
	return Poster{
		Agency: catalog.Text{TH: "กรมการขนส่งทางบก", EN: "Department of Land Transport"},
		Code:   "dlt-chatuchak", Point: catalog.Text{TH: "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 (จตุจักร)", EN: "Bangkok Land Transport Office, Area 5 (Chatuchak)"},
		Address: Address("https://www.example.go.th/", "dlt-chatuchak", ""), Set: "satisfaction-1",
	}
}

func TestPictures(t *testing.T) {
	if *pictures == "" {
		return
	}
	logo, err := os.ReadFile("../../themes/default/assets/icon-192.png")
	if err != nil {
		t.Fatal(err)
	}
	mark, err := sheet.ReadImage(logo)
	if err != nil {
		t.Fatal(err)
	}
	withLogo := usual()
	withLogo.Logo, withLogo.Manual = mark, "dlt-7f3k5q"
	withLogo.Title = catalog.Text{TH: "การต่ออายุใบอนุญาตขับรถยนต์ส่วนบุคคล", EN: "Renew a private driving licence"}
	withLogo.Address = Address("https://www.example.go.th/", "dlt-chatuchak", "dlt-7f3k5q")
	for name, p := range map[string]Poster{"usual": usual(), "manual": withLogo, "longest": longest()} {
		for _, d := range Designs() {
			for _, size := range Sizes() {
				for _, f := range Formats() {
					file, err := os.Create(filepath.Join(*pictures, name+"-"+string(d)+"-"+string(size)+"."+string(f)))
					if err != nil {
						t.Fatal(err)
					}
					if err := p.Write(file, Style{d, size}, f); err != nil {
						t.Fatal(err)
					}
					if err := file.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

func longest() Poster {
	p := usual()
	p.Agency = catalog.Text{TH: fill("สำนักงานปลัดกระทรวงดิจิทัลเพื่อเศรษฐกิจและสังคม"), EN: fill("Office of the Permanent Secretary, Ministry of Digital Economy and Society ")}
	p.Point = catalog.Text{TH: fill("ศูนย์บริการร่วมองค์กรปกครองส่วนท้องถิ่นประจำจังหวัดประจวบคีรีขันธ์"), EN: fill("Joint service centre of the local governments of Prachuap Khiri Khan ")}
	p.Manual, p.Title = "dlt-7f3k5q", catalog.Text{TH: fill("การขออนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ"), EN: fill("Permission to run a business that endangers health ")}
	p.Address = Address("https://a-rather-long-name-of-a-portal.example.go.th/kiosk", "dlt-chatuchak", "dlt-7f3k5q")
	return p
}

// fill repeats a text to the 300 characters that a name may have.
func fill(s string) string {
	var out []rune
	for len(out)+len([]rune(s)) <= 300 {
		out = append(out, []rune(s)...)
	}
	return string(out)
}
