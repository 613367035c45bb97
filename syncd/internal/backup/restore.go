package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"khumue/syncd/internal/sqlstore"
)

// Place is where a backup is restored. Both have to be empty, or not there.
type Place struct {
	Database string // as sqlstore.Open takes it
	Git      string // folder of the repository
}

// Restore makes database and repository from an archive, brings the database to
// this program's version and begins a new epoch. What is damaged, not whole or
// of a newer program is an error of kind Invalid, a place that is not empty one
// of kind Conflict. When it fails, both places are as they were; what a restore
// that was killed left behind is cleared by the next.
func Restore(ctx context.Context, r io.Reader, p Place) (m Manifest, err error) {
	if err := emptyFolder(p.Git); err != nil {
		return m, err
	}
	a, err := openArchive(r)
	if err != nil {
		return m, err
	}
	work := p.Git + ".part"
	if err := os.RemoveAll(work); err != nil {
		return m, unable(err)
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return m, unable(err)
	}
	defer os.RemoveAll(work)
	loaded, err := sqlstore.Load(ctx, p.Database, a.Schema, func(l *sqlstore.Loader) error { return a.unpack(work, l) })
	if err != nil {
		return m, err
	}
	if err := a.place(ctx, work, p, loaded); err != nil {
		return m, errors.Join(err, loaded.Drop(context.WithoutCancel(ctx)))
	}
	return a.Manifest, nil
}

// unpack reads all parts to the end of the archive: tables into the database,
// the bundle into the working folder.
func (a *archive) unpack(work string, l *sqlstore.Loader) error {
	for _, t := range sqlstore.Kept() {
		for _, p := range a.Parts {
			if p.Name != tablePart(t) {
				continue
			}
			if err := a.next(p, func(r io.Reader) (int, error) { return l.Table(t, r) }); err != nil {
				return err
			}
		}
	}
	if len(a.Refs) > 0 {
		path := filepath.Join(work, bundlePart)
		if err := a.next(a.Parts[len(a.Parts)-1], func(r io.Reader) (int, error) { return 0, spool(path, r) }); err != nil {
			return err
		}
	}
	return a.end()
}

// place makes the repository and then both what can be used, the database last.
func (a *archive) place(ctx context.Context, work string, p Place, loaded *sqlstore.Loaded) error {
	repo := filepath.Join(work, "content.git")
	if err := restoreGit(ctx, repo, filepath.Join(work, bundlePart), a.Refs); err != nil {
		return err
	}
	if err := os.Rename(repo, p.Git); err != nil {
		return unable(err)
	}
	err := syncDir(filepath.Dir(filepath.Clean(p.Git)))
	if err == nil {
		err = loaded.Keep(ctx)
	}
	if err != nil {
		return errors.Join(err, unable(os.RemoveAll(p.Git)))
	}
	return nil
}
