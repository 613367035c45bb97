// The look-up of a delayed request. Number and code stay on this device: what is
// fetched is a file of many records, of which the code opens one. Where the
// browser can not do that, the form goes to the daemon as it does without scripts.
import { find, keysOf, parseCode, shardOf } from "./delay-core.js";
import { shortDate } from "./hours.js";
import { lang, rootOf } from "./site.js";
import { t } from "./words.js";

/** Makes the article [data-delay] work. */
export function start(article) {
  const form = article.querySelector("form");
  const subtle = window.crypto && window.crypto.subtle;
  fill(form);
  if (!subtle || !window.TextEncoder || !String.prototype.padStart) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look(article, form, subtle);
  });
}

// fill takes number and code from the address that a letter's QR code opens, and
// takes them out of it, so that they stay in no history.
function fill(form) {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [name, key] of [["number", "n"], ["code", "c"]]) {
    if (given.get(key)) form.elements[name].value = given.get(key);
  }
  if (given.get("c") && window.history.replaceState) window.history.replaceState(null, "", location.pathname);
}

async function look(article, form, subtle) {
  const status = article.querySelector("[data-delay-status]");
  const result = article.querySelector("[data-delay-result]");
  const button = form.querySelector("button");
  const say = (text, bad) => {
    status.textContent = text;
    status.classList.toggle("delay-bad", Boolean(bad));
  };
  result.hidden = true;
  const number = form.elements.number.value;
  const code = parseCode(form.elements.code.value);
  if (number.trim() === "" || !code) {
    say(t("delay." + (number.trim() === "" ? "number.empty" : "code.wrong")), true);
    form.elements[number.trim() === "" ? "number" : "code"].focus();
    return;
  }
  say(t("delay." + "working"));
  button.disabled = true;
  try {
    const keys = await keysOf(subtle, number, code);
    const record = await fetched(subtle, keys);
    say(record ? "" : t("delay." + "none"), !record);
    if (record) {
      show(result, record);
      result.hidden = false;
      result.querySelector("h2").focus();
    }
  } catch (error) {
    say(t("delay." + "failed"), true);
  }
  button.disabled = false;
}

// fetched is the record of some keys; null where there is none. A shard that is
// gone was divided anew: then the number of them is asked for once more.
async function fetched(subtle, keys) {
  for (const cache of ["no-cache", "reload"]) {
    const index = await json("index.json", cache);
    if (!index) return null; // nothing was ever published
    const shard = await json(shardOf(index.bits, keys.address), cache);
    if (shard) return find(subtle, shard, keys.record);
  }
  throw new Error("the shards are being written");
}

async function json(name, cache) {
  const response = await fetch(rootOf("/data/delay/" + name), { cache });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

function element(name, text, className) {
  const out = document.createElement(name);
  if (text) out.textContent = text;
  if (className) out.className = className;
  return out;
}

function show(result, record) {
  const body = result.querySelector("div");
  body.textContent = "";
  result.querySelector("h2").textContent = t("delay." + "state." + record.state);
  const facts = element("dl", "", "delay-facts");
  fact(facts, t("delay." + "due"), shortDate(record.due, lang));
  if (record.ended) fact(facts, t("delay." + "ended"), shortDate(record.ended, lang));
  body.append(facts, element("h3", t("delay." + "letters")));
  const letters = record.letters || [];
  if (letters.length === 0) body.append(element("p", t("delay." + "letters.none")));
  else body.append(list(letters));
  if (record.more) body.append(element("p", t("delay." + "more", record.more), "fine"));
}

function fact(facts, name, value) {
  const row = element("div");
  row.append(element("dt", name), element("dd", value));
  facts.append(row);
}

function list(letters) {
  const out = element("ol", "", "delay-letters");
  for (const letter of letters) {
    const line = element("li");
    line.append(element("strong", t("delay." + "letter", shortDate(letter.date, lang))));
    const reason = element("p", t("delay." + "reason." + letter.reason));
    if (letter.text) {
      const more = element("span", letter.text);
      if (lang !== "th") more.lang = "th";
      reason.append(" — ", more);
    }
    line.append(reason);
    if (letter.expected) line.append(element("p", t("delay." + "expected", shortDate(letter.expected, lang)), "fine"));
    out.append(line);
  }
  return out;
}
