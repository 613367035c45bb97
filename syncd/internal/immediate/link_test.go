package immediate_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/staff"
)

// threePoints are points of the department.
var threePoints = []catalog.PointCode{"dlt-area2", "dlt-hatyai", "dlt-mall-ramintra"}

func TestACentralOfficerLinksAManualToThreePointsAndUnlinksOne(t *testing.T) {
	o := open(t)
	serving := func() (out []catalog.PointCode) {
		list, err := o.Points(immediate.PointFilter{Manual: manual})
		must(t, err)
		for _, p := range list {
			out = append(out, p.Code)
		}
		return out
	}
	_, err := o.Link(t.Context(), central, immediate.LinkChange{Points: threePoints, Remove: immediate.Links{Manuals: []catalog.ManualID{manual}}})
	must(t, err)
	for _, code := range threePoints {
		if slices.Contains(serving(), code) {
			t.Fatalf("%s serves it before it is linked", code)
		}
	}
	saved, err := o.Link(t.Context(), central, immediate.LinkChange{Points: threePoints, Add: immediate.Links{Manuals: []catalog.ManualID{manual}}, Why: "เปิดให้บริการ"})
	must(t, err)
	if saved.Files != 3 {
		t.Errorf("got %+v", saved)
	}
	for _, code := range threePoints {
		links, err := o.Serves(code)
		must(t, err)
		if !slices.Contains(serving(), code) || !slices.Contains(links.Manuals, manual) {
			t.Errorf("%s is not linked on both sides", code)
		}
	}
	again, err := o.Link(t.Context(), above, immediate.LinkChange{Points: threePoints, Add: immediate.Links{Manuals: []catalog.ManualID{manual}}})
	if err != nil || !again.Commit.IsZero() {
		t.Errorf("linking once more gave %+v, %v", again, err)
	}
	_, err = o.Link(t.Context(), unit, immediate.LinkChange{Points: threePoints[:1], Remove: immediate.Links{Manuals: []catalog.ManualID{manual}}})
	must(t, err)
	if slices.Contains(serving(), threePoints[0]) {
		t.Error("it is still linked")
	}
	e := o.trail()[1]
	if e.Action != "point.link" || e.Subject != string(manual) || e.Scope.Agency != "dlt" || !strings.Contains(e.After, `"count":3`) || !strings.Contains(e.After, "เปิดให้บริการ") {
		t.Errorf("the trail has %+v", e)
	}
	o.verified()
}

func TestWhoMayLink(t *testing.T) {
	o := open(t)
	add := immediate.Links{Manuals: []catalog.ManualID{manual}, Processes: nil}
	for _, tc := range []struct {
		name   string
		by     staff.Acting
		points []catalog.PointCode
		want   error
	}{
		{"a point officer on the own point", counter, []catalog.PointCode{"dlt-area5"}, nil},
		{"a point officer on another point of the agency", counter, []catalog.PointCode{"dlt-area2"}, fault.Forbidden},
		{"a point officer on both: nothing changes", counter, []catalog.PointCode{"dlt-area5", "dlt-area2"}, fault.Forbidden},
		{"an author of the agency", author, []catalog.PointCode{"dlt-area2"}, nil},
		{"a central officer elsewhere", other, []catalog.PointCode{"dlt-area2"}, fault.Forbidden},
		{"OPDC", opdc, []catalog.PointCode{"dlt-area2"}, fault.Forbidden},
		{"nobody", staff.Acting{}, []catalog.PointCode{"dlt-area2"}, fault.Forbidden},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := o.Link(t.Context(), central, immediate.LinkChange{Points: tc.points, Remove: add})
			must(t, err)
			_, err = o.Link(t.Context(), tc.by, immediate.LinkChange{Points: tc.points, Add: add})
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			links, err := o.Serves(tc.points[0])
			must(t, err)
			if slices.Contains(links.Manuals, manual) != (tc.want == nil) {
				t.Errorf("it serves %v", links.Manuals)
			}
		})
	}
}

func TestWhatCanNotBeLinked(t *testing.T) {
	o := open(t)
	for name, c := range map[string]immediate.LinkChange{
		"nothing":                            {Points: threePoints},
		"on no point":                        {Add: immediate.Links{Manuals: []catalog.ManualID{manual}}},
		"a manual that is not there":         {Points: threePoints, Add: immediate.Links{Manuals: []catalog.ManualID{"dlt-nothere"}}},
		"a point in the place of a manual":   {Points: threePoints, Add: immediate.Links{Manuals: []catalog.ManualID{"dlt-area5"}}},
		"a manual in the place of a process": {Points: threePoints, Add: immediate.Links{Processes: []catalog.ProcessID{catalog.ProcessID(manual)}}},
	} {
		if _, err := o.Link(t.Context(), central, c); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := o.Link(t.Context(), central, immediate.LinkChange{Points: []catalog.PointCode{"dlt-nowhere"}, Add: immediate.Links{Manuals: []catalog.ManualID{manual}}})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("a point that is not there: got %v", err)
	}
}

