package search

// Kind is what a document is about.
type Kind string

// The kinds of documents. Their order is the order of their numbers in files.
const (
	Manual  Kind = "manual"
	Service Kind = "service"
	Agency  Kind = "agency"
	Point   Kind = "point"
)

var kinds = []Kind{Manual, Service, Agency, Point}

// Document is one page that can be found, as the site builder gives it.
// Texts are plain (no mark-up); what a page lacks is empty.
type Document struct {
	Kind        Kind
	URL         string // address path below the site's base: "/procedure/dlt-xgveak/"; the identity
	TitleTH     string // required
	TitleEN     string
	CommonNames []string // what people call it, in any language
	SummaryTH   string
	SummaryEN   string
	AgencyCode  string // the owner; for an agency itself its own code
	AgencyTH    string
	AgencyEN    string
	FactsTH     string // one line: "30 นาที · ไม่มีค่าธรรมเนียม"
	FactsEN     string
	Keywords    []string // labels of categories, groups and tags; names of forms
	Categories  []string // slugs
	Groups      []string // slugs
	Agencies    []string // codes of the owner and all above it, for the filter
	Online      bool     // can be done online
	HasEN       bool     // the page exists in English
	Body        string
	Weight      float64 // prior ≥ 0: the number of points that serve it
}

// Options are what the index needs besides the documents.
type Options struct {
	// Synonyms are groups of words that mean the same. A group's members are
	// exchanged for each other in names and in queries. Abbreviations of
	// internal/thai are added by Build.
	Synonyms [][]string
	// TempDir takes the runs of a large build; empty: the system's.
	TempDir string
	// MemoryPostings bounds the postings held in memory (12 bytes each);
	// 0 means 2 million. Only tests need another bound.
	MemoryPostings int
}

// File is one file of a built index.
type File struct {
	Path string `json:"path"` // relative to the manifest's directory
	Size int64  `json:"size"` // bytes, uncompressed
}

// Manifest says what an index holds. It is written as JSON and is the only
// file whose name the page must know.
type Manifest struct {
	Format int      `json:"format"`
	Units  int      `json:"units"`
	Docs   int      `json:"docs"`
	Slots  int      `json:"slots"`  // bits of a unit's number
	Values []string `json:"values"` // facet values, by number: "kind:manual", "category:tax", …
	// AgencyValues reports whether Values names every agency. A large portal
	// leaves them out; then the agency filter works by f-terms and records.
	AgencyValues bool   `json:"agencyValues"`
	Lexicon      string `json:"lexicon"`
	Terms        Shards `json:"terms"`
	Tails        Shards `json:"tails"`
	Records      Shards `json:"records"`
	Size         int64  `json:"size"`  // bytes of all files but the manifest
	Whole        bool   `json:"whole"` // small enough to be kept whole: Files names all
	Files        []File `json:"files,omitempty"`

	// Path is the manifest's own path; it is not written into it.
	Path string `json:"-"`
}

// Shards names 1<<Bits files of one sort. Exactly one of the two lists is
// filled: Hashes has 8 hexadecimal digits for each file, Dirs as many for each
// file of 32 hashes.
type Shards struct {
	Bits   int    `json:"bits"`
	Hashes string `json:"hashes,omitempty"`
	Dirs   string `json:"dirs,omitempty"`
}

// WholeSize is the largest index, in bytes, that a browser keeps whole.
const WholeSize = 2 << 20
