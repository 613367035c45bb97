package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"khumue/bench/office"
	"khumue/bench/paper"
)

// figures are what was measured.
type figures struct {
	settings
	load                   string // of the machine before
	quiet, busy            views
	began, acked, ended    time.Time // of the offices' coming; when all was taken in, and done
	fleet                  *fleet
	theirs, ours           time.Duration // of a processor, that the daemon had, and the load, in all
	theirsTaken, oursTaken time.Duration // the same, until all was taken in
	rest, peak             int64         // memory of the daemon at most, before the offices came and at the end
	kinds                  []kind
}

// kind is what became of the operations of a kind.
type kind struct {
	name   string
	waited []time.Duration // from when it was taken in until it was done, the shortest first
}

// Aims.
const (
	aimRate = 1000
	aimP99  = 200 * time.Millisecond
)

// audit reads what became of all operations, and holds it against what was sent.
func (f *figures) audit(ctx context.Context, w *world) error {
	driver, at := w.databaseOf()
	db, err := sql.Open(driver, at)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := f.read(ctx, db); err != nil {
		return err
	}
	var errs []error
	for _, c := range []struct {
		what, query string
		want        int
	}{
		{"operations", `SELECT COUNT(*) FROM inbox_ops`, f.all()},
		{"operations that were done", `SELECT COUNT(*) FROM inbox_ops WHERE state = 'done' AND status = 'stored' AND code = ''`, f.all()},
		{"reports handed in once", `SELECT COUNT(*) FROM licence_reports WHERE point LIKE 'dlt-made%' AND version = 1`, f.offices * months * len(processes)},
		{"changes of reports", `SELECT SUM(edition - 1) FROM licence_reports WHERE point LIKE 'dlt-made%'`, f.offices * months * len(processes) * perReport},
		{"late requests in the version that they have after three steps", `SELECT COUNT(*) FROM delay_cases WHERE point LIKE 'dlt-made%' AND version = 3`, f.offices * cases},
	} {
		n := 0
		if err := db.QueryRowContext(ctx, c.query).Scan(&n); err != nil {
			return err
		}
		if n != c.want {
			errs = append(errs, fmt.Errorf("%s: %d, want %d", c.what, n, c.want))
		}
	}
	return errors.Join(append(errs, f.odd(ctx, db))...)
}

// odd tells of operations that were not done.
func (f *figures) odd(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT kind, state, status, code, MIN(en), COUNT(*) FROM inbox_ops WHERE state <> 'done' OR status <> 'stored' GROUP BY kind, state, status, code`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var errs []error
	for rows.Next() {
		var kind, state, status, code, en string
		n := 0
		if err := rows.Scan(&kind, &state, &status, &code, &en, &n); err != nil {
			return err
		}
		errs = append(errs, fmt.Errorf("%d of %s are %s %s %s: %s", n, kind, state, status, code, en))
	}
	return errors.Join(append(errs, rows.Err())...)
}

// read reads when operations came and were done.
func (f *figures) read(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT kind, received, settled FROM inbox_ops ORDER BY kind`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var received, settled int64
		if err := rows.Scan(&name, &received, &settled); err != nil {
			return err
		}
		if len(f.kinds) == 0 || f.kinds[len(f.kinds)-1].name != name {
			f.kinds = append(f.kinds, kind{name: name})
		}
		k := &f.kinds[len(f.kinds)-1]
		if settled > 0 {
			k.waited = append(k.waited, time.Duration(settled-received)*time.Microsecond)
		}
	}
	for _, k := range f.kinds {
		slices.Sort(k.waited)
	}
	return rows.Err()
}

// own is how long this process had a processor.
func own() time.Duration {
	return office.UsedBy(os.Getpid())
}

// loadOf is how busy the machine was before.
func loadOf() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "–"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

func perSecond(n int, span time.Duration) int {
	return int(float64(n) / max(span, time.Millisecond).Seconds())
}

