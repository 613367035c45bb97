package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"khumue/bench/office"
)

// visitors look at pages: officers who are signed in, and the public.
type visitors struct {
	transport http.RoundTripper
	pages     []visit
}

// visit is a page that is looked at.
type visit struct {
	address string
	cookie  *http.Cookie // nil: by the public
}

// look signs officers in, and says what is looked at in turn.
func look(ctx context.Context, o *office.Office, transport http.RoundTripper) (*visitors, error) {
	v := &visitors{transport: transport}
	public := []string{"/", "/agencies/" + agency + "/"}
	for i, who := range []string{"central", "point", "opdc", "author"} {
		p, err := o.SignIn(ctx, transport, who)
		if err != nil {
			return nil, err
		}
		cookie, err := p.Cookie()
		if err != nil {
			return nil, err
		}
		for _, path := range []string{"/", "/licences", "/delays"} {
			if page, err := p.Get(ctx, path); err != nil || page.URL.Path != path {
				continue // not one of theirs
			}
			v.pages = append(v.pages, visit{o.Address + path, cookie}, visit{o.Site + public[i%len(public)], nil})
		}
	}
	public = slices.DeleteFunc(public, func(path string) bool { return v.one(ctx, visit{o.Site + path, nil}) != nil })
	v.pages = slices.DeleteFunc(v.pages, func(at visit) bool {
		return at.cookie == nil && !slices.Contains(public, strings.TrimPrefix(at.address, o.Site))
	})
	return v, nil
}

// views are how long pages took.
type views struct {
	took  []time.Duration // the shortest first
	wrong []error
}

// at asks for pages at a steady rate, for a while or until something is done.
func (v *visitors) at(ctx context.Context, rate int, span time.Duration, done <-chan struct{}) views {
	var all sync.WaitGroup
	var mu sync.Mutex
	var out views
	began := time.Now()
	for i := 0; ; i++ {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if due.Sub(began) > span {
			break
		}
		select {
		case <-done:
			span = 0
			continue
		case <-time.After(time.Until(due)):
		}
		all.Go(func() {
			err := v.one(ctx, v.pages[i%len(v.pages)])
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			if out.took = append(out.took, took); err != nil {
				out.wrong = append(out.wrong, err)
			}
		})
	}
	all.Wait()
	slices.Sort(out.took)
	return out
}

func (v *visitors) one(ctx context.Context, at visit) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.address, nil)
	if err != nil {
		return err
	}
	if at.cookie != nil {
		r.AddCookie(at.cookie)
	}
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

func (v views) err() error {
	if len(v.wrong) > 0 {
		return fmt.Errorf("%d of %d page views failed, the first: %w", len(v.wrong), len(v.took), v.wrong[0])
	}
	return nil
}

// part is how long at most so much of all took.
func part(took []time.Duration, p float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[min(len(took)-1, int(p*float64(len(took))))]
}

// figure is one of the daemon's metrics.
func figure(ctx context.Context, o *office.Office, name string) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Operators+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			return int64(v), err
		}
	}
	return 0, fmt.Errorf("there is no figure %s", name)
}
