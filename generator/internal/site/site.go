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
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/publish"
	"khumue/generator/internal/search"
	"khumue/generator/internal/state"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/page"
)

// Options say how a site is built.
type Options struct {
	BaseURL  string           // public address; "" takes the one of site.yaml
	Theme    fs.FS            // layouts, partials, i18n, assets, sw.js
	Embedded bool             // the theme is part of the program, which identifies it too
	Compress bool             // write .br and .gz beside each text
	Program  string           // identifies the program: another one builds all anew
	Facts    fs.FS            // what the daemon adds; nil when there is nothing
	Archive  Archive          // history of the content; nil when it has none
	Time     func() time.Time // when the content last changed, for /build.json
	Commit   string           // of the content; may be empty
	// Progress is told of finished pages; it may be nil and is called from
	// several goroutines.
	Progress func(done, total int)

	seen func(s page.Shell, data any, html []byte) // each page, for tests; from several goroutines
}

// Content is what a site is built from, and how it differs from what an
// earlier one was built from.
type Content interface {
	// Files returns the content as it is now.
	Files() fs.FS
	// Since lists the paths of what came, changed or went since the content
	// that a mark describes; ok is false when that can not be told. It is asked
	// first, and may find files in dir that Mark has left there.
	Since(ctx context.Context, dir string, mark []byte) (changed []string, ok bool, err error)
	// Mark describes the content as it was when Since was asked. It is asked
	// last, and may leave files in dir.
	Mark(dir string) ([]byte, error)
}

// Summary says what a build made.
type Summary struct {
	Pages    int // of the site
	Phases   []Phase
	Partial  bool           // only what changed was built
	Problems fault.Problems // of what was built; none of them is Wrong
	Open     int            // problems in all files, those told included
	Result   publish.Result
}

// Phase is how long a part of the build took.
type Phase struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"`
}

// builder is one build.
type builder struct {
	Options
	files   fs.FS
	frame   *corpus.Frame
	check   *corpus.Checker
	out     outlet
	origin  string // scheme, host and base path, without a slash at the end
	base    string // base path alone
	added   facts
	figures func(key []byte) ([]byte, error) // packed, under a key; nil where there are no facts
	assets  *assets
	theme   *page.Theme
	langs   page.Builders
	shelf   *shelf
	search  string // address of the search manifest
	index   search.Manifest
	letters bool // agencies have pages by letter
	sum     Summary
	began   time.Time // of the phase at hand

	mu       sync.Mutex
	kept     map[string]string // digests of the pages that the service worker keeps
	led      []redirect        // from agencies that ended
	listed   []string          // addresses of pages that are no object's, for the sitemap
	attached map[string]bool   // attachments that are written
	wrongs   fault.Problems    // that forbid to build
	opens    fault.Problems    // that do not; the first of them
}

// phase ends a part of the build.
func (b *builder) phase(name string) {
	now := time.Now()
	b.sum.Phases = append(b.sum.Phases, Phase{name, float64(now.Sub(b.began).Microseconds()) / 1000})
	b.began = now
}

// Build brings the site of a target up to date with some content, at a cost
// that follows the change: what an earlier build made of the same theme, with
// the same program, stays. Where that is not known, or what is remembered is
// damaged, all is built anew. Content with wrong files changes nothing: the
// error then is of fault.Problems.
func Build(ctx context.Context, content Content, o Options, target *publish.Target) (Summary, error) {
	go search.Warm()
	last := recall(target)
	if last != nil {
		defer last.close()
	}
	var mark []byte
	if last != nil {
		mark = last.Mark
	}
	changed, ok, err := content.Since(ctx, target.StateDir(), mark)
	if err != nil {
		return Summary{}, err
	}
	b, err := begun(content, o)
	if err != nil {
		return Summary{}, err
	}
	frame, err := b.frameOf()
	if err != nil {
		return Summary{}, err
	}
	if ok && last != nil && last.Frame == frame {
		err := b.update(ctx, content, target, last, changed)
		if err == nil || !errors.Is(err, errAnew) && !errors.Is(err, state.ErrDamaged) && !errors.Is(err, search.ErrRebuild) {
			return b.sum, err
		}
		if b, err = begun(content, o); err != nil {
			return Summary{}, err
		}
	}
	err = b.anew(ctx, content, target, frame, last)
	return b.sum, err
}

// errAnew says that a change concerns so much that all is built anew.
var errAnew = errors.New("site: all is to be built anew")

// begun is a build that has read the frame of the content.
func begun(content Content, o Options) (*builder, error) {
	b := &builder{Options: o, files: content.Files(), attached: map[string]bool{}, kept: map[string]string{}, began: time.Now()}
	frame, problems, err := corpus.ReadFrame(b.files)
	if err != nil {
		return nil, err
	}
	b.frame = frame
	b.report(problems)
	if b.added, problems, err = readFacts(o.Facts); err != nil {
		return nil, err
	}
	b.report(problems)
	return b, b.address()
}

// memoryAimedAt is what building all anew tries to stay below however large a
// portal is, in bytes; while it needs less, garbage is collected a quarter as often
// as Go would by itself.
const memoryAimedAt = 640 << 20

