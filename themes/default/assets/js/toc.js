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
