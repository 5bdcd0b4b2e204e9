// The device page: ports that come and go, actions, and the running job.
import { ask, Unreached } from "./api.js";
import { onConnection } from "./connection.js";
import { all, byId, fill, one, picture, size } from "./dom.js";
import { onSubmit } from "./forms.js";
import { JobPanel } from "./jobpanel.js";
import { start } from "./jobs.js";
import { outcomeOf } from "./outcomes.js";
import { showUnfinished } from "./unfinished.js";
import { t, textOf, told, wordingOf } from "./texts.js";

const LOOK_EVERY = 3000;
/** @type {(name: string) => HTMLElement} */
const find = (name) => one(`[data-${name}]`, HTMLElement);
/** @type {(action: string) => HTMLButtonElement} */
const doing = (action) => one(`[data-action="${action}"]`, HTMLButtonElement);
let chosen = sessionStorage.getItem("port");
let shown = "";
let busy = false;

const panel = new JobPanel(find("job"), (job, result) => outcomeOf(job, result, begin));
find("job").addEventListener("ended", () => {
  lookForPorts();
  lookForKept();
});

/** @param {any} error the error to show; null removes it */
function trouble(error) {
  const box = find("trouble");
  box.hidden = !error;
  box.textContent = error ? [told(error), error.hint].filter(Boolean).join(". ") : "";
  if (error) box.append(...wordingOf(error));
}

/**
 * Start a job on the chosen port, and show it.
 * @param {string} kind
 * @param {Record<string, unknown>} [parameters]
 */
async function begin(kind, parameters = {}) {
  trouble(null);
  try {
    const job = await start(kind, { port: chosen, ...parameters });
    shown = job.id;
    panel.show(job);
    openPanel(null);
    byId("job-title").focus();
    lookForPorts();
  } catch (error) {
    trouble(error);
  }
}

// Ports

let looking = 0;

/** Bring the ports up to date. What could not be asked stays as it was. */
async function lookForPorts() {
  if (document.hidden) return;
  looking += 1;
  await showPorts().catch(unlessUnreached);
  looking -= 1;
}

/** Show an error; that the server does not answer is told at the top of the page. */
function unlessUnreached(error) {
  if (!(error instanceof Unreached)) trouble(error);
}

async function showPorts() {
  const before = chosen;
  const { ports } = await ask("GET", "/api/ports");
  // Another port was chosen meanwhile, perhaps one that is not in this answer. That choice has
  // started its own update.
  if (chosen !== before) return;
  if (!ports.some((port) => port.id === chosen)) choose(meantOf(ports)?.id ?? null);
  draw(ports);
  await showChosen(ports.find((port) => port.id === chosen));
}

/** Select the port of a running job, or the only adapter; among several, the user chooses. */
function meantOf(ports) {
  const working = ports.filter((port) => port.job);
  if (working.length) return working[0];
  const adapters = ports.filter((port) => port.kind === "adapter" && !port.busy && !port.fix);
  return adapters.length === 1 ? adapters[0] : null;
}

/** Show the actions for the chosen port, and the job on it. */
async function showChosen(mine) {
  busy = Boolean(mine?.job);
  find("doing").hidden = !mine;
  for (const button of all("[data-action]", HTMLButtonElement)) button.disabled = busy;
  for (const button of all("[data-needs-port]", HTMLButtonElement)) button.disabled = busy || !mine;
  find("unfinished-port").hidden = Boolean(mine);
  doing("log").hidden = mine?.kind === "virtual";
  doing("look").hidden = mine?.kind !== "virtual";
  offerImagesFor(mine?.kind === "virtual" ? mine.chip : "");
  if (mine?.job && mine.job !== shown) {
    shown = mine.job;
    panel.show(await ask("GET", `/api/jobs/${mine.job}`));
  }
}

/**
 * Offer the firmware images for a chip, or all of them before the chip is known.
 * @param {string} chip
 */
