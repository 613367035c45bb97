// The survey's page: one question at a time. A finished answer is kept on the
// device before anybody is thanked, and sent from there. In the clear a browser
// promises to keep nothing: there it is sent at once, which is said before anybody
// begins, and nobody is thanked for what has not arrived.
import * as box from "./survey-box.js";
import { asked, dayOf, itemOf, missing, newID } from "./survey-core.js";
import { mask } from "./mask.js";
import { send, watch } from "./survey-send.js";
import { count, t } from "./words.js";

/** Whether the page came in the clear. */
export const live = window.isSecureContext === false;

/** Starts the survey in its article. */
export function start(article) {
  const survey = new Survey(article);
  part(article, "live").hidden = !live;
  survey.begin();
  if (new URLSearchParams(location.search).get("kiosk") === "1") {
    import("./survey-kiosk.js").then((m) => m.start(survey));
  }
  watch(article.dataset.service, (state) => survey.tell(state));
}

const part = (article, name) => article.querySelector("[data-" + name + "]");

class Survey {
  constructor(article) {
    this.article = article;
    this.form = part(article, "questions");
    this.thanks = part(article, "thanks");
    this.asks = Array.from(article.querySelectorAll("[data-ask]"));
    this.questions = this.asks.map((e) => ({
      code: e.dataset.ask, kind: e.dataset.kind, topic: e.dataset.topic, required: e.dataset.required !== undefined,
      after: e.dataset.after || "", is: (e.dataset.is || "").split(" "),
    }));
    const query = new URLSearchParams(location.search);
    this.about = { form: article.dataset.form, point: article.dataset.point, channel: query.get("channel") || "" };
    this.procedure = query.get("procedure") || "";
    this.onStep = () => {}; // a kiosk counts its patience from there
    this.onDone = () => {};
    this.onFail = () => {};
    this.listen();
  }

  // ---- What was answered

  answers() {
    const out = {};
    for (const q of this.questions) {
      const value = this.valueOf(q);
      if (value !== "") out[q.code] = q.kind === "scale" ? Number(value) : value;
    }
    return out;
  }

  valueOf(q) {
    const field = this.form.elements[q.code];
    if (!field) return "";
    return q.kind === "text" ? field.value.trim() : field.value;
  }

  steps() {
    const answers = this.answers();
    const codes = asked(this.questions, answers).map((q) => q.code);
    return this.asks.filter((e) => codes.indexOf(e.dataset.ask) >= 0 && !(e.dataset.kind === "service" && this.chosen));
  }

  // ---- Steps

  /** Begins anew, without anything of an answer before. */
  begin() {
    this.form.reset();
    this.finished = false;
    this.made = null;
    this.asks.forEach((e) => this.showNotes(e));
    this.chosen = this.choose();
    this.form.classList.add("stepped");
    this.article.classList.remove("survey-begun");
    this.form.hidden = false;
    this.thanks.hidden = true;
    part(this.article, "live").hidden = !live;
    this.problem("");
    this.go(this.steps()[0], false);
  }

  // choose answers which service it was, where the address says so.
  choose() {
    if (!this.procedure) return false;
    const q = this.questions.find((one) => one.kind === "service");
    const field = q && this.form.elements[q.code];
    if (!field) return false;
    field.value = this.procedure;
    return field.value === this.procedure;
  }

  /** Shows a question; focus moves to it unless the page just came. */
  go(ask, focus) {
    this.now = ask;
    this.asks.forEach((e) => e.classList.toggle("now", e === ask));
    this.refresh();
    if (focus) {
      const legend = ask.querySelector("legend");
      legend.focus({ preventScroll: true });
      this.article.scrollIntoView({ block: "start" });
    }
    this.onStep();
  }

  // refresh keeps progress and buttons true to what is answered.
  refresh() {
    const steps = this.steps();
    const at = steps.indexOf(this.now);
    const last = at === steps.length - 1;
    const answers = this.answers();
    const here = this.now.dataset.ask;
    const bar = part(this.form, "progress-bar");
    part(this.form, "progress").hidden = false;
    part(this.form, "progress-text").textContent = t("survey.progress", at + 1, steps.length);
    bar.max = steps.length;
    bar.value = at + 1;
    const open = missing(this.questions, answers);
    const answered = answers[here] !== undefined;
    part(this.form, "back").hidden = at === 0;
    part(this.form, "next").hidden = last || !answered;
    part(this.form, "skip").hidden = last || answered || open.indexOf(here) >= 0;
    part(this.form, "send").hidden = !last;
    part(this.form, "early").hidden = last || open.length > 0;
  }

  move(by) {
    const steps = this.steps();
    const to = steps[steps.indexOf(this.now) + by];
    if (to) {
      this.article.classList.add("survey-begun");
      this.problem("");
      this.go(to, true);
    }
  }

