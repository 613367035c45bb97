// What is typed, kept on this device until it is saved. It is kept under the
// person and the draft, so that nobody else is ever offered it.

const PREFIX = "khumue.form ";
const LONGEST = 30 * 24 * 3600_000; // milliseconds that a copy is kept

/** Keeps one form. Put reports whether it is kept. */
export function keeper(key) {
  const name = PREFIX + key;
  sweep();
  return {
    put(copy) {
      try {
        localStorage.setItem(name, JSON.stringify(copy));
        return true;
      } catch {
        return false; // full, or not allowed
      }
    },
    get() {
      try {
        return JSON.parse(localStorage.getItem(name));
      } catch {
        return null;
      }
    },
    drop() {
      try {
        localStorage.removeItem(name);
      } catch {
        // there is none
      }
    },
  };
}

/** Forgets all copies whose keys begin with some words. */
export function forget(words) {
  try {
    for (const name of Object.keys(localStorage).filter((n) => n.startsWith(PREFIX + words))) localStorage.removeItem(name);
  } catch {
    // there are none
  }
}

/** Forgets copies that nobody came back for. */
function sweep() {
  try {
    for (const name of Object.keys(localStorage).filter((n) => n.startsWith(PREFIX))) {
      const copy = JSON.parse(localStorage.getItem(name));
      if (!(Date.now() - copy.at < LONGEST)) localStorage.removeItem(name);
    }
  } catch {
    // without storage there is nothing to forget
  }
}
