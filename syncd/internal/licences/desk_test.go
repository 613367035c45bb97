package licences_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

var area5 = licence.Key{Point: "dlt-area5", Process: renewal, Month: october}

// TestWhoDoesWhat has every role do every act to a point that reports itself, to
// one of an office below, and to one whose department reports.
func TestWhoDoesWhat(t *testing.T) {
	tests := []struct {
		name               string
		key                licence.Key
		asker              string
		reads, files, asks string
		grants             string
	}{
		{"a point of a department", area5, "colleague", "point colleague central ministry opdc dga", "point colleague", "point colleague central", "central ministry"},
		{"a point of an office below", licence.Key{Point: "cmi-1", Process: renewal, Month: october}, "cmi point", "cmi point province central ministry opdc dga", "cmi point", "cmi point province", "province central ministry"},
		{"a department that reports itself", licence.Key{Point: "doh-1", Process: road, Month: october}, "doh central", "other point doh central ministry opdc dga", "doh central ministry", "other point doh central ministry", "ministry opdc"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := open(t)
			may := func(list, who string) bool { // names may have spaces, and none is part of another here
				return slices.Contains(strings.Split(strings.NewReplacer("other point", "other-point", "cmi point", "cmi-point", "doh central", "doh-central").Replace(list), " "), strings.ReplaceAll(who, " ", "-"))
			}
			check := func(act, who string, allowed bool, err error) {
				t.Helper()
				if allowed != (err == nil) || !allowed && !errors.Is(err, fault.Forbidden) {
					t.Errorf("%s by %s: %v", act, who, err)
				}
			}
			begin := o.at
			for who, by := range o.people {
				o.at = begin
				_, err := o.Grid(t.Context(), by, test.key.Point, october, october)
				check("read", who, may(test.reads, who), err)
				_, err = o.write(who, test.key, entry(0, 4, 3, 1))
				check("file", who, may(test.files, who), err)
			}
			o = open(t)
			o.Begin = october.Add(-40)
			o.at = clock(t, "2026-12-01 09:00")
			k := test.key // of another month for each
			for who, by := range o.people {
				k.Month = k.Month.Add(-1)
				_, err := o.Ask(t.Context(), by, k.Point, []licence.Key{k}, "พบคำขอที่ตกหล่นสองคำขอ")
				check("ask", who, may(test.asks, who), err)
			}
			k = test.key
			o = open(t)
			o.Begin = october.Add(-40)
			o.at = clock(t, "2026-12-01 09:00")
			for who, by := range o.people {
				for _, grant := range []bool{true, false} {
					if who != test.asker {
						k.Month = k.Month.Add(-1)
						_, err := o.Decide(t.Context(), by, []string{o.asked(k, test.asker)}, grant, "ตรวจสอบแล้ว มีเหตุผลสมควร")
						check("decide", who, may(test.grants, who), err)
					}
				}
			}
		})
	}
}