  listen() {
    this.form.noValidate = true;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.finish(); });
    part(this.form, "back").addEventListener("click", () => this.move(-1));
    part(this.form, "skip").addEventListener("click", () => this.move(1));
    part(this.form, "next").addEventListener("click", () => this.move(1));
    part(this.form, "finish").addEventListener("click", () => this.finish());
    part(this.thanks, "begin").addEventListener("click", () => this.begin());
    for (const ask of this.asks) {
      ask.addEventListener("input", () => { this.showNotes(ask); this.refresh(); });
      ask.addEventListener("click", (event) => this.tapped(ask, event));
      ask.addEventListener("keydown", (event) => this.typed(event));
    }
  }

  // tapped goes on by itself once an answer is chosen by a finger or a mouse.
  // Arrow keys choose too, so they go on by the button; and so does an answer
  // that has something to say.
  tapped(ask, event) {
    const tapped = event.target.type === "radio" && event.detail !== 0;
    if (!tapped || ask !== this.now || ask.querySelector(".on")) return;
    const next = part(this.form, "next");
    setTimeout(() => { if (ask === this.now && !next.hidden) this.move(1); }, 250);
  }

  typed(event) {
    if (event.key !== "Enter" || event.target.tagName === "TEXTAREA") return;
    event.preventDefault();
    const next = part(this.form, "next");
    if (next.hidden) this.finish();
    else this.move(1);
  }

  // showNotes tells what goes with an answer: a number to call, or that personal
  // data will be taken out.
  showNotes(ask) {
    const code = ask.dataset.ask;
    const value = this.valueOf({ code, kind: ask.dataset.kind });
    for (const note of ask.querySelectorAll("[data-show]")) note.classList.toggle("on", note.dataset.show === value);
    const personal = part(ask, "personal");
    if (!personal) return;
    const masked = mask(value);
    personal.hidden = !masked.found;
    part(ask, "masked").textContent = masked.found ? masked.text : "";
    const field = ask.querySelector("textarea");
    const left = field.maxLength - field.value.length;
    part(ask, "left").hidden = left > 100;
    part(ask, "left").textContent = left > 100 ? "" : count("survey.left", left);
  }

  problem(text) {
    const box = part(this.form, "problem");
    part(this.form, "problem-text").textContent = text;
    box.hidden = text === "";
  }

  // ---- The end

  /** Keeps the answer, thanks, and sends it. */
  async finish() {
    if (this.finished) return; // a second tap
    const answers = this.answers();
    const open = missing(this.questions, answers);
    if (open.length > 0) {
      this.go(this.asks.find((e) => e.dataset.ask === open[0]), true);
      this.problem(t("survey.required"));
      return;
    }
    this.finished = true;
    const { id, item } = this.make(answers);
    try {
      if (live) throw new Error("nothing is kept");
      await box.keep(id, item);
    } catch (error) {
      if (!(await this.straight(id, item))) return;
    }
    this.thank(live ? t("survey.sent") : t("survey.sending"));
    if (!live) send();
  }

  // make is the answer as it is sent. Sent again after a failure it is the same one,
  // so that it counts once where it had arrived.
  make(answers) {
    const given = JSON.stringify(answers);
    if (this.made && this.made.given === given) return this.made;
    const now = Date.now();
    const id = newID(now, crypto.getRandomValues(new Uint8Array(10)));
    this.made = { id, given, item: itemOf(id, dayOf(now), this.about, this.questions, answers) };
    return this.made;
  }

  // straight sends an answer that the device does not keep; where that fails too, the
  // citizen is told before leaving.
  async straight(id, item) {
    const button = part(this.form, "send");
    button.disabled = true;
    const { once } = await import("./survey-send.js");
    const arrived = await once(this.article.dataset.service, id, item);
    button.disabled = false;
    if (arrived) return true;
    this.finished = false;
    this.problem(t(live ? "survey.live.failed" : "survey.full"));
    this.onFail();
    return false;
  }

  thank(said) {
    this.form.hidden = true;
    this.form.reset();
    part(this.article, "live").hidden = true;
    part(this.article, "status").textContent = said;
    this.thanks.hidden = false;
    this.thanks.querySelector("h2").focus();
    this.onDone();
  }

  /** Says on the thanks page, in words, what the sender knows. */
  tell(state) {
    this.state = state; // for a counter's script, which may come later
    const said = part(this.article, "status");
    if (!live) said.textContent = state.waiting === 0 ? t("survey.sent") : count("survey.waiting", state.waiting);
    part(this.article, "unkept").hidden = state.waiting === 0 || state.kept;
    this.onState(state);
  }

  onState() {}
}
