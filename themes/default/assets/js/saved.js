// The page of what is kept on this device: what was saved, with a way to remove
// or complete it, and what was only visited.
import { cached, canKeep, kept, remove, removeAll, save } from "./store.js";
import { entry } from "./entry.js";
import { progressOf } from "./shelf.js";
import { forget, recent } from "./recent.js";
import { say } from "./toast.js";
import { shortDate, dateOf } from "./hours.js";
import { lang } from "./site.js";
import { t, count } from "./words.js";

/** Fills the page [data-saved]. */
export function start(main) {
  const page = {
    list: main.querySelector("[data-saved-list]"), visited: main.querySelector("[data-visited]"),
    empty: main.querySelector("[data-saved-empty]"), clear: main.querySelector("[data-saved-clear]"),
    status: main.querySelector("[data-saved-status]"), template: main.querySelector("template[data-entry]"),
  };
  if (!canKeep()) {
    page.status.textContent = t("save.unsupported");
    return;
  }
  page.clear.addEventListener("click", () => clearAll(page));
  const clearVisited = main.querySelector("[data-visited-clear]");
  if (clearVisited) clearVisited.addEventListener("click", async () => {
    await forget();
    await showVisited(page);
  });
  show(page);
}

async function show(page) {
  const items = await kept();
  const there = await cached("saved");
  page.list.textContent = "";
  for (const item of items) page.list.append(line(page, item, progressOf(item, there)));
  page.empty.hidden = items.length > 0;
  page.clear.hidden = items.length === 0;
  page.status.textContent = items.length > 0 ? count("saved.count", items.length) + await spaceUsed() : "";
  await showVisited(page);
}

// spaceUsed tells how much the whole site takes of the device.
async function spaceUsed() {
  if (!navigator.storage || !navigator.storage.estimate) return "";
  const { usage } = await navigator.storage.estimate();
  return usage ? " · " + t("saved.space", (usage / 1048576).toFixed(1)) : "";
}

function line(page, item, { done, all }) {
  const facts = [t("kind." + item.kind)];
  if (all > 1) facts.push(t("saved.pages", done, all));
  if (item.at) facts.push(t("saved.on", shortDate(dateOf(new Date(item.at)), lang)));
  const row = entry(page.template, {
    url: item.url, title: item.title || item.url, facts: facts.join(" · "),
    note: done < all ? t("saved.incomplete") : "",
  });
  const actions = row.querySelector("[data-actions]");
  if (done < all) actions.append(button(t("saved.complete"), item, (self) => complete(page, item, self)));
  actions.append(button(t("saved.remove"), item, () => removeOne(page, item)));
  return row;
}

function button(text, item, press) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "button-quiet";
  b.textContent = text;
  const of = document.createElement("span");
  of.className = "hidden-text";
  of.textContent = " " + item.title;
  b.append(of);
  b.addEventListener("click", () => press(b));
  return b;
}

async function complete(page, item, self) {
  self.disabled = true;
  try {
    const { done, all } = await save(item, (some, of) => { page.status.textContent = t("save.progress", some, of); });
    say(done === all ? t("save.done") : t("save.partial", done, all));
  } catch (error) {
    say(t(error && error.name === "QuotaExceededError" ? "save.full" : "error"));
  }
  await show(page);
}

async function removeOne(page, item) {
  const at = Array.from(page.list.querySelectorAll("[data-title]")).findIndex((a) => a.getAttribute("href") === item.url);
  await remove(item.url);
  await show(page);
  const next = page.list.children[Math.min(at, page.list.children.length - 1)];
  const focus = next ? next.querySelector("a") : page.empty;
  if (!next) focus.setAttribute("tabindex", "-1");
  focus.focus();
  say(t("save.removed"));
}

// clearAll asks once more at the same place before it removes everything.
async function clearAll(page) {
  const items = await kept();
  if (!page.clear.hasAttribute("data-sure")) {
    page.clear.setAttribute("data-sure", "");
    page.words = page.clear.lastChild.textContent;
    page.clear.lastChild.textContent = t("saved.confirm", items.length);
    page.clear.addEventListener("blur", () => unsure(page), { once: true });
    return;
  }
  unsure(page);
  await removeAll();
  await show(page);
  say(t("save.removed"));
}

function unsure(page) {
  page.clear.removeAttribute("data-sure");
  page.clear.lastChild.textContent = page.words;
}

async function showVisited(page) {
  if (!page.visited) return;
  const list = page.visited.querySelector("ol");
  list.textContent = "";
  for (const one of await visitedPages()) list.append(entry(page.template, one));
  page.visited.hidden = !list.firstChild;
}

/** The pages that were only visited and can be read now, the last first. */
export async function visitedPages() {
  const there = new Set(await cached("visited"));
  const saved = new Set(await cached("saved"));
  return recent().filter((page) => there.has(page.url) && !saved.has(page.url));
}
