// The service worker, run over caches and a network that are played here.
import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const source = readFileSync(new URL("./sw.js", import.meta.url), "utf8");
const host = "https://kh.example";

const site = {
  version: "v2", base: "/sub", search: "/sub/search-index/manifest-1.json",
  pages: ["/sub/", "/sub/offline/", "/sub/en/offline/"],
  assets: ["/sub/assets/css/site.AAAAAAAA.css", "/sub/assets/js/main.BBBBBBBB.js"],
  index: ["/sub/search-index/manifest-1.json"],
};

const path = (request) => new URL(typeof request === "string" ? request : request.url, host).pathname;

class FakeCache {
  constructor() { this.entries = new Map(); }
  async match(request) {
    const found = this.entries.get(path(request));
    return found && found.clone();
  }
  async put(request, response) { this.entries.set(path(request), response); }
  async delete(request) { return this.entries.delete(path(request)); }
  async keys() { return Array.from(this.entries.keys(), (p) => ({ url: host + p })); }
}

class FakeCaches {
  constructor() { this.all = new Map(); }
  async open(name) {
    if (!this.all.has(name)) this.all.set(name, new FakeCache());
    return this.all.get(name);
  }
  async keys() { return Array.from(this.all.keys()); }
  async delete(name) { return this.all.delete(name); }
  async match(request) {
    for (const cache of this.all.values()) {
      const found = await cache.match(request);
      if (found) return found;
    }
    return undefined;
  }
}

function page(text, more) {
  const headers = new Map([["content-type", "text/html; charset=utf-8"]]);
  const response = { status: 200, type: "basic", redirected: false, headers, body: text, ...more };
  response.clone = () => page(text, more);
  response.text = async () => text;
  return response;
}

// start runs the worker; answers gives what the network says for a path: a
// response, an Error, or a promise that never ends.
function start(answers, options = {}) {
  const world = { fetched: [], posted: [], handlers: {}, caches: new FakeCaches() };
  const self = {
    KHUMUE: { ...site, ...options.site }, location: { origin: host }, navigator: options.navigator || {},
    addEventListener: (name, handler) => { world.handlers[name] = handler; },
    skipWaiting: async () => {},
    clients: { claim: async () => {}, get: async (id) => ({ postMessage: (m) => world.posted.push([id, m.type]) }) },
  };
  const fetch = async (request) => {
    world.fetched.push(path(request));
    const answer = await answers(path(request));
    if (answer instanceof Error) throw answer;
    return answer;
  };
  world.code = vm.createContext({ self, caches: world.caches, fetch, URL, Response, setTimeout: (f) => setImmediate(f), console });
  vm.runInContext(source, world.code);
  world.fire = async (name, event) => {
    const waits = [];
    let answer;
    world.handlers[name]({ ...event, waitUntil: (p) => waits.push(p), respondWith: (p) => { answer = p; } });
    const result = await answer;
    return { result, rest: () => Promise.all(waits), asked: answer !== undefined };
  };
  world.get = (p, mode = "navigate") => world.fire("fetch", {
    request: { method: "GET", url: host + p, mode, headers: new Map() }, resultingClientId: "tab",
  });
  world.put = async (name, p, response) => (await world.caches.open("khumue/sub:" + name)).put(p, response);
  world.list = async (name) => Array.from((await world.caches.open("khumue/sub:" + name)).entries.keys());
  return world;
}

const online = (p) => page("net " + p);
const offline = () => new Error("no network");
const never = () => new Promise(() => {});

