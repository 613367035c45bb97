// The page of the nearest points: fetches the tiles of the map around the
// reader until the nearest twenty are certain, or 200 km are searched. The
// place itself never leaves the device; the tiles asked for tell it to some 27 km.
import { distance, nextTiles, tilesAround } from "./distance.js";
import { distanceWords } from "./points.js";
import { locate } from "./location.js";
import { start as keepOpen } from "./open.js";
import { lang, rootOf, to } from "./site.js";
import { count, t } from "./words.js";

const WANT = 20;
const REACH = 200000; // metres
const MOST = 40; // places listed

/** Makes the button [data-near] of the near page work. */
export function start(button) {
  const status = document.querySelector("[data-near-status]");
  const list = document.querySelector("[data-near-results]");
  const template = document.querySelector("template[data-place]");
  const manual = new URLSearchParams(location.search).get("manual") || "";
  if (/^[\w-]+$/.test(manual)) nameManual(button, manual);
  button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = t("near.locating");
    list.textContent = "";
    try {
      const here = await locate();
      const spots = await around(button.getAttribute("data-tiles"), here, manual);
      for (const spot of spots) list.append(place(template, spot));
      status.textContent = spots.length > 0 ? count("near.found", spots.length) : t("near.none");
      keepOpen(list);
    } catch (error) {
      status.textContent = t(error.reason ? "near." + error.reason : "near.failed");
    }
    button.disabled = false;
  });
}

// nameManual says for which manual points are looked for, and offers all.
async function nameManual(button, manual) {
  const response = await fetch(rootOf("/data/manual/" + manual + ".json"));
  if (!response.ok) return;
  const { title } = await response.json();
  const line = document.createElement("p");
  const name = document.createElement("strong");
  name.textContent = t("near.for", lang === "en" ? title.en || title.th : title.th);
  const all = document.createElement("a");
  all.href = to("/near/");
  all.textContent = t("near.all");
  line.append(name, " ", all);
  button.closest(".actions").before(line);
}

// around gives the points about a place, the nearest first, with metres.
async function around(address, here, manual) {
  const index = await json(address);
  const folder = address.slice(0, address.lastIndexOf("/") + 1);
  let rest = tilesAround(index, here);
  let spots = [];
  for (;;) {
    const tiles = nextTiles(rest, spots.map((spot) => spot.metres), WANT, REACH);
    if (tiles.length === 0) break;
    rest = rest.slice(tiles.length);
    const lists = await Promise.all(tiles.map((tile) => json(folder + tile.name + ".json")));
    for (const found of lists) spots = spots.concat(found.filter((spot) => serves(spot, manual)));
    for (const spot of spots) spot.metres = distance(here, spot);
  }
  const within = spots.filter((spot) => spot.metres <= REACH);
  return within.sort((a, b) => a.metres - b.metres).slice(0, MOST);
}

const serves = (spot, manual) => !manual || (spot.manuals || []).indexOf(manual) >= 0;

async function json(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error("near: " + response.status + " for " + address);
  return response.json();
}

function place(template, spot) {
  const item = template.content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector("[data-" + name + "]");
  const link = part("title");
  link.href = spot.en ? to(spot.path) : rootOf(spot.path);
  words(link, spot.th, spot.en);
  part("distance").textContent = distanceWords(spot.metres);
  words(part("area"), spot.area_th || "", spot.area_en);
  words(part("hours"), spot.agency_th || "", spot.agency_en);
  badgeOf(part("open"), spot.week);
  part("phone").append(phone(spot), map(spot));
  return item;
}

// words puts a text in the page's language, or in Thai and marked as such.
function words(element, th, en) {
  element.textContent = lang === "en" && en ? en : th;
  if (lang === "en" && !en && th) element.lang = "th";
}

function badgeOf(badge, week) {
  if (!week) {
    badge.remove();
    return;
  }
  badge.hidden = true;
  const script = document.createElement("script");
  script.type = "application/json";
  script.setAttribute("data-week", "");
  script.textContent = JSON.stringify(week);
  badge.after(script);
}

function phone(spot) {
  const link = document.createElement("a");
  if (!spot.phone) return document.createDocumentFragment();
  link.href = "tel:" + (/[\d+][\d\s()-]*/.exec(spot.phone) || [""])[0].replace(/[^\d+]/g, "");
  link.textContent = t("near.call", spot.phone);
  return link;
}

function map(spot) {
  const link = document.createElement("a");
  link.className = "place-map";
  link.href = "https://www.google.com/maps/search/?" + new URLSearchParams({ api: "1", query: spot.lat + "," + spot.lng });
  link.rel = "noopener";
  link.textContent = t("near.map");
  return link;
}
