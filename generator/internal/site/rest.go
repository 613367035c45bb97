package site

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// writeRest writes what belongs to no page: what pages of text offer, the web
// app and what the build tells of itself.
func (b *builder) writeRest() error {
	for _, p := range b.frame.Pages {
		for _, f := range p.Files {
			if f.File == "" {
				continue
			}
			if err := b.attach("pages/"+p.Name, f.File, "/"+p.Name+"/"+f.File); err != nil {
				return err
			}
		}
	}
	if err := b.writeWebApp(); err != nil {
		return err
	}
	if err := b.writeJSON(holidaysData, b.frame.Holidays.All()); err != nil {
		return err
	}
	if err := b.out.Write("robots.txt", []byte("User-agent: *\nAllow: /\nSitemap: "+b.origin+"/sitemap.xml\n")); err != nil {
		return err
	}
	return b.writeBuild()
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
	s := b.frame.Site
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
	shell, err := json.Marshal(b.shell())
	if err != nil {
		return err
	}
	return b.out.Write("sw.js", []byte("self.KHUMUE="+string(shell)+";"+b.assets.worker))
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
	}{b.Commit, b.Time().UTC().Format(time.RFC3339), b.sum.Pages, searchDir + b.index.Path})
}
