import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { asked, dayOf, itemOf, missing, newID, pause } from "./survey-core.js";
import { mask } from "./mask.js";

test("what is personal is replaced as internal/survey does it", () => {
  const vectors = JSON.parse(readFileSync(new URL("./mask.json", import.meta.url)));
  assert.ok(vectors.length > 20);
  for (const v of vectors) {
    assert.deepEqual(mask(v.in), { text: v.out, found: v.kinds.length > 0 }, v.name);
    assert.equal(mask(v.out).text, v.out, v.name + ", twice");
  }
});

const questions = [
  { code: "q0", kind: "service", topic: "service", required: false, after: "", is: [""] },
  { code: "q1", kind: "scale", topic: "overall", required: true, after: "", is: [""] },
  { code: "q2", kind: "text", topic: "comment", required: true, after: "q1", is: ["1", "2"] },
  { code: "q3", kind: "choice", topic: "channel", required: false, after: "q2", is: ["x"] },
  { code: "q4", kind: "choice", topic: "channel", required: false, after: "", is: [""] },
];
const codes = (answers) => asked(questions, answers).map((q) => q.code).join(" ");

test("a question is asked after the answers that make it asked", () => {
  assert.equal(codes({}), "q0 q1 q4");
  assert.equal(codes({ q1: 5 }), "q0 q1 q4");
  assert.equal(codes({ q1: 2 }), "q0 q1 q2 q4");
  assert.equal(codes({ q1: 2, q2: "x" }), "q0 q1 q2 q3 q4");
});

test("a question that is not asked itself makes no other asked", () => {
  assert.equal(codes({ q1: 5, q2: "x" }), "q0 q1 q4");
});

test("only what is asked can be missing", () => {
  assert.deepEqual(missing(questions, {}), ["q1"]);
  assert.deepEqual(missing(questions, { q1: 5 }), []);
  assert.deepEqual(missing(questions, { q1: 1 }), ["q2"]);
});

test("an answer is sent as the daemon reads it", () => {
  const survey = { form: "satisfaction-1", point: "dlt-area5", channel: "kiosk" };
  const id = newID(0x0190a1b2c3d4, new Uint8Array(10).fill(0xff));
  assert.equal(id, "0190a1b2-c3d4-7fff-bfff-ffffffffffff");
  assert.equal(
    itemOf(id, "2026-11-22", survey, questions, { q0: "dlt-7f3k5q", q1: 2, q2: "โทร 0812345678", q4: "counter" }),
    '{"id":"0190a1b2-c3d4-7fff-bfff-ffffffffffff","form":"satisfaction-1","point":"dlt-area5","procedure":"dlt-7f3k5q","channel":"counter",' +
    '"answered":"2026-11-22","answers":{"q0":"dlt-7f3k5q","q1":2,"q2":"โทร [เบอร์]","q4":"counter"}}',
  );
});

test("what is not asked any more, or was skipped, is not sent", () => {
  const sent = JSON.parse(itemOf("i", "2026-11-22", { form: "f", point: "p", channel: "" }, questions, { q0: "other", q1: 5, q2: "น้อย" }));
  assert.deepEqual(sent, { id: "i", form: "f", point: "p", answered: "2026-11-22", answers: { q0: "other", q1: 5 } });
});

test("the day is that of Thailand", () => {
  assert.equal(dayOf(Date.UTC(2026, 10, 21, 16, 59)), "2026-11-21");
  assert.equal(dayOf(Date.UTC(2026, 10, 21, 17, 0)), "2026-11-22");
});

test("ids order by time", () => {
  const random = new Uint8Array(10);
  assert.ok(newID(1, random) < newID(2, random) && newID(2 ** 40, random) < newID(2 ** 40 + 1, random));
});

test("waiting grows up to five minutes", () => {
  assert.equal(pause(0, 0), 0);
  assert.ok(pause(3, 0.999) < 8000 && pause(100, 0.999) < 300000 && pause(100, 0.999) > 290000);
});
