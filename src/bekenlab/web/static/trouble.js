// Errors of a request, shown beside what the request was made from.
import { sentence, told, wordingOf } from "./texts.js";

/**
 * A function that shows an error in a box of the page; null empties and hides it.
 * @param {HTMLElement} box
 * @returns {(error: any) => void}
 */
export function troubleIn(box) {
  return (error) => {
    box.hidden = !error;
    box.textContent = error ? [told(error), error.hint].filter(Boolean).map(sentence).join(" ") : "";
    if (error) box.append(...wordingOf(error));
  };
}
