// Package strongbox keeps the key of an office's data for the officers who work
// there, each by a passphrase of their own.
//
// An office has one data key of 32 random bytes, made when the office is. Each
// officer has a slot, in which the data key and the officer's own signing key are
// sealed by what Argon2id makes of the passphrase. Slots are found by what the
// passphrase gives, not by a name: the file tells how many officers there are, and
// nothing of who they are, and a wrong passphrase and an officer who is unknown are
// the same thing to it.
//
// The signing key is in the officer's slot alone: whoever has the data key can not
// sign for a colleague. An officer whose slot was removed is shut out from then on,
// but not by a copy of the file that was made before: the data key stays what it is.
//
// The package knows no database, no network, and nothing of what the keys are for.
package strongbox

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// File is the name of the box in the folder of an office.
const File = "strongbox.json"

// keyBytes is how long the data key and all keys that follow from it are.
const keyBytes = 32

// MaxOfficers is how many officers a box serves.
const MaxOfficers = 200

// Officer is one who may unlock the box.
type Officer struct {
	ID     catalog.OfficerID
	User   string            // by which the officer unlocks, as an e-mail address; see User
	Public ed25519.PublicKey // of the signing key
}

// Box is a strongbox in a file. Its methods may be called from several goroutines;
// no other program writes the file meanwhile.
type Box struct {
	file   string
	now    func() time.Time
	random io.Reader

	work  sync.Mutex // one derivation at a time, for each takes its memory
	gate  gate
	lock  sync.Mutex
	chest chest
}

// Create makes a box with a new data key and one officer, who signs with the key that
// is given, and returns it unlocked. It is on the disk then. A file that is there is an error of kind Conflict, a
// passphrase or a cost that is not fit one of kind Invalid.
func Create(file string, cost Cost, id catalog.OfficerID, user, passphrase string, signer ed25519.PrivateKey, now func() time.Time, random io.Reader) (*Box, *Opened, error) {
	cost = cost.orUsual()
	if err := errors.Join(cost.fit(), Fit(user, passphrase)); err != nil {
		return nil, nil, err
	}
	b := &Box{file: file, now: now, random: random, chest: chest{Version: version, Box: b64(bytesOf(random, 16)), Cost: cost}}
	o := &Opened{box: b, key: bytesOf(random, keyBytes)}
	if err := o.enter(id, user, passphrase, signer.Seed(), func(c chest) error { return c.create(file) }); err != nil {
		return nil, nil, err
	}
	return b, o, nil
}

// Open reads a box, which stays locked. One that is not there is an error of kind
// NotFound, one that this program can not read one of kind Invalid.
func Open(file string, now func() time.Time, random io.Reader) (*Box, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "สำนักงานนี้ยังไม่ได้ลงทะเบียนเครื่อง", EN: "This office has no strongbox yet."},
			fault.Text{TH: "ลงทะเบียนเครื่องด้วยรหัสจากส่วนกลาง", EN: "Enrol the device with a code from the centre."}).Because(err)
	} else if err != nil {
		return nil, unreadable(file, err)
	}
	c, err := parse(data)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Textf("ไฟล์กุญแจ %s ใช้ไม่ได้", "The strongbox %s can not be used.", file),
			fault.Text{TH: "กู้ไฟล์จากสำเนาสำรอง หรือลงทะเบียนเครื่องใหม่", EN: "Restore the file from a backup, or enrol the device anew."}).Because(err)
	}
	return &Box{file: file, now: now, random: random, chest: c}, nil
}

// Unlock opens the box for an officer. A passphrase that is wrong and a user who is
// unknown are the same error of kind Forbidden, after the same work. Who tries too
// often is told to Wait.
func (b *Box) Unlock(user, passphrase string) (*Opened, error) {
	user = User(user)
	slot, s, err := b.try(user, passphrase)
	if err != nil {
		return nil, err
	}
	signer := ed25519.NewKeyFromSeed(s.Seed)
	return &Opened{box: b, slot: slot, key: s.Key, signer: signer, public: publicOf(signer), id: s.Officer, user: user}, nil
}

// try is find for one who may not try for ever.
func (b *Box) try(user, passphrase string) (tag string, s secret, err error) {
	if wait := b.gate.try(user, b.now()); wait > 0 {
		return "", s, tooOften(wait)
	}
	if tag, s, err = b.find(user, passphrase); err == nil {
		b.gate.opened(user)
	}
	return tag, s, err
}

