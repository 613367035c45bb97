// Package khumue holds the rules of the house as tests. Its tables are where a
// newcomer reads which room may know which.
package khumue

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms says what each package may import from this module. Arrows point
// inwards: a room knows only rooms that stand above it in this table.
var rooms = []struct {
	room string
	may  string
}{
	// Vocabulary: nouns and rules of form, without files, clock or network.
	{"internal/fault", ""},
	{"internal/calendar", ""},
	{"internal/thai", ""},
	{"internal/qr", ""},
	{"internal/scan", ""},
	{"internal/wire", "internal/fault internal/scan"},
	{"internal/catalog", "internal/calendar internal/fault"},

	{"internal/delay", "internal/calendar internal/catalog internal/fault"},
	{"internal/lookup", "internal/calendar internal/fault"},
	{"internal/survey", "internal/calendar internal/catalog internal/fault internal/scan"},
	{"internal/licence", "internal/calendar internal/catalog internal/fault"},

	// What both programs know: content, approvals, text, pages.
	{"internal/proof", "internal/catalog internal/fault"},
	// What both programs know: content, text, pages.
	{"internal/compare", "internal/calendar internal/catalog internal/fault internal/thai"},
	{"internal/gitrepo", "internal/fault"},
	{"internal/render", ""},
	{"internal/press", ""},
	{"internal/webroot", ""},
	{"internal/corpus", "internal/calendar internal/catalog internal/fault internal/thai"},
	{"internal/xlsx", "internal/fault"},
	{"internal/transfer", "internal/calendar internal/catalog internal/corpus internal/fault internal/thai internal/xlsx"},
	{"internal/hsds", "internal/catalog internal/corpus internal/fault"},
	{"internal/typeset", "internal/thai"},
	{"internal/sheet", "internal/fault internal/qr internal/typeset"},
	{"internal/pdf", "internal/sheet internal/typeset"},
	{"internal/poster", "internal/catalog internal/fault internal/pdf internal/qr internal/sheet internal/typeset"},
	{"internal/letter", "internal/calendar internal/catalog internal/delay internal/pdf internal/qr internal/sheet internal/typeset"},
	{"internal/page", "internal/calendar internal/catalog internal/corpus internal/fault internal/press internal/qr internal/render"},
	{"themes", ""},

	// Capabilities of the generator. None knows another, but for site, which
	// says what is published and what is found.
	{"generator/internal/folder", "internal/fault"},
	{"generator/internal/publish", "internal/fault"},
	{"generator/internal/search", "internal/thai"},
	{"generator/internal/synth", "internal/catalog internal/corpus internal/fault internal/gitrepo internal/proof"},
	{"generator/internal/state", ""},
	{"generator/internal/watch", "internal/fault internal/webroot"},
	{"generator/internal/site", "generator/internal/publish generator/internal/search generator/internal/state internal/calendar internal/catalog internal/corpus internal/fault internal/page internal/render internal/thai"},

	// The program wires them.
	{"generator", "generator/internal/folder generator/internal/publish generator/internal/search generator/internal/site generator/internal/synth generator/internal/watch internal/catalog internal/corpus internal/fault internal/gitrepo internal/hsds internal/proof internal/transfer internal/webroot internal/xlsx themes"},

	// Capabilities of the daemon.
	{"syncd/internal/config", "internal/fault"},
	{"syncd/internal/edge", "internal/fault"},
	{"syncd/internal/rebuild", "internal/fault"},
	{"syncd/internal/testimony", "internal/fault internal/proof"},
	{"syncd/internal/rights", "internal/catalog internal/fault"},
	{"syncd/internal/trail", "internal/catalog syncd/internal/rights"},
	{"syncd/internal/review", "internal/catalog internal/fault syncd/internal/rights"},
	{"syncd/internal/ledger", "internal/catalog internal/compare internal/corpus internal/fault internal/gitrepo internal/proof syncd/internal/review syncd/internal/rights"},
	{"syncd/internal/form", "internal/calendar internal/catalog internal/compare internal/corpus internal/fault"},
	{"syncd/internal/picture", "internal/fault"},
	{"syncd/internal/preview", "internal/catalog internal/corpus internal/page"},
	{"syncd/internal/structure", "internal/catalog internal/corpus internal/fault internal/thai syncd/internal/rights"},
	{"syncd/internal/staff", "internal/catalog internal/fault syncd/internal/rights syncd/internal/trail"},
	{"syncd/internal/manuals", "internal/calendar internal/catalog internal/compare internal/corpus internal/fault internal/gitrepo internal/proof internal/thai syncd/internal/ledger syncd/internal/review syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/immediate", "internal/calendar internal/catalog internal/compare internal/corpus internal/fault internal/gitrepo internal/proof internal/thai syncd/internal/ledger syncd/internal/review syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/intake", "internal/catalog internal/corpus internal/fault internal/gitrepo internal/transfer internal/xlsx syncd/internal/ledger syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/reorganise", "internal/calendar internal/catalog internal/corpus internal/fault internal/gitrepo internal/proof syncd/internal/immediate syncd/internal/ledger syncd/internal/manuals syncd/internal/review syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/answers", "internal/calendar internal/catalog internal/fault internal/survey syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/outbox", "internal/catalog internal/fault internal/wire syncd/internal/rights"},
	{"syncd/internal/courier", "internal/fault internal/wire syncd/internal/outbox"},
	{"syncd/internal/line", "internal/wire syncd/internal/courier"},
	{"syncd/internal/licences", "internal/calendar internal/catalog internal/fault internal/licence syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/summary", "internal/calendar internal/catalog internal/fault internal/licence syncd/internal/licences syncd/internal/rights syncd/internal/staff"},
	{"syncd/internal/vault", "internal/fault"},
	{"syncd/internal/strongbox", "internal/catalog internal/fault"},
	{"syncd/internal/delays", "internal/calendar internal/catalog internal/delay internal/fault internal/lookup internal/survey syncd/internal/rights syncd/internal/staff syncd/internal/trail syncd/internal/vault"},
	{"syncd/internal/enrol", "internal/catalog internal/fault internal/scan syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/inbox", "internal/catalog internal/fault internal/wire syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/chart", "internal/sheet internal/typeset"},
	{"syncd/internal/satisfaction", "internal/calendar internal/catalog internal/fault internal/page internal/survey syncd/internal/answers"},
	{"syncd/internal/api", "internal/catalog internal/fault internal/gitrepo syncd/internal/ledger syncd/internal/manuals syncd/internal/review syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/misses", "internal/calendar internal/fault internal/survey internal/thai syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/cargo", "internal/calendar internal/catalog internal/delay internal/fault internal/gitrepo internal/licence internal/proof syncd/internal/delays syncd/internal/ledger syncd/internal/licences syncd/internal/manuals syncd/internal/review syncd/internal/rights syncd/internal/staff"},
	{"syncd/internal/scope", "internal/calendar internal/catalog internal/corpus internal/fault internal/gitrepo internal/wire syncd/internal/cargo syncd/internal/delays syncd/internal/ledger syncd/internal/licences syncd/internal/manuals syncd/internal/review syncd/internal/rights syncd/internal/staff syncd/internal/trail syncd/internal/vault"},
	{"syncd/internal/mirror", "internal/catalog internal/compare internal/corpus internal/fault internal/gitrepo internal/licence internal/wire syncd/internal/cargo syncd/internal/delays syncd/internal/ledger syncd/internal/licences syncd/internal/manuals syncd/internal/review syncd/internal/staff syncd/internal/vault"},
	// The daemon's door to identity providers, and the one of the demo.
	{"syncd/internal/oidc", "internal/fault"},
	{"syncd/internal/issuer", "internal/fault themes"},

	// Adapters of the daemon, and what it does with them.
	{"syncd/internal/deeds", "internal/calendar internal/catalog internal/corpus internal/delay internal/fault internal/gitrepo internal/licence internal/proof internal/wire syncd/internal/answers syncd/internal/cargo syncd/internal/delays syncd/internal/enrol syncd/internal/immediate syncd/internal/inbox syncd/internal/ledger syncd/internal/licences syncd/internal/manuals syncd/internal/outbox syncd/internal/review syncd/internal/rights syncd/internal/staff"},
	{"syncd/internal/stick", "internal/catalog internal/fault internal/wire syncd/internal/cargo syncd/internal/inbox syncd/internal/staff"},
	{"syncd/internal/sqlstore", "internal/calendar internal/catalog internal/delay internal/fault internal/gitrepo internal/licence internal/lookup internal/proof internal/survey internal/thai internal/wire syncd/internal/answers syncd/internal/cargo syncd/internal/delays syncd/internal/enrol syncd/internal/inbox syncd/internal/intake syncd/internal/licences syncd/internal/manuals syncd/internal/mirror syncd/internal/misses syncd/internal/outbox syncd/internal/review syncd/internal/rights syncd/internal/staff syncd/internal/summary syncd/internal/trail"},
	{"syncd/internal/pages", "internal/calendar internal/catalog internal/compare internal/corpus internal/delay internal/fault internal/gitrepo internal/letter internal/licence internal/page internal/poster internal/proof internal/qr internal/sheet internal/survey internal/thai internal/transfer internal/wire internal/xlsx syncd/internal/answers syncd/internal/chart syncd/internal/courier syncd/internal/deeds syncd/internal/delays syncd/internal/enrol syncd/internal/form syncd/internal/immediate syncd/internal/inbox syncd/internal/intake syncd/internal/ledger syncd/internal/licences syncd/internal/manuals syncd/internal/misses syncd/internal/outbox syncd/internal/picture syncd/internal/preview syncd/internal/reorganise syncd/internal/review syncd/internal/rights syncd/internal/satisfaction syncd/internal/staff syncd/internal/stick syncd/internal/summary syncd/internal/trail themes"},
	{"syncd/internal/live", ""},
	{"syncd/internal/postbox", "internal/calendar internal/catalog internal/fault internal/survey syncd/internal/answers themes"},
	{"syncd/internal/dock", "internal/fault internal/wire syncd/internal/inbox"},
	{"syncd/internal/inquiry", "internal/calendar internal/catalog internal/fault internal/lookup internal/page themes"},
	{"syncd/internal/mail", "internal/calendar internal/catalog internal/fault syncd/internal/manuals"},
	{"syncd/internal/backup", "internal/fault internal/gitrepo syncd/internal/sqlstore"},

	{"syncd/internal/porch", "internal/fault syncd/internal/enrol"},
	{"syncd/internal/office", "internal/catalog internal/fault internal/gitrepo internal/proof internal/wire syncd/internal/cargo syncd/internal/courier syncd/internal/deeds syncd/internal/delays syncd/internal/enrol syncd/internal/ledger syncd/internal/mirror syncd/internal/outbox syncd/internal/review syncd/internal/rights syncd/internal/sqlstore syncd/internal/staff syncd/internal/stick syncd/internal/strongbox syncd/internal/vault"},
	{"syncd/internal/counter", "internal/fault"},
	{"syncd/internal/simulator", ""},
	{"syncd/internal/door", "internal/catalog internal/fault internal/wire syncd/internal/courier syncd/internal/enrol syncd/internal/mirror syncd/internal/office syncd/internal/stick syncd/internal/strongbox themes"},
	{"syncd/internal/gitserve", "internal/catalog internal/corpus internal/fault internal/gitrepo syncd/internal/ledger syncd/internal/review syncd/internal/rights"},

	// The daemon wires them.
	{"syncd", "internal/calendar internal/catalog internal/corpus internal/delay internal/fault internal/gitrepo internal/licence internal/page internal/proof internal/webroot internal/wire syncd/internal/answers syncd/internal/api syncd/internal/backup syncd/internal/cargo syncd/internal/config syncd/internal/counter syncd/internal/deeds syncd/internal/delays syncd/internal/dock syncd/internal/door syncd/internal/edge syncd/internal/enrol syncd/internal/gitserve syncd/internal/immediate syncd/internal/inbox syncd/internal/inquiry syncd/internal/intake syncd/internal/issuer syncd/internal/ledger syncd/internal/licences syncd/internal/line syncd/internal/live syncd/internal/mail syncd/internal/manuals syncd/internal/misses syncd/internal/office syncd/internal/oidc syncd/internal/pages syncd/internal/porch syncd/internal/postbox syncd/internal/rebuild syncd/internal/reorganise syncd/internal/review syncd/internal/rights syncd/internal/satisfaction syncd/internal/scope syncd/internal/sqlstore syncd/internal/staff syncd/internal/stick syncd/internal/strongbox syncd/internal/structure syncd/internal/summary syncd/internal/testimony syncd/internal/trail syncd/internal/vault"},

	// Measures the generator from outside, through its command line.
	{"bench/paper", ""},
	{"bench", "bench/paper internal/catalog internal/corpus internal/thai"}, // what a Hugo site is written from
	{"bench/import", "bench/paper internal/xlsx"},

	// Measure the daemon from outside, through its addresses.
	{"bench/office", ""},
	{"bench/visits", "bench/office"},
	{"bench/revisions", "bench/office bench/paper themes"},
	{"bench/structure", "bench/office bench/paper"},
	{"bench/answers", "bench/office bench/paper"},
	{"bench/satisfaction", "bench/office bench/paper"},
	{"bench/summary", "bench/office bench/paper"},
	{"bench/sync", "bench/office bench/paper internal/calendar internal/delay internal/licence internal/lookup internal/wire"},

	// Packs both programs for offices.
	{"dist", ""},

	// For tests alone; no program imports it.
	{"internal/testkit", ""},
	{"internal/testkit/badline", ""},
	{"internal/testkit/netns", ""},
	{"internal/testkit/witness", ""},
	{"internal/proof/prooftest", "internal/catalog internal/fault internal/gitrepo internal/proof"},
	{"syncd/internal/staff/stafftest", "internal/catalog internal/fault syncd/internal/rights syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/answers/answerstest", "internal/calendar internal/catalog internal/fault internal/survey syncd/internal/answers syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/enrol/enroltest", "internal/catalog internal/fault syncd/internal/enrol syncd/internal/staff syncd/internal/trail"},
	{"syncd/internal/inbox/inboxtest", "internal/fault internal/wire syncd/internal/inbox syncd/internal/staff syncd/internal/trail"},
	{"internal/gitrepo/gitrepotest", "internal/fault internal/gitrepo"},
	{"syncd/internal/sqlstore/sqlstoretest", "syncd/internal/sqlstore"},
	{"syncd/internal/licences/licencestest", "internal/calendar internal/catalog internal/fault internal/licence syncd/internal/licences"},
	{"syncd/internal/delays/delaystest", "internal/calendar internal/catalog internal/delay internal/fault internal/lookup syncd/internal/delays syncd/internal/trail syncd/internal/vault"},
	{"syncd/internal/outbox/outboxtest", "internal/catalog internal/fault internal/wire syncd/internal/outbox syncd/internal/rights"},
	{"syncd/internal/manuals/manualstest", "internal/calendar internal/catalog internal/fault internal/gitrepo internal/proof syncd/internal/ledger syncd/internal/manuals syncd/internal/review syncd/internal/staff syncd/internal/staff/stafftest syncd/internal/trail"},
}

