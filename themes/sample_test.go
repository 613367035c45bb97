package themes

import (
	"encoding/json"
	"fmt"
	"html/template"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
)

// A sample is a page with more than any real one has, or with nothing.
type sample struct {
	name  string
	shell page.Shell
	data  any
}

// teller writes the samples of one language. Much content is in Thai only, so
// an English page marks it.
type teller struct{ lang catalog.Lang }

func (s teller) w(th, en string) page.Words {
	if s.lang == catalog.EN {
		if en == "" {
			return page.Words{Text: th, Lang: "th"}
		}
		return page.Words{Text: en}
	}
	return page.Words{Text: th}
}

func (s teller) s(th, en string) string {
	if s.lang == catalog.EN {
		return en
	}
	return th
}

func (s teller) link(url, th, en, icon string) page.Link {
	return page.Link{URL: url, Text: s.w(th, en), Icon: icon}
}

func (s teller) shell(layout string, title page.Words) page.Shell {
	sh := page.Shell{
		Lang: s.lang, Layout: layout, Title: title, Description: "“" + title.Text + "” & <b>", Path: "/" + layout + "/", Other: "/en/" + layout + "/",
		Site: page.Site{
			Name: s.w("คู่มือ", "Khumue"), Owner: s.w("สำนักงานตัวอย่างเพื่ออำนวยความสะดวกประชาชน (หน่วยงานสมมติ)", "Sample Office of Public Service Facilitation (fictitious)"),
			Tagline:   s.w("ไปติดต่อราชการเรื่องไหน ใช้อะไร กี่บาท กี่วัน ที่ไหน รู้ก่อนออกจากบ้าน", "What to bring, what it costs, how long it takes and where to go, before you leave home"),
			Notice:    s.w("ข้อมูลตัวอย่าง ไม่ใช่คำแนะนำของทางราชการ ใช้สาธิตระบบเท่านั้น", "Sample content, not official advice. It only shows how the system works."),
			Copyright: s.w("ข้อมูลตัวอย่างของโครงการคู่มือ นำไปใช้ต่อได้", "Sample data of the Khumue project, free to reuse"),
			Address:   s.w("เลขที่ 99 ถนนตัวอย่าง แขวงทุ่งสองห้อง เขตหลักสี่ กรุงเทพมหานคร 10210", ""),
			Hotline:   "1111", Contact: catalog.Contact{Email: "contact@example.go.th", Website: "https://www.example.go.th", Phones: []string{"1111"}},
			Origin: "https://example.go.th", CSP: "default-src 'self'; script-src 'self'", Search: "/search/manifest.json", Bilingual: true,
			Examples: []page.Words{s.w("ต่อภาษีรถ", "renew car tax"), s.w("บัตรประชาชนหาย", "lost ID card"), s.w("เปิดร้านอาหาร", "open a restaurant")},
		},
		Crumbs:     []page.Link{s.link("/", "หน้าแรก", "Home", ""), s.link("/agency/mot/", "กระทรวงคมนาคม", "Ministry of Transport", ""), s.link("/agency/dlt/", "กรมการขนส่งทางบก", "Department of Land Transport", "")},
		Structured: map[string]string{"@type": "GovernmentService", "name": title.Text + " </script>"},
		Updated:    s.s("20 พ.ย. 2569", "20 Nov 2026"),
	}
	if s.lang == catalog.EN {
		sh.Path, sh.Other = "/en"+sh.Path, sh.Path
	}
	return sh
}

// bare takes from a shell all that a page may do without.
func bare(sh page.Shell) page.Shell {
	sh.Description, sh.Other, sh.Updated, sh.Crumbs, sh.Structured, sh.NoIndex = "", "", "", nil, nil, true
	sh.Site = page.Site{Name: sh.Site.Name, Origin: sh.Site.Origin}
	return sh
}

const longTitle = "การออกใบรับแจ้ง/แจ้งแก้ไขเปลี่ยนแปลง/แจ้งโอนการประกอบกิจการสถานที่จำหน่ายอาหารและสถานที่สะสมอาหารที่มีพื้นที่ไม่เกินสองร้อยตารางเมตร ตามพระราชบัญญัติการสาธารณสุข พ.ศ. 2535 (N)"

