package office_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/stick"
	"khumue/syncd/internal/strongbox"
)

// Who works at the office, and by what.
const (
	somsri  = catalog.OfficerID("o-aaaaaaaaaaaaaaaa")
	wichai  = catalog.OfficerID("o-bbbbbbbbbbbbbbbb")
	user    = "somsri@example.go.th"
	phrase  = "กล้วย รถไฟ หน้าต่าง ฝน"
	address = "https://admin.example.go.th"
)

// world is a machine with what is around it: a clock, a folder, and a centre that
// admits whoever shows a code, and answers the line as it is told to.
type world struct {
	t      *testing.T
	now    time.Time
	dir    string
	codes  map[string]catalog.OfficerID
	asked  int
	lost   int // answers of the centre that get lost
	shut   bool
	talks  bool     // the centre answers: it refuses all that it is sent, and has no news
	told   [][]byte // what the machine told it with pulls
	has    wire.Digest
	count  int64
	box    []byte // the centre's public key
	key    *ecdh.PrivateKey
	sign   ed25519.PublicKey // the machine's
	device string
	office *office.Office
	opened int
	fails  error // what Opened returns
}

func begin(t *testing.T) *world {
	t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: time.Date(2026, 11, 2, 8, 30, 0, 0, time.UTC), dir: filepath.Join(t.TempDir(), "khumue"), box: key.PublicKey().Bytes(), key: key,
		codes: map[string]catalog.OfficerID{"a1": somsri, "a2": wichai, "a3": somsri}}
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// start starts the program.
func (w *world) start() {
	w.t.Helper()
	o, err := office.New(office.Options{
		Dir: w.dir, Program: "test", Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1},
		Ask:    func(string) (enrol.Asker, error) { return w, nil },
		Line:   func(string, func() (string, error)) office.Line { return silent{w} },
		Opened: func(context.Context, *office.Rooms) error { w.opened++; return w.fails },
		Now:    func() time.Time { return w.now }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.office = o
}

func (w *world) stop() {
	w.t.Helper()
	if err := w.office.Close(); err != nil {
		w.t.Error(err)
	}
}

// Ask is the centre's end of enrolment.
func (w *world) Ask(_ context.Context, token string, message []byte) ([]byte, error) {
	w.asked++
	q, err := enrol.ReadRequest(message)
	if err != nil {
		return nil, err
	}
	w.sign = q.Sign
	who, ok := w.codes[q.Code]
	if !ok {
		return enrol.Refusal{Nonce: q.Nonce, Kind: fault.Invalid, Text: fault.Text{TH: "รหัสนี้ใช้ไม่ได้", EN: "This code gives nothing."}}.Bytes(), nil
	}
	if w.lost > 0 {
		w.lost--
		return nil, fault.New(fault.Unavailable, fault.Text{TH: "ไม่มีคำตอบ", EN: "There is no answer."})
	}
	a := enrol.Admission{Nonce: q.Nonce, Device: w.device, Agency: "dlt", Name: "โน้ตบุ๊กสาขา", Officer: who, OfficerName: "สมศรี", Box: w.box, Time: w.now}
	if token == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		w.device = id.String()
		a.Device, a.Token = w.device, "khd_"+strings.Repeat("a", 43)
	}
	return a.Bytes(), nil
}

// silent is a line on which nobody answers, or the centre says that it takes nothing.
type silent struct{ w *world }

// Watch has nothing to tell.
func (silent) Watch(context.Context, func()) {}

func (l silent) Exchange(_ context.Context, messages ...wire.Message) (out []wire.Message, err error) {
	for _, m := range messages {
		if !l.w.talks {
			break
		}
		out = append(out, l.w.answer(m))
	}
	if l.w.talks {
		return out, nil
	}
	if l.w.shut {
		return nil, &courier.Trouble{Kind: courier.Revoked, Err: errors.New("revoked")}
	}
	return nil, &courier.Trouble{Kind: courier.Offline, Err: errors.New("no network")}
}

