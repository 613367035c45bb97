package pages

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/internal/page"
	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// officeAsksPath is where people decide of what could not be done.
const officeAsksPath = officesPath + "/attention"

const (
	officeAsksAtOnce = 50
	mostReason       = 500 // characters
)

// officeAsksView is รายการจากสำนักงานที่ต้องตัดสิน.
type officeAsksView struct {
	Shell
	Rows   []OfficeAsk
	Asides []OfficeAside
	Pager  string // address of the next page; "" at the end
	Prev   string
	Here   string
	Most   int // characters of a reason
	Open   string
	Reason string // as typed, for the one that is open
}

// OfficeAsk is an operation that a person has to decide of.
type OfficeAsk struct {
	ID       string
	Kind     string
	About    About
	Machine  page.Words
	Place    page.Words
	Who      page.Words
	Done     Moment // at the office, by its clock
	Received Moment
	Held     string // since when it waits, in words
	Why      page.Words
	Code     string
	Tries    int
	Both     []BothRow
}

// OfficeAside is what could not be kept under its id.
type OfficeAside struct {
	Kind     string
	Why      string
	Machine  page.Words
	Received Moment
	ID       string
}

// About is what an operation is about, and where that is seen.
type About struct {
	Name page.Words
	URL  string
}

// BothRow is a value that both sides changed.
type BothRow struct{ Label, Mine, Theirs page.Words }

// deedKinds are the kinds of operations in words, by what they begin with.
var deedKinds = []struct{ prefix, word string }{
	{deeds.Content, "content"}, {deeds.Manual, "manual"}, {deeds.Licence, "licence"}, {deeds.Delay, "delay"}, {deeds.Comment, "comment"}, {deeds.Survey, "survey"},
}

// deedWord is the word of a kind.
func deedWord(kind string) string {
	for _, k := range deedKinds {
		if strings.HasPrefix(kind, k.prefix) {
			return k.word
		}
	}
	return "other"
}

func (x *exchange) deedKind(kind string) string {
	if verb, ok := strings.CutPrefix(kind, deeds.Manual); ok && slices.Contains(deedVerbs, verb) {
		return x.t("deed.verb." + verb)
	}
	return x.t("deed." + deedWord(kind))
}

// deedVerbs are the steps on manuals that have words of their own.
var deedVerbs = []string{"begin", "save", "rebase", "submit", "endorse", "return", "recall", "give-up"}

// knownAs is what something is called as it is published; where it is not, else.
func (x *exchange) knownAs(id, otherwise string) page.Words {
	if x.Direct != nil {
		if titles, err := x.Direct.Titles(id); err == nil && titles[id].TH != "" {
			return x.text(titles[id])
		}
	}
	return page.Words{Text: otherwise}
}

// caseName is what a late request is called: its number and what was asked for.
func (x *exchange) caseName(id string) page.Words {
	if x.Late != nil {
		if s, err := x.Late.Case(x.ctx(), x.by(), id); err == nil {
			return x.said(s.Case.Request + " · " + s.Title.In(x.lang))
		}
	}
	return page.Words{Text: x.t("deed.case")}
}

// deedAbout is what an operation's entity is called, and its page.
func (x *exchange) deedAbout(entity string) About {
	what, id, _ := strings.Cut(entity, ":")
	switch what {
	case "manual":
		return About{x.knownAs(id, x.t("deed.the-manual", id)), manualURL(catalog.ManualID(url.PathEscape(id)))}
	case "case":
		return About{x.caseName(id), delayURL(url.PathEscape(id))}
	case "reports":
		return About{x.pointName(catalog.PointCode(id)), gridPath(catalog.PointCode(url.PathEscape(id)))}
	case "file":
		return x.aboutFile(id)
	}
	return About{}
}

func (x *exchange) aboutFile(path string) About {
	at, ok := corpus.FileAt(path)
	if !ok {
		return About{Name: page.Words{Text: path}}
	}
	safe := url.PathEscape(at.Name)
	switch at.Kind {
	case corpus.AgencyFile:
		return About{x.unit(rights.Scope{Agency: catalog.AgencyCode(at.Name)}), "/structure?" + fields("unit", at.Name)}
	case corpus.PointFile:
		return About{x.unit(rights.Scope{Agency: at.Owner, Point: catalog.PointCode(at.Name)}), "/points/" + safe}
	case corpus.ProcessFile:
		return About{x.knownAs(at.Name, at.Name), "/processes/" + safe}
	case corpus.ServiceFile:
		return About{x.knownAs(at.Name, at.Name), "/services/" + safe}
	case corpus.ManualFile:
		return About{x.knownAs(at.Name, at.Name), "/manuals/" + safe}
	}
	return About{Name: page.Words{Text: path}}
}

// pointName is what a point is called; one that there is not, by its code.
func (x *exchange) pointName(code catalog.PointCode) page.Words {
	if _, name, ok := x.Satisfaction.Places.Point(code); ok {
		return x.text(name)
	}
	return page.Words{Text: string(code)}
}

