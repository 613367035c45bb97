// Which filters a page of results offers, as data.
import { isNarrowed } from "./address.js";

const SORTS = [["kind", "kinds", 4], ["category", "categories", 6], ["group", "groups", 5], ["agency", "agencies", 6]];

const WORTH = 5; // an answer shorter than this needs no filters

/**
 * The filters of an answer: [{sort, chips: [{value, text, count, checked}]}].
 * nameOf(sort, value) is the text of one, or "" where it is unknown; such
 * ones are left out, and so is a sort that would change nothing. What is
 * checked is always there, even when nothing is left under it; a short answer
 * that nothing narrows has none.
 */
export function filtersOf(question, facets, total, nameOf) {
  if (total < WORTH && !isNarrowed(question)) return [];
  const out = [];
  const online = facets.online || 0;
  if (question.online || (online > 0 && online < total)) {
    out.push({ sort: "online", chips: [{ value: "1", text: nameOf("online", "1"), count: online, checked: question.online }] });
  }
  for (const [sort, field, most] of SORTS) {
    const chips = chipsOf(sort, facets[field] || {}, question[sort], nameOf).slice(0, most);
    const narrows = chips.some((chip) => chip.checked || chip.count < total);
    if (chips.length > 0 && narrows) out.push({ sort, chips });
  }
  return out;
}

function chipsOf(sort, counts, chosen, nameOf) {
  const values = Object.keys(counts).filter((value) => counts[value] > 0);
  if (chosen && values.indexOf(chosen) < 0) values.push(chosen);
  const chips = values.map((value) => {
    const checked = value === chosen;
    return { value, text: nameOf(sort, value) || (checked ? value : ""), count: counts[value] || 0, checked };
  });
  const order = (a, b) => Number(b.checked) - Number(a.checked) || b.count - a.count || (a.value < b.value ? -1 : 1);
  return chips.filter((chip) => chip.text !== "").sort(order);
}
