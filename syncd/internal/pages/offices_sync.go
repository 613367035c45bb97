package pages

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/stick"
)

// syncPath is where an office sees what it sends.
const syncPath = "/sync"

// Sync is what an office's machine sends with, and what it has to send.
type Sync struct {
	Courier interface { // *courier.Courier
		Look(context.Context) (courier.Status, error)
		Try()
		Resume()
	}
	Box interface { // *outbox.Box
		Items(context.Context, outbox.Filter) ([]outbox.Item, error)
		Again(ctx context.Context, id string) error
		Know(ctx context.Context, id string) error
	}
	Stick interface { // *office.Rooms; nil: nothing is carried but by the line
		Parts(context.Context) ([]stick.Part, error)
		Export(ctx context.Context, w io.Writer, p stick.Part) (operations int, err error)
		Receive(ctx context.Context, receipt io.ReadSeeker) (news int, err error)
	}
	Away []string // paths of pages that the centre alone has; one that ends in "/" is of all below it
}

// has reports whether an office has the page of a path.
func (s *Sync) has(path string) bool {
	return !slices.ContainsFunc(s.Away, func(away string) bool {
		return path == away || strings.HasSuffix(away, "/") && strings.HasPrefix(path, away)
	})
}

// SyncLine stands at the top of every page of an office: whether all is sent.
type SyncLine struct {
	State string // sent, waits, stopped or attention
	Text  string
}

const (
	syncAtOnce = 50 // operations that need attention, on one page
	syncLatest = 10 // of those that wait, that are shown
)

// syncView is การส่งข้อมูล.
type syncView struct {
	Shell
	Line     SyncLine
	AllSent  bool
	State    string // of the courier, or all
	Code     string
	Why      string
	Help     string
	Contact  string   // in words
	Next     string   // when it is tried again, in words; "" when that is now or never
	Stuck    string   // since when nothing moves, in words
	Snags    []string // what does not go on, in words
	Waits    int      // that are on their way to the centre
	Lacks    int      // that are not at the centre: those, and those that were put aside
	Kinds    []KindCount
	Since    string
	Stored   int
	Held     int
	Done     int
	Files    int
	CameIn   int
	More     bool // and more is coming
	Asks     []SyncAsk
	AskAll   int
	Pager    Pager
	Latest   []SyncRow // what waits, the oldest first
	Rest     int       // of those that wait, that are not shown
	Here     string
	Parts    []StickPart // the files into which what waits goes
	Receipts bool        // the centre's receipts can be brought
	Anew     string      // where the machine is enrolled anew; "" where that does not help
	Stopped  bool        // a person has to do something first
}

// KindCount is how many operations of a kind wait.
type KindCount struct {
	Text string
	N    int
}

// SyncRow is an operation.
type SyncRow struct {
	Kind  string
	About About
	Who   page.Words
	Made  string
	State string // in words
}

// SyncAsk is an operation that needs attention.
type SyncAsk struct {
	SyncRow
	ID    string
	Why   page.Words
	Both  []BothRow
	There bool          // the centre has it
	Again bool          // it can be sent again, and is not settled before
	Texts []WrittenText // what was written, so that nothing of it is lost
	Save  string        // where all of it is saved; "" where there is none
	May   bool          // the person may do something about it
}

// waitsOf is how many operations are on their way to the centre.
func waitsOf(t outbox.Tally) (n int) {
	for _, k := range t.Waiting {
		n += k
	}
	return n
}

// looked is how sending stands, asked once for a page; false where it can not be
// known, for which no page fails.
func (x *exchange) looked() (courier.Status, bool) {
	if x.Sync == nil {
		return courier.Status{}, false
	}
	if x.sending == nil {
		s, err := x.Sync.Courier.Look(x.ctx())
		if err != nil {
			x.Log.LogAttrs(x.ctx(), slog.LevelError, "how sending stands can not be told", slog.String("request", x.id), slog.String("error", err.Error()))
			return s, false
		}
		x.sending = &s
	}
	return *x.sending, true
}

// heard is when the centre was last heard of.
func heard(s courier.Status) time.Time { return latest(s.Contact, s.Told.At) }

// syncLine is the line at the top of every page; nil at the centre.
func (x *exchange) syncLine() *SyncLine {
	s, ok := x.looked()
	if !ok {
		return nil
	}
	l := x.lineOf(s)
	return &l
}

