package corpus

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// small is a whole portal in a few lines; tests change one file of it.
var small = map[string]string{
	"site.yaml":                    "name: คู่มือ\nowner: สำนักงานตัวอย่าง\npublic: https://www.example.go.th\ncomplaints:\n- name: ศูนย์บริการประชาชน\n",
	"catalog.yaml":                 "categories:\n- {slug: transport, th: ยานพาหนะ, en: Vehicles}\ngroups:\n- {slug: general, th: ประชาชนทั่วไป, en: General public}\ntags:\n- {slug: online, th: ออนไลน์ได้, en: Online}\naliases: {vehicles: transport}\n",
	"agencies/mot/agency.yaml":     "code: mot\nname: กระทรวงคมนาคม\nkind: ministry\nhours: {week: [{days: [mon, tue], opens: \"08:30\", closes: \"16:30\", lunch: {from: \"12:00\", to: \"13:00\"}}]}\n",
	"agencies/mot/dlt/agency.yaml": "code: dlt\nname: {th: กรมการขนส่งทางบก, en: Department of Land Transport}\nkind: department\n",
	"agencies/mot/dlt/points/chatuchak.yaml": `code: chatuchak
name: สำนักงานขนส่ง
address: {line: 1 ถนนตัวอย่าง, subdistrict: "103001"}
contact: {phones: [02 000 0000]}
hours:
  week:
  - {days: [mon], opens: "08:30", closes: "16:30"}
manuals: [dlt-7f3k5q]
`,
	"agencies/mot/dlt/processes/dlt-7f3k5p.yaml": "id: dlt-7f3k5p\ntitle: ชำระภาษีรถ\nwork_kind: other\n",
	"agencies/mot/dlt/manuals/dlt-7f3k5q/manual.md": `---
id: dlt-7f3k5q
title: การชำระภาษีรถประจำปี
common_names: [ต่อภาษีรถ]
process: dlt-7f3k5p
service_type: single
work_kind: other
laws: none
impact: general
areas: [central]
legal_time: none
categories: [vehicles]
groups: [general]
tags: [online]
channels:
- {kind: counter, name: สำนักงานขนส่ง}
step_sets:
- steps:
  - {kind: check, text: ตรวจเอกสาร, time: {value: 10, unit: minute}}
documents: none
fees:
- {name: ภาษี, kind: fixed, min: "1,234.50"}
forms: none
e_submission: none
reviewed_on: 2026-11-01
---
## หลักเกณฑ์

ยื่นได้ทุกจังหวัด
`,
}

const (
	manualFile = "agencies/mot/dlt/manuals/dlt-7f3k5q/manual.md"
	pointFile  = "agencies/mot/dlt/points/chatuchak.yaml"
	agencyFile = "agencies/mot/dlt/agency.yaml"
)

// portal is the small portal with some files changed, added or, when empty,
// removed.
func portal(changes map[string]string) fstest.MapFS {
	files := maps.Clone(small)
	maps.Copy(files, changes)
	m := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return m
}

// edited is a file of the small portal with one piece of it replaced.
func edited(t *testing.T, file, old, now string) map[string]string {
	t.Helper()
	if !strings.Contains(small[file], old) {
		t.Fatalf("%s has no %q to replace", file, old)
	}
	return map[string]string{file: strings.Replace(small[file], old, now, 1)}
}

func mustRead(t *testing.T, files fs.FS) (*Portal, fault.Problems) {
	t.Helper()
	p, problems, err := Read(files)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return p, problems
}

func TestASmallPortalIsReadWithoutProblems(t *testing.T) {
	p, problems := mustRead(t, portal(nil))
	if len(problems) > 0 {
		t.Fatalf("got problems %v, want none", problems)
	}
	m, ok := p.Manual("dlt-7f3k5q")
	if !ok || m.Owner != "dlt" || m.Fees.Value[0].Min != 123450 || !m.Documents.IsNone() {
		t.Errorf("got manual %+v", m)
	}
	if got := p.PointsServing(m.ID); len(got) != 1 || got[0].Code != "chatuchak" {
		t.Errorf("got points %v, want chatuchak", got)
	}
	if got, ok := p.Label(p.Labels.Categories, "vehicles"); !ok || got.Slug != "transport" {
		t.Errorf("got label %v under its former slug, want transport", got)
	}
	if up := p.Chain("dlt").Above(); len(up) != 1 || up[0].Code != "mot" {
		t.Errorf("got ancestors %v, want mot", up)
	}
	if m.Body.Line != 27 || !strings.HasPrefix(m.Body.Markdown, "## หลักเกณฑ์") {
		t.Errorf("got body at line %d: %q", m.Body.Line, m.Body.Markdown)
	}
}

