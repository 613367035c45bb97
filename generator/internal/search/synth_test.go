package search

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
)

// synthetic is a portal of any size whose titles are much alike: its words
// come from those of real services. The same numbers give the same portal.
type synthetic struct {
	manuals int
	offices int // local governments, which keep copies of the same manuals
	copies  int // manuals of which each office keeps a copy
	body    int // characters of a body, at least
}

var (
	synthVerbs   = strings.Fields("การขออนุญาต การขอใบอนุญาต การขอต่ออายุใบอนุญาต การแจ้งยกเลิก การขอแก้ไขรายการ การขอใบแทนใบอนุญาต การขึ้นทะเบียน การจดแจ้ง การขอหนังสือรับรอง การขอตรวจสอบ การโอน การแจ้งเปลี่ยนแปลง")
	synthObjects = strings.Fields("ประกอบกิจการโรงงาน จำหน่ายสินค้าในที่สาธารณะ ตั้งสถานบริการ ประกอบกิจการหอพัก ประกอบธุรกิจนำเที่ยว ขายปุ๋ย ขายวัตถุอันตราย เลี้ยงสัตว์น้ำ ทำการประมง ค้าสัตว์ ขายอาหารสัตว์ ขุดดินถมดิน ติดตั้งเครื่องจักร ใช้เชื้อเพลิง ขุดเจาะน้ำบาดาล ใช้คลื่นความถี่ ประกอบโรคศิลปะ เปิดโรงเรียนเอกชน จัดตั้งสมาคม จัดตั้งมูลนิธิ นำเข้าเครื่องมือแพทย์ ส่งออกพันธุ์พืช ผลิตวัตถุเสพติด ขนส่งสินค้า เดินรถประจำทาง จดทะเบียนเรือ ใช้ท่าเทียบเรือ สร้างเขื่อน ตัดไม้หวงห้าม ทำไม้ในป่า ครอบครองสัตว์ป่า ก่อสร้างอาคารสูง รื้อถอนอาคาร เชื่อมท่อระบายน้ำ ใช้ทางเท้า ติดป้ายโฆษณา จัดงานรื่นเริง ใช้เครื่องขยายเสียง ฝังศพเผาศพ รับบุตรบุญธรรม ขอสัญชาติไทย มีถิ่นที่อยู่ ทำงานในตำแหน่งใหม่ จ้างแรงงานเด็ก ขึ้นเงินทดแทน กู้ยืมเงินกองทุน รับทุนการศึกษา เทียบวุฒิการศึกษา ย้ายสถานศึกษา")
	synthKinds   = strings.Fields("รายใหม่ ขนาดเล็ก ขนาดกลาง ขนาดใหญ่ ประเภทที่หนึ่ง ประเภทที่สอง ประเภทที่สาม ชั่วคราว ถาวร เพื่อการค้า เพื่อการศึกษา เพื่อการวิจัย ในเขตเมือง ในเขตอุตสาหกรรม ในเขตควบคุม ในที่ดินของรัฐ โดยบุคคลธรรมดา โดยนิติบุคคล โดยหน่วยงานของรัฐ โดยคนต่างด้าว")
	synthCases   = strings.Fields("มอบอำนาจ เอกสารสูญหาย เปลี่ยนชื่อ ย้ายสถานที่ เลิกกิจการ ผู้ถือใบอนุญาตเสียชีวิต พ้นกำหนด เร่งด่วน ยื่นผ่านระบบ ตามคำสั่งศาล")
	synthPlaces  = strings.Fields("บ้านใหม่ หนองบัว ท่าข้าม บางปลา ห้วยทราย โคกสูง ดอนเมือง นาดี วังทอง แม่สาย เขาแก้ว ทุ่งหลวง คลองสาม ศาลายา ปากน้ำ เกาะคา สันติสุข โนนสวรรค์ บึงกุ่ม ไผ่ล้อม")
	synthWords   = strings.Fields("ผู้ขอ ต้อง ยื่น คำขอ ต่อ เจ้าหน้าที่ ภายใน วันทำการ พร้อม สำเนา ทะเบียนบ้าน หนังสือ รับรอง แผนที่ หลักฐาน ค่าธรรมเนียม ตรวจสอบ พิจารณา อนุญาต แจ้งผล ระยะเวลา กฎกระทรวง พระราชบัญญัติ สถานที่ เครื่องจักร สิ่งแวดล้อม ความปลอดภัย สุขภาพ ประชาชน นายทะเบียน ใบรับรอง แพทย์ วิศวกร สถาปนิก ลงนาม ประกาศ ราชกิจจานุเบกษา คณะกรรมการ ท้องถิ่น จังหวัด อำเภอ ตำบล ที่ดิน โฉนด อาคาร น้ำเสีย มลพิษ เสียง กลิ่น ฝุ่น อาหาร ยา เครื่องสำอาง สัตว์ พืช ป่าไม้ เหมืองแร่ ประมง เรือ รถยนต์ ขนส่ง ท่าเรือ สนามบิน โรงเรียน นักเรียน นักศึกษา ครู หลักสูตร วุฒิ แรงงาน นายจ้าง ลูกจ้าง ประกันสังคม เงินทดแทน กองทุน ภาษี อากร งบการเงิน ผู้ถือหุ้น กรรมการ บริษัท ห้างหุ้นส่วน สมาคม มูลนิธิ วัด ศาสนา วัฒนธรรม")
)