func samples(lang catalog.Lang) []sample {
	s := teller{lang}
	rich := []sample{
		{"home", s.shell("home", s.w("คู่มือติดต่อราชการ", "Guide to Thai government services")), nil},
		{"search", s.shell("search", s.w("ค้นหาบริการ", "Search services")), nil},
		{"listing", s.shell("listing", s.w("ยานพาหนะและการคมนาคม", "Vehicles & transport")), nil},
		{"agencies", s.shell("agencies", s.w("หน่วยงาน ก–ฮ", "Government offices A–Z")), nil},
		{"agency", s.shell("agency", s.w("กรมการขนส่งทางบก", "Department of Land Transport")), nil},
		{"point", s.shell("point", s.w("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 (จตุจักร)", "Bangkok Area 5 Transport Office (Chatuchak)")), nil},
		{"manual", s.shell("manual", s.w(longTitle, "")), nil},
		{"survey", s.shell("survey", s.w("แบบประเมินความพึงพอใจในการให้บริการ", "How was our service?")), nil},
		{"service", s.shell("service", s.w("ตรวจสอบสิทธิเลือกตั้ง", "Check your right to vote")), nil},
		{"near", s.shell("near", s.w("จุดบริการใกล้ฉัน", "Service points near me")), nil},
		{"delay", s.shell("delay", s.w("ตรวจสถานะคำขอที่ล่าช้า", "Look up a delayed request")), nil},
		{"saved", s.shell("saved", s.w("ที่บันทึกไว้", "Saved on this device")), nil},
		{"offline", s.shell("offline", s.w("หน้านี้ยังไม่มีในเครื่อง", "This page is not on your device yet")), nil},
		{"notfound", s.shell("notfound", s.w("ไม่พบหน้านี้", "Page not found")), nil},
		{"text", s.shell("text", s.w("คำถามที่พบบ่อย", "Questions and answers")), nil},
		{"moved", s.shell("moved", s.w("หน้านี้ย้ายแล้ว", "This page has moved")), nil},
		{"holidays", s.shell("holidays", s.w("วันหยุดราชการ", "Public holidays")), nil},
		{"data", s.shell("data", s.w("ข้อมูลเปิด", "Open data")), nil},
	}
	var out []sample
	for _, r := range rich {
		r.data = s.rich(r.shell)
		empty := sample{r.name + "-empty", bare(r.shell), nil}
		empty.data = s.empty(empty.shell)
		out = append(out, r, empty)
	}
	m := s.manual(s.shell("manual", s.w("การชำระภาษีรถประจำปี", "Pay annual vehicle tax")))
	m.Withdrawn = &page.Withdrawn{On: s.s("1 ต.ค. 2569", "1 Oct 2026"), Reason: s.w("รวมกับบริการชำระภาษีรถผ่านแอปพลิเคชัน", ""), Successor: &page.Link{URL: "/procedure/dlt-xgveak/", Text: s.w("การชำระภาษีรถประจำปี", "Pay annual vehicle tax")}}
	p := s.point(s.shell("point", s.w("ที่ว่าการอำเภอเชียงดาว", "Chiang Dao District Office")))
	p.Closed = &page.ClosedNow{Period: "20–30 พ.ย. 2569", Reason: s.w("ปรับปรุงอาคาร ให้บริการที่หอประชุมอำเภอแทน", "")}
	return append(out, sample{"manual-withdrawn", m.Shell, m}, sample{"point-closed", p.Shell, p})
}

func (s teller) empty(sh page.Shell) any {
	switch sh.Layout {
	case "home":
		return home{Shell: sh}
	case "search":
		return search{Shell: sh}
	case "listing":
		return listing{Shell: sh, Kind: "tag", KindIn: s.s("ป้ายคำ", "Tag")}
	case "agencies":
		return agencies{Shell: sh}
	case "agency":
		return page.Agency{Shell: sh}
	case "point":
		return page.Point{Shell: sh}
	case "manual":
		return page.Manual{Shell: sh}
	case "service":
		return page.Service{Shell: sh}
	case "survey":
		return page.Survey{Shell: sh}
	case "near":
		return near{Shell: sh}
	case "delay":
		return delayed{Shell: sh}
	case "saved":
		return saved{sh}
	case "offline":
		return offline{sh}
	case "notfound":
		return notFound{Shell: sh}
	case "text":
		return page.Text{Shell: sh}
	case "moved":
		return moved{Shell: sh}
	case "holidays":
		return holidays{Shell: sh}
	default:
		return data{Shell: sh}
	}
}

