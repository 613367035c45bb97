// Takes out of a text what may tell of a person before it leaves the device:
// numbers of citizens, telephone numbers and e-mail addresses. internal/survey
// does the same in Go, from the same vectors.

const ID = "[เลขบัตร]";
const PHONE = "[เบอร์]";
const MAIL = "[เมล]";

/** The text with what is personal replaced, and whether there was any: {text, found}. */
export function mask(text) {
  let found = false;
  for (;;) {
    const runes = Array.from(text);
    const spots = mails(runes).concat(numbers(runes));
    if (spots.length === 0) return { text, found };
    found = true;
    text = replace(runes, spots);
  }
}

// replace writes the text with what was found replaced. Of two that overlap the
// first counts.
function replace(runes, spots) {
  spots.sort((a, b) => a.from - b.from);
  let out = "";
  let at = 0;
  for (const spot of spots) {
    if (spot.from < at) continue;
    out += runes.slice(at, spot.from).join("") + spot.stand;
    at = spot.to;
  }
  return out + runes.slice(at).join("");
}

// The zeros of the digits that people type: Latin, Thai and of full width.
const ZEROS = [0x30, 0x0e50, 0xff10];

function digit(rune) {
  const code = rune.codePointAt(0);
  const zero = ZEROS.find((z) => code >= z && code <= z + 9);
  return zero === undefined ? -1 : code - zero;
}

const BETWEEN = " \u00a0-‐‑–—._/()";
const MOST_BETWEEN = 3; // of them in a row
const plus = (rune) => rune === "+" || rune === "＋";

function numbers(runes) {
  const out = [];
  for (let i = 0; i < runes.length; i++) {
    if (digit(runes[i]) < 0) continue;
    const run = runAt(runes, i);
    spotsOf(run, runes, out);
    i = run.at[run.at.length - 1];
  }
  return out;
}

// runAt is a number as people write it, digits with little between them:
// {digits, at, begins}, where each stands and whether something stands before it.
function runAt(runes, i) {
  const run = { digits: [], at: [], begins: [] };
  for (let gap = 0; i < runes.length && gap <= MOST_BETWEEN; i++) {
    const d = digit(runes[i]);
    if (d >= 0) {
      run.begins.push(gap > 0 || run.at.length === 0);
      run.digits.push(d);
      run.at.push(i);
      gap = 0;
    } else if (BETWEEN.indexOf(runes[i]) >= 0) {
      gap++;
    } else {
      break;
    }
  }
  return run;
}

function spotsOf(run, runes, out) {
  for (let i = 0; i < run.digits.length;) {
    const match = matchAt(run, runes, i);
    if (match.n === 0) {
      i++;
      continue;
    }
    let from = run.at[i];
    if (match.stand === PHONE && from > 0 && plus(runes[from - 1])) from--;
    out.push({ from, to: run.at[i + match.n - 1] + 1, stand: match.stand });
    i += match.n;
  }
}

function matchAt(run, runes, i) {
  if (isCitizen(run.digits.slice(i))) return { n: 13, stand: ID };
  if (!run.begins[i]) return { n: 0 };
  return { n: telephone(run, i, run.at[i] > 0 && plus(runes[run.at[i] - 1])), stand: PHONE };
}

function isCitizen(digits) {
  if (digits.length < 13) return false;
  const sum = digits.slice(0, 12).reduce((all, d, i) => all + d * (13 - i), 0);
  return (11 - (sum % 11)) % 10 === digits[12];
}

// telephone is how many digits from the i-th on are a telephone number, one that
// ends where a group of digits does; 0 when they are none.
function telephone(run, i, international) {
  const d = run.digits.slice(i);
  const ends = (n) => d.length === n || (d.length > n && run.begins[i + n]);
  if (d[0] === 0) {
    const n = national(d.slice(1));
    if (n > 0 && ends(1 + n)) return 1 + n;
  }
  if (d.length > 2 && d[0] === 6 && d[1] === 6) {
    const zero = d[2] === 0 ? 1 : 0; // +66 (0) 81…
    const n = national(d.slice(2 + zero));
    if (n > 0 && ends(2 + zero + n)) return 2 + zero + n;
  }
  if (international) {
    for (let n = Math.min(15, d.length); n >= 8; n--) if (ends(n)) return n;
  }
  return 0;
}

// national is how many digits stand behind the 0, or the code of the country.
function national(d) {
  if (d.length === 0 || d[0] < 2) return 0;
  return d[0] === 6 || d[0] === 8 || d[0] === 9 ? 9 : 8;
}

function mails(runes) {
  const out = [];
  runes.forEach((rune, i) => {
    if (rune !== "@" && rune !== "＠") return;
    let from = i;
    while (from > 0 && i - from < 64 && /^[A-Za-z0-9._%+-]$/.test(runes[from - 1])) from--;
    const to = domainEnd(runes, i + 1);
    if (from < i && to > 0) out.push({ from, to, stand: MAIL });
  });
  return out;
}

// domainEnd is where a domain name ends that begins at i, 0 where none does:
// labels with dots between, the last of two letters or more.
function domainEnd(runes, i) {
  let end = 0;
  let labels = 0;
  let begin = i;
  for (; i <= runes.length; i++) {
    if (i < runes.length && (/^[A-Za-z0-9]$/.test(runes[i]) || (runes[i] === "-" && i > begin))) continue;
    if (i === begin) break;
    labels++;
    if (labels > 1 && /^[A-Za-z]{2,}$/.test(runes.slice(begin, i).join(""))) end = i;
    if (i === runes.length || runes[i] !== ".") break;
    begin = i + 1;
  }
  return end;
}
