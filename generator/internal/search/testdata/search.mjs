// Runs the browser's engine over an index in a directory: {dir, manifest,
// asks: [{q, filter, limit}], absent: [paths that cannot be fetched]} on
// standard input, the answers on standard output.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openIndex } from "./search-core.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { dir, manifest, asks, absent } = JSON.parse(Buffer.concat(chunks).toString());

const fetchBytes = (path) => {
  if ((absent || []).some((start) => path.startsWith(start))) return Promise.reject(new Error("offline"));
  return readFile(join(dir, path));
};
const index = await openIndex({ manifest, fetchBytes });
const answers = [];
let slowest = 0;
for (const { q, filter, limit } of asks) {
  const began = performance.now();
  answers.push(await index.query(q, filter, limit, { exact: filter.exact }));
  slowest = Math.max(slowest, performance.now() - began);
}
process.stdout.write(JSON.stringify({ answers, slowest }));
