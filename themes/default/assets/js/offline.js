// The page in place of one that is not on this device: lists what is.
import { kept } from "./store.js";
import { entry } from "./entry.js";
import { visitedPages } from "./saved.js";
import { t } from "./words.js";

const MOST = 30;

/** Fills the page [data-offline]. */
export async function start(main) {
  const retry = main.querySelector("[data-retry]");
  if (retry) retry.addEventListener("click", () => location.reload());
  // Not while the reader is on the way to another page: that would end it.
  let leaving = false;
  window.addEventListener("beforeunload", () => { leaving = true; });
  window.addEventListener("online", () => { if (!leaving) location.reload(); });
  const list = main.querySelector("[data-offline-list]");
  const template = main.querySelector("template[data-entry]");
  const shown = new Set();
  const add = (page, facts) => {
    if (shown.has(page.url) || shown.size >= MOST) return;
    shown.add(page.url);
    list.append(entry(template, Object.assign({ facts }, page)));
  };
  const items = await kept();
  for (const item of items) add({ url: item.url, title: item.title }, t("offline.saved"));
  for (const page of await visitedPages()) add(page, t("offline.visited"));
  for (const item of items) {
    for (const url of Object.keys(item.titles || {})) add({ url, title: item.titles[url] || url }, t("offline.saved"));
  }
}
