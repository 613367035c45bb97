package cargo

import (
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/licence"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// The bodies are types of their own, of plain texts: what a desk holds may be renamed
// without an office of last year noticing.

// PersonBody is an officer with what it holds within the office's scope. It has no
// e-mail address, and nothing by which one signs in.
type PersonBody struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Created  time.Time   `json:"created"`
	Disabled time.Time   `json:"disabled,omitzero"`
	Grants   []GrantBody `json:"grants"`
}

// GrantBody is a role that an officer holds.
type GrantBody struct {
	ID     string    `json:"id"`
	Role   string    `json:"role"`
	Agency string    `json:"agency"`
	Point  string    `json:"point,omitempty"`
	Source string    `json:"source"`
	From   time.Time `json:"from"`
	By     string    `json:"by,omitempty"`
}

// PersonOf is the body of an officer, with grants that are told.
func PersonOf(u staff.User, grants []staff.Grant) PersonBody {
	b := PersonBody{ID: string(u.ID), Name: u.Name, Created: u.Created, Disabled: u.Disabled}
	for _, g := range grants {
		b.Grants = append(b.Grants, GrantBody{g.ID, string(g.Role), string(g.Scope.Agency), string(g.Scope.Point), string(g.Source), g.From, string(g.By)})
	}
	return b
}

// Person is the officer, with its grants.
func (b PersonBody) Person() staff.User {
	u := staff.User{ID: catalog.OfficerID(b.ID), Name: b.Name, Created: b.Created, Disabled: b.Disabled}
	for _, g := range b.Grants {
		u.Grants = append(u.Grants, staff.Grant{
			Grant: rights.Grant{Role: catalog.Role(g.Role), Scope: rights.Scope{Agency: catalog.AgencyCode(g.Agency), Point: catalog.PointCode(g.Point)}},
			ID:    g.ID, User: u.ID, Source: staff.Source(g.Source), From: g.From, By: catalog.OfficerID(g.By),
		})
	}
	return u
}

// ReportBody is a monthly report with those that it replaced, oldest first.
type ReportBody struct {
	Agency   string         `json:"agency"`
	Point    string         `json:"point"`
	Process  string         `json:"process"`
	Month    calendar.Month `json:"month"`
	Edition  int            `json:"edition"`
	Filed    FilingBody     `json:"filed,omitzero"`
	Draft    FilingBody     `json:"draft,omitzero"`
	Unlock   string         `json:"unlock,omitempty"` // id of the latest
	Versions []FilingBody   `json:"versions,omitempty"`
}

// FilingBody is what was handed in, or drafted, of a report.
type FilingBody struct {
	Entry   licence.Entry `json:"entry"`
	Version int           `json:"version,omitempty"`
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
	Cause   string        `json:"cause,omitempty"`
}

// IsZero reports whether nothing was.
func (b FilingBody) IsZero() bool { return b.At.IsZero() && b.Version == 0 }

// ReportID is the id of a report among those of its kind.
func ReportID(k licence.Key) string {
	return string(k.Point) + " " + string(k.Process) + " " + k.Month.ISO()
}

// ReportOf is the body of a report of an agency's point, without versions.
func ReportOf(agency catalog.AgencyCode, r licence.Report) ReportBody {
	b := ReportBody{Agency: string(agency), Point: string(r.Point), Process: string(r.Process), Month: r.Month, Edition: r.Edition, Filed: FilingOf(r.Filed), Unlock: r.Unlock.ID}
	if !r.Draft.At.IsZero() {
		b.Draft = FilingBody{Entry: r.Draft.Entry, At: r.Draft.At, By: string(r.Draft.By)}
	}
	return b
}

// FilingOf is the body of what was handed in.
func FilingOf(f licence.Filing) FilingBody {
	return FilingBody{f.Entry, f.Version, f.At, string(f.By), string(f.Cause)}
}

