package inbox

import (
	"context"
	"sync"
)

// notes are what was looked up in a machine's turn.
type notes struct {
	mu   sync.Mutex
	told map[any]any
}

type notesKey struct{}

// withNotes makes a context of which Once keeps what it is told.
func withNotes(ctx context.Context) context.Context {
	return context.WithValue(ctx, notesKey{}, &notes{told: map[any]any{}})
}

// Once returns what look finds. In a machine's turn, which takes a moment, one key is
// looked up once, unless it fails: it is for what decides about many operations and is
// changed by none. A key has a type of its own.
func Once[T any](ctx context.Context, key any, look func() (T, error)) (T, error) {
	n, _ := ctx.Value(notesKey{}).(*notes) // nil outside of a turn
	if n == nil {
		return look()
	}
	n.mu.Lock()
	was, known := n.told[key]
	n.mu.Unlock()
	if known {
		return was.(T), nil
	}
	is, err := look()
	if err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.told[key] = is
	}
	return is, err
}
