package pages

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/manuals"
)

// readingScenes are the pages on which manuals are read and judged.
var readingScenes = []scene{
	{"home-reviewer", "/", "reviewer"}, {"home-writer", "/", "writer"},
	{"manuals", "/manuals", "opdc"}, {"manuals-none", "/manuals?q=none", "opdc"}, {"manuals-review", "/manuals?status=review", "writer"},
	{"queue", "/queue", "reviewer"}, {"queue-opdc", "/queue", "opdc"}, {"queue-none", "/queue?q=none", "opdc"}, {"drafts", "/drafts", "writer"}, {"drafts-none", "/drafts", "author"},
	{"emergencies", "/emergencies", "writer"}, {"folio", "/manuals/dlt-xgveak", "writer"}, {"folio-new", "{new}", "writer"},
	{"revision", "{review}", "reviewer"}, {"revision-writer", "{review}", "writer"}, {"revision-opdc", "{endorsed}", "opdc"}, {"revision-returned", "{returned}", "writer"},
	{"revision-new", "{newdraft}", "writer"}, {"revision-behind", "{behind}", "writer"}, {"revision-past", "{past}", "reviewer"}, {"revision-withdrawal", "{withdrawal}", "reviewer"},
	{"recall", "{review}/recall", "writer"}, {"give-up", "{returned}/give-up", "writer"}, {"beside", "{beside}", "reviewer"},
	{"live", "{live}", "opdc"}, {"live-waiting", "{waiting}", "opdc"}, {"live-failed", "{failed}", "opdc"},
	{"revision-forbidden", "{review}", "author"},
}

// Which pictures are taken; all unless said otherwise.
var (
	onlyScene = flag.String("scene", "", "beginning of the names of the pages to picture")
	onlyView  = flag.String("view", "", "beginning of language, colours and width, as th-light-360")
)

