// What every page can do: settings that apply at once, texts that can be copied.
import { all, byId } from "./dom.js";
import { t } from "./texts.js";

const said = byId("said");

/**
 * Tell people who listen rather than look.
 * @param {string} text
 */
export function say(text) {
  said.textContent = text;
}

for (const select of all("[data-submits]", HTMLSelectElement)) {
  select.addEventListener("change", () => select.form?.requestSubmit());
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  await navigator.clipboard.writeText(byId(button.dataset.copy ?? "").textContent ?? "");
  button.textContent = t("common.copied");
  say(t("common.copied"));
  setTimeout(() => (button.textContent = t("common.copy")), 2000);
});