const everywhere = "*"

// doors names the only rooms that import a thing from outside. Tests may import
// what their room may, and in the rooms named last, more.
var doors = []struct {
	outside string // import path, or its beginning
	rooms   string
	tests   string
}{
	{"github.com/andybalholm/brotli", "generator/internal/site", "generator/internal/site"},
	{"github.com/alecthomas/kong", "generator syncd", ""},
	{"rsc.io/qr", "internal/qr", ""},
	{"github.com/makiuchi-d/gozxing", "", "internal/letter internal/poster internal/qr syncd"}, // reads codes back
	{"github.com/go-text/typesetting", "internal/typeset", ""},
	{"golang.org/x/image", "internal/sheet internal/typeset syncd/internal/picture", "internal/poster"},
	{"github.com/fsnotify/fsnotify", "generator/internal/watch", ""},
	{"github.com/evanw/esbuild", "generator/internal/site", ""},
	{"github.com/go-git", "internal/gitrepo", ""},
	{"github.com/gorilla/websocket", "bench/answers bench/sync syncd/internal/dock syncd/internal/line syncd/internal/live syncd/internal/postbox", "generator internal/testkit/badline syncd"},
	{"net/smtp", "syncd/internal/mail", ""},
	{"github.com/emersion", "internal/testkit", ""}, // a server of mail for tests
	{"github.com/hiddeco/sshsig", "internal/proof", ""},
	{"golang.org/x/crypto/ssh", "internal/proof", ""},
	{"golang.org/x/crypto/argon2", "syncd/internal/strongbox", ""},
	{"golang.org/x/crypto/xts", "syncd/internal/sqlstore", ""},
	{"github.com/ncruces", "syncd/internal/sqlstore", ""},
	{"github.com/yuin/goldmark", "internal/render", ""},
	{"go.yaml.in/yaml", "bench internal/corpus internal/page syncd/internal/config", ""}, // page reads the theme's messages
	{"golang.org/x/net/html", "bench bench/office bench/visits internal/testkit", "generator internal/render syncd syncd/internal/pages themes"},
	{"golang.org/x/sys", "generator/internal/folder generator/internal/publish internal/testkit/netns internal/testkit/witness syncd/internal/backup", "syncd"},
	{"golang.org/x/text", "internal/corpus internal/thai internal/transfer", ""},
	{"github.com/xuri/excelize", "bench/satisfaction internal/xlsx", ""},
	{"net/http", "bench/answers bench/office bench/revisions bench/satisfaction bench/structure bench/summary bench/sync bench/visits generator/internal/watch internal/testkit internal/testkit/badline internal/webroot syncd syncd/internal/api syncd/internal/counter syncd/internal/dock syncd/internal/door syncd/internal/edge syncd/internal/gitserve syncd/internal/inquiry syncd/internal/issuer syncd/internal/line syncd/internal/live syncd/internal/oidc syncd/internal/pages syncd/internal/porch syncd/internal/postbox", "generator internal/poster"},
	{"github.com/coreos/go-oidc", "syncd/internal/oidc", ""},
	{"golang.org/x/oauth2", "syncd/internal/oidc", ""},
	{"github.com/zitadel/oidc", "syncd/internal/issuer", ""},
	{"github.com/go-jose/go-jose", "internal/testkit syncd/internal/issuer", "syncd/internal/oidc"},
	{"github.com/chromedp", "internal/testkit", "generator"},
	{"github.com/google/go-cmp", "syncd/internal/answers/answerstest syncd/internal/delays/delaystest syncd/internal/enrol/enroltest syncd/internal/inbox/inboxtest syncd/internal/licences/licencestest syncd/internal/manuals/manualstest syncd/internal/outbox/outboxtest syncd/internal/staff/stafftest", everywhere},
	{"github.com/rogpeppe/go-internal", "internal/testkit", "generator internal/corpus syncd"},
	{"github.com/prometheus/client_golang", "syncd/internal/edge", ""},
	{"database/sql", "bench/satisfaction bench/summary bench/sync syncd/internal/sqlstore", ""},
	{"github.com/jackc/pgx", "bench/summary bench/sync internal/testkit syncd/internal/sqlstore", ""}, // testkit makes the tests' databases
	{"github.com/pressly/goose", "syncd/internal/sqlstore", ""},
	{"modernc.org", "bench/satisfaction bench/summary bench/sync syncd/internal/sqlstore", ""},
}

