package main

import (
	"testing"
	"time"

	"khumue/internal/testkit"
)

// An agency without manuals under the Act comes to work, and publishes another
// service: the public site shows it.
func TestAnAgencyWithoutManualsPublishesAnotherService(t *testing.T) {
	d := startDemo(t)
	dga := d.open(t, "service-dga", testkit.View{})
	dga.signIn("dga")
	token := dga.issue("ect", "central")

	officer := d.open(t, "service-officer", testkit.View{Width: 360, Height: 740})
	officer.signIn("new-1")
	officer.redeem(token)
	officer.Until(`document.querySelector('.menu-side a[href="/structure"]')`)
	officer.Go("/structure?unit=ect")
	officer.look("agency")
	officer.Click(`a[href="/services?unit=ect"]`)
	officer.Until(`location.pathname == "/services" && document.readyState == "complete"`)
	officer.look("services")
	officer.Click(`a[href="/services/new?unit=ect"]`)
	officer.Until(`location.pathname == "/services/new" && document.querySelector("html[data-js]")`)
	officer.look("form")
	officer.Type(`[id="title.th"]`, "ตรวจสอบรายชื่อผู้มีสิทธิเลือกตั้งที่สำนักงาน")
	officer.Until(`(document.querySelector('input[name=categories][value=civil-registration]').checked = true)`)
	officer.Type(`#body`, "นำบัตรประจำตัวประชาชนมาแสดง เจ้าหน้าที่ตรวจให้ทันที")
	officer.Click(`button[value="add:channels"]`)
	officer.Until(`document.querySelector('[id="channels.0.name.th"]')`)
	officer.Type(`[id="channels.0.name.th"]`, "เคาน์เตอร์ชั้น 1")
	officer.look("filled")
	began := time.Now()
	officer.Click(`.thing-do button[value=save]`)
	officer.Until(`/^\/services\/ect-[a-z2-7]{6}\/edit$/.test(location.pathname) && document.readyState == "complete"`)
	officer.look("published")
	id := officer.Text(`location.pathname.split("/")[2]`)

	public := browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{Width: 360, Height: 740})
	public.Allow("Failed to load resource") // until the build that has it is live
	for {
		public.Go("/service/" + id + "/")
		if public.Text(`document.querySelector("h1").textContent.includes("ตรวจสอบรายชื่อผู้มีสิทธิเลือกตั้งที่สำนักงาน")`) == "true" {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("the public site does not show the service")
		}
		public.Until(`new Promise((done) => setTimeout(() => done(true), 200))`)
	}
	t.Logf("live %v after the click", time.Since(began).Round(time.Millisecond))
	public.Until(`document.querySelector("main").textContent.includes("เคาน์เตอร์ชั้น 1")`)
}
