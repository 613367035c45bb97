package structure

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

func unit(code, th, en string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "code: %s\nname: {th: %s, en: %s}\nkind: department\n", code, th, en)}
}

// office is a small content: a ministry with two departments, one with a branch.
func office() fstest.MapFS {
	files := fstest.MapFS{}
	add := func(dir, code, th, en string) { files[dir+"/agency.yaml"] = unit(code, th, en) }
	add("agencies/mot", "mot", "กระทรวงคมนาคม", "Ministry of Transport")
	add("agencies/mot/dlt", "dlt", "กรมการขนส่งทางบก", "Department of Land Transport")
	add("agencies/mot/dlt/north", "north", "สำนักงานภาคเหนือ", "Northern Office")
	add("agencies/mot/md", "md", "กรมเจ้าท่า", "Marine Department")
	add("agencies/moi", "moi", "กระทรวงมหาดไทย", "Ministry of Interior")
	files["agencies/mot/dlt/points/dlt-chatuchak.yaml"] = &fstest.MapFile{Data: []byte("code: dlt-chatuchak\nname: {th: จตุจักร, en: Chatuchak}\naddress: {line: 1 ถนน, province: \"10\"}\n")}
	files["agencies/mot/dlt/manuals/dlt-aaaaaa/manual.md"] = &fstest.MapFile{Data: []byte("---\n---\n")}
	return files
}