// answer is what the centre says.
func (w *world) answer(m wire.Message) wire.Message {
	a := wire.Message{Nonce: m.Nonce}
	switch m.Type {
	case wire.Hello:
		a.Type, a.Reception = wire.Hello, &wire.Reception{Version: 1, Least: 1, Standing: wire.Welcome, Epoch: "e", Seq: w.count, Count: w.count, Digest: w.has.String(), Time: w.now.Format(time.RFC3339), Ops: wire.MaxOps, Bytes: wire.MaxPush}
	case wire.Push:
		a.Type = wire.Results
		for _, op := range m.Ops {
			w.has.Add(op.ID, op.Sum())
			w.count++
			a.Results = append(a.Results, wire.Result{ID: op.ID, Status: wire.Rejected, Processed: true, Code: "no", Text: fault.Text{TH: "ไม่รับ", EN: "It is refused."}})
		}
	case wire.Pull:
		w.told = append(w.told, m.Have)
		a.Type, a.Cursor = wire.Changes, "c"
	default:
		a.Type, a.After = wire.Wait, 1000
	}
	return a
}

func (silent) Reset() {}
func (silent) Close() {}

// enrolled is a world whose machine is enrolled.
func enrolled(t *testing.T) *world {
	t.Helper()
	w := begin(t)
	if _, err := w.office.Enrol(t.Context(), address, "a1", user, phrase); err != nil {
		t.Fatal(err)
	}
	return w
}

// open is a world whose machine is open.
func open(t *testing.T) (*world, *office.Rooms) {
	t.Helper()
	w := enrolled(t)
	return w, w.unlock()
}

func (w *world) unlock() *office.Rooms {
	w.t.Helper()
	if id, err := w.office.Unlock(w.t.Context(), user, phrase); err != nil || id != somsri {
		w.t.Fatalf("it is unlocked by %s, %v", id, err)
	}
	return w.office.Rooms()
}

// hear has the machine hear the centre, whose clock is ahead of the machine's.
func (w *world) hear(r *office.Rooms, ahead time.Duration) {
	w.t.Helper()
	_, err := r.Box.Greeted(w.t.Context(), wire.Reception{Standing: wire.Welcome, Epoch: "e", Digest: wire.Digest{}.String(), Time: w.now.Add(ahead).Format(time.RFC3339)})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) look(r *office.Rooms) office.Standing {
	w.t.Helper()
	s, err := r.Look(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func TestTheLifeOfAMachine(t *testing.T) {
	w := begin(t)
	if got := w.office.State(); got != office.Bare {
		t.Fatalf("at first it is %s", got)
	}
	if _, err := w.office.Unlock(t.Context(), user, phrase); !errors.Is(err, fault.NotFound) {
		t.Errorf("a bare machine is unlocked: %v", err)
	}
	who, err := w.office.Enrol(t.Context(), address, "a1", user, phrase)
	if err != nil || who.Centre != address || who.Agency != "dlt" || who.Name != "โน้ตบุ๊กสาขา" || who.Device != w.device {
		t.Fatalf("it is enrolled as %+v, %v", who, err)
	}
	if got := w.office.State(); got != office.Locked || w.office.Rooms() != nil {
		t.Fatalf("enrolled it is %s", got)
	}
	if _, err := w.office.Unlock(t.Context(), user, "a passphrase that is wrong"); !errors.Is(err, fault.Forbidden) || w.office.State() != office.Locked {
		t.Errorf("a wrong passphrase gives %v", err)
	}
	w.unlock()
	if got := w.office.State(); got != office.Open || w.opened != 1 {
		t.Fatalf("unlocked it is %s, opened %d times", got, w.opened)
	}
	w.unlock()
	if w.opened != 1 {
		t.Errorf("the second officer of a day opens it again")
	}
	w.stop()
	if got := w.office.State(); got != office.Locked {
		t.Errorf("closed it is %s", got)
	}
	w.start()
	if got := w.office.State(); got != office.Locked {
		t.Fatalf("started again it is %s", got)
	}
	if r := w.unlock(); r.Device != w.device || r.Centre != address {
		t.Errorf("it remembers %+v", r.Identity)
	}
}

func TestWhatEnrolmentRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		code, phrase string
		asked        int
		want         fault.Kind
	}{
		"a short passphrase uses no code up": {"a1", "short", 0, fault.Invalid},
		"a code that the centre refuses":     {"a9", phrase, 1, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			_, err := w.office.Enrol(t.Context(), address, c.code, user, c.phrase)
			if !errors.Is(err, c.want) || w.asked != c.asked || w.office.State() != office.Bare {
				t.Errorf("got %v after %d questions, %s", err, w.asked, w.office.State())
			}
		})
	}
	t.Run("a machine that is enrolled", func(t *testing.T) {
		w := enrolled(t)
		if _, err := w.office.Enrol(t.Context(), address, "a2", user, phrase); !errors.Is(err, fault.Conflict) || w.asked != 1 {
			t.Errorf("got %v after %d questions", err, w.asked)
		}
	})
}

