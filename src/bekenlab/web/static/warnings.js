// Warnings in the page's language: what each is about, what it means, and what to do.

/** @typedef {{ title: string, body: string, todo: string, exact: string }} WarningText */

/**
 * A list of warnings.
 * @param {{ told: Record<string, WarningText> }[]} warnings
 */
export function warningList(warnings) {
  const list = document.createElement("ul");
  list.className = "warnings";
  list.append(...warnings.map((warning) => item(warning.told[document.documentElement.lang])));
  return list;
}

/** @param {WarningText} told */
function item({ title, body, todo }) {
  const made = document.createElement("li");
  const head = document.createElement("strong");
  head.textContent = title;
  made.append(head);
  for (const text of [body, todo]) {
    if (!text) continue;
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    made.append(paragraph);
  }
  return made;
}
