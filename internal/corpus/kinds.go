package corpus

import (
	"path"
	"reflect"
	"regexp"
	"strings"

	"khumue/internal/catalog"
)

// Kind is a sort of content file.
type Kind string

// The kinds of content file. Each has a JSON Schema of this name.
const (
	SiteFile     Kind = "site"
	CatalogFile  Kind = "catalog"
	SynonymsFile Kind = "synonyms"
	HolidaysFile Kind = "holidays"
	SurveyFile   Kind = "survey"
	PageFile     Kind = "page"
	AgencyFile   Kind = "agency"
	PointFile    Kind = "point"
	ProcessFile  Kind = "process"
	ManualFile   Kind = "manual"
	ServiceFile  Kind = "service"
)

// types are the structs that the kinds are read into, in the order of
// doc/content-format.md.
var types = []struct {
	kind Kind
	typ  reflect.Type
}{
	{SiteFile, reflect.TypeFor[catalog.Site]()},
	{CatalogFile, reflect.TypeFor[catalog.Labels]()},
	{SynonymsFile, reflect.TypeFor[catalog.Synonyms]()},
	{HolidaysFile, reflect.TypeFor[catalog.HolidayYear]()},
	{SurveyFile, reflect.TypeFor[catalog.Survey]()},
	{PageFile, reflect.TypeFor[catalog.Page]()},
	{AgencyFile, reflect.TypeFor[catalog.Agency]()},
	{PointFile, reflect.TypeFor[catalog.Point]()},
	{ProcessFile, reflect.TypeFor[catalog.Process]()},
	{ManualFile, reflect.TypeFor[catalog.Manual]()},
	{ServiceFile, reflect.TypeFor[catalog.Service]()},
}

// File is a content file, by what its path means.
type File struct {
	Path  string
	Kind  Kind
	Name  string             // the identifier that it must hold: its base name without the ending, or its folder's
	Owner catalog.AgencyCode // the agency in whose folder it stands; of an agency the one above, "" at the top
	Lang  catalog.Lang       // of a page
}

var (
	pagePath   = regexp.MustCompile(`^pages/([a-z0-9-]+)(\.en)?\.md$`)
	yearPath   = regexp.MustCompile(`^holidays/(\d{4})\.yaml$`)
	surveyPath = regexp.MustCompile(`^surveys/([a-z0-9-]+)\.yaml$`)
	fileEnding = regexp.MustCompile(`^[^/]+\.(?i:pdf|docx|jpe?g|png|webp)$`)
)

// agenciesDir is the folder of all that belongs to agencies.
const agenciesDir = "agencies/"

// FileAt returns the content file that stands at a path, and false when none
// may stand there.
func FileAt(p string) (File, bool) {
	if rest, ok := strings.CutPrefix(p, agenciesDir); ok {
		return placeBelow(p, rest)
	}
	switch p {
	case "site.yaml":
		return File{Path: p, Kind: SiteFile}, true
	case "catalog.yaml":
		return File{Path: p, Kind: CatalogFile}, true
	case "synonyms.yaml":
		return File{Path: p, Kind: SynonymsFile}, true
	}
	if m := yearPath.FindStringSubmatch(p); m != nil {
		return File{Path: p, Kind: HolidaysFile, Name: m[1]}, true
	}
	if m := surveyPath.FindStringSubmatch(p); m != nil {
		return File{Path: p, Kind: SurveyFile, Name: m[1]}, true
	}
	if m := pagePath.FindStringSubmatch(p); m != nil {
		f := File{Path: p, Kind: PageFile, Name: m[1], Lang: catalog.TH}
		if m[2] != "" {
			f.Lang = catalog.EN
		}
		return f, true
	}
	return File{}, false
}

// homes are the folders of an agency, with what they hold and how the names of
// their files end.
var homes = []struct {
	dir    string
	kind   Kind
	ending string
}{
	{"points", PointFile, ".yaml"}, {"processes", ProcessFile, ".yaml"}, {"manuals", ManualFile, "/manual.md"}, {"services", ServiceFile, ".md"},
}

// placeBelow reads a path below agencies/: codes of agencies, each in the one
// above, then an agency's own file or a folder of what it has.
func placeBelow(p, rest string) (File, bool) {
	f := File{Path: p}
	for {
		part, more, nested := strings.Cut(rest, "/")
		if !nested {
			f.Kind, f.Name = AgencyFile, string(f.Owner)
			f.Owner = catalog.AgencyCode(path.Base(path.Dir(path.Dir(p))))
			if path.Dir(path.Dir(p)) == path.Clean(agenciesDir) {
				f.Owner = ""
			}
			return f, part == "agency.yaml" && f.Name != ""
		}
		for _, h := range homes {
			if part != h.dir || f.Owner == "" {
				continue
			}
			if name, ok := strings.CutSuffix(more, h.ending); ok && codeForm(name) {
				f.Kind, f.Name = h.kind, name
				return f, true
			}
		}
		if !codeForm(part) {
			return File{}, false
		}
		f.Owner, rest = catalog.AgencyCode(part), more
	}
}

// codeForm reports whether a name could be an identifier.
func codeForm(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}

// IsAttachment reports whether a file at a path may belong to a content file
// beside it: to a manual, to the points of an agency, or to a page.
func IsAttachment(p string) bool {
	dir, base := path.Split(p)
	if !fileEnding.MatchString(base) {
		return false
	}
	if dir == "pages/" {
		return true
	}
	if _, ok := FileAt(dir + "manual.md"); ok {
		return true
	}
	_, ok := FileAt(dir + "a.yaml")
	return ok && path.Base(dir) == "points"
}

// home returns where the agency's file has to be that a file belongs to or is
// below; "" at the top.
func (f File) home() string {
	switch {
	case f.Owner == "":
		return ""
	case f.Kind == AgencyFile:
		return path.Join(path.Dir(f.Path), "../agency.yaml")
	case f.Kind == ManualFile:
		return path.Join(path.Dir(f.Path), "../../agency.yaml")
	}
	return path.Join(path.Dir(f.Path), "../agency.yaml")
}

// Ignored reports whether a path is none of the reader's business: what begins
// with a dot, whatever is in such a folder, and a README at the top.
func Ignored(p string) bool {
	return p != "." && strings.HasPrefix(p, ".") || strings.Contains(p, "/.") || p == "README.md"
}
