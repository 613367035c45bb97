package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Statement is what an officer says who approved a revision at an office without a
// network: which operation it is, which text was read, and what was decided.
type Statement struct {
	Op      string // id of the operation
	Kind    string // of the operation
	Manual  catalog.ManualID
	Commit  Hash // of the revision that was read: the centre's, or the office's own where the centre had none yet
	Tree    Hash // of the manual's folder that was read
	Verdict Verdict
	At      time.Time // by the machine's clock, to the second
	Officer catalog.OfficerID
	Device  string // the machine
}

// Signed is a statement with the signatures of the officer and of the machine, and
// the keys that made them. Whose the keys were is for others to tell.
type Signed struct {
	Statement
	OfficerKey, DeviceKey ed25519.PublicKey
	ByOfficer, ByDevice   []byte
}

// The roles in which a statement is signed: neither signature is one in the other
// role, nor of anything else that the same keys sign.
const (
	officerRole = "khumue approval 1, by the officer"
	deviceRole  = "khumue approval 1, by the machine"
)

// longestStatement is how long a statement with its signatures may be, in bytes.
const longestStatement = 1024

// fields are the parts of a statement, in the order in which they are
// signed.
func (s Statement) fields() [][]byte {
	return [][]byte{[]byte(s.Op), []byte(s.Kind), []byte(s.Manual), s.Commit[:], s.Tree[:], []byte(s.Verdict),
		[]byte(s.At.UTC().Format(time.RFC3339)), []byte(s.Officer), []byte(s.Device)}
}

// text is what is signed in a role: each part behind its length.
func (s Signed) text(role string) []byte {
	parts := append([][]byte{[]byte(role)}, s.fields()...)
	return delimited(append(parts, s.OfficerKey, s.DeviceKey)...)
}

func delimited(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint16(b, uint16(len(p)))
		b = append(b, p...)
	}
	return b
}

// Sign has a statement signed by the officer's key and by the machine's, each given
// as its public half and what signs with it.
func (s Statement) Sign(officer, device ed25519.PublicKey, byOfficer, byDevice func(text []byte) []byte) Signed {
	s.At = s.At.UTC().Truncate(time.Second)
	out := Signed{Statement: s, OfficerKey: officer, DeviceKey: device}
	out.ByOfficer, out.ByDevice = byOfficer(out.text(officerRole)), byDevice(out.text(deviceRole))
	return out
}

// String writes the statement with its signatures as one word.
func (s Signed) String() string {
	parts := append(s.fields(), s.OfficerKey, s.DeviceKey, s.ByOfficer, s.ByDevice)
	return base64.StdEncoding.EncodeToString(delimited(parts...))
}

// ParseSigned reads what String wrote. What is of another form, or not signed by the
// keys that it names, is an error of kind Invalid.
func ParseSigned(word string) (Signed, error) {
	s, err := readSigned(word)
	if err == nil && s.String() != word {
		err = errForm
	}
	if err == nil && !(ed25519.Verify(s.OfficerKey, s.text(officerRole), s.ByOfficer) && ed25519.Verify(s.DeviceKey, s.text(deviceRole), s.ByDevice)) {
		err = errors.New("its signatures are not good")
	}
	if err != nil {
		return Signed{}, fault.New(fault.Invalid, fault.Text{TH: "คำรับรองการอนุมัติไม่ถูกต้อง", EN: "The statement of the approval is not good."}).Because(err)
	}
	return s, nil
}

// readSigned reads the form alone.
func readSigned(word string) (s Signed, err error) {
	if len(word) > base64.StdEncoding.EncodedLen(longestStatement) {
		return s, errForm
	}
	b, err := base64.StdEncoding.Strict().DecodeString(word)
	if err != nil {
		return s, err
	}
	var parts [13][]byte
	for i := range parts {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return s, errForm
		}
		n := 2 + int(binary.BigEndian.Uint16(b))
		parts[i], b = bytes.Clone(b[2:n]), b[n:]
	}
	if len(b) > 0 {
		return s, errForm
	}
	for i, n := range map[int]int{3: len(Hash{}), 4: len(Hash{}), 9: ed25519.PublicKeySize, 10: ed25519.PublicKeySize, 11: ed25519.SignatureSize, 12: ed25519.SignatureSize} {
		if len(parts[i]) != n {
			return s, errForm
		}
	}
	s.Statement, err = readStatement(parts[:9])
	s.OfficerKey, s.DeviceKey, s.ByOfficer, s.ByDevice = parts[9], parts[10], parts[11], parts[12]
	return s, err
}

func readStatement(parts [][]byte) (s Statement, err error) {
	s = Statement{Op: string(parts[0]), Kind: string(parts[1]), Commit: Hash(parts[3]), Tree: Hash(parts[4]), Device: string(parts[8])}
	var t Trailers
	for key, value := range map[string][]byte{"Op": parts[0], "Manual": parts[2], "Verdict": parts[5], "Decided-At": parts[6], "Officer": parts[7], "Via": parts[8]} {
		err = errors.Join(err, fieldOf(key).set(&t, string(value)))
	}
	s.Manual, s.Verdict, s.At, s.Officer = t.Manual, t.Verdict, t.DecidedAt, t.Officer
	if _, bad := kindOfWork(s.Kind); bad != nil {
		err = errors.Join(err, bad)
	}
	return s, err
}

// stands reports whether a statement is about what the trailers of its approval say.
func (s Statement) stands(t *Trailers) bool {
	return s.Op == t.Op && s.Manual == t.Manual && s.Tree == t.Tree && s.Verdict == t.Verdict && s.At.Equal(t.DecidedAt) && s.Officer == t.Officer && s.Device == t.Via
}

// stated reports whether an approval that was made without a network bears the
// statement of its officer, and every other none.
func stated(t *Trailers) bool {
	if t.Via == "" {
		return t.Statement == ""
	}
	s, err := ParseSigned(t.Statement)
	return err == nil && s.stands(t)
}
