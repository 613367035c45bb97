// What a survey is without a page: which questions are asked, and the answer as
// it is sent, which internal/survey reads.
import { mask } from "./mask.js";

/**
 * The questions that are asked, of [{code, after, is}], given answers by code: all
 * but those whose earlier question was not answered so, or not asked itself.
 */
export function asked(questions, answers) {
  const there = new Set();
  return questions.filter((q) => {
    const yes = !q.after || (there.has(q.after) && q.is.indexOf(String(answers[q.after])) >= 0);
    if (yes) there.add(q.code);
    return yes;
  });
}

/** The codes of the questions that must still be answered. */
export function missing(questions, answers) {
  return asked(questions, answers).filter((q) => q.required && answers[q.code] === undefined).map((q) => q.code);
}

/** The day in Thailand of an instant in milliseconds, such as 2026-11-22. */
export function dayOf(milliseconds) {
  return new Date(milliseconds + 7 * 3600000).toISOString().slice(0, 10);
}

/**
 * A new id that orders by time (UUID version 7, RFC 9562), of an instant in
 * milliseconds and ten random bytes.
 */
export function newID(milliseconds, random) {
  const bytes = new Uint8Array(16);
  let time = milliseconds;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes.set(random.slice(0, 10), 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => (b + 256).toString(16).slice(1)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The answer as it is sent, for ever the same bytes. survey is {form, point,
 * channel}, questions [{code, kind, topic, after, is}], answers by code; what is
 * not asked any more is left out, and texts are without personal data.
 */
export function itemOf(id, day, survey, questions, answers) {
  const item = { id, form: survey.form, point: survey.point };
  const given = {};
  let channel = survey.channel || "";
  for (const q of asked(questions, answers)) {
    const a = answers[q.code];
    if (a === undefined || a === "") continue;
    if (q.kind === "service" && a !== "other") item.procedure = a;
    if (q.topic === "channel") channel = a;
    given[q.code] = q.kind === "text" ? mask(a).text : a;
  }
  if (channel) item.channel = channel;
  item.answered = day;
  item.answers = given;
  return JSON.stringify(item);
}

/** How long to wait after so many failures in a row, in milliseconds: full jitter up to five minutes. */
export function pause(failures, random) {
  return Math.floor(random * Math.min(300000, 1000 * Math.pow(2, Math.min(failures, 12))));
}