func TestEveryProblemIsToldWithFileLineAndWhatToWrite(t *testing.T) {
	for _, tc := range []struct {
		name           string
		file, old, now string
		want           string
	}{
		{"a time of day that does not exist", pointFile, `opens: "08:30"`, `opens: "25:00"`, pointFile + `:7: opens "25:00"`},
		{"closing before opening", pointFile, `closes: "16:30"`, `closes: "08:00"`, pointFile + ":7: closes 08:00 before it opens 08:30"},
		{"an unknown field, with the near one", manualFile, "channels:", "chanels:", manualFile + `:15: unknown field "chanels" (did you mean channels?)`},
		{"a field that stands twice", manualFile, "forms: none", "forms: none\nforms: none", manualFile + ":24: field forms stands twice (remove one)"},
		{"an unknown word, with the near one", manualFile, "impact: general", "impact: generall", manualFile + `:9: impact unknown value "generall" (did you mean general?)`},
		{"an empty list, which is neither absent nor none", manualFile, "documents: none", "documents: []", manualFile + ":20: documents the list is empty (write none"},
		{"a link to a manual that does not exist", pointFile, "[dlt-7f3k5q]", "[dlt-7f3k5x]", pointFile + ":8: there is no manual dlt-7f3k5x (did you mean dlt-7f3k5q?)"},
		{"a manual linked twice", pointFile, "[dlt-7f3k5q]", "[dlt-7f3k5q, dlt-7f3k5q]", pointFile + ":8: dlt-7f3k5q stands twice"},
		{"a tag that the catalog lacks", manualFile, "tags: [online]", "tags: [onlin]", manualFile + ":14: catalog.yaml has no onlin among its tags (did you mean online?)"},
		{"a process that does not exist", manualFile, "process: dlt-7f3k5p", "process: dlt-7f3k5z", manualFile + ":5: there is no process dlt-7f3k5z"},
		{"a form whose file is missing", manualFile, "forms: none", "forms: [{name: คำขอ, kind: form, file: a.pdf}]", manualFile + ":23: the file a.pdf is missing"},
		{"a form with a path for a name", manualFile, "forms: none", "forms: [{name: คำขอ, kind: form, file: ../a.pdf}]", manualFile + `:23: "../a.pdf" is not a file name`},
		{"an id that is not its folder's name", manualFile, "id: dlt-7f3k5q", "id: dlt-7f3k5w", manualFile + `: id is "dlt-7f3k5w", but the file or folder is named "dlt-7f3k5q"`},
		{"an id of bad form", pointFile, "code: chatuchak", "code: Chatuchak", pointFile + `:1: code "Chatuchak" is not a valid identifier`},
		{"an anchor", manualFile, "impact: general", "impact: &a general", manualFile + ":9: impact YAML anchors and aliases are not used here"},
		{"a web address with a script", manualFile, "name: สำนักงานขนส่ง}", `url: "javascript:alert(1)"}`, manualFile + `:16: url "javascript:alert(1)" is not a web address`},
		{"a subdistrict code of five digits", pointFile, `"103001"`, `"10300"`, pointFile + `:3: subdistrict "10300" must be 6 digits`},
		{"a required field that is missing", agencyFile, "kind: department\n", "", agencyFile + ":1: field kind is missing (add kind:)"},
		{"a required field that is empty", agencyFile, "kind: department", "kind:", agencyFile + ":3: field kind is empty"},
		{"English without Thai", agencyFile, "{th: กรมการขนส่งทางบก, en:", "{en:", agencyFile + ":2: name there is English but no Thai"},
		{"a text where a list belongs", manualFile, "areas: [central]", "areas: central", manualFile + ":10: areas this value does not fit (write a list"},
		{"a group where a text belongs", manualFile, "impact: general", "impact: {a: b}", manualFile + ":9: impact this must be a text"},
		{"a number out of range", manualFile, "value: 10", "value: 0", manualFile + ":19: value 0 is not between 1 and 100000"},
		{"an amount with a sign", manualFile, `min: "1,234.50"`, "min: -5", manualFile + `:22: min "-5" is not an amount`},
		{"YAML that can not be read", agencyFile, "kind: department", "kind: [", agencyFile + ":"},
		{"front matter that does not end", manualFile, "reviewed_on: 2026-11-01\n---", "reviewed_on: 2026-11-01", manualFile + ":1: the front matter is missing"},
		{"a folder whose agency does not exist", agencyFile, "code: dlt\n", "code: dlt\n---\na: b\n", agencyFile + ":"},
		{"an alias to nothing", "catalog.yaml", "{vehicles: transport}", "{vehicles: transporx}", "catalog.yaml:7: vehicles points to transporx"},
		{"a fee range upside down", manualFile, `kind: fixed, min: "1,234.50"`, "kind: range, min: 10, max: 5", manualFile + ":22: max must be more than min"},
		{"a fixed fee without an amount", manualFile, `, min: "1,234.50"`, "", manualFile + ":22: the amount is missing (add min:"},
		{"a decimal comma, which would be read as thousands", manualFile, "1,234.50", "2,50", manualFile + `:22: min "2,50" is not an amount`},
		{"a fixed fee with a maximum", manualFile, `min: "1,234.50"`, "min: 5, max: 9", manualFile + ":22: only a range and a percentage have a max"},
		{"more than the whole", manualFile, `kind: fixed, min: "1,234.50"`, "kind: percent, min: 5, max: 300", manualFile + ":22: more than 100 per cent"},
		{"a form with two places", manualFile, "forms: none", "forms: [{name: คำขอ, kind: form, file: a.pdf, url: \"https://example.go.th/\"}]", manualFile + ":23: there are both file and url"},
		{"a picture for a form", manualFile, "forms: none", "forms: [{name: คำขอ, kind: form, file: a.png}]", manualFile + ":23: the file a.png is not of a kind that may stand here (use .pdf .docx)"},
		{"a file name that no address can hold", manualFile, "forms: none", "forms: [{name: คำขอ, kind: form, file: \"a#1.pdf\"}]", manualFile + `:23: "a#1.pdf" is not a file name`},
		{"a category twice", manualFile, "[vehicles]", "[vehicles, vehicles]", manualFile + ":12: vehicles stands twice"},
		{"several ways without names", manualFile, "step_sets:\n", "step_sets:\n- steps:\n  - {kind: check, text: ก, time: {value: 1, unit: minute}}\n", manualFile + ":18: there are several step sets, and this one has no name"},
		{"a tag that changes what a value means", manualFile, "impact: general", "impact: !!binary Z2VuZXJhbA==", manualFile + ":9: impact the YAML tag !!binary is not used here"},
		{"an anchor at a field's name", manualFile, "impact: general", "&a impact: general", manualFile + ":9: YAML anchors and aliases are not used here"},
		{"a list for a field's name", manualFile, "impact: general", "[a]: general", manualFile + ":9: the name of a field must be a word"},
		{"a mark that turns the text around", agencyFile, "{th: กรมการขนส่งทางบก,", `{th: "กรม\u202eก",`, agencyFile + ":2: th there is an invisible control character (U+202E)"},
		{"a title of nothing", manualFile, "title: การชำระภาษีรถประจำปี", `title: {th: ""}`, manualFile + ":3: title is empty"},
		{"a required list of nothing", "site.yaml", "complaints:\n- name: ศูนย์บริการประชาชน", "complaints: []", "site.yaml:4: field complaints is empty"},
		{"an item of nothing", pointFile, "[02 000 0000]", `[""]`, pointFile + ":4: phones an empty item"},
		{"an e-mail address that is none", agencyFile, "kind: department", "kind: department\ncontact: {email: saraban}", agencyFile + `:4: email "saraban" is not an e-mail address`},
		{"a web address of a port alone", agencyFile, "kind: department", "kind: department\ncontact: {website: \"https://:80/\"}", agencyFile + `:4: website "https://:80/" is not a web address`},
		{"a province that does not exist", pointFile, `"103001"`, `"993001"`, pointFile + ":3: there is no province 99"},
		{"hours that overlap", pointFile, `closes: "16:30"}`, "closes: \"16:30\"}\n  - {days: [sun, mon], opens: \"12:00\", closes: \"18:00\"}", pointFile + ":8: the hours of mon overlap"},
		{"a language that no page is in", "site.yaml", "owner:", "languages: [en]\nowner:", "site.yaml:2: Thai is not among the languages"},
		{"a former slug that is in use", "catalog.yaml", "{vehicles: transport}", "{online: transport}", "catalog.yaml:7: online is still in use"},
		{"a second document that can not be read", agencyFile, "kind: department", "kind: department\n---\n: [", agencyFile + ":"},
		{"a manual that succeeds itself", manualFile, "reviewed_on: 2026-11-01", "reviewed_on: 2026-11-01\nwithdrawn: {on: 2026-01-01, reason: เลิก, successor: dlt-7f3k5q}", manualFile + ":26: its successors lead back to itself"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, problems := mustRead(t, portal(edited(t, tc.file, tc.old, tc.now)))
			got := problems.Error()
			if !slices.ContainsFunc(problems, func(p fault.Problem) bool { return strings.HasPrefix(p.String(), tc.want) }) {
				t.Errorf("got:\n%s\nwant a line that begins with:\n%s", got, tc.want)
			}
			for _, p := range problems {
				if p.What.TH == "" || p.What.EN == "" {
					t.Errorf("the problem %q is not told in both languages", p)
				}
			}
		})
	}
}

