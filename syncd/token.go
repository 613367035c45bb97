package main

import (
	"context"
	"errors"
	"fmt"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
)

// atDesk acts at the desk of a configuration, with the structure of the content
// as it stands.
func atDesk(ctx context.Context, cfg config.Config, do func(*staff.Desk) error) (err error) {
	desk, store, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	repo, err := gitrepo.Open(cfg.Content)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	_, change, err := repo.Resolve(gitrepo.Main)
	if err != nil {
		return err
	}
	tree, err := structure.Read(repo.FS(change.Tree))
	if err != nil {
		return err
	}
	desk.Structure = tree
	return do(desk)
}

type tokenCommand struct {
	Issue issueCommand `cmd:"" help:"ออกรหัสใหม่ แทนรหัสเดิมที่ยังไม่ใช้ · Issue a new token, in place of one that was not used."`
}

type issueCommand struct {
	settings
	Role   string `required:"" help:"บทบาท: dga opdc central point author reviewer · Role."`
	Agency string `help:"รหัสหน่วยงาน; ไม่ใช้กับ dga และ opdc · Code of the agency; none for dga and opdc." placeholder:"CODE"`
	Point  string `help:"รหัสจุดบริการ เฉพาะบทบาท point · Code of the service point, for the role point." placeholder:"CODE"`
}

// Run issues a token and prints it, once.
func (c *issueCommand) Run(ctx context.Context, s streams) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	role, err := catalog.ParseRole(c.Role)
	if err != nil {
		return err
	}
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: catalog.AgencyCode(c.Agency), Point: catalog.PointCode(c.Point)}}
	return atDesk(ctx, cfg, func(d *staff.Desk) error {
		secret, t, err := d.Issue(ctx, staff.Console, g)
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, secret)
		expires := calendar.DateOf(t.Expires)
		fmt.Fprintf(s.err, "%s · %s\n", role.Name().TH, role.Name().EN)
		fmt.Fprintf(s.err, "ใช้ได้ครั้งเดียว ภายใน %s ที่ %s · serves once, until %s, at %s\n",
			expires.Long("th"), cfg.BackOffice.Address, expires.Long("en"), cfg.BackOffice.Address)
		return nil
	})
}
