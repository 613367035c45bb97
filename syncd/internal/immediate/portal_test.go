package immediate_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// count is by how many manuals and services a tag is named.
func (o *office) count(slug catalog.Slug) int {
	o.t.Helper()
	l, err := o.Labels(opdc)
	must(o.t, err)
	u, ready, err := o.Uses(l)
	must(o.t, err)
	if !ready {
		o.t.Fatal("nothing has been counted")
	}
	return u[catalog.TagLabel][slug]
}

func TestMergingATagLeavesApprovedManualsAlone(t *testing.T) {
	o := open(t)
	must(t, o.Ready())
	renewal, fresh := o.count("renewal"), o.count("new")
	if renewal == 0 || fresh == 0 {
		t.Fatalf("the sample names renewal %d times and new %d times", renewal, fresh)
	}
	saved, err := o.MergeLabels(t.Context(), opdc, catalog.TagLabel, "renewal", "new")
	must(t, err)
	if saved.Files != 1 || saved.File != "catalog.yaml" {
		t.Errorf("got %+v", saved)
	}
	if got := o.count("new"); got != renewal+fresh {
		t.Errorf("new is named %d times, want %d", got, renewal+fresh)
	}
	l, err := o.Labels(opdc)
	must(t, err)
	if _, there := l.Find(catalog.TagLabel, "renewal"); there || l.Aliases["renewal"] != "new" {
		t.Errorf("got %v", l.Aliases)
	}
	_, err = o.MergeLabels(t.Context(), opdc, catalog.TagLabel, "new", "online")
	must(t, err)
	if l, err = o.Labels(opdc); err != nil || l.Aliases["renewal"] != "online" || l.Aliases["new"] != "online" {
		t.Errorf("a chain is left: %v, %v", l.Aliases, err)
	}
	_, err = o.AddLabel(t.Context(), opdc, catalog.TagLabel, catalog.Label{Slug: "renewal", TH: "ก", EN: "A"})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a former slug is given again: %v", err)
	}
}

func TestLabelsAndSynonymsAreOfWhoeverKeepsTheCatalog(t *testing.T) {
	o := open(t)
	label := catalog.Label{Slug: "drone", TH: "โดรน", EN: "Drones"}
	for name, by := range map[string]staff.Acting{"DGA": dga, "central": central, "unit": unit, "counter": counter, "author": author} {
		_, add := o.AddLabel(t.Context(), by, catalog.TagLabel, label)
		_, merge := o.MergeLabels(t.Context(), by, catalog.TagLabel, "renewal", "new")
		_, words := o.ChangeSynonyms(t.Context(), by, nil, []string{"ก", "ข"})
		_, see := o.Labels(by)
		_, read := o.Synonyms(by)
		for _, err := range []error{add, merge, words, see, read} {
			if !errors.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	_, err := o.AddLabel(t.Context(), opdc, catalog.TagLabel, label)
	must(t, err)
	changed := label
	changed.TH, changed.EN = "อากาศยานไร้คนขับ", "Unmanned aircraft"
	_, err = o.ChangeLabel(t.Context(), opdc, catalog.TagLabel, label, changed, 0)
	must(t, err)
	if l, err := o.Labels(opdc); err != nil || l.Tags[0] != changed {
		t.Errorf("got %+v, %v", l.Tags[0], err)
	}
	if _, err = o.ChangeLabel(t.Context(), opdc, catalog.TagLabel, label, label, 0); !errors.Is(err, fault.Conflict) {
		t.Errorf("who looked at another is not told: %v", err)
	}
	if _, err = o.AddLabel(t.Context(), opdc, catalog.TagLabel, catalog.Label{Slug: "no-name"}); !errors.Is(err, fault.Invalid) {
		t.Errorf("a label without a name: %v", err)
	}
}

func TestOfficersWhoAddSynonymsAtOnceDoNotMeet(t *testing.T) {
	o := open(t)
	before, err := o.Synonyms(opdc)
	must(t, err)
	var all sync.WaitGroup
	for _, word := range []string{"กา", "ขา", "คา", "งา"} {
		all.Go(func() {
			if _, err := o.ChangeSynonyms(t.Context(), opdc, nil, []string{word, word + word}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	after, err := o.Synonyms(opdc)
	must(t, err)
	if len(after) != len(before)+4 {
		t.Errorf("%d groups, want %d", len(after), len(before)+4)
	}
	group := after[len(before)]
	_, err = o.ChangeSynonyms(t.Context(), opdc, group, append(slices.Clone(group), "อีกคำ"))
	must(t, err)
	if _, err = o.ChangeSynonyms(t.Context(), opdc, group, nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("a group that changed is removed: %v", err)
	}
	for name, words := range map[string][]string{"one word": {"ก"}, "the same twice": {"เเมว", "แมว"}, "an empty one": {"ก", " "}, "a long one": {"ก", strings.Repeat("ก", 81)}, "too many": strings.Split(strings.Repeat("ก ", 60), " ")} {
		if _, err := o.ChangeSynonyms(t.Context(), opdc, nil, words); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = o.ChangeSynonyms(t.Context(), opdc, before[0], nil)
	must(t, err)
	if after, err = o.Synonyms(opdc); err != nil || len(after) != len(before)+3 {
		t.Errorf("%d groups, %v", len(after), err)
	}
}
