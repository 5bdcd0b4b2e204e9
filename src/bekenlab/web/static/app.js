// Common to all pages: settings that apply at once, and copy buttons.
import { Refused, Unreached } from "./api.js";
import { allowAtServer } from "./allow.js";
import { onConnection } from "./connection.js";
import { all, byId, one } from "./dom.js";
import { t } from "./texts.js";

const said = byId("said");

/**
 * Announce a text to screen readers.
 * @param {string} text
 */
export function say(text) {
  said.textContent = text;
}

/**
 * Change the appearance where the page stands, so that nothing in it is lost.
 * @param {string} theme
 */
async function changeTheme(theme) {
  document.documentElement.dataset.theme = theme;
  one("meta[name=color-scheme]", HTMLMetaElement).content = theme === "auto" ? "light dark" : theme;
  const body = new URLSearchParams({ theme });
  await fetch("/choose", { method: "POST", body, redirect: "manual" });
}

for (const select of all("[data-submits]", HTMLSelectElement)) {
  select.addEventListener("change", () => {
    if (select.name === "theme") changeTheme(select.value);
    else select.form?.requestSubmit();
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  await navigator.clipboard.writeText(byId(button.dataset.copy ?? "").textContent ?? "");
  button.textContent = t("common.copied");
  say(t("common.copied"));
  setTimeout(() => (button.textContent = t("common.copy")), 2000);
});

// The bar at the top says why.
onConnection((live) => allowAtServer(live, byId("connection")));

// What a request could not do is told, wherever it was made from: nothing fails in silence.
const failed = byId("failed");

addEventListener("unhandledrejection", (event) => {
  const error = event.reason;
  if (!(error instanceof Refused)) return;
  event.preventDefault();
  // The bar of the connection says why the server cannot be reached, and what to do.
  const text = error instanceof Unreached || !error.hint ? error.message : `${error.message} ${t("error.hint", { hint: error.hint })}`;
  one("[data-failed-text]", HTMLElement, failed).textContent = text;
  failed.hidden = false;
});

one("[data-failed-close]", HTMLElement, failed).addEventListener("click", () => (failed.hidden = true));
