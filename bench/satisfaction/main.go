// Command satisfaction measures the report of satisfaction with a million answers:
// how soon the daemon has read them, how long a page takes, and how long the export
// of every answer takes, against a stream of the same cells by the library for
// workbooks alone, in the same run. All share the machine.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // opens the daemon's database while it does not run

	"khumue/bench/office"
)

type settings struct {
	syncd, content string
	answers        int
	visits         int // of each page
	out            string
}

func main() {
	var s settings
	flag.StringVar(&s.syncd, "syncd", "bin/syncd", "the daemon")
	flag.StringVar(&s.content, "content", "content", "folder of the content")
	flag.IntVar(&s.answers, "answers", 1_000_000, "how many there are")
	flag.IntVar(&s.visits, "visits", 40, "of each page")
	flag.StringVar(&s.out, "out", "", "file to write the report to")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "satisfaction:", err)
		os.Exit(1)
	}
}

// demo starts the daemon on a folder of data, and waits until it is ready.
func demo(ctx context.Context, s settings, data string) (*office.Office, error) {
	o, err := office.Start(ctx, office.Settings{Program: s.syncd, Content: s.content, Data: data})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := o.Ready(limited); err != nil {
		return nil, errors.Join(err, o.Stop())
	}
	return o, nil
}

func run(ctx context.Context, s settings) (err error) {
	f := figures{settings: s, load: loadOf()}
	data, err := os.MkdirTemp("", "khumue-satisfaction-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	first, err := demo(ctx, s, data) // which makes the database
	if err != nil {
		return err
	}
	if err := first.Stop(); err != nil {
		return err
	}
	if err := fill(ctx, s, filepath.Join(data, "khumue.db")); err != nil {
		return err
	}
	o, err := demo(ctx, s, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Stop()) }()
	if err := f.measure(ctx, o); err != nil {
		return err
	}
	return f.report()
}

