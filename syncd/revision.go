package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/api"
)

// revisionCommand speaks to a back office for a person, as the pages do.
type revisionCommand struct {
	List    revisionList    `cmd:"" help:"ฉบับที่รอท่าน หรือร่างของท่าน · Revisions that wait for you, or your drafts."`
	Show    revisionShow    `cmd:"" help:"ฉบับหนึ่ง และสิ่งที่เปลี่ยน · One revision, and what it changes."`
	Submit  revisionSubmit  `cmd:"" help:"เสนอร่างเพื่ออนุมัติ · Ask for approval of a draft."`
	Recall  revisionRecall  `cmd:"" help:"ถอนคืนฉบับที่เสนอ · Take back what was submitted."`
	Approve revisionApprove `cmd:"" help:"อนุมัติข้อความที่อ่านแล้ว · Approve the text that was read."`
	Return  revisionReturn  `cmd:"" help:"ส่งกลับแก้ไขพร้อมเหตุผล · Send back, with a reason."`
}

// remote is the back office that is spoken to.
type remote struct {
	Server    string `required:"" env:"KHUMUE_SERVER" help:"ที่อยู่หลังบ้าน เช่น https://back-office.example · Address of the back office." placeholder:"URL"`
	TokenFile string `env:"KHUMUE_ACCESS_TOKEN_FILE" help:"ไฟล์ที่มีโทเคนเข้าใช้งาน; ไม่ระบุ: ตัวแปร KHUMUE_ACCESS_TOKEN · File of the access token; else the variable KHUMUE_ACCESS_TOKEN." placeholder:"FILE" type:"path"`
	JSON      bool   `name:"json" help:"ตอบเป็น JSON · Answer in JSON."`
}

// oneRevision names a revision.
type oneRevision struct {
	remote
	Revision string `arg:"" help:"รหัสคู่มือ/เลขฉบับ หรือ รหัสคู่มือ/ร่าง เช่น dlt-xgveak/3 · MANUAL/NUMBER, or MANUAL/DRAFT."`
}

type revisionList struct {
	remote
	Mine   bool   `help:"ร่างของท่าน · Your drafts."`
	Agency string `help:"เฉพาะหน่วยงานนี้และที่อยู่ใต้ · This agency and those below alone." placeholder:"CODE"`
	Text   string `help:"คำในชื่อ · Words of the title."`
}

type revisionShow struct{ oneRevision }

type revisionSubmit struct{ oneRevision }

type revisionRecall struct{ oneRevision }

type revisionApprove struct {
	oneRevision
	Tree string `required:"" help:"ข้อความที่อ่าน ตามที่ show บอก · The text that was read, as show tells it."`
	Wait bool   `help:"รอจนเผยแพร่บนเว็บไซต์ · Wait until it is live."`
}

type revisionReturn struct {
	oneRevision
	Reason string   `required:"" help:"ต้องแก้อะไร · What is to be mended."`
	Field  []string `help:"ช่องที่เกี่ยวข้อง เช่น fees.0.min · Fields that it is about."`
}

