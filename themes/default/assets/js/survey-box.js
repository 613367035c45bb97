// What waits to be sent, on this device: answers that are finished, each as the
// bytes that are sent, until the daemon says that it has them. There is no limit
// of time. The database also knows this device, where an officer registered it; on
// such a one what was sent is kept for some weeks, so that it can be sent again
// when the daemon lost it.
import { base, surveyHint } from "./site.js";

const VERSION = 2;
const KEPT = 35 * 86400000; // milliseconds for which what was sent is kept
const WAITING = "waiting"; // {id, body, problem}: problem is why the daemon refused it, "" while it waits
const ABOUT = "about"; // by name: "device" {token, name}, "lease" {until, holder}, "contact" milliseconds, "service" an address, "epoch" of the daemon's database
const SENT = "sent"; // {id, body, at}: what the daemon said that it has, and when in milliseconds

/** Makes the stores of a database that is older than VERSION; what it holds stays. */
export function upgrade(db, old) {
  if (old < 1) {
    db.createObjectStore(WAITING, { keyPath: "id" });
    db.createObjectStore(ABOUT);
  }
  if (old < 2) db.createObjectStore(SENT, { keyPath: "id" }).createIndex("at", "at");
}

let opening = null;

// open opens the database; as it is, where a page of a later build made it.
function open() {
  if (!opening) {
    opening = opened(VERSION).catch((error) => {
      if (error && error.name === "VersionError") return opened();
      throw error;
    });
    opening.catch(() => { opening = null; });
  }
  return opening;
}

function opened(version) {
  return new Promise((done, failed) => {
    const request = indexedDB.open("khumue-survey" + base, version);
    request.onupgradeneeded = (event) => upgrade(request.result, event.oldVersion);
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opening = null; };
      request.result.onclose = () => { opening = null; };
      done(request.result);
    };
    request.onerror = () => failed(request.error);
    request.onblocked = () => {}; // the other tab lets go by itself
  });
}

// inside does something in a transaction that is on the disk when the promise
// comes true, and gives the result of the request that work returns.
function inside(store, mode, work) {
  return across([store], mode, (t) => work(t.objectStore(store)));
}

// across does the same in several stores at once.
async function across(stores, mode, work) {
  const db = await open();
  return new Promise((done, failed) => {
    const t = db.transaction(stores, mode, { durability: "strict" });
    let request = null;
    t.oncomplete = () => done(request ? request.result : undefined);
    t.onabort = () => failed(t.error || new Error("aborted"));
    t.onerror = () => {};
    request = work(t) || null;
  });
}

/** Keeps a finished answer. It rejects when the device has no room, and nothing is kept then. */
export async function keep(id, body) {
  await inside(WAITING, "readwrite", (s) => s.add({ id, body, problem: "" }));
  hint(true);
}

/** Up to so many answers that wait, the oldest first: [{id, body}]. */
export async function waiting(most) {
  const all = await inside(WAITING, "readonly", (s) => s.getAll());
  return all.filter((a) => a.problem === "").slice(0, most);
}

/** How many wait, and how many the daemon refused: {waiting, refused}. */
export async function counts() {
  const all = await inside(WAITING, "readonly", (s) => s.getAll());
  const refused = all.filter((a) => a.problem !== "").length;
  hint(all.length > refused);
  return { waiting: all.length - refused, refused };
}

/** Lets go of answers that the daemon has: [{id, body}]. */
export async function remove(answers) {
  await inside(WAITING, "readwrite", (s) => { answers.forEach((a) => s.delete(a.id)); });
}

/** Does the same on a registered device, which keeps what it sent for some weeks. */
export async function lay(answers, now) {
  await across([WAITING, SENT], "readwrite", (t) => {
    const sent = t.objectStore(SENT);
    for (const { id, body } of answers) {
      t.objectStore(WAITING).delete(id);
      sent.put({ id, body, at: now });
    }
    const old = sent.index("at").openKeyCursor(IDBKeyRange.upperBound(now - KEPT));
    old.onsuccess = () => {
      if (!old.result) return;
      sent.delete(old.result.primaryKey);
      old.result.continue();
    };
  });
}

/**
 * Notes the epoch of the daemon's database. Where it is another than before, a
 * backup was restored: what was sent and is kept waits again, and counts once.
 */
export async function began(epoch) {
  if (await about("epoch") === epoch) return;
  await across([WAITING, SENT, ABOUT], "readwrite", (t) => {
    const known = t.objectStore(ABOUT).get("epoch");
    known.onsuccess = () => {
      t.objectStore(ABOUT).put(epoch, "epoch");
      if (known.result === undefined || known.result === epoch) return;
      const all = t.objectStore(SENT).getAll();
      all.onsuccess = () => {
        all.result.forEach(({ id, body }) => t.objectStore(WAITING).put({ id, body, problem: "" }));
        t.objectStore(SENT).clear();
      };
    };
  });
}

/** Keeps an answer that the daemon refused, with the reason, without sending it again. */
export async function refuse(id, body, problem) {
  await inside(WAITING, "readwrite", (s) => s.put({ id, body, problem: problem || "rejected" }));
}

/** What is kept under a name about this device; undefined when nothing is. */
export function about(name) {
  return inside(ABOUT, "readonly", (s) => s.get(name));
}

/** Keeps something about this device. */
export async function note(name, value) {
  await inside(ABOUT, "readwrite", (s) => s.put(value, name));
}

/**
 * Takes the right to send for some milliseconds, where no other tab has it:
 * whether it was taken. holder names this tab. The same tab takes it anew.
 */
export async function lease(holder, now, milliseconds) {
  const db = await open();
  return new Promise((done, failed) => {
    const t = db.transaction([ABOUT], "readwrite");
    let mine = false;
    t.oncomplete = () => done(mine);
    t.onabort = () => failed(t.error || new Error("aborted"));
    const s = t.objectStore(ABOUT);
    const read = s.get("lease");
    read.onsuccess = () => {
      const held = read.result;
      mine = !held || held.holder === holder || held.until <= now || held.until > now + 10 * milliseconds;
      if (mine) s.put({ holder, until: now + milliseconds }, "lease");
    };
  });
}

/** Gives the right to send back, if this tab has it. */
export async function release(holder) {
  const db = await open();
  const s = db.transaction([ABOUT], "readwrite").objectStore(ABOUT);
  const read = s.get("lease");
  read.onsuccess = () => {
    if (read.result && read.result.holder === holder) s.delete("lease");
  };
}

// hint lets every page of the site send what waits, without opening the database
// where nothing does.
function hint(waits) {
  try {
    if (waits) localStorage.setItem(surveyHint, "1");
    else localStorage.removeItem(surveyHint);
  } catch (error) {
    // Without it answers are sent when a survey is opened again.
  }
}

/** Asks the browser to keep what is here; whether it promises to. */
export async function persist() {
  try {
    if (!navigator.storage || !navigator.storage.persist) return false;
    return await navigator.storage.persist();
  } catch (error) {
    return false;
  }
}
