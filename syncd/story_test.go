package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"khumue/internal/testkit"
)

// TestStories runs the program as operators do. Each story of testdata/script
// begins in a folder with the sample portal as content/.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			env.Setenv("GORACE", testkit.GoRace())
			return os.CopyFS(filepath.Join(env.WorkDir, "content"), os.DirFS("../content"))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exitcode": testkit.ExitCode},
	})
}
