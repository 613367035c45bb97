package compare

import "khumue/internal/fault"

// enumerations are the words of closed lists, by the type's name and the word.
// They are the theme's; a test holds them together.
var enumerations = map[string]fault.Text{
	"ServiceType.single": {TH: "กระบวนงานบริการที่เบ็ดเสร็จในหน่วยเดียว", EN: "Completed at one office"},
	"ServiceType.multi":  {TH: "กระบวนงานบริการที่ต่อเนื่องหลายหน่วยงาน", EN: "Continues through several offices"},

	"WorkKind.approval":     {TH: "อนุมัติ", EN: "Approval"},
	"WorkKind.licence":      {TH: "อนุญาต/ออกใบอนุญาต/รับรอง", EN: "Permission, licence or certification"},
	"WorkKind.registration": {TH: "จดทะเบียน", EN: "Registration of an act"},
	"WorkKind.enrolment":    {TH: "ขึ้นทะเบียน", EN: "Enrolment"},
	"WorkKind.notification": {TH: "รับแจ้ง", EN: "Notification"},
	"WorkKind.other":        {TH: "อื่น ๆ", EN: "Other"},

	"Impact.general":     {TH: "บริการทั่วไป", EN: "General service"},
	"Impact.significant": {TH: "บริการที่มีความสำคัญด้านเศรษฐกิจ/สังคม", EN: "Service of economic or social significance"},

	"Area.central":           {TH: "ส่วนกลาง", EN: "Central government"},
	"Area.regional":          {TH: "ส่วนภูมิภาค", EN: "Provincial administration"},
	"Area.local":             {TH: "ท้องถิ่น", EN: "Local government"},
	"Area.central-in-region": {TH: "ส่วนกลางที่ตั้งอยู่ในภูมิภาค", EN: "Central offices in the provinces"},
	"Area.state-enterprise":  {TH: "รัฐวิสาหกิจ", EN: "State enterprise"},
	"Area.university":        {TH: "สถาบันการศึกษา", EN: "Educational institution"},
	"Area.embassy":           {TH: "สถานเอกอัครราชทูต/กงสุลไทยในต่างประเทศ", EN: "Thai embassies and consulates abroad"},

	"LawKind.act":                    {TH: "พระราชบัญญัติ", EN: "Act"},
	"LawKind.code":                   {TH: "ประมวลกฎหมาย", EN: "Code"},
	"LawKind.emergency-decree":       {TH: "พระราชกำหนด", EN: "Emergency decree"},
	"LawKind.royal-decree":           {TH: "พระราชกฤษฎีกา", EN: "Royal decree"},
	"LawKind.ministerial-regulation": {TH: "กฎกระทรวง", EN: "Ministerial regulation"},
	"LawKind.notification":           {TH: "ประกาศ", EN: "Notification"},
	"LawKind.regulation":             {TH: "ระเบียบ", EN: "Regulation"},
	"LawKind.ordinance":              {TH: "ข้อบัญญัติท้องถิ่น", EN: "Local ordinance"},
	"LawKind.order":                  {TH: "คำสั่ง", EN: "Order"},
	"LawKind.other":                  {TH: "อื่น ๆ", EN: "Other"},

	"StepKind.check":    {TH: "ตรวจสอบเอกสาร", EN: "Document check"},
	"StepKind.consider": {TH: "พิจารณา", EN: "Consideration"},
	"StepKind.sign":     {TH: "ลงนาม/คณะกรรมการมีมติ", EN: "Signature or committee decision"},
	"StepKind.notify":   {TH: "แจ้งผล", EN: "Notice of the result"},

	"ChannelKind.counter":   {TH: "ติดต่อด้วยตนเอง", EN: "In person"},
	"ChannelKind.website":   {TH: "เว็บไซต์", EN: "Website"},
	"ChannelKind.app":       {TH: "แอปพลิเคชัน", EN: "App"},
	"ChannelKind.post":      {TH: "ไปรษณีย์", EN: "By post"},
	"ChannelKind.telephone": {TH: "โทรศัพท์", EN: "By phone"},
	"ChannelKind.email":     {TH: "อีเมล", EN: "By e-mail"},
	"ChannelKind.kiosk":     {TH: "ตู้บริการ (Kiosk)", EN: "Self-service kiosk"},
	"ChannelKind.one-stop":  {TH: "ศูนย์บริการร่วม", EN: "One-stop service centre"},

	"FormKind.form":    {TH: "แบบฟอร์ม", EN: "Form"},
	"FormKind.example": {TH: "ตัวอย่างการกรอก", EN: "Filled-in example"},
	"FormKind.guide":   {TH: "คู่มือการกรอก", EN: "How to fill it in"},

	"AgencyKind.ministry":            {TH: "กระทรวง", EN: "Ministry"},
	"AgencyKind.department":          {TH: "กรม", EN: "Department"},
	"AgencyKind.division":            {TH: "สำนัก/กอง", EN: "Division"},
	"AgencyKind.local":               {TH: "องค์กรปกครองส่วนท้องถิ่น", EN: "Local government"},
	"AgencyKind.district":            {TH: "เขต/อำเภอ", EN: "District office"},
	"AgencyKind.independent":         {TH: "หน่วยงานอิสระ", EN: "Independent body"},
	"AgencyKind.state-enterprise":    {TH: "รัฐวิสาหกิจ", EN: "State enterprise"},
	"AgencyKind.public-organisation": {TH: "องค์การมหาชน", EN: "Public organisation"},
	"AgencyKind.university":          {TH: "มหาวิทยาลัย", EN: "University"},
	"AgencyKind.one-stop":            {TH: "ศูนย์บริการร่วม", EN: "One-stop service centre"},

	"PointStatus.shown":              {TH: "แสดงผล", EN: "Shown"},
	"PointStatus.hidden":             {TH: "ไม่แสดงผล", EN: "Hidden"},
	"PointStatus.closed-temporarily": {TH: "ปิดชั่วคราว", EN: "Temporarily closed"},
	"PointStatus.cancelled":          {TH: "ยกเลิก", EN: "Closed for good"},

	"Facility.parking":          {TH: "ที่จอดรถ", EN: "Parking"},
	"Facility.parking-disabled": {TH: "ที่จอดรถคนพิการ", EN: "Parking for disabled persons"},
	"Facility.ramp":             {TH: "ทางลาด", EN: "Ramp"},
	"Facility.toilet-disabled":  {TH: "ห้องน้ำคนพิการ", EN: "Accessible toilet"},
	"Facility.lift":             {TH: "ลิฟต์", EN: "Lift"},
	"Facility.information-desk": {TH: "จุดประชาสัมพันธ์", EN: "Information desk"},
	"Facility.queue-ticket":     {TH: "บัตรคิว", EN: "Queue tickets"},
	"Facility.wifi":             {TH: "Wi-Fi", EN: "Wi-Fi"},
	"Facility.nursing-room":     {TH: "มุมนมแม่", EN: "Nursing room"},
	"Facility.drinking-water":   {TH: "น้ำดื่ม", EN: "Drinking water"},

	// The theme shows documents of each kind under a heading of its own.
	"DocumentKind.identity": {TH: "เอกสารยืนยันตัวตน", EN: "identity document"},
	"DocumentKind.other":    {TH: "เอกสารอื่น ๆ", EN: "other document"},

	"Reporter.point":  {TH: "จุดบริการ", EN: "service point"},
	"Reporter.agency": {TH: "หน่วยงาน", EN: "agency"},
}

// units are the words of a number of each unit of time: in Thai, in English of
// one and of several.
var units = map[string]struct{ th, one, many string }{
	"minute":      {"นาที", "minute", "minutes"},
	"hour":        {"ชั่วโมง", "hour", "hours"},
	"day":         {"วัน", "day", "days"},
	"working-day": {"วันทำการ", "working day", "working days"},
	"month":       {"เดือน", "month", "months"},
	"year":        {"ปี", "year", "years"},
}
