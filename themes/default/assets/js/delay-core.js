// What the look-up of a delayed request is without a page: codes, keys and
// records, as internal/lookup has them; its testdata/vectors.json holds both.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DATA = 26; // letters of five bits; two more check them
const LETTERS = 28;
const SALT = "khumue delay look-up 1";
const BOUND = "khumue delay record 1";
const SLOT = 3072; // bytes of a record with its nonce and tag
const NONCE = 12;
const BLANK = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]/g;
const DASH = /[\u2010-\u2015\u2212]/g;
const bytesOf = (text) => new TextEncoder().encode(text);

const latin = (text) => text.replace(/[๐-๙]/g, (d) => String(d.charCodeAt(0) - 0x0e50));

/** A request's number without what people leave out or write in another way. */
export function normal(request) {
  return latin(request.replace(/\u0e4d\u0e32/g, "\u0e33").replace(BLANK, "").replace(DASH, "-")).replace(/[A-Z]/g, (c) => c.toLowerCase());
}

// times multiplies in the field of 32 elements, by x⁵ + x² + 1.
function times(a, b) {
  let out = 0;
  for (; b !== 0; b >>= 1) {
    if (b & 1) out ^= a;
    a <<= 1;
    if (a & 32) a ^= 37;
  }
  return out;
}

function checks(values) {
  let one = 0;
  let two = 0;
  let power = 1;
  let square = 1;
  for (const v of values) {
    power = times(power, 2);
    square = times(square, 4);
    one ^= times(power, v);
    two ^= times(square, v);
  }
  return [one, two];
}

/** The 16 bytes of a code as people type it; null for what is none. */
export function parseCode(typed) {
  const values = [];
  for (const c of latin(typed.replace(BLANK, "").replace(DASH, "").replace(/-/g, ""))) {
    const letter = c.replace(/[a-z]/, (l) => l.toUpperCase()).replace("O", "0").replace(/[IL]/, "1");
    const v = ALPHABET.indexOf(letter);
    if (v < 0) return null;
    values.push(v);
  }
  if (values.length !== LETTERS) return null;
  const data = values.slice(0, DATA);
  const [one, two] = checks(data);
  if (data[DATA - 1] & 3 || values[DATA] !== one || values[DATA + 1] !== two) return null;
  const out = new Uint8Array(16);
  let bits = 0;
  let have = 0;
  let at = 0;
  for (const v of data) {
    bits = ((bits << 5) | v) & 0xffff;
    have += 5;
    if (have >= 8 && at < 16) {
      have -= 8;
      out[at++] = (bits >> have) & 255;
    }
  }
  return out;
}

async function derive(subtle, code, info, length) {
  const key = await subtle.importKey("raw", code, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: bytesOf(SALT), info: bytesOf(info) }, key, 8 * length));
}

/** What number and code of a request open: {address, record}, each bytes. */
export async function keysOf(subtle, request, code) {
  const number = normal(request);
  return { address: await derive(subtle, code, "address\n" + number, 16), record: await derive(subtle, code, "record\n" + number, 32) };
}

/** The file in which a record would stand, where there are two to the power of bits. */
export function shardOf(bits, address) {
  const begin = address[0] * 256 + address[1];
  return bits + "-" + (begin >> (16 - bits)).toString(16).padStart(4, "0") + ".json";
}

/** The record of a key in a file that was read, {version, slots}; null where it has none. All slots are tried. */
export async function find(subtle, shard, record) {
  const slots = Uint8Array.from(atob(shard.slots), (c) => c.charCodeAt(0));
  if (shard.version !== 1 || slots.length === 0 || slots.length % SLOT !== 0) throw new Error("a shard of another kind");
  const key = await subtle.importKey("raw", record, "AES-GCM", false, ["decrypt"]);
  let found = null;
  for (let at = 0; at < slots.length; at += SLOT) {
    const slot = slots.subarray(at, at + SLOT);
    try {
      const plain = await subtle.decrypt({ name: "AES-GCM", iv: slot.subarray(0, NONCE), additionalData: bytesOf(BOUND) }, key, slot.subarray(NONCE));
      found = JSON.parse(new TextDecoder().decode(plain));
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
    }
  }
  return found;
}
