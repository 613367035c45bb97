// What a page says of itself: its language and where the site lives.
const root = document.documentElement;

/** The page's language, "th" or "en". */
export const lang = root.lang === "en" ? "en" : "th";

/** The path below which the site lives, without a slash at the end. */
export const base = (root.getAttribute("data-base") || "/").replace(/\/$/, "");

/** The page's layout, such as "manual". */
export const layout = root.getAttribute("data-page");

/** The address of the search index's manifest, or of the file that names it; or "". */
export const searchAt = root.getAttribute("data-search") || "";

/** Under which the device notes that answers to a survey wait to be sent. */
export const surveyHint = "khumue-survey" + base;

/** Under which a counter's tablet notes its survey's address. */
export const kioskHint = "khumue-kiosk" + base;

/** What the device keeps under a name; null when it keeps nothing. */
export function noted(name) {
  try {
    return localStorage.getItem(name);
  } catch (error) {
    return null;
  }
}

/** The address of something that no language has of its own. */
export const rootOf = (path) => base + path;

/** The address of a page in the page's language. */
export const to = (path) => base + (lang === "en" ? "/en" : "") + path;
