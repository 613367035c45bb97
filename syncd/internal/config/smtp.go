package config

import (
	"net/netip"
	"regexp"
	"strings"

	"khumue/internal/fault"
)

var (
	senderForm = regexp.MustCompile(`^[!#-'*+./-9=?A-Z^-~-]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$`)
	timeForm   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// checkSMTP holds the server of e-mail: what would send a password or a letter in
// the clear beyond this machine is refused.
func (r *reading) checkSMTP(s SMTP) {
	r.oneOf("smtp.tls", s.TLS, "starttls", "tls", "none")
	r.numberWithin("smtp.port", s.Port, 1, 65535)
	if s.DailyAt == "" {
		r.empty("smtp.daily_at")
	}
	r.form("smtp.daily_at", s.DailyAt, timeForm, "07:30")
	if s.Host == "" {
		if s.User != "" || s.Password != "" || s.From != "" {
			r.empty("smtp.host")
		}
		return
	}
	if _, err := netip.ParseAddr(s.Host); err != nil {
		r.form("smtp.host", strings.ToLower(s.Host), hostForm, "mail.example.go.th")
	}
	if s.From == "" {
		r.empty("smtp.from")
	}
	r.form("smtp.from", s.From, senderForm, "khumue@example.go.th")
	if s.TLS == "none" && !Loopback(s.Host) {
		r.wrong(r.at("smtp.tls"), fault.Textf("smtp.tls: none ใช้กับ %s ไม่ได้ เพราะไม่ได้เข้ารหัส", "smtp.tls: none is not for %s: nothing is encrypted", s.Host),
			fault.Text{TH: "ใช้ starttls หรือ tls (none ใช้ได้เฉพาะ localhost)", EN: "use starttls or tls (none is for localhost alone)"})
	}
	switch {
	case s.User != "" && s.Password == "":
		r.empty("smtp.password")
	case s.User == "" && s.Password != "":
		r.empty("smtp.user")
	}
}

func (r *reading) numberWithin(path string, n, least, most int) {
	if n < least || n > most {
		r.wrong(r.at(path), fault.Textf("%s ต้องอยู่ระหว่าง %d ถึง %d", "%s lies between %d and %d", path, least, most))
	}
}
