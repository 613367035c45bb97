package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/structure"
)

type doctorCommand struct {
	settings
	Mend bool `help:"ทำดัชนีขึ้นใหม่จากคลังเมื่อพบว่าไม่ตรง · Make the index anew from git when it differs."`
}

// Run tells in what the index of manuals is not what git says. It leaves git
// alone. The daemon may run meanwhile, though what it does at that moment may be
// told as a difference.
func (c *doctorCommand) Run(ctx context.Context, s streams) (err error) {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	_, store, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	repo, err := gitrepo.Open(cfg.Content)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	desk := &manuals.Desk{
		Ledger: &ledger.Ledger{Repo: repo, Now: time.Now}, Store: store.Manuals(), Structure: &structure.Current{},
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	found, err := desk.Doctor(ctx, c.Mend)
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintf(s.out, "%s: %s\n%s: %s\n", f.Subject, f.What.EN, f.Subject, f.What.TH)
	}
	switch {
	case len(found) == 0:
		fmt.Fprintln(s.out, "ดัชนีตรงกับคลัง ไม่มีอะไรต้องแก้ · the index is what git says: nothing to mend")
	case c.Mend:
		fmt.Fprintf(s.out, "ทำดัชนีขึ้นใหม่แล้ว (พบ %d รายการ) · the index was made anew (%d found)\n", len(found), len(found))
	default:
		return fault.New(fault.Invalid, fault.Textf("ดัชนีไม่ตรงกับคลัง %d รายการ", "the index differs from git in %d places", len(found)),
			fault.Text{TH: "ทำขึ้นใหม่ด้วย syncd doctor --mend", EN: "make it anew with syncd doctor --mend"})
	}
	return nil
}
