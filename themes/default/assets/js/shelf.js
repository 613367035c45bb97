// What is kept on the device for reading without a network, as data. The list of
// kept things is [{kind, url, title, at, pages, files}]: at is an ISO instant,
// pages the addresses that belong to it, files what those show or offer. titles,
// which may be missing, are the titles of its pages by address.

/** The name of one of the site's caches; sw.js builds the same. */
export const cacheName = (base, sort) => "khumue" + base + ":" + sort;

/** Where the list of kept things lies in the cache "saved". */
export const listAddress = (base) => base + "/saved/list.json";

/** Reads a list; what is no such thing is left out. */
export function readList(text) {
  let list = [];
  try {
    list = JSON.parse(text);
  } catch (e) {
    return [];
  }
  if (!Array.isArray(list)) return [];
  const words = (all) => Array.isArray(all) && all.every((s) => typeof s === "string");
  return list.filter((item) => item && typeof item.url === "string" && words(item.pages) && words(item.files));
}

/** The list with one more thing, first; the same thing is in it once. */
export function withItem(list, item) {
  return [item].concat(without(list, item.url));
}

/** The list without the thing at an address. */
export function without(list, url) {
  return list.filter((item) => item.url !== url);
}

/** All addresses that a list keeps. */
export function addressesOf(list) {
  const all = new Set();
  for (const item of list) for (const url of item.pages.concat(item.files)) all.add(url);
  return all;
}

/** The addresses in a cache that no thing of a list needs. */
export function orphans(list, cached) {
  const needed = addressesOf(list);
  return cached.filter((url) => !needed.has(url));
}

/** How many pages of a thing are there, of how many. */
export function progressOf(item, cached) {
  const there = new Set(cached);
  return { done: item.pages.filter((url) => there.has(url)).length, all: item.pages.length };
}

/**
 * The kept pages whose title holds what is looked for: [{url, title}], each
 * once. fold makes texts alike that sound alike; recent are the pages opened
 * before, of which only those in there (a set of addresses) count.
 */
export function keptWith(words, list, recent, there, fold) {
  const wanted = fold(words).replace(/\s+/g, "");
  const titles = new Map();
  for (const page of recent) if (there.has(page.url)) titles.set(page.url, page.title);
  for (const item of list) {
    titles.set(item.url, item.title);
    for (const url of Object.keys(item.titles || {})) titles.set(url, item.titles[url]);
  }
  const holds = (title) => typeof title === "string" && fold(title).replace(/\s+/g, "").indexOf(wanted) >= 0;
  if (wanted === "") return [];
  return Array.from(titles.keys()).filter((url) => holds(titles.get(url))).map((url) => ({ url, title: titles.get(url) }));
}

const MOST_RECENT = 200;

/** The pages opened before, with one more, first: [{url, title, agency, kind}]. */
export function withRecent(recent, page) {
  const others = (Array.isArray(recent) ? recent : []).filter((p) => p && typeof p.url === "string" && p.url !== page.url);
  return [page].concat(others).slice(0, MOST_RECENT);
}
