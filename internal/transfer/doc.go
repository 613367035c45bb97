// Package transfer brings the data of other systems into a portal's content:
// agencies, points and manuals from tables (XLSX, CSV, JSON).
//
// A mapping says which column is which field. Rows become content files as
// their author would write them, the strict reader of corpus judges them, and
// what it finds wrong is told by row and column. Nothing is guessed silently:
// what was mended is told too, and what can not be read is left to a person.
// An import may be repeated: what it wrote and nobody changed it may write
// again, what a person changed since it leaves alone.
//
// It knows nothing of where content is kept: a Shelf reads and keeps files.
//
// A tour: table.go, csv.go and json.go read rows; mapping.go is what a mapping
// says, words.go the Thai words of the closed lists; normal.go, phone.go and
// hours.go read what people write in cells; build.go makes a content file of
// rows, tree.go writes it and remembers from which cell each line came;
// import.go goes through a table, memory.go remembers what was written,
// report.go tells of it, template.go makes the table to fill in.
package transfer
