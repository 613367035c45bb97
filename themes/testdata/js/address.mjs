import test from "node:test";
import assert from "node:assert/strict";
import { historyStep, isNarrowed, oldNumber, readQuestion, wordsOf, writeQuestion } from "./address.js";

const nothing = { q: "", kind: "", category: "", group: "", agency: "", online: false, exact: false };

test("an address and a question tell each other", () => {
  const cases = [
    ["", nothing],
    ["?q=a+b", { ...nothing, q: "a b" }],
    ["?q=%E0%B8%95%E0%B9%88%E0%B8%AD&category=transport&online=1", { ...nothing, q: "ต่อ", category: "transport", online: true }],
    ["?kind=point&group=elderly&agency=dlt&exact=1", { ...nothing, kind: "point", group: "elderly", agency: "dlt", exact: true }],
  ];
  for (const [query, question] of cases) {
    assert.deepEqual(readQuestion(query), question, query);
    assert.equal(writeQuestion(question), query);
  }
});

test("blanks at the ends and unknown parts do not get into an address", () => {
  assert.equal(writeQuestion({ ...nothing, q: "  x " }), "?q=x");
  assert.equal(writeQuestion(readQuestion("?utm=1&online=yes&q=x")), "?q=x");
});

test("a filter narrows, words do not", () => {
  assert.equal(isNarrowed({ ...nothing, q: "x" }), false);
  assert.equal(isNarrowed({ ...nothing, online: true }), true);
  assert.equal(isNarrowed({ ...nothing, agency: "dlt" }), true);
});

test("one entry of the history stands for all letters of a question", () => {
  const cases = [
    ["the first letters", "typing", false, "", "?q=a", "replace"],
    ["a letter after an answer that was looked at", "typing", true, "?q=a", "?q=ab", "push"],
    ["submitting what the address says already", "submit", false, "?q=a", "?q=a", ""],
    ["submitting something else", "submit", true, "?q=a", "?q=b", "push"],
    ["a filter", "filter", false, "?q=a", "?q=a&online=1", "push"],
    ["a blank that changes nothing", "typing", true, "?q=a", "?q=a", ""],
  ];
  for (const [name, step, settled, before, after, want] of cases) {
    assert.equal(historyStep(step, settled, before, after), want, name);
  }
});

test("old addresses hold the number of a manual", () => {
  const cases = [
    ["#!/th/search/1234/name-of-it", 1234],
    ["#!/en/search/7/", 7],
    ["#/th/search/7", 7],
    ["#!/th/search/x/", 0],
    ["#!/th/search/12345678901/", 0],
    ["#documents", 0],
    ["", 0],
  ];
  for (const [hash, want] of cases) assert.equal(oldNumber(hash), want, hash);
});

test("the words of an address that leads nowhere", () => {
  const cases = [
    ["/no/such/%E0%B8%95%E0%B9%88%E0%B8%AD%E0%B8%A0%E0%B8%B2%E0%B8%A9%E0%B8%B5", "", "no such ต่อภาษี"],
    ["/sub/car-tax.html", "/sub", "car tax"],
    ["/procedure/dlt-xgveak/", "", ""],
    ["/en/agency/dlt/", "", "dlt"],
    ["/procedure/0b5c6a1e-77aa-4c1b-9d51-1d4c5e8b9f00/view/", "", ""],
    ["/%E0%B8/broken", "", "broken"],
    ["/", "", ""],
  ];
  for (const [path, base, want] of cases) assert.equal(wordsOf(path, base), want, path);
});
