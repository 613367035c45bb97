package mail

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/testkit"
	"khumue/syncd/internal/manuals"
)

// shelf keeps the notices that wait for mail, in memory. What it does not keep
// nobody asks it for.
type shelf struct {
	manuals.Records
	mu      sync.Mutex
	notices []manuals.Notice
	ways    map[catalog.OfficerID]manuals.Mail
	down    error // of writing
}

func (s *shelf) Read(_ context.Context, do func(manuals.Records) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return do(s)
}

func (s *shelf) Write(_ context.Context, do func(manuals.Records) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	return do(s)
}

func (s *shelf) DueMail(way manuals.Mail, before time.Time, limit int) (out []manuals.Notice, _ error) {
	for _, n := range s.notices {
		if cmp.Or(s.ways[n.To], manuals.MailDaily) == way && n.Mailed.IsZero() && n.At.Before(before) {
			if n.To != "nobody" {
				n.Address = string(n.To) + "@example.go.th"
			}
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b manuals.Notice) int { return cmp.Compare(a.To, b.To) })
	return out[:min(limit, len(out))], nil
}

func (s *shelf) MarkMailed(ids []string, at time.Time) error {
	for i, n := range s.notices {
		if slices.Contains(ids, n.ID) {
			s.notices[i].Mailed = at
		}
	}
	return nil
}

// waiting is how many notices nobody has mailed.
func (s *shelf) waiting() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.notices {
		if one.Mailed.IsZero() {
			n++
		}
	}
	return n
}

// Names calls everybody by the id, in capitals.
func (s *shelf) Names(_ context.Context, ids ...catalog.OfficerID) (map[catalog.OfficerID]string, error) {
	out := map[catalog.OfficerID]string{}
	for _, id := range ids {
		out[id] = strings.ToUpper(string(id))
	}
	return out, nil
}

// desk is a poster whose clock stands until it is moved, and where its letters go.
type desk struct {
	t *testing.T
	*Poster
	shelf *shelf
	box   *testkit.Mailbox
	at    time.Time
	log   *bytes.Buffer
}

func writer() *Writer {
	return &Writer{
		Portal: fault.Text{TH: "ศูนย์รวมคู่มือประชาชน", EN: "Citizen manuals"}, Office: "https://admin.example", Choose: "/notices#mail",
		Link: func(n manuals.Notice) string {
			return fmt.Sprintf("/manuals/%s/revisions/%d", n.Manual, n.Number)
		},
	}
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, shelf: &shelf{ways: map[catalog.OfficerID]manuals.Mail{"ann": manuals.MailEach, "bob": manuals.MailEach, "nil": manuals.MailNone}}, log: &bytes.Buffer{}}
	d.at = bangkok(22, 10, 42)
	d.box = testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "starttls"})
	d.restart()
	return d
}

// restart begins anew with what the store has, as after a crash.
func (d *desk) restart() {
	daily, err := calendar.ParseTimeOfDay("07:30")
	if err != nil {
		d.t.Fatal(err)
	}
	d.Poster = &Poster{
		Store: d.shelf, Names: d.shelf, Carrier: server(d.box, STARTTLS), Writer: writer(), Daily: daily,
		Now: func() time.Time { return d.at }, Log: slog.New(slog.NewTextHandler(d.log, nil)),
	}
}

func bangkok(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, calendar.Bangkok())
}

// tell keeps a notice.
func (d *desk) tell(to catalog.OfficerID) {
	d.shelf.notices = append(d.shelf.notices, manuals.Notice{
		ID: fmt.Sprintf("n-%03d", len(d.shelf.notices)), To: to, Topic: manuals.Awaits, Manual: "dlt-aaaaaa", Number: 3,
		Title: catalog.Text{TH: "ต่ออายุใบอนุญาตขับรถ"}, By: "dan", At: d.at, Text: "a reason that is nobody else's",
	})
}

