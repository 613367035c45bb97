package site

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/page"
)

// sitemapLimit is how many addresses a sitemap may list (sitemaps.org).
const sitemapLimit = 50_000

// writeRest writes what belongs to no page: attachments, redirects, sitemap,
// the web app and what the build tells of itself.
func (b *builder) writeRest(ctx context.Context) error {
	for _, step := range []func() error{b.writeAttachments, b.writeRedirects, b.writeSitemap, b.writeWebApp, b.writeBuild} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) writeAttachments() error {
	for _, m := range b.portal.Manuals {
		for _, f := range m.Forms.Value {
			if err := b.attach(m.ID, f.File, page.AttachmentPath(m.ID, f.File)); err != nil {
				return err
			}
		}
	}
	for _, pt := range b.portal.Points {
		for _, ph := range pt.Photos {
			if err := b.attach(pt.Code, ph.File, "/point/"+string(pt.Code)+"/"+ph.File); err != nil {
				return err
			}
		}
	}
	for _, p := range b.portal.Pages {
		for _, f := range p.Files {
			if err := b.attach(catalog.PageName(p.Name), f.File, "/"+p.Name+"/"+f.File); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) attach(id any, name, address string) error {
	if name == "" || b.attached[address] {
		return nil
	}
	b.attached[address] = true
	f, err := b.portal.Attachment(id, name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return b.out.Write(strings.TrimPrefix(address, "/"), data)
}

// redirect leads from an old address to the present one.
type redirect struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Status int    `json:"status"`
}

// redirects are the old addresses that can be told from their path.
func (b *builder) redirects() []redirect {
	var out []redirect
	for _, m := range b.portal.Manuals {
		if m.Legacy.UUID != "" {
			out = append(out, redirect{"/procedure/" + m.Legacy.UUID + "/view/", "/procedure/" + string(m.ID) + "/", 301})
		}
	}
	for old, now := range b.portal.Labels.Aliases {
		for _, kind := range []string{"category", "group", "tag"} {
			w := writer{builder: b, Builder: b.langs[0]}
			if _, ok := b.portal.Label(w.labels(kind), now); ok {
				out = append(out, redirect{"/" + kind + "/" + string(old) + "/", "/" + kind + "/" + string(now) + "/", 301})
			}
		}
	}
	slices.SortFunc(out, func(x, y redirect) int { return strings.Compare(x.From, y.From) })
	return out
}

// writeRedirects writes the list for a CDN, and a page for each address for a
// host that knows no redirects.
func (b *builder) writeRedirects() error {
	list := b.redirects()
	for i, r := range list {
		pb := b.langs[0]
		s := pb.Shell("moved", r.From, page.Words{Text: pb.Msg("title.moved")}, pb.Msg("description.moved"))
		s.NoIndex, s.Other, s.Refresh, s.Site.Search = true, "", b.base+r.To, b.base+searchPointer
		moved := Moved{s, page.Link{URL: b.base + r.To, Text: page.Words{Text: pb.Msg("moved.here")}}}
		if err := b.render(job{s, func() any { return moved }}); err != nil {
			return err
		}
		list[i].From, list[i].To = b.base+r.From, b.base+r.To
	}
	if list == nil {
		list = []redirect{}
	}
	return b.writeJSON("/redirects.json", list)
}

type urlset struct {
	XMLName xml.Name  `xml:"urlset"`
	NS      string    `xml:"xmlns,attr"`
	XHTML   string    `xml:"xmlns:xhtml,attr"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc  string      `xml:"loc"`
	Last string      `xml:"lastmod,omitempty"`
	Alts []alternate `xml:"xhtml:link"`
}

type alternate struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

type sitemapIndex struct {
	XMLName xml.Name  `xml:"sitemapindex"`
	NS      string    `xml:"xmlns,attr"`
	Maps    []siteURL `xml:"sitemap"`
}

const sitemapNS = "http://www.sitemaps.org/schemas/sitemap/0.9"

// writeSitemap lists every page that search engines may show, split where
// there are too many, and robots.txt that names the list.
func (b *builder) writeSitemap() error {
	urls := b.addresses()
	index := sitemapIndex{NS: sitemapNS}
	for n := 0; n*sitemapLimit < len(urls); n++ {
		part := urls[n*sitemapLimit : min((n+1)*sitemapLimit, len(urls))]
		name := "sitemap-" + itoa(n+1) + ".xml"
		index.Maps = append(index.Maps, siteURL{Loc: b.origin + "/" + name})
		if err := b.writeXML(name, urlset{NS: sitemapNS, XHTML: "http://www.w3.org/1999/xhtml", URLs: part}); err != nil {
			return err
		}
	}
	if err := b.writeXML("sitemap.xml", index); err != nil {
		return err
	}
	return b.out.Write("robots.txt", []byte("User-agent: *\nAllow: /\nSitemap: "+b.origin+"/sitemap.xml\n"))
}

func (b *builder) addresses() []siteURL {
	reviewed := map[string]string{}
	for _, m := range b.portal.Manuals {
		reviewed["/procedure/"+string(m.ID)+"/"] = m.ReviewedOn.ISO()
	}
	slices.Sort(b.listed)
	there := map[string]bool{}
	for _, path := range b.listed {
		there[path] = true
	}
	var out []siteURL
	for _, path := range b.listed {
		th, isEN := strings.CutPrefix(path, "/en/")
		if isEN {
			th = "/" + th
		} else {
			th = path
		}
		u := siteURL{Loc: b.origin + path, Last: reviewed[th]}
		if en := "/en" + th; there[en] && there[th] {
			u.Alts = []alternate{{"alternate", "th", b.origin + th}, {"alternate", "en", b.origin + en}}
		}
		out = append(out, u)
	}
	return out
}

func (b *builder) writeXML(name string, v any) error {
	out, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return b.out.Write(name, append([]byte(xml.Header), append(out, '\n')...))
}

type webApp struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	ShortName  string    `json:"short_name"`
	About      string    `json:"description,omitempty"`
	Lang       string    `json:"lang"`
	Start      string    `json:"start_url"`
	Scope      string    `json:"scope"`
	Display    string    `json:"display"`
	Background string    `json:"background_color"`
	Theme      string    `json:"theme_color"`
	Icons      []appIcon `json:"icons"`
}

type appIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

// writeWebApp writes the web app's manifest and the service worker, which
// knows the shell of this build.
func (b *builder) writeWebApp() error {
	s := b.portal.Site
	app := webApp{
		ID: b.base + "/", Name: s.Name.TH, ShortName: s.Name.TH, About: s.Tagline.TH, Lang: "th", Start: b.base + "/", Scope: b.base + "/",
		Display: "standalone", Background: "#ffffff", Theme: "#0b3d91",
		Icons: []appIcon{
			{b.assets.address("icon-192.png"), "192x192", "image/png", "any maskable"},
			{b.assets.address("icon-512.png"), "512x512", "image/png", "any maskable"},
			{b.assets.address("icon.svg"), "any", "image/svg+xml", ""},
		},
	}
	if err := b.writeJSON("/manifest.webmanifest", app); err != nil {
		return err
	}
	worker, err := fs.ReadFile(b.Theme, "sw.js")
	if err != nil {
		return err
	}
	shell, err := json.Marshal(b.shell())
	if err != nil {
		return err
	}
	src := append([]byte("self.KHUMUE="+string(shell)+";\n"), worker...)
	small, err := shrink(src)
	if err != nil {
		return err
	}
	return b.out.Write("sw.js", small)
}

// appShell is what the service worker keeps of a build: all that a visitor
// needs to open the site, search it and be told what is missing, offline.
type appShell struct {
	Version string   `json:"version"` // changes when any file of the shell does
	Base    string   `json:"base"`
	Pages   []string `json:"pages"`  // fetched anew with each version
	Assets  []string `json:"assets"` // under hashed names: never fetched twice
	Index   []string `json:"index"`  // the whole search index, where it is small enough
	Search  string   `json:"search"`
}

// shellPages are the pages that the service worker keeps, in each language.
var shellPages = []string{"/", "/search/", "/offline/", "/saved/", "/near/"}

func (b *builder) shell() appShell {
	s := appShell{Base: b.base, Search: b.search, Index: []string{b.search}}
	for _, pb := range b.langs {
		for _, p := range shellPages {
			s.Pages = append(s.Pages, pb.To(p))
		}
	}
	s.Pages = append(s.Pages, b.base+holidaysData, b.base+labelsData)
	for _, p := range b.assets.paths {
		if !strings.HasSuffix(p, ".png") && !strings.HasSuffix(p, ".txt") {
			s.Assets = append(s.Assets, p)
		}
	}
	slices.Sort(s.Assets)
	if b.index.Whole {
		for _, f := range b.index.Files {
			s.Index = append(s.Index, b.base+"/"+searchDir+f.Path)
		}
	}
	s.Version = digest(fmt.Append(nil, s.Assets, s.Index, b.kept))
	return s
}

// writeBuild tells which content this is built from.
func (b *builder) writeBuild() error {
	return b.writeJSON("/build.json", struct {
		Commit string `json:"commit,omitempty"`
		Time   string `json:"time"`
		Pages  int    `json:"pages"`
		Search string `json:"search"`
	}{b.Commit, b.Time.UTC().Format(time.RFC3339), b.sum.Pages, searchDir + b.index.Path})
}