// anywhere are modules without a room of their own.
var anywhere = []string{"golang.org/x/sync", "github.com/google/uuid"}

// innermost import nothing but the standard library and golang.org/x/text.
var innermost = []string{"internal/fault", "internal/calendar", "internal/catalog", "internal/thai"}

// source is a Go file of the module.
type source struct {
	name, room string
	test       bool
	syntax     *ast.File
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.syntax.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		out = append(out, p)
	}
	return out
}

// files calls visit for each file of the repository, by its slash path.
func files(t *testing.T, visit func(name string)) {
	t.Helper()
	left := []string{".git", "bin", "public", "node_modules"}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && slices.Contains(left, e.Name()):
			return fs.SkipDir
		case e.Type().IsRegular():
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	files(t, func(name string) {
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") {
			return
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), syntax})
	})
	return out
}

func TestEachRoomKnowsOnlyItsOwn(t *testing.T) {
	may := map[string][]string{}
	for i, r := range rooms {
		may[r.room] = strings.Fields(r.may)
		for _, inner := range may[r.room] {
			if !slices.ContainsFunc(rooms[:i], func(above struct{ room, may string }) bool { return above.room == inner }) {
				t.Errorf("the table: %s stands above %s, which it may import", r.room, inner)
			}
		}
	}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		allowed, known := may[s.room]
		if !known {
			t.Errorf("%s: %s has no row in the table of rooms", s.name, s.room)
		}
		for _, p := range s.imports() {
			if inner, ok := strings.CutPrefix(p, "khumue/"); ok && !slices.Contains(allowed, inner) {
				t.Errorf("%s: %s may not import %s", s.name, s.room, inner)
			}
		}
	}
}

