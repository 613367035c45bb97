package gitrepo

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"khumue/internal/fault"
)

// Is reports whether a folder is a repository: a bare one, or the .git of a
// work tree.
func Is(dir string) bool {
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	info, err := os.Stat(filepath.Join(dir, "HEAD"))
	return err == nil && info.Mode().IsRegular()
}

// refName is what a person may call a ref: parts that begin with a letter or
// digit, so that no name is an option or leads out of its folder.
var refName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+@-]*(/[A-Za-z0-9_][A-Za-z0-9_.+@-]*)*$`)

// maxTags is how many tags may name one another before a commit.
const maxTags = 8

// Resolve returns the commit that a name means, and its id: forty digits are an
// id, refs/… is a ref in full, anything else a branch or else a tag. What is no
// such name is an error of kind Invalid, what names nothing, or no commit, one
// of kind NotFound.
func (r *Repository) Resolve(name string) (Hash, *Change, error) {
	if len(name) > 250 || !refName.MatchString(name) {
		return Hash{}, nil, fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ชื่อ ref", "%q is not the name of a ref", name),
			fault.Text{TH: "เขียนชื่อสาขา เช่น main ชื่อเต็ม เช่น refs/heads/main หรือรหัส commit 40 หลัก", EN: "write a branch such as main, a name in full such as refs/heads/main, or the 40 digits of a commit"})
	}
	h, err := r.named(name)
	if err != nil {
		return Hash{}, nil, err
	}
	if h, err = r.peel(h); err != nil {
		return Hash{}, nil, err
	}
	c, err := r.Commit(h)
	if errors.Is(err, fault.NotFound) {
		return Hash{}, nil, fault.New(fault.NotFound, fault.Textf("%s ไม่ใช่ commit ในคลัง %s", "%s is not a commit in %s", name, r.dir)).Because(err)
	}
	return h, c, err
}

func (r *Repository) named(name string) (Hash, error) {
	if h, err := ParseHash(name); err == nil {
		return h, nil
	}
	try := []string{"refs/heads/" + name, "refs/tags/" + name}
	if strings.HasPrefix(name, "refs/") {
		try = []string{name}
	}
	for _, ref := range try {
		h, err := r.Refs().Get(ref)
		if err == nil && !h.IsZero() {
			return h, nil
		}
		if err != nil && !errors.Is(err, fault.NotFound) {
			return Hash{}, err
		}
	}
	return Hash{}, fault.New(fault.NotFound, fault.Textf("ไม่มี ref %s ในคลัง %s", "there is no ref %s in %s", name, r.dir),
		fault.Text{TH: "ดูรายชื่อด้วย git for-each-ref", EN: "git for-each-ref lists them"})
}

// peel follows tags to what they are put on.
func (r *Repository) peel(h Hash) (Hash, error) {
	for range maxTags {
		data, err := r.Read(Tag, h)
		if errors.Is(err, fault.NotFound) {
			return h, nil
		} else if err != nil {
			return h, err
		}
		first, _, _ := strings.Cut(string(data), "\n")
		on, ok := strings.CutPrefix(first, "object ")
		if !ok {
			return h, errDamaged
		}
		if h, err = ParseHash(on); err != nil {
			return h, errDamaged
		}
	}
	return h, errDamaged
}
