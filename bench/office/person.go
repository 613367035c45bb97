package office

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Person is somebody at a browser, signed in.
type Person struct {
	office string
	client *http.Client // goes where an answer leads
	stays  *http.Client // does not
}

// SignIn signs a sample person in, the way a person goes.
func (o *Office) SignIn(ctx context.Context, transport http.RoundTripper, name string) (*Person, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	p := &Person{office: o.Address, client: &http.Client{Jar: jar, Transport: transport, Timeout: time.Minute}}
	stays := *p.client
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p.stays = &stays
	page, err := p.Post(ctx, "/signin/demo", url.Values{"next": {"/"}})
	if err != nil {
		return nil, err
	}
	forms, err := page.Forms()
	if err != nil || len(forms) == 0 {
		return nil, fmt.Errorf("no form to sign in with at %s: %w", page.URL, err)
	}
	forms[0].Fields.Set("person", name)
	if page, err = p.Post(ctx, forms[0].Action, forms[0].Fields); err != nil {
		return nil, err
	}
	if _, err := p.Cookie(); err != nil {
		return nil, fmt.Errorf("%w after signing in; the last page was %s", err, page.URL)
	}
	return p, nil
}

// Cookie is that of the session.
func (p *Person) Cookie() (*http.Cookie, error) {
	at, err := url.Parse(p.office)
	if err != nil {
		return nil, err
	}
	for _, c := range p.client.Jar.Cookies(at) {
		if strings.HasSuffix(c.Name, "khumue") {
			return c, nil
		}
	}
	return nil, http.ErrNoCookie
}

// Page is an answer.
type Page struct {
	URL  *url.URL // where it led, or leads
	Body string
}

// Get asks for a page, by its path or address, and goes where that leads.
func (p *Person) Get(ctx context.Context, to string) (Page, error) {
	return p.ask(ctx, p.client, http.MethodGet, to, nil)
}

// Post sends a form, and goes where that leads.
func (p *Person) Post(ctx context.Context, to string, fields url.Values) (Page, error) {
	return p.ask(ctx, p.client, http.MethodPost, to, fields)
}

// Send sends a form, and tells where that leads without going there. An answer
// that leads nowhere is an error.
func (p *Person) Send(ctx context.Context, to string, fields url.Values) (Page, error) {
	return p.ask(ctx, p.stays, http.MethodPost, to, fields)
}

const maxPage = 16 << 20 // bytes

func (p *Person) ask(ctx context.Context, client *http.Client, method, to string, fields url.Values) (Page, error) {
	if strings.HasPrefix(to, "/") {
		to = p.office + to
	}
	q, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(fields.Encode()))
	if err != nil {
		return Page{}, err
	}
	if fields != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a, err := client.Do(q)
	if err != nil {
		return Page{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxPage))
	page := Page{a.Request.URL, string(body)}
	if err != nil {
		return page, err
	}
	if client == p.stays && a.StatusCode == http.StatusSeeOther {
		page.URL, err = a.Location()
		return page, err
	}
	if client == p.stays || a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s answers %s", method, a.Request.URL.Path, a.Status)
	}
	return page, err
}
