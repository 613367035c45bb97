package sqlstore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// BenchmarkBareAnswers is what the database keeps of answers by itself: their
// rows, as text that is ready, a hundred in a transaction, each durable.
func BenchmarkBareAnswers(b *testing.B) {
	name := databases[0].empty(b)
	mustOpen(b, name).Close()
	db, err := openLiteDB(at(name), 1, writerSettings...)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	picks := jsonText(somePicks())
	rows := 0
	for b.Loop() {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		insert, err := tx.Prepare(`INSERT INTO answers (` + answerColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			b.Fatal(err)
		}
		for range 100 {
			rows++
			if _, err := insert.Exec(rows, answerID(rows), hashText(sha256.Sum256([]byte{byte(rows)})), "satisfaction-1", fmt.Sprintf("p-%d", rows%300), "", "counter", "2026-11-26", "2026-11-26", 0, picks); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func answerID(n int) string { return fmt.Sprintf("0190a1b2-%04x-7000-8000-%012x", n%65536, n) }

func somePicks() survey.Picks {
	p := survey.Picks{"q6": "same", "q7": "same", "q10": "absent", "q11": "counter", "q13a": "unsaid", "q13b": "20-39", "q13c": "self"}
	for _, q := range []string{"q1", "q2", "q3", "q4", "q5", "q8", "q9"} {
		p[q] = fmt.Sprint(1 + rand.IntN(5))
	}
	return p
}

func someAnswer(n int) *answers.Answer {
	day := calendar.NewDate(2025, time.October, 1).AddDays(n % 365)
	return &answers.Answer{ID: answerID(n), Digest: sha256.Sum256([]byte(answerID(n))), Form: "satisfaction-1", Point: catalog.PointCode(fmt.Sprintf("p-%d", n%300)),
		Procedure: catalog.ManualID(fmt.Sprintf("m-%d", n/300%5)), Channel: []string{"counter", "online"}[n%2], Day: day, Received: day, Picks: somePicks()}
}

// BenchmarkTake is what a commit of a hundred answers takes.
func BenchmarkTake(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			s := mustOpen(b, d.empty(b)).Answers()
			n := 0
			for b.Loop() {
				list := make([]*answers.Answer, 100)
				for i := range list {
					n++
					list[i] = someAnswer(n)
				}
				if err := s.Write(context.Background(), func(r answers.Records) error { _, err := r.Take(list); return err }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
