// Thai script in the browser: the twin of the Go package internal/thai. Both
// read the same rules, which the site build writes beside this file, and give
// the same results; the Go package's tests run both. It needs neither
// Intl.Segmenter nor look-behind, so old Safari can search too.
import rules from "./thai-rules.js";

// A set is the name of one in the rules, or a list of characters and ranges.
const list = (set) => rules.sets[set] || set;
const oneOf = (set) => "[" + list(set) + "]";
const every = (set, more = "") => new RegExp(oneOf(set) + more, "g");
const tester = (set) => {
  const re = new RegExp("^" + oneOf(set) + "$");
  return (char) => re.test(char);
};

// spell writes a list such as "a-c" out as its characters.
function spell(text) {
  const out = [];
  for (let i = 0; i < text.length; i++) {
    const from = text.charCodeAt(i);
    let to = from;
    if (text[i + 1] === "-" && i + 2 < text.length) {
      to = text.charCodeAt(i + 2);
      i += 2;
    }
    for (let code = from; code <= to; code++) out.push(String.fromCharCode(code));
  }
  return out;
}

// pairs maps the characters of one list to those of the other, place by
// place, or all to the only one of the other.
function pairs([from, to]) {
  const targets = spell(to);
  return new Map(spell(list(from)).map((char, i) => [char, targets[Math.min(i, targets.length - 1)]]));
}

// The kinds of steps; rules.go of the Go package says what each means.
const kinds = {
  compose: (form) => (s) => s.normalize(form),
  delete: (set) => {
    const re = every(set);
    return (s) => s.replace(re, "");
  },
  map: (lists) => {
    const re = every(lists[0]);
    const to = pairs(lists);
    return (s) => s.replace(re, (char) => to.get(char));
  },
  squeeze: (char) => {
    const runs = new RegExp(char + "{2,}", "g");
    const ends = new RegExp("^" + char + "|" + char + "$", "g");
    return (s) => s.replace(runs, char).replace(ends, "");
  },
  order: ([first, then]) => {
    const run = new RegExp("[" + list(first) + list(then) + "]{2,}", "g");
    const firsts = every(first);
    const thens = every(then);
    return (s) => s.replace(run, (text) => text.replace(thens, "") + text.replace(firsts, ""));
  },
  last: (set) => {
    const re = every(set, "+(?=" + oneOf(set) + ")");
    return (s) => s.replace(re, "");
  },
  once: (set) => {
    const re = new RegExp("(" + oneOf(set) + ")\\1+", "g");
    return (s) => s.replace(re, "$1");
  },
  find: (items, step) => {
    const before = (step.before || []).map(oneOf).join("");
    const re = new RegExp(items.map(item).join("") + (before && "(?=" + before + ")"), "g");
    const allowed = allowedAfter(step);
    if (!allowed) return (s) => s.replace(re, step.put);
    return (s) => s.replace(re, (...found) => {
      const whole = found[found.length - 1];
      const at = found[found.length - 2];
      return allowed(at > 0 ? whole[at - 1] : "") ? step.put : found[0];
    });
  },
};

function item(name) {
  const many = "+*?".includes(name[name.length - 1]) ? name[name.length - 1] : "";
  return "(" + oneOf(many ? name.slice(0, -1) : name) + many + ")";
}

function allowedAfter(step) {
  if (step.notAfter) {
    const not = tester(step.notAfter);
    return (char) => !not(char);
  }
  if (step.afterOrStart) {
    const after = tester(step.afterOrStart);
    return (char) => char === "" || after(char);
  }
  return null;
}

const compile = (steps) => steps.map((step) => {
  const kind = Object.keys(kinds).find((name) => name in step);
  return kinds[kind](step[kind], step);
});

const once = (make) => {
  let made;
  return () => made || (made = make());
};

const normalSteps = once(() => compile(rules.normal));

// normalize gives one spelling to what people type in many ways.
export function normalize(s) {
  for (;;) {
    const before = s;
    for (const step of normalSteps()) s = step(s);
    if (s === before) return s;
  }
}

const clusterPattern = once(() => {
  const { short, forms, next } = rules.cluster;
  let pattern = forms.join("|");
  while (/[ctk]/.test(pattern)) {
    pattern = pattern.replace(/[ctk]/g, (name) => short[name]);
  }
  pattern = pattern.replace(/>/g, "(?!" + oneOf(next) + ")");
  return new RegExp(pattern + "|[^]", "gu");
});

// clusters cuts s into Thai character clusters; together they are s again.
export function clusters(s) {
  return s.match(clusterPattern()) || [];
}

const joins = tester("join");

// joinedClusters is clusters, but a stranded mark belongs to what stands
// before it.
export function joinedClusters(s) {
  const out = [];
  for (const cluster of clusters(s)) {
    if (out.length > 0 && joins(cluster)) out[out.length - 1] += cluster;
    else out.push(cluster);
  }
  return out;
}

const isMark = tester("mark");
const folding = once(() => ({
  steps: compile(rules.fold.steps),
  initial: pairs(rules.fold.initial),
  final: pairs(rules.fold.final),
}));

// fold returns a key under which common misspellings meet.
export function fold(s) {
  const { steps, initial, final } = folding();
  const text = steps.reduce((t, step) => step(t), normalize(s));
  return clusters(text).map((cluster) => {
    let closing = cluster.length === 1;
    let out = "";
    for (const char of cluster) {
      out += (closing ? final : initial).get(char) || char;
      closing = isMark(char);
    }
    return out;
  }).join("");
}

