// The page of results: answers while typing, filters, and the question kept in
// the address.
import { historyStep, isNarrowed, readQuestion, writeQuestion } from "./address.js";
import { addressOf, ask, isWhole, titleLang } from "./engine.js";
import { entry } from "./entry.js";
import { filtersOf } from "./facets.js";
import { labels } from "./labels.js";
import { members } from "./members.js";
import { Misses, tell } from "./misses.js";
import { newest } from "./newest.js";
import { showFilters } from "./filters.js";
import { count, t } from "./words.js";

const PAGE = 20; // hits shown at once

/** Brings the page of results to life. */
export function start(main) {
  new Results(main);
}

class Results {
  constructor(main) {
    this.main = main;
    this.part = (name) => main.querySelector("[data-search-" + name + "]");
    this.form = main.querySelector("[data-search-form]");
    this.input = this.form.querySelector("input");
    this.template = document.querySelector("template[data-entry]");
    this.limit = PAGE;
    this.misses = new Misses((words) => tell(main.getAttribute("data-misses"), words), (act, ms) => window.setTimeout(act, ms), (timer) => window.clearTimeout(timer));
    this.names = { category: {}, group: {}, agency: {} };
    this.ask = newest((question) => this.work(question), (answer, q) => this.show(answer, q), (error) => this.fail(error));
    this.plainBox();
    this.listen();
    const early = this.input.value; // typed before this came
    this.read();
    if (early && document.activeElement === this.input) {
      this.input.value = early;
      this.change({ q: early, exact: false }, "typing");
    }
  }

  // The list of suggestions would cover the answers that say the same.
  plainBox() {
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-autocomplete"]) this.input.removeAttribute(name);
    this.input.setAttribute("data-ready", "");
    if (!this.part("results").id) this.part("results").id = "results";
    this.input.setAttribute("aria-controls", this.part("results").id);
  }

  listen() {
    this.input.addEventListener("input", () => this.change({ q: this.input.value, exact: false }, "typing"));
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.part("results").addEventListener("keydown", (event) => this.walked(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.change({ q: this.input.value }, "submit");
    });
    this.part("more").addEventListener("click", () => this.more());
    this.part("filters").addEventListener("change", (event) => this.filtered(event.target));
    window.addEventListener("popstate", () => this.read());
  }

  // read takes the question from the address.
  read() {
    this.question = readQuestion(location.search);
    this.input.value = this.question.q;
    this.settled = this.question.q !== "" || isNarrowed(this.question);
    this.limit = PAGE;
    this.refresh();
  }

  change(changes, step) {
    const before = writeQuestion(this.question);
    Object.assign(this.question, changes);
    const after = writeQuestion(this.question);
    const how = historyStep(step, this.settled, before, after);
    if (how === "push") history.pushState(null, "", location.pathname + after);
    if (how === "replace") history.replaceState(null, "", location.pathname + after);
    this.settled = step === "typing" ? this.settled && how === "" : true;
    this.limit = PAGE;
    this.refresh();
  }

  filtered(box) {
    const value = box.checked ? box.value : "";
    this.change(box.name === "online" ? { online: box.checked } : { [box.name]: value }, "filter");
  }

  refresh() {
    this.misses.forget();
    if (this.question.q.trim() || isNarrowed(this.question)) {
      if (!this.part("results").firstChild) this.part("status").textContent = t("search.searching");
      this.ask(Object.assign({}, this.question));
      return;
    }
    this.ask.drop();
    this.clear();
    this.part("start").hidden = false;
    this.part("status").textContent = "";
  }

  async work(question) {
    const [answer, names] = await Promise.all([this.find(question), labels()]);
    this.names = names;
    answer.whole = navigator.onLine === false && !answer.partial && (await isWhole());
    return answer;
  }

  // find asks the index, and where that is not all there, what is kept.
  async find(question) {
    const answer = await ask(question, this.limit).catch((error) => ({ error }));
    if (!answer.error && !answer.partial) return answer;
    const { withKept } = await import("./local.js");
    const more = await withKept(answer.error ? null : answer, question);
    if (!more) throw answer.error;
    return more;
  }

  clear() {
    for (const name of ["results", "repair", "none"]) this.part(name).textContent = "";
    for (const name of ["filters", "more", "none"]) this.part(name).hidden = true;
  }