// both reads what an outcome tells of both sides. What it does not know gives none.
func (x *exchange) both(value []byte) (out []BothRow) {
	var told struct {
		Fields []struct {
			Label        fault.Text
			Ours, Theirs struct{ Words fault.Text }
		}
		Files []string
		Rows  []struct {
			Process catalog.ProcessID
			Month   calendar.Month
			Filed   licence.Entry
			Mine    licence.Entry
		}
	}
	if len(value) == 0 || json.Unmarshal(value, &told) != nil {
		return nil
	}
	in := func(t fault.Text) page.Words { return x.said(t.In(string(x.lang))) }
	for _, f := range told.Fields {
		out = append(out, BothRow{in(f.Label), in(f.Ours.Words), in(f.Theirs.Words)})
	}
	for _, name := range told.Files {
		out = append(out, BothRow{Label: x.said(clean(name))})
	}
	for _, r := range told.Rows {
		for _, f := range licence.Fields {
			if mine, theirs := *r.Mine.Count(f), *r.Filed.Count(f); mine != theirs {
				label := string(r.Process) + " · " + r.Month.Short(string(x.lang)) + " · " + f.Name().In(string(x.lang))
				out = append(out, BothRow{x.said(label), page.Words{Text: number(mine)}, page.Words{Text: number(theirs)}})
			}
		}
	}
	return out
}

func (x *exchange) officeAsksPage() error { return x.showOfficeAsks(http.StatusOK) }

func (x *exchange) showOfficeAsks(status int, problems ...Problem) error {
	if x.Offices == nil {
		return notHere()
	}
	at := x.offset(officeAsksAtOnce)
	items, asides, err := x.Offices.Attention(x.ctx(), x.by(), trail.Page{Offset: at, Limit: officeAsksAtOnce})
	if err != nil {
		return err
	}
	machines, err := x.Offices.Machines(x.ctx(), x.by(), rights.ManageStaff)
	if err != nil {
		return err
	}
	byID := map[string]inbox.Device{}
	for _, m := range machines {
		byID[m.ID] = m
	}
	v := officeAsksView{Shell: x.shell("officeasks", x.link(officesPath, "menu.offices")), Most: mostReason, Open: x.posted("id"), Reason: x.posted("reason")}
	v.Here = officeAsksPath + "?" + fields("page", x.asked("page"))
	v.Path, v.Problems = v.Here, problems
	if len(items) == officeAsksAtOnce || len(asides) == officeAsksAtOnce {
		v.Pager = officeAsksPath + "?" + fields("page", number(at/officeAsksAtOnce+2))
	}
	if at > 0 {
		v.Prev = officeAsksPath + "?" + fields("page", number(at/officeAsksAtOnce))
	}
	acts, who := make([]outbox.Act, len(items)), []catalog.OfficerID{}
	for i, item := range items {
		acts[i], _ = outbox.ReadAct(item.Body) // what can not be read tells of nobody
		who = append(who, acts[i].By)
	}
	names, err := x.names(who...)
	if err != nil {
		return err
	}
	for i, item := range items {
		row := x.officeAsk(item, byID[item.Device])
		if acts[i].By != "" {
			row.Who, row.Done = x.called(acts[i].By, names), x.moment(acts[i].At)
		}
		v.Rows = append(v.Rows, row)
	}
	for _, a := range asides {
		v.Asides = append(v.Asides, OfficeAside{x.deedKind(a.Op.Kind), x.asideWhy(a.Code), x.said(byID[a.Device].Name), x.moment(a.Received), a.Op.ID})
	}
	return x.show(status, "officeasks", v)
}

func (x *exchange) officeAsk(i inbox.Item, dev inbox.Device) OfficeAsk {
	return OfficeAsk{
		ID: i.ID, Kind: x.deedKind(i.Kind), About: x.deedAbout(i.Entity), Machine: x.said(dev.Name), Place: x.unit(rights.Scope{Agency: i.Agency, Point: i.Point}),
		Received: x.moment(i.Received), Held: x.lately(i.Held), Why: x.said(i.Outcome.Text.In(string(x.lang))), Tries: i.Tries, Both: x.both(i.Outcome.Value),
	}
}

// asideWhy says why an operation was put aside.
func (x *exchange) asideWhy(code string) string {
	switch code {
	case wire.OtherBytes, wire.NotYours, wire.ForkedCode:
		return x.t("officeasks.aside." + code)
	}
	return x.t("officeasks.aside.other")
}

// decideOffice tries an operation again, or takes it aside for a reason.
func (x *exchange) decideOffice() error {
	x.back = officeAsksPath
	if err := x.form(); err != nil {
		return err
	}
	if x.Offices == nil {
		return notHere()
	}
	what, reason := inbox.Decision(x.posted("what")), x.posted("reason")
	err := x.Offices.Decide(x.ctx(), x.by(), x.posted("id"), what, reason)
	var told *fault.Error
	switch {
	case errors.Is(err, fault.Forbidden), errors.Is(err, fault.NotFound):
		return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการนี้", EN: "There is no such operation"},
			fault.Text{TH: "อาจมีผู้ตัดสินไปแล้ว กลับไปดูรายการที่เหลือ", EN: "Somebody may have decided of it. Go back to what is left."})
	case errors.Is(err, fault.Invalid) && errors.As(err, &told):
		return x.showOfficeAsks(http.StatusBadRequest, Problem{"reason-" + x.posted("id"), told.What.In(string(x.lang))})
	case err != nil:
		return err
	case what == inbox.Refuse:
		return x.done(officeAsksPath, "flash.officeasks.refused")
	}
	return x.done(officeAsksPath, "flash.officeasks.again")
}