func (s teller) rich(sh page.Shell) any {
	switch sh.Layout {
	case "home":
		return home{sh, s.categories(), s.groups(), 54, 90, 31}
	case "search":
		return search{sh, s.categories()}
	case "listing":
		return listing{Shell: sh, Kind: "category", KindIn: s.s("หมวดหมู่", "Topic"), Icon: "car", Count: 12, Entries: s.entries(12), Jumps: s.related(), Related: s.related(), Prev: "/category/transport/", Next: "/category/transport/dlt-3/"}
	case "agencies":
		return agencies{sh, s.letters(), s.tree(), 31}
	case "agency":
		return s.agency(sh)
	case "point":
		return s.point(sh)
	case "manual":
		return s.manual(sh)
	case "service":
		return s.service(sh)
	case "survey":
		return s.survey(sh)
	case "near":
		return near{sh, []province{{s.link("/near/10/", "กรุงเทพมหานคร", "Bangkok", ""), 5}, {s.link("/near/50/", "เชียงใหม่", "Chiang Mai", ""), 3}}, "/data/near/index.json"}
	case "delay":
		return delayed{sh, "https://service.example.go.th"}
	case "saved":
		return saved{sh}
	case "offline":
		return offline{sh}
	case "notfound":
		return notFound{sh, s.categories()}
	case "text":
		return s.text(sh)
	case "moved":
		sh.Refresh = "/procedure/dlt-xgveak/"
		return moved{sh, s.link("/procedure/dlt-xgveak/", "ไปหน้าใหม่", "Go to the new page", "")}
	case "holidays":
		row := holidayRow{page.Row{Label: s.s("ส. 5 ธ.ค. 2569", "Sat 5 Dec 2026"), Value: s.w("วันคล้ายวันพระบรมราชสมภพ รัชกาลที่ 9 และวันพ่อแห่งชาติ", "Father's Day")}, ""}
		return holidays{sh, []holidayYear{{2569, "2569", []holidayRow{row, {row.Row, s.s("เชียงใหม่, ลำพูน", "Chiang Mai, Lamphun")}}}, {2568, "2568", []holidayRow{row}}}}
	default:
		return data{sh, []dataFile{{"agencies", "/data/agencies.csv", "CSV", 31}, {"manuals", "/data/manuals.json", "JSON", 100000}}}
	}
}

func (s teller) categories() []counted {
	list := [][3]string{
		{"งานทะเบียนราษฎรและบัตรประจำตัว", "Civil registration & ID", "id-card"}, {"การเกิด ครอบครัว และเด็ก", "Birth, family & children", "family"},
		{"การศึกษาและการฝึกอบรม", "Education & training", "school"}, {"แรงงานและการจ้างงาน", "Work & employment", "briefcase"},
		{"สวัสดิการและความช่วยเหลือ", "Welfare & assistance", "hands-helping"}, {"สาธารณสุขและสุขภาพ", "Health", "heart-pulse"},
		{"ที่ดิน ที่อยู่อาศัย และสิ่งปลูกสร้าง", "Land, housing & building", "home"}, {"ยานพาหนะและการคมนาคม", "Vehicles & transport", "car"},
		{"ภาษีและค่าธรรมเนียม", "Tax & fees", "receipt"}, {"การเริ่มต้นและประกอบธุรกิจ", "Starting & running a business", "store"},
		{"อาหาร ยา และผลิตภัณฑ์สุขภาพ", "Food, drugs & health products", "pill-food"}, {"การเกษตร ปศุสัตว์ และประมง", "Agriculture, livestock & fisheries", "wheat"},
		{"อุตสาหกรรมและพลังงาน", "Industry & energy", "factory"}, {"ทรัพยากรธรรมชาติและสิ่งแวดล้อม", "Environment", "leaf"},
		{"สาธารณูปโภค (ไฟฟ้า ประปา โทรคมนาคม)", "Utilities", "plug"}, {"หนังสือเดินทาง การท่องเที่ยว และคนต่างด้าว", "Passports, tourism & foreigners", "plane"},
		{"กฎหมาย ความยุติธรรม และความปลอดภัย", "Law, justice & safety", "scale"}, {"ศาสนา วัฒนธรรม และกิจกรรมสาธารณะ", "Religion, culture & public events", "festival"},
	}
	var out []counted
	for i, c := range list {
		out = append(out, counted{s.link(fmt.Sprintf("/category/%d/", i), c[0], c[1], c[2]), i})
	}
	return out
}

func (s teller) groups() []counted {
	var out []counted
	for i, g := range [][2]string{{"ประชาชนทั่วไป", "General public"}, {"เด็กและเยาวชน", "Children & youth"}, {"นักเรียน นักศึกษา", "Students"}, {"ผู้ใช้แรงงานและผู้ประกันตน", "Workers & insured"}, {"เกษตรกร", "Farmers"}, {"ผู้สูงอายุ", "Older persons"}, {"คนพิการ", "Persons with disabilities"}, {"คนต่างด้าว", "Foreigners"}} {
		out = append(out, counted{s.link(fmt.Sprintf("/group/%d/", i), g[0], g[1], ""), 3 * i})
	}
	return out
}

func (s teller) related() []page.Link {
	var out []page.Link
	for _, c := range s.categories() {
		out = append(out, c.Link)
	}
	return out
}

