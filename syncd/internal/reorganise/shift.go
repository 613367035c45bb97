package reorganise

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// subfolders are those of an agency that hold no agencies.
var subfolders = []string{"manuals", "points", "processes", "services"}

// load is what goes from one agency to another: what stands in its folder of a
// name; that of "" are agencies right below.
type load map[string][]gitrepo.Entry

// entries are what stands in a folder of the content; nothing where there is none.
func (w *work) entries(dir string) ([]gitrepo.Entry, error) {
	e, err := w.d.Ledger.Repo.Find(w.content, dir)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return w.d.Ledger.Repo.Entries(e.Hash)
}

// all is all that an agency has.
func (w *work) all(home string) (load, error) {
	out := load{}
	list, err := w.entries(home)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		switch {
		case !e.IsFolder():
		case slices.Contains(subfolders, e.Name):
			if out[e.Name], err = w.d.Ledger.Repo.Entries(e.Hash); err != nil {
				return nil, err
			}
		default:
			out[""] = append(out[""], e)
		}
	}
	return out, nil
}

// some is what an agency has of what was picked: each has to be there.
func (w *work) some(home string, picked []string) (load, error) {
	have, err := w.all(home)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, id := range picked {
		wanted[id] = true
	}
	out, found := load{}, map[string]bool{}
	for sub, list := range have {
		for _, e := range list {
			id := idOf(sub, e.Name)
			if id != "" && wanted[id] {
				out[sub], found[id] = append(out[sub], e), true
			}
		}
	}
	for id := range wanted {
		if !found[id] {
			return nil, fault.New(fault.Invalid, fault.Textf("%s ไม่ได้อยู่กับหน่วยงานนี้", "%s is not of this agency.", id), fault.Text{TH: "เปิดหน้านี้ใหม่ แล้วเลือกอีกครั้ง", EN: "Open the page again, and choose again."})
		}
	}
	return out, w.photos(home, have, out)
}

// idOf is the identifier of what stands in a folder of an agency; "" of what has
// none, as a photo.
func idOf(sub, name string) string {
	switch sub {
	case "", "manuals":
		return name
	case "services":
		id, ok := strings.CutSuffix(name, ".md")
		if ok {
			return id
		}
		return ""
	}
	id, ok := strings.CutSuffix(name, ".yaml")
	if ok {
		return id
	}
	return ""
}

// photos adds the photos of the points that go. One that a point that stays shows
// too can not be in both places.
func (w *work) photos(home string, have, out load) error {
	goes := map[string]bool{}
	for _, e := range out["points"] {
		goes[e.Name] = true
	}
	stays, leaves := map[string]bool{}, map[string]bool{}
	for _, e := range have["points"] {
		shown, err := w.shows(path.Join(home, "points", e.Name), e.Hash)
		if err != nil {
			return err
		}
		for _, name := range shown {
			if goes[e.Name] {
				leaves[name] = true
			} else {
				stays[name] = true
			}
		}
	}
	for _, e := range have["points"] {
		switch {
		case !leaves[e.Name] || idOf("points", e.Name) != "":
		case stays[e.Name]:
			return fault.New(fault.Invalid, fault.Textf("ภาพ %s ใช้ร่วมกับจุดบริการที่ไม่ได้ย้าย", "The photo %s is shown by a point that stays, too.", e.Name), fault.Text{TH: "แยกภาพของจุดบริการก่อน", EN: "Give each point a photo of its own first."})
		default:
			out["points"] = append(out["points"], e)
		}
	}
	return nil
}

// shows are the photos that a point shows.
func (w *work) shows(file string, blob gitrepo.Hash) (out []string, err error) {
	at, ok := corpus.FileAt(file)
	if !ok || at.Kind != corpus.PointFile {
		return nil, nil
	}
	src, err := w.d.Ledger.Repo.Read(gitrepo.Blob, blob)
	if err != nil || !bytes.Contains(src, []byte("photos")) {
		return nil, err
	}
	value, _ := at.Decode(src)
	if p, ok := value.(*catalog.Point); ok {
		for _, one := range p.Photos {
			out = append(out, one.File)
		}
	}
	return out, nil
}

// shift takes a load from one agency to another, and notes what it touches.
func (w *work) shift(from, to string, what load) error {
	for _, sub := range subfolders {
		if len(what[sub]) == 0 {
			continue
		}
		if err := w.join(path.Join(to, sub), what[sub]); err != nil {
			return err
		}
		if err := w.leave(path.Join(from, sub), what[sub]); err != nil {
			return err
		}
		w.note(sub, what[sub])
		for _, e := range what[sub] {
			if id := idOf(sub, e.Name); sub == "points" && id != "" {
				w.points[catalog.PointCode(id)] = true
			}
		}
	}
	for _, e := range what[""] {
		w.steps = append(w.steps, step{at: path.Join(from, e.Name), gone: true}, step{at: path.Join(to, e.Name), tree: e.Hash})
		w.things[Agencies] = append(w.things[Agencies], e.Name)
		if err := w.estate(path.Join(from, e.Name), e.Hash); err != nil {
			return err
		}
	}
	return nil
}

// join puts entries beside those of a folder.
func (w *work) join(dir string, came []gitrepo.Entry) error {
	there, err := w.entries(dir)
	if err != nil {
		return err
	}
	have := map[string]gitrepo.Entry{}
	for _, e := range there {
		have[e.Name] = e
	}
	out := slices.Clone(there)
	for _, e := range came {
		other, taken := have[e.Name]
		if taken && other != e {
			return fault.New(fault.Conflict, fault.Textf("ทั้งสองหน่วยงานมีไฟล์ชื่อ %s แต่เนื้อหาต่างกัน", "Both agencies have a file named %s, and they differ.", e.Name), fault.Text{TH: "เปลี่ยนชื่อไฟล์หนึ่งก่อน", EN: "Name one of them otherwise first."})
		}
		if !taken {
			out = append(out, e)
		}
	}
	w.steps = append(w.steps, step{at: dir, entries: out})
	return nil
}

// leave takes entries out of a folder.
func (w *work) leave(dir string, went []gitrepo.Entry) error {
	there, err := w.entries(dir)
	if err != nil {
		return err
	}
	goes := map[string]bool{}
	for _, e := range went {
		goes[e.Name] = true
	}
	left := slices.DeleteFunc(slices.Clone(there), func(e gitrepo.Entry) bool { return goes[e.Name] })
	if len(left) == 0 {
		w.steps = append(w.steps, step{at: dir, gone: true})
	} else {
		w.steps = append(w.steps, step{at: dir, entries: left})
	}
	return nil
}

// note notes what stands in a folder of an agency as touched.
func (w *work) note(sub string, entries []gitrepo.Entry) {
	part := Part(sub)
	if part == Agencies {
		sub = ""
	}
	for _, e := range entries {
		if id := idOf(sub, e.Name); id != "" {
			w.things[part] = append(w.things[part], id)
		}
	}
}

// estate notes all that an agency and those below it have as touched, the agency
// itself apart.
func (w *work) estate(home string, tree gitrepo.Hash) error {
	list, err := w.d.Ledger.Repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range list {
		switch {
		case !e.IsFolder():
		case slices.Contains(subfolders, e.Name):
			entries, err := w.d.Ledger.Repo.Entries(e.Hash)
			if err != nil {
				return err
			}
			w.note(e.Name, entries)
		default:
			w.things[Agencies] = append(w.things[Agencies], e.Name)
			if err := w.estate(path.Join(home, e.Name), e.Hash); err != nil {
				return err
			}
		}
	}
	return nil
}
