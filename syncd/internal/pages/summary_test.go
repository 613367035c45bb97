package pages

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/summary"
)

var summaryScenes = []scene{
	{"summary-country", "/summary?period=y2569", "opdc"}, {"summary", "/summary?period=y2569", "central"}, {"summary-point", "/summary?period=2026-10&point=dlt-area5", "point"},
	{"summary-none", "/summary?unit=moph", "opdc"}, {"summary-wrong", "/summary?unit=nothing", "opdc"},
}

// summed tells what is reported on, by the content of the tests.
type summed struct {
	licensed
	desk *licences.Desk
}

func (s summed) Posts(ctx context.Context) ([]licences.Named, error) { return s.desk.Posts(ctx) }

func (s summed) Categories(ids ...catalog.ProcessID) (map[catalog.ProcessID][]catalog.Slug, error) {
	return s.direct.Categories(ids...)
}

func (s summed) Serves(code catalog.PointCode) ([]catalog.ManualID, error) {
	list, err := s.direct.Points(immediate.PointFilter{})
	for _, p := range list {
		if p.Code == code {
			return p.Manuals, err
		}
	}
	return nil, err
}

func (s summed) Labels() ([]catalog.Label, error) {
	frame, err := s.manuals.Frame()
	if err != nil {
		return nil, err
	}
	return frame.Labels.Categories, nil
}

func (o *office) summaries(d *licences.Desk, now func() time.Time) *summary.Desk {
	return &summary.Desk{Store: o.store.sums, Structure: o.state, Places: summed{licensed{o}, d}, Now: now, Log: o.logger()}
}

// reports keeps reports of October as they would have been handed in.
func (o *office) reportsOfOctober() (points []catalog.PointCode) {
	o.t.Helper()
	list, err := o.direct.Points(immediate.PointFilter{Agency: "dlt"})
	o.must(err)
	o.must(o.store.returns.Write(o.t.Context(), func(r licences.Records) error {
		points = points[:0]
		for i, p := range list[:min(len(list), 6)] {
			e := licence.Entry{Figures: licence.Figures{Received: 1000 + i, ApprovedOn: 900, ApprovedLate: 50, RejectedOn: 10, RejectedLate: 5, PendingInTime: 30 + i, PendingLate: 5, Letters: 5}}
			report := licence.Report{Key: licence.Key{Point: p.Code, Process: renewing, Month: october}, Edition: 1, Filed: licence.Filing{Entry: e, Version: 1, At: o.at, By: "o-aaaaaaaaaaaaaaaa", Cause: licence.First}}
			if err := r.PutReport("dlt", report); err != nil {
				return err
			}
			points = append(points, p.Code)
		}
		return nil
	}))
	return points
}