func read(t *testing.T, files fs.FS) *Tree {
	t.Helper()
	tree, err := Read(files)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestAgenciesStandWhereTheirFoldersSay(t *testing.T) {
	tree := read(t, office())
	got, err := tree.Target("north", "")
	if want := []catalog.AgencyCode{"north", "dlt", "mot"}; err != nil || !slices.Equal(got.Chain, want) {
		t.Errorf("above north: got %v %v, want %v", got, err, want)
	}
	if got, want := tree.Below("mot"), []catalog.AgencyCode{"mot", "dlt", "md", "north"}; !slices.Equal(got, want) {
		t.Errorf("below mot: got %v, want %v", got, want)
	}
	var tops []catalog.AgencyCode
	for _, a := range tree.Children("") {
		tops = append(tops, a.Code)
	}
	if want := []catalog.AgencyCode{"mot", "moi"}; !slices.Equal(tops, want) {
		t.Errorf("at the top: got %v, want %v (in Thai order)", tops, want)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	tree := read(t, office())
	for _, tc := range []struct {
		agency catalog.AgencyCode
		point  catalog.PointCode
	}{{"none", ""}, {"", ""}, {"dlt", "other"}, {"md", "dlt-chatuchak"}, {"dlt", "../points/dlt-chatuchak"}, {"dlt", "/"}} {
		if got, err := tree.Target(tc.agency, tc.point); !errors.Is(err, fault.NotFound) {
			t.Errorf("%v: got %v and %v, want NotFound", tc, got, err)
		}
	}
	if _, err := tree.Target("dlt", "dlt-chatuchak"); err != nil {
		t.Error(err)
	}
	if _, err := (&Current{}).Target("dlt", ""); !errors.Is(err, fault.NotFound) {
		t.Errorf("without content: got %v", err)
	}
	if got := (&Current{}).Below("dlt"); !slices.Equal(got, []catalog.AgencyCode{"dlt"}) {
		t.Errorf("below what is no agency: got %v", got)
	}
}

func TestPointsHaveNames(t *testing.T) {
	tree := read(t, office())
	for range 2 { // the second is remembered
		list, err := tree.Points("dlt")
		if err != nil || len(list) != 1 || list[0].Code != "dlt-chatuchak" || list[0].Name.TH != "จตุจักร" {
			t.Errorf("got %v %v", list, err)
		}
	}
	if list, err := tree.Points("md"); err != nil || len(list) != 0 {
		t.Errorf("an agency without points: got %v %v", list, err)
	}
}

func TestAgenciesAreFoundByWords(t *testing.T) {
	tree := read(t, office())
	for _, tc := range []struct {
		text string
		want []catalog.AgencyCode
	}{
		{"ขนส่ง", []catalog.AgencyCode{"dlt"}},
		{"department marine", []catalog.AgencyCode{"md"}},
		{"DLT", []catalog.AgencyCode{"dlt"}},
		{"กระทรวง", []catalog.AgencyCode{"mot", "moi"}},
		{"ไม่มี", nil},
		{"", []catalog.AgencyCode{"md", "dlt", "mot", "moi", "north"}},
	} {
		var got []catalog.AgencyCode
		for _, a := range tree.Find(tc.text, 10, func(catalog.AgencyCode) bool { return true }) {
			got = append(got, a.Code)
		}
		slices.Sort(got)
		if want := slices.Sorted(slices.Values(tc.want)); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", tc.text, got, want)
		}
	}
	if found := tree.Find("กระทรวง", 10, func(c catalog.AgencyCode) bool { return c != "mot" }); len(found) != 1 || found[0].Code != "moi" {
		t.Errorf("with what may not be named: got %v", found)
	}
	if found := tree.Find("", 2, func(catalog.AgencyCode) bool { return true }); len(found) != 2 {
		t.Errorf("got %d, want 2", len(found))
	}
}

func TestABrokenAgencyHasItsCodeForAName(t *testing.T) {
	files := office()
	files["agencies/mot/md/agency.yaml"] = &fstest.MapFile{Data: []byte("name: [")}
	if a, ok := read(t, files).Agency("md"); !ok || a.Name.TH != "md" {
		t.Errorf("got %v %v", a, ok)
	}
}

func TestTheNextTreeIsTheOneReadAnew(t *testing.T) {
	files := office()
	tree := read(t, files)
	next := office()
	delete(next, "agencies/mot/md/agency.yaml")
	delete(next, "agencies/mot/dlt/north/agency.yaml")
	next["agencies/mot/md2/agency.yaml"] = unit("md2", "กรมใหม่", "New")
	next["agencies/mot/north/agency.yaml"] = unit("north", "ภาคเหนือ", "North")
	next["agencies/moi/agency.yaml"] = unit("moi", "มหาดไทยใหม่", "Interior")
	changed := []string{"agencies/moi/agency.yaml", "agencies/mot/dlt/north/agency.yaml", "agencies/mot/md/agency.yaml", "agencies/mot/md2/agency.yaml", "agencies/mot/north/agency.yaml", "agencies/mot/dlt/manuals/dlt-aaaaaa/manual.md", "site.yaml"}
	got, err := tree.Next(next, told(changed, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := read(t, next)
	if g, w := all(got), all(want); !slices.Equal(g, w) {
		t.Errorf("got %v, want %v", g, w)
	}
	if _, err := tree.Next(next, told(changed, errors.ErrUnsupported)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a change that can not be read: got %v", err)
	}
}

// TestPointsOfTheNextTreeAreThoseReadAnew changes, adds, moves and removes points of
// agencies that were asked for before, twice in a row.
func TestPointsOfTheNextTreeAreThoseReadAnew(t *testing.T) {
	point := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, "code: x\nname: {th: %s, en: Point}\naddress: {line: 1 ถนน, province: \"10\"}\n", name)}
	}
	files := office()
	for _, at := range []string{"dlt/points/dlt-1", "dlt/points/dlt-2", "dlt/points/dlt-3", "md/points/md-1", "md/points/md-2"} {
		files["agencies/mot/"+at+".yaml"] = point("จุด " + path.Base(at))
	}
	tree := read(t, files)
	hold := func(step string) {
		t.Helper()
		anew := read(t, files)
		for _, agency := range []catalog.AgencyCode{"dlt", "md", "moi", "mot"} {
			got, err := tree.Points(agency)
			want, wrong := anew.Points(agency)
			if err = errors.Join(err, wrong); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s has %v, want %v", step, agency, got, want)
			}
			for _, code := range []catalog.PointCode{"dlt-1", "dlt-2", "dlt-3", "dlt-4", "md-1", "md-2"} {
				_, err := tree.Target(agency, code)
				if _, wrong := anew.Target(agency, code); (err == nil) != (wrong == nil) {
					t.Errorf("%s: of %s in %s it says %v, want %v", step, code, agency, err, wrong)
				}
			}
		}
	}
	hold("at first")
	for _, step := range []struct {
		name string
		set  map[string]*fstest.MapFile // nil: it goes
	}{
		{"one is renamed, one is new", map[string]*fstest.MapFile{"mot/dlt/points/dlt-2": point("ก"), "mot/dlt/points/dlt-4": point("ข")}},
		{"one goes", map[string]*fstest.MapFile{"mot/dlt/points/dlt-1": nil}},
		{"an agency moves", map[string]*fstest.MapFile{"mot/md/points/md-1": nil, "mot/md/points/md-2": nil, "mot/md/agency": nil,
			"moi/md/points/md-1": point("จุด md-1"), "moi/md/points/md-2": point("ค"), "moi/md/agency": unit("md", "กรม", "Dept")}},
		{"nothing of a point", map[string]*fstest.MapFile{"mot/dlt/agency": unit("dlt", "ขนส่ง", "Land")}},
	} {
		files = maps.Clone(files)
		var changed []string
		for at, file := range step.set {
			name := "agencies/" + at + ".yaml"
			changed = append(changed, name)
			if files[name] = file; file == nil {
				delete(files, name)
			}
		}
		var err error
		if tree, err = tree.Next(files, told(changed, nil)); err != nil {
			t.Fatal(err)
		}
		if step.name != "one goes" { // so that two changes come between two questions
			hold(step.name)
		}
	}
}

func told(paths []string, err error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, p := range paths {
			if !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

// all are the agencies of a tree with what stands above them.
func all(t *Tree) []string {
	var out []string
	for code, a := range t.agencies {
		target, _ := t.Target(code, "")
		out = append(out, fmt.Sprint(a.Code, a.Name, a.Retired.State, target.Chain))
	}
	slices.Sort(out)
	return out
}

func TestTheSampleContentIsRead(t *testing.T) {
	tree := read(t, os.DirFS("../../../content"))
	if tree.Len() < 20 {
		t.Errorf("%d agencies", tree.Len())
	}
	for code := range tree.agencies {
		if _, err := tree.Points(code); err != nil {
			t.Error(err)
		}
	}
}
