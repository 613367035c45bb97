package catalog

import (
	"slices"

	"khumue/internal/calendar"
)

// Contact is how to reach an office.
type Contact struct {
	Phones   []string `yaml:"phones" rule:"max=10" help:"โทรศัพท์ · telephone numbers, such as 02 271 8888 or 1584"`
	Fax      string   `yaml:"fax" rule:"max=60" help:"โทรสาร · fax number"`
	Email    string   `yaml:"email" rule:"email,max=200" help:"อีเมล · e-mail address"`
	Website  string   `yaml:"website" rule:"url" help:"เว็บไซต์ · address of the website"`
	LINE     string   `yaml:"line" rule:"max=100" help:"ไลน์ · LINE id"`
	Facebook string   `yaml:"facebook" rule:"max=200" help:"เฟซบุ๊ก · name or address of the Facebook page"`
}

// Address is where an office stands.
type Address struct {
	Line        Text   `yaml:"line" help:"เลขที่ ถนน · number and street"`
	Subdistrict string `yaml:"subdistrict" rule:"digits=6" help:"รหัสตำบล 6 หลัก (มอก. 1099) · six-digit subdistrict code (TIS 1099)"`
	Area        Text   `yaml:"area" help:"ตำบล อำเภอ จังหวัด เป็นข้อความ · subdistrict, district and province in words"`
	Postcode    string `yaml:"postcode" rule:"digits=5" help:"รหัสไปรษณีย์ · postal code"`
}

// Province returns the two-digit code of the province, or "".
func (a Address) Province() string {
	if len(a.Subdistrict) < 2 {
		return ""
	}
	return a.Subdistrict[:2]
}

// Place is a position on the map, WGS 84.
type Place struct {
	Lat float64 `yaml:"lat" rule:"required,min=-90,max=90" help:"ละติจูด · latitude in degrees"`
	Lng float64 `yaml:"lng" rule:"required,min=-180,max=180" help:"ลองจิจูด · longitude in degrees"`
}

// Hours are when an office is open in an ordinary week.
type Hours struct {
	Always   bool   `yaml:"always" help:"เปิด 24 ชั่วโมงทุกวัน · open day and night, holidays included"`
	Week     []Span `yaml:"week" rule:"max=30" help:"ช่วงเวลาเปิด · spans of an ordinary week"`
	Holidays bool   `yaml:"open_on_holidays" help:"เปิดในวันหยุดราชการ · open on government holidays too"`
	Note     Text   `yaml:"note" help:"หมายเหตุเรื่องเวลา · a remark on the hours"`
}

// IsZero reports whether no hours are written.
func (h Hours) IsZero() bool { return !h.Always && len(h.Week) == 0 && h.Note.IsZero() }

// Span is a time of opening on some weekdays.
type Span struct {
	Days   []Weekday          `yaml:"days" rule:"required" help:"วัน · weekdays: mon tue wed thu fri sat sun"`
	Opens  calendar.TimeOfDay `yaml:"opens" rule:"required" help:"เวลาเปิด · opening time, such as \"08:30\""`
	Closes calendar.TimeOfDay `yaml:"closes" rule:"required" help:"เวลาปิด · closing time, such as \"16:30\""`
	Lunch  Stated[Break]      `yaml:"lunch" help:"พักเที่ยง · lunch break, or none"`
}

// Break is a pause within a Span.
type Break struct {
	From calendar.TimeOfDay `yaml:"from" rule:"required" help:"ตั้งแต่ · from"`
	To   calendar.TimeOfDay `yaml:"to" rule:"required" help:"ถึง · to"`
}

// Closure is a time when an office is closed against its hours.
type Closure struct {
	From   calendar.Date `yaml:"from" rule:"required" help:"ตั้งแต่วันที่ · first day"`
	To     calendar.Date `yaml:"to" help:"ถึงวันที่ · last day; absent: one day"`
	Reason Text          `yaml:"reason" rule:"required" help:"เหตุผล · why"`
}

// Law is a law that empowers or concerns a service.
type Law struct {
	Kind    LawKind `yaml:"kind" rule:"required" help:"ชนิด · kind of law"`
	Name    Text    `yaml:"name" rule:"required" help:"ชื่อกฎหมาย · name of the law"`
	Year    int     `yaml:"year" rule:"min=2400,max=2699" help:"พ.ศ. · Buddhist year"`
	Section string  `yaml:"section" rule:"max=200" help:"มาตรา/ข้อ · section"`
	Note    Text    `yaml:"note" help:"หมายเหตุ · note"`
}