// Filing is what was handed in.
func (b FilingBody) Filing() licence.Filing {
	return licence.Filing{Entry: b.Entry, Version: b.Version, At: b.At, By: catalog.OfficerID(b.By), Cause: licence.Cause(b.Cause)}
}

// Report is the report; of its unlock the id alone.
func (b ReportBody) Report() licence.Report {
	return licence.Report{
		Key:     licence.Key{Point: catalog.PointCode(b.Point), Process: catalog.ProcessID(b.Process), Month: b.Month},
		Edition: b.Edition, Filed: b.Filed.Filing(), Unlock: licence.Unlock{ID: b.Unlock},
		Draft: licence.Sketch{Entry: b.Draft.Entry, At: b.Draft.At, By: catalog.OfficerID(b.Draft.By)},
	}
}

// UnlockBody is a request for a report to be opened.
type UnlockBody struct {
	ID      string         `json:"id"`
	Agency  string         `json:"agency"`
	Point   string         `json:"point"`
	Process string         `json:"process"`
	Month   calendar.Month `json:"month"`
	Asked   time.Time      `json:"asked"`
	By      string         `json:"by"`
	Reason  string         `json:"reason"`
	Decided time.Time      `json:"decided,omitzero"`
	Judge   string         `json:"judge,omitempty"`
	Granted bool           `json:"granted,omitempty"`
	Answer  string         `json:"answer,omitempty"`
	Until   time.Time      `json:"until,omitzero"`
	Used    time.Time      `json:"used,omitzero"`
	Told    bool           `json:"told,omitempty"`
}

// UnlockOf is the body of a request.
func UnlockOf(q licences.Request) UnlockBody {
	return UnlockBody{q.ID, string(q.Agency), string(q.Point), string(q.Process), q.Month, q.Asked, string(q.By), q.Reason, q.Decided, string(q.Judge), q.Granted, q.Answer, q.Until, q.Used, q.Told}
}

// Request is the request.
func (b UnlockBody) Request() licences.Request {
	return licences.Request{
		Unlock: licence.Unlock{ID: b.ID, Asked: b.Asked, By: catalog.OfficerID(b.By), Reason: b.Reason, Decided: b.Decided, Judge: catalog.OfficerID(b.Judge), Granted: b.Granted, Answer: b.Answer, Until: b.Until, Used: b.Used},
		Key:    licence.Key{Point: catalog.PointCode(b.Point), Process: catalog.ProcessID(b.Process), Month: b.Month},
		Agency: catalog.AgencyCode(b.Agency), Told: b.Told,
	}
}

// PostBody is what a point has to report on.
type PostBody struct {
	Point  string          `json:"point"`
	Agency string          `json:"agency"`
	Held   []licences.Held `json:"held"`
}

// Post is what it has to report on.
func (b PostBody) Post() licences.Post {
	return licences.Post{Point: catalog.PointCode(b.Point), Agency: catalog.AgencyCode(b.Agency), Held: b.Held}
}

// CaseBody is a late request, without the applicant and the code.
type CaseBody struct {
	ID        string        `json:"id"`
	Version   int           `json:"version"`
	Agency    string        `json:"agency"`
	Point     string        `json:"point"`
	Manual    string        `json:"manual"`
	TitleTH   string        `json:"title_th"`
	TitleEN   string        `json:"title_en,omitempty"`
	Revision  int           `json:"revision"`
	Commit    string        `json:"commit"`
	Request   string        `json:"request"`
	Filed     calendar.Date `json:"filed"`
	Complete  calendar.Date `json:"complete"`
	Promised  int           `json:"promised"`
	Unit      string        `json:"unit"`
	Due       calendar.Date `json:"due"`
	Province  string        `json:"province,omitempty"`
	State     string        `json:"state"`
	Ended     calendar.Date `json:"ended,omitzero"`
	Result    string        `json:"result,omitempty"`
	Notified  calendar.Date `json:"notified,omitzero"`
	NoticeWay string        `json:"notice_way,omitempty"`
	Letters   []LetterBody  `json:"letters,omitempty"`
	Lookup    string        `json:"lookup"`
	Wakes     calendar.Date `json:"wakes,omitzero"`
	Erased    time.Time     `json:"erased,omitzero"`
	Opened    time.Time     `json:"opened"`
	OpenedBy  string        `json:"opened_by"`
	Sealed    []byte        `json:"sealed,omitempty"` // the delays.Private, as JSON, sealed for the device; nil where the office may not know it
}

