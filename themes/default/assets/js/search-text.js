// Words and names for searching, in the browser: the twin of atoms.go,
// lexicon.go, synonyms.go, family.go and match.go in the Go package
// generator/internal/search, whose comments say why things are so. A change
// here is a change there; a test runs both.
import { fold, joinedClusters, normalize } from "./thai.js";
import { DamagedError, Reader, expand, hashTerm } from "./search-files.js";

const THAI = 0;
const LATIN = 1;
const DIGIT = 2;

/** The atoms of a normalised text: [{key, start, end, class, gap}], places in UTF-16 units. */
export function atomsOf(text) {
  const out = [];
  let at = 0;
  let gap = true;
  for (const cluster of joinedClusters(text)) {
    const kind = classOf(cluster.codePointAt(0));
    const key = kind === THAI ? soundOf(cluster) : cluster;
    if (kind >= 0 && key !== "") {
      out.push({ key, start: at, end: at + cluster.length, class: kind, gap });
    }
    gap = kind < 0;
    at += cluster.length;
  }
  return out;
}

// classOf is -1 for what is no atom: blanks, punctuation, signs.
function classOf(r) {
  if (r >= 0x30 && r <= 0x39) return DIGIT;
  if ((r >= 0x61 && r <= 0x7a) || (r >= 0x41 && r <= 0x5a)) return LATIN;
  if (r >= 0x0e01 && r <= 0x0e4e && r !== 0x0e2f && r !== 0x0e3f && r !== 0x0e46) return THAI;
  const sign = r < 0xc0 || r === 0xd7 || r === 0xf7 || (r >= 0x0e00 && r <= 0x0e7f) ||
    (r >= 0x2000 && r <= 0x2bff) || (r >= 0x3000 && r <= 0x303f) || (r >= 0xfe00 && r <= 0xfe0f) ||
    (r >= 0xd800 && r <= 0xdfff) || r === 0xfffd;
  return sign ? -1 : LATIN;
}

const SOUNDS = { "ใ": "ไ", "ศ": "ส", "ษ": "ส", "ฏ": "ฎ", "ณ": "น", "ฬ": "ล" };

/** A text without tones and with one letter for those mistaken most. */
export function soundOf(text) {
  return text.replace(/[\u0e47-\u0e4c\u0e4eใศษฏณฬ]/g, (r) => SOUNDS[r] || "");
}

/** What words and names are compared by. */
export function keyOf(atoms, from = 0, to = atoms.length) {
  let key = "";
  for (let i = from; i < to; i++) key += atoms[i].key;
  return key;
}

/** The term of one, two or three atoms in a row. */
export function gramOf(atoms, from, to) {
  return hashTerm("g" + atoms.slice(from, to).map((a) => a.key).join("|"));
}

export function wordTerm(atoms, from, to) {
  const key = keyOf(atoms, from, to);
  return hashTerm("w" + (atoms[from].class === LATIN ? stem(key) : key));
}

function stem(w) {
  const n = w.length;
  if (n > 4 && w.endsWith("ies")) w = w.slice(0, -3) + "y";
  else if (n > 3 && w.endsWith("s") && !/[sui]s$/.test(w)) w = w.slice(0, -1);
  if (w.endsWith("ence")) w = w.slice(0, -2) + "se";
  if (w.length > 5 && w.endsWith("our")) w = w.slice(0, -2) + "r";
  return w;
}

// eachRun calls f for each run of atoms of one class without a gap.
function eachRun(atoms, f) {
  for (let from = 0; from < atoms.length; ) {
    let to = from + 1;
    while (to < atoms.length && !atoms[to].gap && atoms[to].class === atoms[from].class) to++;
    f(from, to);
    from = to;
  }
}

/** What a misspelt word keeps: its consonants. */
export function bonesOf(text) {
  let out = "";
  for (const r of fold(text)) {
    if (!/[ก-ฮ0-9b-df-hj-np-tv-xz]/.test(r)) continue;
    if (r < "\u0080" && out.endsWith(r)) continue;
    out += r;
  }
  return out;
}

const STOP_FLAG = 1;
const NAME_FLAG = 2;
const FLAG_BITS = 2;
const UNKNOWN = 1024; // costs more than any number of words

const WORDS_AT_ONCE = 250;
const GROUPS_AT_ONCE = 20;

// pause lets a slow device answer its reader's touch before work goes on.
const pause = () => new Promise((done) => setTimeout(done));

/** Reads the lexicon file, in parts. */
export async function readLexicon(data) {
  const lexicon = new Lexicon();
  const r = new Reader(data);
  let last = [];
  for (let n = r.count(); n > 0; n--) {
    const same = r.uint();
    if (same > last.length) throw new DamagedError();
    last = Array.from(last.slice(0, same)).concat(Array.from(r.bytes(r.count())));
    const flags = r.uint();
    lexicon.learn(expand(last), flags);
    if (n % WORDS_AT_ONCE === 0) await pause();
  }
  for (const [i, group] of r.list(() => r.texts()).entries()) {
    if (i % GROUPS_AT_ONCE === 0) await pause();
    lexicon.synonyms.learn(group, (atoms) => lexicon.cut(atoms));
  }
  return lexicon;
}

