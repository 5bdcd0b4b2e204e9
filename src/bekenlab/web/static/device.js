// The device page: single tasks with the device on a port, and the running job.
import { ask, Unreached } from "./api.js";
import { onConnection } from "./connection.js";
import { all, byId, dateTime, fill, one, size } from "./dom.js";
import { forgetPasswords, given, offerImagesFor, openChosenFiles } from "./filechoice.js";
import { onSubmit } from "./forms.js";
import { JobPanel } from "./jobpanel.js";
import { start } from "./jobs.js";
import { outcomeOf } from "./outcomes.js";
import { PortList } from "./portlist.js";
import { troubleIn } from "./trouble.js";
import { showUnfinished } from "./unfinished.js";
import "./wiring.js";

/** @type {(name: string) => HTMLElement} */
const find = (name) => one(`[data-${name}]`, HTMLElement);
/** @type {(action: string) => HTMLButtonElement} */
const doing = (action) => one(`[data-action="${action}"]`, HTMLButtonElement);
const trouble = troubleIn(find("trouble"));
let shown = "";

const panel = new JobPanel(find("job"), (job, result) => outcomeOf(job, result, begin), begin);
const ports = new PortList({ changed: showChosen, trouble });
find("job").addEventListener("ended", () => {
  ports.look();
  lookForKept();
});

/** Show an error; that the server does not answer is told at the top of the page. */
function unlessUnreached(error) {
  if (!(error instanceof Unreached)) trouble(error);
}

/**
 * Start a job on the chosen port, and show it.
 * @param {string} kind
 * @param {Record<string, unknown>} [parameters]
 * @param {(error: any) => void} [tell] shows why it could not be started
 */
async function begin(kind, parameters = {}, tell = trouble) {
  tell(null);
  try {
    const job = await start(kind, { port: ports.chosen, ...parameters });
    shown = job.id;
    panel.show(job);
    openPanel(null);
    byId("job-title").focus();
    ports.look();
  } catch (error) {
    tell(error);
  }
}

/** Show the actions for the chosen port, and the job on it. */
async function showChosen(mine) {
  find("doing").hidden = !mine;
  doing("log").hidden = mine?.kind === "virtual";
  doing("look").hidden = mine?.kind !== "virtual";
  offerImagesFor(mine?.kind === "virtual" ? mine.chip : "");
  if (mine?.job && mine.job !== shown) {
    shown = mine.job;
    panel.show(await ask("GET", `/api/jobs/${mine.job}`));
  }
}

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
  const { dumps } = await ask("POST", `/api/virtual/${ports.chosen}/dump`);
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
  const tell = troubleIn(one("[data-form-trouble]", HTMLElement, form), form);
  onSubmit(form, async () => {
    await begin(form.dataset.panel ?? "", given(form), tell);
    forgetPasswords(form);
  });
}

openChosenFiles(trouble);

// Backups

function lookForKept() {
  lookForBackups().catch(unlessUnreached);
  lookForUnfinished().catch(unlessUnreached);
}

async function lookForBackups() {
  const { backups } = await ask("GET", "/api/backups");
  find("backups").hidden = backups.length === 0;
  find("backup-list").replaceChildren(...backups.map(backupRow));
  ports.allow();
}

function backupRow(backup) {
  const about = [backup.chip, size(backup.size), dateTime(backup.made)].filter(Boolean).join(" · ");
  const row = fill("backup-row", { name: backup.name, about });
  one("[data-download]", HTMLAnchorElement, row).href = `/api/backups/${backup.id}`;
  one("[data-look]", HTMLElement, row).addEventListener("click", async () => {
    const { dumps } = await ask("POST", `/api/backups/${backup.id}/dump`);
    location.assign(`/dump/${dumps[0].id}`);
  });
  for (const kind of ["verify", "restore"]) {
    one(`[data-${kind}]`, HTMLButtonElement, row).addEventListener("click", () => begin(kind, { backup: backup.id }));
  }
  return row;
}

// What was cut off

async function lookForUnfinished() {
  const { unfinished } = await ask("GET", "/api/unfinished");
  find("unfinished").hidden = unfinished.length === 0;
  showUnfinished(unfinished, find("unfinished-list"), { begin, again: writeAgain, changed: lookForUnfinished });
  ports.allow();
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
  const latest = named ?? jobs.find((job) => job.port && (job.port === ports.chosen || !ports.chosen));
  if (!latest || shown) return;
  ports.choose(latest.port);
  shown = latest.id;
  panel.show(latest);
}

showLatest().catch(unlessUnreached).finally(() => ports.look());
lookForKept();
onConnection((live) => {
  if (!live) return;
  ports.look();
  lookForKept();
});