func (s teller) entries(n int) []page.Entry {
	base := []page.Entry{
		{Link: s.link("/procedure/dlt-xgveak/", "การชำระภาษีรถประจำปี", "Pay annual vehicle tax", ""), Also: "ต่อภาษีรถ, ต่อทะเบียนรถ, เสียภาษีรถ, ต่อป้ายวงกลม, ป้ายภาษีขาด, ต่อ พ.ร.บ. รถ", Facts: []string{s.s("30 นาที", "30 minutes"), s.s("ไม่มีค่าธรรมเนียม", "No fee"), s.s("ทำออนไลน์ได้", "Can be done online")}, Online: true},
		{Link: s.link("/procedure/dlt-u3iddl/", "การต่ออายุใบอนุญาตขับรถ กรณีใบอนุญาตสิ้นอายุไม่เกิน 1 ปี", "", ""), Also: "ต่อใบขับขี่, ใบขับขี่หมดอายุ", Facts: []string{s.s("2 ชั่วโมง", "2 hours"), s.s("205 – 505 บาท", "205 – 505 baht")}},
		{Link: s.link("/procedure/dla-old/", longTitle, "", ""), Note: s.s("ยกเลิกแล้ว", "Withdrawn")},
	}
	var out []page.Entry
	for i := range n {
		e := base[i%len(base)]
		e.Kind, e.Agency = "manual", s.w("กรมการขนส่งทางบก", "Department of Land Transport")
		out = append(out, e)
	}
	return out
}

func (s teller) letters() []letter {
	var out []letter
	for i, c := range []string{"ก", "ข", "ค", "ง", "จ", "ช", "ต", "ท", "น", "บ", "ป", "พ", "ร", "ส", "ห", "อ"} {
		l := letter{ID: fmt.Sprintf("l-%d", i), Letter: c, URL: fmt.Sprintf("#l-%d", i), Count: i%3 + 1}
		for range i%3 + 1 {
			l.Entries = append(l.Entries, page.Entry{Link: s.link("/agency/dla/", c+"รมส่งเสริมการปกครองท้องถิ่น", "Department of Local Administration", ""), Also: "สถ.", Agency: s.w("กระทรวงมหาดไทย", "Ministry of Interior")})
		}
		out = append(out, l)
	}
	return out
}

func (s teller) tree() []branch {
	leaf := branch{Link: s.link("/agency/bora/", "สำนักบริหารการทะเบียน", "Bureau of Registration Administration", ""), Kind: s.s("สำนัก/กอง", "Division"), Points: 2, Services: 5}
	dep := branch{Link: s.link("/agency/dopa/", "กรมการปกครอง", "Department of Provincial Administration", ""), Kind: s.s("กรม", "Department"), Points: 10, Services: 9, Below: []branch{leaf, leaf}}
	top := branch{Link: s.link("/agency/moi/", "กระทรวงมหาดไทย", "Ministry of Interior", ""), Kind: s.s("กระทรวง", "Ministry"), Below: []branch{dep, leaf}}
	return []branch{top, {Link: s.link("/agency/rtp/", "สำนักงานตำรวจแห่งชาติ", "Royal Thai Police", ""), Kind: s.s("หน่วยงานอิสระ", "Independent body"), Offices: 98, Services: 1}, top}
}

func week() template.JS {
	day := []calendar.Span{{}}
	out, err := json.Marshal(page.WeekData{Hours: calendar.Hours{Week: calendar.Week{Mon: day, Tue: day}, Closures: []calendar.Closure{{TH: "ปิด </script><b>"}}}, Province: "10"})
	if err != nil {
		panic(err)
	}
	return template.JS(out)
}

func (s teller) points(n int) []page.PointRow {
	var out []page.PointRow
	for i := range n {
		r := page.PointRow{
			Link: s.link(fmt.Sprintf("/point/p%d/", i), fmt.Sprintf("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ %d (จตุจักร)", i+1), "", ""), Area: s.w("แขวงจอมพล เขตจตุจักร กรุงเทพมหานคร", ""), Province: "10",
			Hours: s.s("จันทร์ – ศุกร์ 08:30–16:30 น. ยกเว้นวันหยุดราชการ (ไม่มีพักเที่ยง)", "Monday – Friday 08:30–16:30, closed on public holidays"), Week: week(), Lat: "13.8082", Lng: "100.5543", Phone: "02 271 8888",
		}
		if i == 2 {
			r.Week, r.Hours, r.Phone, r.Lat, r.Note = "", "", "", "", s.s("ปิดชั่วคราว", "Temporarily closed")
		}
		out = append(out, r)
	}
	return out
}

func (s teller) hours() []page.HourLine {
	return []page.HourLine{{Days: s.s("จันทร์ – ศุกร์", "Monday – Friday"), Hours: s.s("08:30–12:00, 13:00–16:30 น.", "08:30–12:00, 13:00–16:30"), Index: "12345"}, {Days: s.s("เสาร์", "Saturday"), Hours: s.s("08:30–12:00 น.", "08:30–12:00"), Index: "6"}, {Days: s.s("อาทิตย์", "Sunday"), Hours: s.s("ปิด", "Closed"), Index: "0"}}
}

