// Package office is the life of an office's machine: it is not enrolled, then it is
// enrolled and locked, then an officer opens it, and what it keeps can be read and
// written until the program ends.
//
// All that it keeps is one folder. In it only the strongbox can be read without a
// passphrase, and that tells how many officers there are: who the machine is and
// where its centre is, its database and its content are sealed by what is in the
// strongbox.
//
// Officers may work while the centre was heard lately, which is told by a clock that
// nobody sets back. A machine that the centre shut out sends nothing any more, and
// hands out what it did not send.
//
// The package refuses to know HTTP, pages, and what officers do.
package office

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/strongbox"
)

// State is how far a machine's life has come.
type State string

// The states.
const (
	Bare   State = "bare"   // it is not enrolled
	Locked State = "locked" // nobody has opened it since the program began
	Open   State = "open"
)

// Line is a way to the centre.
type Line interface {
	courier.Transport
	// Watch tells, until ctx ends, when the machine is on a network on which it was not.
	Watch(ctx context.Context, came func())
	Close()
}

// Options are what an office is made of.
type Options struct {
	Dir     string         // folder of all that is kept
	Program string         // version of this program, which the centre is told
	Cost    strongbox.Cost // of a try at a passphrase; zero: the usual
	// Ask finds the centre's end of enrolment by its address.
	Ask func(address string) (enrol.Asker, error)
	// Line makes a way to the centre, which shows the token.
	Line func(address string, token func() (string, error)) Line
	// Opened is called once what is kept is open, and before anybody is told so; what
	// fails there locks it again. Nil: nobody wants to know.
	Opened func(ctx context.Context, r *Rooms) error
	Now    func() time.Time
	Random io.Reader // a cryptographic source
	Log    *slog.Logger
}

// usual is for how many days officers may work without the centre, where it did not
// say yet.
const usual = 30

// Identity is who the machine is.
type Identity struct {
	Centre  string // address of its back office
	Device  string
	Agency  catalog.AgencyCode
	Point   catalog.PointCode `json:",omitzero"` // "" where the machine serves the whole agency
	Name    string
	Since   time.Time // when it was enrolled, by the centre's clock
	Officer string    // the name of who enrolled it
}

// papers are an identity with its secrets, as they are sealed.
type papers struct {
	Identity
	Token     string
	Sign      []byte // seed of the machine's Ed25519 key
	Box       []byte // the machine's X25519 key
	CentreBox []byte // the centre's X25519 public key
}

// Office is a machine. Its methods may be called by any number of goroutines; no
// other program uses the folder meanwhile.
type Office struct {
	Options

	acts    sync.Mutex // one thing is done to the machine at a time
	pending map[string]enrol.Keys

	mu    sync.Mutex
	box   *strongbox.Box // nil: the machine is bare
	rooms *Rooms         // nil: it is not open
}

// The names in the folder. What is enrolled stands in one folder, which comes to be
// at once.
const (
	homeFolder   = "office"
	partFolder   = "office.part"
	papersFile   = "identity.sealed"
	databaseFile = "office.db"
	contentDir   = "content.git"
	filesDir     = "files"
	markFile     = "stream.mark"
	papersFor    = "identity"
)

// New looks at what is in a folder, which need not be there yet.
func New(o Options) (*Office, error) {
	f := &Office{Options: o, pending: map[string]enrol.Keys{}}
	box, err := strongbox.Open(f.in(strongbox.File), o.Now, o.Random)
	switch {
	case errors.Is(err, fault.NotFound):
		return f, nil
	case err != nil:
		return nil, err
	}
	f.box = box
	return f, nil
}

// in is the path of something that the office keeps.
func (o *Office) in(name string) string { return filepath.Join(o.Dir, homeFolder, name) }

// State tells how far the machine's life has come.
func (o *Office) State() State {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.box == nil:
		return Bare
	case o.rooms == nil:
		return Locked
	}
	return Open
}

// Rooms returns what is open; nil while it is not.
func (o *Office) Rooms() *Rooms {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rooms
}

func (o *Office) set(r *Rooms) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rooms = r
}

