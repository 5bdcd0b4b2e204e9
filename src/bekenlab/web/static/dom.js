// Small helpers for building pages. Nothing here makes markup of text.

/** The element of a page with an id. */
export const byId = (id) => document.getElementById(id);

/** A copy of a <template>, with texts put where data-slot names them. */
export function fill(id, slots = {}) {
  const copy = byId(id).content.firstElementChild.cloneNode(true);
  for (const [name, value] of Object.entries(slots)) {
    const places = copy.matches(`[data-slot="${name}"]`) ? [copy] : copy.querySelectorAll(`[data-slot="${name}"]`);
    for (const place of places) {
      if (value instanceof Node) place.replaceChildren(value);
      else if (value === null || value === "") place.hidden = true;
      else place.textContent = value;
    }
  }
  return copy;
}

/** Bytes as people read them. */
export function size(bytes) {
  return bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MiB` : `${Math.round(bytes / 1024)} KiB`;
}

/** An address as everybody writes it. */
export const hex = (address) => `0x${address.toString(16).padStart(6, "0")}`;

/** A picture that the server drew, put into the page so that it follows its colours. */
export async function picture(path, place) {
  const answer = await fetch(path);
  if (!answer.ok) {
    place.replaceChildren();
    return;
  }
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  place.replaceChildren(document.importNode(drawn.documentElement, true));
}
