package page_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/themes"
)

// office is a portal of one manual, into which a test writes.
func office(t *testing.T, front string) *corpus.Portal {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"site.yaml":                              "name: คู่มือ\nowner: ตัวอย่าง\npublic: https://www.example.go.th\ncomplaints: [{name: ศูนย์ 1111}]\n",
		"catalog.yaml":                           "categories: [{slug: tax, th: ภาษี, en: Tax}]\ngroups: [{slug: general, th: ทั่วไป, en: General}]\n",
		"agencies/mof/agency.yaml":               "code: mof\nname: กระทรวงการคลัง\nkind: ministry\n",
		"agencies/mof/rd/agency.yaml":            "code: rd\nname: {th: กรมสรรพากร, en: Revenue Department}\nkind: department\n",
		"agencies/mof/rd/manuals/rd-1/manual.md": "---\nid: rd-1\ntitle: {th: การยื่นภาษี, en: File tax}\n" + front + "---\nหลักเกณฑ์\n",
		"agencies/mof/rd/points/rd-bangkok.yaml": "code: rd-bangkok\nname: สาขา\naddress: {subdistrict: \"100101\"}\nmanuals: [rd-1]\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, problems, err := corpus.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, pr := range problems {
		if pr.Severity == "wrong" {
			t.Fatalf("the test's portal is wrong: %v", pr)
		}
	}
	return p
}

func manual(t *testing.T, lang catalog.Lang, front string) page.Manual {
	t.Helper()
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/" + name }})
	if err != nil {
		t.Fatal(err)
	}
	p := office(t, front)
	m, _ := p.Manual("rd-1")
	b := page.NewBuilder(lang, &p.Frame, theme, "https://www.example.go.th", "")
	around := page.ManualAround{Agency: p.Chain(m.Owner), Sizes: func(string) int64 { return 0 }, Criteria: page.Criteria(m, "")}
	for _, pt := range p.PointsServing(m.ID) {
		around.Points = append(around.Points, page.Builders{b}.Spot(pt, p.Chain(pt.Owner)))
		around.Serving++
	}
	return b.Manual(m, around)
}

func TestTheFeeIsSummedUpInAFewWords(t *testing.T) {
	for _, tc := range []struct{ name, fees, th, en string }{
		{"none is said to be none", "none", "ไม่มีค่าธรรมเนียม", "No fee"},
		{"one fee is told whole", "[{name: ก, kind: fixed, min: 100, per: ฉบับ}]", "100 บาท ต่อฉบับ", ""},
		{"the same fee twice is one sum", "[{name: ก, kind: fixed, min: 5}, {name: ข, kind: fixed, min: 5}]", "5 บาท", "5 baht"},
		{"several sums are a range", "[{name: ก, kind: fixed, min: 5}, {name: ข, kind: range, min: 20, max: 1500}]", "5 – 1,500 บาท", "5 – 1,500 baht"},
		{"a free row and a paid one are a range", "[{name: ก, kind: fixed, min: 0}, {name: ข, kind: fixed, min: 200}]", "0 – 200 บาท", "0 – 200 baht"},
		{"free rows only are free", "[{name: ก, kind: fixed, min: 0}, {name: ข, kind: fixed, min: 0, per: คน}]", "ไม่มีค่าธรรมเนียม", "No fee"},
		{"an open end says from", "[{name: ก, kind: fixed, min: 50}, {name: ข, kind: from, min: 100}]", "เริ่มต้น 50 บาท", ""},
		{"a percentage names its base", "[{name: ก, kind: percent, min: 2, base: ราคาประเมิน}]", "ร้อยละ 2 ของราคาประเมิน", ""},
		{"sums and percentages stand beside each other", "[{name: ก, kind: percent, min: 0.5}, {name: ค, kind: percent, min: 3.3}, {name: ข, kind: fixed, min: 5}]", "5 บาท และร้อยละ 0.5 – 3.3", "5 baht and 0.5 – 3.3%"},
		{"a percentage says per what", "[{name: ก, kind: percent, min: 1, per: เดือน, base: ภาษีค้างชำระ}]", "ร้อยละ 1 ต่อเดือน ของภาษีค้างชำระ", ""},
		{"a range may be in per cent", "[{name: ก, kind: range, min: 0.02, max: 0.1, unit: ร้อยละ, base: มูลค่า}]", "ร้อยละ 0.02–0.1 ของมูลค่า", ""},
		{"a percentage is no sum of baht", "[{name: ก, kind: range, min: 0.02, max: 0.1, unit: ร้อยละ}, {name: ข, kind: fixed, min: 5}]", "5 บาท และร้อยละ 0.02 – 0.1", ""},
		{"another unit is said", "[{name: ก, kind: fixed, min: 35, unit: {th: ดอลลาร์สหรัฐ, en: US dollars}}]", "35 ดอลลาร์สหรัฐ", "35 US dollars"},
		{"a formula and the postage are a formula", "[{name: ก, kind: formula, note: ตามพื้นที่}, {name: ข, kind: fixed, min: 32}]", "ตามสูตรคำนวณ", "By formula"},
		{"a formula says so", "[{name: ก, kind: formula, note: ตามพื้นที่}]", "คำนวณตามสูตร", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := manual(t, catalog.TH, "fees: "+tc.fees+"\n").Facts.Fee; got != tc.th {
				t.Errorf("got %q, want %q", got, tc.th)
			}
			if got := manual(t, catalog.EN, "fees: "+tc.fees+"\n").Facts.Fee; tc.en != "" && got != tc.en {
				t.Errorf("got %q, want %q", got, tc.en)
			}
		})
	}
	if got := manual(t, catalog.TH, "").Facts.Fee; got == manual(t, catalog.TH, "fees: none\n").Facts.Fee {
		t.Errorf("a fee that is not filled in reads %q, like none", got)
	}
}

