package pages

import (
	"errors"
	"net/http"
	"strconv"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/trail"
)

// noticesPerPage is how many notices one page shows.
const noticesPerPage = 25

// noticesView is what a person was told, and how it wants to be told.
type noticesView struct {
	Shell
	Unread int
	Rows   []NoticeRow
	Prev   string // addresses; "" at the ends
	Next   string
	Mails  bool     // e-mail is sent at all
	Email  string   // where to; "" of who has no address
	Ways   []Option // of being told by e-mail
	Notes  []string // of each way
}

// NoticeRow is one notice.
type NoticeRow struct {
	URL   string
	Topic string
	Title page.Words
	Who   page.Words
	For   page.Words // whose work it is, where that was given to this person
	At    Moment
	Text  page.Words // a reason or a comment; may be empty
	New   bool
	Read  string // where it is marked as read
	Grave bool   // it came back, or was hastened
}

// NoticePath is the path of the page that a notice is about.
func NoticePath(n manuals.Notice) string {
	at := "/manuals/" + string(n.Manual)
	switch {
	case n.Topic == manuals.Deputised:
		return "/me/delegation"
	case licencesPathOf(n) != "":
		return licencesPathOf(n)
	case summaryPathOf(n) != "":
		return summaryPathOf(n)
	case n.Topic == manuals.DueSoon:
		return "/structure/confirm?due=" + string(immediate.Soon)
	case n.Topic == manuals.DueNow:
		return "/structure/confirm"
	case n.Topic == manuals.LateSoon:
		return delaysPath
	case n.Topic == manuals.LateNow:
		return delaysPath + "?view=red"
	case n.Manual == "":
		return "/notices"
	case n.Number > 0:
		return at + "/revisions/" + strconv.Itoa(n.Number)
	case n.Key != "":
		return at + "/draft/" + n.Key
	}
	return at
}

// MailPath is where a person chooses how to be told by e-mail.
const MailPath = "/notices#mail"

// noticesItem is the line of the menu that counts what is not read. A number that
// can not be had is left out: no page fails for it.
func (x *exchange) noticesItem() Item {
	i := x.item("/notices", "menu.notices", "bell")
	i.Badge = "unread"
	if _, unread, err := x.Manuals.Notices(x.ctx(), x.by(), trail.Page{Limit: 1}); err == nil {
		i.Waits = unread
	}
	return i
}

func (x *exchange) noticesPage() error {
	at := x.offset(noticesPerPage)
	list, unread, err := x.Manuals.Notices(x.ctx(), x.by(), trail.Page{Offset: at, Limit: noticesPerPage + 1})
	if err != nil {
		return err
	}
	way, err := x.Manuals.MailWay(x.ctx(), x.by())
	if err != nil {
		return err
	}
	v := noticesView{Shell: x.shell("notices"), Unread: unread, Mails: x.Mails, Email: x.visit.User.Email}
	if at > 0 {
		v.Prev = x.with("page", strconv.Itoa(at/noticesPerPage))
	}
	if len(list) > noticesPerPage {
		list, v.Next = list[:noticesPerPage], x.with("page", strconv.Itoa(at/noticesPerPage+2))
	}
	if v.Rows, err = x.noticeRows(list); err != nil {
		return err
	}
	for _, w := range manuals.Ways {
		v.Ways = append(v.Ways, Option{string(w), x.t("notices.way." + string(w)), w == way})
		v.Notes = append(v.Notes, x.t("notices.way."+string(w)+".note"))
	}
	return x.show(http.StatusOK, "notices", v)
}

func (x *exchange) noticeRows(list []manuals.Notice) ([]NoticeRow, error) {
	var people []catalog.OfficerID
	for _, n := range list {
		people = append(people, n.By, n.For)
	}
	names, err := x.names(people...)
	if err != nil {
		return nil, err
	}
	var rows []NoticeRow
	for _, n := range list {
		r := NoticeRow{
			URL: NoticePath(n), Topic: n.Topic.Name().In(string(x.lang)), Title: x.text(n.Title), Who: x.called(n.By, names), At: x.moment(n.At),
			Text: x.said(n.Text), New: n.Read.IsZero(), Read: "/notices/" + n.ID + "/read", Grave: n.Topic == manuals.Returned || n.Topic == manuals.Hastened,
		}
		if n.By == "" { // the day did it
			r.Who = page.Words{}
		}
		if n.For != "" {
			r.For = x.called(n.For, names)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// readNotices marks all notices as read.
func (x *exchange) readNotices() error {
	if err := x.Manuals.MarkRead(x.ctx(), x.by(), ""); err != nil {
		return err
	}
	return x.done("/notices", "flash.read")
}

// readNotice marks one. A script that follows its link wants no page.
func (x *exchange) readNotice() error {
	if err := x.Manuals.MarkRead(x.ctx(), x.by(), x.r.PathValue("id")); err != nil {
		return err
	}
	return x.lead("/notices")
}

// chooseMail notes how the person wants to be told.
func (x *exchange) chooseMail() error {
	x.back = "/notices"
	if err := x.form(); err != nil {
		return err
	}
	if !x.Mails {
		return fault.New(fault.Conflict, fault.Text{TH: "ระบบนี้ยังไม่ส่งอีเมล", EN: "No e-mail is sent here"},
			fault.Text{TH: "การแจ้งเตือนทั้งหมดอยู่ในหน้านี้", EN: "All notices are on this page."})
	}
	if err := x.Manuals.SetMailWay(x.ctx(), x.by(), manuals.Mail(x.posted("way"))); err != nil {
		return err
	}
	return x.done(MailPath, "flash.mail")
}

// refusable reports whether an error is one that a form shows beside its fields.
func refusable(err error) bool {
	return errors.Is(err, fault.Invalid) || errors.Is(err, fault.Conflict)
}
