package enrol

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/scan"
)

// Address is where claims are sent on the back office's address, by POST.
const Address = "/api/enrol"

// MaxMessage is how long a message may be, in bytes.
const MaxMessage = 16 << 10

// version of the messages.
const version = 1

// Unread is the nonce of a refusal of what could not be read. Refusals give nothing, so
// that one is believed which does not repeat the nonce.
const Unread = "?"

// maxNonce is how long a nonce may be, in characters.
const maxNonce = 64

// Keys are what a machine makes before it is enrolled, and keeps.
type Keys struct {
	Sign    ed25519.PrivateKey // the machine's
	Box     *ecdh.PrivateKey   // the machine's, of X25519
	Officer ed25519.PrivateKey // of the officer who enrols it, or joins
}

// NewKeys makes keys. The machine's own are made once.
func NewKeys(random io.Reader) (k Keys, err error) {
	if k.Box, err = ecdh.X25519().GenerateKey(random); err != nil {
		return k, err
	}
	if k.Sign, err = newSigner(random); err != nil {
		return k, err
	}
	k.Officer, err = newSigner(random)
	return k, err
}

func newSigner(random io.Reader) (ed25519.PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	_, err := io.ReadFull(random, seed)
	return ed25519.NewKeyFromSeed(seed), err
}

// Request is what a machine sends to claim what a code promises.
type Request struct {
	Nonce   string // that the answer repeats
	Code    string
	Sign    ed25519.PublicKey
	Box     []byte // X25519 public key
	Officer ed25519.PublicKey

	// Proofs that the machine has the private halves: signatures of the statement.
	SignProof, OfficerProof []byte
}

// Request makes a claim.
func (k Keys) Request(code, nonce string) Request {
	q := Request{Nonce: nonce, Code: plain(code), Sign: k.Sign.Public().(ed25519.PublicKey), Box: k.Box.PublicKey().Bytes(), Officer: k.Officer.Public().(ed25519.PublicKey)}
	q.SignProof, q.OfficerProof = ed25519.Sign(k.Sign, q.statement()), ed25519.Sign(k.Officer, q.statement())
	return q
}

// statement is what the proofs sign.
func (q Request) statement() []byte {
	return fmt.Appendf(nil, "khumue enrol %d\n%s\n%x\n%x\n%x\n", version, plain(q.Code), q.Sign, q.Box, q.Officer)
}

// proven reports whether the keys are keys, and the machine's own.
func (q Request) proven() bool {
	if len(q.Sign) != ed25519.PublicKeySize || len(q.Officer) != ed25519.PublicKeySize || string(q.Sign) == string(q.Officer) {
		return false
	}
	_, err := ecdh.X25519().NewPublicKey(q.Box)
	return err == nil && ed25519.Verify(q.Sign, q.statement(), q.SignProof) && ed25519.Verify(q.Officer, q.statement(), q.OfficerProof)
}

// Admission is what a machine is given.
type Admission struct {
	Nonce       string
	Device      string
	Token       string // its secret; "" where an officer joined a machine that has one
	Agency      catalog.AgencyCode
	Point       catalog.PointCode
	Name        string
	Officer     catalog.OfficerID // whose code it was
	OfficerName string
	Box         []byte // the centre's X25519 public key
	Time        time.Time
}

// Refusal is what a machine is told instead.
type Refusal struct {
	Nonce string
	Text  fault.Text
	Hint  fault.Text
	Kind  fault.Kind
	After time.Duration // of one who has to wait
}

// The forms in which messages are written. All members are there, in this order.
type (
	requestForm struct {
		V       int    `json:"v"`
		Nonce   string `json:"nonce"`
		Code    string `json:"code"`
		Sign    string `json:"sign"`
		Box     string `json:"box"`
		Officer string `json:"officer"`
		Proof   string `json:"sign_proof"`
		Proof2  string `json:"officer_proof"`
	}
	admissionForm struct {
		V       int    `json:"v"`
		Nonce   string `json:"nonce"`
		Device  string `json:"device"`
		Token   string `json:"token"`
		Agency  string `json:"agency"`
		Point   string `json:"point"`
		Name    string `json:"name"`
		Officer string `json:"officer"`
		Called  string `json:"officer_name"`
		Box     string `json:"box"`
		Time    string `json:"time"`
	}
	refusalForm struct {
		V      int    `json:"v"`
		Nonce  string `json:"nonce"`
		Kind   string `json:"kind"`
		TextTH string `json:"text_th"`
		TextEN string `json:"text_en"`
		HintTH string `json:"hint_th"`
		HintEN string `json:"hint_en"`
		After  string `json:"after_ms"`
	}
)

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// Bytes returns the request as it is sent.
func (q Request) Bytes() []byte {
	return message(requestForm{version, q.Nonce, q.Code, b64(q.Sign), b64(q.Box), b64(q.Officer), b64(q.SignProof), b64(q.OfficerProof)})
}

// Bytes returns the admission as it is sent.
func (a Admission) Bytes() []byte {
	return message(admissionForm{version, a.Nonce, a.Device, a.Token, string(a.Agency), string(a.Point), a.Name, string(a.Officer), a.OfficerName, b64(a.Box), a.Time.UTC().Format(time.RFC3339)})
}

