//go:build unix

package outbox_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
)

// TestF7AKilledProcessLeavesEachEffectWithItsOperation runs itself in a process that
// does deeds and sends, until it is killed in the midst of it.
func TestF7AKilledProcessLeavesEachEffectWithItsOperation(t *testing.T) {
	if dir := os.Getenv("KHUMUE_TEST_KILLED"); dir != "" {
		o := open(t, dir, "")
		o.deeds = effect(o)
		for {
			o.do(1)
			fmt.Println("did", o.deeds)
			if ops := o.next(3); o.deeds%2 == 0 {
				o.settle(false, stored(ops[0].ID))
			}
		}
	}
	dir := t.TempDir()
	open(t, dir, "").store.Close()
	for round := range 4 {
		told := lived(t, dir, 5+round*3)
		o := open(t, dir, "")
		list, err := o.Items(t.Context(), outbox.Filter{Stream: o.Stream()})
		o.must(err)
		if n := effect(o); n != len(list) || n < told {
			t.Errorf("%d effects, %d operations, %d were told", n, len(list), told)
		}
		for n, i := range list {
			if i.Seq != int64(n+1) || i.Sum != i.Op.Sum() {
				t.Errorf("operation %d has the number %d", n+1, i.Seq)
			}
		}
		o.must(o.store.Close())
	}
}

// effect is how many deeds had their effect.
func effect(o *office) int {
	text := outboxtest.Read(outboxtest.Book{T: o.t, Store: o.store.Outbox()}, func(r outbox.Records) (string, error) { return r.Note("effect") })
	n, _ := strconv.Atoi(text) // "" before the first
	return n
}

// lived runs the process until it has told of so many deeds more, kills it, and returns
// the last of which it told.
func lived(t *testing.T, dir string, deeds int) (last int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestF7AKilledProcess")
	child.Env = append(os.Environ(), "KHUMUE_TEST_KILLED="+dir)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "did %d", &last); err != nil {
			t.Error(lines.Text())
		}
		if told++; told == deeds {
			if err := child.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := child.Wait(); err == nil || told < deeds {
		t.Errorf("it ended by itself after %d deeds: %v", told, err)
	}
	return last
}