func (s teller) contact() page.Contact {
	return page.Contact{Address: s.w("เลขที่ 1032 ถนนพหลโยธิน แขวงจอมพล เขตจตุจักร กรุงเทพมหานคร 10900", ""), Phones: []page.Phone{{Shown: "02 271 8888", Dial: "022718888"}, {Shown: "1584", Dial: "1584"}}, Fax: "02 271 8805", Email: "contact@example.go.th", Website: "https://www.example.go.th/chatuchak", LINE: "@example", Facebook: "example", Map: "https://www.google.com/maps/search/?api=1&query=13.8,100.5", Lat: "13.8", Lng: "100.5"}
}

func (s teller) agency(sh page.Shell) page.Agency {
	return page.Agency{
		Shell: sh, Code: "dlt", Short: s.w("ขบ.", "DLT"), Kind: s.s("กรม", "Department"), Org: "0804", About: []page.Words{s.w("ดูแลทะเบียนรถ ใบอนุญาตขับรถ และการขนส่งทางถนน", "Vehicle registration, driving licences and road transport")},
		Parent: &page.Link{URL: "/agency/mot/", Text: s.w("กระทรวงคมนาคม", "Ministry of Transport")}, Contact: s.contact(), Hours: s.hours(), Points: s.points(12), Manuals: s.entries(12), Services: s.entries(1), Save: []string{"/agency/dlt/", "/point/p1/"},
		Children: []page.Entry{{Link: s.link("/agency/bora/", "สำนักมาตรฐานงานทะเบียนและภาษีรถ", "", ""), Facts: []string{s.s("สำนัก/กอง", "Division")}}},
		Retired:  &page.Retired{On: s.s("1 ต.ค. 2569", "1 Oct 2026"), Successor: &page.Link{URL: "/agency/mot/", Text: s.w("กระทรวงคมนาคม", "Ministry of Transport")}},
	}
}

func (s teller) point(sh page.Shell) page.Point {
	p := page.Point{
		Shell: sh, Code: "dlt-chatuchak", Agency: s.link("/agency/dlt/", "กรมการขนส่งทางบก", "Department of Land Transport", ""), Above: []page.Link{s.link("/agency/mot/", "กระทรวงคมนาคม", "Ministry of Transport", "")},
		Contact: s.contact(), Area: s.w("แขวงจอมพล เขตจตุจักร กรุงเทพมหานคร", ""), Directions: []page.Words{s.w("BTS หมอชิต ทางออก 3 เดิน 400 เมตร หรือรถประจำทางสาย 3, 26, 77", "")}, Hours: s.hours(), HoursNote: s.w("หยุดรับคิวเวลา 15:30 น.", ""), Week: week(),
		Closures: []page.Closure{{From: "2026-11-27", To: "2026-11-27", Period: s.s("27 พ.ย. 2569", "27 Nov 2026"), Reason: s.w("ปรับปรุงระบบไฟฟ้า", "")}}, QueueURL: "https://www.example.go.th/queue", Photos: []page.Photo{{URL: "/assets/og.png", Alt: s.w("ทางเข้าอาคาร 4 มีทางลาดด้านซ้าย", "")}},
		Groups: []page.EntryGroup{{Link: s.link("/category/transport/", "ยานพาหนะและการคมนาคม", "Vehicles & transport", "car"), Entries: s.entries(6)}, {Link: s.link("/category/tax/", "ภาษีและค่าธรรมเนียม", "Tax & fees", "receipt"), Entries: s.entries(2)}},
		Count:  8, Processes: []page.Words{s.w("ตรวจสอบประวัติรถ", "")}, Confirmed: s.s("12 พ.ย. 2569", "12 Nov 2026"), Save: []string{"/point/dlt-chatuchak/"},
	}
	for _, f := range catalog.Facility("").Values() {
		p.Facilities = append(p.Facilities, page.Facility{Icon: f, Text: map[bool]string{true: "ที่จอดรถคนพิการ", false: "Wi-Fi"}[f != "wifi"]})
	}
	return p
}