function offerImagesFor(chip) {
  const select = one("#install-file", HTMLSelectElement);
  for (const option of select.options) {
    option.hidden = option.disabled = Boolean(chip && option.dataset.chip && option.dataset.chip !== chip);
  }
  if (!select.selectedOptions[0]?.disabled) return;
  select.value = [...select.options].find((option) => !option.disabled)?.value ?? "";
}

let drawn = "";
function draw(ports) {
  const now = JSON.stringify([ports, chosen]);
  if (now === drawn) return;
  drawn = now;
  const place = find("ports");
  const active = document.activeElement;
  const focused = active instanceof HTMLInputElement && place.contains(active) ? active.value : null;
  place.replaceChildren(...ports.map(portRow));
  find("no-ports").hidden = ports.length > 0;
  if (focused === null) return;
  for (const input of all(`[value="${CSS.escape(focused)}"]`, HTMLInputElement, place)) input.focus();
}

function portRow(port) {
  const virtual = port.kind === "virtual";
  const about = virtual ? port.chip : [port.name, port.usb_id, port.driver].filter((word) => word && word !== "n/a" && word !== "port").join(" · ");
  const notes = [
    port.job && t("device.connect.job"),
    port.busy && !port.job && t("device.connect.busy", { who: port.busy }),
    port.fix && t("device.connect.fix", { fix: textOf(port) || port.fix }),
    port.kind === "foreign" && t("device.connect.foreign"),
  ];
  const row = fill("port-row", {
    name: virtual ? port.name : port.id,
    kind: t(`device.kind.${port.kind}`),
    about,
    note: notes.filter(Boolean).join(" "),
  });
  const input = one("input", HTMLInputElement, row);
  input.value = port.id;
  input.checked = port.id === chosen;
  input.addEventListener("change", () => {
    choose(port.id);
    lookForPorts();
  });
  const remove = one('[data-slot="remove"]', HTMLElement, row);
  remove.hidden = !virtual || Boolean(port.job);
  remove.addEventListener("click", async (event) => {
    event.preventDefault();
    await ask("DELETE", `/api/virtual/${port.id}`).catch(trouble);
    lookForPorts();
  });
  return row;
}

function choose(id) {
  chosen = id;
  if (id) sessionStorage.setItem("port", id);
  else sessionStorage.removeItem("port");
}

const virtual = one("[data-virtual]", HTMLFormElement);
onSubmit(virtual, async () => {
  trouble(null);
  try {
    const dump = one("[name=dump]", HTMLSelectElement, virtual).value || (await ask("POST", "/api/sample")).dumps[0].id;
    const { port } = await ask("POST", "/api/virtual", { dump, paced: one("[name=paced]", HTMLInputElement, virtual).checked });
    choose(port);
    await lookForPorts();
    for (const input of all(":checked", HTMLInputElement, find("ports"))) input.focus();
  } catch (error) {
    trouble(error);
  }
});

// Actions

for (const button of all("[data-action]", HTMLButtonElement)) {
  button.addEventListener("click", () => {
    const action = button.dataset.action ?? "";
    const opens = button.getAttribute("aria-controls");
    openPanel(opens);
    if (action === "look") look();
    else if (!opens) begin(action);
    else if (!byId(opens).hidden) one("select, input", HTMLElement, byId(opens)).focus();
  });
}

/** Open the current flash of a virtual device as a dump, to be analysed and booted. */
async function look() {
  const { dumps } = await ask("POST", `/api/virtual/${chosen}/dump`);
  location.assign(`/dump/${dumps[0].id}`);
}

/**
 * Open the panel with an id, or close it if it is open; all others are closed.
 * @param {string | null} id
 */
function openPanel(id) {
  for (const other of all("[data-panel]", HTMLElement)) {
    other.hidden = other.id !== id || !other.hidden;
  }
  for (const button of document.querySelectorAll("[data-action][aria-controls]")) {
    button.setAttribute("aria-expanded", String(!byId(button.getAttribute("aria-controls") ?? "").hidden));
  }
}

