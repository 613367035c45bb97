package pages

import "khumue/syncd/internal/rights"

// portalMenu is what belongs to the portal as a whole.
func (x *exchange) portalMenu() Group {
	g := Group{Name: x.t("menu.portal")}
	if x.by().MayAnywhere(rights.EditCatalog) {
		g.Items = append(g.Items, x.item("/catalog", "menu.catalog", "tag"), x.item("/synonyms", "menu.synonyms", "search"))
	}
	return g
}
