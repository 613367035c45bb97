/**
 * The search engine of the public site, without any page: it fetches parts of
 * the static index, ranks and answers. The twin of the Go package
 * generator/internal/search (query.go, gather.go, rank.go, facets.go,
 * result.go, repair.go): same hits, same order, same scores. A test runs both.
 *
 *   const index = await openIndex({ manifest: "manifest-….json", fetchBytes });
 *   const answer = await index.query("ต่อทะเบียนรถ", { category: "transport" }, 10);
 *
 * fetchBytes(path) gives a promise of an ArrayBuffer or Uint8Array of a file
 * beside the manifest; where it rejects, the answer is partial.
 */
import { fold, fromLatinKeyboard, normalize } from "./thai.js";
import { FORMAT, Files, asBytes, hashTerm } from "./search-files.js";
import { Question, rarity } from "./search-question.js";
import { POOR_FIT, distance, leeway, suspects } from "./search-repair.js";
import { baseLen, bonesOf, compare, readLexicon, soundOf } from "./search-text.js";

const WHOLE_FIT = 985;
const SURE_FIT = 940;
const MOST_LIMIT = 5000;
const MOST_MEMBERS = 12;
const MOST_TAILS = 128;
const BEST_POSTINGS = 64;

/**
 * Opens an index: reads the manifest and the lexicon. It rejects where either
 * cannot be had, or is of another format. manifest is a path for fetchBytes.
 */
export async function openIndex({ manifest, fetchBytes }) {
  const data = asBytes(await fetchBytes(manifest));
  const parsed = JSON.parse(new TextDecoder().decode(data));
  if (parsed.format !== FORMAT) throw new Error("search: index of another format");
  const lexicon = asBytes(await fetchBytes(parsed.lexicon));
  return new Index(parsed, fetchBytes, await readLexicon(lexicon), data.length + lexicon.length);
}

/** Index answers queries; several may be under way at once. */
export class Index {
  constructor(manifest, fetchBytes, lexicon, read) {
    this.manifest = manifest;
    this.lexicon = lexicon;
    this.store = new Files(manifest, fetchBytes);
    this.opened = read; // bytes of opening, counted with the first answer
  }

  /** Paths of all files if the index is small enough to keep whole, else []. */
  files() {
    return this.manifest.whole ? this.manifest.files.map((f) => f.path) : [];
  }

  /**
   * Answers q with at most limit hits. filter has any of kind, category,
   * group, agency, online (true) and lang ("en": English titles, and only what
   * exists in English). The answer is
   *   {query, repaired, hits, total, approximate, facets, partial, bytesRead}
   * with hits [{kind, url, title, titleTH, titleEN, marks, common, commonMarks,
   * agencyCode, agency, facts, online, hasEN, score, differs, members, total}];
   * marks and differs are [from, to) in UTF-16 units of title. facets counts
   * {kinds, categories, groups, agencies, online}. It rejects with an
   * AbortError when signal is aborted, and where a file is damaged. With exact
   * the query is taken as typed: no slip in it is repaired.
   */
  async query(q, filter = {}, limit = 10, { signal, exact } = {}) {
    const call = { read: this.opened, missing: 0 };
    this.opened = 0;
    const most = Math.min(limit < 1 ? 10 : limit, MOST_LIMIT);
    const search = new Search(this, filter, most, call, signal);
    const answer = await (exact ? search.asTyped(q) : search.answer(q));
    answer.partial = call.missing > 0;
    answer.bytesRead = call.read;
    return answer;
  }
}

/** The hits of an answer with their members as single lines, best first. */
export function lines(answer, limit) {
  const all = [];
  for (const hit of answer.hits) all.push(hit, ...hit.members);
  return all.sort((a, b) => b.score - a.score).slice(0, limit);
}

const MOST_ASKED = 8;
const MOST_ASKED_SMALL = 10;
const LEAST_SHARE = 300;
const MOST_REPAIRS = 3;
const FEW_REPAIRS = 1;
const LEAST_GAIN = 20;
const FOLD_SLACK = 2;

const SPARE_SMALL = 10;
const SPARE_LARGE = 3;
const SHARE_SHARE = 200;
const SCORE_SHARE = 400;
const PRIOR_REWARD = 4;
const TITLE_TRUST = 970;
const AGENCY_TAILS = 4;

const byScore = (x, y) => y.score - x.score || x.id - y.id;
const byURL = (x, y) => (x < y ? -1 : x > y ? 1 : 0);

// Search is one query under way.
class Search {
  constructor(index, filter, limit, call, signal) {
    this.manifest = index.manifest;
    this.lexicon = index.lexicon;
    this.store = index.store;
    this.filter = filter;
    this.limit = limit;
    this.call = call;
    this.signal = signal;
    this.agency = null; // units of the filter's agency, where facets do not tell
    this.names = new Map();
  }

