// The picture of a poster follows what is chosen in its form.

/** @param {HTMLFormElement} form */
export function pictures(form) {
  const image = document.getElementById(form.getAttribute("data-picture"));
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") return;
    const chosen = new FormData(form);
    const query = new URLSearchParams({ format: "svg" });
    for (const name of ["design", "size", "manual"]) {
      if (chosen.get(name)) query.set(name, chosen.get(name));
    }
    image.src = `${form.action}?${query}`;
  });
}