func TestEachThingOutsideHasItsDoor(t *testing.T) {
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			door := slices.IndexFunc(doors, func(d struct{ outside, rooms, tests string }) bool { return under(p, d.outside) })
			if door < 0 {
				module := strings.Contains(strings.Split(p, "/")[0], ".")
				if module && !slices.ContainsFunc(anywhere, func(a string) bool { return under(p, a) }) {
					t.Errorf("%s: %s has no row in the table of doors", s.name, p)
				}
				continue
			}
			allowed := strings.Fields(doors[door].rooms)
			if s.test {
				allowed = append(allowed, strings.Fields(doors[door].tests)...)
			}
			if !slices.Contains(allowed, s.room) && !slices.Contains(allowed, everywhere) {
				t.Errorf("%s: %s may not import %s; %s do", s.name, s.room, p, strings.Join(allowed, ", "))
			}
		}
	}
}

func under(p, prefix string) bool {
	return p == prefix || strings.HasPrefix(p, prefix+"/")
}

func TestTheInnermostRoomsKnowNobody(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(innermost, s.room) {
			continue
		}
		for _, p := range s.imports() {
			if strings.Contains(strings.Split(p, "/")[0], ".") && !under(p, "golang.org/x/text") {
				t.Errorf("%s: %s may not import %s", s.name, s.room, p)
			}
			if slices.Contains([]string{"os", "net", "net/http", "os/exec"}, p) {
				t.Errorf("%s: %s reads no files and no network, and imports %s", s.name, s.room, p)
			}
		}
	}
}