// Duration is a number of one unit. Units are never converted: the Act counts
// calendar days, manuals count days or working days.
type Duration struct {
	Value int      `yaml:"value" rule:"required,min=1,max=100000" help:"จำนวน · how many"`
	Unit  TimeUnit `yaml:"unit" rule:"required" help:"หน่วย · unit"`
}

// LegalTime is a time fixed by law or agreement.
type LegalTime struct {
	Name  Text     `yaml:"name" help:"กฎหมายหรือข้อตกลงที่กำหนด · what fixes it"`
	Value int      `yaml:"value" rule:"required,min=1,max=100000" help:"จำนวน · how many"`
	Unit  TimeUnit `yaml:"unit" rule:"required" help:"หน่วย · unit"`
}

// Channel is a way to ask for the service.
type Channel struct {
	Kind    ChannelKind `yaml:"kind" rule:"required" help:"ชนิด · kind of channel"`
	Name    Text        `yaml:"name" help:"ชื่อสถานที่หรือระบบ · name of the place or system"`
	URL     string      `yaml:"url" rule:"url" help:"ที่อยู่เว็บ · web address"`
	Address Text        `yaml:"address" help:"ที่อยู่ · postal address"`
	Phone   string      `yaml:"phone" rule:"max=100" help:"โทรศัพท์ · telephone"`
	Email   string      `yaml:"email" rule:"email,max=200" help:"อีเมล · e-mail address"`
	Hours   Hours       `yaml:"hours" help:"วันและเวลาเปิดให้บริการ · when it is open"`
	Note    Text        `yaml:"note" help:"หมายเหตุ · note"`
}

// StepSet is one way through the steps: walk-in, booked, express.
type StepSet struct {
	Name  Text   `yaml:"name" help:"ชื่อกรณี เมื่อมีมากกว่าหนึ่งชุด · name, where there are several"`
	Steps []Step `yaml:"steps" rule:"required,max=60" help:"ขั้นตอนตามลำดับ · the steps in order"`
}

// Step is one step of the agency's work.
type Step struct {
	Kind StepKind `yaml:"kind" rule:"required" help:"ประเภทขั้นตอน · kind of step"`
	Text Text     `yaml:"text" rule:"required,max=4000" help:"รายละเอียด · what happens"`
	Time Duration `yaml:"time" rule:"required" help:"ระยะเวลา · how long"`
	Unit Text     `yaml:"unit" help:"ส่วนงานที่รับผิดชอบ · who is responsible"`
	Note Text     `yaml:"note" help:"หมายเหตุ · note"`
}

// Total returns the sum of the steps' times, and false when they are of
// different units: those are never added up.
func (s StepSet) Total() (Duration, bool) {
	if len(s.Steps) == 0 {
		return Duration{}, false
	}
	sum := Duration{Unit: s.Steps[0].Time.Unit}
	for _, step := range s.Steps {
		if step.Time.Unit != sum.Unit {
			return Duration{}, false
		}
		sum.Value += step.Time.Value
	}
	return sum, true
}

// Document is something to bring.
type Document struct {
	Name      Text         `yaml:"name" rule:"required,max=1000" help:"ชื่อเอกสาร · name of the document"`
	Issuer    Text         `yaml:"issuer" help:"หน่วยงานผู้ออก · who issues it"`
	Kind      DocumentKind `yaml:"kind" rule:"required" help:"ยืนยันตัวตน หรือ อื่น ๆ · identity or other"`
	Originals int          `yaml:"originals" rule:"min=0,max=99" help:"จำนวนฉบับจริง · number of originals"`
	Copies    int          `yaml:"copies" rule:"min=0,max=99" help:"จำนวนสำเนา · number of copies"`
	Unit      Text         `yaml:"unit" help:"หน่วยนับ เช่น ฉบับ ชุด รูป · counted in; absent: ฉบับ"`
	Condition Text         `yaml:"condition" help:"หมายเหตุ/กรณี เช่น เฉพาะกรณีมอบอำนาจ · when it is needed"`
}

