// The page of what is sent, kept fresh while somebody looks at it.

const EVERY = 8_000; // milliseconds

/** Shows the parts of the page anew that tell how sending stands. */
export function refresh(box) {
  const again = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of box.querySelectorAll("[data-fresh]")) {
        const now = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
        if (now && !busy(part) && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
      }
    } catch {
      // the machine's program is being started again: the next time
    }
  };
  // Nothing changes under the hands of who reads or types.
  const busy = (part) =>
    part
      ? part.contains(document.activeElement) || part.querySelector("details[open]") || part.contains(getSelection()?.anchorNode ?? null) && !getSelection().isCollapsed
      : document.querySelector("form[data-sent]");
  setInterval(again, EVERY);
  document.addEventListener("visibilitychange", again);
}
