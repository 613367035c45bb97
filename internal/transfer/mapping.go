package transfer

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// Kind is what a row of a table tells of.
type Kind string

// The kinds that can be imported. A row of links names a point and what it
// serves: it adds to a point that is there, and takes nothing away.
const (
	Agencies  Kind = "agency"
	Points    Kind = "point"
	Processes Kind = "process"
	Manuals   Kind = "manual"
	Services  Kind = "service"
	Links     Kind = "link"
)

// Values lists the words of the enumeration.
func (Kind) Values() []string {
	return []string{string(Agencies), string(Points), string(Processes), string(Manuals), string(Services), string(Links)}
}

// file is the kind of content file that an object is kept in.
func (k Kind) file() corpus.Kind {
	if k == Links {
		return corpus.PointFile
	}
	return corpus.Kind(k)
}

// hasBody reports whether there is text below the fields of a file.
func (k Kind) hasBody() bool { return k == Manuals || k == Services }

// identifier and name are the fields by which an object is known and called.
func (k Kind) identifier() string {
	if k == Agencies || k == Points || k == Links {
		return "code"
	}
	return "id"
}

func (k Kind) name() string {
	if k == Agencies || k == Points {
		return "name"
	}
	return "title"
}

// path is where in the folder of its agency an object stands.
func (k Kind) path(id string) string {
	switch k {
	case Agencies:
		return id + "/agency.yaml"
	case Manuals:
		return "manuals/" + id + "/manual.md"
	case Services:
		return "services/" + id + ".md"
	case Processes:
		return "processes/" + id + ".yaml"
	}
	return "points/" + id + ".yaml"
}

// Mapping says which column of a table is which field.
type Mapping struct {
	Kind    Kind         `yaml:"kind" rule:"required" help:"ชนิดของข้อมูล · what a row tells of"`
	About   catalog.Text `yaml:"about" help:"ตารางใด · which tables it is for"`
	Sheet   string       `yaml:"sheet" help:"แผ่นงาน ไม่เขียน: แผ่นแรก · sheet; absent: the first"`
	Header  int          `yaml:"header" rule:"min=0,max=1000" help:"แถวหัวตาราง ไม่เขียน: แถวแรกที่ไม่ว่าง · row of the headings; absent: the first that is not blank"`
	Skip    int          `yaml:"skip" rule:"min=0,max=1000" help:"จำนวนแถวใต้หัวตารางที่ไม่ใช่ข้อมูล · rows below the headings that are no data"`
	Key     []string     `yaml:"key" rule:"max=10" help:"คอลัมน์ที่บอกว่าแถวเป็นของรายการใด · columns that tell which rows are of one object"`
	Fields  []Field      `yaml:"fields" rule:"required,max=300" help:"ช่องที่มีค่าเดียว · fields of one value"`
	Lists   []List       `yaml:"lists" rule:"max=30" help:"ช่องที่เป็นรายการของกลุ่ม · fields that are lists of groups"`
	Words   []Words      `yaml:"words" rule:"max=60" help:"ตารางคำ · tables of words"`
	Ignored []string     `yaml:"ignored" rule:"max=500" help:"คอลัมน์ที่ตั้งใจไม่นำเข้า · columns that are left out on purpose"`
}

// Form is how the text of a cell is read.
type Form string

// Values lists the words of the enumeration.
func (Form) Values() []string { return formNames() }

// Ref is what the text of a cell names.
type Ref string

// Values lists the words of the enumeration.
func (Ref) Values() []string {
	return []string{"agency", "point", "process", "manual", "category", "group", "tag", "province"}
}

