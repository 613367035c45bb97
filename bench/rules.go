package main

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// What each kind of page shows, as the theme marks it up. The names of the
// keys are those that hugo/layouts ask for. What many pages show alike, such as
// the name of an agency, is held once for all of them (see shared).

// head is what every page has above its main part.
var head = slices.Concat(
	one("title", "head [property^=og:title]", attr("content")),
	one("description", "head meta[name^=description]", attr("content")),
	one("other", "a.language", attr("href")),
	one("structured", "head script[type^=application/ld]", text),
	shared("crumbs", ".crumbs a", "links", link("")),
)

var entry = slices.Concat(
	link(".entry-title a"),
	one("note", ".tag-warn", text),
	one("also", ".entry-also-text", text),
	one("also", ".hidden-text", text), // on the page of a point
	words("agency", ".entry-agency"),
	each("facts", "span:bare>facts-line", inner),
)

var spot = slices.Concat(
	link(".place-name a"),
	one("lat", "", attr("data-lat")),
	one("lng", "", attr("data-lng")),
	words("area", ".place-area"),
	one("note", ".tag-warn", text),
	one("week", "[data-week]", text),
	one("hours", ".place-hours", inner),
	one("phone", ".place-phone span", text),
	one("tel", ".place-phone a", attr("href")),
	one("call", ".place-phone a", attr("aria-label")),
)

var links = [][]rule{
	one("phone", ".channel-links a.phone", own),
	one("tel", ".channel-links a.phone", attr("href")),
	one("email", ".channel-links a[href^=mailto]", own),
	one("url", ".channel-links a[rel]", attr("href")),
	one("opens", ".channel-links a[rel]", own),
	one("opensmore", ".channel-links .hidden-text", inner),
	one("fax", ".channel-links span:bare", own),
}

// service is what manuals and other services have in common.
var service = slices.Concat(
	words("summary", ".summary"),
	one("also", ".also span:bare", text),
	shared("owner", ".owner a", "links", link("")),
	each("above", ".owner .print-inline[aria-hidden]", text),
	rows("times", ".band .fact-ways dd", one("name", ".fact-name", inner), one("url", "a", attr("href")), one("value", "a", inner)),
	rows("band", ".band .fact!fact-ways", one("icon", "use", icon), one("label", "dt", text), one("url", "dd a", attr("href")), one("value", "dd", text), one("in", "dd a", inner)),
	one("online", ".actions a[rel]", attr("href")),
	one("where", ".actions a[href^=#points]", own),
	words("note", ".lead .note"),
	one("nodocuments", "#documents .stated", outer),
	one("count", "#documents .count", text),
	rows("documents", "#documents fieldset",
		one("legend", "legend", text),
		rows("rows", "li",
			one("key", "input", attr("data-key")),
			words("name", ".doc-name"),
			one("originals", ".amount-original", inner),
			one("copies", ".amount!amount-original", inner),
			words("condition", ".condition"),
			words("issuer", ".issuer"),
		),
	),
	one("nofees", "#fees .stated", outer),
	rows("fees", "#fees tbody tr", words("name", "th span:bare"), words("note", ".note"), one("amount", "td", inner)),
	rows("channels", ".channel", slices.Concat(
		one("icon", "use", icon),
		one("kind", ".channel-kind", text),
		words("name", ".channel-name"),
		words("address", "p:bare"),
		one("hours", ".channel-hours span", inner),
		words("text", ".note"),
		slices.Concat(links...),
	)),
	rows("labels", ".related .labels", shared("links", "a", "links", link(""))),
	one("source", ".source", text),
	one("bodylang", ".prose", attr("lang")),
	one("reviewed", "p.fine>sections", text),
)

var manual = slices.Concat(
	service,
	one("withdrawn", ".callout-danger", outer),
	each("contents", ".toc li a", func(n *html.Node) string { return strings.TrimPrefix(attr("href")(n), "#") }),
	rows("sets", ".step-set",
		one("id", "", attr("id")),
		words("name", "h3"),
		one("total", ".step-total strong", text),
		rows("steps", ".step",
			one("kind", ".step-kind", text),
			rows("text", ".step-body p:bare", words("in", "")),
			words("unit", ".step-unit span"),
			words("note", ".note"),
			one("time", ".step-time", own),
		),
	),
	one("tabs", "#steps .tabs", inner),
	one("pointcount", "#points .count", text),
	shared("points", "#points .place", "places", spot),
	one("morepoints", "#points .more summary", text),
	one("noforms", "#forms .stated", outer),
	rows("forms", ".files li",
		one("url", "a", attr("href")), one("download", "a[download]", attr("href")),
		words("name", ".file-name"), each("facts", ".file-facts span", text)),
	rows("remarks", "#remarks p", words("in", "")),
	rows("laws", "#laws li", one("in", "", inner), one("inlang", "", attr("lang"))),
	rows("complaints", ".complaints li", slices.Concat(words("name", ".channel-name"), words("address", "p:bare"), words("note", ".note"), slices.Concat(links...))),
	[]rule{{"reference", parsePlace(".rows-reference div"), func(found []*html.Node, _ *shelf) any { return pairs(found) }}},
	one("reviewed", "#reference p.fine!no-print", text),
	one("qr", ".qr path", attr("d")),
	one("qrbox", ".qr", attr("viewBox")),
)

