// Opens dropped files on the server, which finds out what they are, and closes them again.
import { ask } from "./api.js";
import { say } from "./app.js";
import { all, one } from "./dom.js";
import { onFiles } from "./forms.js";
import { t, told } from "./texts.js";

const REFUSED = "refused files";

for (const zone of all("[data-drop]", HTMLElement)) {
  const state = one("[data-drop-state]", HTMLElement, zone);
  onFiles(zone, (files) => take(files, state, Number(zone.dataset.drop)));
  const earlier = sessionStorage.getItem(REFUSED);
  sessionStorage.removeItem(REFUSED);
  if (earlier) show(state, JSON.parse(earlier), true);
}

/**
 * Show what is done, or one line for each file that was not opened.
 * @param {Element} state
 * @param {string[]} lines
 * @param {boolean} [bad] whether they are errors
 */
function show(state, lines, bad = false) {
  state.classList.toggle("bad", bad);
  state.replaceChildren(
    ...lines.map((text) => {
      const line = document.createElement("span");
      line.textContent = text;
      return line;
    }),
  );
}

/** Why a file was not opened. */
function why(name, error) {
  const message = told(error);
  return message.startsWith(name) ? message : t("common.drop.failed", { name, message });
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
    show(state, [t("common.drop.reading", { name: file.name })]);
    try {
      const answer = await ask("POST", `/api/dumps?name=${encodeURIComponent(file.name)}`, file);
      opened.push(...answer.dumps);
      failed.push(...answer.refused.map((each) => why(each.name, each.error)));
    } catch (error) {
      failed.push(why(file.name, error));
    }
  }
  show(state, failed, true);
  if (failed.length) say(failed.join(" "));
  if (!opened.length) return;
  if (failed.length) sessionStorage.setItem(REFUSED, JSON.stringify(failed));
  location.assign(opened.length === 1 && !failed.length ? `/dump/${opened[0].id}` : "/dump");
}

for (const button of all("[data-remove]", HTMLElement)) {
  button.addEventListener("click", async () => {
    await ask("DELETE", `/api/dumps/${button.dataset.remove}`);
    button.closest("[data-file]")?.remove();
    if (!all("[data-file]", HTMLElement).length) location.reload();
  });
}

for (const button of all("[data-remove-all]", HTMLElement)) {
  button.addEventListener("click", async () => {
    await ask("DELETE", "/api/dumps");
    location.reload();
  });
}

for (const button of all("[data-sample]", HTMLElement)) {
  button.addEventListener("click", async () => {
    const answer = await ask("POST", "/api/sample");
    location.assign(`/dump/${answer.dumps[0].id}`);
  });
}
