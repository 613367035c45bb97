// The pages opened before on this device: noted on each page of a thing that can
// be found, listed on the home page, and cleared at a touch.
import { forgetVisited } from "./store.js";
import { entry } from "./entry.js";
import { keep, recall } from "./memory.js";
import { say } from "./toast.js";
import { withRecent } from "./shelf.js";
import { t } from "./words.js";

const SHOWN = 5;

/** The pages opened before, the last first. */
export function recent() {
  const list = recall("recent");
  return Array.isArray(list) ? list.filter((page) => page && typeof page.url === "string") : [];
}

/** Notes the page that is open. */
export function note(main) {
  const title = main.querySelector("h1");
  if (!title) return;
  const owner = main.querySelector(".owner a");
  const agency = owner ? owner.textContent : "";
  keep("recent", withRecent(recent(), { url: location.pathname, title: title.textContent.trim(), agency }));
}

/** Forgets them, and what the service worker kept of them. */
export async function forget() {
  keep("recent", null);
  await forgetVisited();
  say(t("recent.cleared"));
}

/** Fills the section [data-recent] of the home page. */
export function start(section) {
  const pages = recent().slice(0, SHOWN);
  const list = section.querySelector("ol");
  const template = section.querySelector("template[data-entry]");
  for (const page of pages) list.append(entry(template, page));
  section.hidden = pages.length === 0;
  section.querySelector("[data-recent-clear]").addEventListener("click", () => {
    forget();
    section.hidden = true;
  });
}
