package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/thai"
	"khumue/syncd/internal/trail"
)

const (
	synonymsAtOnce = 40 // groups that one page shows
	missesAtOnce   = 20 // searches that found nothing
)

// synonymsView are the groups of words that mean the same, and beside them what
// people searched for and found nothing of.
type synonymsView struct {
	Shell
	Text   string
	Rows   []SynonymRow
	All    int
	Pager  Pager
	Misses []MissRow
	Missed int // all of them
	Beyond string
}

// SynonymRow is a group of words.
type SynonymRow struct {
	URL   string
	Words []page.Words
}

// MissRow is what people searched for and found nothing of.
type MissRow struct {
	Words page.Words
	Plain string
	Count int
	Last  Moment
	Add   string // address of the form that makes it a synonym
}

func (x *exchange) synonymsPage() error {
	x.back = "/synonyms"
	groups, err := x.Direct.Synonyms(x.by())
	if err != nil {
		return err
	}
	v := synonymsView{Shell: x.shell("synonyms"), Text: x.asked("q")}
	text := thai.Normalize(v.Text)
	var found [][]string
	for _, g := range groups {
		if strings.Contains(thai.Normalize(strings.Join(g, "\n")), text) {
			found = append(found, g)
		}
	}
	at := x.offset(synonymsAtOnce)
	v.All, v.Pager = len(found), x.pager(at, synonymsAtOnce, len(found))
	for _, g := range found[min(at, len(found)):min(at+synonymsAtOnce, len(found))] {
		v.Rows = append(v.Rows, SynonymRow{synonymURL(g), x.saidAll(g)})
	}
	most := missesAtOnce
	if x.asked("misses") == "all" {
		most = 1000
	}
	list, all, err := x.Misses.List(x.ctx(), x.by(), "", trail.Page{Limit: most})
	if err != nil {
		return err
	}
	if v.Missed = all; all > len(list) && most == missesAtOnce {
		v.Beyond = x.with("misses", "all") + "#misses"
	}
	for _, m := range list {
		v.Misses = append(v.Misses, MissRow{x.said(m.Phrase), m.Phrase, m.Count, x.onDay(m.Last), "/synonyms/new?" + url.Values{"word": {m.Phrase}}.Encode()})
	}
	return x.show(http.StatusOK, "synonyms", v)
}

func (x *exchange) saidAll(list []string) (out []page.Words) {
	for _, s := range list {
		out = append(out, x.said(s))
	}
	return out
}

// synonymURL is the form of a group, which its first words name.
func synonymURL(g []string) string {
	return "/synonyms/edit?" + url.Values{"word": {g[0]}}.Encode()
}

// synonymView is the form of a group of words, one a line.
type synonymView struct {
	Shell
	Words  string
	Was    string // what the form was made from, one a line; "" of a new one
	Miss   string // the search that found nothing, of which it is made
	Like   []SynonymRow
	Action string
	Remove string // address that removes it; "" of a new one
}

// newSynonymPage offers the form of a new group, and the groups to which a word
// may belong.
func (x *exchange) newSynonymPage() error {
	word := x.asked("word")
	return x.showSynonym(http.StatusOK, nil, word, word)
}

func (x *exchange) synonymPage() error {
	g, err := x.group()
	if err != nil {
		return err
	}
	words := g
	if more := x.asked("add"); more != "" && !slices.Contains(g, more) {
		words = append(slices.Clone(g), more)
	}
	return x.showSynonym(http.StatusOK, g, strings.Join(words, "\n"), x.asked("add"))
}

// group is the group of words that the address names by its first word.
func (x *exchange) group() ([]string, error) {
	x.back = "/synonyms"
	groups, err := x.Direct.Synonyms(x.by())
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if len(g) > 0 && g[0] == x.asked("word") {
			return g, nil
		}
	}
	return nil, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบกลุ่มคำนี้", EN: "There is no such group of words"},
		fault.Text{TH: "อาจมีผู้อื่นแก้ไขไปแล้ว กลับไปดูรายการ", EN: "Somebody may have changed it: go back to the list."})
}