  async answer(q) {
    const first = await this.try(q);
    let best = first;
    if (first.fit < POOR_FIT) {
      const typed = fromLatinKeyboard(q);
      const other = typed.ok ? await this.try(typed.text) : first;
      if (other.fit > best.fit) best = other;
    }
    if (best.fit < WHOLE_FIT) best = await this.repair(best);
    await this.rank(best);
    const spelt = this.respell(best);
    return this.result(first.question.text, spelt === first.question.text ? "" : spelt, best);
  }

  async asTyped(q) {
    const only = await this.try(q);
    await this.rank(only);
    return this.result(only.question.text, "", only);
  }

  async asTyped(q) {
    const only = await this.try(q);
    await this.rank(only);
    return this.result(only.question.text, "", only);
  }

  go() {
    if (!this.signal || !this.signal.aborted) return;
    const error = new Error("search: aborted");
    error.name = "AbortError";
    throw error;
  }

  async try(q) {
    this.go();
    const a = { question: new Question(q, this.lexicon), all: [], pool: [], units: [], cut: false, fit: 0 };
    if (a.question.atoms.length > 0) await this.gather(a);
    else await this.browse(a);
    return a;
  }

  // respell writes words as the lexicon does where the question spells them as
  // nobody else, and a name of the best unit has the lexicon's spelling next to
  // the same neighbour.
  respell({ question: o, units }) {
    const members = units.length > 0 ? units[0].members : [];
    const names = normalize(members.map(({ record: r }) => [r.titleTH, r.titleEN, ...r.names].join("\n")).join("\n"));
    let out = "";
    let at = 0;
    for (let i = 0; i < o.words.length; i++) {
      const w = o.words[i];
      const spelt = w.known ? this.lexicon.words[this.lexicon.byKey.get(o.keyOf(i))].text : "";
      if (!w.known || this.lexicon.exact.has(o.word(i))) continue;
      const context = o.words.length === 1 ? [spelt] : [];
      if (i > 0) context.push(o.word(i - 1) + spelt);
      if (i + 1 < o.words.length) context.push(spelt + o.word(i + 1));
      if (!context.some((c) => names.includes(c))) continue;
      out += o.text.slice(at, o.atoms[w.from].start) + spelt;
      at = o.atoms[w.to - 1].end;
    }
    return out + o.text.slice(at);
  }

  async gather(a) {
    const asks = a.question.asks().slice(0, this.manifest.whole ? MOST_ASKED_SMALL : MOST_ASKED);
    const found = await Promise.all(asks.map((k) => this.store.lookup(k.term, this.call)));
    asks.forEach((k, i) => { k.found = found[i]; });
    a.question.weigh(asks, this.manifest.units);
    a.all = this.collect(a, asks);
    if (this.manifest.whole || this.limit > BEST_POSTINGS) {
      await Promise.all(asks.map((k) => this.store.readTails(k.term, k.found, MOST_TAILS, this.call)));
      a.all = this.collect(a, asks);
    }
    for (const c of a.all) a.fit = Math.max(a.fit, c.share);
    a.cut = asks.some((k) => k.found.list.length < k.found.units);
  }

  // collect joins postings into candidates, best first.
  collect(a, asks) {
    const byID = new Map();
    for (const k of asks) {
      const gain = k.weight * rarity(k.found.units, this.manifest.units);
      const mask = (1 << k.to) - (1 << k.from);
      for (const p of k.found.list) {
        let c = byID.get(p.id);
        if (!c) byID.set(p.id, (c = { id: p.id, score: 0, seen: 0, share: 0, values: p.values }));
        c.score += gain * p.level;
        c.seen |= mask;
      }
    }
    const all = Array.from(byID.values());
    let best = 0;
    for (const c of all) {
      c.share = a.question.share(c.seen);
      best = Math.max(best, c.share);
    }
    const least = best >= SURE_FIT ? Math.floor(best / 2) : Math.min(LEAST_SHARE, Math.floor((best * 6) / 10));
    return all.filter((c) => c.share >= least).sort(byScore);
  }

  async browse(a) {
    a.fit = WHOLE_FIT;
    const dims = this.dimensions();
    if (dims.length === 0) return;
    const term = hashTerm("f" + dims[0].value);
    const found = await this.store.lookup(term, this.call);
    if (this.manifest.whole || this.limit > BEST_POSTINGS) {
      await this.store.readTails(term, found, MOST_TAILS, this.call);
    }
    a.cut = found.list.length < found.units;
    a.all = found.list.map((p) => ({ id: p.id, score: p.level, seen: 0, share: 1000, values: p.values })).sort(byScore);
  }

