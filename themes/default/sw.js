// The service worker. The build puts before it
//   self.KHUMUE = {version, base, pages, assets, index, search};
//
// What it keeps, each in a cache of its own:
//   shell-VERSION  pages and assets of one build, and the search index if small
//   index          parts of a large search index, as they were asked for
//   data           /data/*.json that pages ask for
//   visited        the last pages that were read
//   saved          what the reader asked to keep (themes' store.js writes it)
//
// Pages come from the network, and from here when that fails or takes too long;
// what bears its hash in its name comes from here first. Errors and redirects
// are never kept. A page that is open while a new build arrives goes on with
// the assets of its own build: the shell before the present one stays, and
// the server keeps old assets for 30 days.
"use strict";

const SITE = self.KHUMUE;
const PREFIX = "khumue" + SITE.base + ":";
const SHELL = PREFIX + "shell-" + SITE.version;
const INDEX = PREFIX + "index";
const DATA = PREFIX + "data";
const VISITED = PREFIX + "visited";
const SAVED = PREFIX + "saved";
const STATE = PREFIX + "state";

const PATIENCE = 3500; // milliseconds until a kept page is shown instead
const MOST_VISITED = 200;
const MOST_INDEX = 400;
const MOST_DATA = 60;
const LANES = 6; // fetches at a time

// route decides what is done with a request {method, url, mode, range, accept}:
// "pass" leaves it to the browser.
function route(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || request.range || url.origin !== self.location.origin) return "pass";
  if (url.pathname.indexOf(SITE.base + "/") !== 0) return "pass";
  if (/\btext\/event-stream\b/.test(request.accept || "")) return "pass";
  const path = url.pathname.slice(SITE.base.length);
  if (request.mode === "navigate") return isFile(path) ? "file" : "page";
  if (path.indexOf("/assets/") === 0) return "asset";
  if (path.indexOf("/search-index/") === 0) return "index";
  if (path === "/data/search.json") return "pointer";
  if (/^\/data\/(holidays|labels|near\/[\w-]+|legacy\/\d+)\.json$/.test(path)) return "data";
  return isFile(path) && /\.(pdf|docx?|xlsx?|odt|ods|zip|jpe?g|png|webp|svg)$/i.test(path) ? "file" : "pass";
}

function isFile(path) {
  return /\.\w{2,5}$/.test(path) && !/\.html$/.test(path);
}

// logical is an asset's name without its hash: two builds share it. Parts that
// only modules ask for have no name of their own.
function logical(path) {
  return /\/chunk\./.test(path) ? path : path.replace(/\.(?:[0-9a-f]{8,16}|[0-9A-Z]{8})(?=\.\w+$)/, "");
}

// stays tells whether a page may be kept: it is what was asked for, and a page.
function stays(response) {
  return Boolean(response) && response.status === 200 && !response.redirected && response.type === "basic";
}

// languageOf is the part of an address that names the language.
function languageOf(path) {
  return path.indexOf(SITE.base + "/en/") === 0 ? "/en" : "";
}

// doomed are the caches to delete once this build is at work: shells but its
// own and the one before it. Names come in the order of their making.
function doomed(names) {
  const shells = names.filter((name) => name.indexOf(PREFIX + "shell-") === 0 && name !== SHELL);
  return shells.slice(0, -1);
}

// ---- Install: the shell, without fetching what an older one has

async function install() {
  const cache = await caches.open(SHELL);
  const there = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const hashed = SITE.assets.concat(savesData() ? [] : SITE.index).filter((path) => !there.has(path));
  await eachOf(hashed, (path) => copyOrFetch(cache, path));
  await eachOf(SITE.pages, (path) => fetchInto(cache, path, "no-cache"));
}

// A reader who asked to save data gets the index when searching, not before.
function savesData() {
  return Boolean(self.navigator.connection && self.navigator.connection.saveData);
}

async function copyOrFetch(cache, path) {
  const old = await caches.match(path);
  if (old) await cache.put(path, old);
  else await fetchInto(cache, path, "default");
}

async function fetchInto(cache, path, mode) {
  const response = await fetch(path, { cache: mode });
  if (!stays(response)) throw new Error("service worker: " + response.status + " for " + path);
  await cache.put(path, response);
}

async function eachOf(items, work) {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane));
}

