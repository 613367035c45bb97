// Addresses of the site as data: the question on the results page, old
// addresses, and the words in an address that leads nowhere.
const FILTERS = ["kind", "category", "group", "agency"];

/** The question in an address's query: {q, kind, category, group, agency, online, exact}. */
export function readQuestion(query) {
  const given = new URLSearchParams(query);
  const question = { q: given.get("q") || "", online: given.get("online") === "1", exact: given.get("exact") === "1" };
  for (const name of FILTERS) question[name] = given.get(name) || "";
  return question;
}

/** The query of an address that asks a question, beginning with "?", or "". */
export function writeQuestion(question) {
  const out = new URLSearchParams();
  if (question.q.trim()) out.set("q", question.q.trim());
  for (const name of FILTERS) if (question[name]) out.set(name, question[name]);
  if (question.online) out.set("online", "1");
  if (question.exact) out.set("exact", "1");
  const text = out.toString();
  return text && "?" + text;
}

/** Whether a question narrows its answer. */
export function isNarrowed(question) {
  return question.online || FILTERS.some((name) => question[name] !== "");
}

/**
 * What to do with the browser's history for a step ("typing", "submit" or
 * "filter"): "push", "replace" or "". One entry stands for all the letters of
 * a question; once it is settled by submitting it, the next letter begins a new
 * entry, so that the way back leads to answers that were looked at.
 */
export function historyStep(step, settled, before, after) {
  if (before === after) return "";
  if (step === "filter") return "push";
  return settled ? "push" : "replace";
}

/** The manual's number in an address of the old system, "#!/th/search/1234/…", or 0. */
export function oldNumber(hash) {
  const found = /^#!?\/(?:th|en)\/search\/(\d{1,9})(?:[/?]|$)/.exec(hash);
  return found ? Number(found[1]) : 0;
}

/** The words in an address that leads nowhere, for a search. */
export function wordsOf(path, base) {
  let text = path.indexOf(base + "/") === 0 ? path.slice(base.length) : path;
  try {
    text = decodeURIComponent(text);
  } catch (e) {
    text = text.replace(/%[0-9a-f]{2}/gi, " ");
  }
  text = text.replace(/\/(?:procedure|service)\/[^/]*/, "/");
  const parts = text.replace(/\.\w{2,5}$/, "").split(/[^\u0E00-\u0E7Fa-zA-Z0-9]+/);
  return parts.filter((part) => part && !PLAIN.test(part) && !CODE.test(part)).join(" ").slice(0, 80);
}

const PLAIN = /^(en|th|procedure|agency|point|service|category|group|tag|view|index|search|html|php)$/i;
const CODE = /^(\d+|[0-9a-f]{8,})$/i;