// Run lists a queue.
func (c *revisionList) Run(ctx context.Context, s streams) error {
	q := url.Values{"queue": {"judge"}}
	if c.Mine {
		q.Set("queue", "mine")
	}
	if c.Agency != "" {
		q.Set("agency", c.Agency)
	}
	if c.Text != "" {
		q.Set("text", c.Text)
	}
	var all []api.Revision
	for {
		q.Set("offset", strconv.Itoa(len(all)))
		var page api.List
		if err := c.ask(ctx, s, http.MethodGet, "revisions?"+q.Encode(), nil, &page); err != nil {
			return err
		}
		if all = append(all, page.Revisions...); len(page.Revisions) == 0 || len(all) >= page.All {
			break
		}
	}
	if c.JSON {
		return printJSON(s.out, all)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, r := range all {
		due := ""
		if r.Due != nil {
			due = "due " + r.Due.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", address(r), r.State, due, r.Title.TH)
	}
	return w.Flush()
}

// address is how a command names a revision.
func address(r api.Revision) string {
	if r.Number > 0 {
		return r.Manual + "/" + strconv.Itoa(r.Number)
	}
	return r.Manual + "/" + r.Key
}

// Run shows a revision.
func (c *revisionShow) Run(ctx context.Context, s streams) error {
	var sheet api.Sheet
	if err := c.step(ctx, s, http.MethodGet, "", nil, &sheet); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, sheet)
	}
	fmt.Fprintf(s.out, "%s  %s  %s\ntree %s\ncommit %s\nwritten by %s\n", address(sheet.Revision), sheet.State, sheet.Title.TH, sheet.Tree, sheet.Commit, strings.Join(sheet.Contributors, " "))
	if b := sheet.Returned; b != nil {
		fmt.Fprintf(s.out, "ส่งกลับ · returned: %s %s\n", b.Reason, strings.Join(b.Fields, " "))
	}
	for _, ch := range sheet.Changes {
		fmt.Fprintf(s.out, "%s: %s · %s\n", ch.Field, ch.Words.TH, ch.Words.EN)
	}
	for _, f := range sheet.Files {
		fmt.Fprintf(s.out, "%s\n", f)
	}
	for _, p := range sheet.Problems {
		fmt.Fprintln(s.out, problemLine(p))
	}
	if sheet.Behind {
		fmt.Fprintln(s.out, "ฉบับที่เผยแพร่เปลี่ยนไปแล้ว · what is published has changed since")
	}
	fmt.Fprintf(s.out, "ทำได้ · you may: %s\n", strings.Join(sheet.May, " "))
	return nil
}

func problemLine(p api.Problem) string {
	return fmt.Sprintf("%s:%d: %s · %s", p.File, p.Line, p.Words.EN, p.Words.TH)
}

// Run submits a draft.
func (c *revisionSubmit) Run(ctx context.Context, s streams) error {
	_, err := c.take(ctx, s, "submit", struct{}{})
	return err
}

// Run takes a revision back.
func (c *revisionRecall) Run(ctx context.Context, s streams) error {
	_, err := c.take(ctx, s, "recall", struct{}{})
	return err
}

// Run approves.
func (c *revisionApprove) Run(ctx context.Context, s streams) error {
	taken, err := c.take(ctx, s, "approve", map[string]string{"tree": c.Tree})
	if err != nil || taken.Published == "" || !c.Wait {
		return err
	}
	for {
		var l api.Live
		if err := c.ask(ctx, s, http.MethodGet, "publications/"+taken.Published, nil, &l); err != nil {
			return err
		}
		switch l.Stage {
		case "merged", "building":
			continue // the server waited as long as it does
		case "failed":
			return fault.New(fault.Unavailable, fault.Text{TH: "สร้างเว็บไซต์ไม่สำเร็จ: " + l.Failed, EN: "the site could not be built: " + l.Failed},
				fault.Text{TH: "การอนุมัติมีผลแล้ว ระบบจะสร้างเว็บไซต์ใหม่เอง", EN: "the approval holds; the site is built again"})
		}
		fmt.Fprintf(s.out, "%s  %s\n", l.Commit, l.Stage)
		return nil
	}
}

// Run sends back.
func (c *revisionReturn) Run(ctx context.Context, s streams) error {
	_, err := c.take(ctx, s, "return", map[string]any{"reason": c.Reason, "fields": c.Field})
	return err
}

// take takes a step and says where the revision stands then.
func (c *oneRevision) take(ctx context.Context, s streams, step string, body any) (taken api.Taken, err error) {
	if err := c.step(ctx, s, http.MethodPost, "/"+step, body, &taken); err != nil {
		return taken, err
	}
	if c.JSON {
		return taken, printJSON(s.out, taken)
	}
	fmt.Fprintf(s.out, "%s  %s\n", address(taken.Revision), taken.Revision.State)
	return taken, nil
}

