// The names of categories, groups and agencies, for filters.
import { lang, rootOf } from "./site.js";

let loading = null;

/** Names by sort and code: {category: {slug: name}, group: …, agency: …}; empty where they cannot be had. */
export function labels() {
  if (!loading) loading = load().catch(() => ({ category: {}, group: {}, agency: {} }));
  return loading;
}

async function load() {
  const response = await fetch(rootOf("/data/labels.json"));
  if (!response.ok) throw new Error("labels: " + response.status);
  const data = await response.json();
  const out = {};
  for (const sort of ["category", "group", "agency"]) {
    out[sort] = {};
    for (const code of Object.keys(data[sort] || {})) {
      const [th, en] = data[sort][code];
      out[sort][code] = lang === "en" ? en || th : th;
    }
  }
  return out;
}
