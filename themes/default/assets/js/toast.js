// Short messages at the foot of the page, read out by screen readers.
import { t } from "./words.js";

const STAY = 7000; // milliseconds

/**
 * Says something for a while. With an action it stays until it is answered:
 * action is {label, do}.
 */
export function say(text, action) {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  while (place.children.length > 1) place.firstChild.remove();
  place.append(toast);
  if (!action) {
    setTimeout(() => toast.remove(), STAY);
    return;
  }
  toast.append(button(action.label, () => { toast.remove(); action.do(); }));
  toast.append(button(t("close"), () => toast.remove()));
}

function button(label, press) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "button-quiet";
  b.textContent = label;
  b.addEventListener("click", press);
  return b;
}
