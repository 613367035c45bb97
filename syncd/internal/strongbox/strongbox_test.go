package strongbox

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// cheap is a cost for tests alone.
var cheap = Cost{Passes: 1, Memory: 64, Lanes: 1}

const (
	somchai = "somchai@example.go.th"
	malee   = "malee@example.go.th"
	pass1   = "กล้วย รถไฟ หน้าต่าง ฝน"
	pass2   = "correct horse battery staple"
)

func officer(n byte) catalog.OfficerID { return catalog.NewOfficerID(bytes.Repeat([]byte{n}, 16)) }

func signer(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// made is a new box of Somchai's.
func made(t *testing.T) (*Box, *Opened, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)}
	b, o, err := Create(filepath.Join(t.TempDir(), File), cheap, officer(1), somchai, pass1, signer(1), c.now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return b, o, c
}

// again reads a box anew, as after another start.
func again(t *testing.T, b *Box) *Box {
	t.Helper()
	b, err := Open(b.file, b.now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unlocked(t *testing.T, b *Box, user, pass string) *Opened {
	t.Helper()
	o, err := b.Unlock(user, pass)
	if err != nil {
		t.Fatalf("%s: %v", user, err)
	}
	return o
}

// kind fails the test unless an error is of a kind.
func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got error %v, want one of kind %q", what, err, want)
	}
}