// find returns what is in the slot of an officer.
func (b *Box) find(user, passphrase string) (tag string, s secret, err error) {
	c := b.current()
	derived := b.derive(c, user, passphrase)
	tag = derived.tag()
	i := slices.IndexFunc(c.Slots, func(s slot) bool { return s.Tag == tag })
	if i < 0 {
		return "", s, wrong(nil)
	}
	text, err := open(derived.wrapping(), unb64(c.Slots[i].Sealed), c.about(tag))
	if err != nil {
		return "", s, wrong(err)
	}
	if err := json.Unmarshal(text, &s); err != nil || len(s.Key) != keyBytes || len(s.Seed) != ed25519.SeedSize {
		return "", s, wrong(err)
	}
	return tag, s, nil
}

// current is the chest as it is now.
func (b *Box) current() chest {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.chest
}

func (b *Box) derive(c chest, user, passphrase string) derived {
	b.work.Lock()
	defer b.work.Unlock()
	return c.derive(user, passphrase)
}

// change writes the box as do makes it, or leaves it as it is.
func (b *Box) change(do func(*chest) error, write func(chest) error) error {
	b.lock.Lock()
	defer b.lock.Unlock()
	next := b.chest
	next.Slots = slices.Clone(next.Slots)
	if err := do(&next); err != nil {
		return err
	}
	slices.SortFunc(next.Slots, func(a, b slot) int { return strings.Compare(a.Tag, b.Tag) })
	if err := write(next); err != nil {
		return err
	}
	b.chest = next
	return nil
}

// secret is what a slot holds.
type secret struct {
	Officer catalog.OfficerID
	Key     []byte // the data key
	Seed    []byte // of the signing key
}

// Opened is a box that an officer has unlocked. Close forgets the keys.
type Opened struct {
	box    *Box
	slot   string // the officer's
	key    []byte
	signer ed25519.PrivateKey // nil: it was taken
	public ed25519.PublicKey
	id     catalog.OfficerID
	user   string
}

// Officer returns who unlocked the box.
func (o *Opened) Officer() Officer {
	return Officer{o.id, o.user, slices.Clone(o.public)}
}

// Secret is 32 bytes for one purpose, the same for all officers of the office, from
// which neither the data key nor the secret of another purpose follows.
func (o *Opened) Secret(purpose string) []byte { return expand(o.key, "for "+purpose) }

// Seal seals a text for one purpose, for all officers of the office.
func (o *Opened) Seal(purpose string, text []byte) ([]byte, error) {
	return seal(o.Secret("sealing "+purpose), text, []byte(purpose), o.box.random)
}

// Unseal opens what Seal sealed for the same purpose. What was changed is an error of
// kind Invalid.
func (o *Opened) Unseal(purpose string, sealed []byte) ([]byte, error) {
	text, err := open(o.Secret("sealing "+purpose), sealed, []byte(purpose))
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "เปิดข้อมูลที่ปิดผนึกไว้ไม่ได้", EN: "What was sealed can not be opened."},
			fault.Text{TH: "กู้จากสำเนาสำรอง หรือลงทะเบียนเครื่องใหม่", EN: "Restore it from a backup, or enrol the device anew."}).Because(err)
	}
	return text, nil
}

// Take takes the officer's signing key out of what is open, which keeps the data's
// alone. It is for once.
func (o *Opened) Take() *Signer {
	s := &Signer{o.signer}
	o.signer = nil
	return s
}

// Signer is an officer's signing key. Close forgets it.
type Signer struct{ key ed25519.PrivateKey }

// NewSigner is a key that was just made.
func NewSigner(key ed25519.PrivateKey) *Signer { return &Signer{slices.Clone(key)} }

// Public is the key's public half.
func (s *Signer) Public() ed25519.PublicKey { return slices.Clone(publicOf(s.key)) }

// Sign signs a text as the officer, with Ed25519.
func (s *Signer) Sign(text []byte) []byte { return ed25519.Sign(s.key, text) }

// Close overwrites the key, which is of no use any more.
func (s *Signer) Close() { clear(s.key) }

// publicOf is the public half of a key.
func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.SeedSize:])
}

// Close overwrites the keys. The box that is unlocked is of no use any more.
func (o *Opened) Close() {
	clear(o.key)
	clear(o.signer)
}

