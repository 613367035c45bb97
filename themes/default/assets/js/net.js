// The strip under the header: what is read when there is no network, or one so
// bad that the service worker showed its own copy.
import { t } from "./words.js";

/** Keeps the strip [data-net] true; isCopy is a promise of whether this page is a kept copy. */
export function start(strip, isCopy) {
  let copy = false;
  const show = () => {
    const text = navigator.onLine === false ? t("net.offline") : copy ? t("net.copy") : "";
    if (strip.textContent !== text) strip.textContent = text;
    strip.hidden = text === "";
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  isCopy.then((yes) => { copy = yes; show(); }, () => {});
  show();
}