func TestTwoOfficersOpenTheSameKeyAndSignEachForThemselves(t *testing.T) {
	b, first, _ := made(t)
	public := signer(2).Public().(ed25519.PublicKey)
	if err := first.Add(officer(2), " Malee@Example.go.th ", pass2, signer(2)); err != nil {
		t.Fatal(err)
	}
	b = again(t, b)
	one, two := unlocked(t, b, somchai, pass1), unlocked(t, b, malee, pass2)
	for _, o := range []*Opened{one, two} {
		if !bytes.Equal(o.Secret("database"), first.Secret("database")) || bytes.Equal(o.Secret("database"), o.Secret("objects")) || len(o.Secret("objects")) != 32 {
			t.Error("the secrets of the office differ, or those of two purposes are one")
		}
	}
	said := []byte("approved")
	if got := two.Officer(); got.ID != officer(2) || !got.Public.Equal(public) || !ed25519.Verify(public, said, two.Take().Sign(said)) {
		t.Errorf("got %+v, which does not sign as Malee", got)
	}
	if ed25519.Verify(public, said, one.Take().Sign(said)) {
		t.Error("Somchai signs as Malee")
	}
	list, err := one.Officers()
	if err != nil || len(list) != 2 || !reflect.DeepEqual(list, []Officer{two.Officer(), one.Officer()}) {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestWhoIsNotToldApart(t *testing.T) {
	b, _, _ := made(t)
	_, wrongPass := b.Unlock(somchai, pass2)
	_, unknown := b.Unlock("nobody@example.go.th", pass1)
	_, other := b.Unlock(malee, pass1)
	for what, err := range map[string]error{"a wrong passphrase": wrongPass, "an unknown user": unknown, "another's passphrase": other} {
		kind(t, what, err, fault.Forbidden)
		if err == nil || err.Error() != wrongPass.Error() {
			t.Errorf("%s is told as %v, another as %v", what, err, wrongPass)
		}
	}
}

func TestTheFileTellsNothing(t *testing.T) {
	b, o, _ := made(t)
	if err := o.Add(officer(2), malee, pass2, signer(2)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(b.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v, %v", info.Mode(), err)
	}
	for _, secret := range [][]byte{o.key, o.signer.Seed(), o.Officer().Public} {
		for _, form := range []string{string(secret), b64(secret)} {
			if bytes.Contains(data, []byte(form)) {
				t.Error("the file holds a key")
			}
		}
	}
	for _, word := range []string{"somchai", "malee", "example", string(officer(1)), string(officer(2)), pass1, pass2} {
		if strings.Contains(string(data), word) {
			t.Errorf("the file says %q", word)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(b.file)); len(left) != 1 {
		t.Errorf("left beside it: %v", left)
	}
}

func TestAPassphraseIsChangedByWhoKnowsIt(t *testing.T) {
	b, o, _ := made(t)
	kind(t, "a wrong passphrase", o.Change(pass2, "another one altogether"), fault.Forbidden)
	kind(t, "a short one", o.Change(pass1, "short"), fault.Invalid)
	public := o.Officer().Public
	if err := o.Change(pass1, pass2); err != nil {
		t.Fatal(err)
	}
	if err := o.Change(pass2, pass2); err != nil {
		t.Errorf("the same again: %v", err)
	}
	b = again(t, b)
	_, err := b.Unlock(somchai, pass1)
	kind(t, "the old passphrase", err, fault.Forbidden)
	if got := unlocked(t, b, somchai, pass2); !got.Officer().Public.Equal(public) || !bytes.Equal(got.Secret("x"), o.Secret("x")) {
		t.Error("another passphrase gave other keys")
	}
}

func TestAnOfficerWhoIsRemovedIsShutOut(t *testing.T) {
	b, o, _ := made(t)
	kind(t, "the last one", o.Remove(officer(1)), fault.Conflict)
	kind(t, "one who is not there", o.Remove(officer(3)), fault.NotFound)
	if err := o.Add(officer(2), malee, pass2, signer(2)); err != nil {
		t.Fatal(err)
	}
	two := unlocked(t, b, malee, pass2)
	if err := o.Remove(officer(2)); err != nil {
		t.Fatal(err)
	}
	_, err := again(t, b).Unlock(malee, pass2)
	kind(t, "one who was removed", err, fault.Forbidden)
	kind(t, "a new passphrase of one who was removed", two.Change(pass2, "another one altogether"), fault.Forbidden)
	if err := o.Add(officer(2), malee, pass1, signer(2)); err != nil {
		t.Errorf("one who joins again: %v", err)
	}
	unlocked(t, again(t, b), malee, pass1)
}

func TestWhoIsRefusedASlot(t *testing.T) {
	b, o, _ := made(t)
	before, _ := os.ReadFile(b.file)
	for _, c := range []struct {
		name, user, pass string
		id               catalog.OfficerID
		kind             fault.Kind
	}{
		{"one who has a slot under another name", "other@example.go.th", pass2, officer(1), fault.Conflict},
		{"another of the same name", " SOMCHAI@example.go.th", pass2, officer(2), fault.Conflict},
		{"one without a name", "  ", pass2, officer(2), fault.Invalid},
		{"a name that is too long", strings.Repeat("a", 255), pass2, officer(2), fault.Invalid},
		{"a short passphrase", malee, "สั้นไป", officer(2), fault.Invalid},
		{"a passphrase that is too long", malee, strings.Repeat("long ", 300), officer(2), fault.Invalid},
		{"the name as passphrase", malee, strings.ToUpper(malee), officer(2), fault.Invalid},
		{"three characters over and over", malee, "abcabcabcabcabc", officer(2), fault.Invalid},
		{"a passphrase that is no text", malee, "\xff\xfe long enough otherwise", officer(2), fault.Invalid},
	} {
		err := o.Add(c.id, c.user, c.pass, signer(2))
		kind(t, c.name, err, c.kind)
	}
	if after, _ := os.ReadFile(b.file); !bytes.Equal(before, after) {
		t.Error("a refusal changed the file")
	}
	_, _, err := Create(b.file, cheap, officer(2), malee, pass2, signer(2), b.now, rand.Reader)
	kind(t, "a box where there is one", err, fault.Conflict)
	for _, cost := range []Cost{{1, 7, 1}, {0, 64, 1}, {1, 64, 0}, {1, 4 << 20, 1}, {101, 64, 1}, {1, 64, 17}} {
		_, _, err := Create(filepath.Join(t.TempDir(), File), cost, officer(2), malee, pass2, signer(2), b.now, rand.Reader)
		kind(t, "a cost that is none", err, fault.Invalid)
	}
}

func TestTriesAreCounted(t *testing.T) {
	b, _, c := made(t)
	for range userFail - 1 {
		_, err := b.Unlock(somchai, pass2)
		kind(t, "a wrong passphrase", err, fault.Forbidden)
	}
	unlocked(t, b, somchai, pass1) // which forgets them
	for _, user := range []string{somchai, "nobody"} {
		for range userFail {
			_, err := b.Unlock(user, pass2)
			kind(t, "a wrong passphrase", err, fault.Forbidden)
		}
		var wait Wait
		if _, err := b.Unlock(user, pass1); !errors.As(err, &wait) || wait.For != tryTime || !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: got %v after too many tries", user, err)
		}
	}
	c.at = c.at.Add(tryTime)
	o := unlocked(t, b, somchai, pass1)
	for range userFail {
		kind(t, "a wrong passphrase", o.Change(pass2, "another one altogether"), fault.Forbidden)
	}
	kind(t, "a change after too many tries", o.Change(pass1, pass2), fault.Unavailable)
	c.at = c.at.Add(-24 * time.Hour) // a clock that is put right shuts nobody out
	unlocked(t, b, somchai, pass1)
}

func TestManyUsersAreNotTriedEither(t *testing.T) {
	var g gate
	now := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	for n := range allFail {
		if wait := g.try(string(rune('a'+n)), now); wait != 0 {
			t.Fatalf("try %d has to wait %v", n, wait)
		}
	}
	if wait := g.try("one more", now.Add(time.Minute)); wait != tryTime-time.Minute {
		t.Errorf("got %v to wait", wait)
	}
}

func TestABoxThatWasTamperedWithIsRefused(t *testing.T) {
	b, o, _ := made(t)
	if err := o.Add(officer(2), malee, pass2, signer(2)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(whole)
	for _, c := range []struct {
		name, is string
	}{
		{"nothing", ""},
		{"half of it", text[:len(text)/2]},
		{"something behind it", text + " "},
		{"another form of the same", strings.ReplaceAll(text, "\t", " ")},
		{"a name twice", strings.Replace(text, `"version": 1`, "\"version\": 1,\n\t\"version\": 1", 1)},
		{"a name in capitals", strings.Replace(text, `"version"`, `"Version"`, 1)},
		{"a name more", strings.Replace(text, `"version": 1`, "\"version\": 1,\n\t\"more\": 1", 1)},
		{"a version of later", strings.Replace(text, `"version": 1`, `"version": 2`, 1)},
		{"a cost that no laptop pays", strings.Replace(text, `"memory_kib": 64`, `"memory_kib": 99999999`, 1)},
		{"a slot twice", strings.Replace(text, b.chest.Slots[1].Tag, b.chest.Slots[0].Tag, 1)},
		{"no slots", `{"version":1}`},
	} {
		if err := os.WriteFile(b.file, []byte(c.is), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(b.file, b.now, rand.Reader)
		kind(t, c.name, err, fault.Invalid)
	}
	swapped := b.chest
	swapped.Slots = []slot{{b.chest.Slots[0].Tag, b.chest.Slots[1].Sealed}, {b.chest.Slots[1].Tag, b.chest.Slots[0].Sealed}}
	if err := os.WriteFile(b.file, swapped.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = again(t, b).Unlock(somchai, pass1)
	kind(t, "slots that changed places", err, fault.Forbidden)
	_, err = Open(filepath.Join(t.TempDir(), File), b.now, rand.Reader)
	kind(t, "none", err, fault.NotFound)
}

func TestADiskThatRefusesLeavesTheBoxAsItWas(t *testing.T) {
	b, o, _ := made(t)
	b.file = filepath.Join(filepath.Dir(b.file), "none", File)
	err := o.Add(officer(2), malee, pass2, signer(2))
	kind(t, "a disk that refuses", err, fault.Unavailable)
	_, err = b.Unlock(malee, pass2)
	kind(t, "an officer who was not added", err, fault.Forbidden)
	if list, err := o.Officers(); err != nil || len(list) != 1 {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestWhatIsSealedOpensForItsPurposeAlone(t *testing.T) {
	_, o, _ := made(t)
	sealed, err := o.Seal("token", []byte("khumue_office_"))
	if err != nil || bytes.Contains(sealed, []byte("khumue")) {
		t.Fatalf("got %q, %v", sealed, err)
	}
	if text, err := o.Unseal("token", sealed); err != nil || string(text) != "khumue_office_" {
		t.Errorf("got %q, %v", text, err)
	}
	_, err = o.Unseal("other", sealed)
	kind(t, "another purpose", err, fault.Invalid)
	_, err = o.Unseal("token", sealed[:5])
	kind(t, "half of it", err, fault.Invalid)
}

func TestTheUsualCost(t *testing.T) {
	if got, want := (Cost{}).orUsual(), (Cost{3, 64 << 10, 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func FuzzParse(f *testing.F) {
	c := chest{Version: version, Box: b64(make([]byte, 16)), Cost: cheap, Slots: []slot{{"00", b64([]byte("x"))}}, People: "eA=="}
	f.Add(c.bytes())
	f.Add([]byte(`{"version":1,"slots":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := parse(data); err == nil && !bytes.Equal(c.bytes(), data) {
			t.Errorf("read as %q", c.bytes())
		}
	})
}

// BenchmarkUnlock is a try at the usual cost.
func BenchmarkUnlock(b *testing.B) {
	box, _, err := Create(filepath.Join(b.TempDir(), File), Cost{}, officer(1), somchai, pass1, signer(1), time.Now, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := box.Unlock(somchai, pass1); err != nil {
			b.Fatal(err)
		}
	}
}
