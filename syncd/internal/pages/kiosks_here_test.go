package pages

import (
	"net/http"
	"strings"
	"testing"

	"khumue/internal/catalog"
)

// found is an office's machine that tablets find.
var found = Here{
	Secure: []string{"https://192.168.1.20:8443", "https://office-pc.local:8443"}, Trust: []string{"http://192.168.1.20:8080/tablet/"}, Name: "โน้ตบุ๊กหน้าเคาน์เตอร์",
	Fingerprint: strings.TrimSuffix(strings.Repeat("16:64:F7:EA:7B:2F:07:F0:", 4), ":"),
}

// hereScenes are the tablets of an office's machine.
var hereScenes = []scene{{"kiosks-here", "/kiosks?unit=dlt&here=1", "central"}, {"kiosks-here-none", "/kiosks?unit=dlt&here=0", "central"}}

// fillHere answers for the page of tablets as an office's machine does where that is
// asked for, and leaves all else to the centre's.
func (s *stage) fillHere(c Config, centre http.Handler) http.Handler {
	s.t.Helper()
	here := found
	c.Here = func() Here { return here }
	p, err := New(c)
	s.must(err)
	office := p.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("here") {
		case "":
			centre.ServeHTTP(w, r)
			return
		case "0":
			here = Here{}
		default:
			here = found
		}
		office.ServeHTTP(w, r)
	})
}

func TestTabletsOfAnOfficesMachine(t *testing.T) {
	here := Here{}
	o := openStructure(t, func(c *Config) { c.Here = func() Here { return here } })
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/kiosks?unit=dlt").want(t, http.StatusOK, "--kiosk :8443")
	o.post(central, "/kiosks?unit=dlt", "point", string(area2), "name", "แท็บเล็ตช่อง 3").want(t, http.StatusConflict, "--kiosk :8443")
	if len(o.devices()) != 0 {
		t.Error("a tablet is registered that could open nothing")
	}
	here = found
	o.get(central, "/kiosks?unit=dlt").want(t, http.StatusOK, found.Fingerprint, found.Trust[0], found.Secure[1], found.Name)
	o.post(central, "/kiosks?unit=dlt", "point", string(area2), "name", "แท็บเล็ตช่อง 3").want(t, http.StatusOK, found.Secure[0]+"/survey/"+string(area2)+"/?kiosk=1#device=", found.Trust[0])
	made := o.devices()
	if len(made) != 1 {
		t.Fatalf("got %+v", made)
	}
	here = Here{}
	o.post(central, "/kiosks/"+made[0].ID+"/code").want(t, http.StatusConflict, "--kiosk :8443")
	if now := o.devices(); now[0].Code != made[0].Code {
		t.Error("a link that leads nowhere replaced the one before")
	}
	here = Here{Secure: found.Secure}
	a := o.get(central, "/kiosks?unit=dlt")
	if a.want(t, http.StatusOK, found.Secure[0]); a.says("SHA-256") {
		t.Error("of the centre's certificate it asks to be installed")
	}
}
