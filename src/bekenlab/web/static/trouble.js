// Errors of a request, shown beside what the request was made from.
import { describedBy } from "./allow.js";
import { all } from "./dom.js";
import { sentence, told, wordingOf } from "./texts.js";

/**
 * A function that shows an error in a box of the page; null empties and hides it. An error about a
 * field of the form is shown at that field, which is marked and gets the focus.
 * @param {HTMLElement} box
 * @param {HTMLFormElement} [form]
 * @returns {(error: any) => void}
 */
export function troubleIn(box, form) {
  return (error) => {
    for (const marked of form ? all("[aria-invalid]", HTMLInputElement, form) : []) unmark(marked);
    const [field] = form && error?.field ? all(`[name="${CSS.escape(error.field)}"]`, HTMLInputElement, form) : [];
    box.hidden = !error || Boolean(field);
    write(error, field ? mark(field) : box);
    field?.focus();
  };
}

/** @param {any} error @param {HTMLElement} place */
function write(error, place) {
  place.textContent = error ? [told(error), error.hint].filter(Boolean).map(sentence).join(" ") : "";
  if (error) place.append(...wordingOf(error));
}

/** Mark a field as wrong until it is changed; returns the place of the message. */
function mark(field) {
  const message = document.createElement("p");
  message.className = "field-trouble";
  field.closest(".field").append(message);
  const folded = field.closest("details");
  if (folded) folded.open = true;
  field.setAttribute("aria-invalid", "true");
  describedBy(field, message);
  field.addEventListener("input", () => unmark(field), { once: true });
  return message;
}

function unmark(field) {
  field.removeAttribute("aria-invalid");
  describedBy(field, null);
  field.closest(".field").querySelector(".field-trouble")?.remove();
}
