// A tablet on a counter: begins again by itself, shows nothing of the citizen
// before, and says what waits on the device.
import * as box from "./survey-box.js";
import { missing } from "./survey-core.js";
import { save } from "./store.js";
import { beat, claim } from "./survey-send.js";
import { kioskHint, lang } from "./site.js";
import { live } from "./survey.js";
import { count, t } from "./words.js";

const PATIENCE = 45000; // milliseconds without a touch until it asks
const WARNING = 10; // seconds that it waits for an answer to that
const THANKS = 8000; // milliseconds of thanks

const root = document.documentElement;

/** Makes a survey one of a counter. */
export function start(survey) {
  root.classList.add("kiosk");
  survey.about.channel = survey.about.channel || "kiosk";
  const kiosk = new Kiosk(survey);
  kiosk.home();
  register(survey.article.dataset.service).then(() => kiosk.status(kiosk.state));
  keepPage();
  setInterval(beat, 60000);
}

const part = (article, name) => article.querySelector("[data-" + name + "]");

class Kiosk {
  constructor(survey) {
    this.survey = survey;
    this.article = survey.article;
    this.idle = part(this.article, "idle");
    this.state = survey.state || { waiting: 0, refused: 0, contact: 0, stuck: false };
    survey.onStep = () => this.touched();
    survey.onFail = () => this.touched();
    survey.onDone = () => this.later(THANKS, () => this.home());
    survey.onState = (state) => this.status(state);
    part(this.article, "start").querySelector("button").addEventListener("click", () => this.begin());
    part(this.article, "stay").addEventListener("click", () => { this.idle.hidden = true; this.touched(); });
    part(this.article, "leave").addEventListener("click", () => this.home());
    part(this.article, "again").hidden = false;
    this.survey.form.addEventListener("input", () => this.touched());
    window.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  later(milliseconds, act) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  /** The first screen, with nothing of anybody. */
  home() {
    clearTimeout(this.timer);
    this.idle.hidden = true;
    this.survey.begin();
    this.survey.form.hidden = true;
    part(this.article, "start").hidden = false;
    clearTimeout(this.timer);
    if (this.state.old && navigator.onLine) location.reload(); // the page of now speaks as the daemon does
  }

  begin() {
    part(this.article, "start").hidden = true;
    this.survey.begin();
    this.survey.form.querySelector(".now legend").focus();
    fullScreen();
  }

  touched() {
    if (this.survey.form.hidden) return;
    this.later(PATIENCE, () => this.ask());
  }

  // ask warns before it begins anew. What was answered is sent where that is
  // enough; a text that was not finished is not.
  ask() {
    let left = WARNING;
    const enough = missing(this.survey.questions, this.survey.answers()).length === 0;
    const text = this.idle.querySelector("[data-idle-text]");
    const say = () => { text.textContent = count(enough ? "survey.idle.send" : "survey.idle.drop", left); };
    const tick = () => {
      left--;
      if (left > 0) {
        say();
        this.later(1000, tick);
      } else if (enough) {
        this.idle.hidden = true;
        if (this.survey.now.dataset.kind === "text") this.survey.now.querySelector("textarea").value = "";
        this.survey.finish().then(() => { if (!this.survey.finished) this.home(); }); // nobody is there to try again
      } else {
        this.home();
      }
    };
    say();
    this.idle.hidden = false;
    this.idle.querySelector("h2").focus();
    this.later(1000, tick);
  }

  /** Says what waits and when the daemon was last heard of. */
  status(state) {
    this.state = state;
    const line = part(this.article, "device");
    const contact = state.contact ? t("survey.contact", clock(state.contact)) : t("survey.never");
    const none = live ? t("survey.live.device") : state.contact ? t("survey.all") : t("survey.none"); // a device that lost what it had does not say that it was sent
    line.textContent = (state.waiting === 0 ? none : count("survey.waiting", state.waiting)) + " · " + contact +
      (state.refused > 0 ? " · " + count("survey.refused", state.refused) : "") + (state.stuck ? " · " + t("survey.stuck") : "") + (state.revoked ? " · " + t("survey.revoked") : "");
    line.classList.toggle("alarm", state.stuck || state.revoked || state.refused > 0);
    line.hidden = false;
  }
}

function clock(milliseconds) {
  const at = new Date(milliseconds);
  const today = new Date().toDateString() === at.toDateString();
  const time = at.toLocaleTimeString(lang === "th" ? "th-TH" : "en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Bangkok" });
  if (today) return time;
  return at.toLocaleDateString(lang === "th" ? "th-TH-u-ca-buddhist" : "en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "Asia/Bangkok" }) + " " + time;
}

// register takes a one-time code from the address, #device=CODE, and takes it
// out of there whether it works or not.
async function register(service) {
  const found = /^#device=([A-Za-z0-9-]{4,64})$/.exec(location.hash);
  if (!found) return;
  history.replaceState(null, "", location.pathname + location.search);
  if (live) {
    window.alert(t("survey.live.register")); // its secret is for nobody else on the network
    return;
  }
  if (!(await claim(service, found[1]))) window.alert(t("survey.device.failed"));
}

// keepPage has the service worker keep this page for ever, so that the tablet
// opens it without a network.
function keepPage() {
  const { pathname } = location;
  save({ kind: "survey", url: pathname, title: document.title, pages: [pathname], files: [] }, () => {}).catch(() => {});
  try {
    localStorage.setItem(kioskHint, pathname + location.search);
  } catch (error) {
    // The tablet's own bookmark opens it.
  }
}

function fullScreen() {
  if (root.requestFullscreen) root.requestFullscreen().catch(() => {});
  if (navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => {});
}
