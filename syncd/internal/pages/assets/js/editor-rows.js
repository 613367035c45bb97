// Rows that come, move and go without the page being sent. The buttons are those
// that send the form where scripts do not run; Alt with an arrow moves the row
// that one is in.

/** Makes the rows of a form move. Changed is called after each. */
export function rows(form, says, editor, changed) {
  const box = editor.querySelector("[data-said]");
  const said = box.querySelector("[data-said-text]");
  const undo = box.querySelector("[data-undo]");
  let back = null; // brings the row back that went last

  const tell = (sentence, row, n, again) => {
    said.textContent = sentence.replace("{what}", row.querySelector("[data-noun]").textContent).replace("{n}", n);
    back = again ?? null;
    undo.hidden = !back;
  };
  const add = (list) => {
    const template = list.parentElement.querySelector(":scope > template[data-blank]");
    const keys = [...list.children].map((row) => Number(keyOf(row)));
    const key = String(Math.max(-1, ...keys, Number(list.dataset.last ?? -1)) + 1);
    list.dataset.last = key;
    const depth = list.dataset.rows.split(".").filter((part) => /^\d+$/.test(part)).length;
    const made = document.createElement("template");
    made.innerHTML = template.innerHTML.replaceAll("NEW" + depth, key);
    const row = made.content.firstElementChild;
    list.append(row);
    given(list);
    number(list);
    tell(says.tAdded, row, list.children.length);
    focusIn(row);
    changed();
  };
  const move = (row, by, button) => {
    const list = row.parentElement;
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    number(list);
    tell(says.tMoved, row, [...list.children].indexOf(row) + 1);
    const same = button && !button.disabled ? button : row.querySelector(":scope > fieldset");
    same.focus();
    row.scrollIntoView({ block: "nearest" });
    changed();
  };
  const remove = (row) => {
    const list = row.parentElement;
    const next = row.nextElementSibling;
    const to = next ?? row.previousElementSibling;
    row.remove();
    number(list);
    tell(says.tRemoved, row, 0, () => {
      list.insertBefore(row, next?.parentElement === list ? next : null);
      number(list);
      tell(says.tBack, row, 0);
      row.querySelector(":scope > fieldset").focus();
      changed();
    });
    (to?.querySelector(":scope > fieldset") ?? list.parentElement.querySelector(":scope > .row-add button") ?? list.closest("fieldset")).focus();
    changed();
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=op]");
    if (!button) return;
    const [verb] = button.value.split(":");
    if (!["add", "up", "down", "remove"].includes(verb)) return;
    event.preventDefault();
    if (verb === "add") add(button.closest(".row-add").parentElement.querySelector(":scope > .rows"));
    const row = button.closest(".row");
    if (verb === "up") move(row, -1, button);
    if (verb === "down") move(row, 1, button);
    if (verb === "remove") remove(row);
  });
  form.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const row = event.target.closest(".row");
    if (!row || event.target.matches("select")) return;
    event.preventDefault();
    const at = document.activeElement;
    move(row, event.key === "ArrowUp" ? -1 : 1);
    at.focus();
  });
  undo.addEventListener("click", () => back?.());
  // Who types a sum of a kind that is told in words is shown where.
  form.addEventListener("change", (event) => {
    if (event.target.matches(".Fee-kind select") && ["percent", "formula"].includes(event.target.value)) event.target.closest(".row").querySelector(":scope > fieldset > .row-more").open = true;
  });
}

function keyOf(row) {
  return row.querySelector("input[type=hidden]").value;
}

/** A list that has rows says that there are some. */
function given(list) {
  const radio = list.closest(".stated-field")?.querySelector(":scope > .segments input[value=given]");
  if (radio) radio.checked = true;
}

function number(list) {
  const all = [...list.children];
  all.forEach((row, i) => {
    row.querySelector("[data-number]").textContent = i + 1;
    for (const button of row.querySelectorAll(":scope > fieldset > .row-do button")) {
      const verb = button.value.split(":")[0];
      if (verb === "up") button.disabled = i === 0;
      if (verb === "down") button.disabled = i === all.length - 1;
      const words = button.querySelector(".hidden-text");
      words.textContent = words.textContent.replace(/ \d*$/, "") + " " + (i + 1);
    }
  });
}

function focusIn(row) {
  const first = [...row.querySelectorAll("input:not([type=hidden]), select, textarea")].find((field) => field.offsetParent !== null);
  (first ?? row.querySelector("fieldset")).focus();
  row.scrollIntoView({ block: "nearest" });
}
