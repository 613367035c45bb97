package catalog

import "khumue/internal/calendar"

// Manual is a citizen manual (คู่มือสำหรับประชาชน): how a citizen gets one
// service. Fields stand in the order of the front matter; their meaning is
// that of the official manual (doc/content-format.md).
type Manual struct {
	ID          ManualID            `yaml:"id" rule:"required" help:"รหัสคู่มือ ไม่เปลี่ยน · id; never changes"`
	Title       Text                `yaml:"title" rule:"required,max=500" help:"ชื่อคู่มือ · title as citizens read it"`
	Summary     Text                `yaml:"summary" rule:"max=400" help:"สรุปหนึ่งประโยค · one sentence for lists and search"`
	CommonNames Stated[[]string]    `yaml:"common_names" rule:"max=20" help:"ชื่อเรียกทั่วไป · what people call it"`
	Process     ProcessID           `yaml:"process" help:"กระบวนงาน · the process behind it"`
	ServiceType ServiceType         `yaml:"service_type" help:"ประเภทของงานบริการ · in one unit, or through several"`
	WorkKind    WorkKind            `yaml:"work_kind" help:"หมวดหมู่ของงานบริการ · legal kind of act"`
	Laws        Stated[[]Law]       `yaml:"laws" rule:"max=60" help:"กฎหมายที่ให้อำนาจ · empowering and related laws"`
	Impact      Impact              `yaml:"impact" help:"ระดับผลกระทบ · impact"`
	Areas       []Area              `yaml:"areas" help:"พื้นที่ให้บริการ · where it is served"`
	LegalTime   Stated[LegalTime]   `yaml:"legal_time" help:"ระยะเวลาตามกฎหมาย · time fixed by law, or none"`
	Categories  []Slug              `yaml:"categories" rule:"max=3" help:"หมวดหมู่บริการ 1-3 · categories"`
	Groups      []Slug              `yaml:"groups" rule:"max=4" help:"กลุ่มผู้ใช้บริการ 1-4 · user groups"`
	Tags        []Slug              `yaml:"tags" rule:"max=15" help:"ป้ายคำ · tags"`
	Channels    []Channel           `yaml:"channels" rule:"max=40" help:"ช่องทางการให้บริการ · channels"`
	StepSets    []StepSet           `yaml:"step_sets" rule:"max=10" help:"ชุดขั้นตอน · named alternatives of steps"`
	Documents   Stated[[]Document]  `yaml:"documents" rule:"max=80" help:"รายการเอกสาร หรือ none · documents"`
	Fees        Stated[[]Fee]       `yaml:"fees" rule:"max=60" help:"ค่าธรรมเนียม หรือ none · fees"`
	Complaints  []Complaint         `yaml:"complaints" rule:"max=20" help:"ช่องทางร้องเรียน; ไม่เขียน: ใช้ของเว็บไซต์ · absent: those of site.yaml"`
	Forms       Stated[[]Form]      `yaml:"forms" rule:"max=40" help:"แบบฟอร์ม หรือ none · forms"`
	ESubmission Stated[ESubmission] `yaml:"e_submission" help:"ยื่นทางอิเล็กทรอนิกส์ หรือ none · electronic filing"`
	CopyFee     Stated[Amount]      `yaml:"copy_fee" help:"ค่าสำเนาคู่มือ (บาท) หรือ none · price of a copy of the manual, in baht"`
	Reduced     Stated[Reduction]   `yaml:"reduced" help:"ผ่านการลดขั้นตอนแล้ว หรือ none · time after official reduction"`
	TotalTime   Stated[Duration]    `yaml:"total_time" help:"ระยะเวลารวม เมื่อหน่วยต่างกัน · needed where the units of a step set differ"`
	Remarks     Text                `yaml:"remarks" rule:"max=4000" help:"หมายเหตุ · remarks"`
	ReviewedOn  calendar.Date       `yaml:"reviewed_on" help:"ตรวจสอบล่าสุดเมื่อ · last reviewed"`
	Withdrawn   Stated[Withdrawal]  `yaml:"withdrawn" help:"ยกเลิก · withdrawn"`
	Legacy      Legacy              `yaml:"legacy" help:"ที่อยู่เดิม · addresses in the old system"`

	Body  Body       `yaml:"-"` // หลักเกณฑ์ วิธีการ เงื่อนไข, Markdown
	Owner AgencyCode `yaml:"-"` // the agency in whose folder it stands
}