const isDependent = tester("dependent");
const isConsonant = tester("consonant");
const isLead = tester("lead");
const keyboard = once(() => {
  const { latin, thai } = rules.keyboard;
  return new Map([...latin].map((key, i) => [key, thai[i]]).concat([[" ", " "]]));
});

// fromLatinKeyboard reads s as Thai typed while the keyboard stood on the
// Latin layout. ok says whether that looks like Thai; otherwise text is s.
export function fromLatinKeyboard(s) {
  const keys = keyboard();
  let typed = "";
  for (const char of s) {
    if (!keys.has(char)) return { text: s, ok: false };
    typed += keys.get(char);
  }
  return plausible(s, typed) ? { text: typed, ok: true } : { text: s, ok: false };
}

// plausible tells whether a key was a Latin letter, nothing hangs loose, and
// a third of the clusters are more than a consonant or a key was none.
function plausible(keys, typed) {
  const normal = normalize(typed);
  if (!/[A-Za-z]/.test(keys) || signs(normal) !== signs(typed)) return false;
  let all = 0;
  let full = 0;
  for (const cluster of clusters(normal)) {
    const first = cluster[0];
    if (isDependent(first) || (isLead(first) && cluster.length < 2)) return false;
    if (isConsonant(first) || isLead(first)) {
      all++;
      if (cluster.length > 1) full++;
    }
  }
  return all > 0 && (full * 3 >= all || (all > 1 && odd(keys)));
}

function signs(s) {
  const hanging = [...s].filter(isDependent);
  return hanging.length + "," + hanging.filter((char) => char === "ๅ").length;
}

const odd = (keys) => [...keys].some((key) => !/[A-Za-z]/.test(key) && isConsonant(keyboard().get(key)));

const tokens = once(() => {
  const letter = list("letter");
  return new RegExp(
    "[" + list("script") + "][" + list("script") + ".]*|[0-9]+(?:[.,][0-9]+)*|[" + letter + "][" + letter + "0-9]*",
    "g",
  );
});
const isThaiStart = tester("script");

// segment cuts s, normalised, into words: Thai by the words given (a Set, or
// a Map with words as keys, all normalised), Latin letters and digits by
// their runs.
export function segment(words, s) {
  const out = [];
  for (const token of normalize(s).match(tokens()) || []) {
    if (isThaiStart(token[0])) cutThai(out, words, token);
    else out.push(token);
  }
  return out;
}

// cutThai finds the best way through a run of Thai from its end: best[i] is
// the best way from place i on.
function cutThai(out, words, s) {
  const best = bestWays(words, s);
  for (let i = 0; i < s.length;) {
    let end = i + best[i].length;
    if (best[i].known) {
      out.push(s.slice(i, end).replace(/\./g, ""));
    } else if (s[i] !== ".") {
      while (end < s.length && !best[end].known && s[end] !== ".") end += best[end].length;
      const word = s.slice(i, end).replace(/^ฯ+|ฯ+$/g, "");
      if (Array.from(word).some(isConsonant)) out.push(word);
    }
    i = end;
  }
}

function bestWays(words, s) {
  const best = [];
  let at = 0;
  for (const cluster of joinedClusters(s)) {
    best[at] = { length: cluster.length };
    at += cluster.length;
  }
  best[at] = { length: 0, known: true, unknown: 0, words: 0, squares: 0 };
  const longest = longestOf(words);
  for (let i = at - 1; i >= 0; i--) {
    if (best[i]) best[i] = bestFrom(words, longest, s, i, best);
  }
  return best;
}

function bestFrom(words, longest, s, i, best) {
  const { length } = best[i];
  let way = after(best[i + length], length, false);
  for (let j = i + 1; j <= s.length && j - i <= longest; j++) {
    if (!best[j] || !words.has(s.slice(i, j))) continue;
    const other = after(best[j], j - i, true);
    if (better(other, way)) way = other;
  }
  return way;
}

function after(way, length, known) {
  return {
    length,
    known,
    unknown: way.unknown + (known ? 0 : length),
    words: way.words + 1,
    squares: way.squares + (known ? length * length : 0),
  };
}

// better: fewer characters in no word, then fewer words, then lengths less
// alike.
function better(a, b) {
  if (a.unknown !== b.unknown) return a.unknown < b.unknown;
  if (a.words !== b.words) return a.words < b.words;
  return a.squares > b.squares;
}

const longestWords = new WeakMap();

function longestOf(words) {
  let known = longestWords.get(words);
  if (!known || known.size !== words.size) {
    known = { size: words.size, longest: 0 };
    words.forEach((_, word) => {
      known.longest = Math.max(known.longest, word.length);
    });
    longestWords.set(words, known);
  }
  return known.longest;
}

const otherForms = once(() => {
  const forms = new Map();
  const add = (from, to) => {
    const key = normalize(from);
    const have = forms.get(key) || [];
    if (!have.includes(to)) forms.set(key, have.concat([to]));
  };
  for (const [short, ...long] of rules.abbreviations) {
    const bare = short.replace(/[.ฯ]/g, "");
    for (const name of long) {
      add(short, name);
      add(bare, name);
      add(name, short);
    }
  }
  return forms;
});

// expand returns what s may also be written as: the long forms of an
// abbreviation, or the short forms of a name.
export function expand(s) {
  return otherForms().get(normalize(s)) || [];
}
