// The form in which a manual is written: saved without leaving the page, kept on
// the device meanwhile, and told what is missing as one types. Without this every
// button sends the form, and the page that comes back shows it again.
import { keeper } from "./editor-keep.js";
import { look } from "./editor-look.js";
import { rows } from "./editor-rows.js";

const REST = 1200; // milliseconds without a key, before the server is asked what is missing
const HERE = 30_000; // milliseconds between two times of saying that somebody writes
const KEEPALIVE = 60_000; // bytes that a browser sends on while its page goes

/** Makes the editor of an element #editor. */
export function edit(editor) {
  const form = editor.querySelector("form");
  const says = editor.dataset;
  const state = form.querySelector("[data-state]");
  const keep = keeper(says.keep);
  let was = form.elements.was.value;
  let dirty = "dirty" in says;
  let saving = null;
  let timer = 0;
  let asked = 0;
  let gone = false; // the page is being left for what shows it again

  /** Says how what is typed is kept: calm, dirty or trouble. */
  const tell = (text, mood = "") => {
    if (state.textContent !== text) state.textContent = text;
    state.toggleAttribute("data-dirty", mood === "dirty");
    state.toggleAttribute("data-trouble", mood === "trouble");
  };
  const values = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "was");
  const body = () => JSON.stringify([...values(), ["was", was]]);
  const send = (to, content) => fetch(to, { method: "POST", body: content, headers: typeof content === "string" ? { "Content-Type": "application/json" } : {} });

  const changed = () => {
    dirty = true;
    const kept = keep.put({ was, at: Date.now(), values: values() });
    tell(kept ? says.tKept : says.tUnkept, "dirty");
    clearTimeout(timer);
    timer = setTimeout(check, REST);
    pane.stale();
  };
  const check = async () => {
    const mine = ++asked;
    try {
      const answer = await send(says.check, body());
      if (answer.redirected || !answer.ok || mine !== asked) return;
      show(await answer.json());
    } catch {
      // without a network nothing is known of it; saving says so
    }
  };

  /** Shows what the server says of the form. */
  const show = (news) => {
    form.querySelector("[data-meter]").textContent = news.meter;
    Object.assign(form.querySelector("[data-progress]"), { max: news.all, value: news.done });
    for (const part of news.sections) {
      const at = form.querySelector(`[data-part="${part.id}"]`);
      if (at) Object.assign(at, { className: "edit-part edit-part-" + part.state, textContent: part.text });
    }
    list("missing", news.missing);
    list("wrong", news.wrong);
    form.querySelector("[data-full]").hidden = news.missing.length + news.wrong.length > 0;
    for (const mark of form.querySelectorAll("[data-asked]")) {
      mark.hidden = !news.missing.some((m) => m.id === mark.dataset.asked || m.id === mark.dataset.asked + ".th");
    }
    if (news.writers) lines(editor.querySelector("[data-writers]"), editor.querySelector("[data-writers-list]"), news.writers);
    const behind = editor.querySelector("[data-behind]");
    behind.hidden = !news.behind;
    behind.querySelector("[data-behind-text]").textContent = news.behind ?? "";
  };
  const list = (name, found) => {
    const box = form.querySelector(`[data-list="${name}"]`);
    box.hidden = found.length === 0;
    box.querySelector("ul").replaceChildren(...found.map((f) => {
      const item = document.createElement("li");
      const link = item.appendChild(document.createElement("a"));
      link.href = "#" + f.id;
      link.textContent = f.text;
      return item;
    }));
  };
  const lines = (box, into, texts) => {
    box.hidden = texts.length === 0;
    if ([...into.children].map((p) => p.textContent).join("\n") === texts.join("\n")) return; // what is the same is not read out again
    into.replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  };

  /** Marks what could not be saved, and takes the marks of others away. */
  const mark = (unread) => {
    for (const old of form.querySelectorAll("[data-marked]")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const box of form.querySelectorAll(".field-wrong")) box.classList.remove("field-wrong");
    for (const u of unread) {
      const field = document.getElementById(u.id);
      if (!field) continue;
      field.setAttribute("aria-invalid", "true");
      field.closest(".field")?.classList.add("field-wrong");
      const note = Object.assign(document.createElement("p"), { className: "wrong", textContent: u.text });
      note.setAttribute("data-marked", "");
      field.before(note);
    }
  };

  const files = () => [...form.querySelectorAll("[data-upload]")].some((input) => input.files.length > 0);
  const save = async () => {
    if (saving) return saving;
    clearTimeout(timer);
    tell(says.tSaving);
    const sent = JSON.stringify(values());
    const brings = files();
    let content = body();
    if (brings) {
      content = new FormData(form);
      content.set("was", was);
      content.set("answer", "json");
    }
    saving = send(form.action, content).then(async (answer) => {
      if (answer.redirected || answer.status === 401 || answer.status === 403) return tell(says.tEnded, "trouble");
      if (answer.status === 409) return leave("save"); // the page shows both
      if (!answer.ok) return tell(says.tFailed, "trouble");
      const news = await answer.json();
      was = news.was;
      if (brings || news.merged) {
        if (!news.unread?.length) return again();
      }
      form.elements.was.value = was;
      dirty = JSON.stringify(values()) !== sent || Boolean(news.unread?.length);
      show(news);
      mark(news.unread ?? []);
      if (dirty) keep.put({ was, at: Date.now(), values: values() });
      else keep.drop();
      if (news.unread?.length) tell(says.tUnread, "trouble");
      else tell(dirty ? says.tKept : news.saved, dirty ? "dirty" : "");
    }).catch(() => tell(navigator.onLine ? says.tFailed : says.tOffline, "trouble")).finally(() => (saving = null));
    return saving;
  };
  /** Sends the form itself: the page that comes shows what there is to decide. */
  const leave = (op) => {
    gone = true;
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "op", value: op });
    form.append(hidden);
    form.elements.was.value = was;
    keep.put({ was, at: Date.now(), values: values(), sent: true });
    form.submit();
    hidden.remove();
  };
  /** Opens the page anew, once all is saved. */
  const again = () => {
    gone = true;
    keep.drop();
    location.reload();
  };

  form.addEventListener("input", (event) => {
    if (!event.target.matches("[data-english]")) changed();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]") && event.target.files.length > 0) save();
  });
  form.addEventListener("submit", (event) => {
    const op = event.submitter?.value ?? "save";
    if (event.submitter?.hasAttribute("formaction") || document.documentElement.hasAttribute("data-held")) return;
    if (op === "save") {
      event.preventDefault();
      save();
    } else if (op === "submit" || op === "copy") {
      gone = true;
      form.elements.was.value = was;
      keep.drop();
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && !event.altKey) {
      event.preventDefault();
      save();
    }
  });
  // Who goes leaves a saved draft behind; where that is too much to send, or there
  // is no network, what is kept on the device is offered the next time.
  addEventListener("pagehide", () => {
    if (!dirty || gone || document.documentElement.hasAttribute("data-held")) return;
    const content = body();
    if (new Blob([content]).size > KEEPALIVE) return;
    fetch(form.action, { method: "POST", body: content, headers: { "Content-Type": "application/json" }, keepalive: true }).catch(() => {});
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // what it shows may be older than what was saved
  });
  setInterval(() => document.hidden || check(), HERE);

  rows(form, says, editor, changed);
  const pane = look(form, says, body);
  found(editor, form, keep, body, (old) => {
    was = old;
    changed();
  });
  if (dirty) changed();
  if (matchMedia("(max-width: 63.99rem)").matches) form.querySelector("[data-toc]").open = false;
}

