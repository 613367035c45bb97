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
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"
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

func run(ctx context.Context, s settings) error {
	s.span = min(s.span, 2*time.Minute)
	office, stop, err := start(ctx, s)
	if err != nil {
		return err
	}
	defer stop()
	transport := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 60} // below what one address may hold
	var cookies []*http.Cookie
	for range s.people {
		c, err := signIn(ctx, transport, office, "central")
		if err != nil {
			return err
		}
		cookies = append(cookies, c)
	}
	warm := visits{transport: transport, office: office, cookies: cookies, pages: strings.Split(s.pages, ",")}
	if err := warm.at(ctx, min(s.rate, 200), 3*time.Second).err(); err != nil {
		return err
	}
	measured := warm.at(ctx, s.rate, s.span)
	fmt.Println(measured)
	return measured.err()
}

// start runs a demonstration on free ports, and returns the back office's
// address once it answers.
func start(ctx context.Context, s settings) (office string, stop func(), err error) {
	ports, err := freePorts(ctx, 3)
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, s.program, "demo", "--content", s.content,
		"--public", ports[0], "--office", ports[1], "--issuer", ports[2])
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // it was told to end
	}
	office = "http://" + ports[1]
	for range 300 {
		if _, err := ask(ctx, http.DefaultClient, http.MethodGet, office+"/signin", nil); err == nil {
			return office, stop, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	return "", nil, errors.New("the demonstration does not answer")
}

// freePorts are addresses on which nobody listens.
func freePorts(ctx context.Context, n int) ([]string, error) {
	var out []string
	for range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		out = append(out, "localhost:"+port)
	}
	return out, nil
}

// signIn goes the way of a person, and returns the cookie of the session.
func signIn(ctx context.Context, transport http.RoundTripper, office, person string) (*http.Cookie, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second}
	page, err := ask(ctx, client, http.MethodPost, office+"/signin/demo", url.Values{"next": {"/"}})
	if err != nil {
		return nil, err
	}
	action, fields, err := form(page)
	if err != nil {
		return nil, err
	}
	fields.Set("person", person)
	if page, err = ask(ctx, client, http.MethodPost, action, fields); err != nil {
		return nil, err
	}
	at, err := url.Parse(office)
	if err != nil {
		return nil, err
	}
	for _, c := range jar.Cookies(at) {
		if strings.HasSuffix(c.Name, "khumue") {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no session after signing in; the last page was %s", page.url)
}

type answer struct {
	url  *url.URL
	body string
}

// ask sends a form, or asks for a page, and follows where it leads.
func ask(ctx context.Context, client *http.Client, method, to string, fields url.Values) (answer, error) {
	q, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(fields.Encode()))
	if err != nil {
		return answer{}, err
	}
	if fields != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := client.Do(q)
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", r.Request.URL.Path, r.Status)
	}
	return answer{r.Request.URL, string(body)}, err
}

// form reads the first form of a page.
func form(page answer) (action string, fields url.Values, err error) {
	doc, err := html.Parse(strings.NewReader(page.body))
	if err != nil {
		return "", nil, err
	}
	fields = url.Values{}
	for n := range doc.Descendants() {
		switch {
		case n.Data == "form" && action == "":
			to, err := page.url.Parse(attribute(n, "action"))
			if err != nil {
				return "", nil, err
			}
			action = to.String()
		case n.Data == "input" && attribute(n, "type") == "hidden":
			fields.Set(attribute(n, "name"), attribute(n, "value"))
		}
	}
	if action == "" {
		err = fmt.Errorf("no form at %s", page.url)
	}
	return action, fields, err
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
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