// Field says where the value of a field comes from.
type Field struct {
	Field  string   `yaml:"field" rule:"required" help:"ชื่อช่อง · name of the field, such as title or contact.phones; agency: the owner, or the agency above; body: the text"`
	Column string   `yaml:"column" help:"หัวคอลัมน์ · heading of the column; {n} in a numbered list"`
	Or     []string `yaml:"or" rule:"max=20" help:"หัวคอลัมน์อื่นที่หมายถึงสิ่งเดียวกัน · other headings for the same"`
	Part   int      `yaml:"part" rule:"min=0,max=50" help:"ส่วนที่เท่าใดของบรรทัด · which part of a line, in a list of lines"`
	Value  string   `yaml:"value" help:"ค่าเมื่อไม่มีคอลัมน์หรือช่องว่าง · value where there is no column or the cell is blank"`
	As     Form     `yaml:"as" help:"รูปแบบของค่า · how the text is read"`
	Words  string   `yaml:"words" help:"ตารางคำ · table of words"`
	Ref    Ref      `yaml:"ref" help:"ชื่อหรือรหัสของสิ่งใด · what it names"`
	Split  string   `yaml:"split" help:"อักขระที่คั่น ทำให้เป็นรายการ · characters that part the items of a list"`
	None   []string `yaml:"none" rule:"max=30" help:"คำที่หมายถึงไม่มี · words that state that there is none"`
	Blank  []string `yaml:"blank" rule:"max=30" help:"คำที่หมายถึงยังไม่กรอก · words that say nothing"`
	Maybe  bool     `yaml:"maybe" help:"ไม่มีคอลัมน์นี้ก็ได้ · the table may lack the column"`
	Shows  []string `yaml:"examples" rule:"max=10" help:"ตัวอย่างสำหรับแม่แบบ แถวละค่า · examples for the template, one a row"`
	Drop   bool     `yaml:"drop" help:"อ่านไม่ได้ให้เว้นไว้และบอก แทนการไม่รับทั้งรายการ · what can not be read is left out and told, instead of refusing the object"`
}

// Source is how the groups of a list stand in a table.
type Source string

// The sources.
const (
	FromRows     Source = "rows"     // one in each row of the object
	FromNumbered Source = "numbered" // in columns of one row, numbered
	FromLines    Source = "lines"    // each a line of one cell, in parts
)

// Values lists the words of the enumeration.
func (Source) Values() []string {
	return []string{string(FromRows), string(FromNumbered), string(FromLines)}
}

// List says where a list of groups comes from.
type List struct {
	Field   string   `yaml:"field" rule:"required" help:"ชื่อช่อง · name of the field, such as fees"`
	Inner   string   `yaml:"inner" help:"รายการภายใน เช่น steps ของ step_sets · list within, such as steps of step_sets"`
	By      string   `yaml:"by" help:"ช่องของแถวที่บอกว่าอยู่กลุ่มใด เช่น name · field that tells to which group a row belongs, such as name"`
	From    Source   `yaml:"from" rule:"required" help:"อยู่ในตารางอย่างไร · how it stands in the table"`
	Times   int      `yaml:"times" rule:"min=0,max=200" help:"จำนวนชุดของคอลัมน์ · how many numbered columns"`
	Column  string   `yaml:"column" help:"หัวคอลัมน์ของรายการแบบบรรทัด หรือคอลัมน์ที่บอกว่าไม่มี · column of the lines, or the one that says that there are none"`
	Or      []string `yaml:"or" rule:"max=20" help:"หัวคอลัมน์อื่น · other headings for the same"`
	Between string   `yaml:"between" help:"อักขระที่คั่นส่วน ไม่เขียน: | · what parts a line; absent: |"`
	None    []string `yaml:"none" rule:"max=30" help:"คำที่หมายถึงไม่มี · words that state that there are none"`
	Maybe   bool     `yaml:"maybe" help:"ไม่มีคอลัมน์นี้ก็ได้ · the table may lack the column"`
	Fields  []Field  `yaml:"fields" rule:"required,max=40" help:"ช่องของแต่ละแถว · fields of each"`
}

// Words is a table of words and what they mean in content files.
type Words struct {
	Name   string            `yaml:"name" rule:"required" help:"ชื่อตาราง · name of the table"`
	Of     map[string]string `yaml:"of" rule:"required" help:"คำ: ค่า · word: value"`
	Others string            `yaml:"others" help:"ค่าของคำอื่นทั้งหมด · value of all other words"`
}

