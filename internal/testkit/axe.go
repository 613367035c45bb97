package testkit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Violation is a rule of axe-core that a page breaks.
type Violation struct {
	Rule   string   `json:"rule"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"` // selector and what is wrong, of each element
}

// String tells the violation with its first few elements.
func (v Violation) String() string {
	nodes := v.Nodes
	if len(nodes) > 4 {
		nodes = append(nodes[:4:4], fmt.Sprintf("and %d more", len(v.Nodes)-4))
	}
	return fmt.Sprintf("%s (%s): %s\n\t%s", v.Rule, v.Impact, v.Help, strings.Join(nodes, "\n\t"))
}

var axeSource = sync.OnceValues(func() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	src, err := os.ReadFile(filepath.Join(root, "tools", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("axe-core is not installed (%s): %w", install, err)
	}
	return string(src), nil
})

const axeRun = `axe.run(document, %s).then(function (r) {
	return r.violations.map(function (v) {
		return {rule: v.id, impact: v.impact || "", help: v.help, nodes: v.nodes.map(function (n) {
			return n.target.join(" ") + ": " + (n.failureSummary || "").replace(/\s+/g, " ");
		})};
	});
})`

// Axe returns what axe-core finds wrong with the page as it is now: by all its
// rules, those for the levels A and AA and its good practices, or by the named
// ones alone.
func (tab *Tab) Axe(rules ...string) []Violation {
	tab.t.Helper()
	tab.Until(`document.readyState === "complete"`) // half of a page breaks rules that the whole does not
	src, err := axeSource()
	if err != nil {
		tab.t.Fatal(err)
	}
	if !Value[bool](tab, "!!window.axe") {
		tab.do(chromedp.Evaluate[chromedp.Void](src + ";void 0"))
		if !tab.axe { // it is half a megabyte: sent once, it is there in each page that follows
			call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "if (window === top) {" + src + "}"})
			tab.axe = true
		}
	}
	options := map[string]any{"resultTypes": []string{"violations"}}
	if len(rules) > 0 {
		options["runOnly"] = map[string]any{"type": "rule", "values": rules}
	}
	o, err := json.Marshal(options)
	if err != nil {
		tab.t.Fatal(err)
	}
	return Value[[]Violation](tab, fmt.Sprintf(axeRun, o))
}

// call sends a command of the protocol to the tab.
func call[P, R any](tab *Tab, command cdp.Command[P, R], params P) R {
	tab.t.Helper()
	r, err := chromedp.Call(tab.ctx, command, params)
	if err != nil {
		tab.t.Fatal(err)
	}
	return r
}