test("each request goes its way", () => {
  const { code } = start(online);
  const cases = [
    ["a page", { url: "/sub/procedure/a-b/", mode: "navigate" }, "page"],
    ["a page asked for by a script", { url: "/sub/procedure/a-b/" }, "pass"],
    ["a page with a question", { url: "/sub/search/?q=x", mode: "navigate" }, "page"],
    ["an asset", { url: "/sub/assets/js/main.BBBBBBBB.js" }, "asset"],
    ["a part of the index", { url: "/sub/search-index/terms/3-0a1b2c3d.idx" }, "index"],
    ["holidays", { url: "/sub/data/holidays.json" }, "data"],
    ["a tile", { url: "/sub/data/near/55_402.json" }, "data"],
    ["an old number", { url: "/sub/data/legacy/1.json" }, "data"],
    ["open data", { url: "/sub/data/points.json" }, "pass"],
    ["a form", { url: "/sub/procedure/a-b/form.pdf" }, "file"],
    ["a form opened in the window", { url: "/sub/procedure/a-b/form.pdf", mode: "navigate" }, "file"],
    ["a part of a form", { url: "/sub/procedure/a-b/form.pdf", range: true }, "pass"],
    ["something sent", { url: "/sub/search/", method: "POST", mode: "navigate" }, "pass"],
    ["another site below the same host", { url: "/other/", mode: "navigate" }, "pass"],
    ["another host", { url: "https://x.example/sub/", mode: "navigate" }, "pass"],
    ["a stream of events", { url: "/sub/live/", accept: "text/event-stream" }, "pass"],
    ["the worker itself", { url: "/sub/sw.js" }, "pass"],
    ["what the build tells of itself", { url: "/sub/build.json" }, "pass"],
  ];
  for (const [name, request, want] of cases) {
    const full = { method: "GET", mode: "cors", ...request, url: new URL(request.url, host).href };
    assert.equal(code.route(full), want, name);
  }
});

test("assets of two builds are known by their names", () => {
  const { code } = start(online);
  assert.equal(code.logical("/assets/js/main.TOS5YOYC.js"), "/assets/js/main.js");
  assert.equal(code.logical("/assets/icons.893885724725dc15.svg"), "/assets/icons.svg");
  assert.notEqual(code.logical("/assets/js/chunk.TOS5YOYC.js"), code.logical("/assets/js/chunk.AAAAAAAA.js"));
});

test("installing fetches what no older build has", async () => {
  const w = start(online);
  await w.put("shell-v1", site.assets[0], page("old but the same"));
  const { rest } = await w.fire("install", {});
  await rest();
  assert.deepEqual(w.fetched.sort(), [...site.pages, site.assets[1], ...site.index].sort());
  assert.deepEqual((await w.list("shell-v2")).sort(), [...site.pages, ...site.assets, ...site.index].sort());
});

test("a reader who saves data gets the index later", async () => {
  const w = start(online, { navigator: { connection: { saveData: true } } });
  await (await w.fire("install", {})).rest();
  assert.ok(!w.fetched.includes(site.index[0]));
});

test("a shell with a redirect or an error in it is not installed; what came stays for the next try", async () => {
  for (const bad of [page("", { status: 404 }), page("", { redirected: true })]) {
    let broken = true;
    const w = start((p) => (broken && p === "/sub/offline/" ? bad : online(p)));
    await assert.rejects((await w.fire("install", {})).rest());
    broken = false;
    w.fetched.length = 0;
    await (await w.fire("install", {})).rest();
    assert.ok(!w.fetched.includes(site.assets[0]), "an asset that is there");
    assert.ok((await w.list("shell-v2")).includes("/sub/offline/"));
  }
});

test("a new build leaves the shell before it, and what the reader kept", async () => {
  const w = start(online);
  for (const name of ["shell-v0", "shell-v1", "saved", "visited", "shell-v2"]) await w.caches.open("khumue/sub:" + name);
  await w.caches.open("khumue:shell-v0");
  await (await w.fire("activate", {})).rest();
  const want = ["khumue/sub:shell-v1", "khumue/sub:saved", "khumue/sub:visited", "khumue/sub:shell-v2", "khumue:shell-v0"];
  assert.deepEqual(await w.caches.keys(), want);
});

test("a page comes from the network and is remembered as visited", async () => {
  const w = start(online);
  const { result, rest } = await w.get("/sub/agency/dlt/");
  await rest();
  assert.equal(result.body, "net /sub/agency/dlt/");
  assert.deepEqual(await w.list("visited"), ["/sub/agency/dlt/"]);
});

test("errors, redirects and other things than pages are not remembered", async () => {
  const others = [page("", { status: 404 }), page("", { status: 500 }), page("", { redirected: true }), page("", { status: 0, type: "opaqueredirect" }), page("", { headers: new Map() })];
  for (const other of others) {
    const w = start(() => other);
    const { result, rest } = await w.get("/sub/x/");
    await rest();
    assert.equal(result.status, other.status);
    assert.deepEqual(await w.list("visited"), []);
  }
});

