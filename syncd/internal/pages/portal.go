package pages

import (
	"mime"
	"net/http"
	"strings"

	"khumue/syncd/internal/rights"
)

// portalMenu is what belongs to the portal as a whole.
func (x *exchange) portalMenu() Group {
	g := Group{Name: x.t("menu.portal")}
	if x.by().MayAnywhere(rights.EditCatalog) {
		g.Items = append(g.Items, x.item("/catalog", "menu.catalog", "tag"), x.item("/synonyms", "menu.synonyms", "search"))
	}
	if x.by().MayAnywhere(rights.EditSettings) {
		g.Items = append(g.Items, x.item("/pages", "menu.pages", "website"), x.item("/holidays", "menu.holidays", "calendar"))
	}
	return g
}

// maxYear is how large the form of a year's holidays may be, in bytes.
const maxYear = 512 << 10

// portalLimit is how large a form of the portal's own pages may be; false for
// other pages.
func portalLimit(r *http.Request) (int64, bool) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost:
	case strings.HasPrefix(r.URL.Path, "/holidays/"):
		return maxYear, true
	case strings.HasPrefix(r.URL.Path, "/pages/") && kind == "multipart/form-data":
		return maxUpload, true
	case strings.HasPrefix(r.URL.Path, "/pages/"):
		return maxEditor, true
	}
	return 0, false
}
