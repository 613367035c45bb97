package testkit

import (
	"context"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// Browser is one headless Chromium, started when the first tab is opened. The
// zero value is ready. A test binary keeps one and closes it in TestMain.
type Browser struct {
	// Folder keeps what the browser knows, so that another Browser on the same
	// folder, after this one is closed, is the same one started again: all its
	// tabs are of one user. "" is a new folder, and each tab a user of its own.
	Folder string

	// Names lead to this machine, as names of a local network do.
	Names []string

	// AnyCertificate has the browser take every certificate, as one does that trusts
	// its authority.
	AnyCertificate bool

	start sync.Once
	ctx   context.Context
	stop  []context.CancelFunc
	err   error
}

// noHost makes every name but this machine's unknown to the browser.
const noHost = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"

// open starts the browser once, with a new user's folder, and returns its context.
func (b *Browser) open() (context.Context, error) {
	b.start.Do(func() {
		path, err := chromium()
		if err != nil {
			b.err = err
			return
		}
		names := noHost
		for _, n := range b.Names {
			names = "MAP " + n + " 127.0.0.1, " + names // the first that fits counts
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("host-resolver-rules", names),
			chromedp.Flag("ignore-certificate-errors", b.AnyCertificate),
			chromedp.Flag("disable-back-forward-cache", true), // what is kept whole can not be driven after
			chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-domain-reliability", true),
			chromedp.Flag("disable-quic", true),
			chromedp.Flag("no-pings", true),
			chromedp.Flag("lang", "th"),
			chromedp.Flag("font-render-hinting", "none"),
			chromedp.Flag("hide-scrollbars", true),
		)
		if b.Folder != "" {
			options = append(options, chromedp.UserDataDir(b.Folder))
		}
		alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, closeBrowser := chromedp.NewContext(alloc)
		b.ctx, b.stop = ctx, []context.CancelFunc{closeBrowser, closeAlloc}
		b.err = chromedp.Do(ctx)
	})
	return b.ctx, b.err
}

// Close ends the browser, where one was started, as a person does.
func (b *Browser) Close() {
	if b.Folder != "" && b.ctx != nil {
		_ = chromedp.Cancel(b.ctx) // what fails is ended below
	}
	for _, stop := range b.stop {
		stop()
	}
}

// Kill ends the browser as a loss of power does: by its process, in the middle of
// whatever it does. Its tabs are gone; what it has not written is lost.
func (b *Browser) Kill(t testing.TB) {
	t.Helper()
	ctx, err := b.open()
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.FromContext(ctx).Browser.Process().Kill(); err != nil {
		t.Fatal(err)
	}
	for _, stop := range b.stop {
		stop()
	}
}