// fillManuals has some manuals on their way: changed in every way, returned,
// awaiting both stages, published in an emergency, in conflict.
func (s *stage) fillManuals() []string {
	b := s.bureau()
	s.people["writer"], s.people["reviewer"], s.people["opdc"] = b.author, b.reviewer, b.opdc
	s.at = s.at.Add(-20 * 24 * time.Hour)
	out := []string{}
	put := func(name, address string) { out = append(out, "{"+name+"}", address) }
	published := s.publish(b.opdc, s.endorse(b.reviewer, s.submit(b.author, s.draft(b.author, vehicleTax, raiseFee).Ref)))
	put("past", numberURL(vehicleTax, published.Number))
	s.at = s.at.Add(24 * time.Hour)

	// Awaits stage 1, changed in every way, late and talked about.
	in := s.submit(b.author, s.draft(b.author, vehicleTax, changeMuch).Ref)
	put("review", revisionURL(in.Ref))
	s.at = s.at.Add(8 * 24 * time.Hour)
	s.say(b.reviewer, in, "fees", "ค่าธรรมเนียมใหม่อ้างกฎกระทรวงฉบับใด")
	s.say(b.author, in, "fees", "กฎกระทรวงกำหนดค่าธรรมเนียม พ.ศ. 2568 ข้อ 3\nแนบเลขที่ราชกิจจานุเบกษาไว้ในหมายเหตุแล้ว")

	// Awaits stage 2, and another one beside it.
	end := s.endorse(b.reviewer, s.submit(b.second, s.draft(b.second, plates, func(m *catalog.Manual) {
		m.Title.TH += " (ยื่นคำขอล่วงหน้าผ่านระบบจองคิวและรับแผ่นป้ายที่สำนักงานขนส่งจังหวัดที่รถจดทะเบียนไว้หรือสำนักงานสาขา)"
		m.Documents.Value = m.Documents.Value[1:]
	}).Ref))
	put("endorsed", revisionURL(end.Ref))
	other := s.draft(b.author, plates, func(m *catalog.Manual) {
		m.Remarks.TH = "โทรสอบถามก่อนเดินทางได้ที่ 1584"
	})
	put("beside", manualURL(plates)+"/compare?a="+standWord(end.Ref)+"&b="+standWord(other.Ref))

	// Came back.
	back := s.submit(b.author, s.draft(b.author, "dlt-p6buqz", raiseFee).Ref)
	s.at = s.at.Add(26 * time.Hour)
	o, err := s.manuals.Return(s.t.Context(), s.by(b.reviewer), back.Ref, "ค่าธรรมเนียมต้องเป็นไปตามกฎกระทรวง\nตรวจระยะเวลาของขั้นตอนที่ 2 ด้วย", []string{"fees", "step_sets"})
	s.must(err)
	put("returned", revisionURL(o.Ref))

	// New, with most of it missing.
	fresh, err := s.manuals.Begin(s.t.Context(), s.by(b.author), "dlt", catalog.Text{TH: "การขอใช้รถยนต์ไฟฟ้าสาธารณะในเขตทดลอง"})
	s.must(err)
	put("newdraft", revisionURL(fresh.Ref))
	put("new", manualURL(fresh.Manual))

	// Two that change the same: one is published in an emergency.
	behind := s.draft(b.author, "dlt-plfczn", func(m *catalog.Manual) {
		m.Title.TH += " ทุกสาขา"
		m.Remarks.TH = "จองคิวก่อนมา"
	})
	hurry := s.draft(b.second, "dlt-plfczn", func(m *catalog.Manual) {
		m.Title.TH += " เฉพาะสำนักงานใหญ่"
		m.Remarks.TH = "ไม่ต้องจองคิว"
	})
	_, err = s.manuals.Hasten(s.t.Context(), s.by(b.opdc), hurry.Ref, hurry.Tree, "ประชาชนถูกเรียกเก็บเงินเกินเพราะข้อมูลที่เผยแพร่อยู่ผิด")
	s.must(err)
	put("behind", revisionURL(behind.Ref))

	// A withdrawal.
	w := catalog.Withdrawal{On: calendar.NewDate(2026, 12, 1), Reason: catalog.Text{TH: "รวมกับคู่มือการชำระภาษีรถประจำปี"}, Successor: vehicleTax}
	gone, err := s.manuals.Withdraw(s.t.Context(), s.by(b.author), "dlt-qfgdkd", w, false)
	s.must(err)
	put("withdrawal", revisionURL(s.submit(b.author, gone.Ref).Ref))

	// On their way to the site.
	live := func(name string, id catalog.ManualID) {
		p := s.publish(b.opdc, s.endorse(b.reviewer, s.submit(b.author, s.draft(b.author, id, raiseFee).Ref)))
		put(name, numberURL(id, p.Number)+"/live?commit="+p.Commit.String())
	}
	live("live", "dlt-rq3ez5")
	s.builds.failed = errors.New("agencies/mot/dlt/manuals/dlt-u3iddl/manual.md:12: the page can not be built")
	live("failed", "dlt-u3iddl")
	s.builds.failed, s.builds.held = nil, make(chan struct{})
	live("waiting", "dlt-rq3ez5")
	s.manuals.Here(s.by(b.second), in.Ref, false)
	s.manuals.Here(s.by(b.second), o.Ref, true)
	return out
}

func (s *stage) say(p *officer, o manuals.Open, field, text string) {
	s.t.Helper()
	s.at = s.at.Add(10 * time.Minute)
	_, err := s.manuals.Comment(s.t.Context(), s.by(p), o.Ref, field, text)
	s.must(err)
}

// raiseFee makes the first fee dearer, or the remarks longer where there is none.
func raiseFee(m *catalog.Manual) {
	m.Remarks.TH = strings.TrimSpace(m.Remarks.TH + "\nตรวจสอบอัตราล่าสุดก่อนเดินทาง")
	if i := slices.IndexFunc(m.Fees.Value, func(f catalog.Fee) bool { return f.Kind == catalog.FeeFixed }); i >= 0 {
		m.Fees.Value[i].Min += 10000
	}
}

// changeMuch changes a manual in every way that a reviewer may meet.
func changeMuch(m *catalog.Manual) {
	raiseFee(m)
	steps := m.StepSets[0].Steps
	steps[0], steps[len(steps)-1] = steps[len(steps)-1], steps[0]
	m.Documents.Value = m.Documents.Value[:len(m.Documents.Value)-1]
	m.Channels = append(m.Channels, catalog.Channel{Kind: "email", Name: catalog.Text{TH: "ไปรษณีย์อิเล็กทรอนิกส์กลางของกรม"}, Email: "tax@example.go.th", Hours: catalog.Hours{Always: true}})
	m.CommonNames.Value = append(m.CommonNames.Value, "ต่อภาษีรถไฟฟ้า")
	m.Summary.TH += " รถยนต์ไฟฟ้าได้รับการลดภาษี"
	m.Body.Markdown = strings.Replace(m.Body.Markdown, "ต้อง", "จะต้อง", 2) + "\n\n## รถยนต์ไฟฟ้า\n\nรถยนต์ไฟฟ้าที่จดทะเบียนตั้งแต่วันที่ 1 มกราคม 2569 ได้รับการลดภาษีร้อยละ 80 เป็นเวลาหนึ่งปี นับแต่วันที่จดทะเบียน\n"
}

