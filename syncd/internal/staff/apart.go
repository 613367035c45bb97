package staff

import "context"

// Apart returns a context for what a step has to write of other things before it: it
// ends as ctx does, and nothing that is bound to what the step itself writes, such as
// that an operation is done by it, goes with it.
func Apart(ctx context.Context) context.Context { return apart{ctx} }

type apart struct{ context.Context }

// Value is nil of all.
func (apart) Value(any) any { return nil }
