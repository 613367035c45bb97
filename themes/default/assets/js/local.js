// Search among the titles of the pages that this device keeps, for when the
// index, or a part of it, cannot be had.
import { addressOf } from "./engine.js";
import { base } from "./site.js";
import { fold } from "./thai.js";
import { cached, kept } from "./store.js";
import { keptWith } from "./shelf.js";
import { recent } from "./recent.js";
import { t } from "./words.js";

/**
 * Adds to an answer the kept pages that it lacks. Without an answer (null) they
 * are all of it; null again where there are none.
 */
export async function withKept(answer, question) {
  const known = new Set(answer ? answer.hits.map(addressOf) : []);
  const pages = keptWith(question.q, await kept(), recent(), new Set(await cached("visited")), fold);
  const hits = pages.filter((page) => !known.has(page.url)).map(hitOf);
  if (!answer && hits.length === 0) return null;
  const found = answer || { query: question.q, repaired: "", hits: [], total: 0, facets: {} };
  return Object.assign({}, found, { hits: found.hits.concat(hits), total: found.total + hits.length, partial: true });
}

function hitOf({ url, title }) {
  const hasEN = url.indexOf(base + "/en/") === 0;
  return { address: url, hasEN, title, marks: [], common: "", agency: "", facts: t("offline.saved"), total: 1, members: [] };
}
