// The page's texts, from the catalogue the server put into it.
const texts = JSON.parse(document.getElementById("texts").textContent);

/** A text by its dotted key, with {name} replaced by values. */
export function t(key, values = {}) {
  if (!(key in texts)) throw new Error(`no text ${key}`);
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A text, or something else where there is none. */
export function orElse(key, fallback) {
  return texts[key] ?? fallback;
}
