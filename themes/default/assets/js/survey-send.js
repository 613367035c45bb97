// Sends what waits: by a websocket, by POST where that fails, and later where
// neither works. An answer is let go of only when the daemon has said of it, by
// its id, that it is stored; whatever else comes back, it stays.
import * as box from "./survey-box.js";
import { pause } from "./survey-core.js";
import { base } from "./site.js";

const OPEN = 10000; // milliseconds until a connection that does not open is given up
const ANSWER = 20000; // and one that does not answer
const IDLE = 60000; // a connection that nothing goes through is closed
const LEASE = 60000; // how long a tab may be silent before another sends
const PLAIN = 600000; // how long POST is used after a websocket failed
const BEAT = 60000; // a registered device says at least so often that it is there
const STUCK = 600000; // without progress for so long, somebody is told
const VERSION = 1; // of the messages
const OLD = 4002; // why the daemon closes: it speaks another version,
const REVOKED = 4003; // or does not know this device any more
const MOST = 50; // answers at a time
const BYTES = 60000; // and about as many bytes, below the daemon's limit of a frame

const me = Math.random().toString(36).slice(2);
const state = { waiting: 0, refused: 0, contact: 0, stuck: false, kept: false, revoked: false, old: false };
// registered is what this device is registered as; undefined where it is not, or keeps
// nothing.
const registered = () => box.about("device").catch(() => undefined);

let service = "";
let tell = () => {};
let timer = 0;
let running = false;
let again = false;
let failures = 0;
let size = MOST;
let good = 0; // messages that got through since one did not
let trying = 0; // answers in the message that is on its way
let epoch = ""; // of the daemon's database, as this page heard last
let plainUntil = 0;
let progress = Date.now();
let socket = null;

/** Begins to send, and tells what waits whenever that changes. */
export function watch(address, told) {
  service = address;
  tell = told;
  box.note("service", address).catch(() => {});
  window.addEventListener("online", () => { failures = 0; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  box.persist().then((kept) => { state.kept = kept; report(); });
  send();
}

/** Sends what waits from a page that is no survey. */
export async function resume() {
  service = await box.about("service") || "";
  send();
}

/** Sends what waits, now. */
export async function send() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  clearTimeout(timer);
  try {
    do {
      again = false;
      await drain();
    } while (again);
  } finally {
    running = false;
  }
}

// drain sends until nothing waits or something fails, and says when to go on.
async function drain() {
  let wait = 0;
  try {
    wait = await alone(deliverAll);
  } catch (error) {
    failures++;
    good = 0;
    size = Math.max(1, Math.ceil(Math.min(size, trying || size) / 2)); // a slow line carries a small message
    wait = Math.max(1000, pause(failures, Math.random()));
  }
  await report();
  if (wait > 0) timer = setTimeout(send, wait);
}

// alone does work while no other tab does: one after the other where the browser
// has locks, which end with their tab; else by a lease, which ends with its time.
async function alone(work) {
  if (navigator.locks) return navigator.locks.request("khumue-survey" + base, work);
  if (!(await box.lease(me, Date.now(), LEASE))) return LEASE / 3;
  try {
    return await work();
  } finally {
    await box.release(me);
  }
}

// deliverAll gives how many milliseconds to wait, 0 when nothing is left.
async function deliverAll() {
  for (;;) {
    const batch = fitting(await box.waiting(MOST));
    if (batch.length === 0) return 0;
    await report(); // the message says how many wait beside it, and another tab may have sent some
    const wait = await deliver(batch);
    failures = 0;
    if (wait > 0) return wait;
    if (!navigator.locks && !(await box.lease(me, Date.now(), LEASE))) return LEASE / 3;
  }
}

// fitting is as many of the answers as go into one message.
function fitting(all) {
  const out = [];
  let bytes = 0;
  for (const a of all) {
    bytes += a.body.length * 3; // at most, in UTF-8
    if (out.length > 0 && (bytes > BYTES || out.length >= size)) break;
    out.push(a);
  }
  return out;
}

// deliver sends a batch and does what is answered to each: how many
// milliseconds to wait before more is sent.
async function deliver(batch) {
  trying = batch.length;
  const { results, epoch: of } = await exchange(batch);
  await heard(of);
  const stored = [];
  let wait = 0;
  for (const a of batch) {
    const r = results.find((one) => one && one.id === a.id);
    if (r && (r.status === "stored" || r.status === "duplicate")) stored.push(a);
    else if (r && r.status === "rejected") await box.refuse(a.id, a.body, wordsOf(r.reason));
    else wait = Math.max(wait, 1000, r && r.status === "retry_later" ? Number(r.ms) || 0 : 0);
  }
  if (stored.length > 0) await (await box.about("device") ? box.lay(stored, Date.now()) : box.remove(stored));
  if (wait === 0 || stored.length > 0) progress = Date.now();
  if (++good % 8 === 0) size = Math.min(MOST, size * 2); // not sooner: what is too large is lost
  state.contact = Date.now();
  await box.note("contact", state.contact);
  return wait;
}

// heard learns the epoch of the daemon's database. After a restore what a
// registered device sent waits once more.
async function heard(now) {
  if (!now || now === epoch) return;
  await box.began(now);
  epoch = now;
}

function wordsOf(reason) {
  if (!reason) return "";
  return typeof reason === "string" ? reason : reason[document.documentElement.lang] || reason.th || reason.en || "";
}

// message is what is sent of some answers, each as it was kept, and how many wait
// beside them. The nonce comes back with the results, by which they are known to
// be an answer to this.
function message(batch, nonce) {
  return '{"type":"submit","nonce":"' + nonce + '","pending":' + Math.max(0, state.waiting - batch.length) + ',"items":[' + batch.map((a) => a.body).join(",") + "]}";
}

const newNonce = () => me + "-" + Date.now().toString(36);

// exchange sends answers and gives what the daemon says of them: {results, epoch}.
async function exchange(batch) {
  if ("WebSocket" in window && Date.now() >= plainUntil) {
    try {
      return await bySocket(batch);
    } catch (error) {
      close();
      if (navigator.onLine === false) throw error;
      const said = await byPost(batch);
      plainUntil = Date.now() + PLAIN; // it went through where the socket did not
      return said;
    }
  }
  return byPost(batch);
}

// ---- By websocket

async function bySocket(batch) {
  const s = await opened();
  const nonce = newNonce();
  return new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error("no answer")), ANSWER);
    s.onmessage = (event) => {
      const said = resultsOf(event.data, nonce);
      if (!said) return;
      clearTimeout(late);
      closeLater();
      done(said);
    };
    s.onclose = s.onerror = (event) => { clearTimeout(late); socket = null; closed(event); failed(new Error("closed")); };
    s.send(message(batch, nonce));
  });
}

