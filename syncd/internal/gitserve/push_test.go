package gitserve

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// edit is what is done to a fresh clone before it is pushed.
type edit func(*desk)

// mark puts a line into the manual's body and commits.
func mark(text string) edit {
	return func(d *desk) {
		d.replace(folder+"/manual.md", "\n---\n", "\n---\n"+text+"\n\n")
		d.commit()
	}
}

func TestWhatIsRefusedIsToldInBothLanguages(t *testing.T) {
	s := open(t)
	template := s.clone(author)
	draft := draftRef(subject, key)
	for _, tc := range []struct {
		name string
		do   edit
		to   string   // a ref in full; "": a draft of the manual
		says []string // in the answer
	}{
		{"main", mark("ก"), "refs/heads/main", []string{"ส่งได้เฉพาะฉบับร่าง", "only drafts can be pushed"}},
		{"a branch of another name", mark("ก"), "refs/heads/mine", []string{"only drafts can be pushed"}},
		{"a tag", mark("ก"), "refs/tags/v1", []string{"only drafts can be pushed"}},
		{"a revision in review", mark("ก"), "refs/heads/review/dlt-xgveak/2", []string{"only drafts can be pushed"}},
		{"an endorsed one", mark("ก"), "refs/heads/endorsed/dlt-xgveak/2", []string{"only drafts can be pushed"}},
		{"an ended one", mark("ก"), "refs/heads/archive/dlt-xgveak/aaaaaa", []string{"only drafts can be pushed"}},
		{"a draft whose key is a word", mark("ก"), "refs/heads/draft/dlt-xgveak/mine", []string{"only drafts can be pushed"}},
		{"a draft below a draft", mark("ก"), draft + "/x", []string{"only drafts can be pushed"}},
		{"commits of another author", func(d *desk) {
			d.git("config", "user.name", "สมชาย")
			d.git("config", "user.email", "somchai@example.go.th")
			mark("ก")(d)
		}, "", []string{"ผู้เขียนหรือผู้บันทึก", "its author or committer is not the person", "git config user.name o-aaaaaaaaaaaaaaaa", "o-aaaaaaaaaaaaaaaa@users.invalid"}},
		{"commits that somebody else wrote and I committed", func(d *desk) {
			d.replace(folder+"/manual.md", "\n---\n", "\n---\nก\n")
			d.git("commit", "-q", "-a", "-m", "x", "--author", "o-ssssssssssssssss <o-ssssssssssssssss@users.invalid>")
		}, "", []string{"its author or committer is not the person"}},
		{"a merge", func(d *desk) {
			d.git("checkout", "-q", "-b", "side")
			mark("ก")(d)
			d.git("checkout", "-q", "main")
			d.git("merge", "-q", "--no-ff", "-m", "รวม", "side")
		}, "", []string{"it is a merge"}},
		{"a message that speaks for the daemon", func(d *desk) {
			d.replace(folder+"/manual.md", "\n---\n", "\n---\nก\n")
			d.git("commit", "-q", "-a", "-m", "แก้\n\nKhumue-Stage: submit\nKhumue-Contributor: o-ssssssssssssssss")
		}, "", []string{"begins with Khumue-"}},
		{"a message that tells a base of its own", func(d *desk) {
			d.replace(folder+"/manual.md", "\n---\n", "\n---\nก\n")
			d.git("commit", "-q", "-a", "-m", "Begin a draft\n\nkhumue-base: "+strings.Repeat("0", 40))
		}, "", []string{"begins with Khumue-"}},
		{"a message that is not UTF-8", func(d *desk) {
			d.git("config", "i18n.commitEncoding", "TIS-620")
			mark("ก")(d)
		}, "", []string{"such as encoding"}},
		{"a history of its own", func(d *desk) {
			d.git("checkout", "-q", "--orphan", "new")
			d.commit()
		}, "", []string{"does not begin on main"}},
		{"no change at all", func(d *desk) { d.git("commit", "-q", "--allow-empty", "-m", "x") }, "", []string{"the draft changes nothing"}},
		{"a change that was taken back", func(d *desk) {
			was := d.read(folder + "/manual.md")
			mark("ก")(d)
			d.write(folder+"/manual.md", was)
			d.commit()
		}, "", []string{"the draft changes nothing"}},
		{"main as it is", func(*desk) {}, "", []string{"there is nothing new"}},
		{"a file of another manual beside one's own", func(d *desk) {
			d.write("agencies/mot/dlt/manuals/dlt-67bh3i/manual.md", "x")
			d.write("site.yaml", "x")
			mark("ก")(d)
		}, "", []string{"agencies/mot/dlt/manuals/dlt-67bh3i/manual.md: อยู่นอกโฟลเดอร์", "site.yaml: it is not in the folder of the manual dlt-xgveak"}},
		{"a file outside that a later commit takes back", func(d *desk) {
			was := d.read("site.yaml")
			d.write("site.yaml", "x")
			mark("ก")(d)
			d.write("site.yaml", was)
			d.commit()
		}, "", []string{"site.yaml: it is not in the folder"}},
		{"S32: a symlink", func(d *desk) {
			d.s.must(os.Symlink("/etc/passwd", filepath.Join(d.dir, folder, "form.pdf")))
			mark("ก")(d)
		}, "", []string{"form.pdf: เป็นลิงก์", "form.pdf: it is a link"}},
		{"S32: manual.md as a symlink", func(d *desk) {
			d.s.must(os.Remove(filepath.Join(d.dir, folder, "manual.md")))
			d.s.must(os.Symlink("../dlt-67bh3i/manual.md", filepath.Join(d.dir, folder, "manual.md")))
			d.commit()
		}, "", []string{"manual.md: it is a link"}},
		{"S32: a submodule", func(d *desk) {
			d.git("update-index", "--add", "--cacheinfo", "160000,"+d.git("rev-parse", "HEAD")+","+folder+"/sub.pdf")
			d.git("commit", "-q", "-m", "x")
		}, "", []string{"sub.pdf: it is another repository"}},
		{"an executable", func(d *desk) {
			d.git("update-index", "--chmod=+x", folder+"/manual.md")
			d.git("commit", "-q", "-m", "x")
		}, "", []string{"the file can be executed"}},
		{"S32: .gitattributes", func(d *desk) {
			d.write(folder+"/.gitattributes", "* filter=x")
			mark("ก")(d)
		}, "", []string{".gitattributes"}},
		{"S32: .gitmodules at the top", func(d *desk) {
			d.write(".gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = ./a\n")
			mark("ก")(d)
		}, "", []string{".gitmodules: it is not in the folder"}},
		{"a folder in the manual's", func(d *desk) {
			d.write(folder+"/forms/a.pdf", "%PDF-1.4")
			mark("ก")(d)
		}, "", []string{"forms: a manual's folder has no folders"}},
		{"a program beside the manual", func(d *desk) {
			d.write(folder+"/setup.exe", "MZ")
			mark("ก")(d)
		}, "", []string{"setup.exe: a manual's folder holds manual.md"}},
		{"a picture called a PDF", func(d *desk) {
			d.write(folder+"/form.pdf", "\x89PNG\r\n\x1a\n")
			d.replace(folder+"/manual.md", "\nforms:", "\nforms:\n  - name: แบบคำขอ\n    file: form.pdf\nx_forms:")
			d.commit()
		}, "", []string{"form.pdf"}},
		{"a form that nothing names", func(d *desk) {
			d.write(folder+"/form.pdf", "%PDF-1.4")
			mark("ก")(d)
		}, "", []string{"form.pdf: ไม่มีไฟล์ใดอ้างถึง", "form.pdf: nothing names this file"}},
		{"a name that Windows can not write", func(d *desk) {
			d.write(folder+"/con.pdf", "%PDF-1.4")
			mark("ก")(d)
		}, "", []string{"con.pdf: the name belongs to Windows"}},
		{"a manual that is too large", func(d *desk) { mark(strings.Repeat("ก", 400_000))(d) }, "", []string{"more than 1048576"}},
		{"a manual without its file", func(d *desk) {
			d.git("rm", "-q", "-r", folder)
			d.git("commit", "-q", "-m", "x")
		}, "", []string{"the manual's folder was deleted", "withdrawn:"}},
		{"a manual that is not UTF-8", func(d *desk) {
			d.write(folder+"/manual.md", d.read(folder+"/manual.md")+"\xff\xfe")
			d.commit()
		}, "", []string{"characters that are not UTF-8"}},
		{"every mistake of a manual at once, by line", func(d *desk) {
			d.replace(folder+"/manual.md", "work_kind: registration", "work_kind: registratoin")
			d.replace(folder+"/manual.md", "\nsummary:", "\ncolour: red\nsummary:")
			d.replace(folder+"/manual.md", "service_type: single", "service_type: [single]")
			d.commit()
		}, "", []string{"manual.md:7: ", "registration", "work_kind", "service_type", "To mend: 3"}},
		{"an id that is not the folder's", func(d *desk) {
			d.replace(folder+"/manual.md", "id: dlt-xgveak", "id: dlt-aaaaaa")
			d.commit()
		}, "", []string{"dlt-aaaaaa"}},
		{"a draft of another manual than the one that is changed", mark("ก"), draftRef("dlt-67bh3i", key), []string{"it is not in the folder of the manual dlt-67bh3i"}},
		{"a new manual under a name that is not the agency's", func(d *desk) {
			d.write("agencies/mot/dlt/manuals/mfa-aaaaaa/manual.md", "---\nid: mfa-aaaaaa\ntitle: ก\n---\n")
			d.commit()
		}, draftRef("mfa-aaaaaa", key), []string{"is no id of a new manual", "write dlt-"}},
		{"a new manual of an agency that does not exist", func(d *desk) {
			d.write("agencies/mot/xyz/manuals/xyz-aaaaaa/manual.md", "---\nid: xyz-aaaaaa\ntitle: ก\n---\n")
			d.commit()
		}, draftRef("xyz-aaaaaa", key), []string{"this account may not do that"}},
		{"a manual of another agency", func(d *desk) {
			all := strings.Split(d.git("ls-tree", "-r", "--name-only", "HEAD", "agencies/mfa"), "\n")
			file := all[slices.IndexFunc(all, func(f string) bool { return strings.HasSuffix(f, "/manual.md") })]
			d.write(file, d.read(file)+"\nก\n")
			d.commit()
		}, "theirs", []string{"บัญชีนี้ไม่มีสิทธิ์", "this account may not do that"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := &desk{&station{Server: s.Server, t: t, book: s.book, url: s.url, root: s.root}, author, t.TempDir()}
			if err := os.CopyFS(d.dir, os.DirFS(template.dir)); err != nil {
				t.Fatal(err)
			}
			tc.do(d)
			to := tc.to
			switch to {
			case "":
				to = draft
			case "theirs":
				name := d.git("diff", "--name-only", "HEAD~1")
				to = draftRef(catalog.ManualID(filepath.Base(filepath.Dir(name))), key)
			}
			out, err := d.try("push", "--force", "origin", "HEAD:"+to)
			if err == nil {
				t.Fatalf("it was taken: %s", out)
			}
			for _, want := range tc.says {
				if !strings.Contains(out, want) {
					t.Errorf("the answer has no %q: %s", want, out)
				}
			}
		})
	}
	refs, err := s.Repo.Refs().List("refs/")
	s.must(err)
	if len(refs) != 1 || len(s.pushes) > 0 {
		t.Errorf("refs are %v, and the daemon was told of %v", refs, s.pushes)
	}
	s.fsck()
}

