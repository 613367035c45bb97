package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

var importer = acting("o-dddddddddddddddd", catalog.RoleDGA, "")

// bringing is an editing that puts texts at paths.
func bringing(texts ...string) Editing {
	return func(b *gitrepo.Batch, _ gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
		var edits []gitrepo.Edit
		for i := 0; i < len(texts); i += 2 {
			if texts[i+1] == "" {
				edits = append(edits, gitrepo.Remove(texts[i]))
				continue
			}
			blob, err := b.Add(gitrepo.Blob, []byte(texts[i+1]))
			if err != nil {
				return importer, nil, err
			}
			edits = append(edits, gitrepo.SetFile(texts[i], blob))
		}
		return importer, edits, nil
	}
}

// report is what verify says of main.
func (o *office) report() *proof.Report {
	o.t.Helper()
	_, at, err := o.main()
	o.must(err)
	r, err := proof.Verify(o.t.Context(), objects{o.Repo}, proof.Hash(at), proof.Options{})
	o.must(err)
	o.must(r.Err())
	return r
}

func TestAnImportIsOneSignedCommit(t *testing.T) {
	o := open(t)
	_, at, err := o.main()
	o.must(err)
	var texts []string
	for i := range 500 {
		texts = append(texts, fmt.Sprintf("agencies/mot/dlt/manuals/dlt-n%05d/manual.md", i), fmt.Sprintf("---\nid: dlt-n%05d\n---\n", i))
	}
	landed, err := o.Import(t.Context(), "Import manual of dlt", "", bringing(texts...))
	o.must(err)
	c, said, err := o.testimony(landed.Commit)
	o.must(err)
	if said.Stage != proof.Import || said.Officer != importer.ID || said.Role.Role != catalog.RoleDGA || len(c.Parents) != 1 || c.Parents[0] != at {
		t.Errorf("it says %+v on %v", said, c.Parents)
	}
	if r := o.report(); r.Count(proof.ByImport) != 500 || r.Count(proof.ByBootstrap) != 1+alike {
		t.Errorf("%d imported, %d from the beginning", r.Count(proof.ByImport), r.Count(proof.ByBootstrap))
	}
	if again, err := o.Import(t.Context(), "Import manual of dlt", "", bringing(texts...)); err != nil || again != (Landed{}) {
		t.Errorf("the same once more: %+v, %v", again, err)
	}
	o.fsck()
}

func TestAnImportBringsTextsOfManualsAlone(t *testing.T) {
	for name, texts := range map[string][]string{
		"a profile beside":      {folder + "/manual.md", "x", "agencies/mot/dlt/agency.yaml", "code: dlt\n"},
		"a form":                {folder + "/form.pdf", "%PDF-"},
		"a manual goes":         {folder, ""},
		"a file without owner":  {"manuals/a/manual.md", "x"},
		"a folder that is none": {"agencies/mot/dlt/manuals/UPPER/manual.md", "x"},
	} {
		o := open(t)
		_, at, err := o.main()
		o.must(err)
		_, err = o.Import(t.Context(), "Import", "", bringing(texts...))
		if _, now, _ := o.main(); !errors.Is(err, fault.Invalid) || now != at {
			t.Errorf("%s: got %v, and main moved: %v", name, err, now != at)
		}
	}
}

func TestAConfirmationIsOfWhatWasRead(t *testing.T) {
	o := open(t)
	main, _, err := o.main()
	o.must(err)
	folders := o.FoldersOf(main.Tree)
	tree, err := folders.Find(folder)
	o.must(err)
	if _, err := folders.Find(folder + "-none"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a folder that is not there: %v", err)
	}
	confirm := func(read ...Read) (Landed, error) {
		return o.Confirm(t.Context(), func(gitrepo.Hash) (Acting, []Read, error) { return author, read, nil })
	}
	right := Read{folder, proof.Hash(tree)}
	landed, err := confirm(right, right)
	o.must(err)
	if landed.Tree != main.Tree || landed.Before != main.Tree || o.report().Confirmed() != 1 {
		t.Errorf("got %+v, and %d confirmed", landed, o.report().Confirmed())
	}
	for name, read := range map[string]Read{"another text": {folder, proof.Hash{1}}, "no text": {folder, proof.Hash{}}, "a manual that is not there": {folder + "-none", proof.Hash(tree)}} {
		_, at, err := o.main()
		o.must(err)
		_, err = confirm(read)
		if _, now, _ := o.main(); !errors.Is(err, fault.Conflict) || now != at {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if none, err := confirm(); err != nil || none != (Landed{}) {
		t.Errorf("nothing: %+v, %v", none, err)
	}
	if says := o.git("log", "-1", "--format=%B", "main"); !strings.Contains(says, "Khumue-Confirmed: "+folder+" "+tree.String()) {
		t.Errorf("git says %s", says)
	}
}
