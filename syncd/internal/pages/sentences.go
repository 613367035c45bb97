package pages

import (
	"encoding/json"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// entryRow says an entry of the trail in words.
func (x *exchange) entryRow(e trail.Entry, names map[catalog.OfficerID]string) EntryRow {
	r := EntryRow{At: x.moment(e.At), Sentence: x.sentence(e, names), Unit: x.unit(e.Scope), Request: e.Request, Case: x.caseOf(e)}
	switch {
	case e.Officer != "":
		r.Who, r.WhoURL = x.called(e.Officer, names), x.with("person", string(e.Officer), "page", "")
	case e.Request == "":
		r.Who = page.Words{Text: x.t("person.console")}
	default:
		r.Who = page.Words{Text: x.t("person.nobody")}
	}
	if e.Role != "" {
		r.As = x.role(e.Role)
	}
	r.Before, r.After = x.facts(e.Before, names), x.facts(e.After, names)
	return r
}

// change is what the entries about tokens and users hold before and after.
type change struct {
	Grant  string
	User   catalog.OfficerID
	Role   catalog.Role
	Agency catalog.AgencyCode
	Point  catalog.PointCode
}

func changed(state string) (c change) {
	if json.Unmarshal([]byte(state), &c) != nil {
		return change{}
	}
	return c
}

// sentence says what was done. What it does not know it calls by the action's
// own name.
func (x *exchange) sentence(e trail.Entry, names map[catalog.OfficerID]string) string {
	before, after := changed(e.Before), changed(e.After)
	whom := func() string { return x.called(catalog.OfficerID(e.Subject), names).Text }
	switch key := "did." + e.Action; e.Action {
	case "sign-in", "sign-in.refused", "sign-out", "sign-out.everywhere", "sign-out.device", "token.refused":
		return x.t(key)
	case "token.issue":
		if e.Before != "" {
			key = "did.token.refresh"
		}
		return x.t(key, x.role(after.Role))
	case "token.redeem":
		return x.t(key, x.role(after.Role))
	case "token.revoke":
		return x.t(key, x.role(before.Role))
	case "user.import":
		return x.t(key, whom(), x.role(after.Role))
	case "user.change-role":
		return x.t(key, whom(), x.role(before.Role), x.role(after.Role))
	case "user.remove":
		return x.t(key, whom(), x.role(before.Role))
	case "delegation.give":
		return x.t(key, x.role(after.Role), whom())
	case "delegation.end":
		return x.t(key, x.role(before.Role), whom())
	case "user.disable", "user.enable":
		return x.t(key, whom())
	case "point.show", "point.close", "point.confirm", "point.edit", "point.create", "point.link", "point.reopen", "change.revert",
		"agency.close", "agency.confirm", "agency.edit", "agency.create", "agency.retire", "agency.reopen", "structure.confirm",
		"process.create", "process.edit", "process.remove", "process.confirm", "service.create", "service.edit", "service.remove",
		"category.add", "category.edit", "category.merge", "group.add", "group.edit", "group.merge", "tag.add", "tag.edit", "tag.merge",
		"synonyms.add", "synonyms.edit", "synonyms.remove", "miss.dismiss", "holidays.create", "holidays.edit", "page.create", "page.edit", "import.manuals", "import.bring", "import.confirm",
		"kiosk.make", "kiosk.code", "kiosk.revoke", "comment.tag",
		delays.Began, delays.Wrote, delays.Sent, delays.Ended, delays.Told, delays.Forgot, delays.Mended, delays.Undone,
		"office.code", "office.join-code", "office.enrol", "office.join", "office.revoke", "office.decide", "office.carry", "office.edit", "office.follow",
		"licence.draft", "licence.file", "licence.correct", "licence.carry", "licence.ask", "licence.grant", "licence.refuse":
		return x.t(key)
	case "agency.move", "agency.merge", "agency.split", "agency.undo":
		return x.t(key)
	case "grant.follow":
		return x.t(key, x.role(after.Role), whom())
	}
	return x.t("did.other", e.Action)
}

// facts are the values before or after a change, by name; of a state that it does
// not know, the state as it is kept.
func (x *exchange) facts(state string, names map[catalog.OfficerID]string) []Fact {
	if state == "" {
		return nil
	}
	c := changed(state)
	if c.Role == "" {
		return []Fact{{x.t("fact.state"), page.Words{Text: state}}}
	}
	out := []Fact{{x.t("fact.role"), page.Words{Text: x.role(c.Role)}}}
	if c.User != "" {
		out = append(out, Fact{x.t("fact.user"), x.called(c.User, names)})
	}
	if unit := x.unit(rights.Scope{Agency: c.Agency, Point: c.Point}); unit.Text != "" {
		out = append(out, Fact{x.t("fact.unit"), unit})
	}
	if c.Grant != "" {
		out = append(out, Fact{x.t("fact.grant"), page.Words{Text: c.Grant}})
	}
	return out
}

// views are an empty page of each layout, with which the templates have to
// agree.
var views = map[string]any{
	"failed": failed{}, "signin": signInView{}, "signedout": plainView{}, "help": plainView{}, "redeem": redeemView{}, "home": homeView{}, "me": meView{}, "programs": programsView{}, "program": programView{},
	"tokens": tokensView{}, "issued": issuedView{}, "confirm": confirmView{}, "users": usersView{}, "user": userView{}, "role": roleView{},
	"access": accessView{}, "trail": trailView{},
	"notices": noticesView{}, "delegation": delegationView{},
	"manuals": manualsView{}, "folio": manualView{}, "queue": queueView{}, "drafts": queueView{}, "emergencies": emergenciesView{},
	"revision": revisionView{}, "conflicts": conflictsView{}, "remade": changedView{}, "publishing": publishingView{}, "beside": besideView{},

	// What needs no approval.
	"structure": structureView{}, "spot": pointView{}, "crossed": crossedView{}, "hours": hoursView{}, "links": linksView{}, "serving": servingView{},
	"thing": thingView{}, "retire": retireView{}, "history": historyView{},

	// The portal's own.
	"labels": labelsView{}, "label": labelView{}, "merge": mergeView{}, "synonyms": synonymsView{}, "synonym": synonymView{}, "past": pastView{},
	"texts": textsView{}, "prose": textView{}, "years": yearsView{}, "holidays": holidaysView{},

	// Bringing data in.
	"import": importView{}, "table": tableView{}, "imported": importedView{},
	"reorganise": reorganiseView{}, "dryrun": dryView{},
	"processes": worksView{}, "services": worksView{}, "process": workView{}, "oneservice": workView{}, "confirming": confirmingView{},
	"poster": posterView{}, "posters": postersView{},
	"satisfaction": satisfactionView{}, "summary": summaryView{},
	"licences": licencesView{}, "licencegrid": gridView{}, "licenceask": askView{}, "unlocks": unlocksView{}, "licencepast": licencePastView{},
	"delays": delaysView{}, "delay": delayView{}, "newdelay": newDelayView{}, "delayletter": delayLetterView{},
	"kiosks": kiosksView{}, "kiosk": kioskView{}, "comments": commentsView{}, "asides": asidesView{},
	"offices": officesView{}, "machine": machineView{}, "newmachine": newMachineView{}, "machinecode": machineCodeView{}, "officeasks": officeAsksView{}, "sync": syncView{}, "stick": stickView{}, "brought": broughtView{},

	// Writing manuals.
	"edit": editView{}, "clash": clashView{}, "newmanual": newManualView{}, "others": othersView{}, "withdraw": withdrawView{}, "copy": copyView{},
}
