package form

import (
	"reflect"
	"strings"

	"khumue/internal/compare"
	"khumue/internal/fault"
)

// sections are the parts of the form, in the order of the back office: the
// reference block first, then what the citizen asks.
var sections = []section{
	{"about", fault.Text{TH: "ข้อมูลทั่วไป", EN: "About the manual"}, fault.Text{}, []string{"title", "summary", "common_names", "process", "service_type", "work_kind", "impact", "areas"}},
	{"labels", fault.Text{TH: "หมวดหมู่และป้ายคำ", EN: "Where it is found"}, fault.Text{TH: "ประชาชนใช้เลือกดูและกรองผลการค้นหา", EN: "What citizens browse and filter by."}, []string{"categories", "groups", "tags"}},
	{"law", fault.Text{TH: "กฎหมาย", EN: "Laws"}, fault.Text{}, []string{"laws", "legal_time"}},
	{"criteria", fault.Text{TH: "หลักเกณฑ์ วิธีการ เงื่อนไข", EN: "Criteria, methods and conditions"}, fault.Text{}, []string{bodyName}},
	{"way", fault.Text{TH: "ช่องทางการให้บริการ", EN: "Channels"}, fault.Text{}, []string{"channels", "e_submission"}},
	{"steps", fault.Text{TH: "ขั้นตอนและระยะเวลา", EN: "Steps and times"}, fault.Text{}, []string{"step_sets", "total_time", "reduced"}},
	{"paper", fault.Text{TH: "เอกสารที่ใช้", EN: "Documents"}, fault.Text{}, []string{"documents"}},
	{"money", fault.Text{TH: "ค่าธรรมเนียม", EN: "Fees"}, fault.Text{}, []string{"fees", "copy_fee"}},
	{"complain", fault.Text{TH: "ช่องทางร้องเรียน", EN: "Places to complain"}, fault.Text{TH: "ไม่กรอก: ใช้ช่องทางกลางของเว็บไซต์", EN: "With none here, those of the site are shown."}, []string{"complaints"}},
	{"files", fault.Text{TH: "แบบฟอร์ม", EN: "Forms"}, fault.Text{}, []string{"forms"}},
	{"last", fault.Text{TH: "หมายเหตุและการตรวจสอบ", EN: "Remarks and review"}, fault.Text{}, []string{"remarks", "reviewed_on", "withdrawn"}},
}

// rowOrder are the fields of a row as a form has them; rowMore those that are
// folded until they say something.
var (
	rowOrder = map[string][]string{
		"Law":       {"kind", "name", "year", "section"},
		"Channel":   {"kind", "name", "url", "phone", "hours"},
		"StepSet":   {"name", "steps"},
		"Step":      {"kind", "text", "time", "unit"},
		"Document":  {"name", "kind", "originals", "copies", "unit", "condition"},
		"Fee":       {"name", "kind", "min", "max", "per"},
		"Complaint": {"name", "phone", "website"},
		"Form":      {"name", "kind", "file", "url"},
		"Span":      {"days", "opens", "closes", "lunch"},
	}
	rowMore = map[string][]string{
		"Law":       {"note"},
		"Channel":   {"email", "address", "note"},
		"Step":      {"note"},
		"Document":  {"issuer"},
		"Fee":       {"unit", "base", "note"},
		"Complaint": {"address", "fax", "note"},
	}
)

// beginnings are what the fields of a new row say.
var beginnings = map[string][]string{
	"Law.kind":           {"act"},
	"Channel.kind":       {"counter"},
	"Step.kind":          {"check"},
	"Duration.unit":      {"minute"},
	"Document.kind":      {"other"},
	"Document.originals": {"1"},
	"Document.copies":    {"0"},
	"Fee.kind":           {"fixed"},
	"Form.kind":          {"form"},
	"Span.days":          {"mon", "tue", "wed", "thu", "fri"},
	"Span.opens":         {"08:30"},
	"Span.closes":        {"16:30"},
}

// said are rows that count as filled in with what they begin with.
var said = map[string]bool{"Span": true}

// long are texts of more than a line.
var long = map[string]bool{"Manual.summary": true, "Manual.remarks": true, "Step.text": true, "ESubmission.note": true, "Withdrawal.reason": true}