func TestAReportFromOpenToFinal(t *testing.T) {
	o := open(t)
	out, err := o.write("point", area5, entry(2, 4, 3, 3))
	o.must(err)
	if out.Filed != 1 {
		t.Fatalf("got %+v", out)
	}
	if again, err := o.write("point", area5, entry(2, 4, 3, 3)); err != nil || again.Same != 1 || o.edition(area5) != 1 {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	o.at = clock(t, "2026-11-14 00:00")
	var faulty *licences.Faulty
	if _, err := o.write("point", area5, entry(2, 5, 4, 3)); !errors.As(err, &faulty) || !errors.Is(err, fault.Conflict) || !strings.Contains(faulty.Rows[0].What.TH, "ล็อกแล้วตั้งแต่สิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569") || faulty.Rows[0].Hint.TH == "" {
		t.Errorf("locked: %v", err)
	}
	id := o.asked(area5, "point")
	if n, err := o.Ask(t.Context(), o.people["point"], "dlt-area5", []licence.Key{area5}, "พบคำขอที่ตกหล่นสองคำขอ"); n != 0 || err != nil {
		t.Errorf("asking again: %d, %v", n, err)
	}
	if n, err := o.Ask(t.Context(), o.people["colleague"], "dlt-area5", []licence.Key{area5}, "พบคำขอที่ตกหล่นสองคำขอ"); n != 0 || !errors.Is(err, fault.Conflict) {
		t.Errorf("a colleague asks as well: %d, %v", n, err)
	}
	q, err := o.Queue(t.Context(), o.people["central"])
	o.must(err)
	if len(q) != 1 || q[0].ID != id || q[0].Report.Filed.Received != 4 {
		t.Errorf("the queue: %+v", q)
	}
	refused, err := o.Decide(t.Context(), o.people["central"], []string{id}, false, "ระบุหมายเลขคำขอที่ตกหล่นด้วย")
	o.must(err)
	if again, err := o.Decide(t.Context(), o.people["central"], []string{id}, false, "ระบุหมายเลขคำขอที่ตกหล่นด้วย"); err != nil || len(again) != 0 || len(refused) != 1 {
		t.Errorf("refusing again: %v, %v", again, err)
	}
	if _, err := o.Decide(t.Context(), o.people["ministry"], []string{id}, true, ""); !errors.Is(err, fault.Conflict) {
		t.Errorf("granting what was refused: %v", err)
	}
	o.at = clock(t, "2026-12-03 10:00")
	id = o.asked(area5, "point")
	_, err = o.Decide(t.Context(), o.people["central"], []string{id}, true, "")
	o.must(err)
	o.at = clock(t, "2026-12-14 23:59")
	if _, err := o.write("point", area5, entry(2, 6, 4, 4)); err != nil {
		t.Errorf("in the last minute: %v", err)
	}
	row := o.row("point", area5)
	if row.Standing.State != licence.Locked || row.Filed.Version != 2 || row.Filed.Cause != licence.Correction {
		t.Errorf("after the correction: %+v", row.Standing)
	}
	o.at = clock(t, "2026-12-15 10:00")
	id = o.asked(area5, "point")
	_, err = o.Decide(t.Context(), o.people["central"], []string{id}, true, "")
	o.must(err)
	o.at = o.at.AddDate(0, 0, 30)
	if _, err := o.Ask(t.Context(), o.people["point"], "dlt-area5", []licence.Key{area5}, "พบคำขอที่ตกหล่นสองคำขอ"); !errors.Is(err, fault.Conflict) {
		t.Errorf("asking after a lapse: %v", err)
	}
	o.must(o.Tend(t.Context()))
	o.must(o.Tend(t.Context()))
	var topics []licences.Topic
	for _, n := range o.told {
		topics = append(topics, n.Topic)
		if len(n.To) == 0 || n.Place.TH != "พื้นที่ 5" || n.Month != october {
			t.Errorf("told: %+v", n)
		}
	}
	if want := []licences.Topic{licences.Asked, licences.Refused, licences.Asked, licences.Granted, licences.Asked, licences.Granted, licences.Lapsed}; !slices.Equal(topics, want) {
		t.Errorf("told %v, want %v", topics, want)
	}
	if got, want := o.entries(), []string{"licence.file", "licence.ask", "licence.refuse", "licence.ask", "licence.grant", "licence.correct", "licence.ask", "licence.grant"}; !slices.Equal(got, want) {
		t.Errorf("the trail has %v, want %v", got, want)
	}
	p, err := o.Past(t.Context(), o.people["central"], area5)
	o.must(err)
	if len(p.Versions) != 2 || !p.Versions[0].Current || p.Versions[1].Received != 4 || len(p.Unlocks) != 3 {
		t.Errorf("its past: %+v", p.Versions)
	}
	s, err := o.Stats(t.Context(), o.people["ministry"], "mot", calendar.FiscalYear(2570).Period())
	o.must(err)
	if want := (licences.Stats{Asked: 3, Granted: 2, Refused: 1, Used: 1, Lapsed: 1}); s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestSomebodyWroteMeanwhile(t *testing.T) {
	o := open(t)
	w := licences.Written{Point: "dlt-area5", Changes: []licences.Change{{Process: renewal, Month: october, Entry: entry(0, 1, 1, 0)}}}
	_, err := o.Write(t.Context(), o.people["point"], w)
	o.must(err)
	w.Changes[0].Entry = entry(0, 9, 9, 0)
	var stale *licences.Stale
	if _, err := o.Write(t.Context(), o.people["colleague"], w); !errors.As(err, &stale) || !errors.Is(err, fault.Conflict) || stale.Rows[0].Draft.Received != 1 || stale.Rows[0].Mine.Received != 9 {
		t.Errorf("got %v", err)
	}
	if got := o.row("point", area5).Shown.Received; got != 1 {
		t.Errorf("the draft says %d", got)
	}
}

func TestACorrectionOffersToBeCarriedThrough(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-12-01 09:00")
	november5 := licence.Key{Point: "dlt-area5", Process: renewal, Month: november}
	september := licence.Key{Point: "dlt-area5", Process: renewal, Month: october.Add(-1)}
	unlocked := func(k licence.Key) {
		t.Helper()
		_, err := o.Decide(t.Context(), o.people["central"], []string{o.asked(k, "point")}, true, "")
		o.must(err)
	}
	unlocked(area5)
	_, err := o.write("point", area5, entry(0, 10, 7, 3))
	o.must(err)
	_, err = o.write("point", november5, entry(99, 2, 1, 4))
	o.must(err)
	if got := o.row("point", november5); got.Filed.CarriedIn != 3 || got.Opening != (licence.Opening{Known: true, N: 3, From: october}) {
		t.Errorf("what is carried in is not the system's: %+v", got.Filed)
	}
	unlocked(area5)
	var chained *licences.Chained
	if _, err := o.write("point", area5, entry(0, 10, 5, 5)); !errors.As(err, &chained) || len(chained.Rows) != 1 || !slices.Equal(chained.Rows[0].Changed, []calendar.Month{november}) {
		t.Fatalf("nothing is offered: %v", err)
	}
	if got := o.row("point", area5).Filed.Version; got != 1 {
		t.Errorf("what was offered was done: version %d", got)
	}
	out, err := o.write("point", area5, entry(0, 10, 5, 5), func(w *licences.Written) { w.Carry = licences.CarryOn })
	o.must(err)
	if got := o.row("point", november5); len(out.Carried) != 1 || got.Filed.Figures != (licence.Figures{CarriedIn: 5, Received: 2, ApprovedOn: 1, PendingInTime: 6}) || got.Filed.Cause != licence.Carried || got.Step != nil {
		t.Errorf("got %+v", got)
	}
	unlocked(september)
	_, err = o.write("point", september, entry(0, 1, 0, 1), func(w *licences.Written) { w.Carry = licences.LeaveAlone })
	o.must(err)
	if got := o.row("point", area5); got.Step == nil || got.Step.Pending != 1 || got.Step.Has != 0 {
		t.Errorf("it does not say that it is out of step: %+v", got.Step)
	}
}

func TestSeveralMonthsAtOnceFollowEachOther(t *testing.T) {
	o := open(t)
	o.Begin = october
	o.at = clock(t, "2026-11-10 09:00")
	o.points[0].Processes = []catalog.ProcessID{renewal}
	w := licences.Written{Point: "dlt-area5", File: true, Changes: []licences.Change{
		{Process: renewal, Month: october, Entry: entry(1, 4, 2, 3)},
	}}
	_, err := o.Write(t.Context(), o.people["point"], w)
	o.must(err)
	o.at = clock(t, "2026-12-02 09:00")
	_, err = o.Decide(t.Context(), o.people["central"], []string{o.asked(area5, "point")}, true, "")
	o.must(err)
	w.Changes = []licences.Change{{Process: renewal, Month: november, Entry: entry(0, 1, 2, 3)}, {Process: renewal, Month: october, Entry: entry(1, 4, 1, 4), Edition: o.edition(area5)}}
	_, err = o.Write(t.Context(), o.people["point"], w)
	o.must(err)
	k := area5
	k.Month = november
	if got := o.row("point", k).Filed.CarriedIn; got != 4 {
		t.Errorf("the later month begins with %d", got)
	}
	w.Changes[0].Month = november.Add(1)
	w.Changes[0].Entry = entry(0, 1, 1, 3)
	w.Changes = w.Changes[:1]
	if _, err := o.Write(t.Context(), o.people["point"], w); !errors.Is(err, fault.Conflict) {
		t.Errorf("a month that is not over: %v", err)
	}
}

func TestNothingIsTakenOfWhatHasFaults(t *testing.T) {
	o := open(t)
	w := licences.Written{Point: "dlt-area5", File: true, Changes: []licences.Change{
		{Process: renewal, Month: october, Entry: entry(0, 4, 4, 0)}, {Process: first, Month: october, Entry: entry(0, 4, 3, 0)},
	}}
	var faulty *licences.Faulty
	if _, err := o.Write(t.Context(), o.people["point"], w); !errors.As(err, &faulty) || !errors.Is(err, fault.Invalid) || faulty.Rows[0].Process != first || faulty.Rows[0].Field != licence.PendingInTime {
		t.Fatalf("got %v", err)
	}
	if len(o.entries()) > 0 || o.row("point", area5).Filed.Version != 0 {
		t.Error("half of it was taken")
	}
	w.Changes[0].Process = "doh-aaaaaa"
	if _, err := o.Write(t.Context(), o.people["point"], w); !errors.Is(err, fault.NotFound) {
		t.Errorf("a process of another point: %v", err)
	}
	if _, err := o.Grid(t.Context(), o.people["point"], "no-such-point", october, october); !errors.Is(err, fault.Forbidden) {
		t.Errorf("a point that is not there: %v", err)
	}
	for _, to := range []calendar.Month{october.Add(-1), october.Add(24)} {
		if _, err := o.Grid(t.Context(), o.people["point"], "dlt-area5", october, to); !errors.Is(err, fault.Invalid) {
			t.Errorf("to %v: %v", to, err)
		}
	}
}

func TestWhatIsExpectedFollowsWhatPointsServe(t *testing.T) {
	o := open(t)
	expected := func(m calendar.Month) (ids []catalog.ProcessID) {
		t.Helper()
		g, err := o.Grid(t.Context(), o.people["point"], "dlt-area5", m, m)
		o.must(err)
		for _, r := range g.Rows {
			ids = append(ids, r.Process)
		}
		return ids
	}
	if got := expected(october.Add(-2)); len(got) != 2 {
		t.Errorf("from the beginning: %v", got)
	}
	if got := expected(october.Add(-3)); len(got) != 0 {
		t.Errorf("before it: %v", got)
	}
	o.points[0].Processes = []catalog.ProcessID{renewal, road}
	o.turn++
	o.must(o.Follow(t.Context()))
	for m, want := range map[calendar.Month][]catalog.ProcessID{october: {first, renewal}, november: {first, renewal, road}, november.Add(1): {renewal, road}} {
		if got := expected(m); !slices.Equal(got, want) {
			t.Errorf("%v: got %v, want %v", m, got, want)
		}
	}
	o.points[0].Agency = "dlt-cmi"
	o.points[0].Processes = []catalog.ProcessID{renewal, first}
	o.turn++
	if _, err := o.Grid(t.Context(), o.people["point"], "dlt-area5", november, november); !errors.Is(err, fault.Forbidden) {
		t.Errorf("after the point moved, its officer of before: %v", err)
	}
	g, err := o.Grid(t.Context(), o.people["province"], "dlt-area5", november.Add(1), november.Add(1))
	o.must(err)
	if len(g.Rows) != 2 {
		t.Errorf("what it serves again is expected again: %v", g.Rows)
	}
	o.points = o.points[1:]
	o.turn++
	o.at = o.at.AddDate(0, 3, 0)
	o.must(o.Follow(t.Context()))
	r, err := o.Rollup(t.Context(), o.people["province"], "", "", november.Add(6), november.Add(6))
	o.must(err)
	if r.Expected != 1 {
		t.Errorf("of a point that is gone %d are expected", r.Expected-1)
	}
}

func TestTheRollUpCountsWhatIsThereAndWhatIsMissing(t *testing.T) {
	o := open(t)
	_, err := o.write("point", area5, entry(2, 4, 3, 3))
	o.must(err)
	_, err = o.write("cmi point", licence.Key{Point: "cmi-1", Process: renewal, Month: october}, licence.Entry{Zero: true})
	o.must(err)
	r, err := o.Rollup(t.Context(), o.people["central"], "dlt", "", october.Add(-1), october)
	o.must(err)
	if r.Expected != 6 || r.Reports != 2 || r.Zeros != 1 || r.Received != 4 || r.ByMonth[1].Missing() != 1 || len(r.Gaps) != 1 || r.Gaps[0].Point != "dlt-area5" {
		t.Errorf("got %+v", r)
	}
	if len(r.Parts) != 2 || r.Parts[0].Point != "dlt-area5" || r.Parts[1].Agency != "dlt-cmi" || r.Parts[1].Reports != 1 {
		t.Errorf("its parts: %+v", r.Parts)
	}
	country, err := o.Rollup(t.Context(), o.people["opdc"], "", "", october, october)
	o.must(err)
	if country.Expected != 4 || len(country.Parts) != 1 || country.Parts[0].Agency != "mot" {
		t.Errorf("the country: %+v", country)
	}
	mine, err := o.Rollup(t.Context(), o.people["point"], "", "", october, october)
	o.must(err)
	if mine.Expected != 2 || mine.Reports != 1 {
		t.Errorf("of one point: %+v", mine.Tally)
	}
	for _, who := range []string{"author", "reviewer"} {
		if _, err := o.Rollup(t.Context(), o.people[who], "dlt", "", october, october); !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", who, err)
		}
	}
	if _, err := o.Rollup(t.Context(), o.people["moph central"], "dlt", "", october, october); !errors.Is(err, fault.Forbidden) {
		t.Errorf("another ministry: %v", err)
	}
	told, nobody, err := o.Remind(t.Context(), o.people["central"], "dlt", "", october)
	o.must(err)
	if told != 1 || nobody != 0 || len(o.told) != 1 || !slices.Contains(o.told[0].To, "o-point") || o.told[0].Topic != licences.Reminded || !strings.Contains(o.told[0].Text, "วันทำการที่ 10") {
		t.Errorf("reminded %d, %d: %+v", told, nobody, o.told)
	}
	if _, _, err := o.Remind(t.Context(), o.people["moph central"], "dlt", "", october); !errors.Is(err, fault.Forbidden) {
		t.Errorf("another ministry reminds: %v", err)
	}
}

func TestWhatSomebodyHasToReport(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-12-01 09:00")
	list, err := o.Duties(t.Context(), o.people["point"])
	o.must(err)
	if len(list) != 4 || list[0].Month != october.Add(-2) || !list[0].Locked || list[3].Locked || list[3].Missing() != 2 {
		t.Fatalf("got %d", len(list))
	}
	_, err = o.Decide(t.Context(), o.people["central"], []string{o.asked(area5, "point")}, true, "")
	o.must(err)
	list, err = o.Duties(t.Context(), o.people["point"])
	o.must(err)
	if d := list[2]; d.Opened != 1 || !d.Until.Equal(clock(t, "2026-12-10 00:00")) {
		t.Errorf("%d are open until %v", d.Opened, d.Until)
	}
	for who, want := range map[string]int{"central": 0, "doh central": 4, "opdc": 0, "other point": 0, "author": 0} {
		list, err := o.Duties(t.Context(), o.people[who])
		if err != nil || len(list) != want {
			t.Errorf("%s: %d, %v", who, len(list), err)
		}
	}
}

func TestNobodyDecidesOnTheirOwnRequest(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-12-01 09:00")
	id := o.asked(area5, "central")
	if _, err := o.Decide(t.Context(), o.people["central"], []string{id}, true, ""); !errors.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
	q, err := o.Queue(t.Context(), o.people["central"])
	if err != nil || len(q) != 1 || !q[0].Own {
		t.Errorf("the queue: %+v, %v", q, err)
	}
	if _, err := o.Decide(t.Context(), o.people["central"], []string{"u-9"}, true, ""); !errors.Is(err, fault.Forbidden) {
		t.Errorf("one that is not there: %v", err)
	}
	if !slices.ContainsFunc(o.told, func(n licences.News) bool { return slices.Contains(n.To, "o-ministry") }) {
		t.Errorf("nobody above was told: %+v", o.told)
	}
}

func TestReportsAreReadOneByOne(t *testing.T) {
	o := open(t)
	_, err := o.write("point", area5, entry(2, 4, 3, 3))
	o.must(err)
	var got []licences.Line
	o.must(o.Each(t.Context(), licences.Span{From: october, To: october}, func(l licences.Line) error { got = append(got, l); return nil }))
	if len(got) != 1 || got[0].Key != area5 || got[0].Agency != "dlt" || got[0].Received != 4 || got[0].At.Sub(o.at) > time.Second {
		t.Errorf("got %+v", got)
	}
}

// noting notes of each write whether it is that of the step which is marked.
type noting struct {
	licences.Store
	seen []bool
}

type ofTheStep struct{}

func (n *noting) Write(ctx context.Context, do func(licences.Records) error) error {
	n.seen = append(n.seen, ctx.Value(ofTheStep{}) != nil)
	return n.Store.Write(ctx, do)
}

// TestWhatPointsHaveToReportIsNoneOfAReport has a report be the first since the content
// changed: what is bound to its transaction, as that an operation is done, does not go
// with the note of what is to be reported.
func TestWhatPointsHaveToReportIsNoneOfAReport(t *testing.T) {
	o := open(t)
	n := &noting{Store: o.Store}
	o.Store = n
	w := licences.Written{Point: "dlt-area5", Changes: []licences.Change{{Process: renewal, Month: october}}}
	_, err := o.Write(context.WithValue(t.Context(), ofTheStep{}, true), o.people["point"], w)
	if err != nil || !slices.Equal(n.seen, []bool{false, true}) {
		t.Errorf("of the writes, the report's are %v, %v", n.seen, err)
	}
}