/** The lexicon: words to cut with, spellings to repair to, synonyms. */
export class Lexicon {
  constructor() {
    this.words = []; // {text, count, stop}
    this.byKey = new Map(); // words to cut with → number of the most frequent
    this.exact = new Set();
    this.most = 0;
    this.synonyms = new Synonyms();
  }

  learn(text, flags) {
    const word = { text, count: flags >> FLAG_BITS, stop: (flags & STOP_FLAG) !== 0 };
    const at = this.words.push(word) - 1;
    this.exact.add(text);
    if (flags & NAME_FLAG) return;
    const atoms = atomsOf(text);
    if (atoms.length === 0 || (atoms.length === 1 && atoms[0].key.length === 1)) return;
    const key = keyOf(atoms);
    const old = this.byKey.get(key);
    if (old === undefined || this.words[old].count < word.count) this.byKey.set(key, at);
    this.most = Math.max(this.most, atoms.length);
  }

  /** Where words begin; atoms in no word stand together as one. */
  cut(atoms) {
    const starts = [];
    eachRun(atoms, (from, to) => {
      if (atoms[from].class === THAI) this.cutRun(atoms, from, to, starts);
      else starts.push(from);
    });
    return starts;
  }

  cutRun(atoms, first, last, starts) {
    const n = last - first;
    const cost = new Array(n + 1).fill(0);
    const length = new Array(n + 1).fill(0);
    const known = new Array(n + 1).fill(false);
    for (let i = n - 1; i >= 0; i--) {
      cost[i] = UNKNOWN + 1 + cost[i + 1];
      length[i] = 1;
      let key = "";
      for (let size = 1; size <= this.most && i + size <= n; size++) {
        key += atoms[first + i + size - 1].key;
        if (!this.byKey.has(key) || 1 + cost[i + size] > cost[i]) continue;
        cost[i] = 1 + cost[i + size];
        length[i] = size;
        known[i] = true;
      }
    }
    let before = true; // what stands before was known
    for (let i = 0; i < n; i += length[i]) {
      if (known[i] || before) starts.push(first + i);
      before = known[i];
    }
  }

  /** A name, cut for comparing. */
  name(s) {
    const text = normalize(s);
    const atoms = atomsOf(text);
    const starts = this.cut(atoms);
    const share = new Array(atoms.length);
    let sum = 0;
    starts.forEach((from, i) => {
      const to = i + 1 < starts.length ? starts[i + 1] : atoms.length;
      const at = this.byKey.get(keyOf(atoms, from, to));
      const one = at !== undefined && this.words[at].stop ? 1 : 4;
      for (let k = from; k < to; k++) {
        share[k] = one;
        sum += one;
      }
    });
    return { text, key: keyOf(atoms), atoms, border: bordersOf(atoms.length, starts), share, sum };
  }

  /** A question and its variants, to compare with names. */
  wordings(question) {
    const out = [wording(question.text, question.atoms, question.starts, question.weights, 1000)];
    for (const v of this.synonyms.variants(question.text, question.atoms, question.starts)) {
      const sum = question.weights.slice(v.from, v.to).reduce((a, b) => a + b, 0);
      const each = new Array(v.size).fill(Math.max(1, Math.floor(sum / v.size)));
      const weights = question.weights.slice(0, v.from).concat(each, question.weights.slice(v.to));
      out.push(wording("", v.atoms, v.starts, weights, SYNONYM_TRUST));
    }
    return out;
  }
}

function bordersOf(n, starts) {
  const border = new Array(n + 1).fill(false);
  border[n] = true;
  for (const s of starts) border[s] = true;
  return border;
}

const MOST_VARIANTS = 12;
const SURE_PHRASE = 5; // atoms from which a phrase needs no word to end

class Synonyms {
  constructor() {
    this.groups = [];
    this.byKey = new Map(); // key → [{group, member, dotted}]
    this.texts = new Map(); // member → {atoms, starts}
    this.most = 0;
  }

  learn(group, cut) {
    const members = [];
    for (const one of group.map(normalize)) {
      if (!members.includes(one) && atomsOf(one).length > 0) members.push(one);
    }
    if (members.length > 1) this.add(members, cut);
  }

  add(members, cut) {
    members.forEach((text, member) => {
      const atoms = atomsOf(text);
      this.texts.set(text, { atoms, starts: cut(atoms) });
      this.most = Math.max(this.most, atoms.length);
      const key = keyOf(atoms);
      const phrase = { group: this.groups.length, member, dotted: atoms.length === 1 && text.endsWith(".") };
      if (!this.byKey.has(key)) this.byKey.set(key, []);
      this.byKey.get(key).push(phrase);
    });
    this.groups.push(members);
  }

