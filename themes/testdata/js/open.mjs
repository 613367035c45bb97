import test from "node:test";
import assert from "node:assert/strict";

globalThis.document = { documentElement: { lang: "th", getAttribute: () => "/" } };
const { badge, nextHolidays } = await import("./open.js");
const { statusAt } = await import("./hours.js");

const week = { mon: ["08:30-12:00", "13:00-16:30"], tue: ["08:30-16:30"] };
const at = (time) => new Date("2026-11-23T" + time + ":00+07:00"); // a Monday

test("a badge tells open, soon closing, closed and unknown apart", () => {
  const cases = [
    ["in the morning", { week }, "10:00", "open"],
    ["half an hour before the end", { week }, "16:00", "closing"],
    ["at lunch", { week }, "12:10", "closed"],
    ["in the evening", { week }, "18:00", "closed"],
    ["day and night", { always: true }, "23:50", "open"],
    ["hours that nobody gave", { week: {} }, "10:00", "unknown"],
  ];
  for (const [name, hours, time, want] of cases) {
    const now = at(time);
    const got = badge(statusAt(hours, [], "", now), now);
    assert.equal(got.state, want, name);
    assert.notEqual(got.text, "", name);
  }
});

test("the next holidays are those of the province, today's among them", () => {
  const days = [
    { date: "2026-12-10", th: "c" }, { date: "2026-11-22", th: "past" }, { date: "2026-11-23", th: "a" },
    { date: "2026-12-01", th: "elsewhere", scope: ["94"] }, { date: "2026-12-05", th: "b", scope: ["50"] }, { date: "2026-12-31", th: "d" },
  ];
  assert.deepEqual(nextHolidays(days, "50", "2026-11-23", 3).map((d) => d.th), ["a", "b", "c"]);
  assert.deepEqual(nextHolidays(days, "", "2026-11-23", 9).map((d) => d.th), ["a", "c", "d"]);
});
