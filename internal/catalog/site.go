package catalog

import "khumue/internal/calendar"

// Site is the portal itself (site.yaml).
type Site struct {
	Name       Text        `yaml:"name" rule:"required,max=120" help:"ชื่อเว็บไซต์ · name of the site"`
	Owner      Text        `yaml:"owner" rule:"required,max=300" help:"หน่วยงานเจ้าของเว็บไซต์ · who runs it"`
	Tagline    Text        `yaml:"tagline" rule:"max=300" help:"คำอธิบายหนึ่งประโยค · one sentence"`
	Notice     Text        `yaml:"notice" rule:"max=600" help:"ประกาศบนทุกหน้า เช่น เป็นตัวอย่าง · shown on every page"`
	Public     string      `yaml:"public" rule:"url" help:"ที่อยู่เว็บไซต์ตามที่ประชาชนเห็น · address of the site as browsers see it"`
	Service    string      `yaml:"service" rule:"url" help:"ที่อยู่ระบบบริการ; ว่าง: ที่เดียวกัน · the daemon's address; empty: same origin"`
	Languages  []Lang      `yaml:"languages" help:"ภาษา · languages: th, en"`
	Contact    Contact     `yaml:"contact" help:"ติดต่อ · contact"`
	Address    Text        `yaml:"address" help:"ที่อยู่ · address"`
	Hotline    string      `yaml:"hotline" rule:"max=60" help:"สายด่วนเมื่อค้นไม่พบ · telephone to ask when nothing is found"`
	Complaints []Complaint `yaml:"complaints" rule:"required,max=20" help:"ช่องทางร้องเรียนเริ่มต้น · default complaint channels"`
	Examples   []Text      `yaml:"examples" rule:"max=6" help:"ตัวอย่างคำค้นหน้าแรก · examples of searches on the home page"`
	Copyright  Text        `yaml:"copyright" rule:"max=300" help:"ข้อความลิขสิทธิ์ · copyright line"`
}

// Labels are the Service Catalog (catalog.yaml).
type Labels struct {
	Categories []Label       `yaml:"categories" rule:"required,max=200" help:"หมวดหมู่บริการ · categories"`
	Groups     []Label       `yaml:"groups" rule:"required,max=200" help:"กลุ่มผู้ใช้บริการ · user groups"`
	Tags       []Label       `yaml:"tags" rule:"max=5000" help:"ป้ายคำ · tags"`
	Aliases    map[Slug]Slug `yaml:"aliases" help:"slug เดิม: slug ปัจจุบัน · former slug: present slug"`
}

// Label is one category, group or tag. Its slug never changes.
type Label struct {
	Slug Slug   `yaml:"slug" rule:"required" help:"รหัส ไม่เปลี่ยน · slug; never changes"`
	TH   string `yaml:"th" rule:"required,max=120" help:"ชื่อไทย · in Thai"`
	EN   string `yaml:"en" rule:"required,max=120" help:"ชื่ออังกฤษ · in English"`
	Icon string `yaml:"icon" rule:"max=40" help:"ไอคอนของธีม · name of an icon of the theme"`
}

// Text returns the label's name in both languages.
func (l Label) Text() Text { return Text{l.TH, l.EN} }

// Synonyms are groups of words that mean the same (synonyms.yaml).
type Synonyms struct {
	Groups [][]string `yaml:"groups" rule:"max=5000" help:"กลุ่มคำที่มีความหมายเดียวกัน · groups of words that mean the same"`
}

// HolidayYear is one year's table of holidays (holidays/2569.yaml).
type HolidayYear struct {
	Year     int       `yaml:"year" rule:"required,min=2500,max=2699" help:"พ.ศ. · Buddhist year"`
	Holidays []Holiday `yaml:"holidays" rule:"required,max=100" help:"วันหยุดราชการ · government holidays"`
}