// helps say how a field is filled in, with an example.
var helps = map[string]fault.Text{
	"Manual.title":        {TH: "ตามที่ประชาชนเรียก และให้รู้ว่าต่างจากคู่มือที่ชื่อคล้ายกันอย่างไร", EN: "As citizens would say it, and so that it differs from manuals of a similar name."},
	"Manual.summary":      {TH: "หนึ่งประโยคสำหรับรายการและผลการค้นหา", EN: "One sentence for lists and search results."},
	"Manual.common_names": {TH: "บรรทัดละชื่อ เช่น ทำใบขับขี่ ต่อทะเบียน ประชาชนค้นด้วยคำเหล่านี้", EN: "One a line, such as ต่อทะเบียน: citizens search by these words."},
	"Manual.laws":         {TH: "กฎหมายที่ให้อำนาจ และที่เกี่ยวข้อง เรียงตามลำดับศักดิ์", EN: "Those that empower and those that concern, the highest first."},
	"Manual.legal_time":   {TH: "ระยะเวลาที่กฎหมายหรือข้อตกลงกำหนดไว้", EN: "How long a law or an agreement allows."},
	"Manual.step_sets":    {TH: "ปกติมีชุดเดียว เพิ่มชุดเมื่อมีหลายกรณี เช่น จองคิวล่วงหน้า", EN: "Usually one. Add another for each case, such as with a booked queue."},
	"Manual.total_time":   {TH: "จำเป็นเมื่อขั้นตอนใช้หน่วยเวลาต่างกัน มิฉะนั้นระบบรวมให้", EN: "Needed where steps are of different units; else it is added up."},
	"Manual.reduced":      {TH: "งานบริการที่ผ่านการลดขั้นตอนและระยะเวลาปฏิบัติราชการแล้ว", EN: "Where steps and time were officially reduced."},
	"Manual.documents":    {TH: "รวมเอกสารที่ใช้เฉพาะบางกรณี โดยบอกกรณีไว้ในเงื่อนไข", EN: "Those needed in some cases too: say in which under “condition”."},
	"Manual.fees":         {TH: "ถ้าไม่เก็บ ให้เลือกว่าไม่มีค่าธรรมเนียม ไม่เว้นว่าง", EN: "Where nothing is paid, say so: never leave it out."},
	"Manual.copy_fee":     {TH: "บาท ถ้าหน่วยงานคิดค่าสำเนาคู่มือ", EN: "In baht, where the agency charges for one."},
	"Manual.forms":        {TH: "PDF หรือ DOCX ไฟล์ละไม่เกิน 20 MB หรือที่อยู่เว็บ", EN: "PDF or DOCX of at most 20 MB each, or a web address."},
	"Manual.categories":   {TH: "1 ถึง 3 หมวด", EN: "One to three."},
	"Manual.groups":       {TH: "1 ถึง 4 กลุ่ม", EN: "One to four."},
	"Manual.tags":         {TH: "ไม่เกิน 15 คำ", EN: "At most 15."},
	"Manual.reviewed_on":  {TH: "วันที่หน่วยงานตรวจว่าทุกช่องยังถูกต้อง เช่น 22/11/2569", EN: "When the agency last made sure that all of it holds, such as 22/11/2026."},
	"Manual.body":         {TH: "ใช้ 1. 2. 3. เป็นข้อ - เป็นรายการ ## เป็นหัวข้อ และ **ตัวหนา**", EN: "Begin lines with 1. or - for lists, ## for headings; **bold**."},
}

// examples are shown in a field as long as it is empty.
var examples = map[string]fault.Text{
	"ESubmission.url":    {TH: "https://…", EN: "https://…"},
	"Channel.url":        {TH: "https://…", EN: "https://…"},
	"Complaint.website":  {TH: "https://…", EN: "https://…"},
	"Form.url":           {TH: "https://…", EN: "https://…"},
	"Law.year":           {TH: "เช่น 2522", EN: "as 2522"},
	"Document.unit":      {TH: "เช่น ชุด แผ่น รูป", EN: "as set, sheet"},
	"Document.condition": {TH: "เช่น เฉพาะกรณีมอบอำนาจ", EN: "as: for a representative only"},
	"Fee.base":           {TH: "เช่น ราคาประเมิน", EN: "as the appraised price"},
	"Fee.per":            {TH: "เช่น ฉบับ คน แปลง", EN: "as copy, person"},
	"Span.opens":         {TH: "08:30", EN: "08:30"},
	"Span.closes":        {TH: "16:30", EN: "16:30"},
	"Break.from":         {TH: "12:00", EN: "12:00"},
	"Break.to":           {TH: "13:00", EN: "13:00"},
	"Manual.reviewed_on": {TH: "22/11/2569", EN: "22/11/2026"},
	"Withdrawal.on":      {TH: "22/11/2569", EN: "22/11/2026"},
}