var hours = rows("hours", "table.week tbody tr", one("index", "", attr("data-days")), one("days", "th", own), one("times", "td", text))

var contact = rows("contact", "dl.rows div", one("label", "dt", text), one("in", "dd", inner))

var point = slices.Concat(
	part("agency", ".lead .owner", link("a")),
	words("area", ".lead .owner span:bare"),
	one("closed", ".callout-danger", outer),
	one("status", ".lead .tag-warn", text),
	one("week", ".lead [data-week]", text),
	rows("actions", ".actions a", one("class", "", attr("class")), one("url", "", attr("href")), one("rel", "", attr("rel")), one("icon", "use", icon), one("sprite", "use", sprite), one("text", "", own)),
	one("save", "[data-save-list]", text),
	hours,
	rows("closures", "[data-closures] div", one("from", "", attr("data-from")), one("to", "", attr("data-to")), one("period", "dt", text), words("reason", "dd")),
	contact,
	rows("directions", "#contact p", words("in", "")),
	rows("facilities", ".facilities li", one("icon", "use", icon), one("sprite", "use", sprite), one("text", "span", text)),
	one("count", "#services .count", text),
	rows("groups", "#services .group", part("head", ".group-name", one("icon", "use", icon), one("sprite", "use", sprite), words("text", "span")), shared("entries", ".entry", "entries", entry)),
	rows("processes", "#processes li", words("in", "")),
	one("confirmed", ".sections p.fine", text),
)

var agency = slices.Concat(
	one("kicker", ".kicker", text),
	part("short", "h1 .short", words("in", "")),
	part("parent", ".lead .owner", link("a")),
	one("retired", ".callout-danger", outer),
	rows("about", ".lead p:bare", words("in", "")),
	one("save", "[data-save-list]", text),
	shared("manuals", "#services .entry", "entries", entry),
	shared("services", "#other .entry", "entries", entry),
	shared("points", "#points .place", "places", spot),
	one("morepoints", "#points .more summary", text),
	rows("below", "#below li", link("a"), one("facts", ".fine", text)),
	hours,
	contact,
	one("none", ".empty", text),
)

var listing = slices.Concat(
	one("kicker", ".kicker", text),
	one("icon", "h1 use", icon),
	one("sprite", "h1 use", sprite),
	one("count", ".lead .fine", text),
	shared("entries", "#list .entry", "entries", entry),
	one("none", ".empty", text),
	part("pager", ".pager", one("prev", "[rel^=prev]", attr("href")), one("next", "[rel^=next]", attr("href"))),
	shared("points", "[data-points] .place", "places", spot),
	one("morepoints", "[data-points] .more summary", text),
	one("relatedtitle", "#related", text),
	shared("related", "[aria-labelledby^=related] li a", "labels", link(""), one("icon", "use", icon), one("sprite", "use", sprite)),
)

// option is an answer to choose: a radio button or, of many, a line of a list.
func option(kind string) []rule {
	if kind == "line" {
		return slices.Concat(one("url", "", attr("value")), words("text", ""))
	}
	return slices.Concat(one("url", "input", attr("value")), words("text", "span"))
}

// form is what every page of a survey has. Of the question what service one came
// for, each page has options of its own; those here are not used.
var form = slices.Concat(
	one("url", "", attr("data-form")),
	one("service", "", attr("data-service")),
	one("action", ".survey-form", attr("action")),
	one("titlelang", "h1", attr("lang")),
	words("intro", ".survey-intro"),
	rows("asks", ".ask",
		one("code", "", attr("data-ask")), one("kind", "", attr("data-kind")), one("topic", "", attr("data-topic")),
		one("after", "", attr("data-after")), one("is", "", attr("data-is")),
		words("text", ".ask-text"),
		one("must", ".ask-must", text),
		words("help", ".ask-help[id]"),
		one("afteris", ".ask-help[data-only]", text),
		one("max", "textarea", attr("maxlength")),
		rows("options", ".ask-option", option("button")),
		rows("options", "option", option("line")),
		rows("shows", ".ask-show", one("value", "", attr("data-show")), words("text", "span")),
	),
)

var survey = slices.Concat(
	one("point", ".survey", attr("data-point")),
	part("office", ".survey-office", link("a")),
	words("agency", ".survey-office span"),
	shared("form", ".survey", "forms", form),
	shared("services", ".ask-service .ask-option", "services", option("button")),
	shared("services", ".ask-service option", "services", option("line")),
)

// pairs are the label, the value and, where it is not the page's, the language
// of the value in each row of a list.
func pairs(rows []*html.Node) [][]string {
	var out [][]string
	for _, row := range rows {
		pair := []string{text(row.FirstChild), inner(row.LastChild)}
		if lang, has := attribute(row.LastChild, "lang"); has {
			pair = append(pair, lang)
		}
		out = append(out, pair)
	}
	return out
}
