// Tells this page when the site was built anew, and shows what is wrong with
// the content until it is mended. Only the server of an author's own machine
// adds this script.
(() => {
  "use strict";
  const build = document.currentScript.dataset.build;
  const key = "khumue-live-reloaded";
  const retry = 2000;
  let source;
  let host;
  let dismissed = "";

  function connect() {
    if (source || document.hidden) return;
    source = new EventSource("/_khumue/events?build=" + encodeURIComponent(build));
    source.addEventListener("reload", (event) => reload(event.data));
    source.addEventListener("problems", (event) => show(event.data));
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        disconnect();
        setTimeout(connect, retry);
      }
    });
  }

  // A hidden page lets its connection go: a browser has only six for one host.
  function disconnect() {
    if (source) source.close();
    source = undefined;
  }

  // A page that comes back as old as it was, from some cache, is not asked for
  // over and over.
  function reload(newest) {
    if (remembered() === newest) return;
    remember(newest);
    location.reload();
  }

  function remembered() {
    try { return sessionStorage.getItem(key); } catch { return null; }
  }

  function remember(newest) {
    try { sessionStorage.setItem(key, newest); } catch { /* storage is forbidden */ }
  }

  function show(data) {
    const problems = JSON.parse(data);
    if (problems.length === 0) {
      hide();
      dismissed = "";
      return;
    }
    if (data === dismissed) return;
    if (!host) host = overlay();
    const list = host.shadowRoot.querySelector("ol");
    list.replaceChildren(...problems.map(item));
    host.shadowRoot.querySelector("h2").replaceChildren(
      words("th", `เนื้อหามี ${problems.length} จุดที่ต้องแก้`),
      words("en", problems.length === 1 ? "1 problem in the content" : `${problems.length} problems in the content`));
    host.shadowRoot.querySelector("button").onclick = () => {
      dismissed = data;
      hide();
    };
  }

  function hide() {
    if (host) host.remove();
    host = undefined;
  }

  function overlay() {
    const outer = document.createElement("div");
    outer.id = "khumue-live";
    const root = outer.attachShadow({ mode: "open" });
    const style = element("link", { rel: "stylesheet", href: "/_khumue/live.css" });
    const box = element("section", { role: "alert", "aria-labelledby": "title" });
    const close = element("button", { type: "button" });
    close.append(words("th", "ซ่อน"), words("en", "Hide"));
    const head = element("header");
    head.append(element("h2", { id: "title" }), close);
    box.append(head, element("ol", { tabindex: "0", "aria-labelledby": "title" }));
    root.append(style, box);
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close.click();
    });
    document.body.append(outer);
    return outer;
  }

  function item(problem) {
    const li = element("li");
    const where = element("code");
    where.textContent = problem.line ? `${problem.file}:${problem.line}` : problem.file;
    li.append(where);
    for (const lang of ["th", "en"]) {
      const p = element("p", { lang });
      p.textContent = problem.what[lang];
      li.append(p);
      if (problem.hint[lang]) {
        const hint = element("p", { lang, class: "hint" });
        hint.textContent = "→ " + problem.hint[lang];
        li.append(hint);
      }
    }
    return li;
  }

  function words(lang, text) {
    const span = element("span", { lang });
    span.textContent = text;
    return span;
  }

  function element(name, attributes = {}) {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    return e;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  if (remembered() === build) remember("");
  connect();
})();
