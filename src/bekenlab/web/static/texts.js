// The page's texts, from the catalogue that the server embeds in it.
import { byId } from "./dom.js";

/** @type {Record<string, string>} */
const texts = JSON.parse(byId("texts").textContent ?? "");

/**
 * Look up a text by its dotted key and replace each {name} with its value.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  if (!(key in texts)) throw new Error(`no text ${key}`);
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * Look up a text, with a fallback.
 * @param {string} key
 * @param {string} fallback
 */
export function orElse(key, fallback) {
  return texts[key] ?? fallback;
}

/**
 * A sentence of the server in the page's language; empty where there is none.
 * @param {{ texts?: Record<string, string> }} said
 */
export const textOf = (said) => said.texts?.[document.documentElement.lang] ?? "";

/**
 * What went wrong: in the page's language where there is a text for it, otherwise its title.
 * @param {{ code: string, texts?: Record<string, string>, message?: string }} error
 */
export const told = (error) => textOf(error) || orElse(`error.${error.code}`, t("error.heading"));

// The name of a file, a port or an address.
const NAME_FIRST = /^\S*[./\\_\d]\S/;

/**
 * A sentence with a capital letter; a name at its beginning, or alone, stays as it is.
 * @param {string} text
 */
export const capital = (text) =>
  /\s/.test(text) && !NAME_FIRST.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;

/**
 * A message as a sentence that stands alone: with a capital letter and a full stop.
 * @param {string} text
 */
export function sentence(text) {
  if (!text) return "";
  // After the name of a file or an address, a full stop would look like a part of it.
  const ends = /[.!?…:)]$|[./\\]\S+$/.test(text);
  return capital(text) + (ends ? "" : ".");
}

/**
 * A text in the singular or the plural: the catalogue has it as `key.one` and `key.other`.
 * @param {string} key
 * @param {number} count
 * @param {Record<string, string | number>} [values]
 */
export function counted(key, count, values = {}) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { count, ...values });
}

/** Whether the page is in the language in which the program words what it has found. */
export const english = document.documentElement.lang === "en";

/**
 * The wording of an error, where its title is all there is in the page's language.
 * @param {{ texts?: Record<string, string>, message?: string }} error
 * @returns {Node[]}
 */
export function wordingOf(error) {
  if (textOf(error) || !error.message) return [];
  const made = document.createElement("details");
  made.className = "why";
  const head = document.createElement("summary");
  head.textContent = t("error.wording");
  const text = document.createElement("p");
  text.lang = "en";
  text.textContent = error.message;
  made.append(head, text);
  return [made];
}

/** What somebody can do about an error, in the page's language; empty where there is nothing. */
export function hintOf(error) {
  return error.hints?.[document.documentElement.lang] ?? error.hint ?? "";
}
