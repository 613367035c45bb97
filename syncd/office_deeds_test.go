//go:build unix

package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// did is that a page says that something was done, which it leads to.
func did(status int, at, to, page string, err error) error {
	if err == nil && (status != http.StatusOK || !strings.HasPrefix(at, to)) {
		err = fmt.Errorf("%d at %s\n%s", status, at, page)
	}
	return err
}

// opensCase notes a late request by its number, as the officer of the sample point
// does.
func (o *officeProgram) opensCase(request string) error {
	const at = "/delays/new?point=" + string(demoPoint)
	_, _, page, err := o.b.ask(at, nil)
	if err != nil {
		return err
	}
	form, err := formOn(page, "/delays/new")
	if err != nil {
		return err
	}
	filed := calendar.DateOf(time.Now()).AddDays(-60).Numeric("th")
	for name, value := range map[string]string{"manual": lateManual, "request": request, "filed": filed, "complete": filed, "name": "นางสาวลำดวน ใจดี", "contact": "081-234-5678", "op": "open"} {
		form.Set(name, value)
	}
	status, to, page, err := o.b.ask(at, form)
	if to == "/delays/new" {
		to = "it is not opened"
	}
	return did(status, to, "/delays/", page, err)
}

// shuts has the sample point closed on a day from today on.
func (o *officeProgram) shuts(days int) error {
	const at = "/points/" + string(demoPoint)
	_, _, page, err := o.b.ask(at, nil)
	if err != nil {
		return err
	}
	form, err := formOn(page, at+"/closure")
	if err != nil {
		return err
	}
	form.Set("shut-from", calendar.DateOf(time.Now()).AddDays(days).Numeric("th"))
	form.Set("shut-th", fmt.Sprintf("ซ่อมอาคาร ครั้งที่ %d", days))
	status, to, page, err := o.b.ask(at+"/closure", form)
	return did(status, to, at, page, err)
}

// changes has another point of the agency closed, as somebody at the centre does.
func (c *centre) changes(t *testing.T, days int) {
	t.Helper()
	_, err := c.direct.Close(t.Context(), c.person(t, "central"), string(demoPoint), catalog.Closure{From: calendar.DateOf(time.Now()).AddDays(100 + days), Reason: catalog.Text{TH: "อบรมเจ้าหน้าที่"}}, "")
	must(t, err)
}
