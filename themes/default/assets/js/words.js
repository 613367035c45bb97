// The sentences that scripts say, in the page's language.
let messages = {};

/** Loads the sentences of a language; everything else here needs them. */
export async function ready(lang) {
  const file = lang === "en" ? import("./messages-en.js") : import("./messages-th.js");
  messages = (await file).default;
}

/** The sentence under a key, with arguments in place of %s and %d. */
export function t(key, ...args) {
  return format(messages[key] || key, args);
}

/** The sentence for n things, in the singular where the language has one. */
export function count(key, n) {
  return t(n === 1 && messages[key + ".one"] ? key + ".one" : key, n);
}

/** Puts arguments in place of %s and %d, in turn. */
export function format(sentence, args) {
  let next = 0;
  return sentence.replace(/%[sd]/g, (place) => (next < args.length ? String(args[next++]) : place));
}