test("without a network a kept page is shown, saved before visited before the shell", async () => {
  const w = start(offline);
  await w.put("visited", "/sub/a/", page("visited"));
  await w.put("saved", "/sub/a/", page("saved"));
  await w.put("shell-v2", "/sub/", page("shell"));
  assert.equal((await w.get("/sub/a/")).result.body, "saved");
  assert.equal((await w.get("/sub/?q=1")).result.body, "shell");
});

test("without a network a page that is not here leads to the one that says so, in its language", async () => {
  const w = start(offline);
  await w.put("shell-v2", "/sub/offline/", page("th"));
  await w.put("shell-v2", "/sub/en/offline/", page("en"));
  assert.equal((await w.get("/sub/a/")).result.body, "th");
  assert.equal((await w.get("/sub/en/a/")).result.body, "en");
});

test("a line that keeps the reader waiting shows the copy, and tells when there is something newer", async () => {
  let late;
  const w = start(() => new Promise((done) => { late = done; }));
  await w.put("visited", "/sub/a/", page("old"));
  const { result, rest } = await w.get("/sub/a/");
  assert.equal(result.body, "old");
  const told = [];
  await w.fire("message", { data: { type: "is-copy" }, source: { id: "tab" }, ports: [{ postMessage: (yes) => told.push(yes) }] });
  assert.deepEqual(told, [true]);
  late(page("new"));
  await rest();
  assert.deepEqual(w.posted, [["tab", "newer"]]);
  assert.equal(await (await w.caches.match("/sub/a/")).text(), "new");
});

test("a server in trouble is not shown where there is a copy", async () => {
  const w = start(() => page("trouble", { status: 503 }));
  await w.put("visited", "/sub/a/", page("old"));
  assert.equal((await w.get("/sub/a/")).result.body, "old");
  assert.equal((await w.get("/sub/b/")).result.status, 503);
});

test("a page that is not here is waited for, however long", async () => {
  const w = start(never);
  const first = await Promise.race([w.get("/sub/a/"), new Promise((done) => setTimeout(() => done("waiting"), 30))]);
  assert.equal(first, "waiting");
});

test("the last 200 visited pages stay", async () => {
  const w = start(online);
  for (let i = 0; i < 205; i++) await (await w.get("/sub/p" + i + "/")).rest();
  await (await w.get("/sub/p7/")).rest();
  const list = await w.list("visited");
  assert.equal(list.length, 200);
  assert.equal(list[199], "/sub/p7/");
  assert.equal(list[0], "/sub/p5/");
});

test("a visit renews a saved page where it is saved", async () => {
  const w = start(online);
  await w.put("saved", "/sub/a/", page("old"));
  await (await w.get("/sub/a/")).rest();
  assert.deepEqual(await w.list("visited"), []);
  assert.equal(await (await w.caches.match("/sub/a/")).text(), "net /sub/a/");
});

test("an old page without its own assets gets the present ones", async () => {
  const w = start(offline);
  await w.put("shell-v2", site.assets[0], page("present"));
  assert.equal((await w.get("/sub/assets/css/site.ZZZZZZZZ.css", "no-cors")).result.body, "present");
});

test("saved pages are renewed once for each build, and again after a failure", async () => {
  let down = true;
  const w = start((p) => (down ? new Error("down") : online(p)));
  await w.put("saved", "/sub/a/", page("old"));
  await w.put("saved", "/sub/saved/list.json", page("[]"));
  const refresh = async () => (await w.fire("message", { data: { type: "refresh" } })).rest();
  await refresh();
  down = false;
  await refresh();
  await refresh();
  assert.deepEqual(w.fetched, ["/sub/a/", "/sub/a/"]);
  assert.equal(await (await w.caches.match("/sub/a/")).text(), "net /sub/a/");
});

test("the page that was open before the worker is remembered", async () => {
  const w = start(online);
  await (await w.fire("message", { data: { type: "visited", url: host + "/sub/a/?q=1#x" } })).rest();
  assert.deepEqual(await w.list("visited"), ["/sub/a/"]);
});