func (s teller) channels() []page.Channel {
	hours := s.s("จันทร์ – ศุกร์ 08:30–16:30 น. ยกเว้นวันหยุดราชการ (พักเที่ยง 12:00–13:00 น.)", "Monday – Friday 08:30–16:30, closed on public holidays (lunch break 12:00–13:00)")
	return []page.Channel{
		{Kind: s.s("ติดต่อด้วยตนเอง", "In person"), Icon: "counter", Name: s.w("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 1 - 5 สำนักงานขนส่งจังหวัดทุกแห่ง หรือสาขา", "Any transport office"), Address: s.w("เลขที่ 1032 ถนนพหลโยธิน เขตจตุจักร กรุงเทพมหานคร 10900", ""), Phone: "1584", Hours: hours, Note: s.w("จองคิวล่วงหน้าแล้วไม่ต้องรอ", "")},
		{Kind: s.s("เว็บไซต์", "Website"), Icon: "website", Name: s.w("ระบบชำระภาษีรถผ่านอินเทอร์เน็ต", "Online payment"), URL: "https://www.example.go.th/eservice/vehicle-tax?from=khumue", Email: "eservice@example.go.th", Hours: s.s("เปิดตลอด 24 ชั่วโมง", "Open 24 hours")},
		{Kind: s.s("ไปรษณีย์", "By post"), Icon: "post", Name: s.w("ที่ทำการไปรษณีย์ทุกแห่ง", "")},
	}
}

func (s teller) documents() page.Documents {
	row := func(i int) page.Document {
		d := page.Document{Key: fmt.Sprintf("k%d", i), Name: s.w(fmt.Sprintf("หนังสือรับรองการจดทะเบียนนิติบุคคล ฉบับที่ %d", i), ""), Originals: s.s("ฉบับจริง 1 ฉบับ", "Original: 1"), Copies: s.s("สำเนา 2 ชุด", "Copy: 2"), Issuer: s.w("กรมพัฒนาธุรกิจการค้า", "Department of Business Development"), Condition: s.w("เฉพาะกรณีเจ้าของรถเป็นนิติบุคคล ออกให้ไม่เกิน 6 เดือน", "")}
		if i%3 == 0 {
			d.Name, d.Copies, d.Condition = s.w("บัตรประจำตัวประชาชน", "ID card"), "", page.Words{}
		}
		if i%4 == 0 {
			d.Issuer = page.Words{}
		}
		return d
	}
	groups := []page.DocumentGroup{{Title: s.s("เอกสารยืนยันตัวตนที่ออกโดยหน่วยงานภาครัฐ", "Identity documents issued by the state")}, {Title: s.s("เอกสารอื่น ๆ สำหรับยื่นเพิ่มเติม", "Other documents")}}
	for i := range 22 {
		g := &groups[min(i/3, 1)]
		g.Rows = append(g.Rows, row(i))
	}
	return page.Documents{State: catalog.Given, Count: 22, Groups: groups}
}

func (s teller) fees() page.Fees {
	amounts := []string{s.s("5 บาท ต่อคำขอ", "5 baht per application"), s.s("ร้อยละ 2 ของราคาประเมินทุนทรัพย์", "2% of the appraised value"), s.s("100 – 1,000.50 บาท ต่อแปลง", "100 – 1,000.50 baht per plot"), s.s("ตั้งแต่ 50 บาท", "from 50 baht"), s.s("คำนวณตามสูตร", "calculated by formula"), s.s("ไม่เสียค่าธรรมเนียม", "Free")}
	f := page.Fees{State: catalog.Given}
	for i := range 13 {
		fee := page.Fee{Name: s.w(fmt.Sprintf("ค่าจดทะเบียนโอนอสังหาริมทรัพย์ รายการที่ %d", i+1), ""), Amount: amounts[i%len(amounts)]}
		if i%3 == 1 {
			fee.Note = s.w("เฉพาะผู้ที่ขอให้จัดส่งทางไปรษณีย์ คิดตามน้ำหนักและปลายทาง", "")
		}
		f.Rows = append(f.Rows, fee)
	}
	return f
}

func (s teller) steps() []page.StepSet {
	steps := []page.Step{
		{Kind: s.s("ตรวจสอบเอกสาร", "Document check"), Text: []page.Words{s.w("รับคำขอ ตรวจสอบความครบถ้วนของเอกสาร และออกใบรับคำขอ", "The officer checks that everything is there and gives you a receipt"), s.w("หากไม่ครบ แจ้งให้แก้ไขทันทีในคราวเดียว", "")}, Time: s.s("15 นาที", "15 minutes"), Unit: s.w("ฝ่ายทะเบียนรถ", ""), Note: s.w("ผู้ยื่นคำขอต้องอยู่ระหว่างการตรวจ", "")},
		{Kind: s.s("พิจารณา", "Consideration"), Text: []page.Words{s.w("ตรวจสภาพรถและคำนวณภาษี", "")}, Time: s.s("14 วันทำการ", "14 working days"), Unit: s.w("สำนักมาตรฐานงานทะเบียนและภาษีรถ กรมการขนส่งทางบก", "")},
		{Kind: s.s("ลงนาม/คณะกรรมการมีมติ", "Signature or committee decision"), Text: []page.Words{s.w("นายทะเบียนลงนาม", "")}, Time: s.s("1 ชั่วโมง", "1 hour"), Unit: s.w("นายทะเบียน", "")},
	}
	return []page.StepSet{
		{ID: "steps-1", Name: s.w("ยื่นด้วยตนเองโดยไม่จองคิว", "Without booking"), Steps: steps, Total: s.s("15 วันทำการ", "15 working days")},
		{ID: "steps-2", Name: s.w("จองคิวล่วงหน้า", "With a booked slot"), Steps: steps[:2], Total: s.s("60 นาที", "60 minutes")},
	}
}

