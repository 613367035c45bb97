package pages

import (
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
		g.Items = append(g.Items, x.item("/holidays", "menu.holidays", "calendar"))
	}
	return g
}

// maxTable is how large the form of a year's holidays may be, in bytes.
const maxTable = 512 << 10

// portalLimit is how large a form of the portal's own pages may be; false for
// other pages.
func portalLimit(r *http.Request) (int64, bool) {
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/holidays/") {
		return maxTable, true
	}
	return 0, false
}