// Enrol claims a code at the centre of an address, makes the folder of the machine,
// with a passphrase of the officer whose code it is, and leaves it locked. While the
// centre does not answer the same may be asked again; nothing is kept then. A machine
// that is enrolled is an error of kind Conflict.
func (o *Office) Enrol(ctx context.Context, centre, code, user, passphrase string) (Identity, error) {
	o.acts.Lock()
	defer o.acts.Unlock()
	if o.State() != Bare {
		return Identity{}, fault.New(fault.Conflict, fault.Text{TH: "เครื่องนี้ลงทะเบียนแล้ว", EN: "This machine is enrolled already."},
			fault.Text{TH: "ปลดล็อกด้วยรหัสผ่านของเครื่องนี้ หรือลงทะเบียนใหม่ในโฟลเดอร์อื่น", EN: "Unlock it with the passphrase of this machine, or enrol anew in another folder."})
	}
	if err := strongbox.Fit(user, passphrase); err != nil { // before the code is used up
		return Identity{}, err
	}
	to, err := o.Ask(centre)
	if err != nil {
		return Identity{}, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return Identity{}, full(err)
	}
	keys, err := o.keys(code, nil)
	if err != nil {
		return Identity{}, err
	}
	a, err := enrol.Claim(ctx, to, "", code, keys, o.nonce())
	if err != nil {
		return Identity{}, err
	}
	p := papersOf(centre, a, keys)
	if err := o.settle(p, a.Officer, user, passphrase, keys.Officer); err != nil {
		return Identity{}, err
	}
	delete(o.pending, code)
	return p.Identity, nil
}

// settle makes the machine's folder, at once.
func (o *Office) settle(p papers, id catalog.OfficerID, user, passphrase string, signer ed25519.PrivateKey) error {
	part := filepath.Join(o.Dir, partFolder)
	if err := errors.Join(os.RemoveAll(part), os.Mkdir(part, 0o700)); err != nil {
		return full(err)
	}
	_, opened, err := strongbox.Create(filepath.Join(part, strongbox.File), o.Cost, id, user, passphrase, signer, o.Now, o.Random)
	if err != nil {
		return err
	}
	defer opened.Close()
	if err := p.keep(opened, filepath.Join(part, papersFile)); err != nil {
		return err
	}
	home := filepath.Join(o.Dir, homeFolder)
	if err := errors.Join(os.Rename(part, home), syncDir(o.Dir)); err != nil {
		return full(err)
	}
	box, err := strongbox.Open(o.in(strongbox.File), o.Now, o.Random)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.box = box
	return err
}

// papersOf are those of a machine that was admitted with keys.
func papersOf(centre string, a enrol.Admission, k enrol.Keys) papers {
	return papers{
		Identity: Identity{Centre: centre, Device: a.Device, Agency: a.Agency, Point: a.Point, Name: a.Name, Since: a.Time, Officer: a.OfficerName},
		Token:    a.Token, Sign: k.Sign.Seed(), Box: k.Box.Bytes(), CentreBox: a.Box,
	}
}

// keep seals the papers into a file.
func (p papers) keep(opened *strongbox.Opened, file string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	sealed, err := opened.Seal(papersFor, text)
	if err != nil {
		return err
	}
	return replace(file, sealed)
}

// readPapers opens what keep sealed.
func readPapers(opened *strongbox.Opened, file string) (p papers, err error) {
	sealed, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, fault.New(fault.NotFound, fault.Text{TH: "ไฟล์ประจำเครื่องหายไป", EN: "The file that says who this machine is is gone."},
			fault.Text{TH: "กู้จากสำเนาสำรอง หรือลงทะเบียนใหม่ในโฟลเดอร์อื่น", EN: "Restore it from a copy, or enrol anew in another folder."}).Because(err)
	} else if err != nil {
		return p, err
	}
	text, err := opened.Unseal(papersFor, sealed)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// keys are those with which a code is claimed: the same for each try, so that an
// answer that was lost spoils nothing. The machine's own are given where it has them.
func (o *Office) keys(code string, own *papers) (enrol.Keys, error) {
	k, ok := o.pending[code]
	if ok {
		return k, nil
	}
	k, err := enrol.NewKeys(o.Random)
	if err != nil {
		return k, err
	}
	if own != nil {
		k.Sign = ed25519.NewKeyFromSeed(own.Sign)
		if k.Box, err = ecdh.X25519().NewPrivateKey(own.Box); err != nil {
			return k, err
		}
	}
	o.pending[code] = k
	return k, nil
}

// nonce is for one claim.
func (o *Office) nonce() string {
	b := make([]byte, 16)
	if _, err := io.ReadFull(o.Random, b); err != nil {
		panic("office: no randomness: " + err.Error())
	}
	return hex.EncodeToString(b)
}

// Unlock tells which officer a passphrase is of, and opens what is kept where that is
// not open yet. What is wrong is an error as of strongbox.Box.Unlock; a machine that
// is bare is one of kind NotFound.
func (o *Office) Unlock(ctx context.Context, user, passphrase string) (catalog.OfficerID, error) {
	o.mu.Lock()
	box := o.box
	o.mu.Unlock()
	if box == nil {
		return "", bare()
	}
	opened, err := box.Unlock(user, passphrase)
	if err != nil {
		return "", err
	}
	id, signer := opened.Officer().ID, opened.Take()
	o.acts.Lock()
	defer o.acts.Unlock()
	r := o.Rooms()
	if r != nil {
		opened.Close()
	} else if r, err = o.open(ctx, opened); err != nil {
		signer.Close()
		opened.Close()
		return "", err
	}
	r.hold(id, signer)
	o.set(r)
	return id, nil
}