func TestProblemsOfFilesAsAWhole(t *testing.T) {
	for _, tc := range []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"no site.yaml", map[string]string{"site.yaml": ""}, "site.yaml: this file is missing"},
		{"a stray file", map[string]string{"agencies/mot/dlt/manuals/dlt-7f3k5q/manual.mdd": "x"}, "agencies/mot/dlt/manuals/dlt-7f3k5q/manual.mdd: no content file is expected here (did you mean manual.md"},
		{"an attachment that nothing names", map[string]string{"agencies/mot/dlt/manuals/dlt-7f3k5q/a.pdf": "%PDF-1.4"}, "agencies/mot/dlt/manuals/dlt-7f3k5q/a.pdf: nothing names this file"},
		{"a file over the limit", map[string]string{pointFile: "#" + strings.Repeat("x", MaxFile)}, pointFile + ": the file has"},
		{"a file that is not UTF-8", map[string]string{agencyFile: "code: dlt\nname: \xff\n"}, agencyFile + ":2: the file is not UTF-8"},
		{"one identifier for two things", map[string]string{"agencies/mot/dlt/processes/dlt-7f3k5p.yaml": small["agencies/mot/dlt/processes/dlt-7f3k5p.yaml"], "agencies/mot/processes/dlt-7f3k5p.yaml": "id: dlt-7f3k5p\ntitle: อื่น\nwork_kind: other\n"}, "agencies/mot/processes/dlt-7f3k5p.yaml: dlt-7f3k5p is already the identifier of agencies/mot/dlt/processes/dlt-7f3k5p.yaml"},
		{"an agency without its parent", map[string]string{"agencies/mot/agency.yaml": ""}, agencyFile + ": its agency mot does not exist"},
		{"one identifier for things of two kinds", map[string]string{"agencies/mot/dlt/points/dlt.yaml": "code: dlt\nname: จุด\naddress: {line: ก}\n"}, "agencies/mot/dlt/points/dlt.yaml: dlt is already the identifier of agencies/mot/dlt/agency.yaml"},
		{"agencies that stand in each other", map[string]string{"agencies/aa/bb/agency.yaml": "code: bb\nname: ข\nkind: division\n", "agencies/aa/bb/aa/agency.yaml": "code: aa\nname: ก\nkind: division\n"}, "agencies/aa/bb/agency.yaml: its agency aa does not exist (create agencies/aa/agency.yaml)"},
		{"a page at an address that is taken", map[string]string{"pages/search.md": "---\ntitle: ค้นหา\nupdated: 2026-11-01\n---\n"}, "pages/search.md: /search/ is the address of a page that the site makes itself"},
		{"a lone synonym", map[string]string{"synonyms.yaml": "groups:\n- [รถ, ยานพาหนะ]\n- [บ้าน]\n"}, "synonyms.yaml:3: a group needs at least two words"},
		{"a year under another year's name", map[string]string{"holidays/2569.yaml": "year: 2570\nholidays:\n- {date: 2026-01-01, name: ปีใหม่}\n"}, "holidays/2569.yaml:3: 2026-01-01 is in B.E. 2569"},
		{"nothing in a file", map[string]string{agencyFile: "# ว่าง\n"}, agencyFile + ":1: there is nothing in it"},
		{"an English page alone", map[string]string{"pages/faq.en.md": "---\ntitle: Questions\nupdated: 2026-11-01\n---\n"}, "pages/faq.en.md: there is no Thai page beside it"},
		{"a holiday in another year", map[string]string{"holidays/2569.yaml": "year: 2569\nholidays:\n- {date: 2025-01-01, name: ปีใหม่}\n"}, "holidays/2569.yaml:3: 2025-01-01 is in B.E. 2568"},
		{"a condition on a later question", map[string]string{"surveys/s-1.yaml": "id: s-1\ntitle: แบบสำรวจ\nquestions:\n- {code: q1, kind: scale, text: พอใจ, when: {question: q2}}\n"}, "surveys/s-1.yaml:4: there is no question q2 before this one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, problems := mustRead(t, portal(tc.changes))
			if !slices.ContainsFunc(problems, func(p fault.Problem) bool { return strings.HasPrefix(p.String(), tc.want) }) {
				t.Errorf("got:\n%s\nwant a line that begins with:\n%s", problems.Error(), tc.want)
			}
		})
	}
}