// Body is the Markdown below the front matter.
type Body struct {
	Markdown string
	Line     int // line of the file on which the Markdown begins, from 1
}

// Online reports whether a citizen can file without going anywhere.
func (m *Manual) Online() bool {
	return m.ESubmission.IsGiven()
}

// Process is what an agency does (กระบวนงาน); edited with immediate effect.
type Process struct {
	ID          ProcessID         `yaml:"id" rule:"required" help:"รหัสกระบวนงาน · id; never changes"`
	Title       Text              `yaml:"title" rule:"required,max=500" help:"ชื่อกระบวนงาน · title"`
	ServiceType ServiceType       `yaml:"service_type" help:"ประเภทของงานบริการ · in one unit, or through several"`
	WorkKind    WorkKind          `yaml:"work_kind" rule:"required" help:"หมวดหมู่ของงานบริการ · legal kind of act"`
	Laws        Stated[[]Law]     `yaml:"laws" rule:"max=60" help:"กฎหมาย · laws"`
	Impact      Impact            `yaml:"impact" help:"ระดับผลกระทบ · impact"`
	Areas       []Area            `yaml:"areas" help:"พื้นที่ให้บริการ · where it is done"`
	LegalTime   Stated[LegalTime] `yaml:"legal_time" help:"ระยะเวลาตามกฎหมาย · time fixed by law, or none"`
	Licence     bool              `yaml:"licence" help:"ออกใบอนุญาต (ต้องรายงานรายเดือน) · issues a licence, reported monthly"`
	RenewByFee  bool              `yaml:"renew_by_fee" help:"ต่ออายุโดยชำระค่าธรรมเนียมแทน (ม.12) · renewed by paying the fee (section 12)"`
	ReviewedOn  calendar.Date     `yaml:"reviewed_on" help:"ทบทวนล่าสุดเมื่อ (ทุก 5 ปี) · last reviewed; due every five years (section 6)"`
	Note        Text              `yaml:"note" rule:"max=2000" help:"หมายเหตุ · note"`

	Owner AgencyCode `yaml:"-"`
}

// Service is another service (บริการอื่น ๆ), of an agency without manuals
// under the Act.
type Service struct {
	ID          ServiceID           `yaml:"id" rule:"required" help:"รหัสบริการ · id; never changes"`
	Title       Text                `yaml:"title" rule:"required,max=500" help:"ชื่อบริการ · title"`
	Summary     Text                `yaml:"summary" rule:"max=400" help:"สรุปหนึ่งประโยค · one sentence for lists and search"`
	CommonNames Stated[[]string]    `yaml:"common_names" rule:"max=20" help:"ชื่อเรียกทั่วไป · what people call it"`
	Categories  []Slug              `yaml:"categories" rule:"required,max=3" help:"หมวดหมู่บริการ · categories"`
	Groups      []Slug              `yaml:"groups" rule:"max=4" help:"กลุ่มผู้ใช้บริการ · user groups"`
	Tags        []Slug              `yaml:"tags" rule:"max=15" help:"ป้ายคำ · tags"`
	Channels    []Channel           `yaml:"channels" rule:"required,max=40" help:"ช่องทางการให้บริการ · channels"`
	Documents   Stated[[]Document]  `yaml:"documents" rule:"max=80" help:"เอกสาร หรือ none · documents"`
	Fees        Stated[[]Fee]       `yaml:"fees" rule:"max=60" help:"ค่าบริการ หรือ none · fees"`
	ESubmission Stated[ESubmission] `yaml:"e_submission" help:"ทำออนไลน์ได้ที่ · where it can be done online"`
	ReviewedOn  calendar.Date       `yaml:"reviewed_on" help:"ตรวจสอบล่าสุดเมื่อ · last reviewed"`

	Body  Body       `yaml:"-"`
	Owner AgencyCode `yaml:"-"`
}
