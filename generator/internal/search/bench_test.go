package search

import (
	"fmt"
	"iter"
	"testing"
)

// likeReal is a portal of n documents in which local governments keep copies.
func likeReal(n int) synthetic {
	return synthetic{manuals: n * 7 / 10, offices: n / 40, copies: 11, body: 300}
}

func BenchmarkBuild(b *testing.B) {
	docs := collect(likeReal(10000))
	for _, keep := range []bool{false, true} {
		b.Run(fmt.Sprintf("keep=%t", keep), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var to Keeper
				if keep {
					to = memory{}
				}
				if _, err := Build(stream(docs), Options{TempDir: b.TempDir()}, func(string, []byte) error { return nil }, to); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(docs)), "µs/doc")
		})
	}
}

// BenchmarkUpdate changes one document back and forth: its facts, its body,
// its title; or it comes and goes.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{10000, 100000} {
		s := likeReal(n)
		mem := memory{}
		if _, err := Build(s.docs(), Options{TempDir: b.TempDir()}, func(string, []byte) error { return nil }, mem); err != nil {
			b.Fatal(err)
		}
		d, _ := first(s.docs())
		facts, body, title := d, d, d
		facts.FactsTH += " ใหม่"
		body.Body += " วันหยุดนักขัตฤกษ์"
		title.TitleTH = "การขอ" + title.TitleTH
		for _, c := range []struct {
			name string
			doc  *Document
		}{{"facts", &facts}, {"body", &body}, {"title", &title}, {"gone", nil}} {
			b.Run(fmt.Sprintf("%d/%s", n, c.name), func(b *testing.B) {
				files := 0
				for i := 0; b.Loop(); i++ {
					doc := c.doc
					if i%2 == 1 {
						doc = &d
					}
					_, err := Update(changes([]Change{{d.URL, doc}}), Options{}, mem, func(string, []byte) error { files++; return nil }, func(string) error { return nil })
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(files)/float64(b.N), "files/op")
				b.StopTimer()
				if _, err := Update(changes([]Change{{d.URL, &d}}), Options{}, mem, func(string, []byte) error { return nil }, func(string) error { return nil }); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

func first(docs iter.Seq2[Document, error]) (Document, error) {
	for d, err := range docs {
		return d, err
	}
	return Document{}, nil
}
