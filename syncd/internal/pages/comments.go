package pages

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/satisfaction"
	"khumue/syncd/internal/trail"
)

// commentsPath is where officers read what people wrote.
const commentsPath = "/satisfaction/comments"

const (
	commentsAtOnce = 50
	mostUnread     = 99  // that are counted
	mostSought     = 100 // characters that one may search for
)

// commentsView is ข้อเสนอแนะจากประชาชน.
type commentsView struct {
	Shell
	Unit     Unit
	Point    string
	Of       page.Words
	About    string
	Periods  []OptionGroup
	Manuals  []Option
	Unread   bool // those alone
	Tag      string
	Text     string
	Narrow   bool
	Waits    string // how many are unread; "" where none is
	Rows     []CommentRow
	Pager    Pager
	Asked    string // fields of the address, to come back to
	Report   string // the report with the same filters
	AnyPoint string // the same without the point
}

// CommentRow is a comment.
type CommentRow struct {
	ID      string // of its row
	Key     string // of the comment
	Text    page.Words
	Ask     page.Words // the question
	Point   page.Words
	Of      string     // the comments of the point alone
	Manual  page.Words // "" where it is not told
	When    string     // a month, or a fiscal year where that would tell too much
	Marks   []string   // what is odd about it, in words
	Tags    []CommentTag
	Read    string // by whom and when; "" for unread
	Typed   string // a tag that was refused
	Problem string
}

// CommentTag is a tag of a comment, with what else has it.
type CommentTag struct{ Text, URL string }

// commentsAsked are the fields of the address that the page knows.
func (x *exchange) commentsAsked(page string) string {
	return fields("unit", x.asked("unit"), "point", x.asked("point"), "manual", x.asked("manual"), "period", x.asked("period"),
		"unread", map[bool]string{true: "1"}[x.asked("unread") == "1"], "tag", x.asked("tag"), "q", x.asked("q"), "page", page)
}

func (x *exchange) commentsPage() error { return x.showComments(http.StatusOK, "") }

// showComments shows comments, with what is wrong with a tag of one of them.
func (x *exchange) showComments(status int, key string, problems ...Problem) error {
	q, u, wrong := x.reportAsked()
	v := commentsView{Shell: x.shell("comments", x.link("/satisfaction", "menu.satisfaction")), Unit: u, Periods: x.periods(q.Period), Unread: x.asked("unread") == "1", Tag: answers.Tag(x.asked("tag")), Text: x.asked("q")}
	v.Asked = x.commentsAsked(x.asked("page"))
	v.Path, v.Problems = commentsPath+"?"+v.Asked, append(wrong, problems...)
	if utf8.RuneCountInString(v.Text) > mostSought {
		v.Problems = append(v.Problems, Problem{"q", x.t("comments.q.long", mostSought)})
		return x.show(http.StatusBadRequest, "comments", v)
	}
	if len(wrong) > 0 || u.Typed != "" && u.Code == "" {
		return x.show(status, "comments", v)
	}
	if err := x.mayReport(q); err != nil {
		return err
	}
	told, err := x.Satisfaction.Comments(x.ctx(), q)
	if err != nil {
		return err
	}
	if err := x.aboutComments(&v, q, told); err != nil {
		return err
	}
	f := answers.CommentFilter{Points: told.Points(), From: q.Period.From, To: q.Period.To, Unread: v.Unread, Tag: v.Tag, Text: v.Text}
	if q.Manual != satisfaction.Other {
		f.Procedure = q.Manual
	}
	f.Page = trail.Page{Offset: x.offset(commentsAtOnce), Limit: commentsAtOnce}
	list, more, err := x.Kiosks.Remarks(x.ctx(), f, toldOf(told, q))
	if err != nil {
		return err
	}
	v.Pager = x.pagerMore(f.Page.Offset, commentsAtOnce, more)
	if v.Waits, err = x.unread(f, told, q); err != nil {
		return err
	}
	if err := x.commentRows(&v, list, told, key); err != nil {
		return err
	}
	return x.show(status, "comments", v)
}

// toldOf says whether a comment may be told, and is one that a query asks for.
func toldOf(told *satisfaction.Told, q satisfaction.Query) func(answers.Comment) bool {
	return func(c answers.Comment) bool {
		how, ok := told.Tell(c.Point, c.Day, c.Procedure)
		return ok && (q.Manual == "" || how.Manual && (q.Manual == c.Procedure || q.Manual == satisfaction.Other && c.Procedure == ""))
	}
}

// unread counts the unread comments of a filter, with a plus where there are more.
func (x *exchange) unread(f answers.CommentFilter, told *satisfaction.Told, q satisfaction.Query) (string, error) {
	n, more, err := x.countUnread(f, told, q)
	switch {
	case err != nil || n == 0:
		return "", err
	case more:
		return strconv.Itoa(n) + "+", nil
	}
	return strconv.Itoa(n), nil
}

func (x *exchange) countUnread(f answers.CommentFilter, told *satisfaction.Told, q satisfaction.Query) (n int, more bool, err error) {
	f.Unread, f.Page = true, trail.Page{Limit: mostUnread}
	list, more, err := x.Kiosks.Remarks(x.ctx(), f, toldOf(told, q))
	return len(list), more, err
}

