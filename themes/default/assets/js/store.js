// What this device keeps of the site for reading without a network: the caches
// that the service worker reads. Where a browser has none, all of this gives
// nothing and keeps nothing.
import { cacheName, listAddress, orphans, readList, withItem, without } from "./shelf.js";
import { base } from "./site.js";

/** Whether this browser can keep pages. */
export const canKeep = () => "caches" in window && "serviceWorker" in navigator;

const open = (sort) => caches.open(cacheName(base, sort));

/** The list of kept things. */
export async function kept() {
  if (!canKeep()) return [];
  const found = await (await open("saved")).match(listAddress(base));
  return found ? readList(await found.text()) : [];
}

async function write(list) {
  const cache = await open("saved");
  await cache.put(listAddress(base), new Response(JSON.stringify(list), { headers: { "Content-Type": "application/json" } }));
}

/** Addresses, without their host, of what a cache ("saved" or "visited") holds. */
export async function cached(sort) {
  if (!canKeep()) return [];
  const requests = await (await open(sort)).keys();
  return requests.map((request) => new URL(request.url).pathname).filter((path) => path !== listAddress(base));
}

/** The title of a kept page, or "". */
export async function titleOf(url) {
  const found = await (await open("saved")).match(url) || await (await open("visited")).match(url);
  if (!found) return "";
  const page = new DOMParser().parseFromString(await found.text(), "text/html");
  const title = page.querySelector("h1");
  return title ? title.textContent.trim() : page.title;
}

/**
 * Fetches and keeps a thing {kind, url, title, pages, files}; told(done, all) is
 * called after each page. Gives {done, all} of its pages. It rejects when the
 * device is full; pages that cannot be fetched are left out.
 */
export async function save(item, told) {
  const cache = await open("saved");
  const mine = Object.assign({ at: new Date().toISOString(), titles: {} }, item);
  await write(withItem(await kept(), mine));
  let done = 0;
  const fetchOne = async (url, isPage) => {
    if (!(await fetchInto(cache, url)) || !isPage) return;
    mine.titles[url] = await titleOf(url);
    told(++done, item.pages.length);
  };
  await eachOf(item.pages, 4, (url) => fetchOne(url, true));
  await eachOf(item.files, 2, (url) => fetchOne(url, false));
  await write(withItem(await kept(), mine));
  return { done, all: item.pages.length };
}

async function fetchInto(cache, url) {
  let response;
  try {
    response = await fetch(url, { cache: "no-cache" });
  } catch (error) {
    return Boolean(await cache.match(url));
  }
  if (!response.ok || response.redirected) return Boolean(await cache.match(url));
  await cache.put(url, response);
  return true;
}

// eachOf does work for all items, a few at a time.
async function eachOf(items, lanes, work) {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}

/** Lets go of a thing, and of its pages that nothing else needs. */
export async function remove(url) {
  const list = without(await kept(), url);
  await write(list);
  const cache = await open("saved");
  const unneeded = orphans(list, await cached("saved"));
  await Promise.all(unneeded.map((path) => cache.delete(path)));
}

/** Lets go of everything that was saved. */
export async function removeAll() {
  await caches.delete(cacheName(base, "saved"));
}

/** Forgets the pages that were visited. */
export async function forgetVisited() {
  if (canKeep()) await caches.delete(cacheName(base, "visited"));
}

/** Asks the browser not to clear this site when space is short. */
export async function persist() {
  if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
}
