// How long the session lasts, as live.v1 tells it: the page warns before the
// end and lets it be put off, and after the end keeps what was typed and sends
// nothing until the same person is signed in again. Without a network it says
// nothing: there is nothing to be done about it.
import { news } from "./news.js";
import { notice } from "./notice.js";

const PROTOCOL = "live.v1";
const GRACE = 2_000; // milliseconds after the end, in which the server may still say so itself
const HIDDEN = 60_000; // milliseconds that a page which nobody sees stays connected
const RETRY = 60_000; // milliseconds between two tries, at most

/** Watches the session that template#live tells of. */
export function watch(template) {
  const { live: address, stay: prolong, officer, warn } = template.dataset;
  const peers = "BroadcastChannel" in window ? new BroadcastChannel("live") : null; // the other tabs
  let socket = null;
  let ends = Infinity; // by this device's clock
  let by = "";
  let over = ""; // why nothing may be sent; "" while it may
  let tries = 0;
  let retry = 0;
  let clock = 0;
  let rest = 0;

  const left = () => ends - Date.now();
  const near = () => left() <= warn * 1000;

  const finish = (why) => {
    over = why;
    clearTimeout(clock);
    hold(true);
    shown.over(why);
    socket?.close();
  };
  const hear = (said) => {
    if (said.type === "ended") return finish(said.why);
    if (said.type === "notices" && !over) return told(said);
    if (said.type !== "session") return;
    if (said.officer !== officer) return finish("other");
    ends = Date.now() + said.left * 1000;
    by = said.by;
    if (over) {
      over = "";
      hold(false);
      shown.say("back");
    }
    tick();
    if (said.notices) told(said.notices);
  };
  const tick = () => {
    clearTimeout(clock);
    if (over || ends === Infinity) return;
    if (left() <= -GRACE) return expire();
    if (near()) shown.warn(by, left() / 1000);
    else shown.calm();
    const next = near() ? left() % 60_000 : left() - warn * 1000;
    clock = setTimeout(tick, next > 0 ? next + 20 : GRACE);
  };
  const expire = async () => {
    await ask();
    if (!over && left() <= -GRACE) finish(by); // the server can not be reached
  };

  // Without a socket, and before a new one, the page asks: a socket that is
  // refused does not say why.
  const ask = async () => {
    clearTimeout(retry);
    try {
      const answer = await fetch(address, { method: "POST" });
      if (!answer.ok) return later();
      hear(await answer.json());
      connect();
    } catch {
      later();
    }
  };
  const later = () => {
    clearTimeout(retry);
    tries += 1;
    const most = Math.min(RETRY, 1000 * 2 ** tries);
    retry = setTimeout(() => document.hidden || ask(), Math.random() * most);
  };
  const connect = () => {
    if (socket || over || document.hidden) return;
    const to = new URL(address, location.href);
    to.protocol = to.protocol.replace("http", "ws");
    const mine = new WebSocket(to, PROTOCOL);
    socket = mine;
    mine.addEventListener("open", () => (tries = 0));
    mine.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    mine.addEventListener("close", () => {
      socket = null;
      if (!over && !document.hidden) later();
    });
  };
  const stay = async () => {
    try {
      const answer = await fetch(prolong, { method: "POST", redirect: "manual" });
      if (answer.status !== 204 && answer.type !== "opaqueredirect") return shown.unreached();
      await ask();
      if (over) return;
      shown.say("stayed");
      peers?.postMessage("stayed");
    } catch {
      shown.unreached();
    }
  };
  const shown = notice(template, stay);
  const told = news(template);

  document.addEventListener("submit", (event) => {
    if (!over) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    shown.insist();
  }, true);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(() => socket?.close(), HIDDEN);
    else if (over || !socket) ask();
    else tick();
  });
  addEventListener("focus", () => over && ask());
  addEventListener("online", () => !socket && ask());
  addEventListener("pagehide", () => socket?.close());
  addEventListener("pageshow", (event) => event.persisted && ask());
  peers?.addEventListener("message", () => (over || near()) && ask());
  peers?.postMessage("opened"); // somebody may just have signed in
  connect();
}

/** Keeps the page's forms from being sent, or lets them again. */
function hold(held) {
  document.documentElement.toggleAttribute("data-held", held);
  for (const button of document.querySelectorAll("form button:not([type=button]), form input[type=submit]")) {
    if (held) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}