func TestAPointTakesOverWhatAnotherServes(t *testing.T) {
	o := open(t)
	from, err := o.Serves("dlt-area5")
	must(t, err)
	before, err := o.Serves("dlt-mall-ramintra")
	must(t, err)
	_, err = o.CopyLinks(t.Context(), central, "dlt-area5", "dlt-mall-ramintra", "")
	must(t, err)
	after, err := o.Serves("dlt-mall-ramintra")
	must(t, err)
	for _, id := range slices.Concat(before.Manuals, from.Manuals) {
		if !slices.Contains(after.Manuals, id) {
			t.Errorf("%s is missing in %v", id, after.Manuals)
		}
	}
}

// country is a department with as many local offices, each an agency with a point.
func country(pack *gitrepo.Pack) (gitrepo.Hash, error) {
	add := func(entries map[string]gitrepo.Entry) (gitrepo.Hash, error) {
		var tree []byte
		list := make([]gitrepo.Entry, 0, len(entries))
		for name, e := range entries {
			e.Name = name
			list = append(list, e)
		}
		order := func(e gitrepo.Entry) string {
			if e.IsFolder() {
				return e.Name + "/"
			}
			return e.Name
		}
		slices.SortFunc(list, func(a, b gitrepo.Entry) int { return strings.Compare(order(a), order(b)) })
		for _, e := range list {
			tree = gitrepo.AppendEntry(tree, e)
		}
		return pack.Add(gitrepo.Tree, tree)
	}
	var failed error
	file := func(text string) gitrepo.Entry {
		h, err := pack.Add(gitrepo.Blob, []byte(text))
		failed = errors.Join(failed, err)
		return gitrepo.Entry{Mode: gitrepo.FileMode, Hash: h}
	}
	folder := func(entries map[string]gitrepo.Entry) gitrepo.Entry {
		h, err := add(entries)
		failed = errors.Join(failed, err)
		return gitrepo.Entry{Mode: gitrepo.FolderMode, Hash: h}
	}
	dla := map[string]gitrepo.Entry{"agency.yaml": file("code: dla\nname: กรมส่งเสริมการปกครองท้องถิ่น\nkind: department\n")}
	dla["manuals"] = folder(map[string]gitrepo.Entry{"dla-aaaaaa": folder(map[string]gitrepo.Entry{"manual.md": file("---\nid: dla-aaaaaa\ntitle: ขึ้นทะเบียนผู้สูงอายุ\n---\n")})})
	for i := range municipalities {
		code := fmt.Sprintf("t%04d", i)
		point := file(fmt.Sprintf("code: %s-hall\nname: ที่ทำการแห่งที่ %d\naddress:\n  line: หมู่ %d\n  subdistrict: \"501203\" # ตำบล\nhours:\n  week:\n    - {days: [mon, tue, wed, thu, fri], opens: \"08:30\", closes: \"16:30\"}\n", code, i, i))
		dla[code] = folder(map[string]gitrepo.Entry{
			"agency.yaml": file(fmt.Sprintf("code: %s\nname: เทศบาลที่ %d\nkind: local\n", code, i)),
			"points":      folder(map[string]gitrepo.Entry{code + "-hall.yaml": point}),
		})
	}
	root := map[string]gitrepo.Entry{
		"site.yaml":    file("name: ตัวอย่าง\nowner: สพร.\ncomplaints:\n  - name: ศูนย์\n    phone: \"1111\"\n"),
		"catalog.yaml": file("categories:\n  - {slug: elderly, th: ผู้สูงอายุ, en: Elderly}\ngroups:\n  - {slug: people, th: ประชาชน, en: People}\n"),
		"agencies":     folder(map[string]gitrepo.Entry{"dla": folder(dla)}),
	}
	tree, err := add(root)
	return tree, errors.Join(failed, err)
}

func TestOneManualIsLinkedToAllLocalOfficesInOneCommit(t *testing.T) {
	o := openWith(t, &gitrepotest.Template{Fill: country})
	began := time.Now()
	must(t, o.Ready())
	t.Logf("the content is read in %v", time.Since(began))
	local := acting("l", of(catalog.RoleCentral, "dla"))
	list, err := o.Points(immediate.PointFilter{Agency: "dla", Below: true, Province: "50"})
	must(t, err)
	if len(list) != municipalities {
		t.Fatalf("%d points below", len(list))
	}
	c := immediate.LinkChange{Add: immediate.Links{Manuals: []catalog.ManualID{"dla-aaaaaa"}}}
	for _, p := range list {
		c.Points = append(c.Points, p.Code)
	}
	began = time.Now()
	saved, err := o.Link(t.Context(), local, c)
	must(t, err)
	t.Logf("%d points are linked in %v", saved.Files, time.Since(began))
	if saved.Files != municipalities {
		t.Errorf("%d points are linked", saved.Files)
	}
	began = time.Now()
	serving, err := o.Points(immediate.PointFilter{Manual: "dla-aaaaaa"})
	must(t, err)
	t.Logf("and are found in %v", time.Since(began))
	if len(serving) != municipalities {
		t.Errorf("%d points serve it", len(serving))
	}
	o.verified()
}
