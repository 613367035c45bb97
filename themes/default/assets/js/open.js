// Open or closed now, in words, beside each place that says its hours; asked
// again at the next change. Holidays come from /data/holidays.json; until they
// are there nothing is said, because on a holiday it would be wrong.
import { dateOf, nextChange, sentence, shortDate, statusAt } from "./hours.js";
import { lang, rootOf } from "./site.js";
import { t } from "./words.js";

const SOON = 30 * 60000; // closing within half an hour
const LONGEST = 6 * 60 * 60000; // a device that slept is put right sooner or later
const NEXT_HOLIDAYS = 4;

let loading = null;

/** The holidays that the portal knows of. */
export function holidays() {
  if (!loading) {
    loading = fetch(rootOf("/data/holidays.json")).then((response) => {
      if (!response.ok) throw new Error("holidays: " + response.status);
      return response.json();
    });
    loading.catch(() => { loading = null; });
  }
  return loading;
}

/** What a badge says at an instant: {state, text}. state is open, closing, closed or unknown. */
export function badge(status, now) {
  let state = "closed";
  if (status.reason === "unknown") state = "unknown";
  else if (status.open) state = status.until && status.until - now <= SOON ? "closing" : "open";
  return { state, text: sentence(status, lang) };
}

/** Fills the badges [data-open] below an element, and keeps them true. */
export async function start(root) {
  const badges = Array.from(root.querySelectorAll("[data-open]")).map((place) => ({ place, week: weekOf(place) }));
  const known = badges.filter((one) => one.week);
  if (known.length === 0) return;
  let days;
  try {
    days = await holidays();
  } catch (error) {
    for (const { place } of known.filter((one) => one.place.classList.contains("open-big"))) put(place, { state: "unknown", text: t("open.error") });
    return;
  }
  keepTrue(known, days);
}

function keepTrue(badges, days) {
  let timer = 0;
  const tick = () => {
    clearTimeout(timer);
    const now = new Date();
    let next = now.getTime() + LONGEST;
    for (const { place, week } of badges) {
      const status = statusAt(week.hours, days, week.province || "", now);
      put(place, badge(status, now));
      next = Math.min(next, turnOf(status, now));
    }
    timer = setTimeout(tick, Math.max(1000, next - now.getTime()));
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  tick();
}

// turnOf is when what a badge says, or how, changes next.
function turnOf(status, now) {
  const next = nextChange(status).getTime();
  const soon = status.open && status.until ? status.until.getTime() - SOON : 0;
  return soon > now.getTime() ? Math.min(next, soon) : next;
}

function put(place, { state, text }) {
  place.setAttribute("data-state", state);
  if (place.textContent !== text) place.textContent = text;
  place.hidden = false;
}

/** The hours beside or inside a badge, or null. */
export function weekOf(place) {
  const next = place.nextElementSibling;
  const script = place.querySelector("[data-week]") || (next && next.matches("[data-week]") ? next : null);
  try {
    return script && JSON.parse(script.textContent);
  } catch (error) {
    return null;
  }
}

/** Marks today's row of the tables [data-week-table]. */
export function markToday(root, now) {
  const weekday = String(new Date(dateOf(now) + "T00:00:00Z").getUTCDay());
  for (const row of root.querySelectorAll("[data-week-table] tr[data-days]")) {
    const isToday = row.getAttribute("data-days").indexOf(weekday) >= 0;
    if (!isToday) continue;
    row.setAttribute("aria-current", "date");
    const word = row.querySelector("[data-today]");
    if (word) word.hidden = false;
  }
}

/** Hides the times of closing that are over: those with data-to before today. */
export function hidePast(root, now) {
  const today = dateOf(now);
  for (const row of root.querySelectorAll("[data-to]")) {
    row.hidden = row.getAttribute("data-to") < today;
  }
  for (const section of root.querySelectorAll("[data-closures]")) {
    section.hidden = !section.querySelector("[data-to]:not([hidden])");
  }
}

/** The next holidays of a province, from a day on. */
export function nextHolidays(days, province, today, most) {
  const here = (day) => !day.scope || day.scope.length === 0 || day.scope.indexOf(province) >= 0;
  const order = (a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0);
  return days.filter((day) => day.date >= today && here(day)).sort(order).slice(0, most);
}

/** Fills the part [data-next-holidays] of a point. */
export async function listHolidays(part, now) {
  const script = document.querySelector("script[data-week]");
  const province = script ? (JSON.parse(script.textContent).province || "") : "";
  const next = nextHolidays(await holidays(), province, dateOf(now), NEXT_HOLIDAYS);
  for (const day of next) part.querySelector("dl").append(holidayRow(day));
  part.hidden = next.length === 0;
}

function holidayRow(day) {
  const row = document.createElement("div");
  const date = document.createElement("dt");
  date.textContent = shortDate(day.date, lang);
  const name = document.createElement("dd");
  name.textContent = lang === "en" ? day.en || day.th : day.th;
  if (lang === "en" && !day.en) name.lang = "th";
  row.append(date, name);
  return row;
}
