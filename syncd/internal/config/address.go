package config

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"khumue/internal/fault"
)

// hostForm is a host as it stands in a request: a name outside ASCII in its
// xn-- form.
var hostForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// parseURL parses an address without repeating it in its error: it may hold a
// password.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("not an address")
	}
	return u, nil
}

// webAddress reads an address of the web: https, or http on this machine. What
// is wrong with it is empty when nothing is.
func webAddress(s string) (u *url.URL, what, hint fault.Text) {
	u, err := parseURL(s)
	host := ""
	if err == nil {
		host = strings.ToLower(u.Hostname())
	}
	ip, notIP := netip.ParseAddr(host)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", host == "", badPort(u):
		return nil, fault.Textf("%q ไม่ใช่ที่อยู่เว็บ", "%q is not an address of the web", s),
			fault.Text{TH: "เขียนเช่น https://portal.example.go.th", EN: "write for example https://portal.example.go.th"}
	case u.User != nil, u.Fragment != "", strings.HasSuffix(s, "#"):
		return nil, fault.Text{TH: "ที่อยู่มีชื่อผู้ใช้ หรือส่วนหลัง #", EN: "the address holds a user or a part behind #"}, fault.Text{TH: "ลบออก", EN: "remove it"}
	case notIP != nil && !hostForm.MatchString(host), notIP == nil && ip.Zone() != "":
		return nil, fault.Textf("ชื่อเครื่องใน %q ใช้ไม่ได้", "the host in %q cannot be used", s),
			fault.Text{TH: "ชื่อภาษาไทยให้เขียนแบบ xn--", EN: "write a name outside ASCII in its xn-- form"}
	case u.Scheme == "http" && !Loopback(host):
		return nil, fault.Textf("%q ไม่ได้เข้ารหัส", "%q is not encrypted", s),
			fault.Text{TH: "ใช้ https:// (http:// ใช้ได้เฉพาะ localhost)", EN: "use https:// (http:// is for localhost alone)"}
	}
	return u, what, hint
}

func badPort(u *url.URL) bool {
	if u.Port() == "" {
		return strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(u.Port())
	return err != nil || n < 1 || n > 65535
}

// origin is the one form of an address's scheme, host and port, as browsers
// write it.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port, _ := strconv.Atoi(u.Port()) // 0 where there is none; it was checked
	if port == 0 || u.Scheme == "https" && port == 443 || u.Scheme == "http" && port == 80 {
		return u.Scheme + "://" + host
	}
	return u.Scheme + "://" + host + ":" + strconv.Itoa(port)
}
