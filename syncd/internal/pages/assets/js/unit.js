// The field in which an agency is named: suggestions while typing, as a combobox
// with a list below it (WAI-ARIA 1.2). Without this the form finds the agency
// when it is sent.

const WAIT = 120; // milliseconds without a key, before the server is asked

/** Makes a combobox of an input [data-unit]. */
export function suggest(input) {
  const list = element("ul", { id: input.id + "-list", role: "listbox", class: "listbox", "aria-label": labelOf(input) });
  const told = element("p", { class: "hidden-text", role: "status" });
  list.hidden = true;
  input.after(list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    input.setAttribute(name, value);
  }
  let active = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (at) => {
    active = at;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    const item = list.children[at];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const take = (item) => {
    input.value = item.getAttribute("data-value");
    close();
    if (!("stay" in input.dataset)) input.form.requestSubmit();
  };
  const show = (found) => {
    list.replaceChildren(...found.map((f, i) => option(list.id + i, f)));
    list.hidden = found.length === 0;
    active = -1;
    input.setAttribute("aria-expanded", String(found.length > 0));
    told.textContent = found.length === 0 ? input.dataset.none : input.dataset.some.replace("{n}", found.length);
  };
  const ask = async () => {
    const mine = ++asked;
    const text = input.value.trim();
    if (text === "") return close();
    try {
      const answer = await fetch(input.dataset.unit + "?" + new URLSearchParams({ q: text }), { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return close();
      const found = await answer.json();
      if (mine === asked && document.activeElement === input) show(found);
    } catch {
      close(); // the form still finds it
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("focus", () => input.select());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) take(item);
  });
  input.addEventListener("keydown", (event) => {
    const n = list.children.length;
    if (list.hidden || n === 0) return;
    if (event.key === "ArrowDown") choose((active + 1) % n);
    else if (event.key === "ArrowUp") choose((active - 1 + n) % n);
    else if (event.key === "Enter" && active >= 0) take(list.children[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

function option(id, found) {
  const item = element("li", { id, role: "option", "aria-selected": "false", "data-value": found.value });
  item.append(element("span", {}, found.name));
  if (found.note) item.append(element("span", { class: "fine" }, found.note));
  return item;
}

function labelOf(input) {
  return input.labels[0]?.textContent ?? "";
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}
