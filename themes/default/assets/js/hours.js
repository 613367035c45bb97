// Whether a counter is open, until when and why not: the browser's twin of
// Go's internal/calendar (Hours.At and Status.Sentence). A test there runs both
// over the same instants, so a rule changes in both places or in neither.
//
// hours:    {week: {mon: ["08:30-12:00", "13:00-16:30"], …}, always,
//            open_on_holidays, closures: [{from, to, th, en}]}
// holidays: [{date: "2026-04-13", th, en, scope: ["94"]}]; without scope, or with
//           an empty one, the day holds for the whole country
// province: a code, or "" for the days of the whole country only
//
// All rules run at +07:00 whatever the device's zone: a day is counted in days
// since 1970-01-01 in Bangkok, a time in minutes since that day's midnight.

const MIDNIGHT = 24 * 60;
const LOOK_AHEAD = 60; // days after today that are searched for a change
const HORIZON = MIDNIGHT * (LOOK_AHEAD + 1);
const DAY_MS = MIDNIGHT * 60000;
const BANGKOK_MS = 7 * 60 * 60000;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const WEEKDAYS_TH = ["วันอาทิตย์", "วันจันทร์", "วันอังคาร", "วันพุธ", "วันพฤหัสบดี", "วันศุกร์", "วันเสาร์"];
const WEEKDAYS_EN = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS_TH = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."];
const MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The day in Bangkok at an instant, as "2026-11-22". */
export function dateOf(instant) {
  return isoOf(dayOf(instant));
}

/**
 * The status at one instant: {day, open, until, opensAt, reason, th, en}.
 * until and opensAt are Dates, or null when there is none within 60 days;
 * reason is "" when open, else hours, lunch, break, weekend, day-off, holiday,
 * closure or unknown; th and en name the holiday or the closure's reason.
 */
export function statusAt(hours, holidays, province, now) {
  const today = dayOf(now);
  const minute = minuteOf(now);
  const status = { day: isoOf(today), open: false, until: null, opensAt: null, reason: "", th: "", en: "" };
  const run = nextRun(hours, holidays, province, today, minute);
  if (run && run.from <= minute) {
    status.open = true;
    status.until = run.to < HORIZON ? instantOf(today, run.to) : null;
    return status;
  }
  status.opensAt = run ? instantOf(today, run.from) : null;
  return Object.assign(status, explain(hours, holidays, province, today, minute));
}

/** The spans in force on one day ("2026-11-22"), as [[opens, closes], …] in minutes. */
export function spansOn(hours, holidays, province, date) {
  return spansOf(hours, holidays, province, dayNumber(date));
}

function spansOf(hours, holidays, province, day) {
  const iso = isoOf(day);
  if (closureOn(hours, iso)) return [];
  if (hours.always) return [[0, MIDNIGHT]];
  if (!hours.open_on_holidays && holidayOn(holidays, province, iso)) return [];
  return weekly(hours, day);
}

// nextRun is the first unbroken run of open minutes that ends after now, in
// minutes since today's midnight, perhaps beyond 24:00.
function nextRun(hours, holidays, province, today, minute) {
  let run = null;
  for (let n = 0; n <= LOOK_AHEAD; n++) {
    const offset = n * MIDNIGHT;
    for (const span of spansOf(hours, holidays, province, today + n)) {
      const opens = offset + span[0];
      const closes = offset + span[1];
      if (closes <= minute) continue;
      if (!run) run = { from: opens, to: closes };
      else if (opens === run.to) run.to = closes;
      else return run;
    }
    if (run && run.to < offset + MIDNIGHT) return run;
  }
  return run;
}

function explain(hours, holidays, province, today, minute) {
  const iso = isoOf(today);
  const closure = closureOn(hours, iso);
  if (closure) return { reason: "closure", th: closure.th || "", en: closure.en || "" };
  if (!isKnown(hours)) return { reason: "unknown" };
  const holiday = holidayOn(holidays, province, iso);
  if (holiday && !hours.open_on_holidays) {
    return { reason: "holiday", th: holiday.th || "", en: holiday.en || "" };
  }
  return { reason: gapReason(weekdayOf(today), minute, weekly(hours, today)) };
}

function gapReason(weekday, minute, spans) {
  if (spans.length === 0) return weekday === 0 || weekday === 6 ? "weekend" : "day-off";
  for (let i = 1; i < spans.length; i++) {
    const from = spans[i - 1][1];
    const to = spans[i][0];
    if (from <= minute && minute < to) return from >= 11 * 60 && to <= 14 * 60 ? "lunch" : "break";
  }
  return "hours";
}

function closureOn(hours, iso) {
  return (hours.closures || []).find((c) => iso >= c.from && (!c.to || iso <= c.to));
}

function holidayOn(holidays, province, iso) {
  return (holidays || []).find(
    (h) => h.date === iso && (!h.scope || h.scope.length === 0 || h.scope.indexOf(province) >= 0)
  );
}