// pushed is a clone whose draft was taken.
func (s *station) pushed(text string) *desk {
	s.t.Helper()
	d := s.clone(author)
	mark(text)(d)
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, key))
	return d
}

func (d *desk) refused(want string, args ...string) {
	d.s.t.Helper()
	out, err := d.try(append([]string{"push"}, args...)...)
	if err == nil || !strings.Contains(out, want) {
		d.s.t.Errorf("push %v: got %v and %s, want it refused with %q", args, err, out, want)
	}
}

func TestADraftGoesOnFromWhatItIs(t *testing.T) {
	s := open(t)
	d := s.pushed("หนึ่ง")
	ref := draftRef(subject, key)
	mark("สอง")(d)
	d.git("commit", "-q", "--amend", "--no-edit") // of what was not pushed
	d.git("push", "-q", "origin", "HEAD:"+ref)
	d.git("reset", "-q", "--hard", "HEAD~1")
	mark("สาม")(d)
	d.refused("does not go on from the draft", "--force", "origin", "HEAD:"+ref)
	d.refused("can not be deleted", "origin", ":"+ref)
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, "bbbbbb"))

	other := s.clone(stranger)
	if got := other.git("ls-remote", "origin"); strings.Contains(got, "draft") {
		t.Errorf("another agency sees %s", got)
	}
	s.fsck()
}

