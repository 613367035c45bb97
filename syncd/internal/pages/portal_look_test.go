package pages

import (
	"net/url"

	"khumue/internal/catalog"
)

// portalScenes are the pages of the Service Catalog, synonyms, holidays and pages of
// text.
var portalScenes = []scene{
	{"labels", "/catalog", "opdc"}, {"labels-tags", "/catalog?kind=tag", "opdc"}, {"labels-none", "/catalog?kind=tag&q=none", "opdc"},
	{"label", "/catalog/category/transport", "opdc"}, {"label-new", "/catalog/new/category", "opdc"},
	{"merge", "/catalog/tag/renewal/merge?into=" + url.QueryEscape("ได้"), "opdc"}, {"merge-sure", "/catalog/tag/renewal/merge?into=new", "opdc"},
	{"labels-past", "/catalog/history", "opdc"},
	{"synonyms", "/synonyms", "opdc"}, {"synonyms-none", "/synonyms?q=none", "opdc"}, {"synonym-miss", "/synonyms/new?word=" + url.QueryEscape("ต่อใบขับขี่รถเครื่อง"), "opdc"},
	{"synonym", "/synonyms/edit?word=" + url.QueryEscape("ใบขับขี่"), "opdc"},
	{"years", "/holidays", "dga"}, {"holidays", "/holidays/2569", "dga"}, {"holidays-empty", "/holidays/2571", "dga"},
	{"texts", "/pages", "dga"}, {"prose", "/pages/downloads/th", "dga"}, {"prose-new", "/pages/new", "dga"}, {"prose-past", "/pages/faq/th/history", "dga"},
}

// fillPortal gives the stage somebody who keeps the catalog, and searches that found
// nothing.
func (s *stage) fillPortal() {
	s.people["opdc"] = s.hire("วิชัย ก.พ.ร.", grant(catalog.RoleOPDC, ""))
	s.missed(map[string]int{"ต่อใบขับขี่รถเครื่อง": 41, "เรือเหาะ": 7, "ขอใบอนุญาตเปิดร้านขายของเก่าและของโบราณในตลาดนัดกลางคืนของเทศบาล": 5, "lost alien book": 3})
}
