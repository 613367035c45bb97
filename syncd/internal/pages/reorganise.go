package pages

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/reorganise"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// reorganiseView is ปรับโครงสร้าง: what may be done with an agency, the form of
// one way, and what was done before.
type reorganiseView struct {
	Shell
	What    page.Words
	Code    string
	How     string // "" while no way is chosen
	Ways    []Choice
	Past    []PastRow
	To      string // as typed
	Find    string
	Choices []Choice // agencies that may be meant by it; their URL is not used
	TH, EN  string
	ShortTH string
	ShortEN string
	Kinds   []Option
	Groups  []PickGroup
	Codes   string // more that is picked, as typed
	Action  string
	Cancel  string
}

// PickGroup is what an agency has of one kind, to be picked from.
type PickGroup struct {
	Name string
	Rows []PickRow
	More int // that are not listed
}

// PickRow is one thing of it.
type PickRow struct {
	ID     string
	Title  page.Words
	Picked bool
}

// PastRow is a reorganisation that was made.
type PastRow struct {
	At     Moment
	Who    page.Words
	As     string
	Did    string
	Reason page.Words
	Hash   string
	Back   string // commit that can be taken back; "" where that can not be
}

// dryView is a dry run: what a reorganisation would touch.
type dryView struct {
	Shell
	What   page.Words
	Did    string // what is to be done, in a sentence
	Parts  []PartRow
	People []PeopleRow
	Hours  bool
	Stays  []string // what stays as it is
	Fields []Option // of the plan, hidden
	Seen   string
	Why    string
	Action string
	Cancel string
}

// PartRow is how much is touched of a kind of thing, and the first of it.
type PartRow struct {
	Name  string
	Count int
	First []ThingRow
	More  int
}

// ThingRow is one thing that is touched.
type ThingRow struct {
	Name page.Words
	ID   string // or, of a revision, how it stands
}

// PeopleRow are those on whom a reorganisation has one effect.
type PeopleRow struct {
	Name string
	Help string
	Rows []PersonRow
	More int
}

// PersonRow is one of them.
type PersonRow struct {
	Name page.Words
	Role string
	Unit page.Words
	To   page.Words // what the role is held for from now on; may be empty
}

const (
	pickedAtOnce = 200 // things of a kind that the form of a split lists
	peopleAtOnce = 20  // people that a dry run names of each effect
)

func reorganiseURL(c catalog.AgencyCode) string { return "/structure/" + string(c) + "/reorganise" }

// moving is the agency that the address names, for who may reorganise something
// there.
func (x *exchange) moving() (*catalog.Agency, error) {
	x.back = "/structure"
	code, err := catalog.ParseAgencyCode(x.r.PathValue("code"))
	if err != nil {
		return nil, noAgency()
	}
	a, ok := x.Structure.Agency(code)
	if !ok || x.by().May(rights.Reorganise, x.pointTarget(code, "")) != nil {
		return nil, noAgency()
	}
	return a, nil
}

func noAgency() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบหน่วยงานนี้", EN: "There is no such agency"},
		fault.Text{TH: "กลับไปค้นจากรายการหน่วยงาน", EN: "Go back to the list of agencies."})
}

func (x *exchange) reorganisePage() error {
	a, err := x.moving()
	if err != nil {
		return err
	}
	if x.asked("op") == "look" {
		return x.look(a, cleaned(x.r.URL.Query()))
	}
	how := reorganise.Kind(x.asked("how"))
	if !slices.Contains(reorganise.Kinds, how) {
		how = ""
	}
	form := url.Values{"how": {string(how)}}
	if how == reorganise.Rename {
		form = url.Values{"how": {string(how)}, "th": {a.Name.TH}, "en": {a.Name.EN}, "short-th": {a.ShortName.TH}, "short-en": {a.ShortName.EN}}
	}
	return x.showReorganise(http.StatusOK, a, form, nil)
}

