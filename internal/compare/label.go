package compare

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// labels are what reviewers call a field: by its struct and name, or by its name
// alone where it means the same everywhere. They are those of the published
// manual where it has any.
var labels = map[string]fault.Text{
	"Manual.id":           {TH: "รหัสคู่มือ", EN: "manual number"},
	"Manual.title":        {TH: "ชื่อคู่มือ", EN: "title"},
	"Manual.categories":   {TH: "หมวดหมู่บริการ", EN: "categories"},
	"Process.id":          {TH: "รหัสกระบวนงาน", EN: "process number"},
	"Process.title":       {TH: "ชื่อกระบวนงาน", EN: "title"},
	"Service.id":          {TH: "รหัสบริการ", EN: "service number"},
	"Service.title":       {TH: "ชื่อบริการ", EN: "title"},
	"Agency.kind":         {TH: "ชนิดหน่วยงาน", EN: "kind of agency"},
	"Agency.code":         {TH: "รหัสหน่วยงาน", EN: "code of the agency"},
	"Agency.name":         {TH: "ชื่อหน่วยงาน", EN: "name of the agency"},
	"Point.code":          {TH: "รหัสจุดบริการ", EN: "code of the point"},
	"Point.name":          {TH: "ชื่อจุดบริการ", EN: "name of the point"},
	"Point.manuals":       {TH: "คู่มือที่ให้บริการ", EN: "manuals served"},
	"Point.processes":     {TH: "กระบวนงานที่ให้บริการ", EN: "processes served"},
	"Label.slug":          {TH: "รหัส", EN: "slug"},
	"Label.th":            {TH: "ชื่อภาษาไทย", EN: "name in Thai"},
	"Label.en":            {TH: "ชื่อภาษาอังกฤษ", EN: "name in English"},
	"Label.icon":          {TH: "ไอคอน", EN: "icon"},
	"Labels.aliases":      {TH: "รหัสเดิม", EN: "former slugs"},
	"Synonyms.groups":     {TH: "กลุ่มคำที่มีความหมายเดียวกัน", EN: "words that mean the same"},
	"HolidayYear.year":    {TH: "ปี", EN: "year"},
	"Holiday.date":        {TH: "วันที่", EN: "date"},
	"Holiday.name":        {TH: "ชื่อวันหยุด", EN: "name of the holiday"},
	"Page.title":          {TH: "ชื่อหน้า", EN: "title"},
	"PageFile.name":       {TH: "ชื่อเอกสาร", EN: "name of the document"},
	"Law.name":            {TH: "ชื่อกฎหมาย", EN: "name of the law"},
	"Law.kind":            {TH: "ชนิดกฎหมาย", EN: "kind of law"},
	"LegalTime.name":      {TH: "กฎหมายข้อบังคับ/ข้อตกลงที่กำหนดระยะเวลา", EN: "law or agreement that sets the time"},
	"LegalTime.value":     {TH: "จำนวน", EN: "length"},
	"Reduction.value":     {TH: "ระยะเวลาที่เหลือ", EN: "time left"},
	"Channel.kind":        {TH: "ชนิดช่องทาง", EN: "kind of channel"},
	"Channel.name":        {TH: "ชื่อสถานที่หรือระบบ", EN: "place or system"},
	"StepSet.name":        {TH: "ชื่อกรณี", EN: "name of the case"},
	"StepSet.steps":       {TH: "ขั้นตอน", EN: "steps"},
	"Step.kind":           {TH: "ประเภทขั้นตอน", EN: "kind of step"},
	"Step.text":           {TH: "รายละเอียด", EN: "description"},
	"Step.unit":           {TH: "ผู้รับผิดชอบ", EN: "done by"},
	"Document.name":       {TH: "ชื่อเอกสาร", EN: "name of the document"},
	"Document.kind":       {TH: "ชนิดเอกสาร", EN: "kind of document"},
	"Document.unit":       {TH: "หน่วยนับ", EN: "counted in"},
	"Fee.name":            {TH: "รายการ", EN: "what is paid for"},
	"Fee.min":             {TH: "จำนวนเงิน", EN: "amount"},
	"Fee.base":            {TH: "คิดจาก", EN: "taken of"},
	"Fee.per":             {TH: "ต่อ", EN: "per"},
	"Complaint.name":      {TH: "ชื่อช่องทาง", EN: "name of the place"},
	"Form.name":           {TH: "ชื่อแบบฟอร์ม", EN: "name of the form"},
	"Form.kind":           {TH: "ชนิดแบบฟอร์ม", EN: "kind of form"},
	"Form.url":            {TH: "ที่อยู่เว็บ", EN: "web address"},
	"Withdrawal.on":       {TH: "ตั้งแต่วันที่", EN: "since"},
	"Withdrawal.reason":   {TH: "เหตุผล", EN: "reason"},
	"Retirement.on":       {TH: "ตั้งแต่วันที่", EN: "since"},
	"Legacy.uuid":         {TH: "UUID", EN: "UUID"},
	"Legacy.number":       {TH: "เลขที่", EN: "number"},
	"Hours.note":          {TH: "หมายเหตุเรื่องเวลา", EN: "note on the hours"},
	"Hours.week":          {TH: "วันและเวลา", EN: "days and times"},
	"Address.line":        {TH: "เลขที่ ถนน", EN: "number and street"},
	"Contact.line":        {TH: "ไลน์", EN: "LINE"},
	"Closure.from":        {TH: "ตั้งแต่วันที่", EN: "from"},
	"Closure.to":          {TH: "ถึงวันที่", EN: "to"},
	"Closure.reason":      {TH: "เหตุผล", EN: "reason"},
	"Photo.file":          {TH: "ไฟล์ภาพ", EN: "file of the photo"},
	"Agency.contact":      {TH: "ติดต่อ", EN: "contact"},
	"Point.contact":       {TH: "ติดต่อ", EN: "contact"},
	"Agency.hours":        {TH: "เวลาทำการ", EN: "opening hours"},
	"Point.hours":         {TH: "เวลาทำการ", EN: "opening hours"},
	"Channel.hours":       {TH: "วันและเวลาเปิดให้บริการ", EN: "opening hours"},
	"Process.reviewed_on": {TH: "ทบทวนล่าสุดเมื่อ", EN: "last reviewed"},

	"about":           {TH: "ภารกิจโดยย่อ", EN: "what it does"},
	"address":         {TH: "ที่อยู่", EN: "address"},
	"alt":             {TH: "คำบรรยายภาพ", EN: "what the photo shows"},
	"area":            {TH: "ตำบล อำเภอ จังหวัด", EN: "subdistrict, district and province"},
	"areas":           {TH: "พื้นที่ให้บริการ", EN: "area of service"},
	"body":            {TH: "หลักเกณฑ์ วิธีการ และเงื่อนไข", EN: "criteria, methods and conditions"},
	"categories":      {TH: "หมวดหมู่บริการ", EN: "categories"},
	"channels":        {TH: "ช่องทางการให้บริการ", EN: "channels"},
	"closed":          {TH: "ปิดชั่วคราว", EN: "closed for now"},
	"closures":        {TH: "วันปิดทำการพิเศษ", EN: "closures"},
	"common_names":    {TH: "ชื่อเรียกทั่วไป", EN: "common names"},
	"complaints":      {TH: "ช่องทางร้องเรียน", EN: "places to complain"},
	"condition":       {TH: "เงื่อนไข", EN: "condition"},
	"confirmed_on":    {TH: "ยืนยันความถูกต้องเมื่อ", EN: "confirmed on"},
	"copies":          {TH: "จำนวนสำเนา", EN: "copies"},
	"copy_fee":        {TH: "ค่าใช้จ่ายในการขอสำเนาคู่มือ", EN: "fee for a copy of the manual"},
	"directions":      {TH: "การเดินทาง", EN: "directions"},
	"documents":       {TH: "เอกสารที่ใช้", EN: "documents"},
	"e_submission":    {TH: "ยื่นทางอิเล็กทรอนิกส์", EN: "electronic filing"},
	"email":           {TH: "อีเมล", EN: "e-mail"},
	"facebook":        {TH: "เฟซบุ๊ก", EN: "Facebook"},
	"facilities":      {TH: "สิ่งอำนวยความสะดวก", EN: "facilities"},
	"fax":             {TH: "โทรสาร", EN: "fax"},
	"fees":            {TH: "ค่าธรรมเนียม", EN: "fees"},
	"files":           {TH: "ไฟล์ดาวน์โหลด", EN: "files to download"},
	"file":            {TH: "ไฟล์", EN: "file"},
	"forms":           {TH: "แบบฟอร์ม", EN: "forms"},
	"groups":          {TH: "กลุ่มผู้ใช้บริการ", EN: "user groups"},
	"impact":          {TH: "ระดับผลกระทบ", EN: "level of impact"},
	"issuer":          {TH: "หน่วยงานผู้ออก", EN: "issued by"},
	"laws":            {TH: "กฎหมายที่เกี่ยวข้อง", EN: "laws"},
	"legacy":          {TH: "ที่อยู่ในระบบเดิม", EN: "address in the old system"},
	"legal_time":      {TH: "ระยะเวลาที่กำหนดตามกฎหมาย", EN: "time set by law"},
	"licence":         {TH: "ออกใบอนุญาต", EN: "issues a licence"},
	"licence_reports": {TH: "ผู้รายงานผลการออกใบอนุญาต", EN: "who reports on licences"},
	"note":            {TH: "หมายเหตุ", EN: "note"},
	"org_code":        {TH: "รหัสหน่วยงานภาครัฐ", EN: "government organisation code"},
	"originals":       {TH: "จำนวนฉบับจริง", EN: "originals"},
	"owner":           {TH: "หน่วยงานเจ้าของ", EN: "owning agency"},
	"parent":          {TH: "สังกัด", EN: "belongs to"},
	"phone":           {TH: "โทรศัพท์", EN: "telephone"},
	"phones":          {TH: "โทรศัพท์", EN: "telephone"},
	"photos":          {TH: "ภาพถ่าย", EN: "photos"},
	"place":           {TH: "พิกัด", EN: "position"},
	"postcode":        {TH: "รหัสไปรษณีย์", EN: "postal code"},
	"process":         {TH: "กระบวนงาน", EN: "process"},
	"province":        {TH: "รหัสจังหวัด", EN: "code of the province"},
	"publish_scores":  {TH: "เผยแพร่คะแนนความพึงพอใจ", EN: "satisfaction is shown"},
	"queue_url":       {TH: "ที่อยู่จองคิว", EN: "where to book a queue number"},
	"reduced":         {TH: "ผ่านการลดขั้นตอนและระยะเวลาแล้ว", EN: "time after simplification"},
	"remarks":         {TH: "หมายเหตุท้ายคู่มือ", EN: "remarks"},
	"renew_by_fee":    {TH: "ต่ออายุโดยชำระค่าธรรมเนียม", EN: "renewed by paying the fee"},
	"retired":         {TH: "ยุบเลิก", EN: "retired"},
	"reviewed_on":     {TH: "ตรวจสอบล่าสุดเมื่อ", EN: "last reviewed"},
	"section":         {TH: "มาตรา/ข้อ", EN: "section"},
	"service_type":    {TH: "ประเภทของงานบริการ", EN: "type of service"},
	"short_name":      {TH: "ชื่อย่อ", EN: "short name"},
	"sort":            {TH: "ลำดับ", EN: "order"},
	"status":          {TH: "สถานะ", EN: "status"},
	"step_sets":       {TH: "ขั้นตอนและระยะเวลา", EN: "steps and times"},
	"subdistrict":     {TH: "รหัสตำบล", EN: "code of the subdistrict"},
	"successor":       {TH: "ใช้แทนโดย", EN: "replaced by"},
	"holidays":        {TH: "วันหยุดราชการ", EN: "government holidays"},
	"scope":           {TH: "จังหวัดที่หยุด", EN: "where it holds"},
	"updated":         {TH: "ปรับปรุงเมื่อ", EN: "last changed"},
	"summary":         {TH: "สรุป", EN: "summary"},
	"tags":            {TH: "ป้ายคำ", EN: "tags"},
	"time":            {TH: "ระยะเวลา", EN: "time"},
	"total_time":      {TH: "ระยะเวลาดำเนินการรวม", EN: "total time"},
	"url":             {TH: "ที่อยู่เว็บ", EN: "web address"},
	"website":         {TH: "เว็บไซต์", EN: "website"},
	"withdrawn":       {TH: "การยกเลิกคู่มือ", EN: "withdrawal"},
	"work_kind":       {TH: "หมวดหมู่ของงานบริการ", EN: "legal kind of act"},
	"year":            {TH: "พ.ศ.", EN: "Buddhist year"},

	// The two languages of a text. The Thai one needs no mark.
	"Text.th": {},
	"Text.en": {TH: "(ภาษาอังกฤษ)", EN: "(in English)"},
}