func bare() error {
	return fault.New(fault.NotFound, fault.Text{TH: "เครื่องนี้ยังไม่ได้ลงทะเบียน", EN: "This machine is not enrolled."},
		fault.Text{TH: "ขอรหัสลงทะเบียนเครื่องที่ศูนย์กลาง แล้วกรอกที่นี่", EN: "Get a code for a machine at the centre, and type it here."})
}

func locked() error {
	return fault.New(fault.Conflict, fault.Text{TH: "เครื่องนี้ยังล็อกอยู่", EN: "This machine is locked."},
		fault.Text{TH: "ให้เจ้าหน้าที่ที่ใช้เครื่องนี้อยู่แล้วปลดล็อกก่อน", EN: "Let an officer who uses it unlock it first."})
}

// Join claims a code with which another officer comes to use the machine, or sets a
// new passphrase, and makes them a slot. The machine has to be open. The passphrase
// of the only officer can not be set so.
func (o *Office) Join(ctx context.Context, code, user, passphrase string) (catalog.OfficerID, error) {
	if err := strongbox.Fit(user, passphrase); err != nil {
		return "", err
	}
	o.acts.Lock()
	defer o.acts.Unlock()
	switch o.State() {
	case Bare:
		return "", bare()
	case Locked:
		return "", locked()
	}
	r := o.Rooms()
	to, err := o.Ask(r.Centre)
	if err != nil {
		return "", err
	}
	keys, err := o.keys(code, &r.papers)
	if err != nil {
		return "", err
	}
	a, err := enrol.Claim(ctx, to, r.papers.Token, code, keys, o.nonce())
	if err != nil {
		return "", err
	}
	if err := r.opened.Remove(a.Officer); err != nil && !errors.Is(err, fault.NotFound) {
		return "", err
	}
	if err := r.opened.Add(a.Officer, user, passphrase, keys.Officer); err != nil {
		return "", err
	}
	delete(o.pending, code)
	r.hold(a.Officer, strongbox.NewSigner(keys.Officer))
	return a.Officer, nil
}

// Aside puts all that a locked machine has into a folder beside it, for who forgot the
// passphrase that nobody else has: the machine is bare then, and may be enrolled. Nothing
// is deleted, and nothing can be read there without a passphrase. It returns the folder.
func (o *Office) Aside() (folder string, err error) {
	o.acts.Lock()
	defer o.acts.Unlock()
	if o.State() != Locked {
		return "", fault.New(fault.Conflict, fault.Text{TH: "เครื่องนี้ไม่ได้ล็อกอยู่", EN: "This machine is not locked."})
	}
	folder = filepath.Join(o.Dir, homeFolder+"-"+o.Now().UTC().Format("20060102-150405"))
	if err := os.Rename(filepath.Join(o.Dir, homeFolder), folder); err != nil {
		return "", full(err)
	}
	o.mu.Lock()
	o.box = nil
	o.mu.Unlock()
	return folder, syncDir(o.Dir)
}

// Renew claims a code as a new machine with what is kept here, where the centre takes
// nothing from the one that this was. The machine has to be open, the code be of an
// officer who uses it, and of the same agency and point. All that waits is sent once
// the machine was closed and unlocked again; until then nothing else changes.
func (o *Office) Renew(ctx context.Context, code string) error {
	o.acts.Lock()
	defer o.acts.Unlock()
	switch o.State() {
	case Bare:
		return bare()
	case Locked:
		return locked()
	}
	r := o.Rooms()
	to, err := o.Ask(r.Centre)
	if err != nil {
		return err
	}
	keys, err := o.keys(code, nil)
	if err != nil {
		return err
	}
	a, err := enrol.Claim(ctx, to, "", code, keys, o.nonce())
	if err != nil {
		return err
	}
	if a.Agency != r.Agency || a.Point != r.Point {
		return fault.New(fault.Conflict, fault.Text{TH: "รหัสนี้เป็นของหน่วยงานหรือจุดบริการอื่น", EN: "This code is of another agency or service point."},
			fault.Text{TH: "ขอรหัสลงทะเบียนเครื่องของหน่วยงานเดิม", EN: "Get a code for a machine of the same agency."})
	}
	if err := papersOf(r.Centre, a, keys).keep(r.opened, o.in(papersFile)); err != nil {
		return err
	}
	delete(o.pending, code)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.renewed = true
	return nil
}

// Close closes what is open: the machine is locked. Who runs the rooms ends that
// before.
func (o *Office) Close() error {
	o.acts.Lock()
	defer o.acts.Unlock()
	r := o.Rooms()
	if r == nil {
		return nil
	}
	o.set(nil)
	return r.close()
}
