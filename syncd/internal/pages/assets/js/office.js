// What makes pages handier where scripts run. Every page works without it.
import { edit } from "./editor.js";
import { watch } from "./live.js";
import { reads } from "./news.js";
import { pictures } from "./poster.js";
import { grid } from "./licences.js";
import { forgetOn } from "./licences-keep.js";
import { follow, present } from "./reading.js";
import { write } from "./texts.js";
import { thing } from "./thing.js";
import { refresh } from "./sync.js";
import { suggest } from "./unit.js";

document.documentElement.setAttribute("data-js", "");

for (const input of document.querySelectorAll("[data-unit]")) suggest(input);
for (const link of document.querySelectorAll("[data-read]")) reads(link);
for (const template of document.querySelectorAll("template#live")) watch(template);
for (const box of document.querySelectorAll("[data-here]")) present(box);
for (const box of document.querySelectorAll("[data-watch]")) follow(box);
for (const box of document.querySelectorAll("[data-sync]")) refresh(box);
for (const editor of document.querySelectorAll("#editor")) edit(editor);
for (const form of document.querySelectorAll("form[data-text]")) write(form);
for (const box of document.querySelectorAll("[data-thing]")) thing(box);
for (const form of document.querySelectorAll("[data-picture]")) pictures(form);
for (const form of document.querySelectorAll("[data-licences]")) grid(form);
for (const form of document.querySelectorAll('form[action="/signout"]')) forgetOn(form);

// Who sent a form with something wrong in it is taken to what is wrong.
document.querySelector(".problems")?.focus();

// The tools of a token's slip.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.getAttribute("data-copy"));
    const said = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      said.textContent = said.getAttribute("data-text");
    } catch {
      getSelection().selectAllChildren(source); // to be copied by hand
    }
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

// A form is sent once, however often its button is pressed. It can be sent again
// after coming back to the page, and after a warning by which one stayed on it.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.submitter?.formTarget === "_blank" || form.hasAttribute("data-download")) return; // it stays here
    if (form.hasAttribute("data-sent")) event.preventDefault();
    form.setAttribute("data-sent", "");
  });
}
const sendable = () => {
  for (const form of document.querySelectorAll("[data-sent]")) form.removeAttribute("data-sent");
};
addEventListener("pageshow", sendable);
addEventListener("beforeunload", (event) => {
  if (event.defaultPrevented) setTimeout(sendable); // once the warning is answered
});
