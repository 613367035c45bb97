// Measures what a search takes of a browser: over Khumue's index with the
// theme's engine, or over Pagefind's with its own.
//
//   node search.mjs khumue SITE ENGINE RULES < queries     the theme's folder of modules, the rules of Thai text
//   node search.mjs pagefind INDEX < queries
//
// Queries stand one on a line. Bytes are those over the wire: each file as gzip
// makes it, unless that is longer. The first query of a visit is cold, and each
// query is asked in a visit of its own; the next ones of one visit are warm.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [what, dir, engine, rules] = process.argv.slice(2);
const queries = readFileSync(0, "utf8").split("\n").filter(Boolean);

let bytes = 0;
const files = new Map(); // path → {data, wire}
function read(path) {
  if (!files.has(path)) {
    const data = readFileSync(path);
    files.set(path, { data, wire: Math.min(data.length, gzipSync(data).length) });
  }
  const file = files.get(path);
  bytes += file.wire;
  return file.data;
}

async function khumue() {
  // As the site's build puts them together.
  const modules = mkdtempSync(join(tmpdir(), "engine-"));
  process.on("exit", () => rmSync(modules, { recursive: true }));
  cpSync(engine, modules, { recursive: true });
  writeFileSync(join(modules, "package.json"), '{"type": "module"}');
  writeFileSync(join(modules, "thai-rules.js"), "export default " + readFileSync(rules, "utf8"));
  const { openIndex } = await import(pathToFileURL(join(modules, "search-core.js")));
  const { manifest } = JSON.parse(read(join(dir, "data/search.json")));
  const base = join(dir, manifest, "..");
  return async () => {
    read(join(dir, "data/search.json"));
    const index = await openIndex({ manifest: manifest.split("/").pop(), fetchBytes: async (path) => read(join(base, path)) });
    return (q) => index.query(q, {}, 10);
  };
}

async function pagefind() {
  globalThis.fetch = async (url) => {
    const path = join(dir, decodeURIComponent(String(url).replace(/^.*\/pagefind\//, "").replace(/\?.*/, "")));
    return new Response(read(path));
  };
  const source = pathToFileURL(resolve(dir, "pagefind.js"));
  let visit = 0;
  return async () => {
    const engine = await import(`${source}?visit=${visit++}`);
    read(join(dir, "pagefind.js"));
    await engine.options({ basePath: "/pagefind/", baseUrl: "/" });
    return async (q) => {
      const found = await engine.search(q);
      await Promise.all(found.results.slice(0, 10).map((r) => r.data()));
    };
  };
}

const at = (list, share) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const open = await { khumue, pagefind }[what]();
const cold = [];
for (const q of queries) {
  bytes = 0;
  await (await open())(q);
  cold.push(bytes);
}
const ask = await open();
await ask(queries[0]);
const warm = [];
const times = [];
for (const q of queries.slice(1)) {
  bytes = 0;
  const began = performance.now();
  await ask(q);
  times.push(performance.now() - began);
  warm.push(bytes);
}
process.stdout.write(JSON.stringify({
  queries: queries.length, cold: at(cold, 0.5), coldMost: at(cold, 1), warm: at(warm, 0.5), warm95: at(warm, 0.95), ms95: at(times, 0.95),
}));
process.exit(0);
