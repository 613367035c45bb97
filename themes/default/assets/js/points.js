// Lists of places on a manual's or an agency's page: in order of their distance,
// after the reader has pressed the button.
import { byDistance, rounded } from "./distance.js";
import { locate } from "./location.js";
import { t } from "./words.js";

/** A distance in words: "ห่าง 2.4 กม.". */
export function distanceWords(metres) {
  const { unit, text } = rounded(metres);
  return t("near.distance", t("near." + unit, text));
}

/** Makes the button [data-near-sort] of a box [data-points] work. */
export function start(box) {
  const button = box.querySelector("[data-near-sort]");
  const items = Array.from(box.querySelectorAll(".place"));
  if (!button) return;
  if (!items.some(placeOf)) {
    button.hidden = true;
    return;
  }
  const status = box.querySelector("[data-near-status]");
  button.addEventListener("click", async () => {
    status.textContent = t("near.locating");
    button.disabled = true;
    try {
      sort(box, items, await locate());
      status.textContent = t("near.sorted");
    } catch (error) {
      status.textContent = t(error.reason ? "points." + error.reason : "error");
    }
    button.disabled = false;
  });
}

function placeOf(item) {
  const lat = item.getAttribute("data-lat");
  return lat ? { lat: Number(lat), lng: Number(item.getAttribute("data-lng")) } : null;
}

// sort keeps as many places in each of the box's lists as there were.
function sort(box, items, here) {
  const ordered = byDistance(items, here, placeOf);
  const lists = Array.from(box.querySelectorAll("ol.places"));
  const sizes = lists.map((list) => list.children.length);
  let at = 0;
  lists.forEach((list, i) => {
    for (const { item, metres } of ordered.slice(at, at + sizes[i])) {
      const words = item.querySelector("[data-distance]");
      if (words && isFinite(metres)) words.textContent = distanceWords(metres);
      list.append(item);
    }
    at += sizes[i];
  });
}
