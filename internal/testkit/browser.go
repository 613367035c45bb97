package testkit

import (
	"context"
	"sync"

	"github.com/chromedp/chromedp"
)

// Browser is one headless Chromium, started when the first tab is opened. The
// zero value is ready. A test binary keeps one and closes it in TestMain.
type Browser struct {
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
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("host-resolver-rules", noHost),
			chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-domain-reliability", true),
			chromedp.Flag("disable-quic", true),
			chromedp.Flag("no-pings", true),
			chromedp.Flag("lang", "th"),
			chromedp.Flag("font-render-hinting", "none"),
			chromedp.Flag("hide-scrollbars", true),
		)
		alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, closeBrowser := chromedp.NewContext(alloc)
		b.ctx, b.stop = ctx, []context.CancelFunc{closeBrowser, closeAlloc}
		b.err = chromedp.Do(ctx)
	})
	return b.ctx, b.err
}

// Close ends the browser, where one was started.
func (b *Browser) Close() {
	for _, stop := range b.stop {
		stop()
	}
}
