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

// place is what a path of the content tree means.
type place struct {
	kind   Kind
	name   string             // base name without its ending; of a manual its folder
	owner  catalog.AgencyCode // the agency in whose folder it stands
	parent catalog.AgencyCode // of an agency
	lang   catalog.Lang       // of a page
}

var (
	pagePath    = regexp.MustCompile(`^pages/([a-z0-9-]+)(\.en)?\.md$`)
	yearPath    = regexp.MustCompile(`^holidays/(\d{4})\.yaml$`)
	surveyPath  = regexp.MustCompile(`^surveys/([a-z0-9-]+)\.yaml$`)
	agencyPath  = regexp.MustCompile(`^agencies((?:/[a-z0-9-]+)+)/agency\.yaml$`)
	belongsPath = regexp.MustCompile(`^agencies((?:/[a-z0-9-]+)+)/(?:points/([a-z0-9-]+)\.yaml|processes/([a-z0-9-]+)\.yaml|manuals/([a-z0-9-]+)/manual\.md|services/([a-z0-9-]+)\.md)$`)
	// attachmentPath are files that lie beside what names them.
	attachmentPath = regexp.MustCompile(`^(?:agencies(?:/[a-z0-9-]+)+/(?:manuals/[a-z0-9-]+|points)|pages)/[^/]+\.(?i:pdf|docx|jpe?g|png|webp)$`)
)

// placeOf returns what stands at a path, and false when no content file may
// stand there.
func placeOf(p string) (place, bool) {
	switch p {
	case "site.yaml":
		return place{kind: SiteFile}, true
	case "catalog.yaml":
		return place{kind: CatalogFile}, true
	case "synonyms.yaml":
		return place{kind: SynonymsFile}, true
	}
	if m := yearPath.FindStringSubmatch(p); m != nil {
		return place{kind: HolidaysFile, name: m[1]}, true
	}
	if m := surveyPath.FindStringSubmatch(p); m != nil {
		return place{kind: SurveyFile, name: m[1]}, true
	}
	if m := pagePath.FindStringSubmatch(p); m != nil {
		lang := catalog.TH
		if m[2] != "" {
			lang = catalog.EN
		}
		return place{kind: PageFile, name: m[1], lang: lang}, true
	}
	if m := belongsPath.FindStringSubmatch(p); m != nil {
		at := place{owner: catalog.AgencyCode(path.Base(m[1]))}
		for i, kind := range []Kind{PointFile, ProcessFile, ManualFile, ServiceFile} {
			if m[i+2] != "" {
				at.kind, at.name = kind, m[i+2]
			}
		}
		return at, true
	}
	if m := agencyPath.FindStringSubmatch(p); m != nil {
		at := place{kind: AgencyFile, name: path.Base(m[1])}
		if dir := path.Dir(m[1]); dir != "/" {
			at.parent = catalog.AgencyCode(path.Base(dir))
		}
		return at, true
	}
	return place{}, false
}

// above returns the agency that a place belongs to, or is below, and where
// that agency's file has to be; "" at the top.
func (l located) above() (owner catalog.AgencyCode, home string) {
	switch l.kind {
	case AgencyFile:
		return l.parent, path.Join(path.Dir(l.path), "../agency.yaml")
	case ManualFile:
		return l.owner, path.Join(path.Dir(l.path), "../../agency.yaml")
	}
	return l.owner, path.Join(path.Dir(l.path), "../agency.yaml")
}

// ignored reports whether a path is none of the reader's business: whatever
// begins with a dot, and a README at the top.
func ignored(p string) bool {
	return p != "." && strings.HasPrefix(path.Base(p), ".") || p == "README.md"
}
