// Starts on a page what its markup asks for: the table at the head of
// partials/base.html says which mark starts what. Each part comes in a module
// of its own, fetched only where it is needed; a part that fails leaves the
// others, and the page, as they are.
import { isCopy, start as startWorker } from "./worker.js";
import { lang, layout } from "./site.js";
import { ready } from "./words.js";
import { start as startNet } from "./net.js";

const parts = [
  ["[data-checklist]", () => import("./checklist.js"), (m, e) => m.start(e)],
  ["[data-tabs]", () => import("./tabs.js"), (m, e) => m.start(e)],
  ["[data-toc]", () => import("./toc.js"), (m, e) => m.start(e)],
  ["[data-points]", () => import("./points.js"), (m, e) => m.start(e)],
  ["[data-near]", () => import("./near.js"), (m, e) => m.start(e)],
  ["[data-filter]", () => import("./sift.js"), (m, e) => m.start(e)],
  ["[data-save]", () => import("./save.js"), (m, e) => m.start(e)],
  ["[data-print]", () => import("./share.js"), (m, e) => m.print(e)],
  ["[data-share]", () => import("./share.js"), (m, e) => m.share(e)],
  ["[data-recent]", () => import("./recent.js"), (m, e) => m.start(e)],
  ["[data-search-page]", () => import("./results.js"), (m, e) => m.start(e)],
  ["[data-saved]", () => import("./saved.js"), (m, e) => m.start(e)],
  ["[data-offline]", () => import("./offline.js"), (m, e) => m.start(e)],
  ["[data-notfound]", () => import("./notfound.js"), (m, e) => m.start(e)],
];

const THINGS = ["manual", "service", "point", "agency"];

function startParts() {
  for (const [selector, load, start] of parts) {
    const elements = document.querySelectorAll(selector);
    if (elements.length > 0) load().then((m) => elements.forEach((e) => start(m, e)));
  }
  startHours();
  startBoxes();
  if (layout === "home" && location.hash.indexOf("#!") === 0) import("./moved.js").then((m) => m.start());
  if (THINGS.indexOf(layout) >= 0) import("./recent.js").then((m) => m.note(document.getElementById("main")));
}

function startHours() {
  const wanted = document.querySelector("[data-open], [data-week-table], [data-to], [data-next-holidays]");
  if (!wanted) return;
  import("./open.js").then((m) => {
    const now = new Date();
    m.start(document);
    m.markToday(document, now);
    m.hidePast(document, now);
    document.querySelectorAll("[data-next-holidays]").forEach((part) => m.listHolidays(part, now).catch(() => {}));
  });
}

// A search box becomes a combobox when it is first touched, or at once where
// searching is what the page is for.
function startBoxes() {
  const begin = (form) => import("./combobox.js").then((m) => m.start(form));
  for (const form of document.querySelectorAll("[data-search-form]")) {
    if (layout === "search") continue;
    if (layout === "home" || layout === "offline") begin(form);
    else form.addEventListener("focusin", () => begin(form), { once: true });
  }
}

// The other language's page opens at the same place, or with the same question.
function keepPlace() {
  for (const link of document.querySelectorAll("a.language")) {
    const plain = link.getAttribute("href");
    const point = () => { link.href = plain + (layout === "search" ? location.search : "") + location.hash; };
    link.addEventListener("pointerdown", point);
    link.addEventListener("click", point);
    link.addEventListener("focus", point);
  }
}

keepPlace();
startWorker();
ready(lang).then(() => {
  startNet(document.querySelector("[data-net]"), isCopy());
  startParts();
});