/** Offers what this device kept and the server never got. What was sent with the
    form itself, to decide on it, was got once the page says that it is done. */
function found(editor, form, keep, body, taken) {
  const box = editor.querySelector("[data-found]");
  const old = keep.get();
  const now = JSON.stringify([...new FormData(form)].filter(([name, v]) => typeof v === "string" && name !== "was" && name !== "had"));
  if (!old || "dirty" in editor.dataset) return;
  if (old.sent && "done" in editor.dataset) return keep.drop();
  if (JSON.stringify(old.values.filter(([name]) => name !== "was" && name !== "had")) === now) return keep.drop();
  const at = new Date(old.at).toLocaleString(document.documentElement.lang === "th" ? "th-TH" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  box.querySelector("[data-found-text]").textContent = editor.dataset.tFound.replace("{at}", at);
  box.hidden = false;
  box.querySelector("[data-found-drop]").addEventListener("click", () => {
    keep.drop();
    box.hidden = true;
  });
  box.querySelector("[data-found-take]").addEventListener("click", async () => {
    const content = JSON.stringify([...old.values.filter(([name]) => name !== "was"), ["was", old.was], ["op", "show"]]);
    const answer = await fetch(form.action, { method: "POST", body: content, headers: { "Content-Type": "application/json" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fields = page.querySelector(".edit-fields");
    if (!answer.ok || !fields) return;
    form.querySelector(".edit-fields").replaceWith(document.adoptNode(fields));
    form.querySelector("[data-english]").checked = old.values.some(([name]) => name === "english");
    box.hidden = true;
    taken(old.was);
  });
}
