package search

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Fetch reads one file of an index by its path relative to the manifest's
// directory.
type Fetch func(ctx context.Context, path string) ([]byte, error)

// Index answers queries. It keeps what it has read, up to a bound, and is
// not safe for concurrent use.
type Index struct {
	manifest Manifest
	fetch    Fetch
	lexicon  *lexicon
	cache    cache
	read     int64           // bytes fetched since the last answer
	missing  map[string]bool // paths that could not be fetched for this answer
}

// Open reads the manifest and the lexicon of an index. The name is the
// manifest's path as fetch knows it, without a directory.
func Open(ctx context.Context, manifest string, fetch Fetch) (*Index, error) {
	x := &Index{fetch: fetch, cache: cache{bound: cacheBytes}}
	data, err := fetch(ctx, manifest)
	if err != nil {
		return nil, fmt.Errorf("search: manifest: %w", err)
	}
	if err := json.Unmarshal(data, &x.manifest); err != nil {
		return nil, fmt.Errorf("search: manifest: %w", err)
	}
	if err := x.manifest.check(); err != nil {
		return nil, err
	}
	x.manifest.Path = manifest
	x.read = int64(len(data))
	if data, err = fetch(ctx, x.manifest.Lexicon); err != nil {
		return nil, fmt.Errorf("search: lexicon: %w", err)
	}
	x.read += int64(len(data))
	if x.lexicon, err = decodeLexicon(data); err != nil {
		return nil, fmt.Errorf("search: lexicon: %w", err)
	}
	return x, nil
}

// OpenSite opens the index of a built site: /build.json names the manifest in
// its field "search".
func OpenSite(ctx context.Context, site fs.FS) (*Index, error) {
	data, err := fs.ReadFile(site, "build.json")
	if err != nil {
		return nil, fmt.Errorf("search: not a built site: %w", err)
	}
	var build struct {
		Search string `json:"search"`
	}
	if err := json.Unmarshal(data, &build); err != nil {
		return nil, fmt.Errorf("search: build.json: %w", err)
	}
	name := strings.TrimPrefix(build.Search, "/")
	if !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("search: build.json names no search index")
	}
	dir := path.Dir(name)
	return Open(ctx, path.Base(name), func(_ context.Context, p string) ([]byte, error) {
		return fs.ReadFile(site, path.Join(dir, p))
	})
}

// Manifest returns what the index holds.
func (x *Index) Manifest() Manifest { return x.manifest }

func (m *Manifest) check() error {
	if m.Format != Format {
		return fmt.Errorf("search: index of format %d; this program reads %d (build the site again)", m.Format, Format)
	}
	for _, s := range []Shards{m.Terms, m.Tails, m.Records} {
		n := 1 << min(max(s.Bits, 0), 24)
		if s.Bits < 0 || s.Bits > 24 || len(s.Hashes) != n*hashDigits && len(s.Dirs) != n/dirSize*hashDigits {
			return fmt.Errorf("search: manifest: %w", errDamaged)
		}
	}
	if m.Units < 0 || m.Slots < 0 || m.Slots > 32 {
		return fmt.Errorf("search: manifest: %w", errDamaged)
	}
	return nil
}

// shard reads one shard; nil without error when it is absent or could not be
// fetched, which x.missing then tells.
func (x *Index) shard(ctx context.Context, sort string, s Shards, n int) ([]byte, error) {
	hash, err := x.hashOf(ctx, sort, s, n)
	if hash == "" || hash == noHash || err != nil {
		return nil, err
	}
	return x.file(ctx, shardPath(sort, s.Bits, n, hash))
}

func (x *Index) hashOf(ctx context.Context, sort string, s Shards, n int) (string, error) {
	if s.Hashes != "" {
		return s.Hashes[n*hashDigits : (n+1)*hashDigits], nil
	}
	d := n / dirSize
	data, err := x.shard(ctx, dirShards+"/"+sort, Shards{Bits: s.Bits - 5, Hashes: s.Dirs}, d)
	if data == nil || err != nil {
		return "", err
	}
	if len(data) != dirSize*hashDigits/2 {
		return "", fmt.Errorf("search: %s %d: %w", dirShards, d, errDamaged)
	}
	at := n % dirSize * 4
	v := uint64(data[at])<<24 | uint64(data[at+1])<<16 | uint64(data[at+2])<<8 | uint64(data[at+3])
	digits := strconv.FormatUint(v, 16)
	return noHash[len(digits):] + digits, nil
}

func (x *Index) file(ctx context.Context, path string) ([]byte, error) {
	if data, ok := x.cache.get(path); ok {
		return data, nil
	}
	data, err := x.fetch(ctx, path)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x.missing[path] = true
		return nil, nil
	}
	x.read += int64(len(data))
	x.cache.put(path, data)
	return data, nil
}

// cacheBytes bounds what an Index keeps of what it has read.
const cacheBytes = 16 << 20

// cache keeps the files used last.
type cache struct {
	bound, size int
	order       list.List // of cached, last used first
	byPath      map[string]*list.Element
}

type cached struct {
	path string
	data []byte
}

func (c *cache) get(path string) ([]byte, bool) {
	e, ok := c.byPath[path]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cached).data, true
}

func (c *cache) put(path string, data []byte) {
	if c.byPath == nil {
		c.byPath = map[string]*list.Element{}
	}
	c.byPath[path] = c.order.PushFront(cached{path, data})
	c.size += len(data)
	for c.size > c.bound && c.order.Len() > 1 {
		last := c.order.Remove(c.order.Back()).(cached)
		delete(c.byPath, last.path)
		c.size -= len(last.data)
	}
}