func (s teller) manual(sh page.Shell) page.Manual {
	m := page.Manual{
		Shell: sh, ID: "dlt-xgveak", Summary: s.w("จ่ายภาษีรถยนต์และรถจักรยานยนต์ทุกปี ทำก่อนหมดอายุได้ 90 วัน รับป้ายภาษีทันทีที่สำนักงาน", "Pay the yearly tax on a car or motorcycle, up to 90 days before it runs out."),
		Also: []string{"ต่อภาษีรถ", "ต่อทะเบียนรถ", "เสียภาษีรถ", "ต่อป้ายวงกลม", "ป้ายภาษีขาด", "ต่อ พ.ร.บ. รถ", "renew car tax"}, Agency: s.link("/agency/dlt/", "กรมการขนส่งทางบก", "Department of Land Transport", ""), Above: []page.Link{s.link("/agency/mot/", "กระทรวงคมนาคม", "Ministry of Transport", "")},
		Facts:  page.Facts{Times: []page.Fact{{Name: s.s("ยื่นด้วยตนเองโดยไม่จองคิว", "Without booking"), Value: s.s("15 วันทำการ", "15 working days")}, {Name: s.s("จองคิวล่วงหน้า", "With a booked slot"), Value: s.s("60 นาที", "60 minutes")}}, Fee: s.s("5 – 1,000 บาท", "5 – 1,000 baht"), Documents: s.s("22 รายการ", "22 items"), Where: s.s("320 จุดบริการ · ออนไลน์", "320 service points · Online")},
		Online: &page.Online{URL: "https://www.example.go.th/eservice", Note: s.w("ใช้ได้กับรถที่ไม่ต้องตรวจสภาพ", "")}, Channels: s.channels(), StepSets: s.steps(), Documents: s.documents(), Fees: s.fees(),
		Criteria:   template.HTML("<h3 id=\"c-1\">ผู้มีสิทธิ</h3><ol><li>เจ้าของรถหรือผู้ครอบครองรถ</li><li>ผู้รับมอบอำนาจ</li></ol><p>รถที่มีอายุเกิน 7 ปี ต้อง<strong>ตรวจสภาพก่อน</strong> ดู <a href=\"https://www.example.go.th/inspection\">สถานตรวจสภาพรถ</a></p><table><thead><tr><th>อายุรถ</th><th>ตรวจสภาพ</th></tr></thead><tbody><tr><td>ไม่เกิน 7 ปี</td><td>ไม่ต้องตรวจ</td></tr></tbody></table>"),
		Complaints: []page.Complaint{{Name: s.w("ศูนย์บริการประชาชน สำนักปลัดสำนักนายกรัฐมนตรี", "Government Contact Centre"), Address: s.w("เลขที่ 1 ถนนพิษณุโลก เขตดุสิต กรุงเทพมหานคร 10300", ""), Phone: "1111", Fax: "02 000 1112", Website: "https://www.1111.go.th", Note: s.w("โทรได้ตลอด 24 ชั่วโมง", "")}, {Name: s.w("สำนักงาน ป.ป.ท.", "PACC"), Phone: "1206"}},
		Forms:      page.Forms{State: catalog.Given, Rows: []page.Form{{Name: s.w("แบบคำขออื่น ๆ", "General request form"), Kind: s.s("แบบฟอร์ม", "Form"), URL: "/procedure/dlt-xgveak/form.pdf", Type: "PDF", Size: "48 KB"}, {Name: s.w("วิธีกรอกคำขอ", ""), Kind: s.s("คู่มือการกรอก", "How to fill it in"), URL: "https://www.example.go.th/forms/guide"}}},
		Laws:       []page.Words{s.w("พระราชบัญญัติรถยนต์ พ.ศ. 2522 มาตรา 6, 29 และ 31", ""), s.w("กฎกระทรวงกำหนดประเภทของรถที่ต้องผ่านการตรวจสภาพ", "")}, Remarks: []page.Words{s.w("เสียภาษีช้ามีเงินเพิ่มร้อยละ 1 ต่อเดือน", "")},
		Reference: []page.Row{{Label: s.s("ชื่อกระบวนงาน", "Name of the procedure"), Value: s.w("การชำระภาษีรถประจำปี", "")}, {Label: s.s("หน่วยงานกลางเจ้าของกระบวนงาน", "Central agency in charge"), Value: s.w("กรมการขนส่งทางบก", ""), URL: "/agency/dlt/"}, {Label: s.s("ประเภทของงานบริการ", "Type of service"), Value: s.w("กระบวนงานบริการที่เบ็ดเสร็จในหน่วยเดียว", "")}, {Label: s.s("รหัสคู่มือ", "Manual number"), Value: s.w("dlt-xgveak", "")}},
		Points:    s.points(60), More: 260, Reviewed: s.s("12 พ.ย. 2569", "12 Nov 2026"), Categories: []page.Link{s.link("/category/transport/", "ยานพาหนะและการคมนาคม", "Vehicles & transport", "")}, Groups: []page.Link{s.link("/group/general/", "ประชาชนทั่วไป", "General public", "")}, Tags: []page.Link{s.link("/tag/car/", "รถยนต์", "Cars", ""), s.link("/tag/renewal/", "ต่ออายุ", "Renewal", "")},
	}
	if s.lang == catalog.EN {
		m.CriteriaIn = page.Words{Lang: "th"}
	}
	for _, c := range [][3]string{{"documents", "เอกสารที่ใช้", "What to bring"}, {"steps", "ขั้นตอนและเวลา", "Steps and times"}, {"fees", "ค่าธรรมเนียม", "Fees"}, {"channels", "ช่องทางยื่นเรื่อง", "How to apply"}, {"points", "สถานที่ยื่น", "Where to go"}, {"forms", "แบบฟอร์ม", "Forms"}, {"criteria", "หลักเกณฑ์และเงื่อนไข", "Rules and conditions"}, {"remarks", "หมายเหตุ", "Notes"}, {"laws", "กฎหมายที่เกี่ยวข้อง", "Laws"}, {"complaints", "ช่องทางร้องเรียน", "How to complain"}, {"reference", "ข้อมูลอ้างอิง", "Official reference"}} {
		m.Contents = append(m.Contents, page.Link{URL: "#" + c[0], Text: page.Words{Text: s.s(c[1], c[2])}})
	}
	return m
}

