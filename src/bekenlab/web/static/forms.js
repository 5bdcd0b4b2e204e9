// Forms and drop zones that a script handles.

/** What submitting a form does. Its buttons wait for this: pressed earlier, the browser would send the form itself. */
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    work(event);
  });
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = false;
}

/** What is done with files that are chosen in a zone or dropped on it. */
export function onFiles(zone, take) {
  const input = zone.querySelector("[data-files]");
  input.addEventListener("change", () => take([...input.files]));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
}