// showReorganise shows the ways, or the form of one as it was filled in.
func (x *exchange) showReorganise(status int, a *catalog.Agency, form url.Values, choices []Choice, problems ...Problem) error {
	at := reorganiseURL(a.Code)
	v := reorganiseView{
		Shell: x.shell("reorganise", append(x.way(a.Code, x.touches()), Link{structureURL(a.Code), x.text(a.Name).Text})...),
		What:  x.text(a.Name), Code: string(a.Code), How: form.Get("how"), To: form.Get("to"), Find: "/structure/reorganise/find", Choices: choices,
		TH: form.Get("th"), EN: form.Get("en"), ShortTH: form.Get("short-th"), ShortEN: form.Get("short-en"), Codes: form.Get("codes"), Action: at, Cancel: structureURL(a.Code),
	}
	v.Path, v.Problems = at, problems
	if v.How == "" {
		for _, k := range reorganise.Kinds {
			v.Ways = append(v.Ways, Choice{URL: at + "?how=" + string(k), Name: page.Words{Text: x.t("reorganise.how." + string(k))}, Note: page.Words{Text: x.t("reorganise.help." + string(k))}})
		}
		var err error
		if v.Past, err = x.pastRows(a); err != nil {
			return err
		}
		return x.show(status, "reorganise", v)
	}
	v.Title, v.Purpose, v.Cancel = x.t("reorganise.how."+v.How), x.t("reorganise.help."+v.How), at
	v.Crumbs = append(v.Crumbs, Link{at, x.t("reorganise.title")})
	if v.How == string(reorganise.Split) {
		for _, k := range catalog.AgencyKind("").Values() {
			v.Kinds = append(v.Kinds, Option{k, x.spoken(compare.Word(reflect.TypeFor[catalog.AgencyKind](), k)).Text, k == cmp.Or(form.Get("kind"), string(a.Kind))})
		}
		var err error
		if v.Groups, err = x.pickGroups(a, form["pick"]); err != nil {
			return err
		}
	}
	return x.show(status, "reorganise", v)
}

// pickGroups are what an agency has, with what was picked.
func (x *exchange) pickGroups(a *catalog.Agency, picked []string) ([]PickGroup, error) {
	list, err := x.Moves.Holdings(x.by(), a.Code, pickedAtOnce)
	if err != nil {
		return nil, err
	}
	var out []PickGroup
	for _, one := range list {
		g := PickGroup{Name: x.t("reorganise.part." + string(one.Part)), More: one.Count - len(one.First)}
		for _, thing := range one.First {
			g.Rows = append(g.Rows, PickRow{thing.ID, x.thingName(thing), slices.Contains(picked, thing.ID)})
		}
		out = append(out, g)
	}
	return out, nil
}

// thingName is what a thing is called; its identifier where it has no name.
func (x *exchange) thingName(t reorganise.Thing) page.Words {
	if t.Name.IsZero() {
		return page.Words{Text: t.ID}
	}
	return x.text(t.Name)
}

func (x *exchange) pastRows(a *catalog.Agency) ([]PastRow, error) {
	list, err := x.Moves.Past(x.ctx(), x.by(), a.Code)
	if err != nil {
		return nil, err
	}
	var ids []catalog.OfficerID
	for _, p := range list {
		ids = append(ids, p.By)
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return nil, err
	}
	var out []PastRow
	for _, p := range list {
		row := PastRow{At: x.moment(p.At), Who: x.called(p.By, names), As: x.role(p.Role.Role), Did: x.reorganised(p.Kind, p.Agency, p.To, !p.Undoes.IsZero()), Reason: x.said(p.Why), Hash: p.Commit.String()[:10]}
		if p.Undoes.IsZero() && !p.Undone {
			row.Back = p.Commit.String()
		}
		out = append(out, row)
	}
	return out, nil
}

// reorganised says what a reorganisation does, or did.
func (x *exchange) reorganised(k reorganise.Kind, agency, to catalog.AgencyCode, undoes bool) string {
	one, other := x.agency(agency).Text, x.agency(to).Text
	said := x.t("reorganise.did."+string(k), one, other)
	if k == reorganise.Move && to == "" {
		said = x.t("reorganise.did.top", one)
	}
	if undoes {
		return x.t("reorganise.did.undo", said)
	}
	return said
}