func (s teller) service(sh page.Shell) page.Service {
	m := s.manual(sh)
	return page.Service{
		Shell: sh, ID: "ect-1", Summary: s.w("ดูว่ามีชื่อในบัญชีผู้มีสิทธิเลือกตั้งหน่วยใด", "See at which polling station you are listed"), Also: []string{"เช็กสิทธิเลือกตั้ง"}, Agency: m.Agency, Above: m.Above, Categories: m.Categories, Groups: m.Groups, Tags: m.Tags,
		Facts: page.Facts{Fee: s.s("ไม่มีค่าธรรมเนียม", "No fee"), Where: s.s("ออนไลน์", "Online")}, Online: m.Online, Body: "<h2 id=\"c-1\">วิธีตรวจสอบ</h2><ol><li>เข้าเว็บไซต์</li><li>กรอกเลขประจำตัวประชาชน</li></ol>", BodyIn: m.CriteriaIn, Channels: m.Channels,
		Documents: page.Documents{State: catalog.None}, Fees: page.Fees{State: catalog.None}, Reviewed: m.Reviewed,
	}
}

func (s teller) text(sh page.Shell) page.Text {
	p := page.Text{Shell: sh, Summary: s.w("ถามบ่อยที่สุด พร้อมคำตอบสั้น ๆ", "Asked most often, answered briefly"), Files: []page.Form{{Name: s.w("แบบคำขอทั่วไป", ""), URL: "/downloads/form.docx", Type: "DOCX", Size: "24 KB"}}}
	body := ""
	for i, q := range []string{"คู่มือสำหรับประชาชนคืออะไร", "ข้อมูลผิดต้องแจ้งที่ไหน", "ใช้เว็บไซต์นี้โดยไม่มีอินเทอร์เน็ตได้หรือไม่", "บันทึกคู่มือไว้ดูอย่างไร"} {
		id := fmt.Sprintf("h-%d", i)
		p.Contents = append(p.Contents, page.Link{URL: "#" + id, Text: s.w(q, "")})
		body += "<h2 id=\"" + id + "\">" + q + "</h2><p>คู่มือสำหรับประชาชนบอกว่าการขออนุญาตหรือขอรับบริการเรื่องหนึ่งต้องใช้เอกสารอะไร มีขั้นตอนอย่างไร ใช้เวลาเท่าใด เสียค่าธรรมเนียมเท่าใด และยื่นได้ที่ไหน</p><ul><li>ตามพระราชบัญญัติการอำนวยความสะดวก</li><li>พ.ศ. 2558</li></ul>"
	}
	p.Body = template.HTML(body)
	return p
}