  dimensions() {
    const { agency, category, group, kind, online, lang } = this.filter;
    const out = [];
    const add = (prefix, value) => { if (value) out.push({ prefix, value: prefix + value }); };
    add("agency:", agency);
    add("category:", category);
    add("group:", group);
    add("kind:", kind);
    if (online) out.push({ prefix: "online", value: "online" });
    if (lang === "en") out.push({ prefix: "en", value: "en" });
    return out;
  }

  signed() {
    return this.dimensions().filter((d) => d.prefix !== "agency:" || this.manifest.agencyValues);
  }

  has(values, value) {
    return values.includes(this.manifest.values.indexOf(value));
  }

  passes(r) {
    if (this.filter.agency && !r.agencies.includes(this.filter.agency)) return false;
    return this.signed().every((d) => this.has(r.values, d.value));
  }

  failing(c, dims) {
    return dims.filter((d) => !this.has(c.values, d.value));
  }

  inAgency(c) {
    return !this.agency || this.agency.has(c.id);
  }

  async readAgency() {
    if (!this.filter.agency || this.manifest.agencyValues || this.agency) return;
    const term = hashTerm("fagency:" + this.filter.agency);
    const found = await this.store.lookup(term, this.call);
    await this.store.readTails(term, found, AGENCY_TAILS, this.call);
    this.agency = new Set(found.list.map((p) => p.id));
  }

  // rank reads the records of the best candidates and orders them by names.
  async rank(a) {
    this.go();
    await this.readAgency();
    const dims = this.signed();
    a.pool = a.all.filter((c) => this.failing(c, dims).length === 0 && this.inAgency(c));
    const top = a.pool.slice(0, this.limit + (this.manifest.whole ? SPARE_SMALL : SPARE_LARGE));
    const most = top.reduce((n, c) => Math.max(n, c.score), 1);
    const byID = new Map(top.map((c) => [c.id, c]));
    const records = await this.store.records(top.map((c) => c.id), this.call);
    const forms = this.lexicon.wordings(a.question);
    const units = await Promise.all(records.map((u) => this.rankUnit(u, byID.get(u.id), forms, most)));
    a.units = units.filter((u) => u.members.length > 0);
    a.units.sort((x, y) => y.score - x.score || byURL(x.members[0].record.url, y.members[0].record.url));
  }

  async rankUnit(u, c, forms, most) {
    const base = Math.floor((c.share * SHARE_SHARE) / 1000) + Math.floor((c.score * SCORE_SHARE) / most);
    const members = (await this.membersOf(u)).map((r) => {
      const m = this.rankMember(r, forms);
      m.score += base + r.weight * PRIOR_REWARD;
      return m;
    });
    members.sort((x, y) => y.score - x.score || byURL(x.record.url, y.record.url));
    return { total: u.total, score: members.length > 0 ? members[0].score : 0, members };
  }

  async membersOf(u) {
    const shown = u.members.filter((r) => this.passes(r));
    if (shown.length > 0 || !this.filter.agency || u.total <= u.members.length) return shown;
    const found = await this.store.lookup(hashTerm("m" + u.id + ":" + this.filter.agency), this.call);
    const units = await this.store.records(found.list.slice(0, MOST_MEMBERS).map((p) => p.id), this.call);
    const out = [];
    for (const unit of units) out.push(...unit.members.filter((r) => this.passes(r)));
    return out;
  }

  rankMember(record, forms) {
    const best = { record, score: 0, common: "" };
    const attempt = (text, trust, common) => {
      if (text === "") return;
      const n = this.name(text);
      for (const w of forms) {
        const score = Math.floor((compare(w, n).score * trust) / 1000);
        if (score > best.score) Object.assign(best, { score, common: common ? text : "" });
      }
    };
    attempt(record.titleTH, TITLE_TRUST, false);
    attempt(record.titleEN, TITLE_TRUST, false);
    for (const name of record.names) attempt(name, 1000, true);
    return best;
  }

  name(text) {
    if (!this.names.has(text)) this.names.set(text, this.lexicon.name(text));
    return this.names.get(text);
  }

  result(query, repaired, a) {
    const forms = this.lexicon.wordings(a.question);
    return {
      query,
      repaired,
      hits: a.units.slice(0, this.limit).map((u) => this.hit(u, forms)),
      total: a.pool.length,
      approximate: a.cut,
      facets: this.facets(a),
      partial: false,
      bytesRead: 0,
    };
  }

  hit(u, forms) {
    const [first, ...members] = u.members.map((m) => this.line(m, forms));
    first.members = members;
    first.total = u.members.length;
    const { kind, category, group, agency, online } = this.filter;
    if (!kind && !category && !group && !agency && !online) first.total = Math.max(first.total, u.total);
    if (members.length > 0) for (const h of [first, ...members]) h.differs = differs(h.title);
    return first;
  }

