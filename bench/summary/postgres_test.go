package main

import (
	"flag"
	"os"
	"testing"

	"khumue/internal/testkit"
)

var (
	million = flag.Bool("million", false, "measure millions of reports, not thousands")
	out     = flag.String("out", "", "file behind whose text the report is written")
)

var server testkit.Postgres

func TestMain(m *testing.M) {
	code := m.Run()
	server.Close()
	os.Exit(code)
}

// BenchmarkPostgreSQL is the program's measurement, on a PostgreSQL that is there
// for it alone. It needs what make build makes.
func BenchmarkPostgreSQL(b *testing.B) {
	s := settings{departments: 20, points: 500, months: 13, visits: 2}
	if *million {
		s = millions
	}
	s.syncd, s.content = "../../bin/syncd", "../../content"
	s.out, s.further = *out, true
	for b.Loop() {
		s.database = server.Database(b)
		if err := run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
