package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// Users returns the users that hold a role for an agency or one below it, with
// those of their roles that the acting person manages, and how many there are. With agency "" these are all that the acting person
// manages; for who manages all, also those without a role.
func (d *Desk) Users(ctx context.Context, by Acting, agency catalog.AgencyCode, f UserFilter) (us []User, all int, err error) {
	if f.Agencies, err = d.within(by, rights.ManageStaff, agency); err != nil {
		return nil, 0, err
	}
	err = d.Store.Read(ctx, func(r Records) (err error) { us, all, err = r.FindUsers(f); return err })
	for i := range us {
		us[i].Grants = d.reached(by, us[i].Grants)
	}
	return us, all, err
}

// reached leaves out the grants that the acting person does not manage.
func (d *Desk) reached(by Acting, gs []Grant) []Grant {
	return slices.DeleteFunc(slices.Clone(gs), func(g Grant) bool { _, err := d.mayManage(by, g.Grant); return err != nil })
}

// Person is a user as one who manages it sees it.
type Person struct {
	User
	History []Grant // all grants that the acting person may see, oldest first
}

// Person returns a user; an error of kind NotFound when there is none that the
// acting person may see.
func (d *Desk) Person(ctx context.Context, by Acting, id catalog.OfficerID) (Person, error) {
	p, err := read(ctx, d.Store, func(r Records) (p Person, err error) {
		if p.User, err = r.User(id); err != nil {
			return p, err
		}
		p.History, err = r.GrantsOf(id)
		return p, err
	})
	if errors.Is(err, fault.NotFound) {
		return Person{}, nobody()
	} else if err != nil {
		return Person{}, err
	}
	if _, everywhere := d.Agencies(by, rights.ManageStaff); everywhere {
		return p, nil
	}
	p.History, p.Grants = d.reached(by, p.History), d.reached(by, p.Grants)
	if len(p.History) == 0 {
		return Person{}, nobody()
	}
	return p, nil
}

func nobody() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบผู้ใช้นี้", EN: "There is no such user."})
}

// held finds a grant in force of a user.
func held(u User, grant string) (Grant, error) {
	i := slices.IndexFunc(u.Grants, func(g Grant) bool { return g.ID == grant })
	if i < 0 {
		return Grant{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบสิทธิ์นี้ อาจถูกเปลี่ยนไปแล้ว", EN: "There is no such role; it may have changed."},
			fault.Text{TH: "เปิดหน้านี้ใหม่", EN: "Open the page again."})
	}
	return u.Grants[i], nil
}

// end takes a grant from a user. The last central officer of an agency stays
// unless the DGA or the console overrules.
func (d *Desk) end(r Records, by Acting, user catalog.OfficerID, grant string) (Grant, catalog.Role, error) {
	u, err := r.User(user)
	if err != nil {
		return Grant{}, "", err
	}
	g, err := held(u, grant)
	if err != nil {
		return g, "", err
	}
	as, err := d.mayManage(by, g.Grant)
	if err != nil {
		return g, "", err
	}
	if g.Role == catalog.RoleCentral && as == catalog.RoleCentral {
		if err := d.notLast(r, g); err != nil {
			return g, "", err
		}
	}
	g.Ended, g.EndedBy = d.now(), by.ID
	return g, as, r.PutGrant(g)
}

// notLast refuses when nobody else is a central officer of the agency.
func (d *Desk) notLast(r Records, g Grant) error {
	others, err := r.GrantsOn(d.now(), []catalog.AgencyCode{g.Scope.Agency})
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Role != catalog.RoleCentral || o.User == g.User {
			continue
		}
		u, err := r.User(o.User)
		if err != nil {
			return err
		}
		if u.Disabled.IsZero() {
			return nil
		}
	}
	return fault.New(fault.Conflict, fault.Text{TH: "เป็นเจ้าหน้าที่ส่วนกลางคนสุดท้ายของหน่วยงาน", EN: "This is the agency's last central officer."},
		fault.Text{TH: "ตั้งเจ้าหน้าที่ส่วนกลางคนใหม่ก่อน หรือติดต่อ สพร.", EN: "Name another central officer first, or ask DGA."})
}

// ChangeRole gives a user another role in place of one that is held, for the
// same agency or point.
func (d *Desk) ChangeRole(ctx context.Context, by Acting, user catalog.OfficerID, grant string, role catalog.Role) (Grant, error) {
	return write(ctx, d.Store, func(r Records) (Grant, error) {
		old, _, err := d.end(r, by, user, grant)
		if err != nil {
			return Grant{}, err
		}
		next := Grant{Grant: rights.Grant{Role: role, Scope: old.Scope}, ID: d.id(), User: user, Source: ByChange, From: d.now(), By: by.ID}
		if err := next.CheckForm(); err != nil {
			return Grant{}, err
		}
		as, err := d.mayManage(by, next.Grant)
		if err != nil {
			return Grant{}, err
		}
		u, err := r.User(user)
		if err != nil {
			return Grant{}, err
		}
		if slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Grant == next.Grant && g.ID != grant }) || old.Role == role {
			return Grant{}, fault.New(fault.Conflict, fault.Text{TH: "ผู้ใช้มีบทบาทนี้อยู่แล้ว", EN: "The user already has this role."})
		}
		e := d.entry(by, "user.change-role", old.Scope, string(user))
		e.Role, e.Before, e.After = as, told(old), told(next)
		if err := r.Record(e); err != nil {
			return Grant{}, err
		}
		return next, r.PutGrant(next)
	})
}

