// Passes the address of the page on.
import { say } from "./toast.js";
import { t } from "./words.js";

/** Shares the page by the device's own way, else copies the link. */
export async function share() {
  const url = location.href;
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ title: document.title, url });
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  say(t(await copied(url) ? "share.copied" : "share.failed"));
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    return copiedOldWay(text);
  }
}

function copiedOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden-text";
  document.body.append(field);
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch (error) {
    done = false;
  }
  field.remove();
  return done;
}
