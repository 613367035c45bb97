import test from "node:test";
import assert from "node:assert/strict";
import { pieces } from "./marks.js";
import { format } from "./words.js";
import { filtersOf } from "./facets.js";

test("texts are cut where marks begin and end", () => {
  const cases = [
    ["no marks", "abc", [], undefined, "abc"],
    ["one mark", "abcd", [[1, 3]], undefined, "a[bc]d"],
    ["the part that differs", "abcd", [], [2, 4], "ab*cd*"],
    ["a mark across the part that differs", "abcdef", [[1, 4]], [2, 6], "a[b]*[cd]**ef*"],
    ["none differs", "abc", [[0, 3]], [0, 0], "[abc]"],
    ["ranges that do not fit", "abc", [[2, 9], [-1, 2], [1, 1]], [5, 7], "abc"],
    ["an empty text", "", [[0, 1]], undefined, ""],
  ];
  for (const [name, text, marks, differs, want] of cases) {
    const got = pieces(text, marks, differs).map((p) => {
      const inner = p.mark ? "[" + p.text + "]" : p.text;
      return p.strong ? "*" + inner + "*" : inner;
    });
    assert.equal(got.join(""), want, name);
  }
});

test("arguments stand in a sentence in turn", () => {
  assert.equal(format("%d of %s", [2, "x"]), "2 of x");
  assert.equal(format("100% %s", ["%s"]), "100% %s");
  assert.equal(format("%s and %s", ["a"]), "a and %s");
});

const ask = { q: "x", kind: "", category: "", group: "", agency: "", online: false };
const names = { transport: "Transport", tax: "Tax", dlt: "DLT", elderly: "Elderly", manual: "Guide", 1: "Online" };
const nameOf = (sort, value) => names[value] || "";

test("filters that would change nothing are not offered", () => {
  const facets = { kinds: { manual: 9 }, categories: { transport: 5, tax: 4 }, groups: { elderly: 9 }, agencies: { dlt: 3, nameless: 6 }, online: 2 };
  const got = filtersOf(ask, facets, 9, nameOf).map((f) => f.sort + ": " + f.chips.map((c) => c.value + " " + c.count).join(", "));
  assert.deepEqual(got, ["online: 1 2", "category: transport 5, tax 4", "agency: dlt 3"]);
});

test("what is ticked is always there, and first", () => {
  const question = { ...ask, category: "tax", agency: "gone" };
  const got = filtersOf(question, { categories: { transport: 5 }, agencies: {} }, 5, nameOf);
  assert.deepEqual(got.map((f) => f.chips[0]), [
    { value: "tax", text: "Tax", count: 0, checked: true },
    { value: "gone", text: "gone", count: 0, checked: true },
  ]);
});

test("a short answer has no filters, but for what is ticked", () => {
  const facets = { categories: { transport: 2, tax: 1 } };
  assert.deepEqual(filtersOf(ask, facets, 3, nameOf), []);
  assert.equal(filtersOf({ ...ask, category: "tax" }, facets, 1, nameOf).length, 1);
});