// Add makes a slot for another officer, with a signing key of their own, which nobody
// else is to have. A user or an officer who has a slot is an error of kind
// Conflict.
func (o *Opened) Add(id catalog.OfficerID, user, passphrase string, signer ed25519.PrivateKey) error {
	if err := Fit(user, passphrase); err != nil {
		return err
	}
	other := &Opened{box: o.box, key: o.key}
	return other.enter(id, user, passphrase, signer.Seed(), o.box.write)
}

func (b *Box) write(c chest) error { return c.replace(b.file) }

// enter makes a slot and becomes the officer whose slot it is.
func (o *Opened) enter(id catalog.OfficerID, user, passphrase string, seed []byte, write func(chest) error) error {
	user = User(user)
	signer := ed25519.NewKeyFromSeed(seed)
	one := person{Officer: id, User: user, Public: b64(signer.Public().(ed25519.PublicKey))}
	sealed, err := o.sealed(user, passphrase, secret{id, o.key, seed})
	if err != nil {
		return err
	}
	err = o.box.change(func(c *chest) error {
		people, err := c.people(o.key)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(people, func(p person) bool { return p.Officer == id || p.User == user }) {
			return fault.New(fault.Conflict, fault.Text{TH: "เจ้าหน้าที่คนนี้ใช้เครื่องนี้ได้อยู่แล้ว", EN: "This officer uses the device already."},
				fault.Text{TH: "ปลดล็อกด้วยรหัสผ่านที่ตั้งไว้", EN: "Unlock it with the passphrase that was set."})
		}
		if len(people) >= MaxOfficers {
			return fault.New(fault.Conflict, fault.Textf("เครื่องหนึ่งมีเจ้าหน้าที่ได้ %d คน", "A device serves at most %d officers.", MaxOfficers),
				fault.Text{TH: "นำผู้ที่ไม่ใช้แล้วออกก่อน", EN: "Remove those who use it no more first."})
		}
		one.Tag = sealed.Tag
		c.Slots = append(c.Slots, sealed)
		return c.setPeople(o.key, append(people, one), o.box.random)
	}, write)
	if err != nil {
		return err
	}
	o.slot, o.signer, o.public, o.id, o.user = sealed.Tag, signer, publicOf(signer), id, user
	return nil
}

// sealed is a slot that a passphrase opens.
func (o *Opened) sealed(user, passphrase string, s secret) (slot, error) {
	c := o.box.current()
	d := o.box.derive(c, user, passphrase)
	text, err := json.Marshal(s)
	if err != nil {
		return slot{}, err
	}
	sealed, err := seal(d.wrapping(), text, c.about(d.tag()), o.box.random)
	clear(text)
	return slot{d.tag(), b64(sealed)}, err
}

// Change gives the officer another passphrase. The one of now is asked for: a box
// that was left unlocked is not enough.
func (o *Opened) Change(was, is string) error {
	if err := Fit(o.user, is); err != nil {
		return err
	}
	old, s, err := o.box.try(o.user, was)
	if err != nil {
		return err
	}
	next, err := o.sealed(o.user, is, s)
	if err != nil {
		return err
	}
	err = o.box.change(func(c *chest) error {
		people, err := c.people(o.key)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p person) bool { return p.Tag == old })
		if i < 0 {
			return wrong(nil) // removed meanwhile
		}
		people[i].Tag = next.Tag
		c.drop(old)
		c.Slots = append(c.Slots, next)
		return c.setPeople(o.key, people, o.box.random)
	}, o.box.write)
	if err == nil {
		o.slot = next.Tag
	}
	return err
}

// Remove shuts an officer out. One who has no slot is an error of kind NotFound, the
// last one of all of kind Conflict: nobody could unlock the box any more.
func (o *Opened) Remove(id catalog.OfficerID) error {
	return o.box.change(func(c *chest) error {
		people, err := c.people(o.key)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p person) bool { return p.Officer == id })
		if i < 0 {
			return fault.New(fault.NotFound, fault.Text{TH: "ไม่มีเจ้าหน้าที่คนนี้ในเครื่อง", EN: "This officer does not use the device."})
		}
		if len(people) == 1 {
			return fault.New(fault.Conflict, fault.Text{TH: "นำเจ้าหน้าที่คนสุดท้ายออกไม่ได้ เพราะจะไม่มีใครเปิดเครื่องได้อีก", EN: "The last officer can not be removed: nobody could unlock the device any more."},
				fault.Text{TH: "เพิ่มเจ้าหน้าที่คนอื่นก่อน", EN: "Add another officer first."})
		}
		c.drop(people[i].Tag)
		return c.setPeople(o.key, slices.Delete(people, i, i+1), o.box.random)
	}, o.box.write)
}

