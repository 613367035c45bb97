import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Misses, fit, tell } from "./misses.js";

// page is a page whose time is turned by hand.
function page() {
  const sent = [];
  let waiting = null;
  const misses = new Misses((words) => sent.push(words), (act) => { waiting = act; return 1; }, () => { waiting = null; });
  return { sent, misses, rest: () => { if (waiting) waiting(); waiting = null; } };
}

test("what stands for a while is told once", () => {
  const { sent, misses, rest } = page();
  misses.found("คำที่ไม่มี");
  rest();
  misses.found(" คำที่ไม่มี ");
  rest();
  assert.deepEqual(sent, ["คำที่ไม่มี"]);
});

test("what is still being typed is not told", () => {
  const { sent, misses, rest } = page();
  misses.found("คำที่");
  misses.found("คำที่ไม่");
  misses.forget();
  rest();
  assert.deepEqual(sent, []);
});

test("what may be personal, or is no words, is not told", () => {
  for (const words of ["1101700203451", "1-1017-00203-45-1", "โทร 081 234 5678", "somchai@example.com", "นาย สมชาย ใจดี", "น.ส.สมหญิง", "https://a.example", "www.a.example", "12345", "ก", "", "๑๑๐๑๗๐๐๒๐๓๔๕๑", "ก".repeat(81)]) {
    assert.equal(fit(words), "", words);
  }
  for (const words of ["นายจ้าง", "ท.ด.1", "นางพยาบาล", "ภ.ง.ด. 90", "ปี 2569", "Visa run"]) {
    assert.notEqual(fit(words), "", words);
  }
});

test("what is personal in a way that only the mask knows never leaves", async (t) => {
  const sent = [];
  t.mock.method(globalThis, "fetch", async (address, how) => { sent.push(how.body); });
  for (const words of ["โทร 081–234–5678", "แมวเหมียว"]) await tell("/api/miss", words);
  assert.deepEqual(sent, ["แมวเหมียว"]);
});