// round mails what is due, and returns to whom.
func (d *desk) round() string {
	d.t.Helper()
	before := len(d.box.Mails())
	for more := true; more; {
		var err error
		if more, err = d.Round(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
	}
	var to []string
	for _, m := range d.box.Mails()[before:] {
		to = append(to, strings.TrimSuffix(m.To, "@example.go.th"))
	}
	return strings.Join(to, " ")
}

func (d *desk) want(got, want string) {
	d.t.Helper()
	if got != want {
		d.t.Errorf("at %s: got letters to %q, want %q", d.at.Format("02 15:04:05"), got, want)
	}
}

func TestWhatComesWithinAMinuteIsOneLetter(t *testing.T) {
	d := open(t)
	d.tell("ann")
	d.tell("bob")
	d.at = d.at.Add(40 * time.Second)
	d.tell("ann")
	d.want(d.round(), "")
	d.at = d.at.Add(20 * time.Second)
	d.want(d.round(), "ann bob")
	d.want(d.round(), "")
	for i, want := range []string{"มีเรื่องใหม่ 2 เรื่อง · 2 notices", "รออนุมัติ: ต่ออายุใบอนุญาตขับรถ · Awaits approval"} {
		if got := read(t, d.box.Mails()[i].Data).subject; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheLetterOfADayComesInTheMorning(t *testing.T) {
	d := open(t)
	d.at = bangkok(22, 7, 29)
	d.tell("cat") // who chose nothing
	d.tell("dan")
	d.want(d.round(), "")
	d.at = bangkok(22, 7, 30)
	d.tell("cat")
	d.want(d.round(), "cat dan")
	for _, at := range []time.Time{bangkok(22, 7, 31), bangkok(22, 23, 59), bangkok(23, 7, 29)} {
		d.at = at
		d.want(d.round(), "")
	}
	d.restart()
	d.at = bangkok(23, 9, 0) // it was down at half past seven
	d.want(d.round(), "cat")
	if n := d.shelf.waiting(); n != 0 {
		t.Errorf("%d wait still", n)
	}
}

func TestWhatNeedsNoLetterIsSettled(t *testing.T) {
	d := open(t)
	for _, to := range []catalog.OfficerID{"nil", "nobody", "ann", "cat"} {
		d.tell(to)
	}
	d.shelf.notices[2].Read = d.at
	d.shelf.ways["nobody"] = manuals.MailEach
	d.at = bangkok(23, 8, 0)
	d.shelf.notices[3].At = d.at.Add(-8 * 24 * time.Hour)
	d.want(d.round(), "")
	if n := d.shelf.waiting(); n != 0 {
		t.Errorf("%d wait still", n)
	}
	d.shelf.ways["nil"] = manuals.MailDaily
	d.at = bangkok(24, 8, 0)
	d.want(d.round(), "") // what came while no mail was wanted is not sent later
}

func TestALetterSaysWhoDidWhatAndWhereAndNoMore(t *testing.T) {
	d := open(t)
	d.tell("ann")
	d.shelf.notices[0].For = "fay"
	d.shelf.notices[0].Title.EN = "Renew a <driving> licence\r\nBcc: all@example.go.th"
	d.at = d.at.Add(time.Minute)
	d.want(d.round(), "ann")
	o := read(t, d.box.Mails()[0].Data)
	for _, want := range []string{
		"มีเรื่องใหม่ 1 เรื่อง", "รออนุมัติ: ต่ออายุใบอนุญาตขับรถ", "โดย DAN เมื่อ 22 พ.ย. 2569 10:42 น. · แทน FAY", "https://admin.example/manuals/dlt-aaaaaa/revisions/3",
		"https://admin.example/notices#mail", "There is something new for you.", "by DAN, 22 Nov 2026 10:42 · in place of FAY",
	} {
		if !strings.Contains(o.text, want) {
			t.Errorf("there is no %q in %s", want, o.text)
		}
	}
	if !strings.Contains(o.html, "Renew a &lt;driving&gt; licence Bcc: all@example.go.th</a>") || !strings.Contains(o.html, `href="https://admin.example/manuals/dlt-aaaaaa/revisions/3"`) {
		t.Errorf("got %s", o.html)
	}
	if strings.Contains(o.text+o.html, "nobody else's") {
		t.Error("the letter holds what was written")
	}
	for name, want := range map[string]string{"To": "<ann@example.go.th>", "Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://admin.example/notices#mail>"} {
		if got := o.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestALongListIsCut(t *testing.T) {
	d := open(t)
	for range 60 {
		d.tell("ann")
	}
	d.at = d.at.Add(time.Minute)
	d.want(d.round(), "ann")
	o := read(t, d.box.Mails()[0].Data)
	if n := strings.Count(o.text, "โดย DAN"); n != 50 || !strings.Contains(o.text, "และอีก 10 เรื่อง") || !strings.Contains(o.text, "and 10 more") {
		t.Errorf("got %d of them", n)
	}
	if d.shelf.waiting() != 0 {
		t.Error("some wait still")
	}
}

func TestNothingIsLostWhileTheServerIsDown(t *testing.T) {
	d := open(t)
	d.box.Stop()
	d.tell("ann")
	d.tell("cat")
	for range 20 {
		d.at = d.at.Add(time.Hour)
		d.tell("bob")
		if _, err := d.Round(t.Context()); err == nil {
			t.Fatal("a letter was handed to nobody")
		}
	}
	d.at = d.at.Add(time.Hour)
	d.box.Start()
	d.want(d.round(), "ann bob cat")
	d.want(d.round(), "")
	if d.shelf.waiting() != 0 {
		t.Error("some wait still")
	}
}

func TestWhoseLetterIsRefusedIsTriedAgainAlone(t *testing.T) {
	d := open(t)
	code := 452
	d.box.Refuse(func(to string) error {
		if to == "ann@example.go.th" && code != 0 {
			return testkit.MailRefusal(code)
		}
		return nil
	})
	d.tell("ann")
	d.tell("bob")
	d.at = d.at.Add(time.Minute)
	d.want(d.round(), "bob")
	d.at = d.at.Add(4 * time.Minute)
	tries := strings.Count(d.log.String(), "refused and waits")
	d.want(d.round(), "")
	if n := strings.Count(d.log.String(), "refused and waits"); n != tries {
		t.Error("it was tried again too soon")
	}
	code = 550
	d.at = d.at.Add(time.Minute)
	d.want(d.round(), "")
	d.at = d.at.Add(time.Hour)
	d.want(d.round(), "") // after a refusal for ever it waits longer
	code = 0
	d.at = d.at.Add(time.Hour)
	d.want(d.round(), "ann")
	if strings.Contains(d.log.String(), "example.go.th") {
		t.Errorf("the log holds addresses: %s", d.log)
	}
}

func TestAnAddressThatIsNoneIsGivenUpAfterAWeek(t *testing.T) {
	d := open(t)
	d.box.Refuse(func(string) error { return testkit.MailRefusal(550) })
	d.tell("ann")
	for range 24 * 8 {
		d.at = d.at.Add(time.Hour)
		d.want(d.round(), "")
	}
	if n := strings.Count(d.log.String(), "refused and waits"); n < 10 || n > 40 {
		t.Errorf("it was tried %d times", n)
	}
	if d.shelf.waiting() != 0 || !strings.Contains(d.log.String(), "waited for a week") {
		t.Error("it waits still")
	}
}

func TestOnlyACrashDoublesALetter(t *testing.T) {
	d := open(t)
	d.tell("ann")
	d.tell("bob")
	d.at = d.at.Add(time.Minute)
	d.box.OnTaken(func() { d.shelf.mu.Lock(); d.shelf.down = errors.New("the disk is full"); d.shelf.mu.Unlock() })
	if _, err := d.Round(t.Context()); err == nil || len(d.box.Mails()) != 1 {
		t.Fatalf("got %d letters, %v", len(d.box.Mails()), err)
	}
	for range 3 {
		if _, err := d.Round(t.Context()); err == nil || len(d.box.Mails()) != 1 {
			t.Errorf("got %d letters, %v", len(d.box.Mails()), err)
		}
	}
	d.box.OnTaken(nil)
	d.shelf.down = nil
	d.want(d.round(), "bob")

	// The same, but the daemon is killed before it can note anything.
	d.tell("ann")
	d.at = d.at.Add(time.Minute)
	d.box.OnTaken(func() { d.shelf.mu.Lock(); d.shelf.down = errors.New("killed"); d.shelf.mu.Unlock() })
	if _, err := d.Round(t.Context()); err == nil {
		t.Fatal("it could be noted")
	}
	d.box.OnTaken(nil)
	d.shelf.down = nil
	d.restart()
	d.want(d.round(), "ann")
	mails := d.box.Mails()
	id := func(m testkit.Mail) string { return read(t, m.Data).Get("Message-Id") }
	if first, again := id(mails[len(mails)-2]), id(mails[len(mails)-1]); first != again || first == id(mails[0]) {
		t.Errorf("the letter and its double are %s and %s", first, again)
	}
}

func TestManyAreMailedInParts(t *testing.T) {
	d := open(t)
	const people, each = 130, 9
	for i := range people {
		for range each {
			d.tell(catalog.OfficerID(fmt.Sprintf("p%03d", i)))
		}
	}
	d.at = bangkok(23, 7, 30)
	more, err := d.Round(t.Context())
	if n := len(d.box.Mails()); !more || err != nil || n != batch {
		t.Fatalf("got %d, %v, %v", n, more, err)
	}
	for d.shelf.waiting() > 0 && d.round() != "" {
	}
	seen := map[string]int{}
	for _, m := range d.box.Mails() {
		seen[m.To] += strings.Count(read(t, m.Data).text, "โดย DAN")
	}
	if len(seen) != people || d.shelf.waiting() != 0 {
		t.Errorf("%d people got letters, %d notices wait", len(seen), d.shelf.waiting())
	}
	for to, n := range seen {
		if n != each {
			t.Errorf("%s was told of %d, want %d", to, n, each)
		}
	}
}

// carrier takes letters, or fails, and counts.
type carrier struct {
	down         atomic.Bool
	asked, taken atomic.Int64
}

func (c *carrier) Send(_ context.Context, letters []Letter, each func(int, error) error) error {
	if len(letters) == 0 {
		return nil
	}
	c.asked.Add(1)
	if c.down.Load() {
		return errors.New("down")
	}
	for i := range letters {
		c.taken.Add(1)
		if err := each(i, nil); err != nil {
			return err
		}
	}
	return nil
}

func TestAServerThatIsDownIsAskedLessAndLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{}
		c.down.Store(true)
		s := &shelf{ways: map[catalog.OfficerID]manuals.Mail{"ann": manuals.MailEach}, notices: []manuals.Notice{{ID: "n", To: "ann", At: time.Now()}}}
		p := &Poster{Store: s, Names: s, Carrier: c, Writer: writer(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); p.Run(ctx) }()
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if n := c.asked.Load(); n < 20 || n > 35 {
			t.Errorf("it was asked %d times in six hours", n)
		}
		c.down.Store(false)
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if c.taken.Load() != 1 || s.waiting() != 0 {
			t.Errorf("%d were taken after the server came back", c.taken.Load())
		}
		cancel()
		<-ended
	})
}
