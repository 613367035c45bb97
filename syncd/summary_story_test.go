package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/testkit"
	"khumue/internal/xlsx"
)

// summed is what the summary that is open says of all, by the names of figures, and
// of the sample point, by the headings of its row.
func (v *visitor) summed(period string) (all, point map[string]int) {
	v.t.Helper()
	v.Go("/summary?period=" + period)
	v.Until(`document.querySelector(".report-figures")`)
	read := func(js string) map[string]int {
		out := map[string]int{}
		for _, pair := range testkit.Value[[][]string](v.Tab, js) {
			first, _, _ := strings.Cut(strings.ReplaceAll(pair[1], ",", ""), " ") // 3 of 5
			if n, err := strconv.Atoi(first); err == nil {
				out[pair[0]] = n
			}
		}
		return out
	}
	all = read(`[...document.querySelector(".report-figures").children].map((d) => [d.querySelector("dt").textContent.trim(), d.querySelector("strong").textContent.trim()])`)
	point = read(`[...[...document.querySelectorAll(".summary-rows tr")].find((r) => r.querySelector("a")?.href.includes("point=` + string(demoPoint) + `")).querySelectorAll("td")].map((d) => [d.dataset.label, d.textContent.trim()])`)
	return all, point
}

// A delay case with two letters, and a report that was unlocked, stand in the
// department's summary the same day, and its workbook has the same figures.
func TestTheDepartmentsSummaryShowsAReportAndItsLettersTheSameDay(t *testing.T) {
	d := startDemo(t, "--past")
	today := calendar.DateOf(time.Now())
	month := calendar.MonthOf(today).Add(-1 - gapAsked)
	central := d.open(t, "summary-central", testkit.View{Width: 1366, Height: 768})
	central.signIn("central")
	all, point := central.summed(month.ISO())
	central.Go("/licences/unlocks")
	central.Until(`document.querySelectorAll(".unlock input").length === 2`)
	central.Text(`document.querySelectorAll(".unlock input[type=checkbox]").forEach((c) => { c.checked = true })`)
	central.Click(`button[value=grant]`)
	central.Until(`document.querySelector(".flash")`)

	officer := d.open(t, "summary-officer", testkit.View{Width: 1366, Height: 768})
	officer.Allow("400")
	officer.signIn("point")
	officer.Go("/delays/new")
	filed := month.First().AddDays(2).Numeric("th")
	officer.fills("#manual", string(sampleLate), "#request", "คข. 9/2569", "#filed", filed, "#complete", filed, "#name", "ผู้ยื่นตัวอย่าง")
	officer.Click(`button[value=count]`)
	officer.Until(`document.querySelector("input[name=set]")`)
	officer.look("counted")
	officer.Click(`input[name=set]`)
	officer.Click(`button[value=open]`)
	officer.says("เลยกำหนดหนังสือฉบับที่ 1")
	officer.writesLetter("คค 0401/901", today.Sub(month.First().AddDays(11)))
	officer.writesLetter("คค 0401/902", today.Sub(month.First().AddDays(18)))
	officer.Click(`input[name=outcome][value=granted]`)
	officer.Click(`form[action$="/end"] .button`)
	officer.says("พิจารณาเสร็จแล้ว")
	officer.handsIn(month)

	nowAll, nowPoint := central.summed(month.ISO())
	central.look("after")
	for _, want := range []struct {
		name       string
		all, point int // more than before
	}{
		{"รับใหม่", 40, 40}, {"อนุมัติ", 39, 39}, {"ไม่อนุมัติ", 1, 1}, {"ล่าช้า", 0, 5}, {"หนังสือแจ้งล่าช้า", 2, 2}, {"ส่งแล้ว", 1, 1},
	} {
		if got := nowPoint[want.name] - point[want.name]; got != want.point {
			t.Errorf("of the point %s is %d more, want %d: %v", want.name, got, want.point, nowPoint)
		}
		if got := nowAll[want.name] - all[want.name]; got != want.all {
			t.Errorf("%s is %d more, want %d: %v", want.name, got, want.all, nowAll)
		}
	}
	file, err := base64.StdEncoding.DecodeString(testkit.Value[string](central.Tab, fmt.Sprintf(`fetch("/summary.xlsx?period=%s").then((r) => r.arrayBuffer()).then((b) => btoa(Array.from(new Uint8Array(b), (c) => String.fromCharCode(c)).join("")))`, month.ISO())))
	if err != nil {
		t.Fatal(err)
	}
	name := central.Text(`[...document.querySelectorAll(".summary-rows a")].find((a) => a.href.includes("point=` + string(demoPoint) + `")).textContent.trim()`)
	inBook(t, file, name, nowAll, nowPoint)
}

// handsIn hands the sample point's report of a month in that is unlocked: 40
// requests, five of them decided late, and two letters, which the register has, or
// more.
func (v *visitor) handsIn(month calendar.Month) {
	v.t.Helper()
	v.Go("/licences/points/" + string(demoPoint) + "?month=" + month.ISO())
	v.Until(`document.querySelector("input[value='dlt-qfgdkp']")`)
	row := v.Text(`document.querySelector("input[value='dlt-qfgdkp']").name.split(".")[0]`)
	carried, err := strconv.Atoi(v.Text(`document.getElementById("` + row + `.carried_in").value`))
	if err != nil {
		v.t.Fatal(err)
	}
	field := func(name string) string { return fmt.Sprintf("[id=%q]", row+"."+name) }
	v.fills(field("received"), "40", field("approved_on"), "35", field("approved_late"), "4", field("rejected_late"), "1", field("pending_in_time"), strconv.Itoa(carried), field("letters"), "2")
	v.look("report")
	v.Click(`.licence-bar button[value=file]`)
	v.Until(`document.querySelector(".flash") && document.querySelector("#row` + row[1:] + ` .standing-licence-locked")`)
	v.look("handed-in")
	_, told, doubted := strings.Cut(v.Text(`document.querySelector("#row`+row[1:]+`").textContent`), "แต่ในทะเบียนมี ")
	if n, _, _ := strings.Cut(told, " "); doubted && (n == "0" || n == "1") {
		v.t.Errorf("the register has %s letters", n)
	}
}

// inBook holds a workbook to what the page says.
func inBook(t *testing.T, file []byte, name string, all, point map[string]int) {
	t.Helper()
	book, err := xlsx.Open(bytes.NewReader(file), int64(len(file)), xlsx.Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheet := func(n int) (rows [][]string) {
		for row, err := range book.Rows(book.Sheets()[n]) {
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, slices.Clone(row.Cells))
		}
		return rows
	}
	found := 0
	for _, row := range sheet(0) {
		if len(row) < 2 {
			continue
		}
		if want, told := all[row[0]]; told {
			if found++; row[1] != strconv.Itoa(want) {
				t.Errorf("%s is %s in the book, and %d on the page", row[0], row[1], want)
			}
		}
	}
	rows := sheet(1)
	i := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 0 && row[0] == name })
	if i < 0 || found < 6 {
		t.Fatalf("%q is not in the book, or figures are not: %v", name, rows)
	}
	for column, heading := range rows[0] {
		if want, told := point[heading]; told && rows[i][column] != strconv.Itoa(want) {
			t.Errorf("%s of the point is %s in the book, and %d on the page", heading, rows[i][column], want)
		}
	}
}