func TestAnAnswerThatWasLostSpoilsNothing(t *testing.T) {
	w := begin(t)
	w.lost = 1
	if _, err := w.office.Enrol(t.Context(), address, "a1", user, phrase); !errors.Is(err, fault.Unavailable) || w.office.State() != office.Bare {
		t.Fatalf("without an answer: %v, %s", err, w.office.State())
	}
	if _, err := w.office.Enrol(t.Context(), address, "a1", user, phrase); err != nil {
		t.Fatal(err)
	}
	if got := w.office.State(); got != office.Locked {
		t.Errorf("it is %s", got)
	}
}

func TestACrashWhileItIsEnrolledLeavesItBare(t *testing.T) {
	w := begin(t)
	if err := os.MkdirAll(filepath.Join(w.dir, "office.part", "rest"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.start()
	if got := w.office.State(); got != office.Bare {
		t.Fatalf("it is %s", got)
	}
	if _, err := w.office.Enrol(t.Context(), address, "a1", user, phrase); err != nil {
		t.Fatal(err)
	}
	if got := w.office.State(); got != office.Locked {
		t.Errorf("it is %s", got)
	}
}

func TestWhatCanNotBeOpenedStaysLocked(t *testing.T) {
	w := enrolled(t)
	w.fails = errors.New("the desks are not to be opened")
	if _, err := w.office.Unlock(t.Context(), user, phrase); !errors.Is(err, w.fails) || w.office.State() != office.Locked {
		t.Fatalf("got %v, %s", err, w.office.State())
	}
	w.fails = nil
	w.unlock()
}

func TestAnotherOfficerJoins(t *testing.T) {
	w := enrolled(t)
	if _, err := w.office.Join(t.Context(), "a2", "wichai@example.go.th", "เมฆ ส้ม โต๊ะ จักรยาน"); !errors.Is(err, fault.Conflict) {
		t.Errorf("a locked machine is joined: %v", err)
	}
	w.unlock()
	if id, err := w.office.Join(t.Context(), "a2", "wichai@example.go.th", "เมฆ ส้ม โต๊ะ จักรยาน"); err != nil || id != wichai {
		t.Fatalf("joins %s, %v", id, err)
	}
	t.Run("a forgotten passphrase is set anew", func(t *testing.T) {
		if id, err := w.office.Join(t.Context(), "a3", user, "ใหม่ กว่า เดิม ทุกคำ"); err != nil || id != somsri {
			t.Fatalf("joins %s, %v", id, err)
		}
		if _, err := w.office.Unlock(t.Context(), user, phrase); !errors.Is(err, fault.Forbidden) {
			t.Errorf("the old passphrase gives %v", err)
		}
	})
	w.stop()
	w.start()
	if id, err := w.office.Unlock(t.Context(), "wichai@example.go.th", "เมฆ ส้ม โต๊ะ จักรยาน"); err != nil || id != wichai {
		t.Errorf("it is unlocked by %s, %v", id, err)
	}
}

// TestAStolenFolderTellsNothingOfWhoItIs looks for what the machine knows of itself in
// all its files.
func TestAStolenFolderTellsNothingOfWhoItIs(t *testing.T) {
	w, r := open(t)
	w.hear(r, 0)
	w.look(r)
	w.stop()
	hidden := []string{"example.go.th", "สมศรี", "somsri", "สาขา", w.device, string(somsri), "khd_"}
	seen := 0
	err := fs.WalkDir(os.DirFS(w.dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		seen++
		data, err := os.ReadFile(filepath.Join(w.dir, name))
		for _, word := range hidden {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s tells %q", name, word)
			}
		}
		return err
	})
	if err != nil || seen < 5 {
		t.Errorf("looked at %d files, %v", seen, err)
	}
}

const day = 24 * time.Hour

func TestRightsEndWhenTheCentreIsNotHeard(t *testing.T) {
	w, r := open(t)
	for name, c := range map[string]struct {
		do   func(w *world, r *office.Rooms)
		over bool
	}{
		"on the day itself": {func(*world, *office.Rooms) {}, false},
		"29 days later":     {func(w *world, _ *office.Rooms) { w.now = w.now.Add(29 * day) }, false},
		"30 days later":     {func(w *world, _ *office.Rooms) { w.now = w.now.Add(30 * day) }, true},
		"the centre was heard meanwhile": {func(w *world, r *office.Rooms) {
			w.now = w.now.Add(29 * day)
			w.hear(r, 0)
			w.now = w.now.Add(29 * day)
		}, false},
		"the clock is set back": {func(w *world, r *office.Rooms) {
			w.now = w.now.Add(31 * day)
			w.look(r)
			w.now = w.now.Add(-31 * day)
		}, true},
		"the clock is a year ahead, and the centre knows": {func(w *world, r *office.Rooms) {
			w.now = w.now.Add(365 * day)
			w.hear(r, -365*day)
			w.now = w.now.Add(29 * day)
		}, false},
		"the clock was a year ahead when the centre was heard, and time goes on": {func(w *world, r *office.Rooms) {
			w.now = w.now.Add(365 * day)
			w.hear(r, -365*day)
			w.look(r)
			w.now = w.now.Add(30 * day)
		}, true},
		"the clock was years ahead when the centre was heard, and is set right": {func(w *world, r *office.Rooms) {
			w.now = w.now.Add(900 * day)
			w.hear(r, -900*day)
			w.look(r)
			w.now = w.now.Add(-900 * day)
			for range 2 {
				w.now = w.now.Add(29 * day)
				w.hear(r, 0)
				w.look(r)
			}
		}, false},
		"it was over, and the centre is heard": {func(w *world, r *office.Rooms) {
			w.now = w.now.Add(90 * day)
			w.look(r)
			w.hear(r, 0)
		}, false},
		"the centre allows ten days":                 {func(w *world, r *office.Rooms) { w.allow(r, "10"); w.now = w.now.Add(9 * day) }, false},
		"the centre allows ten days, which are over": {func(w *world, r *office.Rooms) { w.allow(r, "10"); w.now = w.now.Add(10 * day) }, true},
		"what the centre allows can not be read":     {func(w *world, r *office.Rooms) { w.allow(r, "-1"); w.now = w.now.Add(29 * day) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w.allow(r, "")
			w.now = w.now.Add(1000 * day)
			w.hear(r, 0)
			w.look(r)
			c.do(w, r)
			s := w.look(r)
			if s.Over != c.over || (s.May() != nil) != c.over {
				t.Errorf("it stands so: %+v, %v", s, s.May())
			}
		})
	}
}

// allow has the centre say for how many days officers may work without it.
func (w *world) allow(r *office.Rooms, days string) {
	w.t.Helper()
	if err := r.Store.Mirror().Write(w.t.Context(), func(m mirror.Records) error { return m.PutSetting(cargo.OfflineDays, days) }); err != nil {
		w.t.Fatal(err)
	}
}

func TestTheClockStaysBackOverARestart(t *testing.T) {
	w, r := open(t)
	w.now = w.now.Add(31 * day)
	w.look(r)
	w.stop()
	w.now = w.now.Add(-31 * day)
	w.start()
	r = w.unlock()
	if s := w.look(r); !s.Over || !errors.Is(s.May(), fault.Forbidden) {
		t.Errorf("it stands so: %+v", s)
	}
}

// deed notes something that is done, with its effect.
func deed(w *world, r *office.Rooms, entity string) string {
	t := w.t
	t.Helper()
	w.now = w.now.Add(time.Second)
	ctx, slip, err := r.Box.Note(t.Context(), outbox.Deed{Kind: "test.do", Entity: entity, By: somsri, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, Do: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.SetNote("effect", entity) })
	if err != nil || !slip.Written() {
		t.Fatalf("it is written down: %v, %v", slip.Written(), err)
	}
	return slip.ID()
}

func TestAMachineThatWasShutOutSaysSoAndHandsOutItsWork(t *testing.T) {
	w, r := open(t)
	ids := []string{deed(w, r, "a"), deed(w, r, "b")}
	w.shut = true
	if _, err := r.Courier.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	said := func(r *office.Rooms) {
		t.Helper()
		s := w.look(r)
		if s.Revoked.IsZero() || !errors.Is(s.May(), fault.Forbidden) {
			t.Errorf("it stands so: %+v", s)
		}
		var b bytes.Buffer
		n, err := r.Export(t.Context(), &b, stick.Part{})
		got := w.opens(r, b.Bytes())
		if err != nil || n != 2 || !slices.Equal(got, ids) {
			t.Errorf("it hands out %d: %v of %v, %v", n, got, ids, err)
		}
	}
	said(r)
	w.stop()
	w.start()
	w.shut = false
	r = w.unlock()
	r.Run(t.Context()) // returns: nothing is sent any more
	said(r)
}

func TestAMachineThatWasShutOutIsEnrolledAnew(t *testing.T) {
	w, r := open(t)
	w.hear(r, 0)
	id, stream, was := deed(w, r, "a"), r.Box.Stream(), w.device
	w.shut = true
	if _, err := r.Courier.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := w.look(r); s.Revoked.IsZero() {
		t.Fatalf("it stands so: %+v", s)
	}
	if err := w.office.Renew(t.Context(), "a9"); !errors.Is(err, fault.Invalid) {
		t.Errorf("a code that gives nothing: %v", err)
	}
	if err := w.office.Renew(t.Context(), "a3"); err != nil {
		t.Fatal(err)
	}
	if s := w.look(r); !s.Renewed || !errors.Is(s.May(), fault.Forbidden) {
		t.Errorf("before it was closed it stands so: %+v", s)
	}
	w.stop()
	w.shut = false
	w.start()
	r = w.unlock()
	if s := w.look(r); s.May() != nil || r.Device == was || r.Box.Stream() == stream {
		t.Errorf("it stands so: %+v, as %s in %s", s, r.Device, r.Box.Stream())
	}
	list, err := r.Box.Items(t.Context(), outbox.Filter{States: []outbox.State{outbox.Ready}, Stream: r.Box.Stream()})
	if err != nil || len(list) != 1 || list[0].ID != id {
		t.Errorf("there waits %+v, %v", list, err)
	}
}

func TestAnOfficerIsRecognisedWhomTheCentreToldOf(t *testing.T) {
	_, r := open(t)
	if _, err := r.Recognise(t.Context(), somsri); !errors.Is(err, fault.Forbidden) {
		t.Errorf("before anything came: %v", err)
	}
	u := staff.User{ID: somsri, Name: "สมศรี มีทรัพย์", Created: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}
	if err := r.Store.Mirror().Write(t.Context(), func(m mirror.Records) error { return m.PutPerson(u) }); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		who, err := r.Recognise(t.Context(), somsri)
		if err != nil || who.Issuer != office.Here || who.Subject != string(somsri) || who.Name != u.Name {
			t.Errorf("%d: %+v, %v", i, who, err)
		}
	}
	err := r.Store.Read(t.Context(), func(s staff.Records) error {
		got, err := s.UserOf(office.Here, string(somsri))
		if err == nil && got.ID != somsri {
			err = fmt.Errorf("it is %s", got.ID)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAFileThatNothingNamesGoes(t *testing.T) {
	w, r := open(t)
	dir := filepath.Join(w.dir, "office", "files")
	named, stray, fresh := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, old := range map[string]time.Duration{named: 2 * day, stray: 2 * day, fresh: time.Hour, "." + stray + ".123": 2 * day} {
		at := w.now.Add(-old)
		if err := errors.Join(os.WriteFile(filepath.Join(dir, name), []byte("sealed"), 0o600), os.Chtimes(filepath.Join(dir, name), at, at)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, _, err := r.Box.Note(t.Context(), outbox.Deed{Kind: "test.do", Entity: "x", By: somsri, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, Do: []byte(`{}`),
		Files: []wire.File{{SHA256: named, Size: 6}}})
	if err == nil {
		err = r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.SetNote("effect", "x") })
	}
	if err = errors.Join(err, r.Tidy(t.Context())); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 || left[0].Name() != named || left[1].Name() != fresh {
		t.Errorf("left are %v, %v", left, err)
	}
}