func (x *exchange) lineOf(s courier.Status) SyncLine {
	contact := x.t("sync.line.never")
	if at := heard(s); !at.IsZero() {
		contact = x.t("sync.line.contact", x.lately(at))
	}
	switch n := waitsOf(s.Tally); {
	case s.State == courier.Stopped:
		return SyncLine{"stopped", x.t("sync.line.stopped", n)}
	case s.Attention > 0:
		return SyncLine{"attention", x.t("sync.line.attention", s.Attention, n)}
	case s.AllSent():
		return SyncLine{"sent", x.t("sync.line.sent", x.lately(heard(s)))}
	case n == 0:
		return SyncLine{"waits", x.t("sync.line.checking", contact)}
	default:
		return SyncLine{"waits", x.t("sync.line.waits", n, contact)}
	}
}

// syncItem is the line of the menu that counts what waits and what needs attention.
func (x *exchange) syncItem() Item {
	i := x.item("/sync", "menu.sync", "swap")
	i.Badge = "sync"
	if s, ok := x.looked(); ok {
		i.Waits = waitsOf(s.Tally) + s.Attention
	}
	return i
}

func (x *exchange) syncPage() error { return x.showSync(http.StatusOK) }

func (x *exchange) showSync(status int, problems ...Problem) error {
	if x.Sync == nil {
		return notHere()
	}
	s, err := x.Sync.Courier.Look(x.ctx())
	if err != nil {
		return err
	}
	x.sending = &s
	v := syncView{
		Shell: x.shell("sync"), Line: x.lineOf(s), AllSent: s.AllSent(), State: string(cmp.Or(s.State, courier.Away)), Code: string(s.Code), Stopped: s.State == courier.Stopped,
		Why: s.Why.In(string(x.lang)), Help: s.Help.In(string(x.lang)), Contact: x.contacted(heard(s)), Stuck: x.lately(s.Stuck),
		Waits: waitsOf(s.Tally), Lacks: waitsOf(s.Tally) + s.Aside, Since: x.lately(s.Since), Stored: s.Stored, Held: s.Held, Done: s.Processed, Files: s.Files, CameIn: s.CameIn, More: s.Fetching,
		Kinds: x.kindCounts(s.Waiting), Here: x.with(),
	}
	v.Snags = x.snags(s)
	if s.State == courier.Stopped && slices.Contains([]courier.TroubleKind{courier.Revoked, courier.Forked, courier.SignIn}, s.Code) {
		v.Anew = doorPath
	}
	if s.State != courier.Stopped && s.Next.After(x.now()) {
		v.Next = x.until(s.Next)
	}
	if err := x.syncAsks(&v); err != nil {
		return err
	}
	waits, err := x.Sync.Box.Items(x.ctx(), outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending}, Most: syncLatest})
	if err != nil {
		return err
	}
	v.Rest = max(v.Waits-len(waits), 0)
	names, err := x.names(doers(waits)...)
	if err != nil {
		return err
	}
	for _, i := range waits {
		v.Latest = append(v.Latest, x.syncRow(i, names))
	}
	v.Problems = problems
	if x.Sync.Stick != nil {
		v.Receipts = true
		if v.Parts, err = x.syncParts(); err != nil {
			return err
		}
	}
	return x.show(status, "sync", v)
}

// snags tells in which direction this machine can not go on.
func (x *exchange) snags(s courier.Status) (out []string) {
	for _, way := range []struct {
		word string
		snag courier.Snag
	}{{"sync.snag.in", s.In}, {"sync.snag.out", s.Out}} {
		if way.snag.Lasts() {
			out = append(out, x.t(way.word, x.lately(way.snag.Since), way.snag.Why.In(string(x.lang))))
		}
	}
	return out
}

// until is a time that is near, in words.
func (x *exchange) until(t time.Time) string {
	if d := t.Sub(x.now()); d < time.Minute {
		return x.words.Count("sync.in-seconds", max(int(d/time.Second), 1))
	} else if d < time.Hour {
		return x.words.Count("sync.in-minutes", int((d+time.Minute-1)/time.Minute))
	}
	return x.moment(t).Text
}

// kindCounts are how many operations wait by kind in words, in the order of the kinds.
func (x *exchange) kindCounts(waiting map[string]int) (out []KindCount) {
	counts := map[string]int{}
	for kind, n := range waiting {
		counts[deedWord(kind)] += n
	}
	words := []string{"other"}
	for _, k := range slices.Backward(deedKinds) {
		words = append(words, k.word)
	}
	for _, w := range slices.Backward(words) {
		if counts[w] > 0 {
			out = append(out, KindCount{x.t("deed." + w), counts[w]})
		}
	}
	return out
}

