// How spellings differ, in the browser: the twin of repair.go in the Go package
// generator/internal/search. A change here is a change there; a test runs both.

/** Below this fit a keyboard left on the Latin layout is thought of. */
export const POOR_FIT = 800;

const SHORT_QUESTION = 3;

// suspects are parts of a question that may be misspelt, as ranges of atoms.
export function suspects(o, fit) {
  const n = o.words.length;
  const out = [];
  const add = (a, b) => {
    const from = o.words[Math.max(a, 0)].from;
    const to = o.words[Math.min(b, n) - 1].to;
    if (to - from > 1 && !out.some((p) => p[0] === from && p[1] === to)) out.push([from, to]);
  };
  const suspect = (w) => !w.stop && (!w.known || w.units === 0);
  for (let from = 0; from < n; from++) {
    if (!suspect(o.words[from])) continue;
    let to = from + 1;
    while (to < n && suspect(o.words[to])) to++;
    add(from, to);
    add(from - 1, to);
    add(from, to + 1);
    add(from - 1, to + 1);
    from = to;
  }
  if (out.length > 0 || (fit < POOR_FIT && n <= SHORT_QUESTION && n > 0)) add(0, n);
  return out;
}

// leeway is the distance that a spelling of so many characters may be wrong by.
export function leeway(characters) {
  if (characters < 4) return 0;
  return characters < 6 ? 1 : Math.floor(characters / 3);
}

const VOWEL_COST = 1;
const CONSONANT_COST = 2;
const SWAP_COST = 1;

const costOf = (r) => (/[aeiouy .\-\u0e2f-\u0e4e]/.test(r) ? VOWEL_COST : CONSONANT_COST);

// distance is the cost of turning a into b; more than bound where it is more.
export function distance(a, b, bound) {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  let before = new Array(b.length + 1).fill(0);
  let last = new Array(b.length + 1).fill(0);
  let row = new Array(b.length + 1).fill(0);
  b.forEach((r, j) => { row[j + 1] = row[j] + costOf(r); });
  for (let i = 0; i < a.length; i++) {
    [before, last, row] = [last, row, before];
    const cost = costOf(a[i]);
    row[0] = last[0] + cost;
    let least = row[0];
    for (let j = 0; j < b.length; j++) {
      if (a[i] === b[j]) row[j + 1] = last[j];
      else {
        const other = costOf(b[j]);
        row[j + 1] = Math.min(last[j + 1] + cost, row[j] + other, last[j] + Math.max(cost, other));
      }
      if (i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]) {
        row[j + 1] = Math.min(row[j + 1], before[j - 1] + SWAP_COST);
      }
      least = Math.min(least, row[j + 1]);
    }
    if (least > bound) return bound + 1;
  }
  return row[b.length];
}
