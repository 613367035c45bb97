// The form of an agency, a service point, a process or another service: rows that
// move without the page being sent, and a position taken from the device. Without
// this every button sends the form, and a position is typed.
import { rows } from "./editor-rows.js";

const FAR = 200; // metres: a position that is less exact is told of

/** Makes the form of an element [data-thing] handier. */
export function thing(box) {
  const form = box.querySelector("form");
  const says = box.dataset;
  let dirty = false;
  rows(form, says, box, () => { dirty = true; });
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", (event) => { if (event.submitter?.formTarget !== "_blank") dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  for (const button of box.querySelectorAll("[data-here-place]")) locate(button, says, () => { dirty = true; });
}

function locate(button, says, changed) {
  if (!("geolocation" in navigator)) return;
  const input = document.getElementById(button.dataset.herePlace);
  const told = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", () => {
    told.textContent = says.tAsking;
    navigator.geolocation.getCurrentPosition((at) => {
      input.value = at.coords.latitude.toFixed(6) + ", " + at.coords.longitude.toFixed(6);
      const given = input.closest(".stated-field")?.querySelector(".segments input[value=given]");
      if (given) given.checked = true;
      const metres = Math.round(at.coords.accuracy);
      told.textContent = (metres > FAR ? says.tFar : says.tGot).replace("{n}", metres);
      changed();
    }, () => { told.textContent = says.tDenied; }, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 });
  });
}
