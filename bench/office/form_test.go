package office

import (
	"net/url"
	"testing"
)

func TestAFormSendsWhatABrowserWould(t *testing.T) {
	at, err := url.Parse("http://localhost/manuals/a/draft/b/edit")
	if err != nil {
		t.Fatal(err)
	}
	page := Page{at, `<form action="/search"><input name="q"></form>
		<form action="save" method="post">
		<input type="hidden" name="was" value="1f"><input name="fee" value="20"><input name="off" value="1" disabled>
		<textarea name="body">
first
second</textarea>
		<select name="kind"><option value="">–</option><option value="range" selected>range</option></select>
		<select name="unit"><option value="day">day</option><option value="hour">hour</option></select>
		<input type="checkbox" name="area" value="central" checked><input type="checkbox" name="area" value="local">
		<input type="radio" name="forms" value="none" checked><input type="radio" name="forms" value="stated">
		<input type="file" name="upload"><button name="op" value="save">Save</button>
		<template><input name="row" value="new"></template></form><p id="secret">abc<b>d</b></p>`}
	forms, err := page.Forms()
	if err != nil || len(forms) != 2 {
		t.Fatalf("got %d forms, %v", len(forms), err)
	}
	f := forms[1]
	if want := "http://localhost/manuals/a/draft/b/save"; f.Action != want {
		t.Errorf("it goes to %s, want %s", f.Action, want)
	}
	want := url.Values{"was": {"1f"}, "fee": {"20"}, "body": {"first\nsecond"}, "kind": {"range"}, "unit": {"day"}, "area": {"central"}, "forms": {"none"}}
	if f.Fields.Encode() != want.Encode() {
		t.Errorf("it sends %v, want %v", f.Fields, want)
	}
	if got := page.Text("secret"); got != "abcd" {
		t.Errorf("the element says %q", got)
	}
}
