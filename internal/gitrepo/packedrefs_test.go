package gitrepo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
)

func TestARefIsFoundAmongMany(t *testing.T) {
	r, commit, _ := planted(t)
	rnd := rand.New(rand.NewPCG(1, 1))
	refs := map[string]Hash{}
	var names []string
	for i := range 3000 {
		name := fmt.Sprintf("refs/heads/%sn%d", strings.Repeat("draft/", rnd.IntN(30)), i)
		if i%7 == 0 {
			name = fmt.Sprintf("refs/tags/v%d", i)
		}
		refs[name], names = commit, append(names, name)
	}
	if err := r.Refs().Begin(refs); err != nil {
		t.Fatal(err)
	}
	stock(t, r, "-c", "user.name=u", "-c", "user.email=u@users.invalid", "tag", "-a", "-m", "x", "v", "refs/tags/v0")
	stock(t, r, "pack-refs", "--all") // with lines for what tags are put on
	for _, name := range names {
		if h, found, sure, err := r.packedRef(name); h != commit || !found || !sure || err != nil {
			t.Fatalf("%s: got %v, %v, %v, %v, want %v", name, h, found, sure, err, commit)
		}
		for _, other := range []string{name + "x", name[:len(name)-1] + "~", "refs/" + name[11:]} {
			if slices.Contains(names, other) {
				continue
			}
			if _, err := r.Refs().Get(other); !errors.Is(err, fault.NotFound) {
				t.Fatalf("%s: got %v, want %v", other, err, fault.NotFound)
			}
		}
	}
}

func TestARefInAFileOfItsOwnCounts(t *testing.T) {
	r, commit, tree := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: tree}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Dir(), filepath.FromSlash(Main)), []byte(commit.String()+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Refs().Get(Main); got != commit || err != nil {
		t.Errorf("got %v, %v, want %v", got, err, commit)
	}
}

// FuzzPackedRefs compares with reading line by line.
func FuzzPackedRefs(f *testing.F) {
	const head = "# pack-refs with: peeled fully-peeled sorted \n"
	line := func(i int) string { return fmt.Sprintf("%s refs/heads/%05d\n", Hash{byte(i)}, i) }
	many := head
	for i := range 400 {
		many += line(i) + "^" + Hash{9}.String() + "\n"
	}
	f.Add(many, "refs/heads/00077")
	f.Add(many[:len(many)/2], "refs/heads/00199")
	f.Add(head+line(1)+"\n\n"+line(2), "refs/heads/00002")
	f.Add(line(1), "refs/heads/00001")
	f.Fuzz(func(t *testing.T, file, ref string) {
		h, found, sure := sortedRef(strings.NewReader(file), int64(len(file)), ref)
		if found && sure && !strings.Contains(file, h.String()+" "+ref+"\n") && !strings.Contains(strings.ToLower(file), h.String()+" "+strings.ToLower(ref)+"\n") {
			t.Errorf("got %s, which is not in the file", h)
		}
	})
}
