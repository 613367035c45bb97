package oidc

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// What an answer of a provider may take at most. A client with a shorter
// timeout of its own keeps it.
const (
	maxAnswer = 256 << 10 // bytes
	maxWait   = 10 * time.Second
)

// bounded returns a client like the given one that waits at most maxWait, reads
// at most maxAnswer, and follows no redirect: what is sent to a provider goes
// to the address that was asked for, or nowhere.
func bounded(client *http.Client) *http.Client {
	out := *client
	if out.Timeout <= 0 || out.Timeout > maxWait {
		out.Timeout = maxWait
	}
	inner := out.Transport
	if inner == nil {
		inner = http.DefaultTransport
	}
	out.Transport = limited{inner}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	out.Jar = nil
	return &out
}

type limited struct{ inner http.RoundTripper }

// RoundTrip asks, and refuses to read more of the answer than maxAnswer. What a
// provider writes for people, a page or an error's text, is not read at all:
// libraries would put it into their errors, and so into the log.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > maxAnswer {
		resp.Body.Close()
		return nil, errTooLarge(resp.ContentLength)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case kind == "text/html":
		resp.Body.Close()
		return nil, fmt.Errorf("the provider answers %d with a page", resp.StatusCode)
	case resp.StatusCode != http.StatusOK && kind != "application/json":
		resp.Body.Close()
		resp.Body = http.NoBody
		return resp, nil
	}
	resp.Body = &counted{ReadCloser: resp.Body, left: maxAnswer}
	return resp, nil
}

// counted is a body that ends with an error where it goes on too long.
type counted struct {
	io.ReadCloser
	left int64
}

func (c *counted) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.ReadCloser.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return 0, errTooLarge(maxAnswer)
	}
	return n, err
}

func errTooLarge(n int64) error {
	return fmt.Errorf("the provider's answer is %d bytes or more, larger than the %d that are read: %w", n, maxAnswer, errLarge)
}

var errLarge = errors.New("too large")