func (s synthetic) docs() iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range s.manuals {
			if !yield(s.manual(rnd, i), nil) {
				return
			}
		}
		for o := range s.offices {
			if !yield(s.office(o), nil) {
				return
			}
			for c := range s.copies {
				if !yield(s.copyOf(rnd, o, c), nil) {
					return
				}
			}
		}
	}
}

func pick(rnd *rand.Rand, from []string) string { return from[rnd.IntN(len(from))] }

func (s synthetic) manual(rnd *rand.Rand, i int) Document {
	verb, object, kind := pick(rnd, synthVerbs), pick(rnd, synthObjects), pick(rnd, synthKinds)
	title := verb + object + kind
	if rnd.IntN(3) == 0 {
		title += " กรณี" + pick(rnd, synthCases)
	}
	if rnd.IntN(4) == 0 {
		title += fmt.Sprintf(" ตามระเบียบฉบับที่ %d", rnd.IntN(400))
	}
	d := s.document(rnd, Manual, fmt.Sprintf("/procedure/m-%06d/", i), title, rnd.IntN(300))
	d.CommonNames = []string{object + kind, pick(rnd, synthWords) + object, "ขอ" + object}
	return d
}

func (s synthetic) copyOf(rnd *rand.Rand, office, c int) Document {
	title := synthVerbs[c%len(synthVerbs)] + synthObjects[c%len(synthObjects)] + "ของท้องถิ่น"
	d := s.document(rnd, Manual, fmt.Sprintf("/procedure/o-%05d-%02d/", office, c), title, 0)
	d.AgencyCode, d.AgencyTH = s.officeName(office)
	d.Agencies = []string{d.AgencyCode, "local"}
	return d
}

func (s synthetic) office(o int) Document {
	code, name := s.officeName(o)
	return Document{Kind: Agency, URL: "/agency/" + code + "/", TitleTH: name, AgencyCode: code, AgencyTH: name, Agencies: []string{code, "local"}}
}

func (s synthetic) officeName(o int) (code, name string) {
	n := len(synthPlaces)
	return fmt.Sprintf("office-%d", o), fmt.Sprintf("องค์การบริหารส่วนตำบล%s%s %d", synthPlaces[o%n], synthPlaces[o/n%n], o/n/n)
}

func (s synthetic) document(rnd *rand.Rand, kind Kind, url, title string, agency int) Document {
	var body strings.Builder
	for n := s.body + rnd.IntN(s.body*3); body.Len() < n*3; {
		body.WriteString(pick(rnd, synthWords))
		if rnd.IntN(8) == 0 {
			body.WriteByte(' ')
		}
	}
	return Document{
		Kind: kind, URL: url, TitleTH: title, Body: body.String(),
		AgencyCode: fmt.Sprintf("dept-%d", agency), AgencyTH: fmt.Sprintf("กรม%s", synthObjects[agency%len(synthObjects)]),
		Agencies:   []string{fmt.Sprintf("dept-%d", agency), fmt.Sprintf("ministry-%d", agency%20)},
		FactsTH:    fmt.Sprintf("%d วันทำการ · ค่าธรรมเนียม %d บาท", 1+rnd.IntN(60), rnd.IntN(50)*100),
		Categories: []string{fmt.Sprintf("category-%d", rnd.IntN(18))},
		Groups:     []string{fmt.Sprintf("group-%d", rnd.IntN(12))},
		Keywords:   []string{pick(rnd, synthWords), pick(rnd, synthWords)},
		Online:     rnd.IntN(4) == 0,
		Weight:     float64(rnd.IntN(200)),
	}
}
