package answers_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"khumue/syncd/internal/answers"
)

// BenchmarkAccept is an answer that is taken in while a thousand devices send
// theirs, each as soon as the one before is acknowledged.
func BenchmarkAccept(b *testing.B) {
	o := build(b, filepath.Join(b.TempDir(), "test.db"), plenty, plainly)
	o.run()
	var next atomic.Int64
	b.ResetTimer()
	b.ReportAllocs()
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if n > b.N {
					return
				}
				src := fmt.Appendf(nil, `{"id":"%s","form":"satisfaction-1","point":"dlt-p1","channel":"counter","answered":"2026-11-26","answers":{"q1":%d,"q6":"same"}}`, id(n), 1+n%5)
				if got := o.Accept(home, [][]byte{src}); got[0].Status != answers.Stored {
					b.Errorf("got %+v", got)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
	b.ReportMetric(float64(b.N)/o.Commits(), "answers/commit")
}
