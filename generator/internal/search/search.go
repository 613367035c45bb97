// Package search writes the portal's search index as static files, and reads
// and ranks it. The browser's twin is themes/default/assets/js/search-core.js:
// both give the same hits in the same order for the same index, and a test
// runs them side by side. The package knows text, words and ranks; it knows
// neither pages nor content files nor HTTP.
//
// # What is indexed
//
// A [Document] is a page that can be found. Documents of one kind whose titles
// differ only in their case ("กรณี…", "(…)") or not at all are one unit: it is
// indexed once, and its members stand in one hit, each with what tells it
// apart. A portal in which eight thousand offices keep the same eighty manuals
// has eighty units.
//
// Text becomes atoms: Thai character clusters, single Latin letters, single
// digits, each folded (thai.Fold), so that wrong tones and homophones meet.
// Blanks and punctuation are no atoms. The terms of a unit are
//
//	w + word     words of names, keywords, agency, summary and body
//	g + a|b|c    runs of one, two and three atoms of titles and common names
//	n + name     a whole title or common name
//	f + value    a facet (kind:, category:, group:, agency:, online, en)
//	m + unit + agency   the members of a large unit in one agency
//	~ + bones    spellings whose consonants are these, for repair
//
// so that a piece of a name that begins in the middle of a word is found by
// its atoms, an everyday phrase by its words. Members of a synonym group lend
// their terms to names that contain one of them, at a lower level.
//
// # Files
//
// All paths are relative to the directory of the manifest, every file bears
// the hash of its bytes in its name, and nothing in a file depends on where
// the reader keeps it.
//
//	manifest-HASH.json        what there is: counts, facet values, hashes of shards
//	lexicon-HASH.idx          words to cut queries with, stop words, synonyms
//	terms/N-HASH.idx          buckets of terms with the best postings of each
//	tails/N-HASH.idx          the remaining postings of common terms
//	records/N-HASH.idx        what is shown of units
//	dirs/N-HASH.idx           hashes of 32 shards, in a large index only
//
// A term is hashed to 64 bits: the upper half chooses the bucket, the lower
// stands in it as the term's tag. A posting is a unit's number, a level from
// 1 to 15 (how much the term says about the unit: its field and the length of
// the name) and a signature (the unit's facet values; a bucket has a table of
// those in it). A bucket holds at most 64 postings of a term, highest levels
// first, then highest priors. The others go to tails of at most 512: all
// postings, in this order, are halved by their keys until no part holds more,
// and a part is named after its first key. A query therefore fetches a bounded
// number of buckets and records, however large the portal is.
//
// # What a change changes
//
// A unit's number is its place in a table eight to sixteen times as large as
// needed, at the hash of its key: adding a unit moves hardly another one, so
// that only the shards that show it change. Statistics in shards are local to
// their terms for the same reason, one posting more touches one tail, and a
// word stands in the lexicon by how often it was met in doublings. Numbers
// decide which records share a file. How many shards there are follows from
// counts, and changes where one of them passes a bound.
//
// [Build] hands what it knows to a [Keeper], and [Update] reads and changes it
// in a [Memory]: documents, families, slots, the postings of each bucket with
// the number of documents behind them, tails, words, and the hashes of shards.
// It takes the terms of a document as it was away, adds those of the document
// as it is, and writes the shards that differ.
//
// # Bytes
//
// Integers are little-endian base-128 varints. Text is one byte for each ASCII
// and Thai character (U+0E01-0E5B at 0xA1-0xFB); 0x80 introduces any other
// as a varint. Scores are integers: Go and JavaScript must agree to the bit.
package search

// Format is the version of the files. A reader refuses any other.
const Format = 2
