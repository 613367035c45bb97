// The page of an address that leads nowhere: its words go into the search box,
// and what they find is shown below it.
import { addressOf, ask, titleLang } from "./engine.js";
import { entry } from "./entry.js";
import { wordsOf } from "./address.js";
import { base } from "./site.js";
import { t } from "./words.js";

const MOST = 5;

/** Fills the page [data-notfound]. */
export async function start(main) {
  const q = wordsOf(location.pathname, base);
  const input = main.querySelector("[data-search-form] input");
  const part = main.querySelector("[data-notfound-results]");
  if (!q || !input) return;
  if (!input.value) input.value = q;
  const template = main.querySelector("template[data-entry]");
  if (!part || !template) return;
  const answer = await ask({ q }, MOST);
  for (const hit of answer.hits) part.querySelector("ol").append(lineOf(template, hit, answer));
  part.hidden = answer.hits.length === 0;
}

function lineOf(template, hit, answer) {
  return entry(template, {
    url: addressOf(hit), title: hit.title, titleLang: titleLang(hit), marks: hit.marks, also: hit.common,
    alsoMarks: hit.commonMarks, agency: hit.agency, facts: hit.facts, note: answer.thaiOnly ? t("search.thai-only") : "",
  });
}
