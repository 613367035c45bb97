package answers

import (
	"context"
	"errors"
	"time"

	"khumue/internal/fault"
)

// How often what devices said is kept, and how often old texts are looked for.
const (
	hearEvery = time.Minute
	tidyEvery = time.Hour
)

// Keep does what nobody waits for, until the context ends: it keeps when devices
// were heard of last, and empties old texts.
func (in *Intake) Keep(ctx context.Context) {
	hear, tidy := time.NewTicker(hearEvery), time.NewTicker(tidyEvery)
	defer hear.Stop()
	defer tidy.Stop()
	in.warn(ctx, in.recount(ctx))
	for {
		select {
		case <-ctx.Done():
			in.warn(context.WithoutCancel(ctx), in.keepHeard(context.WithoutCancel(ctx)))
			return
		case <-hear.C:
			in.warn(ctx, in.keepHeard(ctx))
		case <-tidy.C:
			in.warn(ctx, errors.Join(in.Redact(ctx), in.recount(ctx)))
		}
	}
}

func (in *Intake) warn(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && !errors.Is(err, fault.Unavailable) {
		in.Log.Error("looking after answers", "error", err)
	}
}

// Redact empties texts that are as old as texts may become.
func (in *Intake) Redact(ctx context.Context) error {
	before := in.day().AddDays(-int(in.Limits.Texts / (24 * time.Hour)))
	return in.Store.Write(ctx, func(r Records) error {
		_, err := r.Redact(before)
		return err
	})
}
