package strongbox_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/strongbox"
)

// TestAStolenFolderTellsNothing makes the folder of an office, with a database, a
// repository and a box, and looks for what was put into it in all its files.
func TestAStolenFolderTellsNothing(t *testing.T) {
	dir := t.TempDir()
	pass, user := "กล้วย รถไฟ หน้าต่าง ฝน", "somsri@example.go.th"
	id := catalog.NewOfficerID(make([]byte, 16))
	signer := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	_, box, err := strongbox.Create(filepath.Join(dir, strongbox.File), strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1}, id, user, pass, signer, time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.OpenSealed(t.Context(), filepath.Join(dir, "khumue.db"), box.Secret("database"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	person := stafftest.User(1)
	person.Name = "สมศรี มีทรัพย์"
	if err := store.Write(context.Background(), func(r staff.Records) error { return r.PutUser(person) }); err != nil {
		t.Fatal(err)
	}
	repo, err := gitrepo.Init(filepath.Join(dir, "content.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	if err := repo.Seal(box.Secret("objects")); err != nil {
		t.Fatal(err)
	}
	b := repo.NewBatch()
	draft, err := b.Add(gitrepo.Blob, []byte("title: ฉบับร่างลับ\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	hidden := []string{"สมศรี", "somsri", pass, string(id), "ฉบับร่างลับ", draft.String(), string(draft[:]), string(signer.Seed()), "SQLite format", "CREATE TABLE"}
	for _, purpose := range []string{"database", "objects"} {
		key := box.Secret(purpose)
		hidden = append(hidden, string(key), hex.EncodeToString(key))
	}
	seen := 0
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		seen++
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		for _, word := range hidden {
			if strings.Contains(string(data), word) || strings.Contains(strings.ReplaceAll(name, "/", ""), word) {
				t.Errorf("%s tells %q", name, word)
			}
		}
		return err
	})
	if err != nil || seen < 7 { // database, log and its index, box, object, mark, config, HEAD
		t.Errorf("looked at %d files, %v", seen, err)
	}
}
