package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"khumue/internal/testkit"
)

var update = flag.Bool("update", false, "renew the golden files")

// browser is the one Chromium of these tests, started when a test needs it.
var browser testkit.Browser

// sample and tiny are the sample portal and the small one of testdata, built
// once for all tests that look at a site.
var (
	sample = portalSite{content: "../content"}
	tiny   = portalSite{content: "testdata/portal"}
)

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){"generator": main})
}

// suite cleans up after the tests, before the process ends.
type suite struct{ *testing.M }

func (s suite) Run() int {
	defer sample.remove()
	defer tiny.remove()
	defer browser.Close()
	return s.M.Run()
}

// portalSite is a site that is built when it is first asked for.
type portalSite struct {
	content string
	once    sync.Once
	dir     string
	err     error
}

// built returns the folder of the site, built as the command builds it.
func (p *portalSite) built(t testing.TB) string {
	t.Helper()
	p.once.Do(func() {
		if p.dir, p.err = os.MkdirTemp("", "khumue-site-"); p.err != nil {
			return
		}
		var out bytes.Buffer
		code := run(t.Context(), []string{"build", "--compress", "--content", p.content, "--out", filepath.Join(p.dir, "public")}, streams{in: strings.NewReader(""), out: &out, err: &out})
		if code != 0 {
			p.err = fmt.Errorf("generator build: exit %d: %s", code, out.String())
		}
	})
	if p.err != nil {
		t.Fatal(p.err)
	}
	return filepath.Join(p.dir, "public")
}

func (p *portalSite) remove() {
	if p.dir != "" {
		os.RemoveAll(p.dir)
	}
}