for (const form of all("[data-panel]", HTMLFormElement)) {
  onSubmit(form, async () => {
    /** @type {Record<string, unknown>} */
    const given = {};
    for (const field of form.elements) {
      if (field instanceof HTMLInputElement && field.type === "checkbox") given[field.name] = field.checked;
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) given[field.name] = field.value;
    }
    delete given[""]; // fields without a name are not for the server
    await begin(form.dataset.panel ?? "", given);
    // Passwords stay in the page no longer than needed.
    for (const field of all('[type="password"]', HTMLInputElement, form)) field.value = "";
  });
}

for (const place of all("[data-choose]", HTMLElement)) {
  const select = one("[data-chosen]", HTMLSelectElement, place);
  const chosenFile = one("[data-new]", HTMLInputElement, place);
  chosenFile.addEventListener("change", async () => {
    const [file] = chosenFile.files ?? [];
    if (!file) return; // cancelled in the browser's dialogue
    trouble(null);
    try {
      const { dumps } = await ask("POST", `/api/dumps?any&name=${encodeURIComponent(file.name)}`, file);
      for (const dump of dumps) select.add(new Option(dump.name, dump.id));
      select.value = dumps[0].id;
    } catch (error) {
      trouble(error);
    }
  });
}

// Wiring

const boards = one("#board", HTMLSelectElement);
boards.addEventListener("change", () => {
  picture(`/pictures/wiring/${encodeURIComponent(boards.value)}`, find("wiring")).catch(trouble);
});

// Backups

function lookForKept() {
  lookForBackups().catch(unlessUnreached);
  lookForUnfinished().catch(unlessUnreached);
}

async function lookForBackups() {
  const { backups } = await ask("GET", "/api/backups");
  find("backups").hidden = backups.length === 0;
  find("backup-list").replaceChildren(...backups.map(backupRow));
}

function backupRow(backup) {
  const made = backup.made ? new Date(backup.made).toLocaleString(document.documentElement.lang) : "";
  const about = [backup.chip, size(backup.size), made].filter(Boolean).join(" · ");
  const row = fill("backup-row", { name: backup.name, about });
  one("[data-download]", HTMLAnchorElement, row).href = `/api/backups/${backup.id}`;
  one("[data-look]", HTMLElement, row).addEventListener("click", async () => {
    const { dumps } = await ask("POST", `/api/backups/${backup.id}/dump`);
    location.assign(`/dump/${dumps[0].id}`);
  });
  for (const kind of ["verify", "restore"]) {
    one(`[data-${kind}]`, HTMLElement, row).addEventListener("click", () => begin(kind, { backup: backup.id }));
  }
  return row;
}

// What was cut off

async function lookForUnfinished() {
  const { unfinished } = await ask("GET", "/api/unfinished");
  find("unfinished").hidden = unfinished.length === 0;
  showUnfinished(unfinished, find("unfinished-list"), { begin, again: writeAgain, changed: lookForUnfinished });
  lookForPorts();
}

/** Open the panel for writing, with the file of that name if it is open. */
function writeAgain(name) {
  if (byId("panel-write").hidden) openPanel("panel-write");
  const files = one("#write-file", HTMLSelectElement);
  const same = [...files.options].find((option) => option.text === name);
  files.value = same?.value ?? ""; // without one, none: it has to be opened again
  files.focus();
}

/** Show the last job again, even if it has ended: its outcome is worth reading. */
async function showLatest() {
  const { jobs } = await ask("GET", "/api/jobs");
  const asked = new URLSearchParams(location.search).get("job");
  const named = jobs.find((job) => job.id === asked && job.port);
  const latest = named ?? jobs.find((job) => job.port && (job.port === chosen || !chosen));
  if (!latest || shown) return;
  choose(latest.port);
  shown = latest.id;
  panel.show(latest);
}

showLatest().catch(unlessUnreached).finally(lookForPorts);
lookForKept();
onConnection((live) => {
  if (!live) return;
  lookForPorts();
  lookForKept();
});
setInterval(() => {
  if (!looking) lookForPorts();
}, LOOK_EVERY);
document.addEventListener("visibilitychange", lookForPorts);
