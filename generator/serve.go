package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/watch"
	"khumue/internal/fault"
	"khumue/internal/webroot"
)

// settle is how long files must be at rest before the site is built again:
// editors save in several steps.
const settle = 120 * time.Millisecond

type serveCommand struct {
	source
	Out     string `default:"public" help:"โฟลเดอร์ปลายทาง · Folder of the site." type:"path"`
	Addr    string `default:"localhost:8080" help:"ที่อยู่ที่รับฟัง · Address to listen on."`
	NoWatch bool   `name:"no-watch" help:"ไม่สร้างใหม่เมื่อแก้ไข · Do not build again on changes."`
}

// Run builds the site, serves it, and builds it again whenever the content or
// the theme changes. Bad content does not end it: the site stays as it was and
// its pages show the problems.
func (c *serveCommand) Run(ctx context.Context, s streams) error {
	if _, err := openFolder(c.Content); err != nil {
		return err
	}
	listener, err := watch.Listen(c.Addr)
	if err != nil {
		return fault.New(fault.Unavailable, fault.Textf("เปิดที่ %s ไม่ได้", "cannot listen on %s", c.Addr),
			fault.Text{TH: "มีโปรแกรมอื่นใช้อยู่ เลือกที่อื่นด้วย --addr", EN: "another program may use it; choose another with --addr"}).Because(err)
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + visited(listener.Addr(), c.Addr)
	}
	live := watch.NewLive()
	if err := c.rebuild(ctx, s, live); err != nil {
		listener.Close()
		return err
	}
	server := watch.Server{Dir: c.Out, Base: c.basePath(), Immutable: webroot.Immutable}
	g, ctx := errgroup.WithContext(ctx)
	if !c.NoWatch {
		server.Live = live
		g.Go(func() error {
			return watch.Run(ctx, c.roots(), settle, func([]string) {
				if err := c.rebuild(ctx, s, live); err != nil {
					tell(s.err, err)
				}
			})
		})
	}
	g.Go(func() error { return server.Serve(ctx, listener) })
	fmt.Fprintf(s.out, "%s\n", strings.TrimRight(c.BaseURL, "/")+"/")
	return g.Wait()
}

// visited is the address that a person types for a listener.
func visited(bound net.Addr, asked string) string {
	host, _, _ := net.SplitHostPort(asked)
	if host == "" {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(bound.String())
	return net.JoinHostPort(host, port)
}

func (c *serveCommand) basePath() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return ""
	}
	return strings.TrimRight(u.Path, "/")
}

// roots are the folders whose changes matter.
func (c *serveCommand) roots() []string {
	roots := []string{c.Content}
	if c.Theme != "" {
		roots = append(roots, c.Theme)
	}
	return roots
}

// rebuild builds the site and tells open pages. Problems of content or theme
// are told and are no error; a first build needs the folder to be there.
func (c *serveCommand) rebuild(ctx context.Context, s streams, live *watch.Live) error {
	from, err := openFolder(c.Content)
	if err != nil {
		return err
	}
	r, err := c.build(ctx, from, c.Out, progressOn(s), ungated)
	var problems fault.Problems
	var own *fault.Error
	switch {
	case errors.As(err, &problems):
		fault.TellProblems(s.err, problems)
		live.Report(problems)
		return nil
	case errors.As(err, &own) && own.Kind == fault.Invalid:
		tell(s.err, err)
		live.Report(fault.Problems{{File: c.themeName(), Severity: fault.Wrong, What: fault.Text{TH: own.What.TH, EN: own.Error()}, Hint: own.Hint}})
		return nil
	case err != nil:
		return err
	}
	fault.TellProblems(s.err, r.Problems)
	r.tellOthers(s.err)
	fmt.Fprintf(s.err, "%d pages, %d changed, %.0f ms\n", r.Pages, len(r.Changed), r.Total)
	live.Reload()
	return nil
}

// themeName is what a person calls the theme.
func (c *serveCommand) themeName() string {
	if c.Theme == "" {
		return "theme"
	}
	wd, err := os.Getwd()
	if err != nil {
		return c.Theme
	}
	if rel, err := filepath.Rel(wd, c.Theme); err == nil {
		return rel
	}
	return c.Theme
}
