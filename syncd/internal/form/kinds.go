package form

import "khumue/internal/fault"

// agencySections are the parts of an agency's form.
var agencySections = []section{
	{"about", fault.Text{TH: "ชื่อและชนิด", EN: "Name and kind"}, fault.Text{}, []string{"code", "name", "short_name", "kind", "org_code", "province", "about"}},
	{"reach", fault.Text{TH: "ติดต่อและที่ตั้ง", EN: "Contact and address"}, fault.Text{}, []string{"contact", "address"}},
	{"rules", fault.Text{TH: "รายงานและคะแนน", EN: "Reports and scores"}, fault.Text{}, []string{"licence_reports", "publish_scores"}},
}

// pointSections are the parts of a service point's form.
var pointSections = []section{
	{"about", fault.Text{TH: "ชื่อและที่ตั้ง", EN: "Name and address"}, fault.Text{}, []string{"name", "address", "place", "directions"}},
	{"reach", fault.Text{TH: "ติดต่อและจองคิว", EN: "Contact and queue"}, fault.Text{}, []string{"contact", "queue_url"}},
	{"rooms", fault.Text{TH: "สิ่งอำนวยความสะดวก", EN: "Facilities"}, fault.Text{TH: "เลือกเฉพาะที่ใช้ได้จริงวันนี้", EN: "Tick what works today."}, []string{"facilities"}},
	{"photos", fault.Text{TH: "ภาพถ่าย", EN: "Photos"}, fault.Text{}, []string{"photos"}},
	{"order", fault.Text{TH: "การจัดลำดับ", EN: "Order in lists"}, fault.Text{}, []string{"sort"}},
}

// processSections are the parts of a process's form.
var processSections = []section{
	{"about", fault.Text{TH: "ข้อมูลทั่วไป", EN: "About the process"}, fault.Text{}, []string{"title", "service_type", "work_kind", "impact", "areas"}},
	{"law", fault.Text{TH: "กฎหมาย", EN: "Laws"}, fault.Text{}, []string{"laws", "legal_time"}},
	{"licence", fault.Text{TH: "ใบอนุญาต", EN: "Licence"}, fault.Text{}, []string{"licence", "renew_by_fee"}},
	{"last", fault.Text{TH: "การทบทวนและหมายเหตุ", EN: "Review and note"}, fault.Text{}, []string{"reviewed_on", "note"}},
}

// serviceSections are the parts of another service's form.
var serviceSections = []section{
	{"about", fault.Text{TH: "ข้อมูลทั่วไป", EN: "About the service"}, fault.Text{}, []string{"title", "summary", "common_names"}},
	{"labels", fault.Text{TH: "หมวดหมู่และป้ายคำ", EN: "Where it is found"}, fault.Text{TH: "ประชาชนใช้เลือกดูและกรองผลการค้นหา", EN: "What citizens browse and filter by."}, []string{"categories", "groups", "tags"}},
	{"text", fault.Text{TH: "รายละเอียดบริการ", EN: "Description"}, fault.Text{}, []string{bodyName}},
	{"way", fault.Text{TH: "ช่องทางการให้บริการ", EN: "Channels"}, fault.Text{}, []string{"channels", "e_submission"}},
	{"paper", fault.Text{TH: "เอกสารที่ใช้", EN: "Documents"}, fault.Text{}, []string{"documents"}},
	{"money", fault.Text{TH: "ค่าบริการ", EN: "Fees"}, fault.Text{}, []string{"fees"}},
	{"last", fault.Text{TH: "การตรวจสอบ", EN: "Review"}, fault.Text{}, []string{"reviewed_on"}},
}