// nouns are what one row or item of a list is called.
var nouns = map[string]fault.Text{
	"areas":        {TH: "พื้นที่ให้บริการ", EN: "area of service"},
	"categories":   {TH: "หมวดหมู่บริการ", EN: "category"},
	"channels":     {TH: "ช่องทาง", EN: "channel"},
	"closures":     {TH: "วันปิดทำการ", EN: "closure"},
	"common_names": {TH: "ชื่อเรียกทั่วไป", EN: "common name"},
	"complaints":   {TH: "ช่องทางร้องเรียน", EN: "place to complain"},
	"documents":    {TH: "เอกสาร", EN: "document"},
	"facilities":   {TH: "สิ่งอำนวยความสะดวก", EN: "facility"},
	"fees":         {TH: "ค่าธรรมเนียม", EN: "fee"},
	"files":        {TH: "ไฟล์", EN: "file"},
	"holidays":     {TH: "วันหยุด", EN: "holiday"},
	"scope":        {TH: "จังหวัด", EN: "province"},
	"forms":        {TH: "แบบฟอร์ม", EN: "form"},
	"groups":       {TH: "กลุ่มผู้ใช้บริการ", EN: "user group"},
	"laws":         {TH: "กฎหมาย", EN: "law"},
	"manuals":      {TH: "คู่มือที่ให้บริการ", EN: "manual served"},
	"phones":       {TH: "โทรศัพท์", EN: "telephone number"},
	"photos":       {TH: "ภาพถ่าย", EN: "photo"},
	"processes":    {TH: "กระบวนงานที่ให้บริการ", EN: "process served"},
	"step_sets":    {TH: "ชุดขั้นตอน", EN: "set of steps"},
	"steps":        {TH: "ขั้นตอน", EN: "step"},
	"tags":         {TH: "ป้ายคำ", EN: "tag"},
}

