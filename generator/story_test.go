package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"khumue/internal/testkit"
)

// TestStories runs the program as people do. Each story of testdata/script
// begins in a folder with the small portal as content/ and the theme as theme/.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", testkit.GoRace())
			if err := os.CopyFS(filepath.Join(env.WorkDir, "content"), os.DirFS("testdata/portal")); err != nil {
				return err
			}
			return os.CopyFS(filepath.Join(env.WorkDir, "theme"), os.DirFS("../themes/default"))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"edit": edit, "ledger": ledgers, "exitcode": testkit.ExitCode, "sametree": sameTree},
	})
}
