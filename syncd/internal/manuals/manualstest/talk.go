package manualstest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/trail"
)

// Comment is the n-th of the tests, on a manual.
func Comment(n int, m catalog.ManualID) manuals.Comment {
	return manuals.Comment{ID: uuid(n), Manual: m, Number: n, Field: "fees[0].amount", By: id(n), At: at(n), Text: "ค่าธรรมเนียม\nควรเป็น 200"}
}

func comments(t *testing.T, b Book) {
	m := ID("dlt", 1)
	first, second, other := Comment(1, m), Comment(2, m), Comment(3, ID("dlt", 2))
	second.Number, second.Key, second.Field, second.At = 0, "aaaaab", "", first.At
	b.put(second, first, other)
	of := func(m catalog.ManualID) []manuals.Comment {
		return Read(b, func(r manuals.Records) ([]manuals.Comment, error) { return r.Comments(m) })
	}
	equal(t, "of a manual, oldest first, and as they came within a moment", of(m), []manuals.Comment{first, second})
	equal(t, "of a manual of which nothing was said", len(of(ID("dlt", 9))), 0)
	first.Text, first.Removed = "", at(60)
	second.Number, second.Key = 4, ""
	b.put(first, second)
	equal(t, "one that was taken back, and one of a draft that got its number", of(m), []manuals.Comment{first, second})
}

// Delegation is the n-th of the tests, between days of a month.
func Delegation(n int, from, to catalog.OfficerID, first, last int) manuals.Delegation {
	day := func(d int) time.Time { return calendar.NewDate(2026, time.November, d).Start().UTC() }
	return manuals.Delegation{ID: uuid(n), From: from, To: to, Role: catalog.RoleReviewer, Agency: "dlt", First: day(first), Last: day(last), Made: at(n)}
}

func delegations(t *testing.T, b Book) {
	first, second, third := Delegation(1, id(1), id(2), 10, 12), Delegation(2, id(3), id(1), 12, 12), Delegation(3, id(2), id(3), 11, 20)
	second.Role, second.Agency = catalog.RoleOPDC, ""
	noon := time.Date(2026, time.November, 15, 5, 0, 0, 0, time.UTC)
	third.Ended = noon
	b.put(third, first, second)
	for _, c := range []struct {
		name string
		at   time.Time
		want []manuals.Delegation
	}{
		{"a moment before the first day", first.First.Add(-time.Microsecond), nil},
		{"the beginning of the first day", first.First, []manuals.Delegation{first}},
		{"on the last day", first.Last.Add(time.Hour), []manuals.Delegation{first, second, third}},
		{"the last moment of the last day", first.Last.AddDate(0, 0, 1).Add(-time.Microsecond), []manuals.Delegation{first, second, third}},
		{"the day after the last", first.Last.AddDate(0, 0, 1), []manuals.Delegation{third}},
		{"a moment before one is taken back", noon.Add(-time.Microsecond), []manuals.Delegation{third}},
		{"once it is taken back", noon, nil},
	} {
		equal(t, c.name, Read(b, func(r manuals.Records) ([]manuals.Delegation, error) { return r.Delegations(c.at) }), c.want)
	}
	of := func(who catalog.OfficerID) []manuals.Delegation {
		return Read(b, func(r manuals.Records) ([]manuals.Delegation, error) { return r.DelegationsOf(who) })
	}
	equal(t, "from and to a person, the latest first", of(id(1)), []manuals.Delegation{second, first})
	equal(t, "those that are over too", of(id(3)), []manuals.Delegation{third, second})
	equal(t, "of nobody", len(of(id(9))), 0)
	first.Ended = first.First
	b.put(first)
	equal(t, "one that was taken back before it began", len(Read(b, func(r manuals.Records) ([]manuals.Delegation, error) { return r.Delegations(first.First) })), 0)
	equal(t, "is kept", of(id(1))[1], first)
}

