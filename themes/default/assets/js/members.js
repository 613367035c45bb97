// Services with nearly the same title stand under one hit: what tells each
// apart is set in bold, or the agency is, where the titles are the same.
import { addressOf, titleLang } from "./engine.js";
import { marked } from "./marks.js";
import { count, t } from "./words.js";

/** The others of a hit, folded away. */
export function members(hit) {
  const all = document.createElement("details");
  all.className = "more";
  const summary = document.createElement("summary");
  summary.textContent = count(isCase(hit) ? "search.cases" : "search.same-title", hit.total - 1);
  const list = document.createElement("ul");
  list.className = "offices";
  for (const other of hit.members) list.append(memberLine(other));
  all.append(summary, list);
  const missing = hit.total - 1 - hit.members.length;
  if (missing > 0) {
    const rest = document.createElement("p");
    rest.className = "fine";
    rest.textContent = t("search.rest", missing);
    all.append(rest);
  }
  return all;
}

function memberLine(hit) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = addressOf(hit);
  if (titleLang(hit)) link.lang = titleLang(hit);
  link.append(marked(hit.title, hit.marks, hit.differs));
  const agency = document.createElement(isCase(hit) ? "span" : "strong");
  agency.className = "fine";
  agency.textContent = hit.agency;
  item.append(link, agency);
  return item;
}

// isCase tells whether a title has a part of its own, such as "กรณีสูญหาย".
const isCase = (hit) => Boolean(hit.differs) && hit.differs[1] > 0;
