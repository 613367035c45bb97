package transfer

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/thai"
)

//go:embed words.yaml
var wordsFile []byte

// builtInWords are the Thai words of the closed lists of the catalog.
var builtInWords = sync.OnceValue(func() []Words {
	var file struct {
		Tables []Words `yaml:"tables" rule:"required,max=60" help:"ตารางคำ · tables of words"`
	}
	if problems := corpus.Decode("words.yaml", wordsFile, &file); len(problems) > 0 {
		panic("transfer: " + problems.Error())
	}
	return file.Tables
})

func builtIn(name string) *Words {
	all := builtInWords()
	if at := slices.IndexFunc(all, func(w Words) bool { return w.Name == name }); at >= 0 {
		return &all[at]
	}
	return nil
}

func builtInNames() []string {
	var names []string
	for _, w := range builtInWords() {
		names = append(names, w.Name)
	}
	return names
}

// wordKey is a word as words are compared.
func wordKey(s string) string { return headingKey(s) }

// dictionary is a table of words made ready for looking up.
type dictionary struct {
	of     map[string]string
	others string
	told   []string // the words as written, in order
}

func (w *Words) dictionary() *dictionary {
	d := &dictionary{of: map[string]string{}, others: w.Others}
	for word, value := range w.Of {
		d.of[wordKey(word)] = value
		d.told = append(d.told, word)
		if _, taken := w.Of[value]; !taken {
			d.of[wordKey(value)] = value
		}
	}
	slices.SortFunc(d.told, thai.Compare)
	return d
}

// find returns what a word means.
func (d *dictionary) find(word string) (string, error) {
	if value, ok := d.of[wordKey(word)]; ok {
		return value, nil
	}
	if d.others != "" {
		return d.others, nil
	}
	return "", fault.New(fault.Invalid, fault.Textf("ไม่รู้จักคำ %q", "unknown word %q", word), fault.DidYouMean(word, d.told))
}

// closedLists are the enumerations that have a table of words.
var closedLists = map[string]interface{ Values() []string }{
	"service_type": catalog.ServiceType(""), "work_kind": catalog.WorkKind(""), "impact": catalog.Impact(""), "area": catalog.Area(""),
	"law_kind": catalog.LawKind(""), "step_kind": catalog.StepKind(""), "time_unit": catalog.TimeUnit(""),
	"document_kind": catalog.DocumentKind(""), "fee_kind": catalog.FeeKind(""), "channel_kind": catalog.ChannelKind(""),
	"form_kind": catalog.FormKind(""), "agency_kind": catalog.AgencyKind(""), "point_status": catalog.PointStatus(""),
	"facility": catalog.Facility(""),
}

// firstWords are, of each built-in table, the words that stand first for each
// value.
var firstWords = sync.OnceValue(func() map[string]map[string]string {
	first := map[string]map[string]string{}
	table := ""
	for line := range strings.Lines(string(wordsFile)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "- name: "); ok {
			table = name
			first[table] = map[string]string{}
			continue
		}
		if at := strings.LastIndex(line, ": "); at > 0 && table != "" {
			if _, taken := first[table][line[at+2:]]; !taken {
				first[table][line[at+2:]] = line[:at]
			}
		}
	}
	return first
})
