// Text inputs that hide the items of a list that do not hold what is typed.
// Slips in tone marks and spellings that sound alike do not matter.
import { fold } from "./thai.js";
import { t } from "./words.js";

/** Makes an input [data-filter] work on the part of the page that it names. */
export function start(input) {
  const box = document.querySelector(input.getAttribute("data-filter"));
  if (!box) return;
  const status = input.closest(".filter, .places-tools").querySelector("[data-filter-status]")
    || box.querySelector("[data-filter-status]");
  let items = null;
  const read = () => {
    if (!items) items = Array.from(box.querySelectorAll("[data-filter-item]")).map((item) => ({ item, text: key(item.textContent) }));
  };
  const sift = () => {
    read();
    const wanted = key(input.value);
    let shown = 0;
    for (const { item, text } of items) {
      item.hidden = wanted !== "" && text.indexOf(wanted) < 0;
      if (!item.hidden) shown++;
    }
    for (const group of box.querySelectorAll(".group")) group.hidden = !group.querySelector("[data-filter-item]:not([hidden])");
    for (const more of box.querySelectorAll("details.more")) unfold(more, wanted !== "");
    if (status) status.textContent = wanted === "" ? "" : words(shown, items.length, input.value.trim());
  };
  input.addEventListener("input", sift);
  if (input.value) sift();
}

const key = (text) => fold(text).toLowerCase().replace(/\s+/g, "");

const words = (shown, all, typed) => (shown === 0 ? t("filter.nothing", typed) : t("filter.matches", shown, all));

// unfold opens what is folded away while something is looked for in it.
function unfold(more, wanted) {
  if (wanted && !more.open) more.setAttribute("data-unfolded", "");
  if (wanted) more.open = true;
  else if (more.hasAttribute("data-unfolded")) {
    more.removeAttribute("data-unfolded");
    more.open = false;
  }
}
