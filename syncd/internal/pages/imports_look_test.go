package pages

import (
	"strings"

	"khumue/internal/transfer"
	"khumue/syncd/internal/intake"
)

// importScenes are the pages where data is brought in, and what was imported is
// confirmed.
var importScenes = []scene{
	{"import", "/import", "dga"}, {"import-central", "/import", "central"}, {"import-send", "/import?unit=dlt&kind=manual", "dga"}, {"import-choices", "/import?unit=%E0%B8%81%E0%B8%A3%E0%B8%A1&kind=manual", "dga"},
	{"table-ready", "{tableready}", "dga"}, {"table-all", "{tableready}?view=all", "dga"}, {"table-failed", "{tablefailed}", "dga"}, {"table-done", "{tabledone}", "dga"},
	{"imported", "/imported", "writer"}, {"imported-looking", "/imported", "opdc"}, {"imported-none", "/imported?q=none", "writer"},
}

// fillImports has tables sent in: one to confirm, one that can not be read, and
// one that is published.
func (s *stage) fillImports() []string {
	s.t.Helper()
	dga := s.by(s.people["dga"])
	send := func(name, table string) intake.Task {
		t, err := s.imports.Open(s.t.Context(), dga, intake.Order{Agency: "dlt", Kind: transfer.Manuals, Mapping: "generic-manuals", Name: name}, strings.NewReader(table))
		s.must(err)
		t, err = s.imports.Wait(s.t.Context(), dga, t.ID)
		s.must(err)
		return t
	}
	done := send("คู่มือกรมการขนส่งทางบก ปี 2569 (ส่งออกจากระบบเดิม).csv", sheetOf(goodRow, nextRow))
	_, err := s.imports.Confirm(dga, done.ID)
	s.must(err)
	_, err = s.imports.Wait(s.t.Context(), dga, done.ID)
	s.must(err)
	s.must(s.manuals.Follow(s.t.Context()))
	rows := []string{goodRow, wrongRow, strings.Replace(nextRow, "ตัวอย่าง", "และเปลี่ยนประเภทการจดทะเบียนรถยนต์ รถจักรยานยนต์ และรถพ่วงที่จดทะเบียนไว้ต่างจังหวัด", 1),
		"90005,doh,การขอของกรมอื่น,0.0,2026-10-01,ไม่มี", "90006,dlt,\"<b>ชื่อที่มี HTML</b>\",0.0,31/2/2569,ไม่มี", "90007,dlt,การขอใหม่,0.0,1 ต.ค. 2569,ไม่มี"}
	return []string{"{tableready}", tableURL(send("คู่มือ.csv", sheetOf(rows...)).ID), "{tablefailed}", tableURL(send("คู่มือ.xlsx", "%PDF-1.7").ID), "{tabledone}", tableURL(done.ID)}
}
