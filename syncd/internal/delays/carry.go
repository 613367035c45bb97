package delays

import (
	"encoding/json"
	"errors"
	"io"

	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/vault"
)

// Private is what stands in a case sealed: who the applicant is, and the code of the
// look-up. It is for carrying a case from one vault to another, under a seal on the
// way, and for nothing else.
type Private struct {
	Person Person `json:"person"` // zero once erased
	Code   []byte `json:"code"`
}

// Reveal returns what a vault has sealed in a case.
func Reveal(from *vault.Vault, v Record) (p Private, err error) {
	if p.Code, err = from.Unwrap(v.Code, aboutCode(v.ID)); err != nil || !v.Erased.IsZero() {
		return p, err
	}
	text, err := from.Open(v.Person, about(v.ID))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p.Person)
}

// Conceal seals in a case what Reveal returned, by another vault. A case that is
// erased keeps no applicant.
func Conceal(in *vault.Vault, v Record, p Private, random io.Reader) (Record, error) {
	if len(p.Code) != len(lookup.Code{}) {
		return v, fault.New(fault.Invalid, fault.Text{TH: "รหัสติดตามของเรื่องใช้ไม่ได้", EN: "The code of the case is not usable."})
	}
	text, err := json.Marshal(p.Person)
	if err != nil {
		return v, err
	}
	var err1, err2 error
	v.Code, err1 = in.Wrap(p.Code, aboutCode(v.ID), random)
	if v.Person = (vault.Sealed{}); v.Erased.IsZero() {
		v.Person, err2 = in.Seal(text, about(v.ID), random)
	}
	return v, errors.Join(err1, err2)
}
