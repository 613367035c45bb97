// Package site builds the public site: every page in both languages, the
// assets under hashed names, the search index, the open data, and what
// browsers and search engines ask for beside them.
//
// It decides which pages there are and in what order things stand on lists.
// What one object's page says is internal/page; how files go live is publish.
// The same content, theme and options give the same bytes: nothing depends on
// the clock, on the machine or on the order of maps. Only /build.json tells
// a time: that of the content.
package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/publish"
	"khumue/generator/internal/search"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/page"
)

// Options say how a site is built.
type Options struct {
	BaseURL  string    // public address; "" takes the one of site.yaml
	Theme    fs.FS     // layouts, partials, i18n, assets, sw.js
	Compress bool      // write .br and .gz beside each text
	Time     time.Time // when the content last changed, for /build.json
	Commit   string    // of the content; may be empty
	// Progress is told of finished pages; it may be nil and is called from
	// several goroutines.
	Progress func(done, total int)
}

// Summary says what a build made.
type Summary struct {
	Pages  int
	Phases []Phase
}

// Phase is how long a part of the build took.
type Phase struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"`
}

// builder is one build.
type builder struct {
	Options
	portal *corpus.Portal
	out    outlet
	origin string // scheme, host and base path, without a slash at the end
	base   string // base path alone
	assets *assets
	theme  *page.Theme
	langs  []*page.Builder
	index  search.Manifest
	search string // address of the search manifest
	sum    Summary

	files    []DataFile      // of the open data, for its page
	attached map[string]bool // attachments that are written
	listed   []string        // addresses for the sitemap
	mu       sync.Mutex
	kept     map[string]string // digests of the pages that the service worker keeps
}

// Build writes the whole site into a publication, which the caller commits.
// The portal must be without wrong files.
func Build(ctx context.Context, portal *corpus.Portal, o Options, out *publish.Publication) (Summary, error) {
	b := &builder{Options: o, portal: portal, out: outlet{out, o.Compress}, attached: map[string]bool{}, kept: map[string]string{}}
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"theme", b.prepare}, {"search", b.writeSearch}, {"data", b.writeData},
		{"pages", b.writePages}, {"rest", b.writeRest},
	}
	for _, s := range steps {
		began := time.Now()
		if err := s.do(ctx); err != nil {
			return b.sum, err
		}
		b.sum.Phases = append(b.sum.Phases, Phase{s.name, float64(time.Since(began).Microseconds()) / 1000})
	}
	return b.sum, nil
}

// prepare reads the theme and writes its assets.
func (b *builder) prepare(context.Context) error {
	if err := b.address(); err != nil {
		return err
	}
	messages, err := page.ReadMessages(b.Theme)
	if err != nil {
		return err
	}
	b.assets, err = writeAssets(b.Theme, b.base, messages, b.out)
	if err != nil {
		return err
	}
	b.theme, err = page.LoadTheme(b.Theme, page.Env{Base: b.base, Asset: b.assets.address, Early: b.assets.preloads})
	if err != nil {
		return err
	}
	if err := b.drawings().Err(); err != nil {
		return err
	}
	for _, lang := range b.languages() {
		pb := page.NewBuilder(lang, b.portal, b.theme, b.origin, b.base)
		pb.Site.CSP = b.policy()
		b.langs = append(b.langs, pb)
	}
	return nil
}

// drawings reports icons of the catalog that the theme does not have.
func (b *builder) drawings() fault.Problems {
	var problems fault.Problems
	l := b.portal.Labels
	for _, label := range slices.Concat(l.Categories, l.Groups, l.Tags) {
		if label.Icon != "" && !b.theme.HasIcon(label.Icon) {
			problems = append(problems, fault.Problem{File: "catalog.yaml", Severity: fault.Wrong,
				What: fault.Textf("%s: ธีมไม่มีไอคอน %s", "%s: the theme has no icon %s", string(label.Slug), label.Icon),
				Hint: fault.Text{TH: "ลบ icon: หรือใช้ชื่อในธีม (assets/icons*.svg)", EN: "remove icon:, or use a name of the theme (assets/icons*.svg)"}})
		}
	}
	return problems
}

func (b *builder) languages() []catalog.Lang {
	if l := b.portal.Site.Languages; len(l) == 1 && l[0] == catalog.TH {
		return []catalog.Lang{catalog.TH}
	}
	return []catalog.Lang{catalog.TH, catalog.EN}
}

func (b *builder) address() error {
	public := b.BaseURL
	if public == "" {
		public = b.portal.Site.Public
	}
	u, err := url.Parse(public)
	if err != nil || public != "" && !plainAddress(u) {
		return fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ที่อยู่เว็บไซต์", "%q is not the address of a site", public),
			fault.Text{TH: "เขียน เช่น https://www.example.go.th", EN: "write https://www.example.go.th"})
	}
	b.base = strings.TrimRight(u.Path, "/")
	b.origin = strings.TrimRight(public, "/")
	return nil
}

// plainAddress reports whether a site can live at u: a host and perhaps a path
// of letters that no page has to escape.
func plainAddress(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		!u.ForceQuery && basePath.MatchString(u.Path)
}

var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*/?$`)

// policy is the content security policy of every page: nothing but the site
// itself and the service address of the daemon.
func (b *builder) policy() string {
	connect := "'self'"
	if u, err := url.Parse(b.portal.Site.Service); err == nil && hostForm.MatchString(u.Host) {
		connect += " " + u.Scheme + "://" + u.Host + " " + strings.Replace(u.Scheme, "http", "ws", 1) + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src " + connect + "; manifest-src 'self'; worker-src 'self'; form-action " + connect + "; base-uri 'none'"
}

// hostForm are hosts with a port perhaps: whatever else a policy would take for
// its own marks.
var hostForm = regexp.MustCompile(`^[A-Za-z0-9.-]+(:\d+)?$`)

// job renders one page and writes it.
type job struct {
	shell page.Shell
	data  func() any
}

// writePages renders all pages on all processors.
func (b *builder) writePages(ctx context.Context) error {
	jobs := b.pages()
	b.sum.Pages = len(jobs)
	var done atomic.Int64
	return each(ctx, jobs, func(j job) error {
		if err := b.render(j); err != nil {
			return err
		}
		if n := done.Add(1); b.Progress != nil {
			b.Progress(int(n), len(jobs))
		}
		return nil
	})
}

// each does something with every item, on all processors, until one fails.
func each[T any](ctx context.Context, items []T, do func(T) error) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range workers() {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(items) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(items[i]); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

func (b *builder) render(j job) error {
	var buf bytes.Buffer
	data := j.data()
	shell := shellOf(data)
	if err := b.theme.Render(&buf, shell, data); err != nil {
		return fmt.Errorf("%s: %w", j.shell.Path, err)
	}
	b.note(shell, buf.Bytes())
	return b.out.Write(fileOf(j.shell.Path), buf.Bytes())
}

// note remembers a page for the sitemap and for the service worker.
func (b *builder) note(s page.Shell, html []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !s.NoIndex {
		b.listed = append(b.listed, s.Path)
	}
	if slices.Contains(shellPages, strings.TrimPrefix(s.Path, "/en")) {
		b.kept[s.Path] = digest(html)
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// shellOf returns what every page has, from any page's data.
func shellOf(data any) page.Shell {
	return data.(interface{ Base() page.Shell }).Base()
}

// fileOf is where the page of an address is written.
func fileOf(path string) string {
	path = strings.TrimPrefix(path, "/")
	if path == "" || strings.HasSuffix(path, "/") {
		return path + "index.html"
	}
	return path
}