// Fee is one row of the fees.
type Fee struct {
	Name Text    `yaml:"name" rule:"required,max=1000" help:"รายการ · what is paid for"`
	Kind FeeKind `yaml:"kind" rule:"required" help:"รูปแบบ · kind of fee"`
	Min  Amount  `yaml:"min" help:"จำนวน หรือต่ำสุด · the amount, or the lowest; per cent for percent"`
	Max  Amount  `yaml:"max" help:"สูงสุด · the highest, of a range"`
	Unit Text    `yaml:"unit" help:"หน่วย; ไม่เขียน: บาท หรือร้อยละ · absent: baht, or per cent"`
	Per  Text    `yaml:"per" help:"ต่อ เช่น ฉบับ คน แปลง · per what"`
	Base Text    `yaml:"base" help:"คิดจาก เช่น ราคาประเมิน · what a percentage is taken of"`
	Note Text    `yaml:"note" help:"หมายเหตุ หรือวิธีคำนวณ · note, or the formula in words"`
}

// InPercent reports whether the amounts of a fee are per cent.
func (f Fee) InPercent() bool {
	return f.Kind == FeePercent || slices.Contains([]string{"ร้อยละ", "เปอร์เซ็นต์", "%"}, f.Unit.TH)
}

// InBaht reports whether the amounts of a fee are sums of baht, which alone may
// be compared with each other.
func (f Fee) InBaht() bool {
	return !f.InPercent() && (f.Unit.IsZero() || f.Unit.TH == "บาท")
}

// Complaint is a place to complain or to ask for advice.
type Complaint struct {
	Name    Text   `yaml:"name" rule:"required" help:"ชื่อช่องทาง · name"`
	Address Text   `yaml:"address" help:"ที่อยู่ · address"`
	Phone   string `yaml:"phone" rule:"max=100" help:"โทรศัพท์ · telephone"`
	Fax     string `yaml:"fax" rule:"max=60" help:"โทรสาร · fax"`
	Website string `yaml:"website" rule:"url" help:"เว็บไซต์ · website"`
	Note    Text   `yaml:"note" help:"หมายเหตุ · note"`
}

// Form is a form, an example or a guide to filling in. It has a file beside
// the manual or an address.
type Form struct {
	Name Text     `yaml:"name" rule:"required" help:"ชื่อแบบฟอร์ม · name"`
	Kind FormKind `yaml:"kind" rule:"required" help:"แบบฟอร์ม ตัวอย่าง หรือคู่มือการกรอก · form, example or guide"`
	File string   `yaml:"file" rule:"max=120" help:"ชื่อไฟล์ PDF หรือ DOCX ที่วางข้างคู่มือ · name of the PDF or DOCX beside the manual"`
	URL  string   `yaml:"url" rule:"url" help:"ที่อยู่เว็บ · web address, where there is no file"`
}

// ESubmission says that the service can be asked for electronically.
type ESubmission struct {
	URL  string `yaml:"url" rule:"required,url" help:"ที่อยู่ระบบ · address of the system"`
	Note Text   `yaml:"note" help:"หมายเหตุ · note"`
}

// Reduction is the time after steps and time were officially reduced.
type Reduction struct {
	Value int      `yaml:"value" rule:"required,min=1,max=100000" help:"จำนวน · how many"`
	Unit  TimeUnit `yaml:"unit" rule:"required" help:"หน่วย · unit"`
	Note  Text     `yaml:"note" help:"หมายเหตุ · note"`
}

// Withdrawal leaves a page that says that a manual no longer holds.
type Withdrawal struct {
	On        calendar.Date `yaml:"on" rule:"required" help:"ยกเลิกเมื่อ · since when"`
	Reason    Text          `yaml:"reason" rule:"required" help:"เหตุผล · why"`
	Successor ManualID      `yaml:"successor" help:"คู่มือที่ใช้แทน · the manual that replaces it"`
}

// Legacy keeps the addresses of the old system alive.
type Legacy struct {
	UUID   string `yaml:"uuid" rule:"uuid" help:"เลข UUID ในระบบเดิม · UUID in the old system"`
	Number int    `yaml:"number" rule:"min=1" help:"เลขในระบบเดิม · number in the old system"`
}
