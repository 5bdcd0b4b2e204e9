// The forms that name a file and settings: the choice of a file, and what was filled in.
import { ask } from "./api.js";
import { all, one } from "./dom.js";

/**
 * What was filled in, by the names of the fields; see also `forgetPasswords`.
 * @param {HTMLFormElement} form
 */
export function given(form) {
  /** @type {Record<string, string | boolean>} */
  const values = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || !field.name) continue;
    values[field.name] = field.type === "checkbox" && field instanceof HTMLInputElement ? field.checked : field.value;
  }
  return values;
}

/** @param {HTMLFormElement} form */
export function forgetPasswords(form) {
  for (const field of all('[type="password"]', HTMLInputElement, form)) field.value = "";
}

/**
 * Let files be chosen that are not open yet: each is opened, and chosen in the list beside it.
 * @param {(error: any) => void} trouble shows an error; null removes it
 */
export function openChosenFiles(trouble) {
  for (const place of all("[data-choose]", HTMLElement)) {
    const select = one("[data-chosen]", HTMLSelectElement, place);
    const chosenFile = one("[data-new]", HTMLInputElement, place);
    chosenFile.addEventListener("change", async () => {
      const [file] = chosenFile.files ?? [];
      if (!file) return; // cancelled in the browser's dialogue
      trouble(null);
      try {
        const { dumps } = await ask("POST", `/api/dumps?any&name=${encodeURIComponent(file.name)}`, file);
        for (const dump of dumps) select.add(new Option(dump.name, dump.id));
        select.value = dumps[0].id;
      } catch (error) {
        trouble(error);
      }
    });
  }
}

/**
 * Offer the firmware images for a chip, or all of them before the chip is known.
 * @param {string} chip
 */
export function offerImagesFor(chip) {
  const select = one("#install-file", HTMLSelectElement);
  for (const option of select.options) {
    option.hidden = option.disabled = Boolean(chip && option.dataset.chip && option.dataset.chip !== chip);
  }
  if (!select.selectedOptions[0]?.disabled) return;
  select.value = [...select.options].find((option) => !option.disabled)?.value ?? "";
}
