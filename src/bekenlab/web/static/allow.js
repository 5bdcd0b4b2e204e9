// Buttons that cannot be used at present. Each says why, in a line that can be read beside it: a
// tooltip is not seen on a phone, and not read out where it is needed.
import { all } from "./dom.js";

let named = 0;

/**
 * Let a button describe itself by an element.
 * @param {HTMLElement} button
 * @param {HTMLElement | null} place null: by none
 */
export function describedBy(button, place) {
  if (place) {
    place.id ||= `why-${(named += 1)}`;
    button.setAttribute("aria-describedby", place.id);
  } else button.removeAttribute("aria-describedby");
}

/**
 * Disable a button, or the choice of a file, for a reason that an element says, or enable it.
 * @param {HTMLButtonElement | HTMLInputElement} button
 * @param {HTMLElement | null} reason null: it can be used
 */
export function unless(button, reason) {
  button.disabled = Boolean(reason);
  describedBy(button, reason);
}

/**
 * Disable, or enable again, what only works while the server is there.
 * @param {boolean} live
 * @param {HTMLElement} bar says that it is not
 */
export function allowAtServer(live, bar) {
  const [buttons, files] = [all("[data-at-server]", HTMLButtonElement), all("[data-at-server]", HTMLInputElement)];
  for (const control of [...buttons, ...files]) unless(control, live ? null : bar);
}

/**
 * Disable the buttons of a part of the page that need something, or enable them.
 * @param {HTMLElement} part holds the buttons, and a line for the reason
 * @param {string} needs name of the attribute that the buttons have
 * @param {string} reason empty: they can be used
 */
export function unlessIn(part, needs, reason) {
  const buttons = all(`[data-${needs}]`, HTMLButtonElement, part);
  for (const line of all(`[data-${needs}-why]`, HTMLElement, part)) {
    line.hidden = !reason || !buttons.some((button) => !button.hidden);
    line.textContent = reason || line.textContent;
    for (const button of buttons) unless(button, reason ? line : null);
  }
}
