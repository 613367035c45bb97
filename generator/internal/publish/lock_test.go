package publish

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/fault"
)

func TestASecondBuilderIsToldWhoHoldsTheTarget(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	first := mustOpen(t, dir, quick())
	_, err := Open(context.Background(), dir, quick())
	var held *HeldError
	if !errors.As(err, &held) || !errors.Is(err, fault.Unavailable) {
		t.Fatalf("got error %v, want a HeldError of kind %v", err, fault.Unavailable)
	}
	host, _ := os.Hostname()
	want := Holder{PID: os.Getpid(), Host: host, Since: day(0)()}
	if held.Holder != want {
		t.Errorf("got holder %+v, want %+v", held.Holder, want)
	}
	if !strings.Contains(err.Error(), "2026-11-22T03:00:00Z") {
		t.Errorf("got message %q, want one that says since when", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir, quick())
}

func TestASecondBuilderMayWait(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	synctest.Test(t, func(t *testing.T) {
		first, err := Open(context.Background(), dir, quick())
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan Holder, 1)
		second := make(chan error)
		go func() {
			o := quick()
			o.Wait = func(h Holder) { told <- h }
			target, err := Open(context.Background(), dir, o)
			if err == nil {
				err = target.Close()
			}
			second <- err
		}()
		if h := <-told; h.PID != os.Getpid() {
			t.Errorf("got holder %+v, want this process", h)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-second; err != nil {
			t.Errorf("got error %v, want the target", err)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	synctest.Test(t, func(t *testing.T) {
		first, err := Open(context.Background(), dir, quick())
		if err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		o := quick()
		o.Wait = func(Holder) {}
		_, err = Open(ctx, dir, o)
		var held *HeldError
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &held) {
			t.Errorf("got error %v, want the deadline and the holder", err)
		}
	})
}
