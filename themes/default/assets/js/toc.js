// Marks the section in view in a table of contents that stays in view.

/** Follows the sections that nav[data-toc] links to. */
export function start(nav) {
  if (!("IntersectionObserver" in window)) return;
  const links = new Map();
  for (const link of nav.querySelectorAll("a[href^='#']")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  const sections = Array.from(links.keys());
  const inView = new Set();
  const mark = () => {
    const current = sections.find((section) => inView.has(section));
    if (!current) return;
    for (const [section, link] of links) {
      if (section === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    show(nav, links.get(current));
  };
  // The band between a fifth and two fifths of the window is what is read.
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) inView.add(entry.target);
      else inView.delete(entry.target);
    }
    mark();
  }, { rootMargin: "-20% 0px -60% 0px" });
  for (const section of sections) watch.observe(section);
}

// show scrolls a table of contents that stands in one row, never the page.
function show(nav, link) {
  for (let row = link.parentElement; row !== nav.parentElement; row = row.parentElement) {
    if (row.scrollWidth <= row.clientWidth) continue;
    const place = link.getBoundingClientRect();
    const frame = row.getBoundingClientRect();
    row.scrollLeft += place.left + place.width / 2 - (frame.left + frame.width / 2);
    return;
  }
}