// Remove takes a role from a user, who is signed out everywhere at once.
func (d *Desk) Remove(ctx context.Context, by Acting, user catalog.OfficerID, grant string) error {
	err := d.Store.Write(ctx, func(r Records) error {
		old, as, err := d.end(r, by, user, grant)
		if err != nil {
			return err
		}
		e := d.entry(by, "user.remove", old.Scope, string(user))
		e.Role, e.Before = as, told(old)
		if err := r.Record(e); err != nil {
			return err
		}
		return r.DropSessionsOf(user)
	})
	return d.signedOut(user, err)
}

// Disable keeps a user out, or lets it in again, whatever its roles are. Only
// the DGA may, and the console.
func (d *Desk) Disable(ctx context.Context, by Acting, user catalog.OfficerID, disable bool) error {
	as, ok := by.As(rights.IssueFirst, rights.Target{})
	if !ok && !by.isConsole() {
		return rights.Refused()
	}
	if disable && user == by.ID {
		return fault.New(fault.Conflict, fault.Text{TH: "ระงับบัญชีของตนเองไม่ได้", EN: "You can not disable your own account."})
	}
	err := d.Store.Write(ctx, func(r Records) error {
		u, err := r.User(user)
		if err != nil {
			return err
		}
		action := "user.enable"
		u.Disabled = time.Time{}
		if disable {
			action, u.Disabled = "user.disable", d.now()
			if err := r.DropSessionsOf(user); err != nil {
				return err
			}
		}
		e := d.entry(by, action, rights.Scope{}, string(user))
		e.Role = as.Role
		if err := r.Record(e); err != nil {
			return err
		}
		return r.PutUser(u)
	})
	if !disable {
		return err
	}
	return d.signedOut(user, err)
}

// Access is that a person held a role at a moment.
type Access struct {
	Grant
	Name, Email string
}

// AccessOn returns who held which role at a moment, for an agency and all below
// it; with agency "", for all that the acting person manages.
func (d *Desk) AccessOn(ctx context.Context, by Acting, agency catalog.AgencyCode, at time.Time) ([]Access, error) {
	codes, err := d.within(by, rights.ManageStaff, agency)
	if err != nil {
		return nil, err
	}
	return read(ctx, d.Store, func(r Records) ([]Access, error) {
		gs, err := r.GrantsOn(at, codes)
		if err != nil {
			return nil, err
		}
		people := map[catalog.OfficerID]User{}
		out := make([]Access, 0, len(gs))
		for _, g := range gs {
			u, known := people[g.User]
			if !known {
				if u, err = r.User(g.User); err != nil {
					return nil, err
				}
				people[g.User] = u
			}
			out = append(out, Access{g, u.Name, u.Email})
		}
		return out, nil
	})
}

// Log is a part of the trail with the names of those in it.
type Log struct {
	Entries []trail.Entry
	All     int // without the page
	Names   map[catalog.OfficerID]string
}

// Trail returns the entries that the acting person may see, newest first.
func (d *Desk) Trail(ctx context.Context, by Acting, agency catalog.AgencyCode, f trail.Filter) (Log, error) {
	codes, err := d.within(by, rights.SeeTrail, agency)
	if err != nil {
		return Log{}, err
	}
	f.Agencies = codes
	return read(ctx, d.Store, func(r Records) (l Log, err error) {
		if l.All, err = r.CountEntries(f); err != nil {
			return l, err
		}
		if l.Entries, err = r.FindEntries(f); err != nil {
			return l, err
		}
		l.Names = map[catalog.OfficerID]string{}
		for _, e := range l.Entries {
			l.name(r, string(e.Officer))
			l.name(r, e.Subject)
		}
		return l, nil
	})
}

// name looks up the name of an officer, once. What is no officer, and whose name
// was erased, has none.
func (l *Log) name(r Records, subject string) {
	id, err := catalog.ParseOfficerID(subject)
	if _, known := l.Names[id]; known || err != nil {
		return
	}
	if u, err := r.User(id); err == nil {
		l.Names[id] = u.Name
	}
}

// Holders returns who may do an action for an agency now, each once, in the order
// of their ids. It asks for no right: it is told to nobody but who has to know
// whom to tell.
func (d *Desk) Holders(ctx context.Context, a rights.Action, agency catalog.AgencyCode) (ids []catalog.OfficerID, err error) {
	target, err := d.target(rights.Scope{Agency: agency})
	if err != nil {
		return nil, err
	}
	err = d.Store.Read(ctx, func(r Records) error {
		ids = nil
		held, err := r.GrantsOn(d.now(), append([]catalog.AgencyCode{""}, target.Chain...))
		if err != nil {
			return err
		}
		for _, g := range held {
			if (rights.Officer{ID: g.User, Grants: []rights.Grant{g.Grant}}).May(a, target) != nil || slices.Contains(ids, g.User) {
				continue
			}
			u, err := r.User(g.User)
			if err != nil {
				return err
			}
			if u.Disabled.IsZero() {
				ids = append(ids, g.User)
			}
		}
		return nil
	})
	slices.Sort(ids)
	return ids, err
}