self.addEventListener("install", (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    await Promise.all(doomed(await caches.keys()).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

// ---- Fetch

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const kind = route({
    method: request.method, url: request.url, mode: request.mode,
    range: request.headers.has("range"), accept: request.headers.get("accept"),
  });
  if (kind === "pass") return;
  const answer = { page, asset, index, pointer, data, file }[kind];
  event.respondWith(answer(event));
});

// page answers from the network; where that fails, is broken, or keeps the
// reader waiting, from what is kept; else with the page that says so.
async function page(event) {
  const path = new URL(event.request.url).pathname;
  const copy = await keptPage(path);
  const network = fetch(event.request).then((response) => visited(path, response));
  event.waitUntil(network.catch(() => {}));
  const first = copy ? await Promise.race([network, after(PATIENCE)]).catch(() => null) : await network.catch(() => null);
  if (first && !(copy && first.status >= 500)) return first;
  if (!copy) return offlinePage(path);
  noteCopy(event, network, copy.clone());
  return copy;
}

function after(milliseconds) {
  return new Promise((done) => setTimeout(() => done(null), milliseconds));
}

async function keptPage(path) {
  for (const name of [SAVED, VISITED, SHELL]) {
    const cache = await caches.open(name);
    const found = await cache.match(path);
    if (found) return found;
  }
  return undefined;
}

async function offlinePage(path) {
  const cache = await caches.open(SHELL);
  const found = await cache.match(SITE.base + languageOf(path) + "/offline/") || await cache.match(SITE.base + "/offline/");
  return found || Response.error();
}

// visited keeps a page that was read: in its place when it is saved, else
// among the last visited. It gives the response back for the reader.
async function visited(path, response) {
  if (!stays(response) || SITE.pages.indexOf(path) >= 0) return response;
  if (!/\btext\/html\b/.test(response.headers.get("content-type") || "")) return response;
  const copy = response.clone();
  try {
    await keepVisited(path, copy);
  } catch (error) {
    // A full device still shows the page.
  }
  return response;
}

async function keepVisited(path, response) {
  const saved = await caches.open(SAVED);
  if (await saved.match(path)) {
    await saved.put(path, response);
    return;
  }
  const cache = await caches.open(VISITED);
  await cache.delete(path);
  await cache.put(path, response);
  await bound(cache, MOST_VISITED);
}

// bound deletes the oldest entries of a cache beyond a number.
async function bound(cache, most) {
  const requests = await cache.keys();
  await Promise.all(requests.slice(0, Math.max(0, requests.length - most)).map((request) => cache.delete(request)));
}

// Pages that show a copy, by client: each may ask, and is told when the
// network brings something else after all.
const copies = new Set();

function noteCopy(event, network, copy) {
  const id = event.resultingClientId || event.clientId;
  copies.add(id);
  if (copies.size > 50) copies.delete(copies.values().next().value);
  event.waitUntil((async () => {
    const response = await network.catch(() => null);
    if (!stays(response)) return;
    const [fresh, old] = await Promise.all([response.clone().text(), copy.text()]);
    const client = fresh !== old && (await self.clients.get(id));
    if (client) client.postMessage({ type: "newer" });
  })());
}

async function asset(event) {
  const { request } = event;
  const found = await caches.match(request.url);
  if (found) return found;
  try {
    const response = await fetch(request);
    if (response.status !== 404) return response;
    return await present(request) || response;
  } catch (error) {
    return await present(request) || Response.error();
  }
}

// present is this build's asset in place of another build's, for a saved page
// that is older than the shell.
async function present(request) {
  const name = logical(new URL(request.url).pathname);
  const same = SITE.assets.find((path) => logical(path) === name);
  return same && (await caches.open(SHELL)).match(same);
}

async function index(event) {
  const found = await caches.match(event.request.url);
  if (found) return found;
  const response = await fetch(event.request);
  if (stays(response)) event.waitUntil(keepBounded(INDEX, event.request.url, response.clone(), MOST_INDEX));
  return response;
}

// pointer names the index of the shell that is here, where the network does not.
async function pointer(event) {
  const network = fetch(event.request);
  const first = await Promise.race([network, after(PATIENCE)]).catch(() => null);
  network.catch(() => {});
  if (first && first.ok) return first;
  return new Response(JSON.stringify({ manifest: SITE.search }), { headers: { "Content-Type": "application/json" } });
}

async function data(event) {
  const url = event.request.url;
  const copy = await caches.match(url);
  const network = fetch(event.request).then((response) => {
    if (stays(response)) event.waitUntil(keepBounded(DATA, url, response.clone(), MOST_DATA));
    return response;
  });
  if (!copy) return network;
  const first = await Promise.race([network, after(PATIENCE)]).catch(() => null);
  network.catch(() => {});
  return first && first.status < 500 ? first : copy;
}

async function keepBounded(name, url, response, most) {
  try {
    const cache = await caches.open(name);
    await cache.delete(url);
    await cache.put(url, response);
    await bound(cache, most);
  } catch (error) {
    // A full device still answers.
  }
}

// file answers with forms and pictures: fresh, or as they were saved.
async function file(event) {
  try {
    return await fetch(event.request);
  } catch (error) {
    const saved = await caches.open(SAVED);
    return await saved.match(event.request.url) || Response.error();
  }
}

// ---- Messages from pages

self.addEventListener("message", (event) => {
  const type = event.data && event.data.type;
  if (type === "is-copy") event.ports[0].postMessage(copies.has(event.source && event.source.id));
  if (type === "visited") event.waitUntil(keepOpened(event.data.url));
  if (type === "refresh") event.waitUntil(refreshSaved());
});

// keepOpened keeps a page that was open before this worker was there.
async function keepOpened(url) {
  const address = new URL(url);
  if (route({ method: "GET", url, mode: "navigate" }) !== "page") return;
  const response = await fetch(address.pathname).catch(() => null);
  if (response) await visited(address.pathname, response);
}

// refreshSaved fetches what is saved anew, once for each build.
async function refreshSaved() {
  const state = await caches.open(STATE);
  const mark = SITE.base + "/refreshed";
  const last = await state.match(mark);
  if (last && (await last.text()) === SITE.version) return;
  await state.put(mark, new Response(SITE.version));
  const cache = await caches.open(SAVED);
  const requests = (await cache.keys()).filter((request) => /\/$/.test(new URL(request.url).pathname));
  let failed = false;
  await eachOf(requests, async (request) => {
    const response = await fetch(request.url, { cache: "no-cache" }).catch(() => null);
    if (stays(response)) await cache.put(request.url, response);
    if (!response || response.status >= 500) failed = true;
  });
  if (failed) await state.delete(mark);
}
