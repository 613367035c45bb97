// Old addresses, which the server never saw: "/#!/th/search/1234/name".
import { oldNumber, writeQuestion } from "./address.js";
import { rootOf, to } from "./site.js";

const SHARD = 1000;

/** Leads from an old address to the manual's present one, else to a search for its words. */
export async function start() {
  const number = oldNumber(location.hash);
  if (number === 0) return;
  let path = "";
  try {
    const response = await fetch(rootOf("/data/legacy/" + Math.floor(number / SHARD) + ".json"));
    if (response.ok) path = (await response.json())[number] || "";
  } catch (error) {
    path = "";
  }
  location.replace(path ? rootOf(path) : to("/search/") + writeQuestion({ q: nameIn(location.hash) }));
}

function nameIn(hash) {
  try {
    return decodeURIComponent(hash.split("/").slice(4).join(" ")).replace(/[-_?=&]+/g, " ").trim();
  } catch (error) {
    return "";
  }
}
