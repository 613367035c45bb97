package search

import (
	"maps"
	"slices"
)

// rewriting makes the files that an update changes.
type rewriting struct {
	u       *updater
	size    int64 // of all files but the manifest, after the changes
	made    []madeFile
	dropped []string
}

// madeFile is a file that waits until all are made: none is emitted where one
// cannot be.
type madeFile struct {
	path string
	data []byte
}

// emit emits what was made.
func (w *rewriting) emit(emit func(string, []byte) error) error {
	for _, f := range w.made {
		if err := emit(f.path, f.data); err != nil {
			return err
		}
	}
	return nil
}

// file makes one file in place of another; one that is the same is neither
// emitted nor dropped.
func (w *rewriting) file(old written, data []byte, path func(hash uint32) string) (written, error) {
	now := newWritten(data)
	if now == old {
		return now, nil
	}
	w.size += int64(now.size) - int64(old.size)
	if old.hash != 0 {
		w.dropped = append(w.dropped, path(old.hash))
	}
	if now.hash == 0 {
		return now, nil
	}
	w.made = append(w.made, madeFile{path(now.hash), data})
	return now, nil
}

// write makes the files and notes what the memory has of them.
func (w *rewriting) write() (Manifest, error) {
	u := w.u
	h := header{fingerprint: u.header.fingerprint, counts: u.counts}
	w.size = u.header.size
	m := newManifest(&u.counts, &u.plan, u.numbering)
	lexicon := encodeLexicon(lexiconEntries(u.kept, u.synonyms.groups), u.synonyms.groups)
	var err error
	if h.lexicon, err = w.file(u.header.lexicon, lexicon, lexiconName); err != nil {
		return m, err
	}
	m.Lexicon = lexiconName(h.lexicon.hash)
	files := []File{{m.Lexicon, int64(h.lexicon.size)}}
	for i, s := range w.sorts() {
		part, err := s.write()
		if err != nil {
			return m, err
		}
		*[]*Shards{&m.Terms, &m.Tails, &m.Records}[i] = part
	}
	if w.size <= WholeSize {
		for _, s := range w.sorts() {
			if files, err = s.list(files); err != nil {
				return m, err
			}
		}
	}
	text, err := m.finish(w.size, files)
	if err != nil {
		return m, err
	}
	h.size, h.manifest = w.size, m.Path
	u.notes.put(sectionKey(headerSection), h.bytes())
	if m.Path == u.header.manifest {
		return m, nil
	}
	w.dropped = append(w.dropped, u.header.manifest)
	w.made = append(w.made, madeFile{m.Path, text})
	return m, nil
}

// sorting is the rewriting of the shards of one sort.
type sorting struct {
	w     *rewriting
	sort  string
	key   byte // in the memory
	bits  int
	dirty []int
	make  func(n int) ([]byte, error)
}

func (w *rewriting) sorts() []*sorting {
	u := w.u
	buckets := newShardBuilder(u.signs)
	return []*sorting{
		{w, termShards, 0, u.plan.terms, slices.Sorted(maps.Keys(u.buckets)), func(n int) ([]byte, error) {
			return u.buckets[n].file(buckets), nil
		}},
		{w, tailShards, 1, u.plan.tails, slices.Sorted(maps.Keys(u.tails)), func(n int) ([]byte, error) {
			return tailFile(u.tails[n]), nil
		}},
		{w, recordShards, 2, u.plan.records, slices.Sorted(maps.Keys(u.records)), u.recordShard},
	}
}

// pages returns how many pages of hashes there are, and how many hashes are
// in each.
func (s *sorting) pages() (n, size int) {
	size = min(1<<s.bits, dirSize)
	return 1 << s.bits / size, size
}

func (s *sorting) page(n int) ([]written, error) {
	_, size := s.pages()
	r, err := s.w.u.notes.need(writtenKey(s.key, n))
	if err != nil {
		return nil, err
	}
	list := readWritten(r, size)
	return list, r.end()
}

