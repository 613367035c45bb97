package ledger

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
)

// TestUpkeepStopsNobody has eight people at a time write, approve and read through
// one open repository while it is put in order again and again: by itself, and by
// a person's git. That is repack -A, which keeps what it finds no ref of: repack -a
// loses a revision that moves from one ref to another while it lists them.
func TestUpkeepStopsNobody(t *testing.T) {
	stock := func(args ...string) func(o *office) error {
		return func(o *office) error {
			var failed error
			for range 3 { // refs that move under it may have it give up, which harms nobody
				cmd := exec.Command("git", append([]string{"--git-dir", o.Repo.Dir(), "-c", "core.packedRefsTimeout=10000"}, args...)...)
				said, err := cmd.CombinedOutput()
				if err == nil {
					return nil
				}
				failed = fmt.Errorf("git %s: %w: %s", args[0], err, said)
			}
			return failed
		}
	}
	maintain := func(o *office) error { return o.Repo.Maintain(o.t.Context()) }
	tests := []struct {
		name string
		do   []func(o *office) error
	}{
		{"its own upkeep, and git pack-refs", []func(*office) error{maintain, stock("pack-refs", "--all")}},
		{"git gc", []func(*office) error{stock("gc", "--quiet"), maintain}},
		{"git repack -Adf", []func(*office) error{stock("repack", "-Adfq")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			const each = 4
			var wg sync.WaitGroup
			var writers atomic.Int64
			for i := range 8 {
				writers.Add(1)
				wg.Go(func() {
					defer writers.Add(-1)
					for n := range each {
						if err := o.revise(i, n+1); err != nil {
							t.Errorf("manual %d, revision %d: %v", i, n+1, err)
							return
						}
					}
				})
			}
			rounds := 0
			for ; rounds == 0 || writers.Load() > 0; rounds++ {
				for _, do := range test.do {
					if err := do(o); err != nil {
						t.Error(err)
					}
				}
			}
			wg.Wait()
			for i := range 8 {
				if got := o.git("show", fmt.Sprintf("main:%s-%d/%s", folder, i, manualFile)); !strings.Contains(got, fmt.Sprintf("\n1. แก้ครั้งที่ %d จบ ", each)) {
					t.Errorf("manual %d is not as it was approved last", i)
				}
			}
			if n := o.git("rev-list", "--first-parent", "--count", "main"); n != fmt.Sprint(8*each+1) {
				t.Errorf("main has %s commits, want %d", n, 8*each+1)
			}
			if o.refs() != gitrepo.Main {
				t.Errorf("refs are left: %s", o.refs())
			}
			o.proven(8)
			t.Logf("%d revisions were published in %d rounds", 8*each, rounds)
		})
	}
}

// revise takes a revision of one of the manuals from a draft to what is published,
// and reads what it has made on the way.
func (o *office) revise(manual, number int) error {
	ctx := context.Background()
	id := catalog.ManualID(fmt.Sprintf("%s-%d", subject, manual))
	src, err := o.textOf(id)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("%s-%d", folder, manual)
	h, err := o.Begin(ctx, author, owner, id, at, src)
	if err != nil {
		return err
	}
	words := fmt.Sprintf("แก้ครั้งที่ %d จบ ", number)
	text := Text{manualFile: bytes.Replace(src[manualFile], []byte("\n1. "), []byte("\n1. "+words), 1)}
	if h, err = o.Save(ctx, second, owner, h, text); err != nil {
		return err
	}
	if h, err = o.Submit(ctx, author, owner, h, number, nil); err != nil {
		return err
	}
	if h, err = o.Load(h.Ref); err != nil {
		return err
	}
	if h, err = o.Endorse(ctx, reviewer, owner, h, number, h.Tree); err != nil {
		return err
	}
	if _, err = o.Find(review.Endorsed, ""); err != nil {
		return err
	}
	if h, err = o.Publish(ctx, opdc, owner, h, number, h.Tree); err != nil {
		return err
	}
	now, err := o.textOf(id)
	if err == nil && !bytes.Equal(now[manualFile], text[manualFile]) {
		return fmt.Errorf("%s is not what was published by %v", id, h.Commit)
	}
	return err
}

// textOf is what is published of a manual.
func (o *office) textOf(id catalog.ManualID) (Text, error) {
	c, _, err := o.main()
	if err != nil {
		return nil, err
	}
	tree, err := o.folderTree(c.Tree, strings.TrimSuffix(folder, string(subject))+string(id))
	if err != nil {
		return nil, err
	}
	return o.Text(tree)
}