// What is said of the fields of these forms: as long, helps, examples and labels
// have it for manuals.
var (
	longHere = []string{"Agency.about", "Point.directions", "Process.note", "Service.summary"}

	helpsHere = map[string]fault.Text{
		"Agency.code":            {TH: "ตัวอักษร a-z ตัวเลข และขีด เช่น dlt หรือ khonkaen-city ใช้ในที่อยู่ของหน้าเว็บและเปลี่ยนภายหลังไม่ได้", EN: "Letters a-z, digits and dashes, as dlt or khonkaen-city. It stands in addresses and never changes."},
		"Agency.name":            {TH: "ชื่อเต็มตามกฎหมายจัดตั้ง เปลี่ยนชื่อที่นี่ได้ ที่อยู่ของหน้าเว็บคงเดิม", EN: "The full name in law. It may be changed here; the address of the page stays."},
		"Agency.short_name":      {TH: "เช่น ขบ. หรือ กทม.", EN: "As DLT."},
		"Agency.org_code":        {TH: "8 หลัก ถ้ามี เช่น 03006000", EN: "Eight digits, where it has one, as 03006000."},
		"Agency.about":           {TH: "หนึ่งหรือสองประโยคว่าหน่วยงานทำอะไรให้ประชาชน", EN: "One or two sentences on what it does for citizens."},
		"Agency.licence_reports": {TH: "ไม่เลือก: จุดบริการเป็นผู้รายงาน", EN: "Not chosen: its service points report."},
		"Contact.phones":         {TH: "บรรทัดละหมายเลข เช่น 02 271 8888 หรือ 1584", EN: "One a line, as 02 271 8888 or 1584."},
		"Address.area":           {TH: "เช่น แขวงจอมพล เขตจตุจักร กรุงเทพมหานคร", EN: "As Chom Phon, Chatuchak, Bangkok."},
		"Address.subdistrict":    {TH: "6 หลักตาม มอก. 1099 เช่น 103002 สองหลักแรกคือจังหวัด", EN: "Six digits of TIS 1099, as 103002: the first two are the province."},
		"Point.name":             {TH: "ชื่อที่ประชาชนเห็นบนป้าย", EN: "As citizens read it on the sign."},
		"Point.place":            {TH: "พิมพ์พิกัด เช่น 13.80713, 100.55480 หรือวางลิงก์จาก Google Maps, OpenStreetMap หรือแผนที่อื่น", EN: "Type the position, as 13.80713, 100.55480, or paste the link of a map."},
		"Point.directions":       {TH: "รถประจำทาง รถไฟฟ้า จุดสังเกต และทางเข้าสำหรับรถเข็น", EN: "Buses, trains, landmarks, and the way in for wheelchairs."},
		"Point.queue_url":        {TH: "ถ้าจองคิวล่วงหน้าได้", EN: "Where a queue number can be booked."},
		"Point.photos":           {TH: "ไม่เกิน 10 ภาพ JPEG PNG หรือ WebP ภาพละไม่เกิน 20 MB ระบบลบข้อมูลตำแหน่งและกล้องออกจากภาพ", EN: "At most ten: JPEG, PNG or WebP of at most 20 MB each. The position and the camera that a photo names are taken out."},
		"Photo.alt":              {TH: "บอกคนที่มองไม่เห็นว่าในภาพมีอะไร เช่น ทางเข้าอาคาร 4 มีทางลาดด้านซ้าย", EN: "Tell who can not see it: the way into building 4, with a ramp at the left."},
		"Point.sort":             {TH: "เลขน้อยอยู่ก่อน ไม่กรอก: เรียงตามชื่อ", EN: "Low numbers come first. Empty: by name."},
		"Process.title":          {TH: "ตามกฎหมายหรือประกาศ เช่น การออกใบอนุญาตขับรถยนต์ส่วนบุคคล", EN: "As the law has it, such as issuing a private car driving licence."},
		"Process.laws":           {TH: "กฎหมายที่ให้อำนาจ และที่เกี่ยวข้อง เรียงตามลำดับศักดิ์", EN: "Those that empower and those that concern, the highest first."},
		"Process.legal_time":     {TH: "ระยะเวลาที่กฎหมายหรือข้อตกลงกำหนดไว้", EN: "How long a law or an agreement allows."},
		"Process.reviewed_on":    {TH: "พ.ร.บ. การอำนวยความสะดวกฯ มาตรา 6 ให้ทบทวนทุก 5 ปีว่ายังต้องขออนุญาตหรือไม่", EN: "Section 6 of the Licensing Facilitation Act asks every five years whether it is still needed."},
		"Service.title":          {TH: "ตามที่ประชาชนเรียก และให้รู้ว่าต่างจากบริการที่ชื่อคล้ายกันอย่างไร", EN: "As citizens would say it, and so that it differs from services of a similar name."},
		"Service.summary":        {TH: "หนึ่งประโยคสำหรับรายการและผลการค้นหา", EN: "One sentence for lists and search results."},
		"Service.common_names":   {TH: "บรรทัดละชื่อ ประชาชนค้นด้วยคำเหล่านี้", EN: "One a line: citizens search by these words."},
		"Service.categories":     {TH: "1 ถึง 3 หมวด", EN: "One to three."},
		"Service.groups":         {TH: "ไม่เกิน 4 กลุ่ม", EN: "At most four."},
		"Service.tags":           {TH: "ไม่เกิน 15 คำ", EN: "At most 15."},
		"Service.documents":      {TH: "รวมเอกสารที่ใช้เฉพาะบางกรณี โดยบอกกรณีไว้ในเงื่อนไข", EN: "Those needed in some cases too: say in which under “condition”."},
		"Service.fees":           {TH: "ถ้าไม่เก็บ ให้เลือกว่าไม่มีค่าธรรมเนียม", EN: "Where nothing is paid, say so."},
		"Service.body":           {TH: "ใช้ 1. 2. 3. เป็นข้อ - เป็นรายการ ## เป็นหัวข้อ และ **ตัวหนา**", EN: "Begin lines with 1. or - for lists, ## for headings; **bold**."},
		"Service.reviewed_on":    {TH: "วันที่หน่วยงานตรวจว่าทุกช่องยังถูกต้อง", EN: "When the agency last made sure that all of it holds."},
	}

	examplesHere = map[string]fault.Text{
		"Agency.code":         {TH: "dlt", EN: "dlt"},
		"Contact.website":     {TH: "https://…", EN: "https://…"},
		"Contact.email":       {TH: "contact@dlt.go.th", EN: "contact@dlt.go.th"},
		"Address.subdistrict": {TH: "103002", EN: "103002"},
		"Address.postcode":    {TH: "10900", EN: "10900"},
		"Point.place":         {TH: "13.80713, 100.55480", EN: "13.80713, 100.55480"},
		"Point.queue_url":     {TH: "https://…", EN: "https://…"},
		"Process.reviewed_on": {TH: "22/11/2569", EN: "22/11/2026"},
		"Service.reviewed_on": {TH: "22/11/2569", EN: "22/11/2026"},
	}

	labelsHere = map[string]fault.Text{
		"Agency.province":       {TH: "จังหวัดที่ตั้ง", EN: "Province"},
		"Agency.publish_scores": {TH: "แสดงคะแนนความพึงพอใจให้ประชาชนเห็น", EN: "Show satisfaction scores to the public"},
		"Process.licence":       {TH: "ออกใบอนุญาต ซึ่งจุดบริการรายงานทุกเดือน", EN: "It issues a licence, which is reported every month"},
		"Process.renew_by_fee":  {TH: "ต่ออายุโดยชำระค่าธรรมเนียม (มาตรา 12)", EN: "Renewed by paying the fee (section 12)"},
		"Service.body":          {TH: "รายละเอียด เงื่อนไข และวิธีขอรับบริการ", EN: "What it is, for whom, and how to get it"},
		"Service.fees":          {TH: "ค่าบริการ", EN: "Fees"},
		"Point.sort":            {TH: "ลำดับในรายการ", EN: "Place in lists"},
		"Photo.file":            {TH: "ภาพ", EN: "Photo"},
		"Photo.alt":             {TH: "คำบรรยายภาพ", EN: "What the photo shows"},
	}

	listsHere = map[string]fault.Text{
		"Reporter.point":  {TH: "จุดบริการ", EN: "The service points"},
		"Reporter.agency": {TH: "หน่วยงาน", EN: "The agency"},
	}

	givenHere = map[string]fault.Text{
		"place": {TH: "มีพิกัด", EN: "It has one"},
	}
)