func (x *exchange) showSynonym(status int, was []string, words, miss string, problems ...Problem) error {
	v := synonymView{Shell: x.shell("synonym", x.link("/synonyms", "menu.synonyms")), Words: words, Was: strings.Join(was, "\n"), Miss: miss, Action: "/synonyms/edit"}
	v.Path, v.Problems = "/synonyms", problems
	if was != nil {
		v.Title, v.Remove = x.t("synonym.edit"), "/synonyms/remove"
		return x.show(status, "synonym", v)
	}
	groups, err := x.Direct.Synonyms(x.by())
	if err != nil {
		return err
	}
	for _, g := range alike(groups, miss) {
		v.Like = append(v.Like, SynonymRow{synonymURL(g) + "&" + url.Values{"add": {miss}}.Encode(), x.saidAll(g)})
	}
	return x.show(status, "synonym", v)
}

const mostAlike = 8 // groups that are offered for a word

// alike are groups with a word that has most of another in it, or the other way
// round, the closest first.
func alike(groups [][]string, word string) (out [][]string) {
	word = thai.Fold(thai.Normalize(word))
	if len([]rune(word)) < 3 {
		return nil
	}
	for _, part := range stems(word) {
		for _, g := range groups {
			if len(out) < mostAlike && !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, g) }) && slices.ContainsFunc(g, func(w string) bool {
				w = thai.Fold(thai.Normalize(w))
				return len([]rune(w)) > 2 && (strings.Contains(w, part) || strings.Contains(part, w))
			}) {
				out = append(out, g)
			}
		}
	}
	return out
}

// stems are a word and what is left of it without its beginning or its end, down
// to a third at least.
func stems(word string) []string {
	out := []string{word}
	clusters := thai.Clusters(word)
	for n := 1; n <= len(clusters)*2/3 && n < 6; n++ {
		out = append(out, strings.Join(clusters[n:], ""), strings.Join(clusters[:len(clusters)-n], ""))
	}
	return slices.DeleteFunc(out, func(p string) bool { return len([]rune(p)) < 4 && p != word })
}

// lines are the words of a form, one a line.
func lines(s string) (out []string) {
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func (x *exchange) saveSynonym() error {
	if err := x.form(); err != nil {
		return err
	}
	x.back = "/synonyms"
	words, was, miss := lines(x.typed("words")), lines(x.typed("was")), x.posted("miss")
	if words == nil {
		words = []string{}
	}
	_, err := x.Direct.ChangeSynonyms(x.ctx(), x.by(), was, words)
	if problems, told := x.unlawful(err, "words"); told {
		return x.showSynonym(statusOf(err), was, x.typed("words"), miss, problems...)
	}
	if err != nil {
		return err
	}
	if miss != "" && slices.ContainsFunc(words, func(w string) bool { return thai.Normalize(w) == thai.Normalize(miss) }) {
		if err := x.Misses.Dismiss(x.ctx(), x.by(), miss); err != nil && !missing(err) {
			return err
		}
	}
	return x.done("/synonyms", "flash.synonym.saved", words[0])
}

func (x *exchange) removeSynonym() error {
	if err := x.form(); err != nil {
		return err
	}
	x.back = "/synonyms"
	was := lines(x.typed("was"))
	if was == nil {
		return notHere()
	}
	_, err := x.Direct.ChangeSynonyms(x.ctx(), x.by(), was, nil)
	if problems, told := x.unlawful(err, "words"); told {
		return x.showSynonym(statusOf(err), was, strings.Join(was, "\n"), "", problems...)
	}
	if err != nil {
		return err
	}
	return x.done("/synonyms", "flash.synonym.removed", was[0])
}

func (x *exchange) dismissMiss() error {
	if err := x.form(); err != nil {
		return err
	}
	x.back = "/synonyms"
	if err := x.Misses.Dismiss(x.ctx(), x.by(), x.posted("phrase")); err != nil {
		return err
	}
	return x.done("/synonyms#misses", "flash.miss.dismissed", x.posted("phrase"))
}
