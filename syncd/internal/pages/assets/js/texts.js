// The form of a page of text: the page as citizens will see it stands beside it,
// and what is not saved yet is not left by mistake.
import { look } from "./editor-look.js";

/** Makes the editor of a form of text. */
export function write(form) {
  const fields = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
  const pane = look(form, { preview: form.dataset.preview, type: "application/x-www-form-urlencoded" }, fields);
  const began = fields();
  const files = () => [...form.querySelectorAll("input[type=file]")].some((f) => f.files.length > 0);
  let sent = false;
  form.addEventListener("input", () => pane.stale());
  form.addEventListener("submit", (event) => { sent = event.submitter?.formTarget !== "_blank"; });
  addEventListener("beforeunload", (event) => {
    if (!sent && (fields() !== began || files())) event.preventDefault();
  });
}