// numbered are lists whose rows people call by their number.
var numbered = map[string]bool{"steps": true}

// silent are cells that a sentence need not name.
var silent = map[string]bool{"Fee.min": true, "Hours.week": true, "LegalTime.value": true, "Reduction.value": true}

// noneWords are what "there is none" means of a field.
var noneWords = map[string]fault.Text{
	"documents":    {TH: "ไม่ต้องใช้เอกสาร", EN: "no documents needed"},
	"fees":         {TH: "ไม่มีค่าธรรมเนียม", EN: "no fee"},
	"forms":        {TH: "ไม่มีแบบฟอร์ม", EN: "no forms"},
	"e_submission": {TH: "ยื่นไม่ได้", EN: "not possible"},
	"reduced":      {TH: "ยังไม่ผ่าน", EN: "not simplified"},
	"withdrawn":    {TH: "ไม่ได้ยกเลิก", EN: "not withdrawn"},
	"retired":      {TH: "ไม่ได้ยุบเลิก", EN: "not retired"},
}

var (
	absentWords = fault.Text{TH: "ยังไม่ระบุ", EN: "not stated yet"}
	goneWords   = fault.Text{TH: "ตัดออก", EN: "removed"}
)

// labelOf returns what reviewers call a field of a struct.
func labelOf(t reflect.Type, name string) fault.Text {
	if l, ok := labels[t.Name()+"."+name]; ok {
		return l
	}
	return labels[name]
}

