package answers_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/trail"
)

// F1, F2: whoever never heard of an answer sends it again.
func TestAnAnswerSentAgainCountsOnce(t *testing.T) {
	o := opened(t, plenty)
	o.same("the first time", statuses(o.sent(item(1))), []string{"stored"})
	o.same("again", statuses(o.sent(item(1), item(2))), []string{"duplicate", "stored"})
	spaced := []byte(strings.ReplaceAll(string(item(1)), ",", " ,\n"))
	o.same("written otherwise", statuses(o.sent(spaced)), []string{"duplicate"})
	o.same("kept", len(o.kept()), 2)
}

// F3, F4: two connections, two tabs, a double tap.
func TestAnAnswerThatComesTwiceAtOnceIsKeptOnce(t *testing.T) {
	o := opened(t, plenty)
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := map[answers.Status]int{}
	for range 8 {
		wg.Go(func() {
			for n := range 50 {
				for _, r := range o.Accept(home, [][]byte{item(n), item(n)}) {
					mu.Lock()
					count[r.Status]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	o.same("statuses", count, map[answers.Status]int{answers.Stored: 50, answers.Duplicate: 8*100 - 50})
	o.same("kept", len(o.kept()), 50)
}

// F5: the first is kept, the second is put aside, and what follows goes on.
func TestAnotherAnswerWithTheSameIDIsPutAside(t *testing.T) {
	o := opened(t, plenty)
	other := item(1, replies(map[string]any{"q1": 5, "q12": "โทร 0812345678"}))
	o.same("in one message", statuses(o.sent(item(1), other, item(2))), []string{"stored", "rejected other-bytes", "stored"})
	o.same("later", statuses(o.sent(other, item(3))), []string{"rejected other-bytes", "stored"})
	o.same("the first stays", o.kept()[0].Picks, survey.Picks{"q1": "2"})
	asides := read(o, func(r answers.Records) ([]answers.Aside, error) { return r.Asides(trail.Page{}) })
	if len(asides) != 1 || asides[0].Answer != id(1) || asides[0].Code != answers.OtherBytes || strings.Contains(asides[0].Body, "0812345678") || !strings.Contains(asides[0].Body, `"q1":"5"`) {
		t.Errorf("put aside: %+v", asides)
	}
}

// F16, F18: each item has its own result, and none holds up another.
func TestWhatDoesNotFitIsRejectedAndPutAside(t *testing.T) {
	o := opened(t, plenty)
	big := item(9, replies(map[string]any{"q1": 1, "q12": strings.Repeat("ก", 3000)}))
	got := o.sent(
		item(1, replies(map[string]any{"q1": 9})),
		item(2),
		[]byte(`{"id":"`+id(3)+`","q":[`),
		item(4, replies(map[string]any{"q6": "same"})),
		item(5, replies(map[string]any{"q1": 1, "q12": strings.Repeat("ก", 101)})),
		item(6, with("extra", 1)),
		big,
		item(7),
	)
	o.same("statuses", statuses(got), []string{"rejected bad-value", "stored", "rejected bad-json", "rejected missing", "rejected too-long", "rejected bad-json", "rejected too-large", "stored"})
	for _, r := range got {
		if r.Status == answers.Rejected && (r.Reason.Text.TH == "" || r.Reason.Text.EN == "") {
			t.Errorf("%s is told in no words", r.Reason.Code)
		}
	}
	o.same("the large one is named", got[6].ID, id(9))
	o.same("put aside", read(o, func(r answers.Records) (int, error) { return r.CountAsides() }), 6)
	o.sent(item(1, replies(map[string]any{"q1": 9})))
	o.same("put aside once", read(o, func(r answers.Records) (int, error) { return r.CountAsides() }), 6)
}

// F31: a wrong clock is seen, and the answer is kept.
func TestAWrongClockIsMarked(t *testing.T) {
	o := opened(t, plenty)
	for n, day := range []string{"2026-11-20", "2001-01-01", "2569-11-20", "2031-05-05"} {
		o.same(day, statuses(o.sent(item(n, with("answered", day)))), []string{"stored"})
	}
	today := calendar.NewDate(2026, time.November, 26)
	for i, want := range []struct {
		day   calendar.Date
		marks answers.Marks
	}{{today.AddDays(-6), 0}, {today, answers.Clock}, {today.AddDays(-6), answers.Clock}, {today, answers.Clock}} {
		got := o.kept()[i]
		o.same("day", got.Day, want.day)
		o.same("marks", got.Marks, want.marks)
		o.same("received", got.Received, today)
	}
}

// F32: what was published once is accepted for ever, also after a change, also
// by another start.
func TestOldQuestionSetsStayAccepted(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	o := build(t, name, plenty, plainly)
	changed := set()
	changed.Questions[1].Choices = []catalog.Choice{{Value: "yes"}, {Value: "no"}}
	if err := o.Learn(t.Context(), []*catalog.Survey{changed, {ID: "satisfaction-2", Questions: []catalog.Question{{Code: "a", Kind: "scale"}}}}); err != nil {
		t.Fatal(err)
	}
	o.store.Close()
	o = build(t, name, plenty, plainly) // the content has the first version again, and the second set no more
	o.run()
	o.same("of both versions and both sets", statuses(o.sent(
		item(1, replies(map[string]any{"q1": 1, "q6": "same"})),
		item(2, replies(map[string]any{"q1": 1, "q6": "yes"})),
		item(3, with("form", "satisfaction-2"), replies(map[string]any{"a": 4})),
		item(4, replies(map[string]any{"q1": 1, "q6": "never"})),
	)), []string{"stored", "stored", "stored", "rejected bad-value"})
	got := o.sent(item(5, with("form", "satisfaction-9")), item(6))
	o.same("a set that is not known stays on the device", statuses(got), []string{"retry_later unknown-form", "stored"})
	o.same("for an hour", got[0].Wait, time.Hour)
	versions := read(o, func(r answers.Records) ([]answers.Form, error) { return r.Forms() })
	o.same("versions", len(versions), 4)
}

// F34 as far as it concerns answers.
func TestAPointThatIsNotKnownIsMarkedAndNotDropped(t *testing.T) {
	o := opened(t, plenty)
	o.same("statuses", statuses(o.sent(item(1, with("point", "dlt-gone")), item(2, with("procedure", "dlt-aaaaaa")), item(3, with("procedure", "dlt-7f3k5q")))), []string{"stored", "stored", "stored"})
	var marks []answers.Marks
	for _, a := range o.kept() {
		marks = append(marks, a.Marks)
	}
	o.same("marks", marks, []answers.Marks{answers.NoPoint, answers.NoManual, 0})
}

// S22: a network has an allowance; a registered device has its own, for its own
// point.
func TestANetworkHasAnAllowanceAndADeviceItsOwn(t *testing.T) {
	o := opened(t, answers.Limits{Network: 100, Device: 1000, Texts: plenty.Texts})
	stored := func(from answers.Sender, first int, change ...func(map[string]any)) (n int, wait time.Duration) {
		for i := range 60 {
			r := o.Accept(from, [][]byte{item(first+i, append(change, replies(map[string]any{"q1": 1, "q12": fmt.Sprintf("ข้อ %d", i)}))...)})[0]
			if r.Status == answers.Stored {
				n++
			} else if wait = r.Wait; r.Status != answers.RetryLater || r.Reason.Code != answers.Limited {
				t.Fatalf("got %+v", r)
			}
		}
		return n, wait
	}
	n, wait := stored(home, 0)
	o.same("of a network", n, 10)
	neighbour := answers.Sender{Address: netip.MustParseAddr("203.0.113.200")}
	n, _ = stored(neighbour, 100)
	o.same("of the same network", n, 0)
	n, _ = stored(answers.Sender{Address: netip.MustParseAddr("2001:db8:1:2::1")}, 200)
	o.same("of another", n, 10)
	n, _ = stored(answers.Sender{Address: netip.MustParseAddr("2001:db8:1:ffff::1")}, 300)
	o.same("of the same 48 bits", n, 0)
	device := answers.Sender{Address: home.Address, Device: &answers.Device{ID: "d1", Point: "dlt-p1"}}
	n, _ = stored(device, 400)
	o.same("of a device there", n, 60)
	n, _ = stored(device, 500, with("point", "dlt-p2"))
	o.same("of a device, for another point", n, 0)
	o.pass(wait)
	o.same("when it has waited", statuses(o.sent(item(900))), []string{"stored"})
	o.pass(24 * time.Hour)
	n, _ = stored(home, 1000)
	o.same("the next day", n, 10)
	for _, a := range o.kept() {
		if a.Marks != 0 {
			t.Fatalf("a mark: %+v", a)
		}
	}
}

func TestWhatIsOddIsKeptAndDoesNotCount(t *testing.T) {
	o := opened(t, plenty)
	for n := range 20 {
		o.sent(item(n, replies(map[string]any{"q1": 5})))
	}
	o.sent(item(100, with("homepage", "http://spam.example")))
	o.pass(2 * time.Hour)
	for n := range 70 {
		o.sent(item(200+n, with("point", "dlt-p2"), replies(map[string]any{"q1": 1 + n%5})))
		o.pass(20 * time.Second)
	}
	count := map[answers.Marks]int{}
	for _, a := range o.kept() {
		count[a.Marks]++
	}
	o.same("marks", count, map[answers.Marks]int{0: 70, answers.Repeated: 10, answers.Bait: 1, answers.Flood: 10})
}

func TestWhatIsPersonalIsMaskedBeforeItIsKept(t *testing.T) {
	o := opened(t, plenty)
	said := item(1, replies(map[string]any{"q1": 1, "q12": "ผมชื่อ ก โทร 081-234-5678 เลข 1234567890121"}))
	o.same("statuses", statuses(o.sent(said, said)), []string{"stored", "duplicate"})
	got := read(o, func(r answers.Records) ([]answers.Comment, error) { return r.Comments(answers.CommentFilter{}) })
	o.same("mark", got[0].Marks, answers.WasMasked)
	o.same("text", got[0].Text, "ผมชื่อ ก โทร [เบอร์] เลข [เลขบัตร]")
	broken := []byte(`{"id":"` + id(2) + `","answers":{"q12":"0812345678"`)
	o.sent(broken)
	aside := read(o, func(r answers.Records) ([]answers.Aside, error) { return r.Asides(trail.Page{}) })[0]
	if strings.Contains(aside.Body, "0812345678") || !strings.Contains(aside.Body, id(2)) {
		t.Errorf("put aside: %s", aside.Body)
	}
}

// failing is a store whose transactions fail, or panic, as told.
type failing struct {
	answers.Store
	mu   sync.Mutex
	fail func(list []*answers.Answer) error
}

type failingRecords struct {
	answers.Records
	of *failing
}

func (f *failing) Write(ctx context.Context, do func(answers.Records) error) error {
	return f.Store.Write(ctx, func(r answers.Records) error { return do(failingRecords{r, f}) })
}

func (f *failing) set(fail func(list []*answers.Answer) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// Take fails as told.
func (r failingRecords) Take(list []*answers.Answer) ([]answers.Taken, error) {
	r.of.mu.Lock()
	fail := r.of.fail
	r.of.mu.Unlock()
	if fail != nil {
		if err := fail(list); err != nil {
			return nil, err
		}
	}
	return r.Records.Take(list)
}

func openedFailing(t *testing.T) (*office, *failing) {
	f := &failing{}
	o := build(t, filepath.Join(t.TempDir(), "test.db"), plenty, func(s answers.Store) answers.Store { f.Store = s; return f })
	o.run()
	return o, f
}

// F17: an answer that spoils what keeps it is found, asked for again, and put
// aside when that does not help. Those beside it are kept.
func TestAPoisonousAnswerHoldsUpNobody(t *testing.T) {
	for _, c := range []struct {
		name string
		fail func()
	}{
		{"by an error", nil},
		{"by a panic", func() { panic("poison") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, f := openedFailing(t)
			f.set(func(list []*answers.Answer) error {
				for _, a := range list {
					if a.ID != id(2) {
						continue
					}
					if c.fail != nil {
						c.fail()
					}
					return errors.New("this one can not be kept")
				}
				return nil
			})
			o.same("at first", statuses(o.sent(item(1), item(2), item(3))), []string{"stored", "retry_later not-now", "stored"})
			o.same("again", statuses(o.sent(item(2))), []string{"retry_later not-now"})
			o.same("at last", statuses(o.sent(item(4), item(2))), []string{"stored", "rejected poison"})
			o.same("kept", len(o.kept()), 3)
			o.same("put aside", read(o, func(r answers.Records) (int, error) { return r.CountAsides() }), 1)
			if n := strings.Count(o.log.String(), "an answer can not be kept"); n != 1 {
				t.Errorf("it is logged %d times", n)
			}
		})
	}
}

// F10: nothing is acknowledged while the disk is full, and all goes on after.
func TestAFullDiskAcknowledgesNothing(t *testing.T) {
	o, f := openedFailing(t)
	o.sent(item(1))
	f.set(func([]*answers.Answer) error {
		return fault.New(fault.Unavailable, fault.Text{TH: "เต็ม", EN: "full"})
	})
	got := o.sent(item(2), item(1))
	o.same("while it is full", statuses(got), []string{"retry_later not-now", "retry_later not-now"})
	if got[0].Wait < time.Second {
		t.Errorf("it is tried again after %v", got[0].Wait)
	}
	o.same("reading goes on", len(o.kept()), 1)
	f.set(nil)
	o.same("when there is room", statuses(o.sent(item(2), item(1))), []string{"stored", "duplicate"})
}

// F23, F28: what can not be kept soon is asked for again at once.
func TestAFullQueueAsksForLess(t *testing.T) {
	o, f := openedFailing(t)
	held, begun := make(chan struct{}), make(chan struct{}, 1)
	f.set(func([]*answers.Answer) error {
		select {
		case begun <- struct{}{}:
		default:
		}
		<-held
		return nil
	})
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := map[string]int{}
	send := func(n int) {
		s := statuses(o.sent(item(n)))[0]
		mu.Lock()
		defer mu.Unlock()
		count[s]++
	}
	wg.Go(func() { send(0) })
	<-begun
	for n := range 5000 {
		wg.Go(func() { send(1 + n) })
	}
	for o.Figures()["retry_later"] < 904 { // 4,096 wait
		time.Sleep(time.Millisecond)
	}
	close(held)
	wg.Wait()
	o.same("statuses", count, map[string]int{"stored": 4097, "retry_later busy": 904})
	o.same("kept", len(o.kept()), 4097)
}

func TestTextsAreEmptiedAfterAYear(t *testing.T) {
	o := opened(t, plenty)
	o.sent(item(1, replies(map[string]any{"q1": 1, "q12": "ดี"})))
	for _, c := range []struct {
		days int
		left int
	}{{365, 1}, {1, 0}} {
		o.pass(time.Duration(c.days) * 24 * time.Hour)
		if err := o.Redact(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.same("texts", len(read(o, func(r answers.Records) ([]answers.Comment, error) { return r.Comments(answers.CommentFilter{}) })), c.left)
	}
	o.same("answers", len(o.kept()), 1)
}

func TestWhatIsSentWhenAllHasEndedIsAskedForAgain(t *testing.T) {
	o := build(t, filepath.Join(t.TempDir(), "test.db"), plenty, plainly)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); o.Run(ctx) }()
	o.same("before", statuses(o.sent(item(1))), []string{"stored"})
	stop()
	<-ended
	o.same("after", statuses(o.sent(item(2))), []string{"retry_later not-now"})
}
