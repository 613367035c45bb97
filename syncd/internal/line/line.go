// Package line is the way from an office to the centre: sync.v1 over a websocket, and
// the same messages by POST where something on the way strips the upgrade.
//
// What it returns comes from the centre as far as the form of an answer shows it;
// whether it answers what was asked, the courier tells by the nonce. The package
// keeps nothing and knows nothing of what messages mean.
package line

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
)

// Config is what a line is made of.
type Config struct {
	Address string                 // of the centre's back office, as https://admin.info.go.th
	Token   func() (string, error) // the device's
	TLS     *tls.Config            // nil: what the system trusts
	Now     func() time.Time
	// Dial opens connections; nil: the network's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Networks returns the addresses of this machine, and whether there is a network by
	// each; nil: as the system says.
	Networks func() (map[netip.Addr]bool, error)
}

// Line is a way to the centre. Its methods but Close and Watch belong to one goroutine.
type Line struct {
	Config
	http  *http.Client
	posts time.Time // until when nothing but POST is tried
	sock  *socket   // nil: none is open

	mu    sync.Mutex
	open  map[*held]bool
	dials map[*context.CancelFunc]bool // of connections that are being made
}

var _ courier.Transport = (*Line)(nil)

// Times of a line.
const (
	dialTime   = 20 * time.Second
	replyTime  = 60 * time.Second // for an answer, once all was sent
	leastRate  = 1 << 10          // bytes a second, below which a line counts as cut
	pingEvery  = 30 * time.Second
	pongTime   = 60 * time.Second // without a sign of life
	postsFor   = 10 * time.Minute
	mostHeader = 64 << 10
)

// New returns a line on which nothing was said.
func New(c Config) *Line {
	if c.Dial == nil {
		c.Dial = (&net.Dialer{Timeout: dialTime}).DialContext
	}
	if c.Networks == nil {
		c.Networks = networks
	}
	l := &Line{Config: c, open: map[*held]bool{}, dials: map[*context.CancelFunc]bool{}}
	l.http = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the centre sends nobody elsewhere
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: l.connect, TLSClientConfig: c.TLS, TLSHandshakeTimeout: dialTime,
			MaxResponseHeaderBytes: mostHeader, MaxIdleConnsPerHost: 1, IdleConnTimeout: 2 * time.Minute, DisableCompression: true},
	}
	return l
}

// Reset gives up the connection.
func (l *Line) Reset() { l.hangUp() }

// Close ends the line.
func (l *Line) Close() {
	l.hangUp()
	l.http.CloseIdleConnections()
}

func (l *Line) hangUp() {
	l.mu.Lock()
	s := l.sock
	l.sock = nil
	l.mu.Unlock()
	if s != nil {
		s.end(errHungUp)
	}
	l.http.CloseIdleConnections()
}

var errHungUp = errors.New("line: hung up")

// Exchange sends messages and returns their replies.
func (l *Line) Exchange(ctx context.Context, messages ...wire.Message) ([]wire.Message, error) {
	if l.Now().Before(l.posts) {
		return l.post(ctx, messages)
	}
	s, err := l.socket(ctx)
	if errors.Is(err, errStripped) {
		// Whether that was a proxy or no centre at all, the answer to a POST tells.
		replies, err := l.post(ctx, messages)
		if len(replies) > 0 {
			l.posts = l.Now().Add(postsFor)
		}
		return replies, err
	} else if err != nil {
		return nil, err
	}
	replies, err := s.exchange(ctx, messages)
	if err != nil {
		l.hangUp()
	}
	return replies, err
}

// limit is how long a message may take.
func limit(size int) time.Duration { return replyTime + slow(int64(size)) }

// slow is how long so many bytes take at least on a line that still counts as one.
func slow(size int64) time.Duration { return time.Duration(size/leastRate) * time.Second }

// post sends messages by POST, one after the other.
func (l *Line) post(ctx context.Context, messages []wire.Message) (replies []wire.Message, err error) {
	for _, m := range messages {
		r, err := l.postOne(ctx, m)
		if err != nil {
			return replies, err
		}
		replies = append(replies, r)
	}
	return replies, nil
}

func (l *Line) postOne(ctx context.Context, m wire.Message) (reply wire.Message, err error) {
	body := m.Append(nil)
	ctx, cancel := context.WithTimeout(ctx, limit(len(body)))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.Address+wire.API, strings.NewReader(string(body)))
	if err != nil {
		return reply, err
	}
	header, err := l.header()
	if err != nil {
		return reply, err
	}
	req.Header = header
	req.Header.Set("Content-Type", wire.ContentType)
	resp, err := l.http.Do(req)
	if err != nil {
		return reply, unreached(err)
	}
	defer resp.Body.Close()
	return read(resp)
}

func (l *Line) header() (http.Header, error) {
	token, err := l.Token()
	return http.Header{"Authorization": {"Bearer " + token}, "User-Agent": {"khumue-office"}}, err
}

// read makes a message of a response, or tells what is wrong with it.
func read(resp *http.Response) (wire.Message, error) {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	ours := err == nil && kind == wire.ContentType
	switch {
	case resp.StatusCode == http.StatusRequestEntityTooLarge:
		return wire.Message{}, trouble(courier.TooLarge, resp)
	case !ours && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable):
		return wire.Message{}, trouble(courier.Busy, resp)
	case !ours && resp.StatusCode >= http.StatusInternalServerError:
		return wire.Message{}, trouble(courier.Broken, resp)
	case !ours:
		return wire.Message{}, trouble(courier.Portal, resp)
	}
	src, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxMessage+1))
	if err != nil {
		return wire.Message{}, &courier.Trouble{Kind: courier.Cut, Err: err}
	}
	m, err := wire.Read(src)
	switch {
	case err != nil:
		return m, &courier.Trouble{Kind: courier.Portal, Err: err}
	case resp.StatusCode == http.StatusUnauthorized:
		return m, trouble(courier.SignIn, resp)
	case m.Nonce == "" && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable):
		return m, trouble(courier.Busy, resp)
	}
	return m, nil
}

// trouble is what a status says.
func trouble(kind courier.TroubleKind, resp *http.Response) error {
	t := &courier.Trouble{Kind: kind, Err: errors.New(resp.Status)}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		t.After = time.Duration(min(seconds, 24*60*60)) * time.Second
	}
	return t
}

// unreached says why nothing was heard. A certificate of somebody else's, or one that
// is not valid now by a wrong clock, is what a sign-in page shows.
func unreached(err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var op *net.OpError
	switch {
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid):
		return &courier.Trouble{Kind: courier.Portal, Err: err}
	case errors.As(err, &op) && op.Op != "dial":
		return &courier.Trouble{Kind: courier.Cut, Err: err}
	}
	return &courier.Trouble{Kind: courier.Offline, Err: err}
}