func noneOf(field string) fault.Text {
	if w, ok := noneWords[field]; ok {
		return w
	}
	return fault.Text{TH: "ไม่มี", EN: "none"}
}

// spot is where a comparison stands, for programs and for people.
type spot struct {
	path    Path
	label   fault.Text // without values
	subject fault.Text // with the names of rows
	field   string     // the last field of the path that is not a language

	// The same without the last field.
	outerLabel, outerSubject fault.Text
}

// into returns the place of a cell of a record.
func (s spot) into(t reflect.Type, c cell) spot {
	next := s
	next.path, next.field = s.path.field(c.name), c.name
	next.outerLabel, next.outerSubject = s.label, s.subject
	next.label = words(s.label, c.label)
	if !silent[t.Name()+"."+c.name] {
		next.subject = words(s.subject, c.label)
	}
	if t == textType {
		next.field = s.field
	}
	return next
}

// at returns the place of a row of a list, which takes the place of the list's
// own label; alone says that there is no other row.
func (s spot) at(n int, name fault.Text, alone bool) spot {
	next := s
	noun := nouns[s.field]
	next.path = s.path.row(n)
	next.label = words(s.outerLabel, noun)
	switch {
	case numbered[s.field]:
		next.subject = words(s.outerSubject, s.numbered(n))
	case alone && name.IsZero():
		next.subject = s.outerSubject
	case alone:
		next.subject = words(s.outerSubject, noun)
	default:
		next.subject = words(s.outerSubject, noun, quoted(name))
	}
	return next
}

