package review

import "testing"

func TestRefsOfRevisions(t *testing.T) {
	for s, want := range map[string]Ref{
		"refs/heads/draft/dlt-7f3k5q/abc234":   {State: Draft, Manual: "dlt-7f3k5q", Key: "abc234"},
		"refs/heads/draft/dlt-7f3k5q/234567":   {State: Draft, Manual: "dlt-7f3k5q", Key: "234567"},
		"refs/heads/review/dlt-7f3k5q/1":       {State: InReview, Manual: "dlt-7f3k5q", Number: 1},
		"refs/heads/endorsed/dlt-7f3k5q/12":    {State: Endorsed, Manual: "dlt-7f3k5q", Number: 12},
		"refs/heads/archive/dlt-7f3k5q/abc234": {State: Ended, Manual: "dlt-7f3k5q", Key: "abc234"},
		"refs/heads/archive/dlt-7f3k5q/7":      {State: Ended, Manual: "dlt-7f3k5q", Number: 7},
	} {
		got, err := ParseRef(s)
		if got != want || err != nil || got.String() != s {
			t.Errorf("%s: got %+v, %v and %s", s, got, err, got)
		}
	}
	for _, s := range []string{
		"", "refs/heads/main", "refs/tags/draft/a-1/abc234", "refs/heads/draft/dlt-7f3k5q", "refs/heads/draft/dlt-7f3k5q/", "refs/heads/draft/dlt-7f3k5q/abc23",
		"refs/heads/draft/dlt-7f3k5q/ABC234", "refs/heads/draft/dlt-7f3k5q/abc018", "refs/heads/review/dlt-7f3k5q/0", "refs/heads/review/dlt-7f3k5q/01",
		"refs/heads/review/dlt-7f3k5q/abc234", "refs/heads/review/dlt-7f3k5q/1000001", "refs/heads/draft/con/abc234", "refs/heads/draft/../abc234", "refs/heads/draft/a-b/abc234\n", "refs/heads/published/dlt-7f3k5q/1",
	} {
		if got, err := ParseRef(s); err == nil {
			t.Errorf("%q is read as %+v", s, got)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	f.Add("refs/heads/draft/dlt-7f3k5q/abc234")
	f.Add("refs/heads/archive/dlt-7f3k5q/234567")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseRef(s); err == nil && r.String() != s {
			t.Errorf("%q is read as %+v, which is %q", s, r, r)
		}
	})
}