// opened is a connection on which the daemon has said hello.
async function opened() {
  if (socket && socket.readyState === 1) return socket;
  const device = await registered();
  return new Promise((done, failed) => {
    const url = new URL((service || location.origin) + "/ws/survey");
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    const s = new WebSocket(url.href, "survey.v1");
    const late = setTimeout(() => { s.close(); failed(new Error("not open")); }, OPEN);
    let toldOfDevice = !device;
    s.onmessage = (event) => {
      const said = read(event.data);
      if (!said || said.type !== "hello") return;
      state.old = said.version > VERSION;
      state.contact = Date.now();
      if (toldOfDevice) {
        clearTimeout(late);
        socket = s;
        done(s);
        return;
      }
      toldOfDevice = true;
      s.send(JSON.stringify({ type: "hello", version: VERSION, token: device.token, pending: state.waiting }));
    };
    s.onclose = s.onerror = (event) => { clearTimeout(late); closed(event); failed(new Error("not open")); };
  });
}

// closed notes why the daemon ended a connection, where it said so.
function closed(event) {
  if (event.code === OLD) state.old = true;
  if (event.code === REVOKED) state.revoked = true;
}

let idle = 0;

function closeLater() {
  clearTimeout(idle);
  idle = setTimeout(close, IDLE);
}

function close() {
  clearTimeout(idle);
  const s = socket;
  socket = null;
  if (s) {
    s.onclose = s.onerror = s.onmessage = null;
    s.close();
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

function resultsOf(text, nonce) {
  const m = read(text);
  return m && m.type === "results" && m.nonce === nonce && Array.isArray(m.results) ? m : null;
}

/**
 * Says that this device is there and how much waits on it, where it is a
 * registered one and has sent nothing for a while.
 */
export async function beat() {
  const device = await box.about("device");
  if (!device || Date.now() - state.contact < BEAT || running) return;
  try {
    const said = read(await (await post(JSON.stringify({ type: "hello", version: VERSION, token: device.token, pending: state.waiting }), "")).text());
    if (!said || said.type !== "hello") return;
    state.contact = Date.now();
    await box.note("contact", state.contact);
    await heard(said.epoch);
    send();
  } catch (error) {
    return; // the line of the status says since when
  }
  await report();
}

/** Registers this device by an officer's one-time code; whether that was done. */
export async function claim(address, code) {
  service = address;
  try {
    const said = read(await (await post(JSON.stringify({ type: "claim", code }), "")).text());
    if (!said || said.type !== "device" || !said.token) return false;
    await box.note("device", { token: said.token, name: said.name || "" });
    state.revoked = false;
    state.contact = Date.now();
    await box.note("contact", state.contact);
    await report();
    return true;
  } catch (error) {
    return false;
  }
}

// ---- By POST

// byPost takes nothing for an answer but results: what a hotel's sign-in page
// says is none.
async function byPost(batch) {
  const device = await registered();
  const nonce = newNonce();
  const response = await post(message(batch, nonce), device ? device.token : "");
  if (response.status === 413) return tooLarge(batch);
  const said = resultsOf(await response.text(), nonce);
  if (!said) throw new Error("no results");
  return said;
}

async function post(body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = "Bearer " + token;
  const control = "AbortController" in window ? new AbortController() : null;
  const late = setTimeout(() => { if (control) control.abort(); }, ANSWER);
  try {
    return await fetch(service + "/api/survey", {
      method: "POST", headers, body, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
      signal: control ? control.signal : undefined,
    });
  } finally {
    clearTimeout(late);
  }
}

// tooLarge has less sent at a time, as after any failure; one answer alone that is too large is
// put aside.
function tooLarge(batch) {
  if (batch.length === 1) return { results: [{ id: batch[0].id, status: "rejected", reason: "too_large" }] };
  throw new Error("too large");
}

/** Sends one answer that is kept nowhere; whether the daemon has it. */
export async function once(address, id, body) {
  service = address;
  try {
    const { results } = await exchange([{ id, body }]);
    state.contact = Date.now();
    report();
    return results.some((r) => r.id === id && (r.status === "stored" || r.status === "duplicate"));
  } catch (error) {
    return false;
  }
}

async function report() {
  try {
    Object.assign(state, await box.counts());
    state.contact = state.contact || await box.about("contact") || 0;
  } catch (error) {
    return;
  }
  state.stuck = state.waiting > 0 && Date.now() - progress > STUCK;
  if (state.waiting === 0) progress = Date.now();
  tell(Object.assign({}, state));
}
