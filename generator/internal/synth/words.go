package synth

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"khumue/internal/catalog"
)

//go:embed words portal
var embedded embed.FS

// name is what something is called in both languages.
type name struct{ th, en string }

// vocabulary is what texts are built from: the tables of the folder words.
type vocabulary struct {
	ministries  []name
	departments []department
	offices     []officeKind
	provinces   []province
	beginnings  []name // of the names of places
	endings     []name
	topics      []string // slugs of the categories
	actions     map[string][]action
	objects     [][]object // by topic
	pairs       [][]pair   // by topic
	owner       []int      // by topic: the first department that has it
	kinds       []name     // variants: new applicants, small, …
	cases       []name     // variants: lost papers, by proxy, …
	standard    []standard
	services    []service
	laws        [][]law // by topic
	documents   []document
	sentences   map[string][]sentence
	cards       []titled // cases with a heading
}

type department struct {
	ministry int
	kind     string
	name     name
	topics   []int
}

type officeKind struct {
	name   name // with {p}
	topics []int
	short  string
}

type province struct {
	code     string
	name     name
	lat, lng int // hundredths of a degree
	post     string
}

// object is what a service is about; actions say what is done with it.
type object struct {
	form   string
	name   name
	tags   []string
	groups []string
}

type action struct {
	th, en   [2]string // before and after the object
	workKind string
	tag      string
	common   [][2]string
	days     int
}

// standard is one of the manuals that local governments keep.
type standard struct {
	topic     int
	workKind  string
	name      name
	unit      string
	time      int
	low, high int // fee in baht; 0: none
	tags      []string
	groups    []string
	common    []string
}

type service struct {
	topic int
	name  name
}

type law struct {
	kind string
	name name
	year string
}

type document struct {
	kind              string
	name              name
	issuer            string
	originals, copies int
	unit              string
	condition         name
}

// sentence is text with slots: parts alternate with the slots between them.
type sentence struct {
	parts []string
	slots []byte
}

type titled struct {
	title string
	text  sentence
}

// loadVocabulary reads the tables once. They are part of the program, so that
// an error is a mistake in them.
var loadVocabulary = sync.OnceValues(func() (*vocabulary, error) {
	v := &vocabulary{actions: map[string][]action{}, sentences: map[string][]sentence{}}
	l := loader{vocabulary: v}
	l.labels()
	l.places()
	l.structure()
	l.subjects()
	l.texts()
	l.addPairs()
	l.addOwners()
	return v, l.err
})

// loader reads tables and keeps the first mistake.
type loader struct {
	*vocabulary
	err error
}

// rows returns the lines of a table, cut at "|". Lines with "#" are remarks.
func (l *loader) rows(table string, columns int) [][]string {
	text, err := embedded.ReadFile("words/" + table + ".txt")
	if err != nil {
		l.fail(err)
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		row := strings.Split(line, "|")
		if len(row) < columns {
			l.fail(fmt.Errorf("synth: words/%s.txt: %q has %d columns, want %d", table, line, len(row), columns))
			continue
		}
		out = append(out, row)
	}
	return out
}

func (l *loader) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

func (l *loader) number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		l.fail(fmt.Errorf("synth: words: %w", err))
	}
	return n
}

func (l *loader) topic(slug string) int {
	i := slices.Index(l.topics, slug)
	if i < 0 {
		l.fail(fmt.Errorf("synth: words: no category %q", slug))
		return 0
	}
	return i
}

func (l *loader) topicList(slugs string) []int {
	var out []int
	for s := range strings.FieldsSeq(slugs) {
		out = append(out, l.topic(s))
	}
	return out
}

// labels takes the categories from the portal's catalog, a line of which is
// "  - {slug: health, …".
func (l *loader) labels() {
	text, err := embedded.ReadFile("portal/catalog.yaml")
	if err != nil {
		l.fail(err)
	}
	_, list, _ := strings.Cut(string(text), "categories:\n")
	list, _, _ = strings.Cut(list, "groups:\n")
	for line := range strings.Lines(list) {
		if _, slug, ok := strings.Cut(line, "{slug: "); ok {
			slug, _, _ = strings.Cut(slug, ",")
			l.topics = append(l.topics, slug)
		}
	}
	l.objects = make([][]object, len(l.topics))
	l.laws = make([][]law, len(l.topics))
}