// Bytes returns the refusal as it is sent.
func (r Refusal) Bytes() []byte {
	return message(refusalForm{version, r.Nonce, string(r.Kind), r.Text.TH, r.Text.EN, r.Hint.TH, r.Hint.EN, fmt.Sprint(r.After.Milliseconds())})
}

func message(form any) []byte {
	b, err := json.Marshal(form)
	if err != nil {
		panic("enrol: texts can always be written")
	}
	return b
}

var errBad = fault.New(fault.Invalid, fault.Text{TH: "ข้อความนี้ไม่ใช่ข้อความลงทะเบียนเครื่อง", EN: "This is no message of enrolment."},
	fault.Text{TH: "ปรับรุ่นโปรแกรมให้ตรงกัน", EN: "Bring both programs to the same version."})

// fields reads an object of texts, and its version; each member once, none unknown.
func fields(src []byte, names ...string) (map[string]string, error) {
	if len(src) > MaxMessage {
		return nil, errBad
	}
	s, out, v := scan.New(src, errBad), map[string]string{}, int64(0)
	err := s.Object(len(names)+1, func(name string) (err error) {
		if name == "v" {
			v, err = s.Number(3)
			return err
		}
		out[name], err = s.Text()
		return err
	})
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, there := out[name]; !there {
			return nil, errBad
		}
	}
	if v != version || len(out) != len(names) || len(out["nonce"]) > maxNonce || out["nonce"] == "" {
		return nil, errBad
	}
	return out, nil
}

// binary returns texts of base64 as bytes.
func binary(texts ...string) ([][]byte, error) {
	var out [][]byte
	for _, s := range texts {
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil {
			return nil, errBad
		}
		out = append(out, b)
	}
	return out, nil
}

// ReadRequest reads a request. What is none is an error of kind Invalid.
func ReadRequest(src []byte) (q Request, err error) {
	f, err := fields(src, "nonce", "code", "sign", "box", "officer", "sign_proof", "officer_proof")
	if err != nil {
		return q, err
	}
	b, err := binary(f["sign"], f["box"], f["officer"], f["sign_proof"], f["officer_proof"])
	if err != nil || len(f["code"]) > 100 {
		return q, errBad
	}
	return Request{f["nonce"], f["code"], b[0], b[1], b[2], b[3], b[4]}, nil
}

// ReadReply reads the answer to a request of a nonce: an admission, or the error that
// a refusal tells. What is neither, or answers somebody else, is an error of kind
// Unavailable: it does not come from the centre.
func ReadReply(src []byte, nonce string) (a Admission, err error) {
	if f, err := fields(src, "nonce", "kind", "text_th", "text_en", "hint_th", "hint_en", "after_ms"); err == nil && (f["nonce"] == nonce || f["nonce"] == Unread) {
		return a, refused(f)
	}
	f, err := fields(src, "nonce", "device", "token", "agency", "point", "name", "officer", "officer_name", "box", "time")
	if err != nil || f["nonce"] != nonce {
		return a, NotTheCentre(err)
	}
	b, err := binary(f["box"])
	if err != nil {
		return a, NotTheCentre(err)
	}
	if a.Time, err = time.Parse(time.RFC3339, f["time"]); err != nil {
		return Admission{}, NotTheCentre(err)
	}
	if a.Officer, err = catalog.ParseOfficerID(f["officer"]); err != nil {
		return Admission{}, NotTheCentre(err)
	}
	a.Nonce, a.Device, a.Token, a.Name, a.OfficerName, a.Box = nonce, f["device"], f["token"], f["name"], f["officer_name"], b[0]
	a.Agency, a.Point = catalog.AgencyCode(f["agency"]), catalog.PointCode(f["point"])
	return a, nil
}

func refused(f map[string]string) error {
	kind := fault.Kind(f["kind"])
	switch kind {
	case fault.Invalid, fault.NotFound, fault.Forbidden, fault.Conflict, fault.Unavailable:
	default:
		kind = fault.Unavailable
	}
	err := fault.New(kind, fault.Text{TH: f["text_th"], EN: f["text_en"]})
	if hint := (fault.Text{TH: f["hint_th"], EN: f["hint_en"]}); !hint.IsZero() {
		err = fault.New(kind, fault.Text{TH: f["text_th"], EN: f["text_en"]}, hint)
	}
	var ms int64
	if _, scanned := fmt.Sscan(f["after_ms"], &ms); scanned == nil && ms > 0 && ms < 24*3600_000 {
		return Wait{err, time.Duration(ms) * time.Millisecond}
	}
	return err
}

// NotTheCentre says that an answer is not the centre's, but of somebody in between.
func NotTheCentre(err error) error {
	return fault.New(fault.Unavailable, fault.Text{TH: "สิ่งที่ตอบมาไม่ใช่ส่วนกลาง อาจเป็นหน้าเข้าใช้อินเทอร์เน็ตของเครือข่ายนี้", EN: "What answered is not the centre. It may be the sign-in page of this network."},
		fault.Text{TH: "เปิดเว็บใดก็ได้เพื่อเข้าใช้เครือข่ายก่อน แล้วลองใหม่", EN: "Open any web page to sign in to the network, then try again."}).Because(err)
}
