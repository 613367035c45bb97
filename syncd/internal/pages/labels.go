package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/thai"
	"khumue/syncd/internal/immediate"
)

const labelsAtOnce = 50 // labels that one page shows

// labelsView is the Service Catalog: one of its three lists.
type labelsView struct {
	Shell
	Kind    string
	Kinds   []Option // addresses of the lists
	Text    string   // what was searched for
	Unused  bool     // those alone that nothing names
	Narrow  bool
	Counted bool // false while manuals are counted for the first time
	Rows    []LabelRow
	All     int
	Pager   Pager
	New     string
}

// LabelRow is a category, group or tag in its list.
type LabelRow struct {
	URL    string
	Name   page.Words
	Other  page.Words // its name in the other language
	Slug   string
	Former string // former slugs
	Uses   int    // manuals and other services that name it
}

func labelsURL(k catalog.LabelKind) string { return "/catalog?kind=" + string(k) }

func labelURL(k catalog.LabelKind, s catalog.Slug) string {
	return "/catalog/" + string(k) + "/" + string(s)
}

// kindAsked is the list that the address names.
func kindAsked(word string) (catalog.LabelKind, bool) {
	k := catalog.LabelKind(word)
	return k, slices.Contains(catalog.LabelKinds, k)
}

// labelKind is what people call a list.
func (x *exchange) labelKind(k catalog.LabelKind) string {
	switch k {
	case catalog.GroupLabel:
		return x.t("labels.group")
	case catalog.TagLabel:
		return x.t("labels.tag")
	}
	return x.t("labels.category")
}

func (x *exchange) labelsPage() error {
	x.back = "/catalog"
	k, ok := kindAsked(x.asked("kind"))
	if !ok {
		k = catalog.CategoryLabel
	}
	l, err := x.Direct.Labels(x.by())
	if err != nil {
		return err
	}
	uses, counted, err := x.Direct.Uses(l)
	if err != nil {
		return err
	}
	v := labelsView{
		Shell: x.shell("labels"), Kind: string(k), Text: x.asked("q"), Unused: x.asked("unused") != "", Counted: counted, New: "/catalog/new/" + string(k),
	}
	v.Narrow = v.Text != "" || v.Unused
	for _, kind := range catalog.LabelKinds {
		v.Kinds = append(v.Kinds, Option{labelsURL(kind), x.labelKind(kind) + " (" + strconv.Itoa(len(l.Of(kind))) + ")", kind == k})
	}
	rows := x.labelRows(l, k, uses, v.Text, v.Unused && counted)
	at := x.offset(labelsAtOnce)
	v.All, v.Pager = len(rows), x.pager(at, labelsAtOnce, len(rows))
	v.Rows = rows[min(at, len(rows)):min(at+labelsAtOnce, len(rows))]
	return x.show(http.StatusOK, "labels", v)
}

// labelRows are the labels of a kind that hold a text, or of them those that
// nothing names.
func (x *exchange) labelRows(l *catalog.Labels, k catalog.LabelKind, uses immediate.Uses, text string, unused bool) (rows []LabelRow) {
	text = thai.Normalize(text)
	for _, one := range l.Of(k) {
		former := l.Former(one.Slug)
		found := thai.Normalize(one.TH + "\n" + one.EN + "\n" + string(one.Slug) + "\n" + joined(former))
		if n := uses[k][one.Slug]; strings.Contains(found, text) && (!unused || n == 0) {
			r := LabelRow{URL: labelURL(k, one.Slug), Name: x.text(one.Text()), Other: page.Words{Text: one.EN, Lang: "en"}, Slug: string(one.Slug), Former: joined(former), Uses: n}
			if x.lang == catalog.EN {
				r.Other = page.Words{Text: one.TH, Lang: "th"}
			}
			rows = append(rows, r)
		}
	}
	return rows
}