func TestASubmittedDraftIsFrozen(t *testing.T) {
	s := open(t)
	d := s.pushed("หนึ่ง")
	ref := review.Ref{State: review.Draft, Manual: subject, Key: key}
	h, err := s.book.Load(ref)
	s.must(err)
	acting := ledger.Acting{Officer: author, As: author.Grants[0]}
	owner := rights.Target{Chain: []catalog.AgencyCode{"dlt", "mot"}}
	h, err = s.book.Submit(t.Context(), acting, owner, h, 2, nil)
	s.must(err)
	d.refused("was submitted", "origin", "HEAD:"+ref.String())
	d.refused("เสนออนุมัติแล้ว", "origin", "HEAD:"+draftRef(subject, "bbbbbb"))
	mark("สอง")(d)
	d.refused("was submitted", "origin", "HEAD:"+draftRef(subject, "bbbbbb"))

	h, err = s.book.Recall(t.Context(), acting, owner, h)
	s.must(err)
	d.git("fetch", "-q", "origin")
	d.git("checkout", "-q", "--detach", "origin/"+strings.TrimPrefix(h.Ref.String(), "refs/heads/"))
	mark("สาม")(d)
	d.git("push", "-q", "origin", "HEAD:"+h.Ref.String())
	h, err = s.book.Load(h.Ref)
	s.must(err)
	h, err = s.book.GiveUp(t.Context(), acting, owner, h)
	s.must(err)
	d.git("checkout", "-q", "main")
	mark("สี่")(d)
	d.refused("was given up", "origin", "HEAD:"+draftRef(subject, h.Ref.Key))
	s.fsck()
}