  line({ record: r, score, common }, forms) {
    const en = this.filter.lang === "en";
    const title = (en && r.titleEN) || r.titleTH;
    return {
      kind: r.kind,
      url: r.url,
      title,
      titleTH: r.titleTH,
      titleEN: r.titleEN,
      marks: this.marks(title, forms),
      common,
      commonMarks: common ? this.marks(common, forms) : [],
      agencyCode: r.agencyCode,
      agency: (en && r.agencyEN) || r.agencyTH,
      facts: (en && r.factsEN) || r.factsTH,
      online: this.has(r.values, "online"),
      hasEN: this.has(r.values, "en"),
      score,
      differs: [0, 0],
      members: [],
      total: 1,
    };
  }

  marks(text, forms) {
    const n = this.name(text);
    if (n.text.length !== text.length) return [];
    let best = { score: 0, marks: [] };
    for (const w of forms) {
      const m = compare(w, n);
      if (m.score > best.score) best = m;
    }
    const out = [];
    best.marks.forEach((marked, j) => {
      if (!marked) return;
      const { start, end } = n.atoms[j];
      const last = out[out.length - 1];
      if (last && (last[1] === start || (last[1] + 1 === start && best.marks[j - 1]))) last[1] = end;
      else out.push([start, end]);
    });
    return out;
  }

  // facets counts the candidates under each value; one that fails the filter
  // by a single facet is counted under that facet's values only.
  facets(a) {
    const f = { kinds: {}, categories: {}, groups: {}, agencies: {}, online: 0 };
    const dims = this.signed();
    for (const c of a.all) {
      const failing = this.failing(c, dims);
      if (failing.length > 1 || !this.inAgency(c)) continue;
      for (const v of c.values) {
        const value = this.manifest.values[v];
        if (value && (failing.length === 0 || value.startsWith(failing[0].prefix))) count(f, value);
      }
    }
    if (!this.manifest.agencyValues) countAgencies(f, a.units);
    return f;
  }

  // repair looks for a better spelling of what no unit has.
  async repair(a) {
    let best = a;
    for (const text of await this.spellings(a)) {
      const other = await this.try(text);
      if (other.fit >= a.fit + LEAST_GAIN && other.fit > best.fit) best = other;
    }
    return best;
  }

  async spellings(a) {
    const o = a.question;
    const fixes = [];
    for (const [first, last] of suspects(o, a.fit)) {
      const from = o.atoms[first].start;
      const to = o.atoms[last - 1].end;
      for (const f of await this.near(o.text.slice(from, to))) {
        f.text = o.text.slice(0, from) + f.text + o.text.slice(to);
        fixes.push(f);
      }
    }
    fixes.sort((x, y) => x.distance * y.size - y.distance * x.size || y.count - x.count);
    const most = this.manifest.whole ? MOST_REPAIRS : FEW_REPAIRS;
    const out = [];
    for (const f of fixes) if (out.length < most && !out.includes(f.text)) out.push(f.text);
    return out;
  }

  async near(part) {
    this.go();
    const sound = Array.from(soundOf(normalize(part)));
    const folded = Array.from(fold(part));
    const bound = leeway(sound.length);
    const size = Array.from(part).length;
    const out = [];
    const consider = (e) => {
      if (e.stop || e.text === part) return;
      if (!e.sound) e.sound = Array.from(soundOf(e.text));
      if (Math.abs(e.sound.length - sound.length) > bound + FOLD_SLACK) return;
      let d = distance(sound, e.sound, bound);
      if (d > 1) {
        if (!e.fold) e.fold = Array.from(fold(e.text));
        d = Math.min(d, 1 + distance(folded, e.fold, bound));
      }
      if (d <= bound) out.push({ text: e.text, distance: d, size, count: e.count });
    };
    this.lexicon.words.forEach(consider);
    (await this.store.spellings(bonesOf(part), this.call)).forEach(consider);
    return out;
  }
}

function differs(title) {
  const text = normalize(title);
  if (text.length !== title.length) return [0, 0];
  let from = baseLen(text);
  while (text[from] === " ") from++;
  return from >= text.length ? [0, 0] : [from, text.length];
}

function count(f, value) {
  const [sort, name] = value.split(":");
  const counts = { kind: f.kinds, category: f.categories, group: f.groups, agency: f.agencies }[sort];
  if (counts) counts[name] = (counts[name] || 0) + 1;
  else if (value === "online") f.online++;
}

function countAgencies(f, units) {
  for (const u of units) {
    const codes = new Set();
    for (const m of u.members) m.record.agencies.forEach((a) => codes.add(a));
    for (const a of codes) f.agencies[a] = (f.agencies[a] || 0) + 1;
  }
}
