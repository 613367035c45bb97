import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { find, keysOf, normal, parseCode, shardOf } from "./delay-core.js";

const vectors = JSON.parse(readFileSync("lookup.json", "utf8"));
const subtle = webcrypto.subtle;
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));

test("codes are read as the daemon reads them", () => {
  for (const { typed, bits } of vectors.codes) {
    const code = parseCode(typed);
    assert.equal(code === null ? "" : hex(code), bits, JSON.stringify(typed));
  }
});

test("numbers are taken as people type them", () => {
  for (const [typed, want] of vectors.numbers) assert.equal(normal(typed), want, JSON.stringify(typed));
});

test("keys are the daemon's", async () => {
  for (const v of vectors.keys) {
    const keys = await keysOf(subtle, v.request, unhex(v.bits));
    assert.equal(hex(keys.address), v.address);
    assert.equal(hex(keys.record), v.record);
  }
});

test("a record is found by number and code alone", async () => {
  const { bits } = vectors.files["index.json"];
  for (const v of vectors.finds) {
    const keys = await keysOf(subtle, v.request, parseCode(v.code));
    assert.equal(shardOf(bits, keys.address), v.file, v.request);
    assert.deepEqual(await find(subtle, vectors.files[v.file], keys.record), v.found, v.request);
  }
});

test("the first and the last shard", () => {
  for (const [bits, first, want] of [[0, [255, 255], "0-0000.json"], [1, [127, 255], "1-0000.json"], [1, [128, 0], "1-0001.json"], [16, [255, 254], "16-fffe.json"]]) {
    assert.equal(shardOf(bits, new Uint8Array(first)), want);
  }
});

test("what is no shard is an error", async () => {
  for (const shard of [{ version: 1, slots: "" }, { version: 2, slots: "AAAA" }, { version: 1, slots: "AAAA" }]) {
    await assert.rejects(find(subtle, shard, new Uint8Array(32)));
  }
});
