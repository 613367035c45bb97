// Filters as chips that can be ticked; facets.js says which. On a telephone
// they stand in one row that scrolls, so that what was found comes first.
import { t } from "./words.js";

/** Shows the filters in a fieldset, after the legend that it has. */
export function showFilters(place, filters) {
  const scrolled = place.scrollLeft;
  for (const old of Array.from(place.querySelectorAll(".filter-group"))) old.remove();
  for (const filter of filters) place.append(group(filter));
  place.hidden = filters.length === 0;
  place.scrollLeft = scrolled;
}

function group(filter) {
  const all = document.createElement("div");
  all.className = "filter-group chips";
  all.setAttribute("role", "group");
  all.setAttribute("aria-label", t("filter." + filter.sort));
  for (const chip of filter.chips) all.append(chipOf(filter.sort, chip));
  return all;
}

function chipOf(sort, chip) {
  const label = document.createElement("label");
  label.className = "chip";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.name = sort;
  box.value = chip.value;
  box.checked = chip.checked;
  const text = document.createElement("span");
  text.append(chip.text + " ");
  const number = document.createElement("span");
  number.className = "chip-count";
  number.textContent = String(chip.count);
  text.append(number);
  label.append(box, text);
  return label;
}
