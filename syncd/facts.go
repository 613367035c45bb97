package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
)

// factsFolder is, in the data folder, the folder of what is counted and shown on
// the public site (doc/facts.md).
const factsFolder = "facts"

// The points' figures stand in so many files of it, each point always in the same
// one: a file stays small with 200,000 points and more, and whoever reads while
// they are written finds each point once.
const factsShards = 32

// shardOf is the number of the file in which a point's figures stand.
func shardOf(code catalog.PointCode) int {
	h := fnv.New32a()
	h.Write([]byte(code))
	return int(h.Sum32() % factsShards)
}

func shardName(n int) string { return fmt.Sprintf("satisfaction-%02d.json", n) }

// oneFile is where all figures stood before.
const oneFile = "satisfaction.json"

// facts writes what the public site shows of citizens' answers.
type facts struct {
	dir    string
	figure func(context.Context, calendar.Date) (map[catalog.PointCode]page.Figures, error)
	works  func(context.Context, calendar.Date) (map[catalog.ManualID]page.Figures, error) // nil: nothing is told of manuals
	build  func()                                                                          // asks for a build
	now    func() time.Time
	log    *slog.Logger
	wake   chan struct{}
}

func newFacts(dir string, log *slog.Logger) (*facts, error) {
	return &facts{dir: dir, now: time.Now, log: log, wake: make(chan struct{}, 1)}, os.MkdirAll(dir, 0o700)
}

// factsEvery is how often it is seen whether a new day has begun.
const factsEvery = 10 * time.Minute

// run writes at the start, when a day has begun in Bangkok, and when asked, until
// ctx ends. What fails is tried again.
func (f *facts) run(ctx context.Context) {
	tick := time.NewTicker(factsEvery)
	defer tick.Stop()
	var written calendar.Date
	for {
		if today := calendar.DateOf(f.now()); today != written {
			if err := f.write(ctx, today); err == nil {
				written = today
			} else if ctx.Err() == nil {
				f.log.Error("the figures of satisfaction can not be written for the site", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-f.wake:
			written = calendar.Date{}
		}
	}
}

// ask has the figures looked at again: an agency may publish them now, or no more.
func (f *facts) ask() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// write writes the figures of a day, and asks for a build where they changed.
func (f *facts) write(ctx context.Context, today calendar.Date) error {
	figures, err := f.figure(ctx, today)
	if err != nil {
		return err
	}
	var shards [factsShards]map[catalog.PointCode]page.Figures
	for code, f := range figures {
		n := shardOf(code)
		if shards[n] == nil {
			shards[n] = map[catalog.PointCode]page.Figures{}
		}
		shards[n][code] = f
	}
	old := os.Remove(filepath.Join(f.dir, oneFile))
	if old != nil && !errors.Is(old, fs.ErrNotExist) {
		return old
	}
	changed := old == nil
	for n, shard := range shards {
		text, err := factsOf(shard)
		if err != nil {
			return err
		}
		was, err := writeShard(filepath.Join(f.dir, shardName(n)), text, len(shard) == 0)
		if err != nil {
			return err
		}
		changed = changed || was
	}
	was, err := f.writeStatistics(ctx, today)
	if err != nil {
		return err
	}
	changed = changed || was
	if changed {
		f.build()
	}
	return nil
}

// writeShard makes a file that of some figures, and none where it is empty. It
// reports whether it was another.
func writeShard(name string, text []byte, empty bool) (changed bool, err error) {
	if empty {
		err := os.Remove(name)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	before, err := os.ReadFile(name)
	if err == nil && bytes.Equal(before, text) {
		return false, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, replaceFile(name, text)
}

// pointFacts is a point in a file of facts.
type pointFacts struct {
	Satisfaction page.Score `json:"satisfaction"`
}

// factsOf writes figures as doc/facts.md says. The same figures are the same bytes.
func factsOf(figures map[catalog.PointCode]page.Figures) ([]byte, error) {
	file := struct {
		Version int                              `json:"version"`
		Points  map[catalog.PointCode]pointFacts `json:"points"`
	}{1, map[catalog.PointCode]pointFacts{}}
	for code, f := range figures {
		file.Points[code] = pointFacts{f.Satisfaction}
	}
	return json.Marshal(file)
}

// replaceFile puts a file in the place of another, so that whoever reads has one
// or the other. It is written beside the folder, whose files are all read.
func replaceFile(name string, text []byte) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(filepath.Dir(name)), ".facts-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	_, err = temporary.Write(text)
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}

// publicFigures are what the site shows of a day's answers, once it is known where
// points stand.
func (c *centre) publicFigures(ctx context.Context, today calendar.Date) (map[catalog.PointCode]page.Figures, error) {
	if err := c.direct.Ready(); err != nil {
		return nil, err
	}
	if _, err := c.follows.look(); err != nil {
		return nil, err
	}
	return c.reports.Public(ctx, today)
}