func TestTimesAreToldPerStepSet(t *testing.T) {
	front := `step_sets:
- name: ทั่วไป
  steps: [{kind: check, text: ตรวจ, time: {value: 110, unit: minute}}, {kind: sign, text: ลงนาม, time: {value: 40, unit: minute}}]
- name: จองคิว
  steps: [{kind: check, text: ตรวจ, time: {value: 1, unit: hour}}]
`
	m := manual(t, catalog.EN, front)
	if len(m.Facts.Times) != 2 || m.Facts.Times[0].Value != "150 minutes" || m.Facts.Times[1].Value != "1 hour" {
		t.Errorf("got %+v", m.Facts.Times)
	}
}

func TestWhereToGoIsSaidByPointsElseByChannels(t *testing.T) {
	for _, tc := range []struct{ name, front, want string }{
		{"by points", "channels: [{kind: counter}]\n", "1 service point"},
		{"and online", "e_submission: {url: \"https://example.go.th/\"}\n", "1 service point · Online"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := manual(t, catalog.EN, tc.front).Facts.Where; got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/" + name }})
	if err != nil {
		t.Fatal(err)
	}
	b := page.NewBuilder(catalog.EN, &office(t, "").Frame, theme, "", "")
	s := &catalog.Service{Channels: []catalog.Channel{{Kind: "counter"}, {Kind: "telephone"}, {Kind: "counter"}}}
	if got, want := b.Service(s, nil).Facts.Where, "In person · By phone"; got != want {
		t.Errorf("without points: got %q, want %q", got, want)
	}
}

func TestThaiOnAnEnglishPageIsMarked(t *testing.T) {
	m := manual(t, catalog.EN, "documents: [{name: บัตร, kind: identity, originals: 1}, {name: {th: รูป, en: Photo}, kind: other, copies: 2}]\n")
	rows := append(m.Documents.Groups[0].Rows, m.Documents.Groups[1].Rows...)
	if rows[0].Name.Lang != "th" || rows[1].Name.Lang != "" {
		t.Errorf("got languages %q and %q, want th and none", rows[0].Name.Lang, rows[1].Name.Lang)
	}
	if got := string(rows[0].Name.Attr()); got != ` lang="th"` {
		t.Errorf("got attribute %q", got)
	}
}

func TestATickStaysWithItsDocument(t *testing.T) {
	one := manual(t, catalog.TH, "documents: [{name: บัตร, kind: identity}, {name: รูป, kind: identity}]\n").Documents.Groups[0].Rows
	two := manual(t, catalog.TH, "documents: [{name: ใหม่, kind: identity}, {name: รูป, kind: identity}]\n").Documents.Groups[0].Rows
	if one[1].Key != two[1].Key || one[0].Key == two[0].Key {
		t.Error("the key of a document depends on its place, not on its name")
	}
}

func TestAWithdrawnManualSaysSoAndWhereToGo(t *testing.T) {
	m := manual(t, catalog.TH, "withdrawn: {on: 2020-01-01, reason: เลิกใช้}\n")
	if m.Withdrawn == nil || m.Withdrawn.On != "1 ม.ค. 2563" || m.Withdrawn.Successor != nil {
		t.Errorf("got %+v", m.Withdrawn)
	}
}

func TestALawIsCitedOnce(t *testing.T) {
	for _, tc := range []struct{ name, law, want string }{
		{"with its kind, year and section", "{kind: act, name: รถยนต์, year: 2522, section: 32}", "พระราชบัญญัติ รถยนต์ พ.ศ. 2522 มาตรา 32"},
		{"the kind is not said twice", "{kind: act, name: พระราชบัญญัติรถยนต์ พ.ศ. 2522}", "พระราชบัญญัติรถยนต์ พ.ศ. 2522"},
		{"an English kind is not said twice", "{kind: act, name: Condominium Act, year: 2522}", "Condominium Act พ.ศ. 2522"},
		{"several sections in words", "{kind: code, name: ประมวลกฎหมายที่ดิน, year: 2497, section: \"71, 72, 81 และ 82\"}", "ประมวลกฎหมายที่ดิน พ.ศ. 2497 มาตรา 71, 72, 81 และ 82"},
		{"a clause is not a section", "{kind: regulation, name: ระเบียบตัวอย่าง, section: ข้อ 7}", "ระเบียบตัวอย่าง ข้อ 7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := manual(t, catalog.TH, "laws: ["+tc.law+"]\n").Laws[0].Text
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestEveryEnumerationHasItsWords(t *testing.T) {
	all, err := page.ReadMessages(themes.Default())
	if err != nil {
		t.Fatal(err)
	}
	for prefix, values := range map[string][]string{
		"service_type": catalog.ServiceType("").Values(), "work_kind": catalog.WorkKind("").Values(), "impact": catalog.Impact("").Values(),
		"area": catalog.Area("").Values(), "law": catalog.LawKind("").Values(), "step": catalog.StepKind("").Values(),
		"unit": catalog.TimeUnit("").Values(), "doc": catalog.DocumentKind("").Values(), "channel": catalog.ChannelKind("").Values(),
		"form": catalog.FormKind("").Values(), "agency_kind": catalog.AgencyKind("").Values(), "facility": catalog.Facility("").Values(),
	} {
		for _, v := range values {
			for lang, m := range all {
				if m[prefix+"."+v] == "" {
					t.Errorf("%s has no message %s.%s", lang, prefix, v)
				}
			}
		}
	}
}

func TestATelephoneNumberIsDialledAsItsDigits(t *testing.T) {
	p := office(t, "")
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/" + name }})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := p.Agency("rd")
	a.Contact.Phones = []string{"02 271 8888 ต่อ 12", "1584", "+66 2 000-0000"}
	var got []string
	for _, ph := range page.NewBuilder(catalog.TH, &p.Frame, theme, "", "").Agency(page.AgencyAround{Agency: catalog.Chain{a}}).Contact.Phones {
		got = append(got, ph.Dial)
	}
	if want := "022718888 1584 +6620000000"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestABrokenThemeIsToldByFileAndLine(t *testing.T) {
	base := fstest.MapFS{
		"i18n/th.yaml":        {Data: []byte("a: ก\n")},
		"i18n/en.yaml":        {Data: []byte("a: a\n")},
		"partials/base.html":  {Data: []byte(`{{define "base"}}{{template "main" .}}{{end}}`)},
		"layouts/manual.html": {Data: []byte(`{{define "main"}}x{{end}}`)},
	}
	for _, tc := range []struct{ name, file, text, want string }{
		{"a template that does not parse", "layouts/manual.html", "x\n{{if}}", "manual.html:2"},
		{"a message that only one language has", "i18n/en.yaml", "a: a\nb: b\n", "th: b"},
		{"messages that are no YAML", "i18n/th.yaml", "a: [", "i18n/th.yaml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, f := range base {
				files[name] = f
			}
			files[tc.file] = &fstest.MapFile{Data: []byte(tc.text)}
			if _, err := page.LoadTheme(files, page.Env{}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want it to name %s", err, tc.want)
			}
		})
	}
}
