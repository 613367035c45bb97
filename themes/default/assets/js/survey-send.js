// Sends what waits: by a websocket, by POST where that fails, and later where
// neither works. An answer is let go of only when the daemon has said of it, by
// its id, that it is stored; whatever else comes back, it stays.
import * as box from "./survey-box.js";
import { pause } from "./survey-core.js";

const OPEN = 10000; // milliseconds until a connection that does not open is given up
const ANSWER = 20000; // and one that does not answer
const IDLE = 60000; // a connection that nothing goes through is closed
const LEASE = 60000; // how long a tab may be silent before another sends
const PLAIN = 600000; // how long POST is used after a websocket failed
const STUCK = 600000; // without progress for so long, somebody is told
const MOST = 100; // answers at a time
const BYTES = 60000; // and about as many bytes, below the daemon's limit of a frame

const me = Math.random().toString(36).slice(2);
const state = { waiting: 0, refused: 0, contact: 0, stuck: false, kept: false };
let service = "";
let tell = () => {};
let timer = 0;
let running = false;
let again = false;
let failures = 0;
let size = MOST;
let plainUntil = 0;
let progress = Date.now();
let socket = null;

/** Begins to send, and tells what waits whenever that changes. */
export function watch(address, told) {
  service = address;
  tell = told;
  window.addEventListener("online", () => { failures = 0; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  if (navigator.storage && navigator.storage.persisted) {
    navigator.storage.persisted().then((kept) => { state.kept = kept; report(); }, () => {});
  }
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
    while (wait === 0) {
      const batch = fitting(await box.waiting(MOST));
      if (batch.length === 0) break;
      if (!(await box.lease(me, Date.now(), LEASE))) {
        wait = LEASE / 3;
        break;
      }
      wait = await deliver(batch);
      failures = 0;
    }
  } catch (error) {
    failures++;
    wait = Math.max(1000, pause(failures, Math.random()));
  }
  await report();
  if (wait > 0) timer = setTimeout(send, wait);
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
  const results = await exchange(batch);
  const stored = [];
  let wait = 0;
  for (const a of batch) {
    const r = results.find((one) => one && one.id === a.id);
    if (r && (r.status === "stored" || r.status === "duplicate")) stored.push(a.id);
    else if (r && r.status === "rejected") await box.refuse(a.id, a.body, wordsOf(r.reason));
    else wait = Math.max(wait, 1000, r && r.status === "retry_later" ? Number(r.wait) || 0 : 0);
  }
  if (stored.length > 0) await box.remove(stored);
  if (wait === 0 || stored.length > 0) progress = Date.now();
  size = Math.min(MOST, size * 2);
  state.contact = Date.now();
  await box.note("contact", state.contact);
  return wait;
}

function wordsOf(reason) {
  if (!reason) return "";
  return typeof reason === "string" ? reason : reason[document.documentElement.lang] || reason.th || reason.en || "";
}

const message = (batch) => '{"type":"submit","items":[' + batch.map((a) => a.body).join(",") + "]}";

async function exchange(batch) {
  if ("WebSocket" in window && Date.now() >= plainUntil) {
    try {
      return await bySocket(batch);
    } catch (error) {
      close();
      if (navigator.onLine === false) throw error;
      const results = await byPost(batch);
      plainUntil = Date.now() + PLAIN; // it went through where the socket did not
      return results;
    }
  }
  return byPost(batch);
}

// ---- By websocket

async function bySocket(batch) {
  const s = await opened();
  return new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error("no answer")), ANSWER);
    s.onmessage = (event) => {
      const results = resultsOf(event.data);
      if (!results) return;
      clearTimeout(late);
      closeLater();
      done(results);
    };
    s.onclose = s.onerror = () => { clearTimeout(late); socket = null; failed(new Error("closed")); };
    s.send(message(batch));
  });
}

async function opened() {
  if (socket && socket.readyState === 1) return socket;
  const device = await box.about("device");
  return new Promise((done, failed) => {
    const url = new URL((service || location.origin) + "/ws/survey");
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    const s = new WebSocket(url.href, device ? ["survey.v1", "device." + device.token] : ["survey.v1"]);
    const late = setTimeout(() => { s.close(); failed(new Error("not open")); }, OPEN);
    s.onopen = () => { clearTimeout(late); socket = s; done(s); };
    s.onclose = s.onerror = () => { clearTimeout(late); failed(new Error("not open")); };
  });
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

function resultsOf(text) {
  try {
    const m = JSON.parse(text);
    return m && m.type === "results" && Array.isArray(m.results) ? m.results : null;
  } catch (error) {
    return null;
  }
}

// ---- By POST

// byPost takes nothing for an answer but results: what a hotel's sign-in page
// says is none.
async function byPost(batch) {
  const device = await box.about("device");
  const headers = { "Content-Type": "application/json" };
  if (device) headers.Authorization = "Bearer " + device.token;
  const control = "AbortController" in window ? new AbortController() : null;
  const late = setTimeout(() => { if (control) control.abort(); }, ANSWER);
  try {
    const response = await fetch(service + "/api/survey", {
      method: "POST", headers, body: message(batch), credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
      signal: control ? control.signal : undefined,
    });
    if (response.status === 413) return tooLarge(batch);
    const results = resultsOf(await response.text());
    if (!results) throw new Error("no results");
    return results;
  } finally {
    clearTimeout(late);
  }
}

// tooLarge halves what is sent at a time; one answer alone that is too large is
// put aside.
function tooLarge(batch) {
  if (batch.length === 1) return [{ id: batch[0].id, status: "rejected", reason: "too_large" }];
  size = Math.ceil(batch.length / 2);
  throw new Error("too large");
}

/** Sends one answer that is kept nowhere; whether the daemon has it. */
export async function once(address, id, body) {
  service = address;
  try {
    const results = await exchange([{ id, body }]);
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