func TestEachPackageIsExplainedOnce(t *testing.T) {
	explained := map[string][]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		explained[s.room] = append(explained[s.room], "")
		if s.syntax.Doc != nil {
			explained[s.room] = append(explained[s.room], s.name)
		}
	}
	for room, names := range explained {
		names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
		if len(names) != 1 {
			t.Errorf("%s: %d package comments %v, want 1", room, len(names), names)
		}
	}
}

// maxLines is how long a file may be that a person reads as a whole.
const maxLines = 600

func TestFilesAreShortEnoughToRead(t *testing.T) {
	files(t, func(name string) {
		limit := maxLines
		switch {
		case name == "doc/design.md":
			limit = 140 // two screens
		case !slices.Contains([]string{".go", ".js", ".mjs", ".css", ".html"}, path.Ext(name)), strings.Contains(name, "testdata/"):
			return
		}
		if n := bytes.Count(read(t, name), []byte("\n")); n > limit {
			t.Errorf("%s: %d lines, want at most %d", name, n, limit)
		}
	})
}

func TestNothingIsLeftUndone(t *testing.T) {
	marks := regexp.MustCompile(`\b(` + "TO" + `DO|FIX` + `ME|XX` + `X)\b`)
	hosts := regexp.MustCompile(`https?://(registry|proxy|deb|mirrors?)\.`)
	files(t, func(name string) {
		if slices.Contains([]string{".pdf", ".png", ".ttf", ".woff2", ".sum"}, path.Ext(name)) {
			return
		}
		for i, line := range bytes.Split(read(t, name), []byte("\n")) {
			if marks.Match(line) {
				t.Errorf("%s:%d: unfinished: %s", name, i+1, line)
			}
			if hosts.Match(line) {
				t.Errorf("%s:%d: names the host of a package registry: %s", name, i+1, line)
			}
		}
	})
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