// planned reads the plan that a form holds; what is wrong with it, and agencies
// that may be meant where one is not named clearly.
func (x *exchange) planned(a *catalog.Agency, form url.Values) (p reorganise.Plan, choices []Choice, problems []Problem) {
	p = reorganise.Plan{Kind: reorganise.Kind(form.Get("how")), Agency: a.Code}
	named := catalog.Text{TH: form.Get("th"), EN: form.Get("en")}
	switch p.Kind {
	case reorganise.Move, reorganise.Merge:
		if p.Kind == reorganise.Move && form.Get("top") != "" {
			return p, nil, nil
		}
		var wrong string
		if p.To, choices, wrong = x.unitMeant(form); wrong != "" {
			problems = append(problems, Problem{"to", wrong})
		}
	case reorganise.Rename:
		p.Name, p.Short = named, catalog.Text{TH: form.Get("short-th"), EN: form.Get("short-en")}
	case reorganise.Split:
		p.To, p.Name, p.As = catalog.AgencyCode(form.Get("to")), named, catalog.AgencyKind(form.Get("kind"))
		p.Picked = append(slices.Clone(form["pick"]), strings.FieldsFunc(form.Get("codes"), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\r' || r == '\t' })...)
		slices.Sort(p.Picked)
		p.Picked = slices.Compact(p.Picked)
	case reorganise.Undo:
		var err error
		if p.Undoes, err = gitrepo.ParseHash(form.Get("commit")); err != nil {
			p.Undoes = gitrepo.Hash{}
		}
	}
	return p, choices, problems
}

// unitMeant is the agency that a form names: chosen from a list, by name with its
// code, by code, or by words of which one is meant.
func (x *exchange) unitMeant(form url.Values) (catalog.AgencyCode, []Choice, string) {
	may, typed := x.reachesBy(rights.Reorganise), cmp.Or(form.Get("meant"), form.Get("to"))
	if typed == "" {
		return "", nil, x.t("reorganise.to.empty")
	}
	code := catalog.AgencyCode(typed)
	if i := strings.LastIndexByte(typed, '('); i >= 0 && strings.HasSuffix(typed, ")") {
		code = catalog.AgencyCode(typed[i+1 : len(typed)-1])
	}
	if _, ok := x.Structure.Agency(code); ok && may(code) {
		return code, nil, ""
	}
	found := x.Structure.Find(typed, mostFound, may)
	switch len(found) {
	case 0:
		return "", nil, x.t("unit.none")
	case 1:
		return found[0].Code, nil, ""
	}
	var choices []Choice
	for _, a := range found {
		choices = append(choices, x.choice(a))
	}
	return "", choices, x.t("reorganise.to.which")
}

// findMove suggests agencies to move things to.
func (x *exchange) findMove() error { return x.suggest(x.reachesBy(rights.Reorganise)) }

// reorganise shows a dry run of what was filled in, or does what was confirmed.
func (x *exchange) reorganise() error {
	if err := x.form(); err != nil {
		return err
	}
	a, err := x.moving()
	if err != nil {
		return err
	}
	x.back = reorganiseURL(a.Code)
	form := cleaned(x.r.PostForm)
	if form.Get("op") != "do" {
		return x.look(a, form)
	}
	p, choices, problems := x.planned(a, form)
	if len(problems) > 0 {
		return x.showReorganise(http.StatusBadRequest, a, form, choices, problems...)
	}
	why := form.Get("why")
	if why == "" {
		r, err := x.Moves.Dry(x.ctx(), x.by(), p)
		if err != nil {
			return x.notPlanned(err, a, form)
		}
		return x.showDry(http.StatusBadRequest, a, r, "", Problem{"why", x.t("reorganise.why.empty")})
	}
	done, err := x.Moves.Do(x.ctx(), x.by(), p, form.Get("seen"), why)
	var changed *reorganise.Changed
	if errors.As(err, &changed) {
		text, _ := x.told(err)
		return x.showDry(http.StatusConflict, a, changed.Now, why, Problem{"touched", text})
	}
	if err != nil {
		return x.notPlanned(err, a, form)
	}
	return x.done(structureURL(a.Code), "flash.reorganised", x.planSaid(done.Report))
}

// cleaned are the fields of a form as they are read.
func cleaned(form url.Values) url.Values {
	out := url.Values{}
	for name, values := range form {
		for _, one := range values {
			out.Add(name, clean(one))
		}
	}
	return out
}

// look shows a dry run of what was filled in.
func (x *exchange) look(a *catalog.Agency, form url.Values) error {
	p, choices, problems := x.planned(a, form)
	if len(problems) > 0 {
		return x.showReorganise(http.StatusBadRequest, a, form, choices, problems...)
	}
	r, err := x.Moves.Dry(x.ctx(), x.by(), p)
	if err != nil {
		return x.notPlanned(err, a, form)
	}
	return x.showDry(http.StatusOK, a, r, "")
}

// notPlanned shows the form again with what is wrong with a plan; other errors it
// hands on.
func (x *exchange) notPlanned(err error, a *catalog.Agency, form url.Values) error {
	if !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.Conflict) {
		return err
	}
	text, told := x.told(err)
	if !told {
		return err
	}
	field := "to"
	switch reorganise.Kind(form.Get("how")) {
	case reorganise.Rename:
		field = "th"
	case reorganise.Undo:
		form = url.Values{}
		field = "past"
	}
	return x.showReorganise(statusOf(err), a, form, nil, Problem{field, text})
}

// planSaid says what a plan does.
func (x *exchange) planSaid(r *reorganise.Report) string {
	switch r.Plan.Kind {
	case reorganise.Rename:
		return x.t("reorganise.did.rename", x.text(r.Name).Text, r.Plan.Name.In(x.lang))
	case reorganise.Split:
		return x.t("reorganise.did.split", x.text(r.Name).Text, r.Plan.Name.In(x.lang))
	case reorganise.Undo:
		said := x.reorganised(r.Does, r.Plan.Agency, r.Plan.To, false)
		if r.Does == reorganise.Undo {
			said = x.t("reorganise.did.unmerge", x.agency(r.Plan.Agency).Text, x.agency(r.Plan.To).Text)
		}
		return x.t("reorganise.did.undo", said)
	}
	return x.reorganised(r.Plan.Kind, r.Plan.Agency, r.Plan.To, false)
}

// showDry shows what a plan would touch.
func (x *exchange) showDry(status int, a *catalog.Agency, r *reorganise.Report, why string, problems ...Problem) error {
	at := reorganiseURL(a.Code)
	v := dryView{
		Shell: x.shell("dryrun", append(x.way(a.Code, x.touches()), Link{structureURL(a.Code), x.text(a.Name).Text}, Link{at, x.t("reorganise.title")})...),
		What:  x.text(a.Name), Did: x.planSaid(r), Hours: r.Hours, Seen: r.Digest, Why: why, Action: at, Cancel: at, Fields: planFields(r.Plan),
	}
	v.Path, v.Problems = at, problems
	for _, part := range r.Parts {
		row := PartRow{Name: x.t("reorganise.part." + string(part.Part)), Count: part.Count, More: part.Count - len(part.First)}
		for _, thing := range part.First {
			if part.Part == reorganise.Tokens {
				row.More = 0
				continue // an id tells nobody anything
			}
			row.First = append(row.First, x.thingRow(part.Part, thing))
		}
		v.Parts = append(v.Parts, row)
	}
	v.People = x.peopleRows(r)
	for _, key := range []string{"reorganise.stays.codes", "reorganise.stays.text", "reorganise.stays.open", "reorganise.stays.back"} {
		v.Stays = append(v.Stays, x.t(key))
	}
	return x.show(status, "dryrun", v)
}

// thingRow is a thing of a part. A revision under way is told by its manual.
func (x *exchange) thingRow(part reorganise.Part, t reorganise.Thing) ThingRow {
	row := ThingRow{x.thingName(t), t.ID}
	if ref, err := review.ParseRef(t.ID); part == reorganise.Opens && err == nil {
		row.ID = ref.State.Name().In(x.lang)
		if t.Name.IsZero() {
			row.Name = page.Words{Text: string(ref.Manual)}
		}
	}
	if part == reorganise.Addresses {
		row.Name = page.Words{}
	}
	return row
}

// peopleRows are those whose rights change, by what happens to them.
func (x *exchange) peopleRows(r *reorganise.Report) []PeopleRow {
	var out []PeopleRow
	for _, effect := range []reorganise.Effect{reorganise.Follows, reorganise.Gains, reorganise.Loses} {
		row := PeopleRow{Name: x.t("reorganise.people." + string(effect)), Help: x.t("reorganise.people.help." + string(effect))}
		for _, p := range r.People {
			switch {
			case p.Effect != effect:
			case len(row.Rows) == peopleAtOnce:
				row.More++
			default:
				one := PersonRow{Name: x.said(p.Name), Role: x.role(p.Role), Unit: x.unit(p.Scope)}
				if effect == reorganise.Follows {
					one.To = x.unit(p.To)
					if r.Plan.Kind == reorganise.Split {
						one.To = x.text(r.Plan.Name)
					}
				}
				if one.Name.Text == "" {
					one.Name = page.Words{Text: x.t("person.unnamed")}
				}
				row.Rows = append(row.Rows, one)
			}
		}
		if len(row.Rows) > 0 {
			out = append(out, row)
		}
	}
	return out
}

// planFields are the hidden fields by which a dry run is confirmed.
func planFields(p reorganise.Plan) []Option {
	out := []Option{{Value: "how", Text: string(p.Kind)}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, Option{Value: name, Text: value})
		}
	}
	switch p.Kind {
	case reorganise.Move:
		if p.To == "" {
			add("top", "1")
		}
	case reorganise.Undo:
		add("commit", p.Undoes.String())
		return out
	}
	add("to", string(p.To))
	add("th", p.Name.TH)
	add("en", p.Name.EN)
	add("short-th", p.Short.TH)
	add("short-en", p.Short.EN)
	add("kind", string(p.As))
	for _, id := range p.Picked {
		add("pick", id)
	}
	return out
}
