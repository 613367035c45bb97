// The search engine of this page: opened once, when first asked for.
import { openIndex } from "./search-core.js";
import { base, lang, manifest } from "./site.js";

let opening = null;

/** Opens the index; a failure is tried anew by the next call. */
export function open() {
  if (!opening) {
    const folder = manifest.slice(0, manifest.lastIndexOf("/") + 1);
    opening = openIndex({ manifest: manifest.slice(folder.length), fetchBytes: (path) => bytes(folder + path) });
    opening.catch(() => { opening = null; });
  }
  return opening;
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
