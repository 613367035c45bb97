// A query, cut and weighed, in the browser: the twin of parts of query.go and
// gather.go in the Go package generator/internal/search. A change here is a
// change there; a test runs both.
import { normalize } from "./thai.js";
import { hashTerm } from "./search-files.js";
import { atomsOf, gramOf, keyOf, wordTerm } from "./search-text.js";

const MOST_ATOMS = 30;
const NAME_WEIGHT = 8;
const WORD_WEIGHT = 4;
const GRAM_WEIGHT = 2;
const ONE_WEIGHT = 1;
const MOST_ASKED_WORDS = 5;

// Question is a query, cut and weighed.
export class Question {
  constructor(q, lexicon) {
    this.text = normalize(q);
    this.atoms = atomsOf(this.text).slice(0, MOST_ATOMS);
    this.starts = lexicon.cut(this.atoms);
    this.weights = [];
    this.sum = 0;
    this.words = this.starts.map((from, i) => {
      const to = i + 1 < this.starts.length ? this.starts[i + 1] : this.atoms.length;
      const at = lexicon.byKey.get(keyOf(this.atoms, from, to));
      const known = at !== undefined;
      return { from, to, known, stop: known && lexicon.words[at].stop, units: -1 };
    });
    const last = this.words[this.words.length - 1];
    if (last && !last.known && last.to - last.from === 1 && Array.from(this.atoms[last.from].key).length === 1) last.stop = true;
    const content = this.words.some((w) => !w.stop);
    for (const w of this.words) w.stop = w.stop && content;
  }

  word(i) {
    return this.text.slice(this.atoms[this.words[i].from].start, this.atoms[this.words[i].to - 1].end);
  }

  keyOf(i) {
    return keyOf(this.atoms, this.words[i].from, this.words[i].to);
  }

  // asks lists the terms to look up, the most telling first.
  asks() {
    const n = this.atoms.length;
    const name = { term: hashTerm("n" + keyOf(this.atoms)), from: 0, to: n, weight: NAME_WEIGHT, word: -1 };
    const words = [];
    this.words.forEach((w, i) => {
      if (w.stop) return;
      words.push({ term: wordTerm(this.atoms, w.from, w.to), from: w.from, to: w.to, weight: WORD_WEIGHT, word: i });
    });
    words.sort((a, b) => b.to - b.from - (a.to - a.from));
    const grams = this.grams();
    return [name].concat(words.slice(0, MOST_ASKED_WORDS), grams, words.slice(MOST_ASKED_WORDS));
  }

  grams() {
    const n = this.atoms.length;
    const crossing = [];
    const inside = [];
    for (const w of this.words) {
      if ((n < 3 || !w.known) && w.to - w.from < 3) crossing.push(this.gram(w.from, w.to));
    }
    if (n === 2 && this.words.length === 2) crossing.push(this.gram(0, 2));
    for (let i = 0; i + 3 <= n; i++) {
      const w = this.words.find((one) => i < one.to);
      (w.known && i + 3 <= w.to ? inside : crossing).push(this.gram(i, i + 3));
    }
    return crossing.concat(inside);
  }

  gram(from, to) {
    const weight = to - from === 1 ? ONE_WEIGHT : GRAM_WEIGHT;
    return { term: gramOf(this.atoms, from, to), from, to, weight, word: -1 };
  }

  weigh(asks, units) {
    this.weights = new Array(this.atoms.length).fill(0);
    this.sum = 0;
    this.words.forEach((w, i) => {
      w.units = unitsOf(w, i, asks);
      let weight = EVENLY + rarity(w.units === 0 ? Math.floor(units / 32) + 1 : w.units, units);
      if (w.stop) weight = Math.floor(weight / 8) + 1;
      for (let at = w.from; at < w.to; at++) {
        this.weights[at] = Math.max(1, Math.floor((weight * 16) / (w.to - w.from)));
        this.sum += this.weights[at];
      }
    });
  }

  share(seen) {
    let sum = 0;
    this.weights.forEach((w, i) => { if (seen & (1 << i)) sum += w; });
    return Math.floor((sum * 1000) / Math.max(this.sum, 1));
  }
}

// unitsOf tells how many units have a word: by its own term, else by the
// rarest of its parts.
function unitsOf(w, number, asks) {
  let units = 0;
  for (const k of asks) {
    const n = k.found.units;
    if (k.word === number && n > 0) return n;
    if (k.from >= w.from && k.to <= w.to && n > 0 && (units === 0 || n < units)) units = n;
  }
  return units;
}

const EVENLY = 10;

// rarity is 4 plus four times the logarithm to base 2 of all/units.
export const rarity = (units, all) => Math.max(1, 4 + log4(all + 1) - log4(Math.max(units, 1)));

function log4(n) {
  const e = 31 - Math.clz32(n);
  return 4 * e + Math.floor((n * 4) / 2 ** e) - 4;
}