// write makes the shards that changed and the files of their hashes, and
// returns the manifest's part.
func (s *sorting) write() (Shards, error) {
	changed := map[int][]written{} // pages
	for _, n := range s.dirty {
		_, size := s.pages()
		page := changed[n/size]
		if page == nil {
			var err error
			if page, err = s.page(n / size); err != nil {
				return Shards{}, err
			}
			changed[n/size] = page
		}
		data, err := s.make(n)
		if err != nil {
			return Shards{}, err
		}
		page[n%size], err = s.w.file(page[n%size], data, func(hash uint32) string { return shardPath(s.sort, s.bits, n, hashText(hash)) })
		if err != nil {
			return Shards{}, err
		}
	}
	for n, page := range changed {
		s.w.u.notes.put(writtenKey(s.key, n), appendWritten(nil, page))
	}
	if 1<<s.bits > mostHashes {
		return s.writeDirs(changed)
	}
	all, err := s.all()
	return Shards{Bits: s.bits, Hashes: hashTexts(all)}, err
}

func (s *sorting) all() ([]written, error) {
	var all []written
	pages, _ := s.pages()
	for n := range pages {
		page, err := s.page(n)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
	return all, nil
}

// dirFile is the size of a file of hashes.
const dirFile = dirSize * 4

func (s *sorting) dirs() ([]written, error) {
	r, err := s.w.u.notes.need(sortKey(dirSection, s.key))
	if err != nil {
		return nil, err
	}
	all := make([]written, len(r.data)/4)
	for i := range all {
		b := r.bytes(4)
		all[i] = written{uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), dirFile}
	}
	return all, r.end()
}

func (s *sorting) writeDirs(changed map[int][]written) (Shards, error) {
	all, err := s.dirs()
	if err != nil {
		return Shards{}, err
	}
	for _, n := range slices.Sorted(maps.Keys(changed)) {
		if all[n], err = s.w.file(all[n], packHashes(changed[n]), s.dirPath(n)); err != nil {
			return Shards{}, err
		}
	}
	s.w.u.notes.put(sortKey(dirSection, s.key), packHashes(all))
	return Shards{Bits: s.bits, Dirs: hashTexts(all)}, nil
}

func (s *sorting) dirPath(n int) func(hash uint32) string {
	return func(hash uint32) string {
		return shardPath(dirShards+"/"+s.sort, s.bits-dirBits, n, hashText(hash))
	}
}

// list adds the files of the sort.
func (s *sorting) list(files []File) ([]File, error) {
	all, err := s.all()
	if err != nil {
		return nil, err
	}
	for n, f := range all {
		if f.hash != 0 {
			files = append(files, File{shardPath(s.sort, s.bits, n, hashText(f.hash)), int64(f.size)})
		}
	}
	if 1<<s.bits <= mostHashes {
		return files, nil
	}
	dirs, err := s.dirs()
	for n, f := range dirs {
		files = append(files, File{s.dirPath(n)(f.hash), int64(f.size)})
	}
	return files, err
}

// recordShard makes a shard of records.
func (u *updater) recordShard(n int) ([]byte, error) {
	slots, bits := u.plan.slots, u.plan.records
	from, to := n<<max(slots-bits, 0)>>max(bits-slots, 0), (n+1)<<max(slots-bits, 0)>>max(bits-slots, 0)+1
	if n == 1<<bits-1 {
		to = 1 << slots
	}
	near, err := u.slots.near(from, to)
	if err != nil {
		return nil, err
	}
	var block []unitRecord
	for _, s := range near {
		if recordShard(int(s.id), slots, bits) != n {
			continue
		}
		rec, err := u.unitRecord(s)
		if err != nil {
			return nil, err
		}
		block = append(block, rec)
	}
	if len(block) == 0 {
		return nil, nil
	}
	return encodeRecords(block), nil
}

func (u *updater) unitRecord(s slot) (unitRecord, error) {
	members := []member{{key: s.key}}
	if !s.hidden {
		r, err := u.notes.need(termKey(familySection, s.key))
		if err != nil {
			return unitRecord{}, err
		}
		f, err := readRemembered(r)
		if err != nil {
			return unitRecord{}, err
		}
		members = f.members
	}
	rec := unitRecord{id: int(s.id), total: len(members)}
	for _, m := range members[:min(len(members), mostMembers)] {
		r, err := u.notes.need(termKey(documentSection, m.key))
		if err != nil {
			return rec, err
		}
		one, err := readRecordOf(r.data, u.numbering)
		if err != nil {
			return rec, err
		}
		rec.members = append(rec.members, one)
	}
	return rec, nil
}
