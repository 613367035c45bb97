// The bar and the question in which a page speaks of the end of its session.
// Their sentences are attributes of template#live.

/** Puts both on the page. Stay is called when the person wants to. */
export function notice(template, stay) {
  const says = template.dataset;
  const parts = document.importNode(template.content, true);
  const bar = parts.querySelector(".live");
  const question = parts.querySelector(".live-ask");
  let state = "";
  let dismissed = false; // the question was answered with silence

  const write = (what, why) => {
    for (const [name, text] of [[".live-what", what], [".live-why", why]]) {
      for (const at of [bar.querySelector(name), question.querySelector(name)]) {
        if (at.textContent !== text) at.textContent = text; // what is the same is not read out again
      }
    }
  };
  const show = (next, what = "", why = "") => {
    state = next;
    bar.toggleAttribute("data-state", next !== "");
    if (next) bar.setAttribute("data-state", next);
    for (const part of bar.querySelectorAll("[data-on]")) part.hidden = !part.dataset.on.split(" ").includes(next);
    write(what, why);
    if (next !== "soon") {
      dismissed = false;
      question.close();
    }
  };
  const time = (left) => {
    const minutes = Math.ceil(left / 60);
    if (left < 60) return says.inLess;
    return minutes === 1 ? says.inOne : says.in.replace("{n}", minutes);
  };
  const acts = { stay, close: () => (state === "soon" ? question.close() : show("")) };
  for (const button of [...bar.querySelectorAll("[data-do]"), ...question.querySelectorAll("[data-do]")]) {
    button.addEventListener("click", acts[button.dataset.do]);
  }
  question.addEventListener("close", () => (dismissed = state === "soon"));
  document.querySelector(".skip").after(bar);
  document.body.append(question);
  show("");

  return {
    /** Says that the session ends in so many seconds, and by what. */
    warn(by, left) {
      if (by === "absolute") return show("last", time(left), says.last);
      show("soon", time(left), says.soon);
      if (left <= Number(says.insist) && !dismissed && !question.open) question.showModal();
    },
    /** Says no more that the end is near. */
    calm() {
      if (state === "soon" || state === "last") show("");
    },
    /** Says that the wish to stay did not get through. */
    unreached() {
      write(bar.querySelector(".live-what").textContent, says.unreached);
    },
    /** Says that nothing may be sent any more, and why. */
    over(why) {
      if (why === "other") show("other", says.other, says.otherWhy);
      else show("ended", says.ended, (says[why === "signed-out" ? "signedOut" : why] ?? "") + " " + says.kept);
    },
    /** Says that something went well: back or stayed. */
    say(what) {
      show(what, says[what]);
    },
    /** Leads to what has to be done first. */
    insist() {
      bar.querySelector("a:not([hidden])")?.focus();
    },
  };
}
