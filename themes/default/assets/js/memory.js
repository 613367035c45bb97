// What this device remembers of its reader, and nobody else learns. A browser
// that keeps nothing (private windows, full disks) makes recall give null and
// keep give false; nothing here throws.
const NAME = "khumue.";

/** What was kept under a name, or null. */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(NAME + name));
  } catch (e) {
    return null;
  }
}

/** Keeps a value under a name; null forgets it. Tells whether that worked. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(NAME + name);
    else localStorage.setItem(NAME + name, JSON.stringify(value));
    return true;
  } catch (e) {
    return false;
  }
}
