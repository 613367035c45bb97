// Answers the questions of TestBrowserSaysTheSame: JSON in, JSON out.
import { readFileSync } from "node:fs";
import { dateOf, nextChange, sentence, spansOn, statusAt } from "./hours.mjs";

const two = (n) => String(n).padStart(2, "0");
const time = (minute) => two(Math.floor(minute / 60)) + ":" + two(minute % 60);

const answers = JSON.parse(readFileSync(0, "utf8")).map((question) => {
  const now = new Date(question.now);
  const status = statusAt(question.hours, question.holidays, question.province, now);
  const spans = spansOn(question.hours, question.holidays, question.province, dateOf(now));
  return Object.assign({}, status, {
    until: Number(status.until),
    opensAt: Number(status.opensAt),
    thai: sentence(status, "th"),
    english: sentence(status, "en"),
    next: Number(nextChange(status)),
    spans: spans.map((span) => time(span[0]) + "-" + time(span[1])),
  });
});
process.stdout.write(JSON.stringify(answers));
