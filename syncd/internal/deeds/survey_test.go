package deeds_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/wire"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/trail"
)

// counter is a side of an office and its centre where answers alone come in.
type counter struct {
	t     *testing.T
	store *sqlstore.Store
	in    *answers.Intake
	fail  error // of what is written, before it is durable
}

// Known knows the points of dlt.
func (*counter) Known(catalog.PointCode, catalog.ManualID) (bool, bool) { return true, true }

// Read is that of the store.
func (c *counter) Read(ctx context.Context, do func(answers.Records) error) error {
	return c.store.Answers().Read(ctx, do)
}

// Write is that of the store, but for what it fails with.
func (c *counter) Write(ctx context.Context, do func(answers.Records) error) error {
	return c.store.Answers().Write(ctx, func(r answers.Records) error { return errors.Join(do(r), c.fail) })
}

// questions are a scale and a text.
var questions = []*catalog.Survey{{ID: "satisfaction-1", Title: catalog.Text{TH: "แบบประเมิน"}, Questions: []catalog.Question{
	{Code: "q1", Kind: "scale", Required: true, Text: catalog.Text{TH: "โดยรวม"}},
	{Code: "q12", Kind: "text", Max: 100, Text: catalog.Text{TH: "ข้อเสนอ"}},
}}}

// newCounter takes answers into a database.
func newCounter(t *testing.T, store *sqlstore.Store, now func() time.Time, known []*catalog.Survey) *counter {
	t.Helper()
	c := &counter{t: t, store: store}
	c.in = &answers.Intake{Store: c, Places: c, Limits: answers.Usual(), Now: now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	must(t, c.in.Learn(t.Context(), known))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { c.in.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return c
}

// surveyed is a pair whose both sides take answers.
func surveyed(t *testing.T) (p *pair, office, centre *counter) {
	t.Helper()
	p = openPair(t)
	office, centre = newCounter(t, p.office.store, p.office.clock, questions), newCounter(t, p.centre.store, p.centre.clock, questions)
	office.in.Note = p.writer.Answers
	d := p.doer
	d.Answers = centre.in
	return p, office, centre
}

func answerID(n int) string { return fmt.Sprintf("0192f0c1-7c7b-7000-8000-%012d", n) }

// said is an answer for a point, with a text unless that is empty.
func said(n int, at catalog.PointCode, text string) []byte {
	if text != "" {
		text = `,"q12":"` + text + `"`
	}
	return []byte(fmt.Sprintf(`{"id":"%s","form":"satisfaction-1","point":"%s","answered":"2026-11-05","answers":{"q1":%d%s}}`, answerID(n), at, 1+n%5, text))
}

// take gives answers of a stranger, and returns what became of them.
func (c *counter) take(sent ...[]byte) (out []string) {
	c.t.Helper()
	for _, r := range c.in.Accept(answers.Sender{Address: netip.MustParseAddr("192.168.1.7")}, sent) {
		out = append(out, string(r.Status))
	}
	return out
}

// kept are the ids of the answers that are kept, and the texts of all.
func (c *counter) kept() (ids, texts []string) {
	c.t.Helper()
	must(c.t, c.store.Answers().Read(c.t.Context(), func(r answers.Records) error {
		ids, texts = nil, nil
		list, err := r.After(0, 1000)
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		if err != nil {
			return err
		}
		comments, err := r.Comments(answers.CommentFilter{Page: trail.Page{Limit: 1000}})
		for _, one := range comments {
			texts = append(texts, one.Text)
		}
		return err
	}))
	slices.Sort(ids)
	slices.Sort(texts)
	return ids, texts
}

func (c *counter) asides() (codes []string) {
	c.t.Helper()
	must(c.t, c.store.Answers().Read(c.t.Context(), func(r answers.Records) error {
		codes = nil
		list, err := r.Asides(trail.Page{Limit: 100})
		for _, a := range list {
			codes = append(codes, a.Code)
		}
		return err
	}))
	return codes
}

// ops are the operations that wait at the office.
func (p *pair) ops() []outbox.Item {
	p.t.Helper()
	list, err := p.box.Items(p.t.Context(), outbox.Filter{Kinds: []string{deeds.Survey}})
	must(p.t, err)
	return list
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// F1, F2, F3, F7, F10: an answer that the office acknowledges is an operation of
// nobody, and at the centre exactly once whatever is done twice.
func TestAnAnswerOfAnOfficeIsAtTheCentreOnce(t *testing.T) {
	p, office, centre := surveyed(t)
	same(t, "taken", office.take(said(1, point, ""), said(2, point, "โทร 081-234-5678 เร็วดี"), said(1, point, "")), []string{"stored", "stored", "duplicate"})
	same(t, "again", office.take(said(1, point, ""), said(1, point, "อื่น")), []string{"duplicate", "rejected"})
	list := p.ops()
	if len(list) != 2 {
		t.Fatalf("%d operations", len(list))
	}
	for _, i := range list {
		act, err := outbox.ReadAct(i.Body)
		if err != nil || act.By != "" || i.By != "" || strings.Contains(string(i.Body), "เร็วดี") || act.At.Hour()+act.At.Minute() != 17 {
			t.Errorf("%s, %v: %s", i.ID, err, i.Body)
		}
	}

	// The effect is there, and the mark is not: the centre stopped in between.
	_, err := p.doer.Do(t.Context(), p.device, list[0].Op)
	must(t, err)
	var all sync.WaitGroup
	for range 4 { // and what is done at once is done once
		all.Go(func() {
			if o, err := p.doer.Do(context.Background(), p.device, list[1].Op); err != nil || o.Status != wire.Stored {
				t.Errorf("at once it became %+v, %v", o, err)
			}
		})
	}
	all.Wait()
	for range 2 {
		for _, r := range p.send() {
			if !r.Processed || r.Status != wire.Stored && r.Was != wire.Stored {
				t.Errorf("it became %+v", r)
			}
		}
	}
	here, texts := office.kept()
	there, sent := centre.kept()
	same(t, "answers", there, here)
	same(t, "texts", sent, texts)
	same(t, "how many", len(there), 2)
	if len(texts) != 1 || strings.Contains(texts[0], "081") || !strings.Contains(texts[0], "เร็วดี") {
		t.Errorf("the texts are %q", texts)
	}
	must(t, p.centre.store.Inbox().Read(t.Context(), func(r inbox.Records) error {
		kept, err := r.Items([]string{list[1].ID})
		if len(kept) != 1 || kept[0].Secret != nil {
			t.Errorf("the centre keeps what is sealed of %v", kept)
		}
		return err
	}))
}

// F8: what is cut off before it is durable leaves neither an answer nor an operation.
func TestAnAnswerAndItsOperationAreOneTransaction(t *testing.T) {
	p, office, _ := surveyed(t)
	office.fail = errors.New("cut off")
	same(t, "cut off", office.take(said(1, point, ""), said(2, point, "x")), []string{"retry_later", "retry_later"})
	office.fail = nil
	ids, _ := office.kept()
	same(t, "left", len(ids)+len(p.ops()), 0)
	same(t, "afterwards", office.take(said(1, point, ""), said(2, point, "x")), []string{"stored", "stored"})
	same(t, "operations", len(p.ops()), 2)
}

// F16, F17, F20, S: what the centre can not take as it is, holds up nothing.
func TestWhatTheCentreDoesNotTakeOfAnOfficesAnswers(t *testing.T) {
	p, office, centre := surveyed(t)
	later := slices.Concat(questions, []*catalog.Survey{{ID: "satisfaction-9", Questions: questions[0].Questions}})
	must(t, office.in.Learn(t.Context(), later))
	unknown := []byte(strings.Replace(string(said(4, point, "")), "satisfaction-1", "satisfaction-9", 1))
	same(t, "the centre has other bytes", centre.take(said(2, point, "ที่ศูนย์")), []string{"stored"})
	same(t, "taken", office.take(said(1, "opdc-other", "ของที่อื่น"), said(2, point, ""), said(3, point, ""), unknown), []string{"stored", "stored", "stored", "stored"})
	want := map[string]string{answerID(1): "rejected out-of-scope", answerID(2): "rejected other-bytes", answerID(3): "stored ", answerID(4): "held waiting"}
	entities := map[string]string{}
	for _, i := range p.ops() {
		entities[i.ID] = strings.TrimPrefix(i.Entity, "answer:")
	}
	for _, r := range p.send() {
		status := r.Status
		if r.Was != "" {
			status = r.Was
		}
		same(t, entities[r.ID], string(status)+" "+r.Code, want[entities[r.ID]])
	}
	codes := centre.asides()
	slices.Sort(codes)
	same(t, "put aside at the centre", codes, []string{"other-bytes", "out-of-scope"})
	ids, _ := centre.kept()
	same(t, "kept", ids, []string{answerID(2), answerID(3)})

	must(t, centre.in.Learn(t.Context(), later))
	p.centre.pass(time.Hour)
	p.send()
	ids, _ = centre.kept()
	same(t, "once the set is known", ids, []string{answerID(2), answerID(3), answerID(4)})
}

// F17: an answer over which the centre fails again and again goes to a person.
func TestAnAnswerThatIsPoisonGoesToAPerson(t *testing.T) {
	p, office, centre := surveyed(t)
	same(t, "taken", office.take(said(1, point, "")), []string{"stored"})
	centre.fail = errors.New("a fault of ours")
	for range 6 {
		p.send()
		p.centre.pass(2 * time.Hour)
	}
	centre.fail = nil
	must(t, p.centre.store.Inbox().Read(t.Context(), func(r inbox.Records) error {
		list, err := r.Items([]string{p.ops()[0].ID})
		if len(list) != 1 || list[0].State != inbox.Attention || list[0].Outcome.Code != wire.Poison {
			t.Errorf("it became %+v", list)
		}
		return err
	}))
}

// An officer's kinds by nobody, and an answer by somebody, are refused.
func TestWhoMayDoWhat(t *testing.T) {
	p, office, centre := surveyed(t)
	same(t, "taken", office.take(said(1, point, "")), []string{"stored"})
	op := p.ops()[0].Op
	for name, change := range map[string]func(*wire.Op){
		"a report by nobody":   func(o *wire.Op) { o.Kind = deeds.Licence },
		"an edit by nobody":    func(o *wire.Op) { o.Kind = deeds.Content },
		"an answer of another": func(o *wire.Op) { o.Entity = "answer:" + answerID(2) },
		"texts of another":     func(o *wire.Op) { o.Secret = []byte("sealed for nobody") },
		"an answer by an author": func(o *wire.Op) {
			o.Body = slices.Concat([]byte(`{"by":"`+string(author.ID)+`","role":"author",`), o.Body[1:])
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := op
			change(&o)
			if got, err := p.doer.Do(t.Context(), p.device, o); err == nil && got.Status != wire.Rejected {
				t.Errorf("it became %+v", got)
			}
		})
	}
	ids, _ := centre.kept()
	same(t, "kept", len(ids), 0)
}

// TestF7AKilledOfficeHasEachAnswerWithItsOperation runs itself in a process that takes
// answers until it is killed.
func TestF7AKilledOfficeHasEachAnswerWithItsOperation(t *testing.T) {
	openHere := func(dir string) (*counter, *outbox.Box) {
		store := sqlstoretest.Open(t, filepath.Join(dir, "test.db"))
		box, err := outbox.Open(t.Context(), outbox.Options{Store: store.Outbox(), Mark: outbox.MarkFile(filepath.Join(dir, "mark")), Now: time.Now, Random: rand.Reader})
		must(t, err)
		c := newCounter(t, store, time.Now, questions)
		c.in.Note = (&deeds.Writer{Box: box}).Answers
		return c, box
	}
	if dir := os.Getenv("KHUMUE_TEST_KILLED"); dir != "" {
		c, _ := openHere(dir)
		ids, _ := c.kept()
		for n := len(ids); ; n += 2 {
			c.take(said(n, point, ""), said(n+1, point, ""))
			fmt.Println("took", n+2)
		}
	}
	dir := t.TempDir()
	for round := range 3 {
		told := killed(t, dir, 5+round)
		c, box := openHere(dir)
		ids, _ := c.kept()
		list, err := box.Items(t.Context(), outbox.Filter{})
		must(t, err)
		if len(ids) < told || len(list) != len(ids) {
			t.Errorf("%d answers, %d operations, %d were told", len(ids), len(list), told)
		}
		must(t, c.store.Close())
	}
}

// killed runs the process until it has told so often, kills it, and returns what it
// told last.
func killed(t *testing.T, dir string, often int) (last int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestF7AKilledOffice")
	child.Env = append(os.Environ(), "KHUMUE_TEST_KILLED="+dir)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	must(t, err)
	told := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "took %d", &last); err != nil {
			continue
		}
		if told++; told == often {
			must(t, child.Process.Kill())
		}
	}
	if err := child.Wait(); err == nil || told < often {
		t.Errorf("it ended by itself: %v", err)
	}
	return last
}
