package main

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"khumue/internal/delay"
	"khumue/internal/licence"
	"khumue/internal/lookup"
	"khumue/internal/wire"
)

// What an office did: for each process and month two drafts and a report, some late
// requests with a letter that was sent, and its own page twice.
const (
	perReport = 3
	perCase   = 3
	cases     = 6
	edits     = 2
)

type object map[string]any

// log is what one office did, in its order.
type log struct {
	w   *world
	n   int
	ops []wire.Op
}

// did is all that an office did.
func (w *world) did(n int) (list []wire.Op, err error) {
	l := &log{w: w, n: n}
	for m := range months {
		for i, p := range processes {
			for part := range perReport {
				l.reports(p, m, i, part)
			}
		}
		if m%5 == 0 {
			err = l.late(m / 5)
		}
		if l.w.edits && m%15 == 7 {
			l.page(m / 15)
		}
		if err != nil {
			return nil, err
		}
	}
	return l.ops, nil
}

// add adds an operation.
func (l *log) add(kind, entity string, do any, secret []byte) {
	body, err := json.Marshal(object{"by": officerOf(l.n), "role": "point", "agency": agency, "point": pointOf(l.n), "at": time.Now().UTC().Format(time.RFC3339Nano), "do": do})
	if err != nil {
		panic(err) // of plain values
	}
	seq := int64(len(l.ops) + 1)
	l.ops = append(l.ops, wire.Op{ID: fmt.Sprintf("0192f0c1-7c7b-7002-%04x-%012x", 0x8000+l.n>>8, l.n&0xff<<16|int(seq)), Seq: seq, Kind: kind, Entity: entity, Body: body, Secret: secret})
}

// reports writes a report, and at last hands it in.
func (l *log) reports(process string, month, nth, part int) {
	const pending = 5
	came := 20 + (l.n+month*7+nth*3)%60 + part
	e := licence.Entry{Figures: licence.Figures{CarriedIn: pending, Received: came, ApprovedOn: came - 3, RejectedOn: 2, Withdrawn: 1, PendingInTime: pending}}
	l.add("licence.report", "reports:"+pointOf(l.n), object{"written": object{"Point": pointOf(l.n), "File": part == perReport-1, "Carry": "",
		"Changes": []object{{"Process": process, "Month": l.w.first.Add(month), "Entry": e, "Edition": 1 + part}}}}, nil)
}

// late opens a case, writes a letter, and sends it.
func (l *log) late(nth int) error {
	id := fmt.Sprintf("0192f0c1-7c7b-7003-8000-%06x%06x", l.n, nth)
	code, err := lookup.NewCode(rand.Reader)
	if err != nil {
		return err
	}
	text, err := json.Marshal(object{"person": object{"name": fmt.Sprintf("ผู้ยื่นตัวอย่าง คนที่ %d", nth), "contact": "ข้อมูลตัวอย่าง ไม่มีบุคคลนี้จริง"}, "code": code})
	if err != nil {
		return err
	}
	key, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(l.w.box)
	if err != nil {
		return err
	}
	secret, err := hpke.Seal(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("case "+id), text)
	if err != nil {
		return err
	}
	filed := l.w.today.AddDays(-120)
	l.add("delay.begin", "case:"+id, object{"verb": "delay.begin", "new": object{"ID": id, "Point": pointOf(l.n), "Manual": lateManual, "Request": fmt.Sprintf("ทดสอบ %d/%d", nth, filed.YearBE()),
		"Filed": filed, "Complete": filed}}, secret)
	command := func(version int) object { return object{"ID": id, "Version": version, "Key": fmt.Sprint(version)} }
	l.add("delay.letter", "case:"+id, object{"verb": "delay.letter", "command": command(1), "letter": delay.Letter{Number: fmt.Sprintf("ทด %04d", nth), Date: l.w.today, Reason: delay.Volume,
		Expected: l.w.today.AddDays(delay.LetterEvery), Text: "หนังสือตัวอย่าง", Signer: "นางสาวจันทร์ ตัวอย่าง", Position: "เจ้าหน้าที่จุดบริการ"}}, nil)
	l.add("delay.send", "case:"+id, object{"verb": "delay.send", "command": command(2), "seq": 1, "way": delay.Post, "sent": l.w.today, "copied": l.w.today}, nil)
	return nil
}

// lateManual is that of the late requests.
const lateManual = "dlt-xgveak"

// page changes the office's telephone on its page.
func (l *log) page(nth int) {
	phone := func(n int) string {
		if n < 0 {
			return "02 000 1005"
		}
		return fmt.Sprintf("02 000 %d%03d", 2+n, l.n%1000)
	}
	text := func(n int) string {
		return strings.Replace(l.w.points[l.n], phone(-1), phone(n), 1)
	}
	file := fileOf(l.n)
	l.add("content.edit", "file:"+file, object{"subject": "Edit point " + pointOf(l.n), "files": []object{{"path": file, "was": blob(text(nth - 1)), "now": object{"text": text(nth)}}}}, nil)
}
