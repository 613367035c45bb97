package main

import (
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/testimony"
)

// The key is changed at a start, whatever an earlier start left half done, and
// what both signed is proven with either alone.
func TestAKeyHandsOnToTheNext(t *testing.T) {
	for _, crash := range []string{"none", "after the commit"} {
		t.Run("crash: "+crash, func(t *testing.T) {
			cfg := config.Config{Data: t.TempDir()}
			cfg.Content = filepath.Join(cfg.Data, "content.git")
			if err := importContent("../content", cfg, time.Now()); err != nil {
				t.Fatal(err)
			}
			repo, err := gitrepo.Open(cfg.Content)
			if err != nil {
				t.Fatal(err)
			}
			defer repo.Close()
			old, err := testimony.Open(cfg.Data)
			if err != nil {
				t.Fatal(err)
			}
			if same, err := changeKey(t.Context(), repo, cfg.Data, old); err != nil || same != old {
				t.Fatalf("without a key prepared: %v", err)
			}
			next, err := testimony.Prepare(cfg.Data, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := testimony.Prepare(cfg.Data, rand.Reader); !errors.Is(err, fault.Conflict) {
				t.Errorf("a second key is prepared: %v", err)
			}
			if crash != "none" {
				at, main, err := repo.Resolve(gitrepo.Main)
				if err != nil {
					t.Fatal(err)
				}
				if err := handOn(t.Context(), repo, at, main.Tree, old, next.Key()); err != nil {
					t.Fatal(err)
				}
			}
			now, err := changeKey(t.Context(), repo, cfg.Data, old)
			if err != nil || now.Key() != next.Key() {
				t.Fatalf("the key in force is %v: %v", now, err)
			}
			if kept, err := testimony.Open(cfg.Data); err != nil || kept.Key() != next.Key() {
				t.Errorf("the key on the disk is another: %v", err)
			}
			for _, trust := range []string{old.Key().Fingerprint(), next.Key().Fingerprint(), testimony.Trust(cfg.Data)} {
				out, err := exec.CommandContext(t.Context(), generator, "verify", cfg.Content, "--trust", trust).CombinedOutput()
				if want := trust != next.Key().Fingerprint(); (err == nil) != want {
					t.Errorf("verified with %s: %v: %s", trust, err, out)
				}
			}
			if refs, err := repo.Refs().List("refs/"); err != nil || len(refs) != 1 {
				t.Errorf("refs are %v: %v", refs, err)
			}
			if left, _ := filepath.Glob(filepath.Join(cfg.Data, "approvals.key*")); strings.Join(left, " ") != filepath.Join(cfg.Data, "approvals.key") {
				t.Errorf("keys on the disk: %v", left)
			}
			if info, err := os.Stat(filepath.Join(cfg.Data, "approvals.key")); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the key may be read: %v %v", info.Mode(), err)
			}
		})
	}
}