func doers(list []outbox.Item) (out []catalog.OfficerID) {
	for _, i := range list {
		out = append(out, i.By)
	}
	return out
}

func (x *exchange) syncRow(i outbox.Item, names map[catalog.OfficerID]string) SyncRow {
	who := x.called(i.By, names)
	if i.By == "" {
		who = page.Words{Text: x.t("deed.nobody")}
	}
	return SyncRow{Kind: x.deedKind(i.Kind), About: x.deedAbout(i.Entity), Who: who, Made: x.lately(i.Made), State: x.t("sync.state." + string(i.State))}
}

// syncAsks are the operations that a person has still to look after.
func (x *exchange) syncAsks(v *syncView) error {
	at := x.offset(syncAtOnce)
	all, err := x.Sync.Box.Items(x.ctx(), outbox.Filter{States: []outbox.State{outbox.Attention}, Asks: true, Latest: true})
	if err != nil {
		return err
	}
	v.AskAll, v.Pager = len(all), x.pager(at, syncAtOnce, len(all))
	list := all[min(at, len(all)):min(at+syncAtOnce, len(all))]
	names, err := x.names(doers(list)...)
	if err != nil {
		return err
	}
	for _, i := range list {
		ask := SyncAsk{SyncRow: x.syncRow(i, names), ID: i.ID, Why: x.said(cmp.Or(i.Text.In(string(x.lang)), x.askWhy(i))), Both: x.both(i.Value),
			There: i.There, Again: i.Lacks(), May: x.mayTend(i)}
		if ask.May {
			ask.Texts, ask.Save = x.writtenIn(i)
		}
		v.Asks = append(v.Asks, ask)
	}
	return nil
}

// askWhy says why an operation needs attention of which nobody said more.
func (x *exchange) askWhy(i outbox.Item) string {
	switch i.Status {
	case wire.Conflict, wire.Rejected, wire.Gone:
		return x.t("sync.why." + string(i.Status))
	}
	return x.t("sync.why.other")
}

// mayTend reports whether the person may say what becomes of an operation: who did it,
// anybody where no officer did, and whoever looks after the machine.
func (x *exchange) mayTend(i outbox.Item) bool {
	return i.By == "" || i.By == x.by().ID || x.by().MayAnywhere(rights.RevokeOffice)
}

// tended is the operation that the address names, which the person may say something of.
func (x *exchange) tended() (i outbox.Item, err error) {
	x.back = syncPath
	if x.Sync == nil {
		return i, notHere()
	}
	list, err := x.Sync.Box.Items(x.ctx(), outbox.Filter{States: []outbox.State{outbox.Attention}})
	if err != nil {
		return i, err
	}
	at := slices.IndexFunc(list, func(i outbox.Item) bool { return i.ID == x.r.PathValue("id") })
	if at < 0 || !x.mayTend(list[at]) {
		return i, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการนี้", EN: "There is no such operation"},
			fault.Text{TH: "อาจมีผู้ดูแลไปแล้ว กลับไปหน้าการส่งข้อมูล", EN: "Somebody may have looked after it. Go back to what is sent."})
	}
	return list[at], nil
}

// syncSeen notes that a person knows what became of an operation.
func (x *exchange) syncSeen() error {
	i, err := x.tended()
	if err != nil {
		return err
	}
	if err := x.Sync.Box.Know(x.ctx(), i.ID); err != nil {
		return err
	}
	return x.done(syncPath, "flash.sync.seen")
}

// syncAgain has an operation sent again.
func (x *exchange) syncAgain() error {
	i, err := x.tended()
	if err != nil {
		return err
	}
	if err := x.Sync.Box.Again(x.ctx(), i.ID); err != nil {
		if errors.Is(err, fault.Conflict) {
			x.back = syncPath
		}
		return err
	}
	x.Sync.Courier.Try()
	return x.done(syncPath, "flash.sync.again")
}

// syncTry has the courier try at once, and begin again where it had stopped.
func (x *exchange) syncTry() error {
	x.back = syncPath
	s, ok := x.looked()
	if x.Sync == nil {
		return notHere()
	}
	if ok && s.State == courier.Stopped {
		x.Sync.Courier.Resume()
	}
	x.Sync.Courier.Try()
	return x.done(syncPath, "flash.sync.try", strconv.Itoa(waitsOf(s.Tally)))
}
