// Tells the service that a search found nothing, so that the words can be added:
// the words and no more. What may be personal data is not sent, nor what is still
// being typed, nor anything twice; who sends it is not told, and no answer is
// waited for. The twin of the Go package syncd/internal/misses (fit.go): a test
// holds the two together.
import { normalize } from "./thai.js";

const SETTLED = 2500; // milliseconds for which an answer stood
const LONGEST = 80;

const PERSONAL = [
  /[0-9](?:[ ./()-]*[0-9]){5}/,
  /@/,
  /(?:^| )(?:(?:นาย|นาง|นางสาว|เด็กชาย|เด็กหญิง|mr|mrs|ms)[. ]|น\.ส\.|ด\.ช\.|ด\.ญ\.) *[^ ]/,
  /:\/\/|www\./,
];
const LETTER = /[a-z\u00C0-\u024F\u0E01-\u0E2E]/;

/** The form in which words are told of, or "" when they are not. */
export function fit(words) {
  const phrase = normalize(words);
  const long = Array.from(phrase).length;
  if (long < 2 || long > LONGEST || !LETTER.test(phrase) || PERSONAL.some((mark) => mark.test(phrase))) return "";
  return phrase;
}

/** Sends words to an address, unless there is something personal in them that no mark tells of, and forgets them. */
export function tell(address, words) {
  return import("./mask.js").then(({ mask }) => mask(words).found ? null : fetch(address, {
    method: "POST", body: words, headers: { "Content-Type": "text/plain;charset=UTF-8" },
    credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error", keepalive: true,
  })).then(() => {}, () => {});
}

/** Remembers of one page what was told. later and drop are setTimeout and clearTimeout. */
export class Misses {
  constructor(send, later, drop) {
    this.send = send;
    this.later = later;
    this.drop = drop;
    this.told = {};
    this.timer = 0;
  }

  /** Words were asked and nothing was found. */
  found(words) {
    this.forget();
    const phrase = fit(words);
    if (!phrase || this.told[phrase]) return;
    this.timer = this.later(() => {
      this.told[phrase] = true;
      this.send(phrase);
    }, SETTLED);
  }

  /** Something else is asked. */
  forget() {
    this.drop(this.timer);
  }
}
