package office

import (
	"context"
	"crypto/ed25519"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/proof"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/strongbox"
)

// holding is an officer's signing key, from when they gave their passphrase.
type holding struct {
	key   *strongbox.Signer
	since time.Time
}

// hold keeps the key of an officer who comes in.
func (r *Rooms) hold(id catalog.OfficerID, key *strongbox.Signer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.signers[id]; ok {
		old.key.Close()
	}
	r.signers[id] = holding{key, r.now()}
}

// forget lets go of keys.
func (r *Rooms) forget(which func(catalog.OfficerID, holding) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, h := range r.signers {
		if which(id, h) {
			h.key.Close()
			delete(r.signers, id)
		}
	}
}

// comingIn is how long an officer who gave a passphrase has until they are signed in.
const comingIn = 5 * time.Minute

// Retire lets go of the signing keys of officers who are not signed in any more.
func (r *Rooms) Retire(ctx context.Context, signedIn func(context.Context, catalog.OfficerID) (bool, error)) error {
	r.mu.Lock()
	var late []catalog.OfficerID
	for id, h := range r.signers {
		if r.now().Sub(h.since).Abs() > comingIn {
			late = append(late, id)
		}
	}
	r.mu.Unlock()
	for _, id := range late {
		in, err := signedIn(ctx, id)
		if err != nil {
			return err
		}
		if !in {
			r.forget(func(one catalog.OfficerID, h holding) bool { return one == id && r.now().Sub(h.since).Abs() > comingIn })
		}
	}
	return nil
}

// state has an approval signed by its officer and by the machine, as deeds.Writer asks
// for it.
func (r *Rooms) state(ctx context.Context, of review.Ref, s proof.Statement) (proof.Signed, error) {
	s.Device = r.Device
	var told map[string]string
	err := r.Store.Mirror().Read(ctx, func(m mirror.Records) (err error) {
		told, err = m.Held(cargo.Revision)
		return err
	})
	if err != nil {
		return proof.Signed{}, err
	}
	if at, err := proof.ParseHash(told[of.String()]); err == nil {
		s.Commit = at
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.signers[s.Officer]
	if !ok {
		return proof.Signed{}, fault.New(fault.Forbidden, fault.Text{TH: "ต้องใช้รหัสผ่านของเครื่องนี้ลงนามการอนุมัติ", EN: "An approval is signed with your passphrase of this machine."},
			fault.Text{TH: "ออกจากระบบ ลงชื่อเข้าใช้ด้วยรหัสผ่านของเครื่องนี้อีกครั้ง แล้วอนุมัติใหม่", EN: "Sign out, sign in again with your passphrase of this machine, then approve it again."})
	}
	machine := ed25519.NewKeyFromSeed(r.papers.Sign)
	public, _ := machine.Public().(ed25519.PublicKey)
	return s.Sign(h.key.Public(), public, h.key.Sign, func(text []byte) []byte { return ed25519.Sign(machine, text) }), nil
}
