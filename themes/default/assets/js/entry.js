// Fills template[data-entry], one line of a list of things to find.
import { marked } from "./marks.js";

/**
 * A new line: {url, title, titleLang, marks, differs, note, also, alsoMarks,
 * agency, summary, facts}. What is not given is taken out of it.
 */
export function entry(template, given) {
  const item = template.content.firstElementChild.cloneNode(true);
  const link = item.querySelector("[data-title]");
  link.href = given.url;
  link.append(marked(given.title, given.marks, given.differs));
  if (given.titleLang) link.lang = given.titleLang;
  fill(item, "[data-also]", given.also, (place) => {
    place.querySelector(".entry-also-text").append(marked(given.also, given.alsoMarks));
  });
  for (const name of ["note", "agency", "summary", "facts"]) {
    fill(item, "[data-" + name + "]", given[name], (place) => { place.textContent = given[name]; });
  }
  return item;
}

function fill(item, selector, text, put) {
  const place = item.querySelector(selector);
  if (!place) return;
  if (text) put(place);
  else place.remove();
}
