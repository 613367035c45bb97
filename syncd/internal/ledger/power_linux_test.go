//go:build amd64 || arm64

package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/gitrepo"
	"khumue/internal/testkit/witness"
)

// parts are the parts of a repository that may outlast a failure of power each
// without the others.
var parts = []string{"objects", "main", "refs", "notes"}

func partOf(name string) string {
	switch {
	case strings.HasPrefix(name, "objects/"):
		return "objects"
	case name == gitrepo.Main:
		return "main"
	case strings.HasPrefix(name, "khumue-moves"):
		return "notes"
	}
	return "refs"
}

// TestPowerFailsAtEachCallOfAStep takes away what was not synced, of each part of
// the repository or of some, as it was before each call of a step. What is left is
// as after a kill. What has been acknowledged is there whatever goes.
func TestPowerFailsAtEachCallOfAStep(t *testing.T) {
	everyScene(t, func(t *testing.T, sc *scene) {
		y := sc.copy(t)
		disk, err := witness.NewDisk(filepath.Join(y.dir, "content.git"))
		must(t, err)
		during, after := outages{}, outages{}
		acknowledged := y.run(witness.Watch{
			Before: func(c *witness.Call) witness.Verdict {
				if !strings.HasPrefix(filepath.Base(c.Path), "tmp_obj_") || c.To != "" { // nobody reads these
					during.add(t, disk, c.String())
				}
				disk.Before(c)
				return witness.GoOn
			},
			After: disk.After,
		})
		if !acknowledged {
			t.Fatal("it was not acknowledged")
		}
		after.add(t, disk, "anything else")
		for _, o := range during {
			sc.outlasts(t, o, false)
		}
		for _, o := range after {
			sc.outlasts(t, o, true)
		}
		t.Logf("power failed in %d ways, and in %d when all was done", len(during), len(after))
	})
}

// outages are what failures of power leave, by what tells one from others.
type outages map[[32]byte]outage

type outage struct {
	when string
	left witness.Remains
}

// add adds what a failure now would leave, for each choice of the parts of which
// the disk has all.
func (o outages) add(t *testing.T, disk *witness.Disk, when string) {
	t.Helper()
	for whole := range 1 << len(parts) {
		left, err := disk.Left(func(name string) bool { return whole&(1<<slices.Index(parts, partOf(name))) != 0 })
		must(t, err)
		if _, known := o[left.Sum()]; !known {
			o[left.Sum()] = outage{fmt.Sprintf("power failed before %s; whole are %04b of %v from the right", when, whole, parts), left}
		}
	}
}

// outlasts checks what a failure of power leaves.
func (s *scene) outlasts(t *testing.T, o outage, acknowledged bool) {
	t.Helper()
	y := try{s, t, t.TempDir()}
	key, err := os.ReadFile(filepath.Join(s.dir, "key"))
	must(t, errors.Join(err, os.WriteFile(filepath.Join(y.dir, "key"), key, 0o600), o.left.Write(filepath.Join(y.dir, "content.git"))))
	y.check(o.when, acknowledged)
}
