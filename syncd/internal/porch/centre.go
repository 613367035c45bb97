package porch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"khumue/internal/fault"
	"khumue/syncd/internal/enrol"
)

// Centre is a machine's end: it knows where the centre is.
type Centre struct {
	address string
	client  *http.Client
}

var _ enrol.Asker = Centre{}

// ParseCentre reads the address of the centre's back office, as
// https://admin.example.go.th. Without encryption only this machine itself is spoken
// to. What is no such address is an error of kind Invalid. A transport that is nil is
// the usual one; it is never sent on to another address.
func ParseCentre(address string, transport http.RoundTripper) (Centre, error) {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSpace(address), "/"))
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return Centre{}, fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ที่อยู่ของส่วนกลาง", "%q is no address of the centre.", address),
			fault.Text{TH: "เขียนเช่น https://admin.info.go.th", EN: "Write for example https://admin.info.go.th."})
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return Centre{u.String(), &http.Client{Transport: transport, CheckRedirect: stay}}, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// Address returns the centre's address.
func (c Centre) Address() string { return c.address }

// Ask sends a message. That nobody answers, or somebody else than the centre, is an
// error of kind Unavailable.
func (c Centre) Ask(ctx context.Context, token string, message []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address+enrol.Address, bytes.NewReader(message))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", ContentType)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return nil, unreached(err)
	}
	defer answer.Body.Close()
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || kind != ContentType {
		return nil, enrol.NotTheCentre(errors.New("the answer is " + answer.Status + ", " + kind))
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, enrol.MaxMessage+1))
	if err != nil {
		return nil, unreached(err)
	}
	return body, nil
}

func unreached(err error) error {
	return fault.New(fault.Unavailable, fault.Text{TH: "ติดต่อส่วนกลางไม่ได้", EN: "The centre can not be reached."},
		fault.Text{TH: "ตรวจสอบเครือข่ายและที่อยู่ของส่วนกลาง แล้วลองใหม่ด้วยรหัสเดิม", EN: "Look at the network and the centre's address, then try again with the same code."}).Because(err)
}
