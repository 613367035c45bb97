package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestADemonstrationTakesAnAnswer(t *testing.T) {
	d := startDemo(t)
	answer := `{"id":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","form":"satisfaction-1","point":"dlt-area5","channel":"counter","answered":"2026-11-22","answers":{"q1":5}}`
	for _, want := range []string{`"status":"stored"`, `"status":"duplicate"`} {
		r, err := http.NewRequest(http.MethodPost, d.public+"/api/survey", strings.NewReader(`{"type":"submit","items":[`+answer+`]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", d.public)
		r.Header.Set("Content-Type", "application/json")
		if said := read(t, r); !strings.Contains(said, want) {
			t.Errorf("got %s, want %s", said, want)
		}
	}
	for address, want := range map[string]string{
		d.public + "/survey?point=dlt-area5": "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5",
		d.operators + "/metrics":             `khumue_survey_answers_total{status="stored"} 1`,
	} {
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if said := read(t, r); !strings.Contains(said, want) {
			t.Errorf("%s does not say %s: %s", address, want, said)
		}
	}
}

// read returns what is answered.
func read(t *testing.T, r *http.Request) string {
	t.Helper()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	said, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}
