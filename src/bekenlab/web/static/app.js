// What every page can do: settings that apply at once, texts that can be copied.
import { t } from "./texts.js";

const said = document.getElementById("said");

/** Tell people who listen rather than look. */
export function say(text) {
  said.textContent = text;
}

for (const select of document.querySelectorAll("[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.textContent = t("common.copied");
  say(t("common.copied"));
  setTimeout(() => (button.textContent = t("common.copy")), 2000);
});
