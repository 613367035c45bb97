package cargo

import (
	"errors"
	"maps"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
)

// RevisionBody is a revision under way. Its id is its ref, its version the commit
// that the ref names at the centre.
type RevisionBody struct {
	Ref        string                `json:"ref"`
	Kept       string                `json:"kept"`
	BaseCommit string                `json:"base_commit"` // at the centre
	BaseTree   string                `json:"base_tree,omitempty"`
	From       map[string]BesideBody `json:"from,omitempty"`
	Text       map[string]BesideBody `json:"text"`
	Line       []StepBody            `json:"line"`
	Merge      *StepBody             `json:"merge,omitempty"`
}

// BesideBody is a file of a manual's folder.
type BesideBody struct {
	Blob string `json:"blob"`
	Data []byte `json:"data,omitempty"` // nil where the office has it with its content
	None bool   `json:"none,omitempty"` // it is there, and empty
}

// StepBody is a commit of the revision.
type StepBody struct {
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Message string    `json:"message"`
}

// RevisionOf is the body of a revision. What the office has with its content is
// told by its hash alone.
func RevisionOf(s ledger.Seedling, has func(blob string) bool) RevisionBody {
	b := RevisionBody{Ref: s.Ref.String(), Kept: s.Kept, BaseCommit: s.Base.Commit.String(), From: besides(s.From, has), Text: besides(s.Text, has)}
	if !s.Base.Tree.IsZero() {
		b.BaseTree = s.Base.Tree.String()
	}
	for _, one := range s.Line {
		b.Line = append(b.Line, stepBody(one))
	}
	if s.Merge != nil {
		m := stepBody(*s.Merge)
		b.Merge = &m
	}
	return b
}

func stepBody(s ledger.Step) StepBody { return StepBody{string(s.By), s.At, s.Message} }

func besides(t ledger.Text, has func(string) bool) map[string]BesideBody {
	out := map[string]BesideBody{}
	for name, data := range t {
		blob := gitrepo.Sum(gitrepo.Blob, data).String()
		f := BesideBody{Blob: blob, Data: data, None: len(data) == 0}
		if has(blob) {
			f.Data, f.None = nil, false
		}
		out[name] = f
	}
	return out
}

// Size is how many bytes of files the body brings.
func (b RevisionBody) Size() (n int) {
	for _, files := range []map[string]BesideBody{b.From, b.Text} {
		for _, f := range files {
			n += len(f.Data)
		}
	}
	return n
}

// Seedling is the revision, with the files that are not told read from the office's
// content. What is not as its hash says is an error of kind Invalid.
func (b RevisionBody) Seedling(read func(gitrepo.Hash) ([]byte, error)) (s ledger.Seedling, err error) {
	s.Kept = b.Kept
	if s.Ref, err = review.ParseRef(b.Ref); err != nil {
		return s, err
	}
	if s.Base.Commit, err = proof.ParseHash(b.BaseCommit); err != nil {
		return s, err
	}
	if b.BaseTree != "" {
		if s.Base.Tree, err = proof.ParseHash(b.BaseTree); err != nil {
			return s, err
		}
	}
	var err1, err2 error
	s.From, err1 = textOf(b.From, read)
	s.Text, err2 = textOf(b.Text, read)
	for _, one := range b.Line {
		s.Line = append(s.Line, one.step())
	}
	if b.Merge != nil {
		m := b.Merge.step()
		s.Merge = &m
	}
	return s, errors.Join(err1, err2)
}

func (b StepBody) step() ledger.Step {
	return ledger.Step{By: catalog.OfficerID(b.By), At: b.At, Message: b.Message}
}

func textOf(files map[string]BesideBody, read func(gitrepo.Hash) ([]byte, error)) (ledger.Text, error) {
	out := ledger.Text{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		blob, err := gitrepo.ParseHash(f.Blob)
		if err != nil {
			return nil, err
		}
		data := f.Data
		if data == nil && !f.None {
			if data, err = read(blob); err != nil {
				return nil, err
			}
		}
		if gitrepo.Sum(gitrepo.Blob, data) != blob {
			return nil, fault.New(fault.Invalid, fault.Textf("ไฟล์ %s ที่ได้รับใช้ไม่ได้", "The file %s that came is not usable.", name))
		}
		out[name] = data
	}
	return out, nil
}