// labels are fields that a form calls otherwise than a comparison does.
var labels = map[string]fault.Text{
	"Fee.min":                {TH: "จำนวน/ต่ำสุด", EN: "Amount"},
	"Fee.max":                {TH: "สูงสุด", EN: "Highest"},
	"Fee.kind":               {TH: "แบบ", EN: "Kind"},
	"Fee.unit":               {TH: "หน่วยอื่นนอกจากบาท", EN: "Unit, if not baht"},
	"Fee.base":               {TH: "คิดจาก", EN: "Taken of"},
	"Fee.note":               {TH: "หมายเหตุหรือวิธีคำนวณ", EN: "Note, or the formula"},
	"Duration.value":         {TH: "จำนวน", EN: "How many"},
	"Duration.unit":          {TH: "หน่วย", EN: "Unit"},
	"LegalTime.unit":         {TH: "หน่วย", EN: "Unit"},
	"LegalTime.value":        {TH: "จำนวน", EN: "How many"},
	"Reduction.value":        {TH: "จำนวน", EN: "How many"},
	"Reduction.unit":         {TH: "หน่วย", EN: "Unit"},
	"Hours.always":           {TH: "เปิด 24 ชั่วโมงทุกวัน", EN: "Open day and night, every day"},
	"Hours.open_on_holidays": {TH: "เปิดในวันหยุดราชการด้วย", EN: "Open on government holidays too"},
	"Span.days":              {TH: "วัน", EN: "Days"},
	"Span.opens":             {TH: "เปิด", EN: "Opens"},
	"Span.closes":            {TH: "ปิด", EN: "Closes"},
	"Span.lunch":             {TH: "พักเที่ยง", EN: "Lunch break"},
	"Break.from":             {TH: "ตั้งแต่", EN: "From"},
	"Break.to":               {TH: "ถึง", EN: "To"},
	"Document.originals":     {TH: "ฉบับจริง", EN: "Originals"},
	"Document.copies":        {TH: "สำเนา", EN: "Copies"},
	"Document.condition":     {TH: "เงื่อนไข", EN: "Condition"},
	"Form.file":              {TH: "ไฟล์", EN: "File"},
	"Form.url":               {TH: "หรือที่อยู่เว็บ", EN: "Or a web address"},
}

// lists are closed lists that a comparison says in other words, and rows that it
// never names.
var lists = map[string]fault.Text{
	"FeeKind.fixed":   {TH: "จำนวนตายตัว", EN: "Fixed"},
	"FeeKind.range":   {TH: "ช่วง ต่ำสุดถึงสูงสุด", EN: "A range"},
	"FeeKind.percent": {TH: "ร้อยละ", EN: "Per cent"},
	"FeeKind.from":    {TH: "เริ่มต้นที่", EN: "From"},
	"FeeKind.formula": {TH: "ตามวิธีคำนวณ", EN: "By a formula"},
	"Weekday.mon":     {TH: "จันทร์", EN: "Mon"},
	"Weekday.tue":     {TH: "อังคาร", EN: "Tue"},
	"Weekday.wed":     {TH: "พุธ", EN: "Wed"},
	"Weekday.thu":     {TH: "พฤหัสบดี", EN: "Thu"},
	"Weekday.fri":     {TH: "ศุกร์", EN: "Fri"},
	"Weekday.sat":     {TH: "เสาร์", EN: "Sat"},
	"Weekday.sun":     {TH: "อาทิตย์", EN: "Sun"},
	"week":            {TH: "ช่วงเวลา", EN: "Span"},
}

// states are what the three states of a field are called, where the words of a
// comparison do not serve.
var states = map[string]fault.Text{
	absent: {TH: "ยังไม่ระบุ", EN: "Not stated yet"},
	given:  {TH: "มี", EN: "There is"},
	none:   {TH: "ไม่มี", EN: "None"},
}

// given ways of saying that there is something.
var givenWords = map[string]fault.Text{
	"e_submission": {TH: "ยื่นได้", EN: "Possible"},
	"reduced":      {TH: "ผ่านแล้ว", EN: "Reduced"},
	"withdrawn":    {TH: "ยกเลิก", EN: "Withdrawn"},
}

func labelOf(record reflect.Type, name string) fault.Text {
	if l, ok := either(labels, labelsHere, record.Name()+"."+name); ok {
		return l
	}
	l := compare.Label(record, name)
	if l.EN != "" {
		l.EN = strings.ToUpper(l.EN[:1]) + l.EN[1:]
	}
	return l
}

// either looks a key up in the words of manuals, or in those of the other kinds.
func either(a, b map[string]fault.Text, key string) (fault.Text, bool) {
	if t, ok := a[key]; ok {
		return t, true
	}
	t, ok := b[key]
	return t, ok
}

func wordOf(list reflect.Type, w string) fault.Text {
	if t, ok := either(lists, listsHere, list.Name()+"."+w); ok {
		return t
	}
	return compare.Word(list, w)
}

func nounOf(list string) fault.Text {
	if t, ok := lists[list]; ok {
		return t
	}
	return compare.Noun(list)
}

func stateWord(name, s string) fault.Text {
	switch s {
	case none:
		w := compare.NoneOf(name)
		w.EN = strings.ToUpper(w.EN[:1]) + w.EN[1:]
		return w
	case given:
		if t, ok := either(givenWords, givenHere, name); ok {
			return t
		}
	}
	return states[s]
}
