// Forms and drop zones that a script handles.
import { all, one } from "./dom.js";

/**
 * Handle a form's submission. Its buttons are disabled until then, or the browser would send the form itself.
 * @param {HTMLFormElement} form
 * @param {() => unknown} work
 */
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    work();
  });
  for (const button of all("[type=submit]", HTMLButtonElement, form)) button.disabled = false;
}

/**
 * Handle files that are chosen in a zone or dropped on it.
 * @param {HTMLElement} zone
 * @param {(files: File[]) => unknown} take
 */
export function onFiles(zone, take) {
  const input = one("[data-files]", HTMLInputElement, zone);
  input.addEventListener("change", () => take([...(input.files ?? [])]));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
