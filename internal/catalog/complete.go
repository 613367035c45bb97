package catalog

import "slices"

// Missing lists the fields that section 7 of the Act and the no-blanks rule ask
// for and that are not filled in, in the order of the front matter. A draft may
// miss any; a revision that is submitted, none.
func (m *Manual) Missing() []string {
	asked := []struct {
		field string
		there bool
	}{
		{"title", m.Title.TH != ""},
		{"process", m.Process != ""},
		{"service_type", m.ServiceType != ""},
		{"work_kind", m.WorkKind != ""},
		{"laws", !m.Laws.IsAbsent()},
		{"impact", m.Impact != ""},
		{"areas", len(m.Areas) > 0},
		{"legal_time", !m.LegalTime.IsAbsent()},
		{"categories", len(m.Categories) > 0},
		{"groups", len(m.Groups) > 0},
		{"channels", len(m.Channels) > 0},
		{"step_sets", len(m.StepSets) > 0},
		{"documents", !m.Documents.IsAbsent()},
		{"fees", !m.Fees.IsAbsent()},
		{"forms", !m.Forms.IsAbsent()},
		{"e_submission", !m.ESubmission.IsAbsent()},
		{"total_time", m.TotalTime.IsGiven() || !m.needsTotal()},
		{"reviewed_on", !m.ReviewedOn.IsZero()},
		{"body", m.Body.Markdown != ""},
	}
	var missing []string
	for _, a := range asked {
		if !a.there {
			missing = append(missing, a.field)
		}
	}
	return missing
}

// needsTotal reports whether some step set mixes units, so that its total can
// not be computed.
func (m *Manual) needsTotal() bool {
	return slices.ContainsFunc(m.StepSets, func(s StepSet) bool { _, ok := s.Total(); return !ok })
}

// StepSetTotal returns how long a step set takes: the sum of its steps, or the
// manual's stated total where units differ.
func (m *Manual) StepSetTotal(s StepSet) (Duration, bool) {
	if sum, ok := s.Total(); ok {
		return sum, true
	}
	return m.TotalTime.Value, m.TotalTime.IsGiven()
}