// clash opens the page of a conflict, as an author meets it.
func (s *stage) clash(tab *testkit.Tab, lang string) {
	s.show(tab, scene{path: "{behind}", as: "writer"}, lang)
	tab.Click(`form[action$="/refresh"] button`)
	tab.Until(`document.querySelector(".clash")`)
}

func TestAConflictIsSeenAndSolvedByEveryone(t *testing.T) {
	s := set(t)
	for _, lang := range []string{"th", "en"} {
		tab := browser.Open(t, s.server, testkit.View{Width: 360, Height: 780})
		tab.Allow(refusals)
		s.clash(tab, lang)
		for _, v := range tab.Axe() {
			t.Errorf("%s: %v", lang, v)
		}
	}
}

func TestARevisionIsJudgedWithoutScriptsAndByKeyboard(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{NoScript: true})
	tab.Allow(refusals, "frame-ancestors")
	s.show(tab, scene{path: "{review}", as: "reviewer"}, "th")
	tab.Click(".judge-other summary")
	tab.Click(`[name=field][value=fees]`)
	tab.Type("#reason", "แก้ค่าธรรมเนียม")
	tab.Click(`form[action$="/return"] button`)
	tab.Until(`document.querySelector(".flash")?.textContent.includes("ส่งกลับแก้ไขแล้ว")`)

	s.show(tab, scene{path: "{endorsed}", as: "opdc"}, "th")
	tab.Click(`form[action$="/approve"] button`)
	tab.Until(`document.querySelectorAll(".problems a").length === 6`)
	for _, q := range questions[1:] {
		tab.Click(`[name="check.` + q + `"]`)
	}
	tab.Type(`[name="note.time"]`, "ตามประกาศ")
	tab.Press(testkit.Enter)
	tab.Until(`document.querySelector("#going")`)
}

func TestAnOpenPageFollowsAPublicationAndSeesWhoReads(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{})
	s.show(tab, scene{path: "{waiting}", as: "opdc"}, "th")
	tab.Until(`document.querySelector(".going-merged")`)
	close(s.builds.held)
	tab.Until(`document.querySelector(".going-live") && document.title.includes("ประชาชนเห็นแล้ว")`)

	other := tab.Beside(testkit.View{})
	s.show(other, scene{path: "{endorsed}", as: "opdc"}, "th")
	other.Until(`document.querySelector(".present").hidden`)
	s.show(tab, scene{path: "{endorsed}", as: "reviewer"}, "th")
	tab.Until(`document.querySelector(".present li")?.textContent.includes("ปกรณ์ วัฒนกุล กำลังอ่านฉบับนี้")`)
}

func TestReadingPictures(t *testing.T) {
	if *screenshots == "" {
		return
	}
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{})
	tab.Allow(refusals)
	for _, v := range []struct {
		lang, scheme string
		width        int64
	}{{"th", "light", 1280}, {"th", "light", 360}, {"en", "light", 1280}, {"th", "dark", 360}, {"th", "dark", 1280}, {"en", "dark", 360}, {"th", "contrast", 360}, {"th", "light", 768}} {
		if !strings.HasPrefix(fmt.Sprintf("%s-%s-%d", v.lang, v.scheme, v.width), *onlyView) {
			continue
		}
		tab.View(testkit.View{Width: v.width, Height: 800, Scheme: v.scheme})
		for _, c := range append(readingScenes, scene{"conflicts", "", ""}) {
			if !strings.HasPrefix(c.name, *onlyScene) {
				continue
			}
			if c.path == "" {
				s.clash(tab, v.lang)
			} else {
				s.show(tab, c, v.lang)
			}
			if c.name == "revision" {
				tab.Text(`(document.querySelector(".frames").open = true, document.querySelector(".frames").scrollIntoView())`)
				tab.Until(`document.querySelector(".frames iframe").contentDocument?.readyState === "complete" && document.querySelector(".frames iframe").contentDocument.querySelector("h1")`)
			}
			name := fmt.Sprintf("%s-%s-%s-%d.png", c.name, v.lang, v.scheme, v.width)
			if err := os.WriteFile(filepath.Join(*screenshots, name), tab.Picture(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
