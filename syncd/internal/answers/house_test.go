package answers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
)

// office is an intake over a database of its own.
type office struct {
	*answers.Intake
	t     testing.TB
	desk  *answers.Desk
	store *sqlstore.Store
	log   *bytes.Buffer

	stand catalog.AgencyCode // where the points are
	mu    sync.Mutex
	now   time.Time
}

// where is the agency of a point.
func (o *office) where(point catalog.PointCode) (catalog.AgencyCode, bool) {
	known, _ := o.Known(point, "")
	return o.stand, known
}

// Known knows the points and manuals of dlt.
func (*office) Known(point catalog.PointCode, manual catalog.ManualID) (bool, bool) {
	return point == "dlt-p1" || point == "dlt-p2", manual == "" || manual == "dlt-7f3k5q"
}

// Target knows the points of dlt, or of the agency that they were moved to.
func (o *office) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	if known, _ := o.Known(point, ""); agency != o.stand || !known {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return rights.Target{Chain: []catalog.AgencyCode{agency, "mot"}, Point: point}, nil
}

// Below is not asked for.
func (*office) Below(agency catalog.AgencyCode) []catalog.AgencyCode {
	return []catalog.AgencyCode{agency}
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// set is a question set with a scale that is needed, a choice and a text.
func set() *catalog.Survey {
	return &catalog.Survey{ID: "satisfaction-1", Title: catalog.Text{TH: "แบบประเมิน"}, Questions: []catalog.Question{
		{Code: "q1", Kind: "scale", Required: true, Text: catalog.Text{TH: "โดยรวม"}},
		{Code: "q6", Kind: "choice", Choices: []catalog.Choice{{Value: "same"}, {Value: "more"}}},
		{Code: "q12", Kind: "text", Max: 100},
	}}
}

// plenty lets all in.
var plenty = answers.Limits{Network: 1e8, Device: 1e8, Texts: 365 * 24 * time.Hour}

// build makes an intake that is not run yet; over may stand before the database.
func build(t testing.TB, name string, limits answers.Limits, over func(answers.Store) answers.Store) *office {
	t.Helper()
	store := sqlstoretest.Open(t, name)
	t.Cleanup(func() { store.Close() })
	o := &office{t: t, store: store, log: &bytes.Buffer{}, stand: "dlt", now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	o.Intake = &answers.Intake{Store: over(store.Answers()), Places: o, Limits: limits, Now: o.clock, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(o.log, nil))}
	o.desk = &answers.Desk{Store: store.Answers(), Structure: o, Now: o.clock, Random: rand.Reader, Intake: o.Intake, Where: o.where}
	if err := o.Learn(context.Background(), []*catalog.Survey{set()}); err != nil {
		t.Fatal(err)
	}
	return o
}

func plainly(s answers.Store) answers.Store { return s }

// opened runs an intake until the test ends.
func opened(t testing.TB, limits answers.Limits) *office {
	t.Helper()
	o := build(t, filepath.Join(t.TempDir(), "test.db"), limits, plainly)
	o.run()
	return o
}

func (o *office) run() {
	o.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); o.Run(ctx) }()
	o.t.Cleanup(func() { stop(); <-ended })
}

func id(n int) string { return fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", n) }

// item is an answer on the wire; change may alter its members.
func item(n int, change ...func(map[string]any)) []byte {
	m := map[string]any{"id": id(n), "form": "satisfaction-1", "point": "dlt-p1", "channel": "counter", "answered": "2026-11-26", "answers": map[string]any{"q1": 1 + n%5}}
	for _, c := range change {
		c(m)
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

func with(member string, value any) func(map[string]any) {
	return func(m map[string]any) { m[member] = value }
}

func replies(r map[string]any) func(map[string]any) { return with("answers", r) }

var home = answers.Sender{Address: netip.MustParseAddr("203.0.113.7")}

// sent sends answers, and returns what became of each.
func (o *office) sent(items ...[]byte) []answers.Result { return o.Accept(home, items) }

// statuses tells what became of answers, with the reasons' codes.
func statuses(list []answers.Result) (out []string) {
	for _, r := range list {
		s := string(r.Status)
		if r.Reason != nil {
			s += " " + r.Reason.Code
		}
		out = append(out, s)
	}
	return out
}

func (o *office) same(what string, got, want any) {
	o.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		o.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// kept are all answers in the database.
func (o *office) kept() (list []answers.Answer) {
	o.t.Helper()
	err := o.store.Answers().Read(context.Background(), func(r answers.Records) (err error) { list, err = r.After(0, 1_000_000); return err })
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// read returns what a transaction finds.
func read[V any](o *office, do func(answers.Records) (V, error)) (v V) {
	o.t.Helper()
	if err := o.store.Answers().Read(context.Background(), func(r answers.Records) (err error) { v, err = do(r); return err }); err != nil {
		o.t.Fatal(err)
	}
	return v
}

// officer holds a role for dlt.
func officer(role catalog.Role) staff.Acting {
	return staff.Acting{Officer: rights.Officer{ID: "o-aaaaaaaaaaaa", Grants: []rights.Grant{{Role: role, Scope: rights.Scope{Agency: "dlt"}}}}, Request: "r"}
}