func TestAPdfMustBeAPdf(t *testing.T) {
	changes := edited(t, manualFile, "forms: none", "forms: [{name: คำขอ, kind: form, file: a.pdf}]")
	pdf := "agencies/mot/dlt/manuals/dlt-7f3k5q/a.pdf"
	changes[pdf] = "<html>"
	if _, problems := mustRead(t, portal(changes)); !strings.Contains(problems.Error(), pdf+": the content is not what the file's ending says") {
		t.Errorf("got %v", problems)
	}
	changes[pdf] = "%PDF-1.7 …"
	if _, problems := mustRead(t, portal(changes)); len(problems) > 0 {
		t.Errorf("got %v, want no problem", problems)
	}
}

func TestWhatIsNotFilledInIsIncompleteAndNotWrong(t *testing.T) {
	_, problems := mustRead(t, portal(edited(t, manualFile, "fees:\n- {name: ภาษี, kind: fixed, min: \"1,234.50\"}\n", "")))
	if len(problems) != 1 || problems[0].Severity != fault.Incomplete || problems[0].What.EN != "fees is not filled in" {
		t.Errorf("got %v, want fees incomplete", problems)
	}
}

func TestByteOrderMarksAndWindowsLineEndsAreRead(t *testing.T) {
	changes := map[string]string{
		manualFile: "\ufeff" + strings.ReplaceAll(small[manualFile], "\n", "\r\n"),
		agencyFile: "\ufeff" + strings.ReplaceAll(small[agencyFile], "\n", "\r\n"),
	}
	p, problems := mustRead(t, portal(changes))
	if len(problems) > 0 {
		t.Fatalf("got %v, want no problem", problems)
	}
	if a, _ := p.Agency("dlt"); a.Name.EN != "Department of Land Transport" {
		t.Errorf("got name %q", a.Name.EN)
	}
}