func (c *oneRevision) step(ctx context.Context, s streams, method, step string, body, into any) error {
	manual, at, ok := strings.Cut(c.Revision, "/")
	if _, err := catalog.ParseManualID(manual); err != nil || !ok || strings.ContainsAny(at, "/?#") {
		return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ชื่อฉบับ", "%s names no revision", c.Revision),
			fault.Text{TH: "เขียนเป็น รหัสคู่มือ/เลขฉบับ เช่น dlt-xgveak/3", EN: "write MANUAL/NUMBER, as dlt-xgveak/3"})
	}
	return c.ask(ctx, s, method, "revisions/"+manual+"/"+url.PathEscape(at)+step, body, into)
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 16 << 20

// ask sends a request and reads what comes back.
func (o *remote) ask(ctx context.Context, s streams, method, path string, body, into any) error {
	token, err := o.token(s)
	if err != nil {
		return err
	}
	base, err := url.Parse(o.Server)
	if err != nil || base.Host == "" {
		return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ที่อยู่เว็บ", "%s is no address", o.Server))
	}
	if base.Scheme != "https" && !visitedHere(base.Hostname()) {
		return fault.New(fault.Invalid, fault.Text{TH: "ส่งโทเคนผ่าน http ไม่ได้", EN: "an access token is not sent over plain http"},
			fault.Text{TH: "ใช้ที่อยู่ https", EN: "use the https address"})
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(o.Server, "/")+api.Root+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return fault.New(fault.Unavailable, fault.Textf("ติดต่อ %s ไม่ได้", "%s can not be reached", o.Server)).Because(err)
	}
	defer res.Body.Close()
	d := json.NewDecoder(io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode != http.StatusOK {
		return refusal(res.StatusCode, d)
	}
	return d.Decode(into)
}

// visitedHere reports whether a host is this machine.
func visitedHere(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// token reads the access token.
func (o *remote) token(s streams) (string, error) {
	if o.TokenFile != "" {
		data, err := os.ReadFile(o.TokenFile)
		if err != nil {
			return "", fault.New(fault.NotFound, fault.Textf("อ่าน %s ไม่ได้", "%s can not be read", o.TokenFile)).Because(err)
		}
		return strings.TrimSpace(string(data)), nil
	}
	for _, v := range s.env {
		if token, ok := strings.CutPrefix(v, "KHUMUE_ACCESS_TOKEN="); ok && token != "" {
			return token, nil
		}
	}
	return "", fault.New(fault.Invalid, fault.Text{TH: "ไม่มีโทเคนเข้าใช้งาน", EN: "there is no access token"},
		fault.Text{TH: "สร้างที่หน้าบัญชีของฉันในหลังบ้าน แล้วระบุด้วย --token-file หรือ KHUMUE_ACCESS_TOKEN", EN: "make one on your page in the back office, and name it with --token-file or KHUMUE_ACCESS_TOKEN"})
}

// refusal is why a request was refused, as an error of this program.
func refusal(status int, d *json.Decoder) error {
	var f api.Failure
	if err := d.Decode(&f); err != nil || f.What.EN == "" {
		return fault.New(fault.Unavailable, fault.Textf("เซิร์ฟเวอร์ตอบ %d", "the server answered %d", status)).Because(err)
	}
	kind := fault.Kind(f.Kind)
	if kind == "" {
		kind = fault.Unavailable
	}
	hint := fault.Text(f.Hint)
	if f.Now != nil {
		hint = fault.Textf("อ่านฉบับใหม่ด้วย show %s แล้วอนุมัติอีกครั้ง", "read the new text with show %s, then approve it", address(*f.Now))
	}
	for _, c := range f.Conflicts {
		hint = fault.Text{TH: hint.TH + "\n" + c.Field + ": " + c.Words.TH, EN: hint.EN + "\n" + c.Field + ": " + c.Words.EN}
	}
	if len(f.Problems) == 0 {
		return fault.New(kind, fault.Text(f.What), hint)
	}
	var ps fault.Problems
	for _, p := range f.Problems {
		ps = append(ps, fault.Problem{File: p.File, Line: p.Line, Severity: fault.Severity(p.Severity), What: fault.Text(p.Words)})
	}
	return ps
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