  // variants are texts that differ by one phrase, first those of the longest.
  variants(text, atoms, starts) {
    const out = [];
    const border = bordersOf(atoms.length, starts);
    for (let size = Math.min(this.most, atoms.length); size > 0; size--) {
      for (let from = 0; from + size <= atoms.length; from++) {
        const to = from + size;
        if (size < SURE_PHRASE && !(border[from] && border[to])) continue;
        for (const p of this.byKey.get(keyOf(atoms, from, to)) || []) {
          if (p.dotted && text[atoms[to - 1].end] !== ".") continue;
          this.groups[p.group].forEach((other, i) => {
            if (i === p.member || out.length === MOST_VARIANTS) return;
            out.push(exchange(atoms, starts, from, to, this.texts.get(other)));
          });
          if (out.length === MOST_VARIANTS) return out;
        }
      }
    }
    return out;
  }
}

function exchange(atoms, starts, from, to, other) {
  const size = other.atoms.length;
  const shift = size - (to - from);
  const before = starts.filter((s) => s < from);
  const inside = other.starts.map((s) => from + s);
  const after = to < atoms.length ? [to + shift] : [];
  const rest = starts.filter((s) => s > to).map((s) => s + shift);
  return {
    atoms: atoms.slice(0, from).concat(other.atoms, atoms.slice(to)),
    starts: before.concat(inside, after, rest),
    from, to, size,
  };
}

const CASE_MARKS = ["กรณี", " (", "(", " ประเภท", " สำหรับ", " แบบ", " ระยะ", " ชนิด", " – ", " - ", " case of "];
const SHORTEST_BASE = 10;

/** The length of what a title shares with its near-identical neighbours. */
export function baseLen(title) {
  let end = title.length;
  for (const mark of CASE_MARKS) {
    const i = title.slice(0, end).indexOf(mark);
    if (i > 0 && atomsOf(title.slice(0, i)).length >= SHORTEST_BASE) end = i;
  }
  return title.slice(0, end).replace(/ +$/, "").length;
}

const SYNONYM_TRUST = 900;
const SAME_REWARD = 250;
const SPELLED_REWARD = 50;
const HOLDS_REWARD = 80;
const BEGINS_REWARD = 60;
const WITHIN_REWARD = 60;
const MISSPELT = 40;
const SHORTEST_WITHIN = 3;

function wording(text, atoms, starts, weights, trust) {
  return {
    text, atoms, weights, trust,
    key: keyOf(atoms),
    border: bordersOf(atoms.length, starts),
    sum: weights.reduce((a, b) => a + b, 0),
  };
}

/** How well a wording and a name agree: {score, marks}. */
export function compare(w, n) {
  const rows = w.atoms.length;
  const cols = n.atoms.length;
  const m = { score: 0, marks: new Array(cols).fill(false) };
  if (rows === 0 || cols === 0) return m;
  const seen = new Array(rows).fill(false);
  let whole = false;
  let begins = false;
  let within = false;
  let last = new Array(cols + 1).fill(0);
  let row = new Array(cols + 1).fill(0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      row[j + 1] = 0;
      if (!same(w, i, n, j)) continue;
      const run = last[j] + 1;
      row[j + 1] = run;
      if (i + 1 < rows && j + 1 < cols && same(w, i + 1, n, j + 1)) continue;
      const from = i - run + 1;
      const at = j - run + 1;
      if (!counts(w, n, from, i + 1, at)) continue;
      for (let k = 0; k < run; k++) {
        seen[from + k] = true;
        m.marks[at + k] = true;
      }
      whole = whole || run === rows;
      begins = begins || (run === rows && at === 0);
      within = within || (run === cols && cols >= SHORTEST_WITHIN);
    }
    [last, row] = [row, last];
  }
  m.score = shared(w, n, seen, m.marks);
  if (w.key === n.key) m.score += SAME_REWARD + (w.text === n.text ? SPELLED_REWARD : 0);
  else if (begins) m.score += HOLDS_REWARD + BEGINS_REWARD;
  else if (whole) m.score += HOLDS_REWARD;
  else if (within) m.score += WITHIN_REWARD;
  if (whole && w.text !== "" && !n.text.includes(w.text)) m.score -= MISSPELT;
  m.score = Math.floor((m.score * w.trust) / 1000);
  return m;
}

function shared(w, n, seen, marks) {
  let got = 0;
  let have = 0;
  seen.forEach((s, i) => { if (s) got += w.weights[i]; });
  marks.forEach((s, j) => { if (s) have += n.share[j]; });
  const fit = Math.floor((got * 1000) / Math.max(w.sum, 1));
  return Math.floor((fit * (550 + Math.floor((450 * have) / Math.max(n.sum, 1)))) / 1000);
}

function same(w, i, n, j) {
  const a = w.atoms[i];
  const b = n.atoms[j];
  if (a.key === b.key) return true;
  return i === w.atoms.length - 1 && a.class === THAI && b.class === THAI && b.key.startsWith(a.key);
}

// counts tells whether a run is more than chance.
function counts(w, n, from, to, at) {
  const words = w.border[from] && n.border[at];
  if (w.atoms[from].class === LATIN && to - from < w.atoms.length) {
    return words || (w.border[from] && w.border[to]);
  }
  if (to - from >= 3) return true;
  if (!words) return to - from === w.atoms.length;
  return to === w.atoms.length || w.border[to];
}
