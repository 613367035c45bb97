// The search engine of this page: opened once, when first asked for.
import { openIndex } from "./search-core.js";
import { base, lang, searchAt } from "./site.js";

let opening = null;

/** Opens the index; a failure is tried anew by the next call. */
export function open() {
  if (!opening) {
    opening = manifest().then((address) => {
      const folder = address.slice(0, address.lastIndexOf("/") + 1);
      return openIndex({ manifest: address.slice(folder.length), fetchBytes: (path) => bytes(folder + path) });
    });
    opening.catch(() => { opening = null; });
  }
  return opening;
}

// manifest is the address of the index's manifest. A page that may be older
// than the index names the file that names it.
async function manifest() {
  if (!/\/data\/search\.json$/.test(searchAt)) return searchAt;
  const response = await fetch(searchAt);
  if (!response.ok) throw new Error("search: " + response.status + " for " + searchAt);
  return (await response.json()).manifest;
}

async function bytes(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error("search: " + response.status + " for " + address);
  return response.arrayBuffer();
}

/**
 * Answers a question {q, kind, category, group, agency, online, exact}. On an
 * English page what exists in English is asked for first; where there is
 * nothing, the Thai answer stands in, and thaiOnly is true.
 */
export async function ask(question, limit) {
  const index = await open();
  const { q, kind, category, group, agency, online, exact } = question;
  const filter = { kind, category, group, agency, online };
  if (lang !== "en") return index.query(q, filter, limit, { exact });
  const english = await index.query(q, Object.assign({ lang: "en" }, filter), limit, { exact });
  if (english.total > 0) return english;
  const thai = await index.query(q, filter, limit, { exact });
  thai.thaiOnly = thai.total > 0;
  return thai;
}

/** Whether the whole index is one that a device keeps. */
export async function isWhole() {
  return (await open()).manifest.whole;
}

/** A hit's address in the page's language, where it has that page. */
export function addressOf(hit) {
  return base + (lang === "en" && hit.hasEN ? "/en" : "") + hit.url;
}

/** The language of a hit's title where it is not the page's, else "". */
export const titleLang = (hit) => (lang === "en" && !hit.hasEN ? "th" : "");
