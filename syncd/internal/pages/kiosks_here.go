package pages

import (
	"html/template"

	"khumue/internal/fault"
	"khumue/internal/qr"
)

// Here is what an office's machine offers to tablets on its network.
type Here struct {
	Secure      []string // addresses over TLS, without a slash at the end, the best first; none: it offers nothing
	Trust       []string // of the page, in the clear, that hands the authority's certificate out; none: the certificate is the centre's
	Fingerprint string   // of the authority's certificate; "" where there is none
	Name        string   // of the same
}

// hereView is what the page of tablets says at an office.
type hereView struct {
	Here
	Code template.HTML // the first of Trust as a QR code
}

// offered is what tablets are offered here; nil at the centre.
func (x *exchange) offered() (*hereView, error) {
	if x.Here == nil {
		return nil, nil
	}
	v := &hereView{Here: x.Here()}
	var err error
	if len(v.Trust) > 0 {
		v.Code, err = qr.SVG(v.Trust[0], x.t("kiosks.here.code"))
	}
	return v, err
}

// kioskSite is the address of the site as a tablet opens it; "" where the machine
// offers none.
func (x *exchange) kioskSite() string {
	if x.Here == nil {
		return x.Site.String()
	}
	if at := x.Here().Secure; len(at) > 0 {
		return at[0]
	}
	return ""
}

// kioskOffered is an error of kind Conflict where a link would lead nowhere.
func (x *exchange) kioskOffered() error {
	if x.kioskSite() != "" {
		return nil
	}
	return fault.New(fault.Conflict, fault.Text{TH: "เครื่องนี้ยังไม่เปิดให้แท็บเล็ตในเครือข่ายใช้", EN: "This machine offers nothing to tablets on its network"},
		fault.Text{TH: "เปิดโปรแกรมใหม่ด้วย syncd office --lobby :8080 --kiosk :8443", EN: "Start the program anew with syncd office --lobby :8080 --kiosk :8443"})
}
