package main

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"khumue/internal/testkit"
)

// waitsHere is how many answers wait on the device.
const waitsHere = `await new Promise((done) => {
	const open = indexedDB.open("khumue-survey");
	open.onsuccess = () => {
		const all = open.result.transaction(["waiting"]).objectStore("waiting").count();
		all.onsuccess = () => { open.result.close(); done(all.result); };
	};
})`

// heldAt stops the page's thread at a moment of its writing, until the server has
// answered a request that it never answers.
func heldAt(moment string) string {
	return fmt.Sprintf(`{
		const at = %q;
		const hold = () => { const r = new XMLHttpRequest(); r.open("POST", "/held", false); r.send(); };
		const begin = IDBDatabase.prototype.transaction;
		IDBDatabase.prototype.transaction = function (...of) {
			const t = begin.apply(this, of);
			t.addEventListener("complete", () => { if (at === "after " + t.writes) hold(); });
			return t;
		};
		for (const write of ["add", "delete"]) {
			const act = IDBObjectStore.prototype[write];
			IDBObjectStore.prototype[write] = function (...of) {
				const request = act.apply(this, of);
				if (this.name !== "waiting") return request;
				this.transaction.writes = write;
				if (at === "within " + write) hold();
				return request;
			};
		}
		const send = WebSocket.prototype.send;
		WebSocket.prototype.send = function (...of) { send.apply(this, of); if (at === "sending") hold(); };
	}`, moment)
}

// F7: the browser is killed between two of its writes. What was kept is in the
// centre once after it was started again; what was not, nobody was thanked for.
func TestABrowserKilledBetweenItsWritesCountsOnce(t *testing.T) {
	data, folder := t.TempDir(), t.TempDir()
	d := startDemo(t, "--data", data)
	held := make(chan struct{})
	server := d.front(t, func(r *http.Request) {
		if r.URL.Path == "/held" {
			held <- struct{}{}
			<-r.Context().Done()
		}
	})
	start := func() (*testkit.Browser, *testkit.Tab) {
		b := &testkit.Browser{Folder: folder}
		tab := b.Open(t, server, phone)
		tab.Allow("ERR_", "WebSocket")
		comes(tab, surveyOf)
		return b, tab
	}
	now, tab := start()
	defer func() { now.Close() }()
	rows := 0
	for _, moment := range []struct {
		at   string
		kept bool
	}{
		{"within add", false},   // the finished answer is being written
		{"after add", true},     // it is on the device; the form still shows it
		{"sending", true},       // it is on its way
		{"within delete", true}, // it was acknowledged, and is being removed from the queue
		{"after delete", true},  // it is removed
	} {
		tab.View(testkit.View{Width: phone.Width, Height: phone.Height, Before: heldAt(moment.at)})
		tab.Reload()
		tab.Until(asking)
		for tab.Text(asking) != "q1" {
			tab.Click("[data-skip]")
		}
		tab.Click(`.ask.now .ask-option:has([value="4"])`)
		tab.Until(asking + ` === "q2"`)
		tab.Until(`(setTimeout(() => document.querySelector("[data-finish]").click()), true)`)
		late, cancel := context.WithTimeout(t.Context(), time.Minute)
		select {
		case <-held:
			cancel()
		case <-late.Done():
			t.Fatalf("%s: the page never came to it", moment.at)
		}
		now.Kill(t)
		now, tab = start()
		tab.Until(waitsHere + ` === 0`)
		if moment.kept {
			rows++
		}
		if got, _ := taken(t, data); len(got) != rows {
			t.Fatalf("killed %s: %d rows, want %d", moment.at, len(got), rows)
		}
	}
}