func TestANewManualIsWrittenInAnEditor(t *testing.T) {
	s := open(t)
	d := s.clone(author)
	id := catalog.ManualID("dlt-aaaaaa")
	d.write("agencies/mot/dlt/manuals/dlt-aaaaaa/manual.md", "---\nid: dlt-aaaaaa\ntitle: การขอดูตัวอย่าง\n---\n")
	d.commit()
	out := d.git("push", "origin", "HEAD:"+draftRef(id, key))
	for _, want := range []string{"Still to be filled in before it is submitted", "ยังไม่กรอก fees"} {
		if !strings.Contains(out, want) {
			t.Errorf("the answer has no %q: %s", want, out)
		}
	}
	h, err := s.book.Load(review.Ref{State: review.Draft, Manual: id, Key: key})
	s.must(err)
	if !h.Base.Tree.IsZero() || h.Agency != "dlt" {
		t.Errorf("it is read as %+v", h)
	}
}

func TestS32AForgedTreeCostsNoMoreThanATrueOne(t *testing.T) {
	s := open(t)
	d := s.clone(author)
	// Ten folders in ten folders, ten times: of one tree of ten lines each.
	tree := d.git("hash-object", "-t", "tree", "-w", "/dev/null")
	for range 10 {
		var lines strings.Builder
		for i := range 10 {
			fmt.Fprintf(&lines, "040000 tree %s\tf%d\n", tree, i)
		}
		mk := git(d.dir, "mktree")
		mk.Stdin = strings.NewReader(lines.String())
		out, err := mk.Output()
		s.must(err)
		tree = strings.TrimSpace(string(out))
	}
	for _, at := range []string{"pages/x", folder + "/x.pdf"} {
		d.git("read-tree", "--empty")
		d.git("read-tree", "HEAD")
		base := d.git("write-tree")
		put := git(d.dir, "commit-tree", "-p", "HEAD", "-m", "x", graft(d, base, at, tree))
		out, err := put.Output()
		s.must(err)
		began := time.Now()
		said, err := d.try("push", "origin", strings.TrimSpace(string(out))+":"+draftRef(subject, key))
		if err == nil {
			t.Errorf("%s: it was taken", at)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s: it took %v: %s", at, took, said)
		}
	}
}

