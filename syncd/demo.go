package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/proof"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/issuer"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

type demoCommand struct {
	Content   string `default:"content" help:"โฟลเดอร์เนื้อหาตัวอย่าง · Folder of the sample content." type:"path"`
	Data      string `help:"เก็บข้อมูลไว้ที่นี่; ไม่ระบุ: ลบทิ้งเมื่อจบ · Keep the data here; thrown away at the end unless given." placeholder:"DIR" type:"path"`
	Database  string `help:"ที่อยู่ฐานข้อมูล PostgreSQL; ไม่ระบุ: SQLite ในโฟลเดอร์ข้อมูล · Address of a PostgreSQL database; SQLite in the data folder unless given." placeholder:"ADDR"`
	Public    string `default:"localhost:8080" help:"ที่อยู่เว็บไซต์ · Address of the public site."`
	Office    string `default:"localhost:8081" help:"ที่อยู่หลังบ้าน · Address of the back office."`
	Issuer    string `default:"localhost:8082" help:"ที่อยู่ของผู้ให้บริการยืนยันตัวตนสาธิต · Address of the sample identity provider."`
	Operators string `default:"none" help:"ที่อยู่สำหรับผู้ดูแลระบบ · Address of metrics and readiness." placeholder:"ADDR"`
	Agency    string `default:"dlt" help:"หน่วยงานของผู้ใช้ตัวอย่าง เมื่อใช้เนื้อหาอื่น · Agency of the sample users, with other content." placeholder:"CODE"`
	Generator string `help:"โปรแกรม generator; ไม่ระบุ: ข้างโปรแกรมนี้ · The program generator; beside this one unless given." placeholder:"FILE" type:"path"`
	Past      bool   `default:"true" negatable:"" help:"เริ่มด้วยรายงานและเรื่องล่าช้าตัวอย่างหนึ่งปี · Begin with a year of sample reports and late requests."`
}

// sample is a person of the demonstration.
type sample struct {
	issuer.Person
	grants []rights.Grant // empty: a new person, who needs a token
}

func at(role catalog.Role, agency catalog.AgencyCode, point catalog.PointCode) rights.Grant {
	return rights.Grant{Role: role, Scope: rights.Scope{Agency: agency, Point: point}}
}

// samples are invented people, one for each role and two who are new.
func samples() []sample {
	person := func(id, name, th, en string, grants ...rights.Grant) sample {
		return sample{issuer.Person{ID: id, Name: name, Email: id + "@example.invalid", IAL: "2.3", About: fault.Text{TH: th, EN: en}}, grants}
	}
	return []sample{
		person("dga", "ดวงใจ ตัวอย่าง", "ผู้ดูแลระบบ (สพร.)", "DGA administrator", at(catalog.RoleDGA, "", "")),
		person("opdc", "อรทัย ตัวอย่าง", "เจ้าหน้าที่ ก.พ.ร.", "OPDC officer", at(catalog.RoleOPDC, "", "")),
		person("opdc-2", "โอภาส ตัวอย่าง", "เจ้าหน้าที่ ก.พ.ร. อีกคนหนึ่ง", "Another OPDC officer", at(catalog.RoleOPDC, "", "")),
		person("central", "กมล ตัวอย่าง", "เจ้าหน้าที่ส่วนกลาง กรมการขนส่งทางบก", "Central officer, Department of Land Transport", at(catalog.RoleCentral, sampleAgency, "")),
		person("point", "จันทร์ ตัวอย่าง", "เจ้าหน้าที่จุดบริการ สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5", "Service point officer, Bangkok Area 5 transport office", at(catalog.RolePoint, sampleAgency, "dlt-area5")),
		person("author", "ขวัญ ตัวอย่าง", "เจ้าหน้าที่จัดทำคู่มือ กรมการขนส่งทางบก", "Manual author, Department of Land Transport", at(catalog.RoleAuthor, sampleAgency, "")),
		person("reviewer", "รัตนา ตัวอย่าง", "เจ้าหน้าที่รีวิวคู่มือ กรมการขนส่งทางบก", "Manual reviewer, Department of Land Transport", at(catalog.RoleReviewer, sampleAgency, "")),
		person("new-1", "นภา คนใหม่", "ผู้ใช้ใหม่ ยังไม่มี Token", "New, without a token"),
		person("new-2", "บุญมี คนใหม่", "ผู้ใช้ใหม่ ยังไม่มี Token", "New, without a token"),
	}
}

// Run runs everything on this machine until it is interrupted.
func (c *demoCommand) Run(ctx context.Context, s streams) (err error) {
	spendMemory()
	if c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "khumue-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Data)) }()
	}
	l, err := listen(ctx, c.Issuer, "--issuer")
	if err != nil {
		return err
	}
	defer l.Close()
	cfg, err := c.config(l)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return err
	}
	if err := importContent(c.Content, cfg, time.Now()); err != nil {
		return err
	}
	if err := atDesk(ctx, cfg, func(d *staff.Desk) error {
		if err := noStrangers(ctx, d.Store); err != nil {
			return err
		}
		return c.hire(ctx, d, cfg.Providers[0].Issuer)
	}); err != nil {
		return err
	}
	centre, err := openCentre(ctx, cfg, logger(s, cfg.Log.Level), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, centre.close()) }()
	if c.Past {
		if err := c.remember(ctx, centre, cfg.Providers[0].Issuer, time.Now()); err != nil {
			return err
		}
	}
	people, err := c.issuer(cfg)
	if err != nil {
		return err
	}
	return centre.serve(ctx, func() { c.greet(s.out, cfg, centre.key.Key()) }, edge.Server{Name: "issuer", Listener: l, Handler: people})
}

