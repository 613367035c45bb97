package main

import (
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"khumue/internal/proof"
	"khumue/internal/proof/prooftest"
)

// licenceFolder is the manual of the small portal that is revised.
const licenceFolder = "agencies/mot/dlt/manuals/dlt-aaaaaa"

// ledgers writes DIR.git, the small portal with a revision approved twice, and
// the file DIR.key with the fingerprint of its key. A name after it says what
// went wrong on top: unsigned, past-review, emergency, stranger.
//
//	ledger DIR [what]
func ledgers(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: ledger DIR [what]")
	}
	what := append(args, "")[1]
	files := prooftest.Files{}
	content := os.DirFS("testdata/portal")
	ts.Check(fs.WalkDir(content, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(content, name)
		files[name] = string(data)
		return err
	}))
	seed := "one"
	if what == "stranger" {
		seed = "stranger"
	}
	t := scripted{ts: ts}
	b := prooftest.NewBook(t, seed)
	b.Bootstrap(files)
	r := b.Revise(licenceFolder, 2, files[licenceFolder+"/manual.md"]+"\nแก้ไข\n")
	b.Publish(r)
	spoil(b, what)
	b.Write(ts.MkAbs(args[0] + ".git"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), fmt.Appendln(nil, prooftest.Key(t, "one").Key().Fingerprint()), 0o644))
}

func spoil(b *prooftest.Book, what string) {
	name := licenceFolder + "/manual.md"
	changed := b.Files().With(name, b.Files()[name]+"\nฟรี\n")
	switch what {
	case "unsigned":
		b.Signer = nil
		b.Immediate(b.Files().With("README.md", "x\n"))
	case "past-review":
		b.Immediate(changed)
	case "emergency":
		r := b.Revise(licenceFolder, 3, changed[name])
		r.Published.Stage, r.Published.Verdict, r.Published.Reason = proof.Emergency, "", "น้ำท่วม"
		b.Main = b.Commit(r.Published)
	}
}

// scripted is a story as the helpers of tests know one.
type scripted struct {
	testing.TB
	ts *testscript.TestScript
}

func (s scripted) Helper()           {}
func (s scripted) Fatal(args ...any) { s.ts.Fatalf("%s", fmt.Sprint(args...)) }
