// The button that keeps a page, and what belongs to it, for reading offline.
import { cached, canKeep, kept, persist, remove, save } from "./store.js";
import { progressOf } from "./shelf.js";
import { say } from "./toast.js";
import { t } from "./words.js";

/** Makes a button [data-save] work. */
export function start(button) {
  new Saver(button);
}

class Saver {
  constructor(button) {
    this.button = button;
    this.text = button.querySelector(".button-text");
    this.offer = this.text.textContent;
    this.item = itemOf(button);
    this.saved = false;
    this.busy = false;
    button.addEventListener("click", () => this.pressed());
    if (!canKeep()) return;
    this.look();
  }

  // look tells whether this is kept already, and whether wholly.
  async look() {
    const mine = (await kept()).find((item) => item.url === this.item.url);
    if (!mine || this.busy) return;
    const { done, all } = progressOf(mine, await cached("saved"));
    this.show(done === all, done < all ? t("save.partly", done, all) : "");
  }

  show(saved, text) {
    this.saved = saved;
    this.button.setAttribute("aria-pressed", String(saved));
    this.text.textContent = text || (saved ? t("save.saved") : this.offer);
  }

  async pressed() {
    if (this.busy) return;
    if (!canKeep()) {
      say(t("save.unsupported"));
      return;
    }
    this.busy = true;
    try {
      await (this.saved ? this.remove() : this.save());
    } catch (error) {
      this.show(false);
      say(t(error && error.name === "QuotaExceededError" ? "save.full" : "error"));
    }
    this.busy = false;
  }

  async save() {
    this.text.textContent = t("save.saving");
    persist().catch(() => {});
    const many = this.item.pages.length > 1;
    const told = (done, all) => { if (many) this.text.textContent = t("save.progress", done, all); };
    const { done, all } = await save(this.item, told);
    if (done === 0) await remove(this.item.url);
    this.show(done === all, done > 0 && done < all ? t("save.partly", done, all) : "");
    say(done === all ? t("save.done") : done === 0 ? t("save.failed") : t("save.partial", done, all));
  }

  async remove() {
    await remove(this.item.url);
    this.show(false);
    say(t("save.removed"), { label: t("save.undo"), do: () => this.pressed() });
  }
}

// itemOf is what a button offers to keep. The page's own pictures and forms
// come along; those of an agency's other pages would be too much.
function itemOf(button) {
  const url = button.getAttribute("data-save-url");
  const beside = button.parentElement.querySelector("script[data-save-list]");
  const listed = beside ? JSON.parse(beside.textContent) || [] : [];
  const own = Array.from(document.querySelectorAll("main .files a[download], main .photos img"));
  const files = own.map((element) => new URL(element.getAttribute("href") || element.getAttribute("src"), location.href));
  return {
    kind: button.getAttribute("data-save"), url, title: button.getAttribute("data-save-title"),
    pages: Array.from(new Set([url].concat(listed))),
    files: files.filter((address) => address.origin === location.origin).map((address) => address.pathname),
  };
}
