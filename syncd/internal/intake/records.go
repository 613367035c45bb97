package intake

import (
	"context"

	"khumue/internal/fault"
)

// Note is what an import had to say of something that it took.
type Note struct {
	Row    int        `json:"row"`
	Column string     `json:"column,omitempty"`
	Level  string     `json:"level"` // as package transfer has it
	What   fault.Text `json:"what"`
	Hint   fault.Text `json:"hint,omitzero"`
}

// Records are what a transaction sees. They are no index of git: without them an
// import knows again what says the same, and leaves all else alone.
type Records interface {
	// Remembered returns what imports remember, a line for each thing.
	Remembered() ([]string, error)
	// Remember keeps lines, each in the place of the one before of the same thing.
	Remember(lines []string) error

	Notes(id string) ([]Note, error)        // of a thing; none when there was nothing to say
	PutNotes(id string, notes []Note) error // in the place of those before
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}