// ReadMapping reads a mapping as strictly as content is read. Name stands for
// the file in the problems, which are an error of kind Invalid.
func ReadMapping(name string, src []byte) (*Mapping, error) {
	if len(src) > corpus.MaxFile {
		return nil, fault.New(fault.Invalid, fault.Textf("%s ใหญ่เกินไป", "%s is too large", name))
	}
	m := &Mapping{}
	problems := corpus.Decode(name, bytes.TrimPrefix(src, []byte(bomUTF8)), m)
	if len(problems) == 0 {
		problems = m.check(name)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// ReadMappingFile reads a mapping from a file.
func ReadMappingFile(files fs.FS, name string) (*Mapping, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(f, corpus.MaxFile+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return ReadMapping(name, src)
}

// check holds a mapping to what the structs of the catalog have.
func (m *Mapping) check(file string) fault.Problems {
	c := mappingCheck{file: file, m: m, fields: append(corpus.Fields(m.Kind.file()), "agency")}
	switch {
	case m.Kind == Links:
		c.fields = linkFields
	case m.Kind.hasBody():
		c.fields = append(c.fields, "body")
	}
	for _, f := range m.Fields {
		c.field("", f)
		if f.Column == "" && len(f.Or) > 0 {
			c.wrong(f.Field, fault.Text{TH: "มี or แต่ไม่มี column", EN: "there is or, but no column"})
		}
	}
	for _, l := range m.Lists {
		c.list(l)
	}
	return c.problems
}

type mappingCheck struct {
	file     string
	m        *Mapping
	fields   []string
	problems fault.Problems
}

func (c *mappingCheck) wrong(field string, what fault.Text, hint ...fault.Text) {
	p := fault.Problem{File: c.file, Severity: fault.Wrong, What: fault.Text{TH: field + ": " + what.TH, EN: field + ": " + what.EN}}
	if len(hint) > 0 {
		p.Hint = hint[0]
	}
	c.problems = append(c.problems, p)
}

// known reports a path that no field has.
func (c *mappingCheck) known(path string) {
	bare := strings.TrimSuffix(strings.TrimSuffix(path, ".th"), ".en")
	if !slices.Contains(c.fields, path) && !slices.Contains(c.fields, bare) {
		c.wrong(path, fault.Textf("ไม่มีช่องนี้ใน %s", "%s has no such field", string(c.m.Kind)), fault.DidYouMean(bare, c.fields))
	}
}

func (c *mappingCheck) field(below string, f Field) {
	c.known(below + f.Field)
	switch {
	case f.Column == "" && f.Part == 0 && f.Value == "":
		c.wrong(f.Field, fault.Text{TH: "ไม่บอกว่าค่ามาจากไหน", EN: "it does not say where the value comes from"}, fault.Text{TH: "เขียน column: หรือ value:", EN: "write column: or value:"})
	case f.Words != "" && c.m.words(f.Words) == nil:
		c.wrong(f.Field, fault.Textf("ไม่มีตารางคำ %s", "there is no table of words %s", f.Words), fault.DidYouMean(f.Words, c.m.wordNames()))
	}
}

func (c *mappingCheck) list(l List) {
	below := l.Field + "."
	if l.Inner != "" {
		below += l.Inner + "."
	}
	c.known(strings.TrimSuffix(below, "."))
	switch {
	case l.From == FromNumbered && l.Times == 0:
		c.wrong(l.Field, fault.Text{TH: "ไม่บอกจำนวนชุด", EN: "it does not say how many"}, fault.Text{TH: "เขียน times:", EN: "write times:"})
	case l.From == FromLines && l.Column == "":
		c.wrong(l.Field, fault.Text{TH: "ไม่บอกคอลัมน์", EN: "it does not name the column"}, fault.Text{TH: "เขียน column:", EN: "write column:"})
	}
	for _, f := range l.Fields {
		if l.By != "" && strings.Split(f.Field, ".")[0] == l.By {
			c.field(l.Field+".", f)
			continue
		}
		c.field(below, f)
	}
}

func (m *Mapping) wordNames() []string {
	names := builtInNames()
	for _, w := range m.Words {
		names = append(names, w.Name)
	}
	return names
}

// words returns a table of words: the mapping's own, else a built-in one.
func (m *Mapping) words(name string) *Words {
	for i := range m.Words {
		if m.Words[i].Name == name {
			return &m.Words[i]
		}
	}
	return builtIn(name)
}

// Layout says where the table of the mapping is in its file.
func (m *Mapping) Layout() Layout { return Layout{m.Sheet, m.Header, m.Skip} }
