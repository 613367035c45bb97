// The page as citizens will see it, beside the form: made anew by the server a
// moment after one stops typing, and only while it is looked at.

const REST = 900; // milliseconds without a change

/** Makes the preview of a form. */
export function look(form, says, body) {
  const pane = form.querySelector("[data-look-pane]");
  const frame = pane.querySelector("iframe");
  const button = form.querySelector("[data-look]");
  let timer = 0;
  let asked = 0;

  const draw = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(says.preview, { method: "POST", body: body(), headers: { "Content-Type": says.type ?? "application/json" } });
      const page = await answer.text();
      if (!answer.ok || answer.redirected || mine !== asked) return;
      const inside = frame.contentDocument;
      const at = inside.scrollingElement?.scrollTop ?? 0;
      inside.open();
      inside.write(page);
      inside.close();
      const settle = () => inside.scrollingElement?.scrollTo({ top: at, behavior: "instant" });
      settle();
      inside.fonts?.ready.then(settle);
    } catch {
      // without a network the page stays as it was
    }
  };
  const open = (wanted) => {
    pane.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    if (wanted) draw();
  };
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    open(pane.hidden);
  });
  pane.querySelector("[data-look-close]").addEventListener("click", () => {
    open(false);
    button.focus();
  });
  return {
    /** Says that the form changed. */
    stale() {
      clearTimeout(timer);
      if (!pane.hidden) timer = setTimeout(draw, REST);
    },
  };
}