// graft returns a tree with another tree at a path.
func graft(d *desk, tree, at, put string) string {
	d.s.t.Helper()
	names := strings.Split(at, "/")
	var lines []string
	for line := range strings.Lines(d.git("ls-tree", tree)) {
		line = strings.TrimSuffix(line, "\n")
		if _, name, _ := strings.Cut(line, "\t"); name != names[0] {
			lines = append(lines, line)
		}
	}
	below := put
	if len(names) > 1 {
		below = graft(d, d.git("rev-parse", tree+":"+names[0]), strings.Join(names[1:], "/"), put)
	}
	lines = append(lines, "040000 tree "+below+"\t"+names[0])
	mk := git(d.dir, "mktree")
	mk.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := mk.Output()
	d.s.must(err)
	return strings.TrimSpace(string(out))
}

func TestWithoutItsHookNothingIsTaken(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"it is gone":          os.Remove,
		"it can not be run":   func(f string) error { return os.Chmod(f, 0o600) },
		"the program is gone": nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := openWith(t, func(c *Config) {
				if spoil == nil {
					c.Hook = filepath.Join(c.Work, "nothing")
				}
			})
			d := s.clone(author)
			mark("ก")(d)
			if spoil != nil {
				s.must(spoil(filepath.Join(s.hooks(), hookName)))
			}
			if out, err := d.try("push", "origin", "HEAD:"+draftRef(subject, key)); err == nil {
				t.Errorf("it was taken: %s", out)
			}
			if refs, err := s.Repo.Refs().List("refs/"); err != nil || len(refs) != 1 {
				t.Errorf("refs are %v, %v", refs, err)
			}
		})
	}
}

// request sends what a git client sends, by hand.
func (s *station) request(method, path, token string, body []byte, headers ...string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	s.must(err)
	if token != "" {
		r.SetBasicAuth("x", token)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	a, err := http.DefaultClient.Do(r)
	s.must(err)
	s.t.Cleanup(func() { a.Body.Close() })
	return a
}

func TestHookAloneIsNothing(t *testing.T) {
	var out bytes.Buffer
	if err := Hook(strings.NewReader(""), &out, nil); err == nil || fault.ExitCode(err) != 1 {
		t.Errorf("got %v, want it refused", err)
	}
	if _, err := readMoves(strings.NewReader("nothing\n")); err == nil {
		t.Error("a line of nothing is read")
	}
	want := gitrepo.Move{Ref: "refs/heads/x", New: gitrepo.Hash{1}}
	got, err := readMoves(strings.NewReader(want.Old.String() + " " + want.New.String() + " refs/heads/x\n"))
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
