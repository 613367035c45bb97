// The files of a search index in the browser: bytes, shards, cache. The twin
// of bytes.go, hash.go, shards.go, open.go and lookup.go in the Go package
// generator/internal/search, whose comment describes the format.

export const FORMAT = 2;

const HASH_DIGITS = 8;
const NO_HASH = "00000000";
const DIR_SIZE = 32; // hashes in a file of hashes
const DIR_BITS = 5;
const FOLDER_BITS = 8;
const MOST_TAILS = 128;
const KEY_BITS = 40;
const CACHE_BYTES = 16 << 20;

const POSTINGS_SORT = 0;
const SPELLINGS_SORT = 1;

const KINDS = ["manual", "service", "agency", "point"];

export class DamagedError extends Error {
  constructor() {
    super("search: damaged shard");
    this.name = "DamagedError";
  }
}

/** Reader walks over a shard; it throws DamagedError where no build wrote such bytes. */
export class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  more() {
    return this.at < this.data.length;
  }

  byte() {
    if (this.at >= this.data.length) throw new DamagedError();
    return this.data[this.at++];
  }

  uint() {
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const b = this.byte();
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
    throw new DamagedError();
  }

  // count is a number of items that follow, each of at least one byte.
  count() {
    const n = this.uint();
    if (n > this.data.length - this.at) throw new DamagedError();
    return n;
  }

  bytes(n) {
    if (n > this.data.length - this.at) throw new DamagedError();
    this.at += n;
    return this.data.subarray(this.at - n, this.at);
  }

  tag() {
    const b = this.bytes(4);
    return (b[0] | (b[1] << 8) | (b[2] << 16) | (b[3] << 24)) >>> 0;
  }

  text() {
    return expand(this.bytes(this.count()));
  }

  list(read) {
    const out = [];
    for (let n = this.count(); n > 0; n--) out.push(read());
    return out;
  }

  texts() {
    return this.list(() => this.text());
  }

  uints() {
    return this.list(() => this.uint());
  }
}

// expand reads text: one byte for each ASCII and Thai character, 0x80 before
// any other.
export function expand(bytes) {
  let out = "";
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i];
    if (b < 0x80) out += String.fromCharCode(b);
    else if (b >= 0xa1 && b <= 0xfb) out += String.fromCharCode(b - 0xa1 + 0x0e01);
    else if (b === 0x80) {
      const r = new Reader(bytes);
      r.at = i + 1;
      out += String.fromCodePoint(Math.min(r.uint(), 0x10ffff));
      i = r.at - 1;
    }
  }
  return out;
}

/** hashTerm gives a term's two hashes: hi chooses the bucket, lo is its tag there. */
export function hashTerm(s) {
  return { hi: hash32(s, 0x811c9dc5), lo: hash32(s, 0x9747b28c) };
}