func (f *figures) report() error {
	var text strings.Builder
	f.write(&text)
	fmt.Print(text.String())
	if f.out != "" {
		whole := []byte(text.String())
		if f.further {
			before, err := os.ReadFile(f.out)
			if err != nil {
				return err
			}
			whole = append(append(before, '\n'), whole...)
		}
		if err := os.WriteFile(f.out, whole, 0o644); err != nil {
			return err
		}
	}
	return f.judge()
}

func (f *figures) write(w io.Writer) {
	name, level := "SQLite", "#"
	if f.database != "" {
		name = "PostgreSQL"
	}
	if f.further {
		level = "##"
	}
	n := f.all()
	fmt.Fprintf(w, "%s Offices that come at once, by %s\n\nMade by `make bench-sync` on %s. %s; load before: %s.\n\n", level, name, time.Now().UTC().Format(time.DateOnly), paper.Machine(), f.load)
	fmt.Fprintf(w, "%s offices come within %d seconds, each over a websocket with its own token, with %d operations that its officer made: of each of %d processes and %d months two drafts and a report, %d late requests with a letter that was sent (the applicant sealed), and %d changes of its page. "+
		"That is a tenth of 8,000 offices for each 800: as many as five minutes hold. Meanwhile pages of the back office and of the site are asked for, %d a second, and their time counts from when they were due. The daemon, the offices and the visitors share the processors: the offices and visitors took %s of %s of processor time. Nothing is pulled.\n\n",
		paper.Number(f.offices), int(f.spread.Seconds()), f.perOffice(), len(processes), months, cases, edits, f.rate, fmt.Sprintf("%d %%", 100*f.ours/max(f.ours+f.theirs, 1)), paper.Short(f.ours+f.theirs))
	paper.Table{
		{"operations", "in all", "took", "a second"},
		{"taken in: durable and acknowledged", paper.Number(n), paper.Short(f.acked.Sub(f.began)), paper.Number(perSecond(n, f.acked.Sub(f.began)))},
		{"done: their effects durable", paper.Number(n), paper.Short(f.ended.Sub(f.began)), paper.Number(perSecond(n, f.ended.Sub(f.began)))},
	}.Write(w)
	table := paper.Table{{"done, by kind", "in all", "waited, median", "99 %", "most"}}
	for _, k := range f.kinds {
		table = append(table, []string{k.name, paper.Number(len(k.waited)), paper.Short(part(k.waited, .5)), paper.Short(part(k.waited, .99)), paper.Short(part(k.waited, 1))})
	}
	table.Write(w)
	paper.Table{
		{"page views", "in all", "median", "99 %", "most"},
		{"while no office comes", paper.Number(len(f.quiet.took)), paper.Short(part(f.quiet.took, .5)), paper.Short(part(f.quiet.took, .99)), paper.Short(part(f.quiet.took, 1))},
		{"while all come", paper.Number(len(f.busy.took)), paper.Short(part(f.busy.took, .5)), paper.Short(part(f.busy.took, .99)), paper.Short(part(f.busy.took, 1))},
	}.Write(w)
	fmt.Fprintf(w, "%s messages were answered by \"come back later\", and %s connections refused for a moment. An operation took %d µs of a processor in the daemon, from its push to its effect, and %d µs in the offices with the visitors. "+
		"The daemon held %s before the offices came, and %s at most. Then the database was read: each operation is there once, with its effect once.\n",
		paper.Number(int(f.fleet.away.Load())), paper.Number(int(f.fleet.refused.Load())), (f.theirs / time.Duration(n)).Microseconds(), (f.ours / time.Duration(n)).Microseconds(), paper.Memory(f.rest), paper.Memory(f.peak))
}

// judge tells which aims were missed.
func (f *figures) judge() error {
	if f.force {
		return nil
	}
	var errs []error
	if got := perSecond(f.all(), f.ended.Sub(f.began)); got < aimRate {
		errs = append(errs, fmt.Errorf("%d operations a second, the aim is %d", got, aimRate))
	}
	if got := part(f.busy.took, .99); got > aimP99 {
		errs = append(errs, fmt.Errorf("99 %% of page views took up to %v, the aim is %v", got, aimP99))
	}
	return errors.Join(errs...)
}
