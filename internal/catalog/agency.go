package catalog

import "khumue/internal/calendar"

// Agency is a node of the structure of the state: a ministry, a department, a
// local government. Its folder's place in the tree says what it belongs to.
type Agency struct {
	Code           AgencyCode         `yaml:"code" rule:"required" help:"รหัสหน่วยงาน · code; never changes"`
	Name           Text               `yaml:"name" rule:"required,max=300" help:"ชื่อหน่วยงาน · name"`
	ShortName      Text               `yaml:"short_name" rule:"max=60" help:"ชื่อย่อ · short name"`
	Kind           AgencyKind         `yaml:"kind" rule:"required" help:"ชนิด · kind of agency"`
	OrgCode        string             `yaml:"org_code" rule:"max=20" help:"รหัสหน่วยงานภาครัฐ · government organisation code"`
	Province       string             `yaml:"province" rule:"digits=2" help:"รหัสจังหวัด 2 หลัก · two-digit province code"`
	About          Text               `yaml:"about" rule:"max=2000" help:"ภารกิจโดยย่อ · what it does"`
	Contact        Contact            `yaml:"contact" help:"ติดต่อ · contact"`
	Address        Address            `yaml:"address" help:"ที่ตั้ง · address"`
	Hours          Hours              `yaml:"hours" help:"เวลาทำการ ใช้กับจุดบริการที่ไม่กำหนดเอง · hours, for points without their own"`
	Closures       []Closure          `yaml:"closures" rule:"max=60" help:"วันหยุดพิเศษ ใช้กับทุกจุดบริการ · closures, of all its points"`
	LicenceReports Reporter           `yaml:"licence_reports" help:"ผู้รายงานผลการออกใบอนุญาต · who reports on licences; absent: point"`
	PublishScores  bool               `yaml:"publish_scores" help:"เผยแพร่คะแนนความพึงพอใจ · show satisfaction scores to the public"`
	ConfirmedOn    calendar.Date      `yaml:"confirmed_on" help:"ยืนยันความถูกต้องเมื่อ · confirmed correct on"`
	Retired        Stated[Retirement] `yaml:"retired" help:"ยุบเลิก · retired"`

	Parent AgencyCode `yaml:"-"` // "" at the top
}

// Retirement says that an agency no longer exists.
type Retirement struct {
	On        calendar.Date `yaml:"on" rule:"required" help:"ตั้งแต่วันที่ · since when"`
	Successor AgencyCode    `yaml:"successor" help:"หน่วยงานที่รับช่วง · who took over"`
}

// Point is a service point (จุดบริการ): a counter, hall or office.
type Point struct {
	Code        PointCode       `yaml:"code" rule:"required" help:"รหัสจุดบริการ · code; never changes"`
	Name        Text            `yaml:"name" rule:"required,max=300" help:"ชื่อจุดบริการ · name"`
	Address     Address         `yaml:"address" rule:"required" help:"ที่ตั้ง · address"`
	Place       Stated[Place]   `yaml:"place" help:"พิกัด · coordinates"`
	Directions  Text            `yaml:"directions" rule:"max=2000" help:"การเดินทาง · how to get there"`
	Contact     Contact         `yaml:"contact" help:"ติดต่อ · contact"`
	Hours       Hours           `yaml:"hours" help:"เวลาทำการ; ไม่เขียน: ตามหน่วยงาน · absent: those of the agency"`
	Closures    []Closure       `yaml:"closures" rule:"max=60" help:"ปิดทำการพิเศษ · special closures"`
	Facilities  []Facility      `yaml:"facilities" help:"สิ่งอำนวยความสะดวก · facilities"`
	QueueURL    string          `yaml:"queue_url" rule:"url" help:"จองคิว · where to book a queue number"`
	Photos      []Photo         `yaml:"photos" rule:"max=10" help:"ภาพถ่าย · photos"`
	Status      PointStatus     `yaml:"status" help:"สถานะ · status; absent: shown"`
	Closed      Stated[Closure] `yaml:"closed" help:"ปิดชั่วคราว · when and why it is closed, for closed-temporarily"`
	Manuals     []ManualID      `yaml:"manuals" rule:"max=2000" help:"คู่มือที่ให้บริการ (การเชื่อมโยง) · manuals served here"`
	Processes   []ProcessID     `yaml:"processes" rule:"max=2000" help:"กระบวนงานที่ให้บริการ · processes served here"`
	Sort        int             `yaml:"sort" rule:"min=0,max=100000" help:"ลำดับ · order among its siblings"`
	ConfirmedOn calendar.Date   `yaml:"confirmed_on" help:"ยืนยันความถูกต้องเมื่อ · confirmed correct on"`

	Owner AgencyCode `yaml:"-"`
}

// Visible reports whether the public sees the point at all.
func (p *Point) Visible() bool { return p.Status != Hidden && p.Status != Cancelled }

// Photo is a picture beside the point's file.
type Photo struct {
	File string `yaml:"file" rule:"required,max=120" help:"ชื่อไฟล์ JPEG PNG หรือ WebP · file name"`
	Alt  Text   `yaml:"alt" rule:"required,max=300" help:"คำบรรยายภาพ · what the picture shows"`
}
