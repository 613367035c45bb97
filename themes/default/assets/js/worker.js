// The service worker as a page sees it: registers it once the page has loaded,
// and offers a newer page when there is one that says something else.
import { base } from "./site.js";
import { say } from "./toast.js";
import { t } from "./words.js";

const HOUR = 60 * 60000;

/** What the page says, before scripts add to it. */
const asBuilt = digest(document.querySelector("main"));

function digest(main) {
  return main ? main.textContent.replace(/\s+/g, " ") : "";
}

/** Registers the service worker after the page has loaded. */
export function start() {
  if (!("serviceWorker" in navigator)) return;
  const hadOne = Boolean(navigator.serviceWorker.controller);
  if (document.readyState === "complete") register(hadOne);
  else window.addEventListener("load", () => register(hadOne));
}

async function register(hadOne) {
  const worker = navigator.serviceWorker;
  worker.addEventListener("message", (event) => { if (event.data && event.data.type === "newer") offerIfNewer(); });
  let controlled = hadOne;
  worker.addEventListener("controllerchange", () => {
    if (controlled) offerIfNewer();
    controlled = true;
  });
  try {
    const registration = await worker.register(base + "/sw.js", { scope: base + "/", updateViaCache: "none" });
    lookHourly(registration);
  } catch (error) {
    return; // a private window, or no secure address: the site works without
  }
  const { active } = await worker.ready;
  if (!hadOne) active.postMessage({ type: "visited", url: location.href });
  active.postMessage({ type: "refresh" });
}

function lookHourly(registration) {
  let last = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - last < HOUR) return;
    last = Date.now();
    registration.update().catch(() => {});
  });
}

let offered = false;

// offerIfNewer says that there is a newer page only if it reads differently.
async function offerIfNewer() {
  if (offered) return;
  const response = await fetch(location.pathname, { cache: "no-cache" }).catch(() => null);
  if (!response || !response.ok || offered) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (digest(page.querySelector("main")) === asBuilt) return;
  offered = true;
  say(t("update.ready"), { label: t("update.reload"), do: () => location.reload() });
}

/** A promise of whether the service worker showed a copy that it keeps. */
export function isCopy() {
  const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
  if (!worker) return Promise.resolve(false);
  return new Promise((told) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => told(Boolean(event.data));
    worker.postMessage({ type: "is-copy" }, [channel.port2]);
  });
}
