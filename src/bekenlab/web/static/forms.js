// Forms and drop zones that a script handles.
import { all, one } from "./dom.js";

const MOST_FILES = 64;

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
  for (const button of all("[type=submit]:not([data-needs-port])", HTMLButtonElement, form)) button.disabled = false;
}

/**
 * Handle files that are chosen in a zone or dropped on it.
 * @param {HTMLElement} zone
 * @param {(files: File[]) => unknown} take
 */
export function onFiles(zone, take) {
  const input = one("[data-files]", HTMLInputElement, zone);
  input.addEventListener("change", () => take([...(input.files ?? [])]));
  // The whole window takes them: a browser would open a file that misses the zone.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("over");
  });
  addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(await filesOf(event.dataTransfer));
  });
}

/**
 * The files of a drop, and those in dropped folders.
 * @param {DataTransfer | null} dropped
 * @returns {Promise<File[]>}
 */
async function filesOf(dropped) {
  const entries = [...(dropped?.items ?? [])].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...(dropped?.files ?? [])];
  /** @type {File[]} */
  const found = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found;
}

/**
 * @param {any} entry a file or folder of the browser's file system interface
 * @param {File[]} found
 */
async function collect(entry, found) {
  if (found.length > MOST_FILES || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const inner of some) await collect(inner, found);
  }
}