func TestTheSummaryIsForWhoMaySeeIt(t *testing.T) {
	o := openStructure(t)
	points := o.reportsOfOctober()
	at := "&point=" + string(points[0])
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	point := o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", points[0]))
	author := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	reviewer := o.hire("ผู้รีวิว", grant(catalog.RoleReviewer, "dlt"))
	other := o.hire("อื่น", grant(catalog.RoleCentral, "doh"))
	opdc := o.hire("กพร", grant(catalog.RoleOPDC, ""))
	for _, test := range []struct {
		name   string
		who    *officer
		at     string
		status int
		want   []string
		not    string
	}{
		{"OPDC sees the country first", opdc, "?period=2026-10", http.StatusOK, []string{"ทั้งประเทศ", "6,015", "กระทรวงคมนาคม", "94.3%", "สิ้นเดือนตุลาคม 2569", "เผยแพร่อยู่"}, ""},
		{"OPDC goes down to a ministry", opdc, "?period=2026-10&unit=mot", http.StatusOK, []string{"กรมการขนส่งทางบก", "6,015"}, ""},
		{"OPDC sees a process", opdc, "?period=y2570&process=" + string(renewing), http.StatusOK, []string{"6,015"}, "ความพึงพอใจโดยรวม"},
		{"another process has none", opdc, "?period=y2570&process=" + string(temporary), http.StatusOK, []string{"ใบอนุญาต"}, "6,015"},
		{"central sees its agency first", central, "?period=2026-10", http.StatusOK, []string{"กรมการขนส่งทางบก", "6,015"}, "ทั้งประเทศ ตุลาคม"},
		{"central is told who has not reported", central, "?period=2026-10", http.StatusOK, []string{"ยังรายงานเดือนตุลาคม 2569 ไม่ครบ 11 จุดบริการ", "และอีก 6 แห่ง"}, ""},
		{"of a process it is a link", central, "?period=2026-10&process=" + string(renewing), http.StatusOK, []string{"ดูว่าใครยังไม่รายงาน"}, "และอีก 6 แห่ง"},
		{"central sees a point of it", central, "?period=2026-10" + at, http.StatusOK, []string{"1,000"}, "6,015"},
		{"central does not see the ministry", central, "?unit=mot", http.StatusOK, []string{"ไม่พบหน่วยงานชื่อนี้"}, "6,015"},
		{"central does not see another agency's point", other, "?period=2026-10" + at, http.StatusForbidden, nil, "1,000"},
		{"another agency sees none of it", other, "?period=2026-10", http.StatusOK, []string{"กรมทางหลวง"}, "6,015"},
		{"a point sees itself first", point, "?period=2026-10", http.StatusOK, []string{"1,000"}, "6,015"},
		{"a point sees its unlocks, and the manuals that it serves", point, "?period=2026-10", http.StatusOK, []string{"การขอปลดล็อกในช่วงนี้", "คู่มือประชาชนที่จุดบริการนี้ใช้ขณะนี้"}, "คู่มือประชาชนขณะนี้"},
		{"a point does not see another", point, "?period=2026-10&point=" + string(points[1]), http.StatusForbidden, nil, "1,001"},
		{"a point does not see its agency", point, "?period=2026-10&unit=dlt", http.StatusForbidden, nil, "6,015"},
		{"an author sees none", author, "?period=2026-10", http.StatusForbidden, nil, "6,015"},
		{"a reviewer sees none", reviewer, "?period=2026-10" + at, http.StatusForbidden, nil, "1,000"},
		{"a point that is not there is a refusal", opdc, "?point=no-such", http.StatusForbidden, nil, ""},
		{"what is no period is this year", opdc, "?period=%27%3B--&process=x&category=%00", http.StatusOK, []string{"ปีงบประมาณ"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := o.get(test.who, "/summary"+test.at)
			a.want(t, test.status, test.want...)
			if test.not != "" {
				a.wantNot(t, test.not)
			}
		})
	}
}

func TestAPersonSavesViews(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	other := o.hire("อื่น", grant(catalog.RoleCentral, "dlt"))
	const at = "/summary/views?period=2026-10&process=dlt-u3iddp&evil=1"
	o.post(central, at, "name", "ต่อใบขับขี่", "monthly", "1").wantLed(t, "/summary?period=2026-10&process=dlt-u3iddp&evil=1")
	page := o.get(central, "/summary")
	page.want(t, http.StatusOK, "ต่อใบขับขี่", "แจ้งทุกเดือน", "มุมมองที่บันทึกไว้ (1)")
	if !page.links("/summary?period=2026-10&process=dlt-u3iddp") {
		t.Error("the view does not lead to its filters")
	}
	o.get(other, "/summary").want(t, http.StatusOK, "มุมมองที่บันทึกไว้ (0)")
	o.post(other, "/summary/views/drop", "view", "ต่อใบขับขี่").wantLed(t, "/summary")
	o.get(central, "/summary").want(t, http.StatusOK, "ต่อใบขับขี่")

	o.post(central, at, "name", " ").want(t, http.StatusBadRequest, "ตั้งชื่อมุมมอง")
	long := o.post(central, at, "name", strings.Repeat("ก", 81))
	long.want(t, http.StatusBadRequest, "ตั้งชื่อมุมมอง")
	if long.input("name") != strings.Repeat("ก", 81) || !long.links("/summary.xlsx?period=2026-10&process=dlt-u3iddp&evil=1") {
		t.Errorf("what was typed, %q, or where it was, is lost", long.input("name"))
	}
	for n := range summary.MostViews - 1 {
		o.post(central, "/summary/views?", "name", fmt.Sprint("ที่ ", n), "monthly", "1").wantLed(t, "/summary?")
	}
	o.post(central, "/summary/views?", "name", "อีกมุมมอง").want(t, http.StatusBadRequest, "ลบมุมมองที่ไม่ใช้")
	list, err := o.pages.Summary.MonthlyViews(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != fmt.Sprint("ที่ ", summary.MostViews-2) {
		t.Errorf("%v: more than the last is sent: %v", err, list)
	}
	o.post(central, "/summary/views/drop", "view", "ต่อใบขับขี่").wantLed(t, "/summary")
	o.get(central, "/summary").want(t, http.StatusOK, fmt.Sprintf("มุมมองที่บันทึกไว้ (%d)", summary.MostViews-1))
}
