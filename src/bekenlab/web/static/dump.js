// Uploads dropped files to the server, which analyses them.
import { ask } from "./api.js";
import { all, one } from "./dom.js";
import { onFiles } from "./forms.js";
import { t } from "./texts.js";

for (const zone of all("[data-drop]", HTMLElement)) {
  const state = one("[data-drop-state]", HTMLElement, zone);
  onFiles(zone, (files) => take(files, state, Number(zone.dataset.drop)));
}

/**
 * @param {File[]} files
 * @param {Element} state element that shows the progress
 * @param {number} largest bytes
 */
async function take(files, state, largest) {
  const opened = [];
  const failed = [];
  for (const file of files) {
    if (file.size > largest) {
      failed.push(t("common.drop.large", { name: file.name }));
      continue;
    }
    state.textContent = t("common.drop.reading", { name: file.name });
    try {
      const answer = await ask("POST", `/api/dumps?name=${encodeURIComponent(file.name)}`, file);
      opened.push(...answer.dumps);
    } catch (error) {
      failed.push(t("common.drop.failed", { name: file.name, message: error.message }));
    }
  }
  state.textContent = failed.join(" ");
  if (failed.length) return;
  location.assign(opened.length === 1 ? `/dump/${opened[0].id}` : "/dump");
}

for (const button of all("[data-remove]", HTMLElement)) {
  button.addEventListener("click", async () => {
    await ask("DELETE", `/api/dumps/${button.dataset.remove}`);
    location.reload();
  });
}

for (const button of all("[data-sample]", HTMLElement)) {
  button.addEventListener("click", async () => {
    const answer = await ask("POST", "/api/sample");
    location.assign(`/dump/${answer.dumps[0].id}`);
  });
}
