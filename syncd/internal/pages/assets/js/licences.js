// The grid of licence reports: each row says while one types whether it is in
// balance, later months begin with what earlier ones leave, and cells that were
// copied from a spreadsheet are put where they belong. The server checks it all
// again.
import { keepRows } from "./licences-keep.js";

const OUT = ["approved_on", "approved_late", "rejected_on", "rejected_late", "returned", "withdrawn", "pending_in_time", "pending_late"];
const PENDING = ["pending_in_time", "pending_late"];

/** Reads a number of requests as the server does: NaN of what is none, 0 of nothing. */
export function count(text) {
  let s = text.trim().replace(/[๐-๙]/g, (d) => String(d.charCodeAt(0) - 0x0e50));
  if (s === "" || s === "-" || s === "–") return 0;
  s = s.replace(/\.0*$/, "");
  if (/^\d{1,3}(,\d{3})+$/.test(s)) s = s.replaceAll(",", "");
  return /^\d{1,7}$/.test(s) ? Number(s) : NaN;
}

/** Makes a form of reports handier. */
export function grid(form) {
  const rows = [...form.querySelectorAll("[data-row]:not([data-read])")];
  const said = form.querySelector("[data-said]");
  for (const row of rows) balance(form, row);
  const keep = keepRows(form, rows, (back) => {
    chain(form, rows);
    for (const row of back) balance(form, row);
    if (said) said.textContent = form.getAttribute("data-kept");
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const kept = keep([row]);
    if (said) said.textContent = form.getAttribute(kept ? "data-kept" : "data-unsaved");
    event.target.removeAttribute("aria-invalid");
    chain(form, rows);
    balance(form, row);
  });
  form.addEventListener("paste", (event) => {
    const input = event.target.closest("input[data-field]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    if (said) said.textContent = form.getAttribute("data-pasted").replace("{n}", String(put(rows, input, text)));
    keep(rows);
    chain(form, rows);
    for (const row of rows) balance(form, row);
  });
}

/** Puts cells from an input on, to the right and down, and returns how many. */
function put(rows, input, text) {
  const from = rows.indexOf(input.closest("[data-row]"));
  let done = 0;
  text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => {
    const row = rows[from + down];
    if (!row) return;
    const inputs = [...row.querySelectorAll("input[data-field]")];
    const at = inputs.findIndex((i) => i.getAttribute("data-field") === input.getAttribute("data-field"));
    line.split("\t").forEach((cell, right) => {
      const to = inputs[at + right];
      if (!to || to.readOnly) return;
      to.value = cell.trim();
      done++;
    });
  });
  return done;
}

const value = (row, field) => count(row.querySelector(`[data-field="${field}"]`)?.value ?? "");
const hidden = (row, name) => row.querySelector(`input[type=hidden][name$=".${name}"]`)?.value;

/** A later month of the same process begins with what the one before leaves. */
function chain(form, rows) {
  const left = new Map();
  for (const row of rows) { // by month
    const process = hidden(row, "process");
    const carried = row.querySelector('[data-field="carried_in"]');
    if (left.has(process) && carried?.readOnly && carried.value !== String(left.get(process))) {
      carried.value = String(left.get(process));
      balance(form, row);
    }
    const pending = PENDING.reduce((sum, field) => sum + value(row, field), 0);
    const typed = [...row.querySelectorAll("input[data-field]:not([readonly])")].some((i) => i.value.trim() !== "");
    if (typed && Number.isFinite(pending)) left.set(process, pending);
    else left.delete(process);
  }
}

/** Says whether a row is in balance; nothing of a row that says nothing. */
function balance(form, row) {
  const out = row.querySelector("[data-balance]");
  const inputs = [...row.querySelectorAll("input[data-field]")];
  if (!out) return;
  const typed = inputs.some((i) => !i.readOnly && i.value.trim() !== "");
  const bad = inputs.find((i) => Number.isNaN(count(i.value)));
  let tone = "", text = "";
  if (bad) {
    [tone, text] = ["bad", form.getAttribute("data-number").replace("{x}", bad.value)];
  } else if (typed) {
    const into = value(row, "carried_in") + value(row, "received");
    const sum = OUT.reduce((total, field) => total + value(row, field), 0);
    const missing = into - sum;
    const says = missing === 0 ? "data-ok" : missing > 0 ? "data-short" : "data-over";
    [tone, text] = [missing === 0 ? "ok" : "bad", form.getAttribute(says).replace("{in}", into).replace("{out}", sum).replace("{n}", Math.abs(missing))];
  }
  out.setAttribute("data-tone", tone);
  if (out.textContent !== text) out.textContent = text;
}
