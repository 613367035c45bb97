package main

import (
	"context"
	"fmt"
	"os"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

type userCommand struct {
	Import  importCommand  `cmd:"" help:"นำบัญชีที่มีสิทธิ์อยู่แล้วเข้าจาก CSV · Bring accounts with existing rights in, from CSV."`
	Disable disableCommand `cmd:"" help:"ระงับบัญชี และออกจากระบบทุกเครื่อง · Disable an account and sign it out everywhere."`
	Enable  enableCommand  `cmd:"" help:"ให้บัญชีที่ระงับกลับมาใช้ได้ · Let a disabled account in again."`
}

type importCommand struct {
	settings
	File  string `arg:"" help:"ไฟล์ CSV คอลัมน์ issuer, subject, email, name, agency, point, role · CSV file with the columns issuer, subject, email, name, agency, point, role." type:"path"`
	Apply bool   `help:"ทำจริง; ไม่ระบุ: ลองเท่านั้น ไม่เปลี่ยนอะไร · Do it; unless given it is only tried, and nothing changes."`
}

// Run imports accounts, or tries to.
func (c *importCommand) Run(ctx context.Context, s streams) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, fault.Textf("เปิดไฟล์ %s ไม่ได้", "the file %s can not be opened", c.File)).Because(err)
	}
	defer f.Close()
	accounts, err := staff.ReadAccounts(c.File, f)
	if err != nil {
		return err
	}
	return atDesk(ctx, cfg, func(d *staff.Desk) error {
		done, err := d.Import(ctx, staff.Console, c.File, accounts, !c.Apply)
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, done)
		if !c.Apply {
			fmt.Fprintln(s.err, "ลองเท่านั้น เพิ่ม --apply เพื่อทำจริง · only tried; add --apply to do it")
		}
		return nil
	})
}

type account struct {
	settings
	ID string `arg:"" help:"รหัสเจ้าหน้าที่ ดูได้ในหน้าผู้ใช้งาน · Id of the officer, as the page of the user shows it."`
}

func (c *account) disable(ctx context.Context, s streams, disable bool) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	id, err := catalog.ParseOfficerID(c.ID)
	if err != nil {
		return err
	}
	return atDesk(ctx, cfg, func(d *staff.Desk) error { return d.Disable(ctx, staff.Console, id, disable) })
}

type disableCommand struct{ account }

// Run disables an account.
func (c *disableCommand) Run(ctx context.Context, s streams) error { return c.disable(ctx, s, true) }

type enableCommand struct{ account }

// Run lets it in again.
func (c *enableCommand) Run(ctx context.Context, s streams) error { return c.disable(ctx, s, false) }
