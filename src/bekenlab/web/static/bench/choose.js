// Puts the sample, a dropped file or an open file on the bench, then opens its page.
import { ask } from "../api.js";
import { all, one } from "../dom.js";
import { onFiles, onSubmit } from "../forms.js";
import { t, told, wordingOf } from "../texts.js";
import { networkOf, ourNetwork } from "./ournetwork.js";

const problem = one("[data-problem]", HTMLElement);

function show(error) {
  problem.textContent = [told(error), error.hint].filter(Boolean).join(". ");
  problem.append(...wordingOf(error));
  problem.hidden = false;
}

async function start(request) {
  problem.hidden = true;
  const chip = await ask("POST", "/api/chips", request);
  location.assign(`/bench/${chip.id}`);
}

const sample = one("[data-sample-chip]", HTMLButtonElement);
let starting = false;
sample.addEventListener("click", async () => {
  if (starting) return;
  starting = true;
  try {
    const { dumps } = await ask("POST", "/api/sample");
    await start({ dump: dumps[0].id });
  } catch (error) {
    show(error);
  }
  starting = false;
});

for (const form of all("[data-start]", HTMLFormElement)) {
  ourNetwork(form);
  onSubmit(form, async () => {
    const given = { ...Object.fromEntries(new FormData(form)), ...networkOf(form) };
    try {
      await start(Object.fromEntries(Object.entries(given).filter(([, value]) => value)));
    } catch (error) {
      show(error);
    }
  });
}

for (const button of all("[data-end]", HTMLElement)) {
  button.addEventListener("click", async () => {
    await ask("DELETE", `/api/chips/${button.dataset.end}`);
    location.reload();
  });
}

const zone = one("[data-drop]", HTMLElement);
const state = one("[data-drop-state]", HTMLElement, zone);
const input = one("[data-files]", HTMLInputElement, zone);

async function take(files) {
  try {
    const open = [];
    for (const file of files) {
      state.textContent = t("common.drop.reading", { name: file.name });
      const path = `/api/dumps?name=${encodeURIComponent(file.name)}`;
      open.push(...(await ask("POST", path, file)).dumps);
    }
    if (open.length === 1) await start({ dump: open[0].id });
    else location.reload();
  } catch (error) {
    show(error);
  }
  state.textContent = "";
  input.value = "";
}

onFiles(zone, take);
