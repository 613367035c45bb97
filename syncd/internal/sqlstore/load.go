package sqlstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"khumue/internal/fault"
)

// Loaded is a filled database that nobody can open yet. It is kept or dropped.
type Loaded struct {
	name string // as Open takes it
	work place  // where it is until it is kept: a file's neighbour, or the same
}

// Load fills an empty database, as it was in a version of the schema, and brings
// it to the present one. It begins a new epoch. A database with anything in it
// is an error of kind Conflict, but for what an unfinished Load left there; a
// version that this program does not know, one of kind Invalid. When it fails it
// leaves nothing behind.
func Load(ctx context.Context, name string, version int64, fill func(*Loader) error) (*Loaded, error) {
	return loadAt(ctx, place{name: name}, version, fill)
}

func loadAt(ctx context.Context, p place, version int64, fill func(*Loader) error) (_ *Loaded, err error) {
	if version < 1 || version > newest() {
		return nil, fault.New(fault.Invalid,
			fault.Textf("ข้อมูลสำรองเป็นรุ่น %d โปรแกรมนี้รู้จักถึงรุ่น %d", "The backup has version %d; this program knows those up to %d.", version, newest()),
			fault.Text{TH: "ใช้โปรแกรมรุ่นเดียวกับที่สำรองข้อมูลหรือใหม่กว่า", EN: "Use the program that made the backup, or a newer one."})
	}
	l := &Loaded{name: p.name, work: p}
	if !isPostgres(p.name) {
		l.work.name += ".part"
	}
	if err := l.empty(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Drop(context.WithoutCancel(ctx)))
		}
	}()
	if err := migrate(ctx, l.work, version); err != nil {
		return nil, err
	}
	if err := l.fill(ctx, fill); err != nil {
		return nil, err
	}
	if err := migrate(ctx, l.work, newest()); err != nil {
		return nil, err
	}
	return l, l.with(ctx, func(s *Store) error { return s.settle(ctx) })
}

// fill runs the loader in one transaction.
func (l *Loaded) fill(ctx context.Context, fill func(*Loader) error) error {
	return l.with(ctx, func(s *Store) error {
		if err := s.setMeta(ctx, metaRestoring, "1"); err != nil {
			return err
		}
		return s.engine.once(ctx, func(h handle) error {
			if err := patient(ctx, h, s.engine.dialect()); err != nil {
				return err
			}
			if err := fill(&Loader{ctx, h}); err != nil {
				return err
			}
			if _, err := h.exec(ctx, `DELETE FROM meta WHERE name = $1`, metaOrder); err != nil {
				return err
			}
			_, err := h.exec(ctx, `UPDATE meta SET value = $1 WHERE name = $2`, newEpoch(), metaEpoch)
			return err
		})
	})
}

// with opens the database for a while.
func (l *Loaded) with(ctx context.Context, do func(*Store) error) error {
	e, err := connect(ctx, l.work)
	if err != nil {
		return err
	}
	return errors.Join(do(&Store{engine: e}), e.close())
}

// empty makes sure that there is nothing, and clears what an unfinished Load
// left.
func (l *Loaded) empty(ctx context.Context) error {
	full := fault.New(fault.Conflict, fault.Text{TH: "ปลายทางมีข้อมูลอยู่แล้ว", EN: "There are data already where the backup is to be restored."},
		fault.Text{TH: "กู้คืนลงในที่ว่างเท่านั้น", EN: "Restore into an empty place only."})
	if l.work.name != l.name {
		fresh, err := checkLiteFile(place{l.name, l.work.key, l.work.vfs})
		if err == nil && !fresh || errors.Is(err, fault.Invalid) {
			return full
		}
		return errors.Join(err, l.remove())
	}
	var tables, restoring []string
	err := l.with(ctx, func(s *Store) error {
		return s.engine.read(ctx, func(h handle) (err error) {
			if tables, err = column[string](ctx, h, postgresDialect.tables); err != nil || !slices.Contains(tables, "meta") {
				return h.explain(err)
			}
			restoring, err = column[string](ctx, h, `SELECT value FROM meta WHERE name = $1 AND EXISTS (SELECT 1 FROM meta WHERE name = $2 AND value = $3)`,
				metaRestoring, metaApp, app)
			return h.explain(err)
		})
	})
	switch {
	case err != nil || len(tables) == 0:
		return err
	case len(restoring) == 0:
		return full
	}
	return l.Drop(ctx)
}

// Keep makes the database one that can be opened, as its last step.
func (l *Loaded) Keep(ctx context.Context) error {
	err := l.with(ctx, func(s *Store) error {
		return s.engine.write(ctx, func(h handle) error {
			_, err := h.exec(ctx, `DELETE FROM meta WHERE name = $1`, metaRestoring)
			return err
		})
	})
	if err != nil || l.work.name == l.name {
		return err
	}
	if s, err := os.Stat(l.work.name + "-wal"); err == nil && s.Size() > 0 {
		return lost(errors.New("not all is in the file"))
	}
	if err := os.Rename(l.work.name, l.name); err != nil {
		return lost(err)
	}
	return syncDir(filepath.Dir(l.name))
}

// Drop removes what was loaded.
func (l *Loaded) Drop(ctx context.Context) error {
	if l.work.name != l.name {
		return l.remove()
	}
	return l.with(ctx, func(s *Store) error {
		return s.engine.write(ctx, func(h handle) error {
			tables, err := column[string](ctx, h, postgresDialect.tables)
			if err != nil {
				return h.explain(err)
			}
			for _, t := range tables {
				if !slices.Contains(kept, t) && !slices.Contains(forgotten, t) {
					continue
				}
				if _, err := h.exec(ctx, `DROP TABLE `+t+` CASCADE`); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// remove removes the files of a database that is being loaded.
func (l *Loaded) remove() error {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(l.work.name + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return lost(err)
		}
	}
	return nil
}

// syncDir makes a folder's entries durable, where the system knows how.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