// lavish sets how memory is used while all is built anew, unless the environment
// does. A change touches little memory, and what it touches for the first time is
// dearer than to collect garbage.
func lavish() (restore func()) {
	restore = func() {}
	if os.Getenv("GOGC") == "" {
		was := debug.SetGCPercent(400)
		restore = func() { debug.SetGCPercent(was) }
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		percent, limit := restore, debug.SetMemoryLimit(memoryAimedAt)
		restore = func() { percent(); debug.SetMemoryLimit(limit) }
	}
	return restore
}

// anew builds the whole site.
func (b *builder) anew(ctx context.Context, content Content, target *publish.Target, frame string, last *memory) (err error) {
	defer lavish()()
	m := begin(target, last)
	defer func() {
		if m.close(); err != nil {
			m.discard()
		}
	}()
	m.Frame = frame
	p, err := target.Begin()
	if err != nil {
		return err
	}
	defer p.Abort()
	b.out = outlet{p, b.Compress}
	if err := b.buildWhole(ctx, m); err != nil {
		return err
	}
	return b.goLive(ctx, content, p, m)
}

// goLive publishes the site together with what is remembered of it.
func (b *builder) goLive(ctx context.Context, content Content, p *publish.Publication, m *memory) (err error) {
	if m.Mark, err = content.Mark(m.dir); err != nil {
		return err
	}
	m.Assets, m.Published, m.Preloads, m.Worker = b.assets.done, b.assets.paths, b.assets.preloads, b.assets.worker
	if err := m.commit(); err != nil {
		return err
	}
	if err := m.publish(p); err != nil {
		return err
	}
	b.phase("remember")
	if b.sum.Result, err = p.Commit(ctx); err != nil {
		return err
	}
	m.tidy()
	b.sum.Problems, b.sum.Open = b.opens.Sort(), m.Totals.Open
	b.phase("publish")
	return nil
}

// mostOpen bounds the fields that are not filled in of which a build tells one
// by one; of the others it tells how many there are.
const mostOpen = 10_000

// report notes problems of content, of whatever severity.
func (b *builder) report(problems fault.Problems) {
	if len(problems) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range problems {
		if p.Severity == fault.Wrong {
			b.wrongs = append(b.wrongs, p)
		} else if len(b.opens) < mostOpen {
			b.opens = append(b.opens, p)
		}
	}
}

// wrong returns the problems that forbid to build; nil when there are none.
func (b *builder) wrong() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wrongs.Sort().Err()
}

// prepare reads the theme. Its assets are made and written unless they are
// those of the last build.
func (b *builder) prepare(last *assets) error {
	if last != nil {
		b.assets = last
	} else {
		messages, err := page.ReadMessages(b.Theme)
		if err != nil {
			return err
		}
		if b.assets, err = writeAssets(b.Theme, b.base, messages, b.out); err != nil {
			return err
		}
	}
	var err error
	b.theme, err = page.LoadTheme(b.Theme, page.Env{Base: b.base, Asset: b.assets.address, Early: b.assets.preloads})
	if err != nil {
		return err
	}
	if last == nil {
		if err := b.theme.Expect(layouts); err != nil {
			return err
		}
	}
	if err := b.drawings().Err(); err != nil {
		return err
	}
	for _, lang := range b.languages() {
		pb := page.NewBuilder(lang, b.frame, b.theme, b.origin, b.base)
		pb.Site.CSP = b.policy()
		pb.Site.Search = b.base + searchPointer
		b.langs = append(b.langs, pb)
	}
	return nil
}

// drawings reports icons of the catalog that the theme does not have.
func (b *builder) drawings() fault.Problems {
	var problems fault.Problems
	l := b.frame.Labels
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
	if l := b.frame.Site.Languages; len(l) == 1 && l[0] == catalog.TH {
		return []catalog.Lang{catalog.TH}
	}
	return []catalog.Lang{catalog.TH, catalog.EN}
}

func (b *builder) address() error {
	public := b.BaseURL
	if public == "" {
		public = b.frame.Site.Public
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
	if u, err := url.Parse(b.frame.Site.Service); err == nil && hostForm.MatchString(u.Host) {
		connect += " " + u.Scheme + "://" + u.Host + " " + strings.Replace(u.Scheme, "http", "ws", 1) + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src " + connect + "; manifest-src 'self'; worker-src 'self'; form-action " + connect + "; base-uri 'none'"
}

// hostForm are hosts with a port perhaps: whatever else a policy would take for
// its own marks.
var hostForm = regexp.MustCompile(`^[A-Za-z0-9.-]+(:\d+)?$`)

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

// buffers are for pages on their way to the disk.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// render writes the page of some data.
func (b *builder) render(data any) error {
	shell := shellOf(data)
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	html, err := b.theme.Append((*buf)[:0], shell, data)
	if err != nil {
		return fmt.Errorf("%s: %w", shell.Path, err)
	}
	*buf = html
	if b.seen != nil {
		b.seen(shell, data, html)
	}
	if slices.Contains(shellPages, strings.TrimPrefix(shell.Path, "/en")) {
		b.mu.Lock()
		b.kept[shell.Path] = digest(html)
		b.mu.Unlock()
	}
	return b.out.Write(fileOf(shell.Path), html)
}

// layouts says which page each layout of a theme shows: a theme that asks for
// what its page does not have is refused.
var layouts = map[string]any{
	"home": Home{}, "search": Search{}, "near": Near{}, "delay": Delay{}, "saved": Saved{}, "offline": Offline{}, "notfound": NotFound{},
	"data": Data{}, "holidays": Holidays{}, "listing": Listing{}, "agencies": Agencies{}, "moved": Moved{},
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