// config is what the demonstration runs with: what an operator would write, but
// for the identity provider.
func (c *demoCommand) config(issuer net.Listener) (config.Config, error) {
	addr := "http://" + visited(issuer.Addr(), c.Issuer)
	env := map[string]string{
		"DATA": c.Data, "DATABASE": c.Database, "GENERATOR": c.Generator, "LOG_LEVEL": "warn", "METRICS_LISTEN": c.Operators, "MISSES_LEAST": "1",
		"PUBLIC_LISTEN": c.Public, "PUBLIC_ADDRESS": "http://" + c.Public,
		"BACK_OFFICE_LISTEN": c.Office, "BACK_OFFICE_ADDRESS": "http://" + c.Office,
		"PROVIDERS_1_NAME": "demo", "PROVIDERS_1_LABEL_TH": "บัญชีสาธิต", "PROVIDERS_1_LABEL_EN": "a sample account",
		"PROVIDERS_1_ISSUER": addr, "PROVIDERS_1_CLIENT_ID": clientID, "PROVIDERS_1_CLIENT_SECRET": "demo-only-" + clientID,
		"PROVIDERS_1_SCOPES": "openid,profile,email", "PROVIDERS_1_REGISTER_URL": addr + "/",
	}
	var list []string
	for name, value := range env {
		list = append(list, "KHUMUE_"+name+"="+value)
	}
	return config.Read(config.Source{Name: "demo", Env: list, ReadFile: os.ReadFile})
}

// clientID is the back office's name at the sample provider.
const clientID = "khumue"

// visited is the address that a browser types for a listener.
func visited(bound net.Addr, asked string) string {
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(bound.String())
	return net.JoinHostPort(host, port)
}

// sampleAgency is whose the samples are.
const sampleAgency = "dlt"

// noStrangers refuses a database of people whom another identity provider knows
// than one of this machine, where alone demonstrations have theirs: it is that of a
// real portal, in which anyone could be anyone.
func noStrangers(ctx context.Context, store staff.Store) error {
	return store.Read(ctx, func(r staff.Records) error {
		for at, all := 0, 1; at < all; {
			var list []staff.User
			var err error
			if list, all, err = r.FindUsers(staff.UserFilter{Sort: staff.ByCreated, Page: trail.Page{Offset: at, Limit: 1000}}); err != nil || len(list) == 0 {
				return err
			}
			for _, u := range list {
				if issuer, err := url.Parse(u.Issuer); u.Issuer != "" && (err != nil || !config.Loopback(issuer.Hostname())) {
					return fault.New(fault.Conflict, fault.Textf("ฐานข้อมูลนี้มีผู้ใช้จริงที่ลงชื่อเข้าใช้ผ่าน %s", "This database has real people, who sign in at %s.", u.Issuer),
						fault.Text{TH: "ใช้ฐานข้อมูลว่างสำหรับระบบสาธิต", EN: "Give the demonstration an empty database."})
				}
			}
			at += len(list)
		}
		return nil
	})
}

// hire gives the samples their roles, as an import of accounts does. In another
// agency than theirs nobody is hired for their service point.
func (c *demoCommand) hire(ctx context.Context, d *staff.Desk, issuer string) error {
	var accounts []staff.Account
	for i, p := range samples() {
		for _, g := range p.grants {
			if c.Agency != sampleAgency && g.Scope.Point != "" {
				continue
			}
			if g.Scope.Agency != "" {
				g.Scope.Agency = catalog.AgencyCode(c.Agency)
			}
			accounts = append(accounts, staff.Account{Line: i + 1, Issuer: issuer, Subject: p.ID, Email: p.Email, Name: p.Name, Grant: g})
		}
	}
	_, err := d.Import(ctx, staff.Console, "samples", accounts, false)
	return err
}

func (c *demoCommand) issuer(cfg config.Config) (http.Handler, error) {
	p := cfg.Providers[0]
	var people []issuer.Person
	for _, s := range samples() {
		people = append(people, s.Person)
	}
	return issuer.New(issuer.Config{URL: p.Issuer, People: people, Clients: []issuer.Client{{
		ID: p.ClientID, Secret: p.ClientSecret.Reveal(),
		Redirects:       []string{cfg.BackOffice.Address + "/signin/" + p.Name + "/callback"},
		LogoutRedirects: []string{cfg.BackOffice.Address + "/signed-out"},
	}}})
}

// greet says where everything is and who there is to be.
func (c *demoCommand) greet(out io.Writer, cfg config.Config, key proof.Key) {
	fmt.Fprintf(out, "นี่คือระบบสาธิต ใครก็เป็นใครได้ · This is a demonstration: anyone can be anyone\n\n")
	for _, a := range []struct{ th, en, addr string }{
		{"เว็บไซต์", "public site", cfg.Public.Address}, {"หลังบ้าน", "back office", cfg.BackOffice.Address},
		{"ผู้ให้บริการยืนยันตัวตน", "identity provider", cfg.Providers[0].Issuer},
	} {
		fmt.Fprintf(out, "%s/  %s · %s\n", a.addr, a.th, a.en)
	}
	fmt.Fprintf(out, "\n%s  กุญแจลงนามการอนุมัติ · the key that signs approvals\n\n", key.Fingerprint())
	for _, p := range samples() {
		fmt.Fprintf(out, "%-10s %s · %s\n", p.ID, p.About.TH, p.About.EN)
	}
	if strings.HasPrefix(filepath.Clean(c.Data), filepath.Clean(os.TempDir())) {
		fmt.Fprintf(out, "\nข้อมูลหายเมื่อจบ; --data DIR เก็บไว้ · the data goes at the end; --data DIR keeps it\n")
	}
}
