// The list of documents to bring: its ticks are remembered on this device, under
// the manual's identifier and the keys of its rows, so that a page built anew
// finds them again.
import { keep, recall } from "./memory.js";
import { say } from "./toast.js";
import { t } from "./words.js";

/** Makes a section [data-checklist] remember its ticks. */
export function start(section) {
  const name = "check." + section.getAttribute("data-checklist");
  const boxes = Array.from(section.querySelectorAll("input[data-key]"));
  const progress = section.querySelector("[data-checklist-progress]");
  const clear = section.querySelector("[data-checklist-clear]");
  if (boxes.length === 0) return;

  const show = () => {
    const done = boxes.filter((box) => box.checked).length;
    if (progress) progress.textContent = done === 0 ? "" : words(done, boxes.length);
    if (clear) clear.hidden = done === 0;
  };
  const restore = () => {
    const ticked = ticks(recall(name));
    for (const box of boxes) box.checked = ticked.indexOf(box.getAttribute("data-key")) >= 0;
    show();
  };
  const store = () => {
    const gone = ticks(recall(name)).filter((key) => !boxes.some((box) => box.getAttribute("data-key") === key));
    const ticked = boxes.filter((box) => box.checked).map((box) => box.getAttribute("data-key"));
    return keep(name, ticked.length > 0 ? ticked.concat(gone) : null);
  };
  let warned = false;
  section.addEventListener("change", () => {
    if (!store() && !warned) {
      warned = true;
      say(t("check.unkept"));
    }
    show();
  });
  if (clear) clear.addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    store();
    show();
    boxes[0].focus();
    say(t("check.cleared"));
  });
  window.addEventListener("storage", restore);
  window.addEventListener("pageshow", (event) => { if (event.persisted) restore(); });
  const early = boxes.filter((box) => box.checked); // ticked before this came
  restore();
  for (const box of early) box.checked = true;
  if (early.length > 0) {
    store();
    show();
  }
}

const ticks = (kept) => (Array.isArray(kept) ? kept : []);

const words = (done, all) => (done === all ? t("check.done", all) : t("check.progress", done, all));