// LetterBody is a letter of a late request.
type LetterBody struct {
	Seq      int           `json:"seq"`
	Number   string        `json:"number"`
	Date     calendar.Date `json:"date"`
	Reason   string        `json:"reason"`
	Text     string        `json:"text,omitempty"`
	Expected calendar.Date `json:"expected"`
	Signer   string        `json:"signer,omitempty"`
	Position string        `json:"position,omitempty"`
	Way      string        `json:"way,omitempty"`
	Sent     calendar.Date `json:"sent,omitzero"`
	Copied   calendar.Date `json:"copied,omitzero"`
}

// CaseOf is the body of a late request, without what is sealed.
func CaseOf(v delays.Record) CaseBody {
	c := v.Case
	b := CaseBody{
		ID: v.ID, Version: v.Version, Agency: string(v.Agency), Point: string(v.Point), Manual: string(v.Manual), TitleTH: v.Title.TH, TitleEN: v.Title.EN,
		Revision: v.Revision, Commit: v.Commit, Request: c.Request, Filed: c.Filed, Complete: c.Complete, Promised: c.Promised.Value, Unit: string(c.Promised.Unit),
		Due: c.Due, Province: c.Province, State: string(c.State), Ended: c.Ended, Result: string(c.Result), Notified: c.Notified, NoticeWay: string(c.NoticeWay),
		Lookup: v.Lookup, Wakes: v.Wakes, Erased: v.Erased, Opened: v.Opened, OpenedBy: string(v.OpenedBy),
	}
	for _, l := range c.Letters {
		b.Letters = append(b.Letters, LetterBody{l.Seq, l.Number, l.Date, string(l.Reason), l.Text, l.Expected, l.Signer, l.Position, string(l.Way), l.Sent, l.Copied})
	}
	return b
}

// Record is the late request, without what is sealed.
func (b CaseBody) Record() delays.Record {
	v := delays.Record{
		ID: b.ID, Version: b.Version, Agency: catalog.AgencyCode(b.Agency), Point: catalog.PointCode(b.Point), Manual: catalog.ManualID(b.Manual),
		Title: catalog.Text{TH: b.TitleTH, EN: b.TitleEN}, Revision: b.Revision, Commit: b.Commit,
		Case: delay.Case{
			Request: b.Request, Filed: b.Filed, Complete: b.Complete, Promised: catalog.Duration{Value: b.Promised, Unit: catalog.TimeUnit(b.Unit)}, Due: b.Due,
			Province: b.Province, State: delay.State(b.State), Ended: b.Ended, Result: delay.Result(b.Result), Notified: b.Notified, NoticeWay: delay.Way(b.NoticeWay),
		},
		Lookup: b.Lookup, Wakes: b.Wakes, Erased: b.Erased, Opened: b.Opened, OpenedBy: catalog.OfficerID(b.OpenedBy),
	}
	for _, l := range b.Letters {
		v.Case.Letters = append(v.Case.Letters, delay.Letter{Seq: l.Seq, Number: l.Number, Date: l.Date, Reason: delay.Reason(l.Reason), Text: l.Text, Expected: l.Expected,
			Signer: l.Signer, Position: l.Position, Way: delay.Way(l.Way), Sent: l.Sent, Copied: l.Copied})
	}
	return v
}

// SettingBody is a setting of the centre.
type SettingBody struct {
	Value string `json:"value"`
}

// Packed is the body of a record's change: its JSON, packed in its turn on the page.
type Packed struct {
	Data []byte `json:"data"`
}
