// The search box: suggestions while typing, as a combobox with a list below it
// (WAI-ARIA 1.2). The form is a plain one and works without this.
import { addressOf, ask, open, titleLang } from "./engine.js";
import { marked } from "./marks.js";
import { newest } from "./newest.js";
import { count, t } from "./words.js";

const MOST = 6;

/** Makes a combobox of a form [data-search-form]. */
export function start(form) {
  const input = form.querySelector("input[role=combobox]");
  if (input && !input.hasAttribute("data-ready")) new Combobox(form, input);
}

class Combobox {
  constructor(form, input) {
    this.form = form;
    this.input = input;
    this.list = document.getElementById(input.getAttribute("aria-controls"));
    this.active = -1;
    this.leaving = false; // for an option: the form is not to be sent as well
    this.told = statusIn(form);
    this.ask = newest((q) => ask({ q }, MOST), (answer, q) => this.show(answer, q), () => this.close());
    input.setAttribute("data-ready", "");
    input.addEventListener("input", () => this.typed());
    input.addEventListener("focus", () => open().catch(() => {}));
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("submit", (event) => this.submitted(event));
    if (document.activeElement === input && input.value) this.typed();
  }

  // A letter that an input method is still composing counts too: keyboards of
  // telephones compose whole words.
  typed() {
    if (this.input.value.trim()) {
      this.ask(this.input.value);
      return;
    }
    this.ask.drop();
    this.close();
  }

  show(answer, q) {
    if (document.activeElement !== this.input) return;
    this.list.textContent = "";
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    for (const hit of answer.hits) this.add(option(hit, answer), addressOf(hit));
    if (answer.hits.length > 0) this.add(textOption(t("search.all", q.trim())), this.resultsOf(q)).setAttribute("data-all", "");
    this.told.textContent = answer.hits.length > 0 ? count("search.suggestions", answer.hits.length) : t("search.none", q.trim());
    this.open(answer.hits.length > 0);
  }

  add(item, address) {
    item.id = this.list.id + "-" + this.list.children.length;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.setAttribute("data-address", address);
    this.list.append(item);
    return item;
  }

  resultsOf(q) {
    return this.form.action + "?" + new URLSearchParams({ q: q.trim() }).toString();
  }

  open(wanted) {
    this.list.hidden = !wanted;
    this.input.setAttribute("aria-expanded", String(wanted));
  }

  close() {
    this.open(false);
    this.choose(-1);
  }

  get isOpen() {
    return !this.list.hidden;
  }

  choose(at) {
    const items = this.list.children;
    if (items[this.active]) items[this.active].setAttribute("aria-selected", "false");
    this.active = at;
    if (!items[at]) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    items[at].setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", items[at].id);
    reveal(this.list, items[at]);
  }

  pressed(event) {
    this.leaving = false;
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.step(event.key);
    if (at === null) return;
    event.preventDefault();
    if (at !== undefined) this.choose(at);
  }

  // step is where a key leads: a place in the list, undefined when it did
  // something else, null when it is not for the list.
  step(key) {
    const last = this.list.children.length - 1;
    if (key === "Escape") return this.escape();
    if (key === "Enter") return this.go(this.list.children[this.active]);
    if (key === "ArrowDown" && !this.isOpen) return this.reopen();
    if (!this.isOpen || last < 0) return null;
    if (key === "ArrowDown") return this.active === last ? -1 : this.active + 1;
    if (key === "ArrowUp") return this.active === -1 ? last : this.active - 1;
    if (this.active < 0) return null;
    if (key === "Home") return 0;
    if (key === "End") return last;
    return null;
  }

  escape() {
    if (!this.isOpen) return null;
    this.close();
    return undefined;
  }

  reopen() {
    if (this.input.value.trim()) this.ask(this.input.value);
    return undefined;
  }

  go(item) {
    if (!item || !this.isOpen) return null;
    this.leaving = true;
    location.assign(item.getAttribute("data-address"));
    return undefined;
  }

  clicked(event) {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    const address = item.getAttribute("data-address");
    if (event.ctrlKey || event.metaKey) window.open(address, "_blank", "noopener");
    else location.assign(address);
  }

  submitted(event) {
    if (this.leaving) {
      event.preventDefault();
      return;
    }
    this.ask.drop();
    this.close();
    if (!this.input.value.trim()) {
      event.preventDefault();
      this.input.focus();
    }
  }
}

function statusIn(form) {
  const status = document.createElement("p");
  status.className = "hidden-text";
  status.setAttribute("role", "status");
  form.append(status);
  return status;
}

// reveal scrolls the list alone, never the page.
function reveal(list, item) {
  const top = item.offsetTop;
  const bottom = top + item.offsetHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}

function option(hit, answer) {
  const item = document.createElement("li");
  const title = document.createElement("span");
  title.append(marked(hit.title, hit.marks, hit.differs));
  if (titleLang(hit)) title.lang = titleLang(hit);
  item.append(title);
  if (hit.common) {
    const also = line(t("search.also") + ": ");
    also.append(marked(hit.common, hit.commonMarks));
    item.append(also);
  }
  const facts = [hit.agency, hit.facts].filter(Boolean).join(" · ");
  item.append(line(answer.thaiOnly ? t("search.thai-only") + " · " + facts : facts));
  return item;
}

function textOption(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function line(text) {
  const span = document.createElement("span");
  span.className = "fine";
  span.textContent = text;
  return span;
}