// Notice is the n-th of the tests, to a person.
func Notice(n int, to catalog.OfficerID) manuals.Notice {
	return manuals.Notice{ID: uuid(n), To: to, Topic: manuals.Awaits, Manual: ID("dlt", n), Number: n, Title: catalog.Text{TH: "ใบขับขี่", EN: "Licence"},
		By: id(90), At: at(n), Text: "เหตุผล", For: id(91)}
}

func notices(t *testing.T, b Book) {
	first, second, third, other := Notice(1, id(1)), Notice(2, id(1)), Notice(3, id(1)), Notice(4, id(2))
	second.Number, second.Key, second.Title.EN, second.By, second.For, second.Text = 0, "aaaaab", "", "", "", ""
	third.At, third.Read, third.Mailed = second.At, at(50), at(51)
	b.put(third, first, second, other)
	of := func(who catalog.OfficerID, p trail.Page) []manuals.Notice {
		return Read(b, func(r manuals.Records) ([]manuals.Notice, error) { return r.Notices(who, p) })
	}
	unread := func(who catalog.OfficerID) int {
		return Read(b, func(r manuals.Records) (int, error) { return r.CountUnread(who) })
	}
	equal(t, "a person's, the latest first", of(id(1), trail.Page{}), []manuals.Notice{third, second, first})
	equal(t, "a page", of(id(1), trail.Page{Offset: 1, Limit: 1}), []manuals.Notice{second})
	equal(t, "nobody's", len(of(id(9), trail.Page{})), 0)
	equal(t, "what is not read", unread(id(1)), 2)
	equal(t, "of nobody", unread(id(9)), 0)
	b.Refuse("a second of one id", fault.Conflict, func(r manuals.Records) error { return r.AddNotice(Notice(1, id(5))) })

	read := func(who catalog.OfficerID, n string, when int) {
		b.Write(func(r manuals.Records) error { return r.MarkRead(who, n, at(when)) })
	}
	b.Refuse("reading what is another's", fault.NotFound, func(r manuals.Records) error { return r.MarkRead(id(1), other.ID, at(60)) })
	b.Refuse("reading what there is not", fault.NotFound, func(r manuals.Records) error { return r.MarkRead(id(1), uuid(99), at(60)) })
	read(id(1), first.ID, 60)
	read(id(1), first.ID, 61)
	first.Read = at(60)
	equal(t, "when it was read first", of(id(1), trail.Page{}), []manuals.Notice{third, second, first})
	equal(t, "one less", unread(id(1)), 1)
	read(id(1), "", 62)
	read(id(1), "", 63)
	second.Read = at(62)
	equal(t, "all that was not read", of(id(1), trail.Page{}), []manuals.Notice{third, second, first})
	equal(t, "none left", unread(id(1)), 0)
	equal(t, "but another's", unread(id(2)), 1)

	forget := func(before int) (n int) {
		b.Write(func(r manuals.Records) (err error) { n, err = r.ForgetNotices(at(before)); return err })
		return n
	}
	equal(t, "none is that old", forget(1), 0)
	equal(t, "of before a moment", forget(2), 1)
	equal(t, "the others stay", of(id(1), trail.Page{}), []manuals.Notice{third, second})
	equal(t, "all", forget(100), 3)
}