  show(answer, question) {
    const keepFocus = focusKeeper(this.part("filters"));
    this.clear();
    this.part("start").hidden = answer.total > 0;
    this.part("status").textContent = this.sentence(answer, question);
    this.showRepair(answer, question);
    showFilters(this.part("filters"), filtersOf(question, answer.facets, answer.total, (sort, value) => this.nameOf(sort, value, answer)));
    keepFocus();
    for (const hit of answer.hits) this.part("results").append(this.line(hit, answer));
    this.part("more").hidden = answer.hits.length >= answer.total || answer.hits.length < this.limit;
    this.part("more").textContent = t("search.more");
    if (answer.total > 0) return;
    this.showNone(answer, question);
    if (!answer.partial && !isNarrowed(question) && navigator.onLine !== false) this.misses.found(question.q);
  }

  sentence(answer, question) {
    const found = answer.total > 0 ? count("search.count", answer.total) : this.nothing(question);
    if (navigator.onLine !== false) return answer.partial ? found + " " + t("search.partial") : found;
    return found + " · " + t(answer.partial ? "search.offline-partial" : answer.whole ? "search.offline-full" : "search.offline");
  }

  nothing(question) {
    return question.q.trim() ? t("search.none", question.q.trim()) : t("search.none.filters");
  }

  showRepair(answer, question) {
    if (!answer.repaired) return;
    const line = document.createElement("p");
    const strong = document.createElement("strong");
    strong.textContent = t("search.showing", answer.repaired);
    const exact = document.createElement("a");
    exact.href = location.pathname + writeQuestion(Object.assign({}, question, { exact: true }));
    exact.textContent = t("search.instead", question.q.trim());
    exact.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.change({ exact: true }, "submit");
      this.input.focus();
    });
    line.append(strong, " ", exact);
    this.part("repair").append(line);
  }

  showNone(answer, question) {
    const none = this.part("none");
    const say = (text) => {
      const p = document.createElement("p");
      p.textContent = text;
      none.append(p);
    };
    if (answer.query && answer.query !== question.q.trim()) say(t("search.understood", "“" + answer.query + "”"));
    say(t(isNarrowed(question) && question.q.trim() ? "search.none.filters" : "search.none.help"));
    none.hidden = false;
  }

  nameOf(sort, value, answer) {
    if (sort === "online") return t("filter.online");
    if (sort === "kind") return t("kind." + value);
    const owner = sort === "agency" && answer.hits.find((hit) => hit.agencyCode === value);
    return this.names[sort][value] || (owner ? owner.agency : "");
  }

  line(hit, answer) {
    const item = entry(this.template, {
      url: hit.address || addressOf(hit), title: hit.title, titleLang: titleLang(hit), marks: hit.marks, differs: hit.differs,
      note: answer.thaiOnly ? t("search.thai-only") : "", also: hit.common, alsoMarks: hit.commonMarks,
      agency: hit.agency, facts: factsOf(hit),
    });
    if (hit.total > 1) {
      item.querySelector("[data-actions]").append(members(hit));
      if (hit.differs && hit.differs[1] > 0) item.querySelector("[data-title]").className = "one-of";
    }
    return item;
  }

  fail(error) {
    if (error && error.name === "AbortError") return;
    this.clear();
    this.part("start").hidden = false;
    const status = this.part("status");
    status.textContent = t("search.failed") + " ";
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button-quiet";
    again.textContent = t("search.retry");
    again.addEventListener("click", () => this.refresh());
    status.append(again);
  }

  more() {
    const at = this.part("results").children.length;
    this.limit += PAGE;
    const ask = newest((question) => this.work(question), (answer, question) => {
      this.show(answer, question);
      const next = this.part("results").children[at];
      if (next) next.querySelector("a").focus();
    }, (error) => this.fail(error));
    ask(Object.assign({}, this.question));
  }

  pressed(event) {
    if (event.isComposing || event.key !== "ArrowDown") return;
    const first = this.part("results").querySelector("a");
    if (!first) return;
    event.preventDefault();
    first.focus();
  }

  // walked moves between results by the arrow keys.
  walked(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = Array.from(this.part("results").querySelectorAll(".entry-title a"));
    const at = links.indexOf(event.target);
    if (!step || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = links[at + step];
    if (next) next.focus();
    else if (step < 0) this.input.focus();
  }
}

// A place is no service: its line says what it is.
function factsOf(hit) {
  const place = hit.kind === "point" || hit.kind === "agency";
  return [place ? t("kind." + hit.kind) : "", hit.facts].filter(Boolean).join(" · ");
}

// focusKeeper gives the focus back to the chip that had it, after the chips
// were made anew.
function focusKeeper(place) {
  const had = place.contains(document.activeElement) ? document.activeElement : null;
  return () => {
    if (!had) return;
    const same = Array.from(place.querySelectorAll("input")).find((i) => i.name === had.name && i.value === had.value);
    if (same) same.focus();
  };
}
