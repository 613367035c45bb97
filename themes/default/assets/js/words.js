// The sentences that scripts say, in the page's language.
let messages = {};

/** Loads the sentences of what every page begins with. */
export async function ready(lang) {
  add(await (lang === "en" ? import("./messages-en.js") : import("./messages-th.js")));
}

/** Loads the sentences of what is fetched on demand, in addition. */
export async function later(lang) {
  add(await (lang === "en" ? import("./messages-en-later.js") : import("./messages-th-later.js")));
}

function add(module) {
  messages = Object.assign({}, messages, module.default);
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
