package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	shownSecret = regexp.MustCompile(`id="secret"[^>]*>(khumue_[A-Z2-7]+)<`)
	shownClone  = regexp.MustCompile(`git clone --depth 1 --no-single-branch --filter=blob:none --sparse http://(o-[a-z2-7]{16})@([^\s<]+)`)
)

// lend makes an access token of a sample person as the page makes it, and
// returns it, whose it is, and the address that the page tells to clone.
func (c caller) lend(d demo, name string, permits ...string) (secret, id, remote string) {
	c.t.Helper()
	_, page := c.ask("POST", d.office+"/me/programs", url.Values{"name": {name}, "permit": permits, "days": {"30"}})
	token, clone := shownSecret.FindStringSubmatch(page), shownClone.FindStringSubmatch(page)
	if token == nil || clone == nil {
		c.t.Fatalf("the page shows no access token: %s", page)
	}
	return token[1], clone[1], "http://" + clone[1] + ":" + token[1] + "@" + clone[2]
}

// TestGitStories are told with the stock client against the whole daemon. Each
// story of testdata/git knows its author's id and remote, one for a token that
// only reads, and one of a person of the same agency who writes no manuals.
func TestGitStories(t *testing.T) {
	d := startDemo(t)
	author, other := newCaller(t), newCaller(t)
	author.signIn(d, "author")
	other.signIn(d, "reviewer")
	_, id, remote := author.lend(d, "write", "read", "write")
	_, _, reading := author.lend(d, "read", "read")
	_, otherID, theirs := other.lend(d, "all", "read")
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/git",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{
				"GIT_CONFIG_GLOBAL": filepath.Join(env.WorkDir, "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8",
				"ID": id, "REMOTE": remote, "READING": reading, "THEIRS": theirs, "OTHER": otherID, "BARE": d.office + "/git/content.git",
			} {
				env.Setenv(name, value)
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "gitconfig"), []byte("[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"mend": mend},
	})
}

// mend is a word of stories: mend FILE OLD NEW puts other words into a file,
// once.
func mend(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: mend FILE OLD NEW")
	}
	was := ts.ReadFile(args[0])
	if !strings.Contains(was, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(was, args[1], args[2], 1)), 0o600))
}
