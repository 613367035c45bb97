package ledger_test

import (
	"context"
	"errors"
	"testing"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
)

// TestWhatTheCentreAloneDoes asks an office for it, which has no way to tell the centre
// of it.
func TestWhatTheCentreAloneDoes(t *testing.T) {
	l := &ledger.Ledger{Note: func(ctx context.Context, _ ledger.Deed) (context.Context, error) { return ctx, nil }}
	for name, do := range map[string]func() (ledger.Landed, error){
		"import":     func() (ledger.Landed, error) { return l.Import(t.Context(), "s", "r", nil) },
		"confirm":    func() (ledger.Landed, error) { return l.Confirm(t.Context(), nil) },
		"reorganise": func() (ledger.Landed, error) { return l.Reorganise(t.Context(), "s", "r", gitrepo.Hash{}, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := do(); !errors.Is(err, fault.Forbidden) {
				t.Errorf("got %v", err)
			}
		})
	}
}
