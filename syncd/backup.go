package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/backup"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/sqlstore"
)

// gate is what whoever changes database and git together goes through.
func gate(cfg config.Config) backup.Gate { return backup.Gate{Dir: cfg.Data} }

type backupCommand struct {
	settings
	File string `arg:"" help:"ไฟล์ใหม่ · New file." type:"path"`
}

// Run writes a backup; the daemon may run meanwhile.
func (c *backupCommand) Run(ctx context.Context, s streams) (err error) {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	store, err := sqlstore.OpenAsIs(ctx, database(cfg))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	repo, err := gitrepo.Open(cfg.Content)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	m, err := backup.WriteFile(ctx, c.File, backup.Source{Store: store, Git: repo, Gate: gate(cfg), Now: time.Now})
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, m)
	return nil
}

type restoreCommand struct {
	settings
	File string `arg:"" help:"ไฟล์สำรอง · Backup to restore." type:"path"`
}

// Run restores a backup where the configuration says that database and content
// are to be, and where nothing is yet.
func (c *restoreCommand) Run(ctx context.Context, s streams) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, fault.Textf("เปิดไฟล์ %s ไม่ได้", "the file %s can not be opened", c.File)).Because(err)
	}
	defer f.Close()
	m, err := backup.Restore(ctx, f, backup.Place{Database: database(cfg), Git: cfg.Content})
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, m)
	return nil
}