// commentsItem is the line of the menu that counts the unread comments of this
// fiscal year, on pages of reports: elsewhere it would take too long for what it
// is. A number that can not be had is left out: no page fails for it.
func (x *exchange) commentsItem() Item {
	i := x.item("/satisfaction/comments", "menu.comments", "talk")
	if x.r.URL.Path != "/satisfaction" && !i.Current {
		return i
	}
	i.Badge = "comments"
	var q satisfaction.Query
	q.Unit, q.Point = x.ownPlace()
	q.Period = x.today().FiscalYear().Period()
	if x.mayReport(q) != nil {
		return i
	}
	told, err := x.Satisfaction.Comments(x.ctx(), q)
	if err != nil {
		return i
	}
	if n, _, err := x.countUnread(answers.CommentFilter{Points: told.Points(), From: q.Period.From, To: q.Period.To}, told, q); err == nil {
		i.Waits = n
	}
	return i
}

// commentsWith is the address of the first page with a field changed.
func (x *exchange) commentsWith(name, value string) string {
	q, err := url.ParseQuery(x.commentsAsked(""))
	if err != nil {
		return commentsPath
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return commentsPath + "?" + q.Encode()
}

// pagerMore is the pager of a list whose length nobody counts.
func (x *exchange) pagerMore(offset, size int, more bool) Pager {
	if offset == 0 && !more {
		return Pager{}
	}
	n := offset/size + 1
	p := Pager{Text: x.t("comments.page", n)}
	if n > 1 {
		p.Prev = commentsPath + "?" + x.commentsAsked(strconv.Itoa(n-1))
	}
	if more {
		p.Next = commentsPath + "?" + x.commentsAsked(strconv.Itoa(n+1))
	}
	return p
}

// aboutComments says whose comments these are, and fills the filters in.
func (x *exchange) aboutComments(v *commentsView, q satisfaction.Query, told *satisfaction.Told) error {
	var of satisfactionView
	if err := x.aboutReport(&of, &satisfaction.Report{Query: q}); err != nil {
		return err
	}
	v.Of, v.About = of.Of, of.About
	v.Point = string(q.Point)
	if q.Point != "" {
		v.AnyPoint = x.commentsWith("point", "")
	}
	if err := x.commentManuals(v, told.Manuals(), q.Manual); err != nil {
		return err
	}
	v.Narrow = x.r.URL.RawQuery != ""
	v.Report = "/satisfaction?" + fields("unit", x.asked("unit"), "point", x.asked("point"), "manual", x.asked("manual"), "period", x.asked("period"))
	return nil
}

// mostCommentManuals is how many manuals there are to choose from.
const mostCommentManuals = 200

// commentManuals are the manuals of which comments may be told, to choose from.
func (x *exchange) commentManuals(v *commentsView, ids []catalog.ManualID, chosen catalog.ManualID) error {
	ids = ids[:min(len(ids), mostCommentManuals)]
	if chosen != "" && chosen != satisfaction.Other && !slices.Contains(ids, chosen) {
		ids = append(ids, chosen)
	}
	if len(ids) == 0 && chosen == "" {
		return nil
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	titles, err := x.Satisfaction.Titles(names...)
	if err != nil {
		return err
	}
	v.Manuals = []Option{{"", x.t("satisfaction.any-manual"), chosen == ""}}
	for _, id := range names {
		v.Manuals = append(v.Manuals, Option{id, x.manualName(id, titles[id]).Text, id == string(chosen)})
	}
	v.Manuals = append(v.Manuals, Option{string(satisfaction.Other), x.t("satisfaction.other"), chosen == satisfaction.Other})
	return nil
}

func (x *exchange) commentRows(v *commentsView, list []answers.Comment, told *satisfaction.Told, key string) error {
	titles, questions, err := x.commentTitles(list)
	if err != nil {
		return err
	}
	var readers []catalog.OfficerID
	for _, c := range list {
		readers = append(readers, c.ReadBy)
	}
	names, err := x.names(readers...)
	if err != nil {
		return err
	}
	for i, c := range list {
		how, _ := told.Tell(c.Point, c.Day, c.Procedure)
		text, _ := survey.Mask(c.Text) // it was when it came, by the rules of then
		row := CommentRow{ID: "c-" + strconv.Itoa(i+1), Key: c.ID, Text: x.said(text), Ask: questions[c.Form+" "+c.Question], Point: page.Words{Text: string(c.Point)}, Of: x.commentsWith("point", string(c.Point)), Marks: x.marks(c.Marks)}
		if _, name, ok := x.Satisfaction.Places.Point(c.Point); ok {
			row.Point = x.text(name)
		}
		row.When = how.Year.Text(string(x.lang))
		if how.Month {
			row.When = calendar.MonthOf(c.Day).Long(string(x.lang))
		}
		if how.Manual && c.Procedure != "" {
			row.Manual = x.manualName(string(c.Procedure), titles[string(c.Procedure)])
		}
		for _, t := range c.Tags {
			row.Tags = append(row.Tags, CommentTag{t, x.commentsWith("tag", t)})
		}
		if !c.Read.IsZero() {
			row.Read = x.t("comments.read.by", x.called(c.ReadBy, names).Text, x.day(c.Read).Text)
		}
		if c.ID == key {
			row.Typed, row.Problem = x.posted("tag"), v.Wrong("tag")
			for n := range v.Problems {
				if v.Problems[n].Field == "tag" {
					v.Problems[n].Field = row.ID + "-tag"
				}
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return nil
}

// commentTitles are the titles of the manuals, and the questions, of comments.
func (x *exchange) commentTitles(list []answers.Comment) (titles map[string]catalog.Text, questions map[string]page.Words, err error) {
	var ids []string
	for _, c := range list {
		if c.Procedure != "" && !slices.Contains(ids, string(c.Procedure)) {
			ids = append(ids, string(c.Procedure))
		}
	}
	if titles, err = x.Satisfaction.Titles(ids...); err != nil {
		return nil, nil, err
	}
	questions = map[string]page.Words{}
	for _, set := range x.Satisfaction.Sets() {
		for _, q := range set.Questions {
			questions[set.ID+" "+q.Code] = x.text(q.Text)
		}
	}
	return titles, questions, nil
}

// reportItems are the lines of the menu about answers.
func (x *exchange) reportItems() []Item {
	report := x.item("/satisfaction", "menu.satisfaction", "chart")
	report.Current = x.r.URL.Path == report.URL
	out := []Item{report, x.commentsItem()}
	if x.by().MayAnywhere(rights.EditQuestions) {
		out = append(out, x.item("/satisfaction/asides", "menu.asides", "warning"))
	}
	return out
}

// oddities are the marks of answers that a reader is told of, in order.
var oddities = []struct {
	mark answers.Marks
	word string
}{
	{answers.Bait, "bait"}, {answers.Flood, "flood"}, {answers.Repeated, "repeated"}, {answers.Clock, "clock"}, {answers.NoPoint, "point"}, {answers.NoManual, "manual"}, {answers.WasMasked, "masked"},
}

func (x *exchange) marks(m answers.Marks) (out []string) {
	for _, o := range oddities {
		if m&o.mark != 0 {
			out = append(out, x.t("comments.mark."+o.word))
		}
	}
	return out
}

// agencyOf tells to which agency a point belongs.
func (x *exchange) agencyOf(code catalog.PointCode) catalog.AgencyCode {
	agency, _, _ := x.Satisfaction.Places.Point(code)
	return agency
}

// commentsBack is the page from which a form came.
func (x *exchange) commentsBack() string {
	return commentsPath + "?" + x.commentsAsked(x.asked("page"))
}

// readComments marks comments as read: the one whose button was pressed, or those
// that are ticked.
func (x *exchange) readComments() error {
	x.back = x.commentsBack()
	if err := x.form(); err != nil {
		return err
	}
	ids := x.r.PostForm["id"]
	if one := x.posted("one"); one != "" {
		ids = []string{one}
	}
	if len(ids) == 0 {
		return x.showComments(http.StatusBadRequest, "", Problem{"comments", x.t("comments.none-ticked")})
	}
	if len(ids) > commentsAtOnce {
		return notHere()
	}
	if err := x.Kiosks.ReadRemarks(x.ctx(), x.by(), x.agencyOf, ids...); err != nil {
		return missingRemark(err)
	}
	return x.done(x.back, "flash.comments.read", strconv.Itoa(len(ids)))
}

// tagComment gives a comment a tag, or takes one away.
func (x *exchange) tagComment() error {
	x.back = x.commentsBack()
	if err := x.form(); err != nil {
		return err
	}
	id, away := x.posted("id"), x.posted("away")
	err := x.Kiosks.TagRemark(x.ctx(), x.by(), x.agencyOf, id, cmp.Or(away, x.posted("tag")), away != "")
	var told *fault.Error
	if errors.As(err, &told) && (errors.Is(err, fault.Invalid) || errors.Is(err, fault.Conflict)) {
		return x.showComments(statusOf(err), id, Problem{"tag", told.What.In(string(x.lang)) + " " + told.Hint.In(string(x.lang))})
	}
	if err != nil {
		return missingRemark(err)
	}
	return x.done(x.back, "flash.comments.tag")
}

// missingRemark says of a comment that the person may not see that there is none.
func missingRemark(err error) error {
	if errors.Is(err, fault.Forbidden) {
		return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบความเห็นนี้", EN: "There is no such comment"},
			fault.Text{TH: "กลับไปเลือกจากรายการความเห็น", EN: "Go back and choose from the list of comments."})
	}
	return err
}

// mayPublishScores is where the person lets an agency's figure be public; "" where
// it may not, or it is public already.
func (x *exchange) mayPublishScores(code catalog.AgencyCode) string {
	a, ok := x.Structure.Agency(code)
	if !ok || a.PublishScores || x.by().May(rights.EditProfile, x.pointTarget(code, "")) != nil {
		return ""
	}
	return "/agencies/" + url.PathEscape(string(code)) + "/edit#publish_scores"
}