function isKnown(hours) {
  const week = hours.week || {};
  return Boolean(hours.always) || WEEKDAYS.some((name) => (week[name] || []).length > 0);
}

// weekly gives the spans of a day's weekday in order and without overlap.
function weekly(hours, day) {
  const written = (hours.week || {})[WEEKDAYS[weekdayOf(day)]] || [];
  const spans = written.map(parseSpan).sort((a, b) => a[0] - b[0]);
  const merged = [];
  for (const span of spans) {
    const last = merged[merged.length - 1];
    if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else merged.push(span);
  }
  return merged;
}

function parseSpan(text) {
  return text.split("-").map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)));
}

/**
 * The status in words: "เปิดอยู่ ถึง 16:30 น.", "ปิดอยู่ เปิดวันจันทร์ 08:30 น.",
 * "ปิด: วันสงกรานต์ เปิดวันพฤหัสบดี 08:30 น.", "พักเที่ยง เปิดอีกครั้ง 13:00 น.";
 * English for lang "en", Thai for anything else.
 */
export function sentence(status, lang) {
  if (status.reason === "unknown") return pick(lang, "ยังไม่มีข้อมูลเวลาทำการ", "Opening hours are not given");
  if (status.open) return status.until ? untilText(status, lang) : pick(lang, "เปิดตลอด 24 ชั่วโมง", "Open 24 hours");
  return closedText(status, lang) + (status.opensAt ? opensText(status, lang) : "");
}

function closedText(status, lang) {
  switch (status.reason) {
    case "lunch":
      return pick(lang, "พักเที่ยง", "Lunch break");
    case "break":
      return pick(lang, "พัก", "Break");
    case "holiday":
    case "closure": {
      const name = pick(lang, status.th || status.en, status.en || status.th);
      return name ? pick(lang, "ปิด: ", "Closed: ") + name : pick(lang, "ปิดชั่วคราว", "Temporarily closed");
    }
  }
  return pick(lang, "ปิดอยู่", "Closed");
}

function opensText(status, lang) {
  const time = clock(minuteOf(status.opensAt), lang);
  if (status.reason === "lunch" || status.reason === "break") {
    return pick(lang, " เปิดอีกครั้ง ", ", opens again at ") + time;
  }
  const day = dayText(status, dayOf(status.opensAt), lang);
  if (lang !== "en") return " เปิด" + day + " " + time;
  return ", opens " + (day ? day + " " : "") + "at " + time;
}

function untilText(status, lang) {
  let day = dayOf(status.until);
  let minute = minuteOf(status.until);
  if (minute === 0) {
    day -= 1;
    minute = MIDNIGHT;
  }
  const name = dayText(status, day, lang);
  const time = clock(minute, lang);
  if (lang !== "en") return "เปิดอยู่ ถึง" + name + " " + time;
  if (name === "tomorrow") return "Open until " + time + " tomorrow";
  return "Open until " + time + (name ? " on " + name : "");
}

// dayText is empty for today; from a week on it bears the date, because a
// weekday alone would mislead.
function dayText(status, day, lang) {
  const days = day - dayNumber(status.day);
  if (days === 0) return "";
  if (days === 1) return pick(lang, "พรุ่งนี้", "tomorrow");
  const name = pick(lang, WEEKDAYS_TH, WEEKDAYS_EN)[weekdayOf(day)];
  return days < 7 ? name : name + pick(lang, "ที่ ", " ") + shortDate(isoOf(day), lang);
}

/** "2026-11-22" as "22 พ.ย. 2569" or "22 Nov 2026". */
export function shortDate(iso, lang) {
  const [year, month, day] = iso.split("-").map(Number);
  return day + " " + pick(lang, MONTHS_TH, MONTHS_EN)[month - 1] + " " + (lang === "en" ? year : year + 543);
}

/** The Date at which to ask again: the next change today, else midnight in Bangkok. */
export function nextChange(status) {
  const end = instantOf(dayNumber(status.day) + 1, 0);
  const change = status.until || status.opensAt;
  return change && change < end ? change : end;
}

function clock(minute, lang) {
  const two = (n) => String(n).padStart(2, "0");
  return two(Math.floor(minute / 60)) + ":" + two(minute % 60) + pick(lang, " น.", "");
}

function dayOf(instant) {
  return Math.floor((instant.getTime() + BANGKOK_MS) / DAY_MS);
}

function minuteOf(instant) {
  const sinceMidnight = instant.getTime() + BANGKOK_MS - dayOf(instant) * DAY_MS;
  return Math.floor(sinceMidnight / 60000);
}

function instantOf(day, minute) {
  return new Date(day * DAY_MS - BANGKOK_MS + minute * 60000);
}

function weekdayOf(day) {
  return (((day + 4) % 7) + 7) % 7; // 1970-01-01 was a Thursday.
}

function isoOf(day) {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function dayNumber(iso) {
  return Date.parse(iso + "T00:00:00Z") / DAY_MS;
}

function pick(lang, th, en) {
  return lang === "en" ? en : th;
}
