// Package proof knows what a commit of the ledger testifies, and how that is
// proven later, by anyone, offline.
//
// The ledger is main's first-parent history. Each of its commits bears Trailers,
// which say what was done by whom in which role, and the signature of the
// daemon's key. Verify walks it and tells for each published manual who approved
// what and when, or why nobody did.
//
// One key is in force at any point. The first is the one that signed the root,
// the import of the first content; a later one comes into force by a commit of
// its own, signed by the one before it. Whose the keys are is said from outside,
// by a Trust.
//
// A signature is the daemon's testimony that a person was signed in and decided;
// it is not that person's own.
//
// The package works on values. It refuses to know files and how git keeps its
// objects: whoever asks hands it a Ledger.
package proof

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"

	"khumue/internal/fault"
)

// Hash names an object of git. The zero Hash names none.
type Hash [20]byte

// String returns forty hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h names nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText writes forty hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads forty hexadecimal digits.
func (h *Hash) UnmarshalText(b []byte) (err error) { *h, err = ParseHash(string(b)); return }

// ParseHash reads forty hexadecimal digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != 2*len(h) {
		return Hash{}, notAHash(s)
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return Hash{}, notAHash(s)
	}
	return h, nil
}

func notAHash(s string) error {
	return fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่รหัสของ git", "%q is not an object's hash", s))
}

// Kind is what an object is.
type Kind string

// The kinds of object that are read.
const (
	Commit Kind = "commit"
	Tree   Kind = "tree"
	Blob   Kind = "blob"
)

// Ledger gives the bytes of objects by name, to several goroutines at once. What
// is not there is an error of kind NotFound. It need not be honest: every object
// is held against its name.
type Ledger interface {
	Read(Kind, Hash) ([]byte, error)
}

// sum names an object.
func sum(k Kind, data []byte) Hash {
	h := sha1.New()
	var head [32]byte
	h.Write(append(strconv.AppendInt(append(append(head[:0], k...), ' '), int64(len(data)), 10), 0))
	h.Write(data)
	var out Hash
	h.Sum(out[:0])
	return out
}

// forged is the error of an object whose bytes are not what its name says.
func forged(k Kind, h Hash) error {
	return fault.New(fault.Invalid, fault.Textf("%s %s ในคลังไม่ตรงกับรหัสของตัวเอง", "%s %s of the repository is not what its name says", k, h))
}