// Holiday is one holiday.
type Holiday struct {
	Date  calendar.Date `yaml:"date" rule:"required" help:"วันที่ (ค.ศ.) · date, in CE"`
	Name  Text          `yaml:"name" rule:"required,max=200" help:"ชื่อวันหยุด · name"`
	Scope Scope         `yaml:"scope" help:"all หรือรหัสจังหวัด · all, or province codes; absent: all"`
}

// Scope lists the provinces where a holiday holds; empty means all. In a
// content file it is the word all or a list of two-digit codes.
type Scope []string

// Survey is a numbered question set (surveys/satisfaction-1.yaml); it never
// changes once used.
type Survey struct {
	ID        string     `yaml:"id" rule:"required,max=64" help:"ชื่อชุดคำถามพร้อมเลข · name and number, such as satisfaction-1"`
	Title     Text       `yaml:"title" rule:"required,max=300" help:"ชื่อแบบสำรวจ · title"`
	Intro     Text       `yaml:"intro" rule:"max=1000" help:"คำนำ · introduction"`
	Questions []Question `yaml:"questions" rule:"required,max=40" help:"คำถาม · questions"`
}

// Question is one question of a Survey.
type Question struct {
	Code     string       `yaml:"code" rule:"required,max=16" help:"รหัสคำถาม · code, such as q1"`
	Kind     QuestionKind `yaml:"kind" rule:"required" help:"ชนิด · kind"`
	Text     Text         `yaml:"text" rule:"required,max=500" help:"คำถาม · the question"`
	Required bool         `yaml:"required" help:"ต้องตอบ · must be answered"`
	Max      int          `yaml:"max" rule:"min=0,max=2000" help:"ความยาวสูงสุด · longest text, in characters"`
	Choices  []Choice     `yaml:"choices" rule:"max=20" help:"ตัวเลือก · choices"`
	Help     Text         `yaml:"help" rule:"max=500" help:"คำอธิบายใต้คำถาม · help below the question"`
	When     Condition    `yaml:"when" help:"ถามเมื่อ · asked only when"`
	Topic    string       `yaml:"topic" rule:"max=40" help:"ด้าน · dimension, such as staff or process"`
}

// Choice is one answer to choose.
type Choice struct {
	Value string `yaml:"value" rule:"required,max=40" help:"ค่าที่เก็บ · stored word"`
	Text  Text   `yaml:"text" rule:"required,max=200" help:"ข้อความ · what is shown"`
	Show  Text   `yaml:"show" rule:"max=500" help:"ข้อความเมื่อเลือก · shown when chosen"`
}

// Condition asks a question only after a certain answer.
type Condition struct {
	Question string   `yaml:"question" rule:"max=16" help:"รหัสคำถาม · code of the earlier question"`
	Is       []string `yaml:"is" help:"คำตอบที่ทำให้ถาม · answers that make it asked"`
}

// Page is a page of text (pages/faq.md; English in pages/faq.en.md).
type Page struct {
	Title   string        `yaml:"title" rule:"required,max=300" help:"ชื่อหน้า · title"`
	Summary string        `yaml:"summary" rule:"max=400" help:"สรุป · one sentence"`
	Updated calendar.Date `yaml:"updated" rule:"required" help:"ปรับปรุงเมื่อ · last changed"`
	Files   []PageFile    `yaml:"files" rule:"max=200" help:"ไฟล์ดาวน์โหลด · files to download"`

	Name string `yaml:"-"` // faq
	Lang Lang   `yaml:"-"`
	Body Body   `yaml:"-"`
}

// PageFile is a file offered on a page.
type PageFile struct {
	Name Text   `yaml:"name" rule:"required,max=300" help:"ชื่อ · name"`
	File string `yaml:"file" rule:"max=120" help:"ชื่อไฟล์ข้างหน้าเว็บ · file beside the page"`
	URL  string `yaml:"url" rule:"url" help:"ที่อยู่เว็บ · web address"`
}