// Officers returns who may unlock the box, by user.
func (o *Opened) Officers() ([]Officer, error) {
	c := o.box.current()
	people, err := c.people(o.key)
	if err != nil {
		return nil, err
	}
	var out []Officer
	for _, p := range people {
		out = append(out, Officer{p.Officer, p.User, unb64(p.Public)})
	}
	slices.SortFunc(out, func(a, b Officer) int { return strings.Compare(a.User, b.User) })
	return out, nil
}

// Limits of a passphrase, in characters and bytes, and of a user's name.
const (
	ShortestPassphrase = 12
	longestPassphrase  = 1024 // bytes
	longestUser        = 254  // bytes, as of an e-mail address
)

// User is a name by which an officer unlocks the box, in the form in which it is
// compared.
func User(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Fit returns an error of kind Invalid unless the name and the passphrase may be
// used for a slot.
func Fit(user, passphrase string) error {
	user = User(user)
	switch {
	case user == "" || len(user) > longestUser || !utf8.ValidString(user):
		return fault.New(fault.Invalid, fault.Text{TH: "กรอกชื่อผู้ใช้", EN: "Give a user name."}, fault.Text{TH: "เช่น อีเมลของท่าน", EN: "Your e-mail address, for example."})
	case utf8.RuneCountInString(passphrase) < ShortestPassphrase || !utf8.ValidString(passphrase):
		return fault.New(fault.Invalid, fault.Textf("รหัสผ่านต้องยาวอย่างน้อย %d ตัวอักษร", "A passphrase has at least %d characters.", ShortestPassphrase),
			fault.Text{TH: "ใช้คำสี่ห้าคำที่จำได้และไม่เกี่ยวกัน", EN: "Take four or five words that have nothing to do with each other."})
	case len(passphrase) > longestPassphrase:
		return fault.New(fault.Invalid, fault.Textf("รหัสผ่านยาวเกิน %d ไบต์", "The passphrase is longer than %d bytes.", longestPassphrase), fault.Text{TH: "ใช้รหัสผ่านที่สั้นลง", EN: "Take a shorter one."})
	case User(passphrase) == user || len(differing(passphrase)) < 4:
		return fault.New(fault.Invalid, fault.Text{TH: "รหัสผ่านนี้เดาง่ายเกินไป", EN: "This passphrase is too easy to guess."},
			fault.Text{TH: "ใช้คำสี่ห้าคำที่จำได้และไม่เกี่ยวกัน", EN: "Take four or five words that have nothing to do with each other."})
	}
	return nil
}

// differing are the characters of a text, each once.
func differing(s string) map[rune]bool {
	out := map[rune]bool{}
	for _, r := range s {
		out[r] = true
	}
	return out
}

func wrong(err error) error {
	return fault.New(fault.Forbidden, fault.Text{TH: "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง", EN: "The user name or the passphrase is wrong."},
		fault.Text{TH: "ลองอีกครั้ง หากลืม ให้ขอรหัสเข้าร่วมใหม่จากส่วนกลาง", EN: "Try again. If it is forgotten, ask the centre for another join code."}).Because(err)
}

func unreadable(file string, err error) error {
	return fault.New(fault.Unavailable, fault.Textf("อ่านหรือเขียนไฟล์กุญแจ %s ไม่ได้", "The strongbox %s can not be read or written.", file),
		fault.Text{TH: "ตรวจสอบดิสก์และสิทธิ์ของไฟล์", EN: "Look at the disk and at who may use the file."}).Because(err)
}

// bytesOf reads random bytes.
func bytesOf(random io.Reader, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		panic(fmt.Sprintf("strongbox: no randomness: %v", err)) // no key may be made without
	}
	return b
}

// expand makes a key for one purpose out of another.
func expand(key []byte, purpose string) []byte {
	out, err := hkdf.Expand(sha256.New, key, "khumue strongbox "+purpose, keyBytes)
	if err != nil {
		panic("strongbox: " + err.Error()) // of lengths that are constants
	}
	return out
}
