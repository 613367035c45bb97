// Command visits measures how the back office answers many people at once: it
// starts a demonstration, signs people in through the sample identity provider,
// asks for pages at a steady rate, and tells how long the answers took.
//
// A request's time counts from when it was due, so that a server that falls
// behind is not measured by the requests that it kept from being sent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"khumue/bench/office"
)

type settings struct {
	program, content string
	rate             int           // page views a second
	span             time.Duration // how long
	people           int           // who are signed in
	pages            string        // paths, separated by commas
}

func main() {
	var s settings
	flag.StringVar(&s.program, "syncd", "bin/syncd", "the daemon")
	flag.StringVar(&s.content, "content", "content", "folder of the content")
	flag.IntVar(&s.rate, "rate", 1000, "page views a second")
	flag.DurationVar(&s.span, "time", 20*time.Second, "how long, at most 2m")
	flag.IntVar(&s.people, "people", 100, "signed-in browsers")
	flag.StringVar(&s.pages, "pages", "/,/tokens,/users,/me", "what they look at, in turn")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "visits:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	s.span = min(s.span, 2*time.Minute)
	demo, err := office.Start(ctx, office.Settings{Program: s.program, Content: s.content})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, demo.Stop()) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 60} // below what one address may hold
	var cookies []*http.Cookie
	for range s.people {
		p, err := demo.SignIn(ctx, transport, "central")
		if err != nil {
			return err
		}
		c, err := p.Cookie()
		if err != nil {
			return err
		}
		cookies = append(cookies, c)
	}
	warm := visits{transport: transport, office: demo.Address, cookies: cookies, pages: strings.Split(s.pages, ",")}
	if err := warm.at(ctx, min(s.rate, 200), 3*time.Second).err(); err != nil {
		return err
	}
	measured := warm.at(ctx, s.rate, s.span)
	fmt.Println(measured)
	return measured.err()
}

// visits are people who look at pages.
type visits struct {
	transport http.RoundTripper
	office    string
	cookies   []*http.Cookie
	pages     []string
}

// measured is what came of it.
type measured struct {
	rate  int
	span  time.Duration
	took  []time.Duration // sorted
	wrong []error
}

// at asks for pages at a steady rate for a while.
func (v visits) at(ctx context.Context, rate int, span time.Duration) measured {
	n := int(float64(rate) * span.Seconds())
	out := measured{rate: rate, took: make([]time.Duration, n)}
	var wg sync.WaitGroup
	var mu sync.Mutex
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		wg.Go(func() {
			err := v.one(ctx, i)
			out.took[i] = time.Since(due)
			if err != nil {
				mu.Lock()
				out.wrong = append(out.wrong, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	out.span = time.Since(began)
	slices.Sort(out.took)
	return out
}

func (v visits) one(ctx context.Context, i int) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.office+v.pages[i%len(v.pages)], nil)
	if err != nil {
		return err
	}
	r.AddCookie(v.cookies[i%len(v.cookies)])
	a, err := v.transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if _, err := io.Copy(io.Discard, a.Body); err != nil {
		return err
	}
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", r.URL.Path, a.Status)
	}
	return nil
}

func (m measured) err() error {
	if len(m.wrong) > 0 {
		return fmt.Errorf("%d of %d failed, the first: %w", len(m.wrong), len(m.took), m.wrong[0])
	}
	return nil
}

// String tells the figures in a line.
func (m measured) String() string {
	part := func(p float64) time.Duration {
		return m.took[min(len(m.took)-1, int(p*float64(len(m.took))))].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("%d page views in %.1f s (%.0f a second, asked for %d): median %v, 95 %% %v, 99 %% %v, most %v",
		len(m.took), m.span.Seconds(), float64(len(m.took))/m.span.Seconds(), m.rate, part(.5), part(.95), part(.99), part(1))
}
