// What waits for the person, as live.v1 tells it: the numbers in the menu, and a
// quiet word at the edge about what has just happened.

const SHOWN = 20_000; // milliseconds that it stays, unless somebody looks at it

/** Prepares the word of template#live; returns what hears a message "notices". */
export function news(template) {
  const says = template.dataset;
  const toast = document.importNode(template.content.querySelector(".toast"), true);
  const what = toast.querySelector(".toast-what");
  const link = document.createElement("a");
  const still = document.documentElement.lang === "en" ? "en" : "th";
  let timer = 0;

  const hide = () => {
    clearTimeout(timer);
    toast.removeAttribute("data-shown");
    for (const part of toast.querySelectorAll(".icon, button")) part.hidden = true;
    what.replaceChildren();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, SHOWN);
  };
  const show = (latest) => {
    const here = latest.path === location.pathname;
    if (latest.quiet && !here) return;
    link.href = here ? location.href : latest.path;
    link.textContent = here ? `${says.newsHere}: ${latest[still]}` : latest[still];
    for (const part of toast.querySelectorAll(".icon, button")) part.hidden = false;
    toast.setAttribute("data-shown", "");
    what.replaceChildren(link);
    wait();
  };
  toast.querySelector("button").addEventListener("click", hide);
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, wait);
  document.body.append(toast);
  hide();

  return (said) => {
    for (const badge of document.querySelectorAll("[data-badge]")) {
      const n = said[badge.dataset.badge];
      if (n === undefined) continue; // nobody tells of it while the page is open
      if (badge.firstChild?.nodeType === Node.TEXT_NODE) badge.firstChild.data = n;
      else badge.prepend(String(n));
      badge.hidden = n === 0;
    }
    if (said.latest) show(said.latest);
  };
}

/** Has links to what a notice is about mark it as read when they are followed. */
export function reads(link) {
  link.addEventListener("click", () => {
    fetch(link.dataset.read, { method: "POST", keepalive: true, redirect: "manual" }).catch(() => {}); // it stays unread
  });
}