func joined(slugs []catalog.Slug) string {
	out := make([]string, len(slugs))
	for i, s := range slugs {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

// labelView is the form of a label.
type labelView struct {
	Shell
	Kind   string
	Fresh  bool // it is to be made
	Slug   string
	TH, EN string
	Icon   string
	Icons  []string // that others of its kind have; none where a kind has no icons
	At     string   // its place in the list, from 1; "" where the place says nothing
	Last   int
	Was    catalog.Label // what the form was made from
	Uses   int
	Former string
	Public string // its page on the public site
	Action string
	Merge  string // address of what it is merged by
	Cancel string
}

// label is the label that the address names.
func (x *exchange) label() (l *catalog.Labels, k catalog.LabelKind, one catalog.Label, err error) {
	x.back = "/catalog"
	k, ok := kindAsked(x.r.PathValue("kind"))
	if !ok {
		return nil, k, one, notHere()
	}
	if l, err = x.Direct.Labels(x.by()); err != nil {
		return nil, k, one, err
	}
	slug := catalog.Slug(x.r.PathValue("slug"))
	if one, ok = l.Find(k, slug); !ok {
		err = notHere()
	}
	return l, k, one, err
}

func (x *exchange) labelPage() error {
	l, k, one, err := x.label()
	if err != nil && l != nil {
		if now, former := l.Aliases[catalog.Slug(x.r.PathValue("slug"))]; former {
			return x.lead(labelURL(k, now))
		}
	}
	if err != nil {
		return err
	}
	return x.showLabel(http.StatusOK, l, k, one, one, place(l, k, one.Slug))
}

// place is where a label stands in its list, from 1.
func place(l *catalog.Labels, k catalog.LabelKind, s catalog.Slug) string {
	i := slices.IndexFunc(l.Of(k), func(o catalog.Label) bool { return o.Slug == s })
	return strconv.Itoa(i + 1)
}

// showLabel shows the form of a label: what it was, and what is typed.
func (x *exchange) showLabel(status int, l *catalog.Labels, k catalog.LabelKind, was, typed catalog.Label, at string, problems ...Problem) error {
	uses, _, err := x.Direct.Uses(l)
	if err != nil {
		return err
	}
	fresh := was.Slug == ""
	v := labelView{
		Shell: x.shell("label", x.link("/catalog", "menu.catalog"), Link{labelsURL(k), x.labelKind(k)}),
		Kind:  string(k), Fresh: fresh, Slug: string(typed.Slug), TH: typed.TH, EN: typed.EN, Icon: typed.Icon, Was: was, Last: len(l.Of(k)),
		Action: "/catalog/new/" + string(k), Cancel: labelsURL(k),
	}
	if k == catalog.CategoryLabel {
		for _, one := range l.Of(k) {
			if one.Icon != "" && !slices.Contains(v.Icons, one.Icon) {
				v.Icons = append(v.Icons, one.Icon)
			}
		}
		slices.Sort(v.Icons)
	}
	v.Title = x.t("label.new." + string(k))
	if !fresh {
		v.Title, v.Action, v.Merge = x.text(was.Text()).Text, labelURL(k, was.Slug), labelURL(k, was.Slug)+"/merge"
		v.Uses, v.Former, v.Public = uses[k][was.Slug], joined(l.Former(was.Slug)), x.sitePage(string(k), string(was.Slug))
		if k != catalog.TagLabel {
			v.At = at
		}
	}
	v.Path, v.Problems = v.Action, problems
	return x.show(status, "label", v)
}

func (x *exchange) newLabelPage() error {
	l, k, err := x.labelsOf()
	if err != nil {
		return err
	}
	return x.showLabel(http.StatusOK, l, k, catalog.Label{}, catalog.Label{}, "")
}

// labelsOf are the labels with the list that the address names.
func (x *exchange) labelsOf() (*catalog.Labels, catalog.LabelKind, error) {
	x.back = "/catalog"
	k, ok := kindAsked(x.r.PathValue("kind"))
	if !ok {
		return nil, k, notHere()
	}
	l, err := x.Direct.Labels(x.by())
	return l, k, err
}

// typedLabel is the label that a form holds.
func (x *exchange) typedLabel() (l catalog.Label, problems []Problem) {
	l = catalog.Label{Slug: catalog.Slug(x.posted("slug")), TH: x.posted("th"), EN: x.posted("en"), Icon: x.posted("icon")}
	if l.TH == "" {
		problems = append(problems, Problem{"th", x.t("label.th.empty")})
	}
	if l.EN == "" {
		problems = append(problems, Problem{"en", x.t("label.en.empty")})
	}
	return l, problems
}

func (x *exchange) newLabel() error {
	if err := x.form(); err != nil {
		return err
	}
	l, k, err := x.labelsOf()
	if err != nil {
		return err
	}
	one, problems := x.typedLabel()
	if _, err := catalog.ParseSlug(string(one.Slug)); err != nil {
		text, _ := x.told(err)
		problems = append(problems, Problem{"slug", text})
	}
	if len(problems) > 0 {
		return x.showLabel(http.StatusBadRequest, l, k, catalog.Label{}, one, "", problems...)
	}
	_, err = x.Direct.AddLabel(x.ctx(), x.by(), k, one)
	if problems, told := x.unlawful(err, "slug"); told {
		return x.showLabel(statusOf(err), l, k, catalog.Label{}, one, "", problems...)
	}
	if err != nil {
		return err
	}
	return x.done(labelsURL(k), "flash.label.added", x.text(one.Text()).Text)
}

func (x *exchange) saveLabel() error {
	if err := x.form(); err != nil {
		return err
	}
	l, k, now, err := x.label()
	if err != nil {
		return err
	}
	one, problems := x.typedLabel()
	one.Slug = now.Slug
	if k != catalog.CategoryLabel {
		one.Icon = now.Icon
	}
	was := catalog.Label{Slug: now.Slug, TH: x.posted("was.th"), EN: x.posted("was.en"), Icon: x.posted("was.icon")}
	at := place(l, k, now.Slug)
	if k != catalog.TagLabel && x.posted("at") != "" {
		at = x.posted("at")
	}
	to, err := strconv.Atoi(thai.Normalize(at))
	if err != nil || to < 1 || to > len(l.Of(k)) {
		problems = append(problems, Problem{"at", x.t("label.at.wrong", len(l.Of(k)))})
	}
	if len(problems) > 0 {
		return x.showLabel(http.StatusBadRequest, l, k, was, one, at, problems...)
	}
	_, err = x.Direct.ChangeLabel(x.ctx(), x.by(), k, was, one, to-1)
	if problems, told := x.unlawful(err, "th"); told {
		return x.showLabel(statusOf(err), l, k, now, one, at, problems...)
	}
	if err != nil {
		return err
	}
	return x.done(labelsURL(k), "flash.label.saved", x.text(one.Text()).Text)
}

// mergeView asks into which label another is merged.
type mergeView struct {
	Shell
	What    page.Words
	Typed   string
	Choices []Choice
	Action  string
	Cancel  string
}

// mergePage asks into which label another is merged, and says what will happen.
func (x *exchange) mergePage() error {
	l, k, one, err := x.label()
	if err != nil {
		return err
	}
	return x.showMerge(http.StatusOK, l, k, one, x.asked("into"))
}

func (x *exchange) showMerge(status int, l *catalog.Labels, k catalog.LabelKind, one catalog.Label, typed string, problems ...Problem) error {
	at := labelURL(k, one.Slug)
	found := named(l.Of(k), typed, one.Slug)
	if len(found) == 1 && len(problems) == 0 {
		return x.confirmMerge(status, l, k, one, found[0])
	}
	crumbs := []Link{x.link("/catalog", "menu.catalog"), {labelsURL(k), x.labelKind(k)}, {at, x.text(one.Text()).Text}}
	v := mergeView{Shell: x.shell("merge", crumbs...), What: x.text(one.Text()), Typed: typed, Action: at + "/merge", Cancel: at}
	if typed != "" && len(found) == 0 {
		problems = append(problems, Problem{"into", x.t("merge.none")})
	}
	v.Path, v.Problems = v.Action, problems
	for _, o := range found {
		v.Choices = append(v.Choices, Choice{URL: v.Action + "?" + url.Values{"into": {string(o.Slug)}}.Encode(), Name: x.text(o.Text()), Code: string(o.Slug)})
	}
	return x.show(status, "merge", v)
}

// named are the labels that a text may mean, but for one: the one of that slug or
// that very name, or else those that hold it, a page of them at the most.
func named(list []catalog.Label, text string, but catalog.Slug) (found []catalog.Label) {
	text = thai.Normalize(text)
	if text == "" {
		return nil
	}
	for _, o := range list {
		th, en := thai.Normalize(o.TH), thai.Normalize(o.EN)
		switch {
		case o.Slug == but:
		case text == string(o.Slug), text == th, text == en:
			return []catalog.Label{o}
		case len(found) < mostFound && strings.Contains(th+"\n"+en+"\n"+string(o.Slug), text):
			found = append(found, o)
		}
	}
	return found
}

func (x *exchange) confirmMerge(status int, l *catalog.Labels, k catalog.LabelKind, one, into catalog.Label, problems ...Problem) error {
	uses, _, err := x.Direct.Uses(l)
	if err != nil {
		return err
	}
	at := labelURL(k, one.Slug)
	name := x.text(into.Text()).Text
	v := confirmView{
		Shell: x.shell("confirm", x.link("/catalog", "menu.catalog"), Link{labelsURL(k), x.labelKind(k)}, Link{at, x.text(one.Text()).Text}),
		What:  x.text(one.Text()), Which: x.said(x.t("merge.into", name)),
		After:  []string{x.t("merge.1", uses[k][one.Slug], name), x.t("merge.2", x.sitePage(string(k), string(one.Slug)), x.sitePage(string(k), string(into.Slug))), x.t("merge.3")},
		Action: at + "/merge", Fields: []Option{{Value: "into", Text: string(into.Slug)}}, Button: x.t("merge.do"), Cancel: at, Danger: true,
	}
	v.Title, v.Path, v.Problems = x.t("merge.title"), v.Action, problems
	return x.show(status, "confirm", v)
}

// merge merges a label into another.
func (x *exchange) merge() error {
	if err := x.form(); err != nil {
		return err
	}
	l, k, one, err := x.label()
	if err != nil {
		return err
	}
	into, ok := l.Find(k, catalog.Slug(x.posted("into")))
	if !ok {
		return x.showMerge(http.StatusBadRequest, l, k, one, x.posted("into"), Problem{"into", x.t("merge.none")})
	}
	_, err = x.Direct.MergeLabels(x.ctx(), x.by(), k, one.Slug, into.Slug)
	if problems, told := x.unlawful(err, "confirm"); told {
		return x.confirmMerge(statusOf(err), l, k, one, into, problems...)
	}
	if err != nil {
		return err
	}
	return x.done(labelsURL(k), "flash.label.merged", x.text(one.Text()).Text, x.text(into.Text()).Text)
}
