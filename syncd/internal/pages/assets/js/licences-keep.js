// Numbers of licence reports that were typed and not saved: kept on this device by
// person and point, each row by its process and month with the version that it was
// typed over, offered when one comes back, and forgotten once they are saved, thrown
// away, or somebody signs out here.
import { forget, keeper } from "./editor-keep.js";

const OURS = "licences "; // what all keys begin with

/** Keeps the rows of a form. Renew is called for rows that were brought back. */
export function keepRows(form, rows, renew) {
  const store = keeper(OURS + form.dataset.keep);
  const typed = new Set(); // keys of rows that say what is not saved
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const left = Object.fromEntries(Object.entries(store.get()?.rows ?? {}).filter(([key]) => byKey.has(key))); // not decided on
  let leaving = false;

  /** Changes what is kept, as it is now: another tab keeps rows of its own. It reports
      whether it is kept. */
  const change = (make) => {
    const all = store.get()?.rows ?? {};
    make(all);
    if (Object.keys(all).length > 0) return store.put({ at: Date.now(), rows: all });
    store.drop();
    return true;
  };
  /** Looks at rows again, and reports whether what they say is kept. */
  const look = (changed) => change((all) => {
    for (const row of changed) {
      const key = keyOf(row);
      if (isTyped(row)) {
        typed.add(key);
        all[key] = { at: Date.now(), edition: edition(row).value, values: values(row) };
      } else if (typed.delete(key)) {
        if (left[key]) all[key] = left[key];
        else delete all[key];
      }
    }
  });
  const forgetLeft = (all, key) => {
    delete left[key];
    delete all[key];
  };

  change((all) => {
    for (const [key, row] of byKey) {
      if (!left[key]) continue;
      const saved = left[key].sent && "done" in form.dataset;
      const there = JSON.stringify(left[key].values) === JSON.stringify(values(row));
      if (saved || there || left[key].sent && isTyped(row)) {
        forgetLeft(all, key);
      } else if (left[key].sent) { // it did not arrive: what is saved next is something else
        delete left[key].sent;
        all[key] = left[key];
      }
    }
  });
  look(rows);
  offer(form, left, byKey, {
    take(keys) {
      for (const key of keys) {
        const row = byKey.get(key);
        if (!typed.has(key)) put(row, left[key]);
        change((all) => forgetLeft(all, key));
        look([row]);
      }
      renew(keys.map((key) => byKey.get(key)));
    },
    drop(keys) {
      change((all) => keys.forEach((key) => forgetLeft(all, key)));
      look(keys.map((key) => byKey.get(key)));
    },
  });

  // What a button saves is offered no more once the page says that it did, or shows it
  // again.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || document.documentElement.hasAttribute("data-held")) return;
    leaving = true;
    const button = event.submitter;
    const sent = (row) => button?.name === "zero" ? row.contains(button) : ["save", "file", "paste"].includes(button?.value ?? "save");
    change((all) => {
      for (const [key, row] of byKey) {
        if (typed.has(key) && all[key] && sent(row)) all[key].sent = true;
      }
    });
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && typed.size > 0) event.preventDefault();
  });
  return look;
}

/** Forgets all that this device keeps, of everybody, once the page is left by a form
    that signs out: they may share the device. Who is asked whether to leave, and
    stays, keeps it. */
export function forgetOn(form) {
  let going = false, asked = false;
  form.addEventListener("submit", () => {
    if (!form.hasAttribute("data-sent")) [going, asked] = [true, false];
  });
  addEventListener("beforeunload", () => { // who is asked again stayed the first time
    if (asked) going = false;
    asked = true;
  });
  addEventListener("pagehide", () => {
    if (going) forget(OURS);
  });
  addEventListener("pageshow", () => { going = false; });
}

/** Says what is kept and does not stand here, and asks what to do with it. */
function offer(form, left, byKey, does) {
  const keys = Object.keys(left).filter((key) => byKey.has(key));
  const box = document.querySelector("[data-found]");
  if (keys.length === 0 || !box) return;
  const at = new Date(Math.max(...keys.map((key) => left[key].at)));
  const lang = document.documentElement.lang === "th" ? "th-TH" : "en-GB";
  box.querySelector("[data-found-text]").textContent = box.dataset.text.replace("{at}", at.toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" }));
  const names = keys.map((key) => byKey.get(key)).map((row) => row.querySelector("h3").textContent + " · " + row.closest("section").querySelector("h2").textContent);
  box.querySelector("ul").replaceChildren(...names.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  box.hidden = false;
  for (const what of ["take", "drop"]) {
    box.querySelector(`[data-found-${what}]`).addEventListener("click", () => {
      does[what](keys);
      box.hidden = true;
      form.focus();
    });
  }
}

const SYSTEM = ["process", "month", "edition"];
const named = (row, name) => row.querySelector(`input[type=hidden][name$=".${name}"]`);
const edition = (row) => named(row, "edition");
const keyOf = (row) => named(row, "process").value + " " + named(row, "month").value;
const part = (field) => field.name.slice(field.name.indexOf(".") + 1);
const fields = (row) => [...row.querySelectorAll("input[name], textarea[name]")].filter((f) => !SYSTEM.includes(part(f)));

/** What a row says, by the names of its fields. */
function values(row) {
  return fields(row).map((f) => [part(f), f.value]);
}

/** Whether a row says something else than what is saved. */
function isTyped(row) {
  return row.hasAttribute("data-typed") || fields(row).some((f) => f.value !== f.defaultValue);
}

/** Puts what was kept into a row, over the version for which it was typed: where
    somebody wrote since then, the server shows both. */
function put(row, old) {
  for (const f of fields(row)) {
    const kept = old.values.find(([name]) => name === part(f));
    if (kept) f.value = kept[1];
  }
  edition(row).value = old.edition;
  const note = row.querySelector("details textarea");
  if (note?.value) note.closest("details").open = true;
}
