// Starts on a page what its markup asks for: the table at the head of
// partials/base.html says which mark starts what. What a manual needs at once
// comes with this module, because on a bad line each further file costs more
// than its bytes; the rest is fetched when it is needed or comes into view. A
// part that fails leaves the others, and the page, as they are.
import { isCopy, start as startWorker } from "./worker.js";
import { kioskHint, lang, layout, noted, surveyHint } from "./site.js";
import { later, ready } from "./words.js";
import { start as startNet } from "./net.js";
import * as checklist from "./checklist.js";
import * as recent from "./recent.js";
import * as save from "./save.js";
import * as tabs from "./tabs.js";
import * as toc from "./toc.js";

const now = (m) => Promise.resolve(m);

// onDemand fetches a part together with the sentences that such parts say.
const onDemand = (load) => Promise.all([load(), later(lang)]).then((all) => all[0]);

const parts = [
  ["[data-checklist]", () => now(checklist), (m, e) => m.start(e)],
  ["[data-tabs]", () => now(tabs), (m, e) => m.start(e)],
  ["[data-toc]", () => now(toc), (m, e) => m.start(e)],
  ["[data-near]", () => onDemand(() => import("./near.js")), (m, e) => { m.start(e); repeatNear(); }],
  ["[data-save]", () => now(save), (m, e) => m.start(e)],
  ["[data-recent]", () => now(recent), (m, e) => m.start(e)],
  ["[data-search-page]", () => onDemand(() => import("./results.js")), (m, e) => m.start(e)],
  ["[data-saved]", () => onDemand(() => import("./saved.js")), (m, e) => m.start(e)],
  ["[data-survey]", () => onDemand(() => import("./survey.js")), (m, e) => m.start(e)],
  ["[data-delay]", () => onDemand(() => import("./delay.js")), (m, e) => m.start(e)],
  ["[data-offline]", () => onDemand(() => import("./offline.js")), (m, e) => m.start(e)],
  ["[data-notfound]", () => onDemand(() => import("./notfound.js")), (m, e) => m.start(e)],
];

const repeatNear = keepTaps("[data-near]");
const repeatSort = keepTaps("[data-near-sort]");

const THINGS = ["manual", "service", "point", "agency"];

function startParts() {
  for (const [selector, load, start] of parts) {
    const elements = document.querySelectorAll(selector);
    if (elements.length > 0) load().then((m) => elements.forEach((e) => start(m, e)));
  }
  onClick("[data-print]", () => window.print());
  onClick("[data-share]", () => import("./share.js").then((m) => m.share()));
  startPlaces();
  startBoxes();
  startSieves();
  if (layout === "home" && location.hash.indexOf("#!") === 0) import("./moved.js").then((m) => m.start());
  if (THINGS.indexOf(layout) >= 0) recent.note(document.getElementById("main"));
}

function onClick(selector, act) {
  for (const button of document.querySelectorAll(selector)) button.addEventListener("click", act);
}

// Hours and distances belong to places, which a manual lists far down.
function startPlaces() {
  whenNear("[data-open], [data-week-table], [data-to], [data-next-holidays]", () => onDemand(() => import("./open.js")).then((m) => {
    const instant = new Date();
    m.start(document);
    m.markToday(document, instant);
    m.hidePast(document, instant);
    document.querySelectorAll("[data-next-holidays]").forEach((part) => m.listHolidays(part, instant).catch(() => {}));
  }));
  whenNear("[data-points]", () => onDemand(() => import("./points.js")).then((m) => {
    document.querySelectorAll("[data-points]").forEach((e) => m.start(e));
    repeatSort();
  }));
}

// keepTaps notes taps on buttons whose part has not come yet; what it returns
// repeats them once the part is there.
function keepTaps(selector) {
  const taps = [];
  for (const button of document.querySelectorAll(selector)) {
    const tap = { made: false };
    const note = () => { tap.made = true; };
    button.addEventListener("click", note);
    taps.push(() => {
      button.removeEventListener("click", note);
      if (tap.made) button.click();
    });
  }
  return () => taps.forEach((repeat) => repeat());
}

// whenNear does something once the first element of a kind is about to be seen.
// What is hidden is never seen, so its parent is watched.
function whenNear(selector, begin) {
  const first = document.querySelector(selector);
  if (!first) return;
  if (!("IntersectionObserver" in window)) {
    begin();
    return;
  }
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting)) return;
    watch.disconnect();
    begin();
  }, { rootMargin: "600px" });
  watch.observe(first.hidden ? first.parentElement : first);
}

// A search box becomes a combobox when it is first touched, or at once where
// searching is what the page is for.
function startBoxes() {
  const begin = (form) => onDemand(() => import("./combobox.js")).then((m) => m.start(form));
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
    const begin = () => onDemand(() => import("./sift.js")).then((m) => m.start(input));
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

// A citizen's answers go whenever the site is open; a counter's tablet that was
// installed opens with its survey.
function surveys() {
  if (layout === "survey") return;
  if (noted(surveyHint)) import("./survey-send.js").then((m) => m.resume());
  const kiosk = layout === "home" && noted(kioskHint);
  if (kiosk && kiosk.charAt(0) === "/" && kiosk.charAt(1) !== "/" && matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches) location.replace(kiosk);
}

surveys();
keepPlace();
startWorker();
ready(lang).then(() => {
  startNet(document.querySelector("[data-net]"), isCopy());
  startParts();
});
