// Small helpers for building pages. Text is never parsed as markup.

/**
 * The element that a selector names. If the page lacks it, the error says which element is missing,
 * and where.
 * @template {Element} E
 * @param {string} selector
 * @param {new () => E} kind the expected class, for example HTMLInputElement
 * @param {ParentNode} [root] where to look for it
 * @returns {E}
 */
export function one(selector, kind, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new TypeError(`no ${kind.name} at ${selector}`);
  return found;
}

/**
 * All elements of a kind that a selector names.
 * @template {Element} E
 * @param {string} selector
 * @param {new () => E} kind
 * @param {ParentNode} [root]
 * @returns {E[]}
 */
export function all(selector, kind, root = document) {
  return [...root.querySelectorAll(selector)].flatMap((found) => (found instanceof kind ? [found] : []));
}

/**
 * The element of a page with an id.
 * @param {string} id
 */
export const byId = (id) => one(`#${CSS.escape(id)}`, HTMLElement);

/**
 * A copy of a <template>, with its data-slot elements filled in.
 * @param {string} id of the template
 * @param {Record<string, string | number | Node | null | undefined>} [slots] null or no text hides the place
 * @returns {HTMLElement}
 */
export function fill(id, slots = {}) {
  const [only] = one(`#${id}`, HTMLTemplateElement).content.children;
  const copy = /** @type {HTMLElement} */ (only.cloneNode(true));
  for (const [name, value] of Object.entries(slots)) {
    const places = copy.matches(`[data-slot="${name}"]`) ? [copy] : all(`[data-slot="${name}"]`, HTMLElement, copy);
    for (const place of places) {
      if (value instanceof Node) place.replaceChildren(value);
      else if (value === null || value === "") place.hidden = true;
      else place.textContent = String(value ?? "");
    }
  }
  return copy;
}

/**
 * Format a size for people.
 * @param {number} bytes
 */
export function size(bytes) {
  return bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MiB` : `${Math.round(bytes / 1024)} KiB`;
}

/**
 * Format a number as usual in the page's language.
 * @param {number} value
 * @param {number} [digits] after the point
 */
export const number = (value, digits = 0) =>
  value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();

/**
 * Format a measured value as usual in the page's language, without separators between thousands.
 * @param {number} value
 * @param {number} digits after the point
 */
export function decimal(value, digits) {
  let format = formats.get(digits);
  if (!format) {
    const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    format = new Intl.NumberFormat(document.documentElement.lang, { ...exactly, useGrouping: false });
    formats.set(digits, format);
  }
  return format.format(value);
}

/**
 * Format a time: `8 s`, `3 min 26 s`. Both units are the same in every language.
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${number(Math.floor(whole / 60))} min ${whole % 60} s`;
}

/**
 * Format a date with its time, as usual in the page's language; nothing for none.
 * @param {string} moment as the server writes it
 */
export const dateTime = (moment) =>
  moment ? new Date(moment).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }) : "";

/**
 * Format an address.
 * @param {number} address
 */
export const hex = (address) => `0x${address.toString(16).padStart(6, "0")}`;

/**
 * Put a picture drawn by the server inline into the page, so that it follows the page's theme.
 * @param {string} path
 * @param {Element} place
 */
export async function picture(path, place) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  place.replaceChildren(document.importNode(drawn.documentElement, true));
}
