import test from "node:test";
import assert from "node:assert/strict";
import { cacheName, keptWith, orphans, progressOf, readList, withItem, withRecent, without } from "./shelf.js";

const thing = (url, pages, files = []) => ({ kind: "manual", url, title: url, at: "2026-11-22T03:00:00.000Z", pages, files });

test("a list is read back, and what is no list gives an empty one", () => {
  const list = [thing("/a/", ["/a/"])];
  assert.deepEqual(readList(JSON.stringify(list)), list);
  for (const text of ["", "null", "{}", "[", "[1, null, {\"url\": 3}, {\"url\": \"/a/\", \"pages\": [1]}]"]) {
    assert.deepEqual(readList(text), [], text);
  }
});

test("the same thing is in a list once, the last saved first", () => {
  const list = withItem(withItem([thing("/a/", ["/a/"])], thing("/b/", ["/b/"])), thing("/a/", ["/a/", "/x/"]));
  assert.deepEqual(list.map((i) => i.url), ["/a/", "/b/"]);
  assert.deepEqual(list[0].pages, ["/a/", "/x/"]);
  assert.deepEqual(without(list, "/a/").map((i) => i.url), ["/b/"]);
});

test("a page that another thing needs stays", () => {
  const agency = thing("/agency/", ["/agency/", "/a/", "/b/"]);
  const manual = thing("/a/", ["/a/"], ["/a/form.pdf"]);
  assert.deepEqual(orphans([manual], ["/agency/", "/a/", "/b/", "/a/form.pdf"]), ["/agency/", "/b/"]);
  assert.deepEqual(orphans([agency, manual], ["/agency/", "/a/", "/b/", "/a/form.pdf"]), []);
});

test("progress counts the pages that are there", () => {
  assert.deepEqual(progressOf(thing("/g/", ["/g/", "/a/", "/b/"]), ["/a/", "/g/", "/other/"]), { done: 2, all: 3 });
});

test("sites below different paths of one host keep apart", () => {
  assert.notEqual(cacheName("", "saved"), cacheName("/sub", "saved"));
});

test("a page opened again comes first, once, and the oldest go", () => {
  let recent = null;
  for (let i = 0; i < 250; i++) recent = withRecent(recent, { url: "/" + (i % 230) + "/", title: "t" });
  assert.equal(recent.length, 200);
  assert.equal(recent[0].url, "/19/");
  assert.equal(new Set(recent.map((p) => p.url)).size, 200);
  assert.equal(withRecent("no list", { url: "/a/" }).length, 1);
});

test("kept pages are found by their titles, once each", () => {
  const agency = { ...thing("/g/", ["/g/", "/a/"]), title: "Land office", titles: { "/g/": "Land office", "/a/": "Land tax" } };
  const recent = [{ url: "/a/", title: "Land tax (old title)" }, { url: "/b/", title: "Tax refund" }, { url: "/c/", title: "Tax, no longer kept" }];
  const find = (words) => keptWith(words, [agency], recent, new Set(["/a/", "/b/"]), (s) => s.toLowerCase()).map((p) => p.title);
  assert.deepEqual(find("TAX"), ["Land tax", "Tax refund"]);
  assert.deepEqual(find("land o"), ["Land office"]);
  assert.deepEqual(find(" "), []);
  assert.deepEqual(find("none"), []);
});
