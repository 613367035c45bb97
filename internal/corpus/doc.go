// Package corpus reads and writes a portal's content: the YAML and Markdown
// files that doc/content-format.md describes, from any fs.FS.
//
// Reading is strict. Whatever is wrong is told at once, as fault.Problems with
// file, line, what is wrong and what to write; nothing of a portal with wrong
// files is used. The package knows how files map to the nouns of the catalog
// and which of them refer to which; it knows nothing of pages or of git.
//
// A tour: kinds.go says which path holds what, quick.go finds the nodes of
// usual YAML and node.go those that the YAML library finds in any, decode.go
// turns nodes into catalog values by the struct tags that fields.go and
// shape.go read, read.go walks the tree, portal.go is what comes out, check.go
// holds the rules that need more than one file, schema.go describes every kind
// to editors, and create.go writes new files. write.go changes files that people
// wrote: write_place.go finds where things stand in them, write_group.go,
// write_rows.go and write_flow.go change what differs, write_form.go is the
// house's hand, and write_page.go puts it all together.
package corpus

// Limits of a content file and of an attachment, in bytes.
const (
	MaxFile       = 1 << 20
	MaxAttachment = 20 << 20
)
