package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// references are what cells may name: agencies by code, name, short name or
// government code, labels by slug or name, manuals by id or their old number.
type references struct {
	dirs    map[string]string         // of agencies, by code
	names   map[Ref]map[string]string // by wordKey; "" when it is the name of several
	legacy  map[string]string         // ids of manuals that people wrote, by memory key
	named   map[Ref]bool              // what the mapping refers to
	listing *corpus.Listing           // what there was before
	memory  *Memory
}

// look reads what there is in a portal. A portal may have nothing yet.
func look(files fs.FS, memory *Memory, m *Mapping) (*references, error) {
	r := &references{named: m.refs(), dirs: map[string]string{}, names: map[Ref]map[string]string{}, legacy: map[string]string{}, memory: memory}
	for _, ref := range Ref("").Values() {
		r.names[Ref(ref)] = map[string]string{}
	}
	for _, p := range catalog.Provinces {
		r.name("province", p.Code, p.Name.TH, p.Name.EN, "จังหวัด"+p.Name.TH)
	}
	var err error
	if r.listing, err = corpus.List(files); err != nil {
		return nil, err
	}
	r.listing.Index()
	for n := range r.listing.Len() {
		if err := r.file(files, n); err != nil {
			return nil, err
		}
	}
	return r, r.labels(files)
}

// refs are what the cells of a mapping's tables name.
func (m *Mapping) refs() map[Ref]bool {
	named := map[Ref]bool{}
	for _, f := range m.Fields {
		named[f.Ref] = true
	}
	for _, l := range m.Lists {
		for _, f := range l.Fields {
			named[f.Ref] = true
		}
	}
	return named
}

// wanted reports whether a file has to be read: that of an agency, of what the
// mapping names by its name, or of a manual that no import wrote.
func (r *references) wanted(n int) bool {
	switch r.listing.Kind(n) {
	case corpus.AgencyFile:
		return true
	case corpus.PointFile:
		return r.named["point"]
	case corpus.ProcessFile:
		return r.named["process"]
	case corpus.ManualFile:
		return !r.memory.knows(string(r.listing.Name(n)))
	}
	return false
}

// file reads a file that others may name.
func (r *references) file(files fs.FS, n int) error {
	if !r.wanted(n) {
		return nil
	}
	f := r.listing.At(n)
	value, _, err := f.Read(files)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case *catalog.Agency:
		r.agency(v, path.Dir(f.Path))
	case *catalog.Point:
		r.name("point", f.Name, v.Name.TH, v.Name.EN)
	case *catalog.Process:
		r.name("process", f.Name, v.Title.TH, v.Title.EN)
	case *catalog.Manual:
		for _, c := range corpus.Claims(v.Legacy) {
			r.legacy["manual:"+c.Field+":"+c.Value] = f.Name
		}
	}
	return nil
}

func (r *references) agency(a *catalog.Agency, dir string) {
	if a.Code == "" {
		return
	}
	r.dirs[string(a.Code)] = dir
	r.name("agency", string(a.Code), a.Name.TH, a.Name.EN, a.ShortName.TH, a.OrgCode)
}

// name makes a thing known by its code and names. A name that two bear names
// neither; a code is stronger than a name.
func (r *references) name(ref Ref, code string, names ...string) {
	known := r.names[ref]
	for _, n := range names {
		key := wordKey(n)
		if key == "" {
			continue
		}
		if other, taken := known[key]; taken && other != code {
			if other != key {
				known[key] = ""
			}
			continue
		}
		known[key] = code
	}
	known[wordKey(code)] = code
}

func (r *references) labels(files fs.FS) error {
	frame, _, err := corpus.ReadFrame(files)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, list := range []struct {
		ref  Ref
		list []catalog.Label
	}{{"category", frame.Labels.Categories}, {"group", frame.Labels.Groups}, {"tag", frame.Labels.Tags}} {
		for _, l := range list.list {
			r.name(list.ref, string(l.Slug), l.TH, l.EN)
		}
	}
	return nil
}

// Words for what a reference names.
var refWords = map[Ref]fault.Text{
	"agency": {TH: "หน่วยงาน", EN: "agency"}, "point": {TH: "จุดบริการ", EN: "service point"}, "process": {TH: "กระบวนงาน", EN: "process"}, "manual": {TH: "คู่มือ", EN: "manual"}, "category": {TH: "หมวดหมู่บริการ", EN: "category"},
	"group": {TH: "กลุ่มผู้ใช้บริการ", EN: "user group"}, "tag": {TH: "ป้ายคำ", EN: "tag"}, "province": {TH: "จังหวัด", EN: "province"},
}

// find returns the code of what a text names.
func (r *references) find(ref Ref, text string) (string, error) {
	if kind, kept := refKinds[ref]; kept {
		// An agency that is known but was refused is not there.
		if id, ok := r.kept(kind, text); ok && (kind != Agencies || r.dirs[id] != "") {
			return id, nil
		}
	}
	code, known := r.names[ref][wordKey(text)]
	what := refWords[ref]
	switch {
	case known && code != "":
		return code, nil
	case known:
		return "", fault.New(fault.Invalid, fault.Text{TH: fmt.Sprintf("มี%sชื่อ %q มากกว่าหนึ่ง", what.TH, text), EN: fmt.Sprintf("more than one %s is called %q", what.EN, text)},
			fault.Text{TH: "เขียนรหัสแทนชื่อ", EN: "write the code instead of the name"})
	}
	return "", fault.New(fault.NotFound, fault.Text{TH: fmt.Sprintf("ไม่มี%s %q", what.TH, text), EN: fmt.Sprintf("there is no %s %q", what.EN, text)})
}

// refKinds are the references to files, which may be named by their identifiers
// and by those of the old system.
var refKinds = map[Ref]Kind{"agency": Agencies, "point": Points, "process": Processes, "manual": Manuals}

func (r *references) kept(kind Kind, text string) (string, bool) {
	bare := strings.ToLower(strings.TrimSpace(text))
	for _, key := range []string{"uuid:" + bare, "number:" + bare, "id:" + bare, "key:" + wordKey(text)} {
		if id, ok := r.holder(string(kind) + ":" + key); ok {
			return id, true
		}
	}
	if n, there := r.listing.Find(bare); there && r.listing.Kind(n) == kind.file() {
		return bare, true
	}
	return "", false
}

// holder returns the id of the object that is known by a key.
func (r *references) holder(key string) (string, bool) {
	if id, ok := r.memory.holder(key); ok {
		return id, true
	}
	id, ok := r.legacy[key]
	return id, ok
}