func mail(t *testing.T, b Book) {
	without, disabled := stafftest.User(4), stafftest.User(5)
	without.Email, disabled.Disabled = "", at(1)
	b.People.Write(func(r staff.Records) error {
		return errors.Join(r.PutUser(stafftest.User(1)), r.PutUser(stafftest.User(2)), r.PutUser(stafftest.User(3)), r.PutUser(without), r.PutUser(disabled))
	})
	way := func(who catalog.OfficerID) manuals.Mail {
		return Read(b, func(r manuals.Records) (manuals.Mail, error) { return r.MailOf(who) })
	}
	equal(t, "once a day unless another way was chosen", way(id(1)), manuals.MailDaily)
	b.Write(func(r manuals.Records) error {
		return errors.Join(r.SetMailOf(id(2), manuals.MailDaily), r.SetMailOf(id(2), manuals.MailEach), r.SetMailOf(id(3), manuals.MailNone))
	})
	equal(t, "the last choice", way(id(2)), manuals.MailEach)
	b.Refuse("a way that there is not", fault.Invalid, func(r manuals.Records) error { return r.SetMailOf(id(1), "weekly") })

	all := map[int]manuals.Notice{}
	for n, to := range map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 1, 7: 2, 8: 9, 9: 1} {
		all[n] = Notice(n, id(to))
		if n == 9 {
			v := all[n]
			v.Mailed = at(20)
			all[n] = v
		}
		b.put(all[n])
	}
	mailed := func(n int) manuals.Notice {
		v := all[n]
		for i := range 3 {
			if u := stafftest.User(i + 1); u.ID == v.To {
				v.Address = u.Email
			}
		}
		return v
	}
	due := func(w manuals.Mail, before, limit int) []manuals.Notice {
		return Read(b, func(r manuals.Records) ([]manuals.Notice, error) { return r.DueMail(w, at(before), limit) })
	}
	equal(t, "who has no address, is disabled or unknown gets none, nor what was mailed", due(manuals.MailDaily, 100, 10), []manuals.Notice{mailed(1), mailed(6)})
	equal(t, "of before a moment", due(manuals.MailDaily, 6, 10), []manuals.Notice{mailed(1)})
	equal(t, "each, oldest first", due(manuals.MailEach, 100, 10), []manuals.Notice{mailed(2), mailed(7)})
	equal(t, "a few", due(manuals.MailEach, 100, 1), []manuals.Notice{mailed(2)})
	equal(t, "none at all", len(due(manuals.MailEach, 100, 0)), 0)
	b.Write(func(r manuals.Records) error { return r.SetMailOf(id(2), manuals.MailDaily) })
	both := []manuals.Notice{mailed(1), mailed(6), mailed(2), mailed(7)}
	if id(2) < id(1) {
		both = []manuals.Notice{mailed(2), mailed(7), mailed(1), mailed(6)}
	}
	equal(t, "by person", due(manuals.MailDaily, 100, 10), both)
	b.Write(func(r manuals.Records) error {
		return errors.Join(r.MarkMailed([]string{uuid(2), uuid(6), uuid(9), uuid(99)}, at(70)), r.MarkMailed(nil, at(71)), r.MarkMailed([]string{uuid(2)}, at(72)))
	})
	left := due(manuals.MailDaily, 100, 10)
	equal(t, "what was mailed is not due", len(left), 2)
	for _, n := range Read(b, func(r manuals.Records) ([]manuals.Notice, error) { return r.Notices(id(2), trail.Page{}) }) {
		if n.ID == uuid(2) {
			equal(t, "when it was mailed first, and notices of a list have no address", n, func() manuals.Notice { v := all[2]; v.Mailed = at(70); return v }())
		}
	}
}

func texts(t *testing.T, b Book) {
	m := Manual(1, "dlt")
	m.Title.TH, m.Names = "O'Brien; -- \"ขวัญ\" \\ \u00e9 𝒳 "+strings.Repeat("ก", 2000), "<b>"
	b.put(m)
	equal(t, "text comes back as it was", Read(b, func(r manuals.Records) (manuals.Manual, error) { return r.Manual(m.ID) }), m)
	for name, bad := range map[string]string{"a NUL": "a\x00b", "no UTF-8": "a\xffb"} {
		m.Title.EN = bad
		b.Refuse(name, fault.Invalid, func(r manuals.Records) error { return r.PutManual(m) })
	}
	b.Refuse("looking for a NUL", fault.Invalid, func(r manuals.Records) error { _, err := r.Manuals(manuals.Filter{Text: "a\x00b"}); return err })
	equal(t, "what is no UTF-8 is looked for in vain", Read(b, func(r manuals.Records) (int, error) { return r.CountManuals(manuals.Filter{Text: "\xff"}) }), 0)
}
