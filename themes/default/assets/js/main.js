// Starts on a page what its markup asks for: the table at the head of
// partials/base.html says which mark starts what. What pages of manuals and
// places need comes with this module, because on a bad line each further file
// costs more than its bytes; the rest is fetched where it is needed. A part that
// fails leaves the others, and the page, as they are.
import { isCopy, start as startWorker } from "./worker.js";
import { lang, layout } from "./site.js";
import { ready } from "./words.js";
import { start as startNet } from "./net.js";
import * as checklist from "./checklist.js";
import * as open from "./open.js";
import * as points from "./points.js";
import * as recent from "./recent.js";
import * as save from "./save.js";
import * as share from "./share.js";
import * as tabs from "./tabs.js";
import * as toc from "./toc.js";

const now = (m) => Promise.resolve(m);

const parts = [
  ["[data-checklist]", () => now(checklist), (m, e) => m.start(e)],
  ["[data-tabs]", () => now(tabs), (m, e) => m.start(e)],
  ["[data-toc]", () => now(toc), (m, e) => m.start(e)],
  ["[data-points]", () => now(points), (m, e) => m.start(e)],
  ["[data-near]", () => import("./near.js"), (m, e) => m.start(e)],
  ["[data-save]", () => now(save), (m, e) => m.start(e)],
  ["[data-print]", () => now(share), (m, e) => m.print(e)],
  ["[data-share]", () => now(share), (m, e) => m.share(e)],
  ["[data-recent]", () => now(recent), (m, e) => m.start(e)],
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
  startSieves();
  if (layout === "home" && location.hash.indexOf("#!") === 0) import("./moved.js").then((m) => m.start());
  if (THINGS.indexOf(layout) >= 0) recent.note(document.getElementById("main"));
}

function startHours() {
  const wanted = document.querySelector("[data-open], [data-week-table], [data-to], [data-next-holidays]");
  if (!wanted) return;
  const instant = new Date();
  open.start(document);
  open.markToday(document, instant);
  open.hidePast(document, instant);
  document.querySelectorAll("[data-next-holidays]").forEach((part) => open.listHolidays(part, instant).catch(() => {}));
}

// A search box becomes a combobox when it is first touched, or at once where
// searching is what the page is for.
function startBoxes() {
  const begin = (form) => import("./combobox.js").then((m) => m.start(form));
  for (const form of document.querySelectorAll("[data-search-form]")) {
    if (layout === "search") continue;
    if (layout === "home" || layout === "offline") begin(form);
    else firstTouch(form, () => begin(form));
  }
}

// firstTouch does something once, when an element is focused or typed into.
function firstTouch(element, begin) {
  const once = () => {
    element.removeEventListener("focusin", once);
    element.removeEventListener("input", once);
    begin();
  };
  element.addEventListener("focusin", once);
  element.addEventListener("input", once);
}

// A sieve starts when it is first touched, or at once where the browser gave it
// its text back.
function startSieves() {
  for (const input of document.querySelectorAll("[data-filter]")) {
    const begin = () => import("./sift.js").then((m) => m.start(input));
    if (input.value) begin();
    else firstTouch(input, begin);
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
