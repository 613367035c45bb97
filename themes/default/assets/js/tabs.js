// Ways through the steps as tabs (WAI-ARIA). Without this every way shows, one
// below the other, and the tabs are links to them; so it is on paper, too.

/** Makes tabs of nav[data-tabs]. */
export function start(nav) {
  const list = nav.querySelector("ul");
  const tabs = Array.from(nav.querySelectorAll("a[href^='#']"));
  const panels = tabs.map((tab) => document.getElementById(decodeURIComponent(tab.hash.slice(1))));
  if (tabs.length < 2 || panels.some((panel) => !panel)) return;

  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", nav.getAttribute("aria-label"));
  nav.removeAttribute("aria-label");
  nav.setAttribute("role", "presentation");
  tabs.forEach((tab, i) => dress(tab, panels[i]));

  const select = (at, focus) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === at));
      tab.setAttribute("tabindex", i === at ? "0" : "-1");
      panels[i].hidden = i !== at;
    });
    if (focus) tabs[at].focus();
  };
  const fromAddress = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const at = target ? panels.findIndex((panel) => panel.contains(target)) : -1;
    if (at >= 0) select(at, false);
    return at >= 0;
  };
  list.addEventListener("click", (event) => {
    const at = tabs.indexOf(event.target.closest("a"));
    if (at < 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    select(at, true);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target);
    const last = tabs.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last, " ": at }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    select(next, true);
  });
  window.addEventListener("hashchange", fromAddress);
  onPaper(panels, () => select(Math.max(0, tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true")), false));
  if (!fromAddress()) select(0, false);
}

function dress(tab, panel) {
  tab.parentElement.setAttribute("role", "presentation");
  tab.setAttribute("role", "tab");
  tab.id = tab.id || panel.id + "-tab";
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
}

function onPaper(panels, back) {
  window.addEventListener("beforeprint", () => { for (const panel of panels) panel.hidden = false; });
  window.addEventListener("afterprint", back);
}