func TestAnUnquotedTelephoneNumberKeepsItsZero(t *testing.T) {
	p, problems := mustRead(t, portal(edited(t, pointFile, "02 000 0000", "020000000")))
	if len(problems) > 0 || p.Points[0].Contact.Phones[0] != "020000000" {
		t.Errorf("got %q, %v", p.Points[0].Contact.Phones, problems)
	}
}

func FuzzManual(f *testing.F) {
	f.Add([]byte(small[manualFile]))
	f.Add([]byte("---\nid: a\n---\n"))
	f.Add([]byte("---\na: &x [*x]\n---"))
	f.Fuzz(func(t *testing.T, src []byte) {
		value, problems := File{Path: manualFile, Kind: ManualFile, Name: "dlt-7f3k5q", Owner: "dlt"}.Decode(src)
		if m := value.(*catalog.Manual); len(problems) == 0 && m.Title.TH == "" {
			t.Errorf("a manual without a title was read without a problem")
		}
		for _, p := range problems {
			if p.What.TH == "" || p.What.EN == "" {
				t.Errorf("%q is not told in both languages", p)
			}
		}
	})
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte(small[pointFile]))
	f.Add([]byte("a: {b: [c, {d: e}]}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, kind := range []Kind{SiteFile, CatalogFile, SynonymsFile, HolidaysFile, SurveyFile, AgencyFile, PointFile, ProcessFile} {
			File{Path: "x.yaml", Kind: kind, Name: "x"}.Decode(src)
		}
	})
}

func TestAValueSharesNothingWithTheFileThatItWasReadFrom(t *testing.T) {
	src := []byte("---\nid: dlt-aaaaaa\ntitle: ใบอนุญาต\n---\n\nเงื่อนไข\n")
	value, _ := File{Path: "agencies/dlt/manuals/dlt-aaaaaa/manual.md", Kind: ManualFile, Name: "dlt-aaaaaa", Owner: "dlt"}.Decode(src)
	for i := range src {
		src[i] = 'x'
	}
	m := value.(*catalog.Manual)
	if m.ID != "dlt-aaaaaa" || m.Title.TH != "ใบอนุญาต" || m.Body.Markdown != "\nเงื่อนไข\n" {
		t.Errorf("got %q, %q, %q", m.ID, m.Title.TH, m.Body.Markdown)
	}
}