// numbered is a row by its number: ขั้นตอนที่ 3.
func (s spot) numbered(n int) fault.Text {
	return fault.Textf(nouns[s.field].TH+"ที่ %d", nouns[s.field].EN+" %d", n+1)
}

func quoted(t fault.Text) fault.Text {
	if t.IsZero() {
		return t
	}
	return fault.Text{TH: "“" + t.TH + "”", EN: "“" + t.EN + "”"}
}

// words joins what is said, leaving out what is empty.
func words(parts ...fault.Text) fault.Text {
	var th, en []string
	for _, p := range parts {
		if p.TH != "" {
			th = append(th, p.TH)
		}
		if p.EN != "" {
			en = append(en, p.EN)
		}
	}
	return fault.Text{TH: strings.Join(th, " "), EN: strings.Join(en, " ")}
}

// sentence begins the English with a capital.
func sentence(t fault.Text) fault.Text {
	r, n := utf8.DecodeRuneInString(t.EN)
	if n == 0 {
		return t
	}
	t.EN = string(unicode.ToUpper(r)) + t.EN[n:]
	return t
}

// plain is a text as it stands, whichever language a person reads.
func plain(s string) fault.Text { return fault.Text{TH: s, EN: s} }

// spoken is a text of the catalog for people of either language.
func spoken(t catalog.Text) fault.Text {
	both := fault.Text{TH: t.TH, EN: t.In(catalog.EN)}
	if both.TH == "" {
		both.TH = t.EN
	}
	return both
}
