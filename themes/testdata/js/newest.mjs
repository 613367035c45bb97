import test from "node:test";
import assert from "node:assert/strict";
import { newest } from "./newest.js";

// desk is work that is answered by hand.
function desk() {
  const asked = [];
  const shown = [];
  const work = (question) => new Promise((answer, fail) => asked.push({ question, answer, fail }));
  const ask = newest(work, (answer, q) => shown.push(q + "=" + answer), (error, q) => shown.push(q + " failed"));
  return { asked, shown, ask };
}

const settle = () => new Promise((done) => setImmediate(done));

test("the answer to the newest question alone is shown", async () => {
  const { asked, shown, ask } = desk();
  ask("a");
  ask("ab");
  ask("abc");
  assert.deepEqual(asked.map((a) => a.question), ["a"], "one at a time");
  asked[0].answer(1);
  await settle();
  assert.deepEqual(asked.map((a) => a.question), ["a", "abc"], "what was overtaken is not worked on");
  asked[1].answer(3);
  await settle();
  assert.deepEqual(shown, ["abc=3"]);
});

test("a failure of an old question is not told, one of the newest is", async () => {
  const { asked, shown, ask } = desk();
  ask("a");
  ask("b");
  asked[0].fail(new Error("old"));
  await settle();
  asked[1].fail(new Error("new"));
  await settle();
  assert.deepEqual(shown, ["b failed"]);
  ask("c");
  asked[2].answer(1);
  await settle();
  assert.deepEqual(shown, ["b failed", "c=1"]);
});

test("what was dropped is not shown", async () => {
  const { asked, shown, ask } = desk();
  ask("a");
  ask.drop();
  asked[0].answer(1);
  await settle();
  assert.deepEqual(shown, []);
});