// fill has people answer at all points of the content in the last whole fiscal year,
// the longest that a report is of.
func fill(ctx context.Context, s settings, file string) error {
	points, err := named(s.content, "points", ".yaml")
	if err != nil {
		return err
	}
	manuals, err := named(s.content, "manuals", "")
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	r := rand.New(rand.NewPCG(1, 1))
	const most = 50
	for from := 0; from < s.answers; {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for end := min(from+20_000, s.answers); from < end; {
			n := min(most, end-from)
			var args []any
			for i := range n {
				args = append(args, answer(r, from+i+1, points, manuals)...)
			}
			values := strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?,?,?,?,?,?),", n), ",")
			if _, err := tx.ExecContext(ctx, `INSERT INTO answers (seq, id, digest, form, point, manual, channel, day, received, marks, picks) VALUES `+values, args...); err != nil {
				return errors.Join(err, tx.Rollback())
			}
			from += n
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('answers_folded', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, fmt.Sprint(s.answers))
	return err // sums of days are not what is measured
}

// answer is one of which all is chosen at random.
func answer(r *rand.Rand, seq int, points, manuals []string) []any {
	scale := func() int { return 5 - min(r.IntN(9)/2, 4) }
	pick := func(of ...string) string { return of[min(r.IntN(3*len(of))/2, len(of)-1)*r.IntN(2)] }
	picks := fmt.Sprintf(`{"q1":"%d","q2":"%d","q3":"%d","q4":"%d","q5":"%d","q6":"%s","q7":"%s","q8":"%d","q9":"%d","q10":"%s","q11":"%s"}`,
		scale(), scale(), scale(), scale(), scale(), pick("same", "unsure", "more"), pick("same", "free", "more"), scale(), scale(), pick("absent", "asked"), pick("counter", "online", "kiosk"))
	day := yearBegan().AddDate(0, 0, (seq*7919)%365).Format(time.DateOnly)
	return []any{seq, fmt.Sprintf("0190a1b2-c3d4-7e5f-8a9b-%012d", seq), fmt.Sprintf("%064x", seq), "satisfaction-1", points[r.IntN(len(points))], manuals[r.IntN(len(manuals))],
		[]string{"counter", "online", "kiosk"}[r.IntN(3)], day, day, 0, picks}
}

// yearBegan is when the last whole fiscal year began, in October.
func yearBegan() time.Time {
	return time.Date(time.Now().AddDate(0, 3, 0).Year()-2, time.October, 1, 0, 0, 0, 0, time.UTC)
}

// period names it.
func period() string { return fmt.Sprintf("y%d", yearBegan().Year()+1+543) }

// named are the names of what stands in folders of a name.
func named(content, folder, ext string) (out []string, err error) {
	err = filepath.WalkDir(content, func(p string, e os.DirEntry, err error) error {
		if err == nil && filepath.Base(filepath.Dir(p)) == folder && filepath.Ext(p) == ext {
			out = append(out, strings.TrimSuffix(e.Name(), ext))
		}
		return err
	})
	if len(out) == 0 {
		err = errors.Join(err, fmt.Errorf("the content has no %s", folder))
	}
	return out, err
}

// visit is a page that was asked for again and again.
type visit struct {
	name string
	took []time.Duration // the shortest first
	cpu  time.Duration   // of the daemon, on average
}

func (v visit) at(part float64) time.Duration {
	return v.took[min(len(v.took)-1, int(part*float64(len(v.took))))]
}

// file is a file that was fetched.
type file struct {
	took, cpu time.Duration
	bytes     int64
	peak      int64 // of the daemon's memory, up to then
}

func (f *figures) measure(ctx context.Context, o *office.Office) error {
	opdc, err := o.SignIn(ctx, http.DefaultTransport, "opdc")
	if err != nil {
		return err
	}
	began := time.Now()
	// On a busy machine it may take longer than an answer may: it is asked for again.
	for limit := began.Add(5 * time.Minute); ; {
		if _, err := opdc.Get(ctx, "/satisfaction?period="+period()); err == nil {
			break
		} else if time.Now().After(limit) {
			return err
		}
	}
	f.first, f.firstPeak = time.Since(began), o.Peak()
	fmt.Fprintf(os.Stderr, "the first report took %v, and %d MB\n", f.first, f.firstPeak>>20)
	for _, p := range []struct{ name, query string }{
		{"the country", "period=" + period()}, {"a ministry", "unit=mot&period=" + period()}, {"an agency", "unit=dlt&period=" + period()},
		{"a point", "point=dlt-area5&period=" + period()}, {"a month of the country", "period=" + yearBegan().AddDate(0, 5, 0).Format("2006-01")},
	} {
		v := visit{name: p.name}
		used := o.Used()
		for range f.visits {
			began := time.Now()
			if _, err := opdc.Get(ctx, "/satisfaction?"+p.query); err != nil {
				return err
			}
			v.took = append(v.took, time.Since(began))
		}
		v.cpu = (o.Used() - used) / time.Duration(f.visits)
		slices.Sort(v.took)
		fmt.Fprintf(os.Stderr, "%s: %v, 95 %%: %v\n", v.name, v.at(.5), v.at(.95))
		f.pages = append(f.pages, v)
	}
	f.pagesPeak = o.Peak()
	return f.files(ctx, o, opdc)
}

// files fetches the exports of the year, one after the other, and writes the
// cells of the larger once more by the library alone.
func (f *figures) files(ctx context.Context, o *office.Office, by *office.Person) error {
	csv, err := os.CreateTemp("", "khumue-answers-*.csv")
	if err != nil {
		return err
	}
	defer func() { _, _ = csv.Close(), os.Remove(csv.Name()) }()
	query := "?period=" + period()
	if f.book, err = fetch(ctx, o, by, "/satisfaction/answers.xlsx"+query, io.Discard); err != nil {
		return err
	}
	if f.table, err = fetch(ctx, o, by, "/satisfaction/answers.csv"+query, csv); err != nil {
		return err
	}
	runtime.GC()
	f.bare, err = bareStream(csv)
	return err
}

// fetch fetches a file to its end.
func fetch(ctx context.Context, o *office.Office, by *office.Person, path string, to io.Writer) (f file, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Address+path, nil)
	if err != nil {
		return f, err
	}
	cookie, err := by.Cookie()
	if err != nil {
		return f, err
	}
	r.AddCookie(cookie)
	used, began := o.Used(), time.Now()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return f, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return f, fmt.Errorf("%s: %s", path, a.Status)
	}
	f.bytes, err = io.Copy(to, a.Body)
	f.took, f.cpu, f.peak = time.Since(began), o.Used()-used, o.Peak()
	fmt.Fprintf(os.Stderr, "%s: %v, CPU %v, %d MB\n", path, f.took, f.cpu, f.peak>>20)
	return f, err
}