func (l *loader) places() {
	for i, r := range l.rows("provinces", 3) {
		lat, lng, _ := strings.Cut(r[1], " ")
		p := province{code: r[0], lat: l.number(strings.Replace(lat, ".", "", 1)), lng: l.number(strings.Replace(lng, ".", "", 1)), post: r[2]}
		known := catalog.Provinces[i]
		if known.Code != p.code {
			l.fail(fmt.Errorf("synth: words/provinces.txt: %s stands where %s belongs", p.code, known.Code))
		}
		p.name = name{known.Name.TH, known.Name.EN}
		l.provinces = append(l.provinces, p)
	}
	for _, r := range l.rows("places", 3) {
		if r[0] == "beginning" {
			l.beginnings = append(l.beginnings, name{r[1], r[2]})
		} else {
			l.endings = append(l.endings, name{r[1], r[2]})
		}
	}
}

func (l *loader) structure() {
	for _, r := range l.rows("ministries", 3) {
		l.ministries = append(l.ministries, name{r[1], r[2]})
	}
	for _, r := range l.rows("departments", 5) {
		l.departments = append(l.departments, department{l.number(r[0]) - 1, r[1], name{r[2], r[3]}, l.topicList(r[4])})
	}
	for _, r := range l.rows("offices", 4) {
		l.offices = append(l.offices, officeKind{name{r[0], r[1]}, l.topicList(r[2]), r[3]})
	}
}

func (l *loader) addOwners() {
	l.owner = make([]int, len(l.topics))
	for t, slug := range l.topics {
		l.owner[t] = slices.IndexFunc(l.departments, func(d department) bool { return slices.Contains(d.topics, t) })
		if l.owner[t] < 0 || l.owner[t] >= fewestDepartments {
			l.fail(fmt.Errorf("synth: words/departments.txt: none of the first %d has %s", fewestDepartments, slug))
		}
	}
}

func (l *loader) subjects() {
	for _, r := range l.rows("objects", 6) {
		t := l.topic(r[0])
		l.objects[t] = append(l.objects[t], object{r[1], name{r[2], r[3]}, strings.Fields(r[4]), strings.Fields(r[5])})
	}
	for _, r := range l.rows("actions", 7) {
		a := action{th: around(r[1]), en: around(r[2]), workKind: r[3], tag: r[4], days: l.number(r[6])}
		for c := range strings.SplitSeq(r[5], ";") {
			a.common = append(a.common, around(c))
		}
		l.actions[r[0]] = append(l.actions[r[0]], a)
	}
	for _, r := range l.rows("variants", 3) {
		if r[0] == "kind" {
			l.kinds = append(l.kinds, name{r[1], r[2]})
		} else {
			l.cases = append(l.cases, name{r[1], r[2]})
		}
	}
	for _, r := range l.rows("standard", 9) {
		l.standard = append(l.standard, l.oneStandard(r))
	}
	for _, r := range l.rows("services", 3) {
		l.services = append(l.services, service{l.topic(r[0]), name{r[1], r[2]}})
	}
}

func (l *loader) oneStandard(r []string) standard {
	s := standard{topic: l.topic(r[0]), workKind: r[1], name: name{r[2], r[3]}, tags: strings.Fields(r[6]), groups: strings.Fields(r[7]), common: strings.Split(r[8], ";")}
	unit, time, _ := strings.Cut(r[4], " ")
	s.unit, s.time = unit, l.number(time)
	if low, high, given := strings.Cut(r[5], "-"); given && low != "" {
		s.low, s.high = l.number(low), l.number(high)
	}
	return s
}

func (l *loader) texts() {
	for _, r := range l.rows("laws", 5) {
		t := l.topic(r[0])
		l.laws[t] = append(l.laws[t], law{r[1], name{r[2], r[3]}, r[4]})
	}
	for _, r := range l.rows("documents", 8) {
		originals, copies, _ := strings.Cut(r[3], " ")
		l.documents = append(l.documents, document{r[0], name{r[1], r[6]}, r[2], l.number(originals), l.number(copies), r[4], name{r[5], r[7]}})
	}
	for _, r := range l.rows("sentences", 2) {
		if r[0] == "case" {
			l.cards = append(l.cards, titled{r[1], slotted(r[2])})
		} else {
			l.sentences[r[0]] = append(l.sentences[r[0]], slotted(r[1]))
		}
	}
}

// around cuts a text at its {o} or {p}.
func around(s string) [2]string {
	before, after, _ := strings.Cut(s, "{")
	if len(after) > 2 {
		return [2]string{before, after[2:]}
	}
	return [2]string{before, ""}
}

func slotted(s string) sentence {
	var out sentence
	for {
		before, after, more := strings.Cut(s, "{")
		out.parts = append(out.parts, before)
		if !more {
			return out
		}
		out.slots = append(out.slots, after[0])
		s = after[2:]
	}
}