function hash32(s, seed) {
  let h = seed;
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const shardOf = (term, bits) => (bits === 0 ? 0 : term.hi >>> (32 - bits));

const pad = (digits) => NO_HASH.slice(digits.length) + digits;

// tailTerm is the term under which the tail stands that begins at a key.
function tailTerm(term, from) {
  const digits = term.hi ? term.hi.toString(16) + pad(term.lo.toString(16)) : term.lo.toString(16);
  return hashTerm("t" + digits + ":" + from.toString(16));
}

function shardPath(sort, bits, n, hash) {
  const name = n.toString(16) + "-" + hash + ".idx";
  if (bits <= FOLDER_BITS) return sort + "/" + name;
  const folder = (n & ((1 << FOLDER_BITS) - 1)).toString(16);
  return sort + "/" + (folder.length < 2 ? "0" : "") + folder + "/" + name;
}

/**
 * Files reads the shards of one index. What has been read is kept, up to a
 * bound; a file that is on its way is not asked for twice. A call is
 * {read: bytes, missing: number of files that could not be had}.
 */
export class Files {
  constructor(manifest, fetchBytes) {
    this.manifest = manifest;
    this.fetchBytes = fetchBytes;
    this.kept = new Map(); // path → bytes, used last at the end
    this.size = 0;
    this.coming = new Map(); // path → promise
  }

  file(path, call) {
    const kept = this.kept.get(path);
    if (kept) {
      this.kept.delete(path);
      this.kept.set(path, kept);
      return Promise.resolve(kept);
    }
    if (!this.coming.has(path)) this.coming.set(path, this.load(path, call));
    return this.coming.get(path).then((data) => {
      if (!data) call.missing++;
      return data;
    });
  }

  async load(path, call) {
    try {
      const data = asBytes(await this.fetchBytes(path));
      call.read += data.length;
      this.keep(path, data);
      return data;
    } catch (error) {
      return null;
    } finally {
      this.coming.delete(path);
    }
  }

  keep(path, data) {
    this.kept.set(path, data);
    this.size += data.length;
    for (const [oldest, bytes] of this.kept) {
      if (this.size <= CACHE_BYTES || this.kept.size === 1) return;
      this.kept.delete(oldest);
      this.size -= bytes.length;
    }
  }

  // shard is null when it is absent or could not be had.
  async shard(sort, shards, n, call) {
    const hash = await this.hashOf(sort, shards, n, call);
    if (!hash || hash === NO_HASH) return null;
    return this.file(shardPath(sort, shards.bits, n, hash), call);
  }

  async hashOf(sort, shards, n, call) {
    if (shards.hashes) return shards.hashes.slice(n * HASH_DIGITS, (n + 1) * HASH_DIGITS);
    const dirs = { bits: shards.bits - DIR_BITS, hashes: shards.dirs };
    const data = await this.shard("dirs/" + sort, dirs, Math.floor(n / DIR_SIZE), call);
    if (!data) return "";
    if (data.length !== DIR_SIZE * 4) throw new DamagedError();
    const at = (n % DIR_SIZE) * 4;
    const value = ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
    return pad(value.toString(16));
  }

  /** The best postings of a term: {units, tails, list: [{id, level, values}]}. */
  async lookup(term, call) {
    const entry = await this.entry(term, call);
    return entry ? readPostings(entry) : { units: 0, tails: [], list: [] };
  }

  /** Adds up to most tails of a term to its postings. */
  async readTails(term, postings, most, call) {
    const names = postings.tails.slice(0, most).map((from) => tailTerm(term, from));
    const { tails } = this.manifest;
    const shards = await Promise.all(names.map((t) => this.shard("tails", tails, shardOf(t, tails.bits), call)));
    for (let i = 0; i < names.length && shards[i]; i++) {
      const one = findTail(shards[i], names[i]);
      if (one) postings.list = postings.list.concat(one.list);
    }
  }

  async entry(term, call) {
    const { terms } = this.manifest;
    const data = await this.shard("terms", terms, shardOf(term, terms.bits), call);
    return data && findEntry(data, term);
  }

  /** The spellings that have these consonants: [{text, count}]. */
  async spellings(bones, call) {
    const entry = await this.entry(hashTerm("~" + bones), call);
    if (!entry) return [];
    const r = new Reader(entry.body);
    if (r.byte() !== SPELLINGS_SORT) throw new DamagedError();
    const out = [];
    while (r.more()) {
      const count = priorOf(r.uint());
      out.push({ text: r.text(), count, stop: false });
    }
    return out;
  }

  /** The records of units, in the order asked for; those not to be had are left out. */
  async records(ids, call) {
    const numbers = ids.map((id) => this.recordShard(id));
    const { records } = this.manifest;
    const different = Array.from(new Set(numbers));
    const read = await Promise.all(different.map((n) => this.shard("records", records, n, call)));
    const units = new Map();
    read.forEach((data, i) => units.set(different[i], data ? decodeRecords(data) : []));
    const out = [];
    ids.forEach((id, i) => {
      const unit = units.get(numbers[i]).find((u) => u.id === id);
      if (unit) out.push(unit);
    });
    return out;
  }

  recordShard(id) {
    const { slots, records } = this.manifest;
    const last = 2 ** records.bits - 1;
    if (records.bits > slots) return Math.min(id * 2 ** (records.bits - slots), last);
    return Math.min(Math.floor(id / 2 ** (slots - records.bits)), last);
  }
}

export function asBytes(data) {
  return data instanceof Uint8Array ? data : new Uint8Array(data);
}

// priorOf brings a number to 0-15, in steps of doubling.
function priorOf(weight) {
  let n = 0;
  for (let w = weight; w >= 1 && n < 15; w /= 2) n++;
  return n;
}

// findEntry looks for a term in a bucket.
function findEntry(data, term) {
  const r = new Reader(data);
  const values = r.list(() => {
    const set = r.uints();
    for (let i = 1; i < set.length; i++) set[i] += set[i - 1];
    return set;
  });
  while (r.more()) {
    const tag = r.tag();
    const body = r.bytes(r.count());
    if (tag === term.lo) return { body, values };
  }
  return null;
}

function findTail(data, term) {
  const r = new Reader(data);
  while (r.more()) {
    const tag = r.tag();
    const body = r.bytes(r.count());
    if (tag !== term.lo) continue;
    const entry = findEntry(body, term);
    return entry && readPostings(entry);
  }
  return null;
}

function readPostings({ body, values }) {
  const r = new Reader(body);
  if (r.byte() !== POSTINGS_SORT) throw new DamagedError();
  const postings = { units: r.uint(), tails: readTails(r), list: [] };
  while (r.more()) {
    const level = r.byte();
    let id = 0;
    for (let n = r.count(); n > 0; n--) {
      id += r.uint();
      const set = r.uint();
      if (set >= values.length) throw new DamagedError();
      postings.list.push({ id, level, values: values[set] });
    }
  }
  return postings;
}

// readTails reads where the leaves begin that have a tail.
function readTails(r) {
  const all = [];
  const most = r.uint();
  if (most > 2 * MOST_TAILS) throw new DamagedError();
  let from = 0;
  while (all.length < most) {
    const depth = r.byte();
    let n = r.uint();
    if (depth > KEY_BITS || n === 0 || n > most - all.length) throw new DamagedError();
    for (; n > 0; n--) {
      all.push(from);
      from += 2 ** (KEY_BITS - depth);
    }
  }
  return all.length === 0 ? all : all.slice(r.uint());
}

function decodeRecords(data) {
  const r = new Reader(data);
  const texts = r.texts();
  const text = () => {
    const n = r.uint();
    if (n >= texts.length) throw new DamagedError();
    return texts[n];
  };
  const record = () => {
    const head = r.byte();
    return {
      kind: KINDS[(head >> 4) % KINDS.length],
      weight: head & 15,
      url: text(),
      titleTH: text(),
      titleEN: text(),
      agencyCode: text(),
      agencyTH: text(),
      agencyEN: text(),
      factsTH: text(),
      factsEN: text(),
      names: r.list(text),
      agencies: r.list(text),
      values: r.uints(),
    };
  };
  return r.list(() => ({ id: r.uint(), total: r.uint(), members: r.list(record) }));
}
