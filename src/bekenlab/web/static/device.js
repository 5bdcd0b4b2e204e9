// The device page: ports that come and go, what to do, and the job that does it.
import { ask } from "./api.js";
import { byId, fill, picture, size } from "./dom.js";
import { onSubmit } from "./forms.js";
import { JobPanel } from "./jobpanel.js";
import { start } from "./jobs.js";
import { outcomeOf } from "./outcomes.js";
import { orElse, t } from "./texts.js";

const LOOK_EVERY = 3000;
const find = (name) => document.querySelector(`[data-${name}]`);
let chosen = sessionStorage.getItem("port");
let shown = "";
let busy = false;

const panel = new JobPanel(find("job"), (job, result) => outcomeOf(job, result, begin));
find("job").addEventListener("ended", () => {
  lookForPorts();
  lookForBackups();
});

function trouble(error) {
  const box = find("trouble");
  box.hidden = !error;
  box.textContent = error ? `${error.message}. ${error.hint ?? ""}` : "";
}

/** Start a job on the chosen port, and show it. */
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

async function lookForPorts() {
  if (document.hidden) return;
  const before = chosen;
  const { ports } = await ask("GET", "/api/ports").catch(() => ({ ports: [] }));
  // Another port was chosen meanwhile, perhaps one this answer does not know yet. Whoever chose it
  // looks again.
  if (chosen !== before) return;
  if (!ports.some((port) => port.id === chosen)) {
    // What another tab has begun is worth seeing. Else one adapter is surely meant; among several,
    // or where it cannot be told, people choose.
    const working = ports.filter((port) => port.job);
    const adapters = ports.filter((port) => port.kind === "adapter" && !port.busy && !port.fix);
    const [meant] = working.length ? working : adapters.length === 1 ? adapters : [];
    choose(meant?.id ?? null);
  }
  draw(ports);
  const mine = ports.find((port) => port.id === chosen);
  busy = Boolean(mine?.job);
  find("doing").hidden = !mine;
  for (const button of document.querySelectorAll("[data-action]")) button.disabled = busy;
  document.querySelector('[data-action="log"]').hidden = mine?.kind === "virtual";
  document.querySelector('[data-action="look"]').hidden = mine?.kind !== "virtual";
  if (mine?.job && mine.job !== shown) {
    shown = mine.job;
    panel.show(await ask("GET", `/api/jobs/${mine.job}`));
  }
}

let drawn = "";
function draw(ports) {
  const now = JSON.stringify([ports, chosen]);
  if (now === drawn) return;
  drawn = now;
  const place = find("ports");
  const focused = place.contains(document.activeElement) ? document.activeElement.value : null;
  place.replaceChildren(...ports.map(portRow));
  find("no-ports").hidden = ports.length > 0;
  if (focused) place.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
}

function portRow(port) {
  const virtual = port.kind === "virtual";
  const about = virtual ? port.chip : [port.name, port.usb_id, port.driver].filter((word) => word && word !== "n/a").join(" · ");
  const notes = [
    port.job && t("device.connect.job"),
    port.busy && !port.job && t("device.connect.busy", { who: port.busy }),
    port.fix && t("device.connect.fix", { fix: port.fix }),
    port.kind === "foreign" && t("device.connect.foreign"),
  ];
  const row = fill("port-row", {
    name: virtual ? port.name : port.id,
    kind: t(`device.kind.${port.kind}`),
    about,
    note: notes.filter(Boolean).join(" "),
  });
  const input = row.querySelector("input");
  input.value = port.id;
  input.checked = port.id === chosen;
  input.addEventListener("change", () => {
    choose(port.id);
    lookForPorts();
  });
  const remove = row.querySelector('[data-slot="remove"]');
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

onSubmit(find("virtual"), async (event) => {
  trouble(null);
  const form = event.target;
  try {
    const dump = form.dump.value || (await ask("POST", "/api/sample")).dumps[0].id;
    const { port } = await ask("POST", "/api/virtual", { dump, paced: form.paced.checked });
    choose(port);
    await lookForPorts();
    find("ports").querySelector(":checked")?.focus();
  } catch (error) {
    trouble(error);
  }
});

// What to do

for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => {
    const action = button.dataset.action;
    const opens = button.getAttribute("aria-controls");
    openPanel(opens);
    if (action === "look") look();
    else if (!opens) begin(action);
    else if (!byId(opens).hidden) byId(opens).querySelector("select, input").focus();
  });
}

/** The flash of a virtual device, as it is now, as a dump: to be understood, and booted. */
async function look() {
  const { dumps } = await ask("POST", `/api/virtual/${chosen}/dump`);
  location.assign(`/dump/${dumps[0].id}`);
}

/** Open the panel with an id, or close it when it is open; all others are closed. */
function openPanel(id) {
  for (const other of document.querySelectorAll("[data-panel]")) {
    other.hidden = other.id !== id || !other.hidden;
  }
  for (const button of document.querySelectorAll("[data-action][aria-controls]")) {
    button.setAttribute("aria-expanded", String(!byId(button.getAttribute("aria-controls")).hidden));
  }
}

for (const form of document.querySelectorAll("[data-panel]")) {
  onSubmit(form, async () => {
    const given = {};
    for (const field of form.elements) {
      if (field.name) given[field.name] = field.type === "checkbox" ? field.checked : field.value;
    }
    await begin(form.dataset.panel, given);
    // What was typed as a password stays in the page no longer than it is needed.
    for (const field of form.querySelectorAll('[type="password"]')) field.value = "";
  });
}

for (const place of document.querySelectorAll("[data-choose]")) {
  const select = place.querySelector("[data-chosen]");
  place.querySelector("[data-new]").addEventListener("change", async (event) => {
    trouble(null);
    try {
      const [file] = event.target.files;
      const { dumps } = await ask("POST", `/api/dumps?name=${encodeURIComponent(file.name)}`, file);
      for (const dump of dumps) select.add(new Option(dump.name, dump.id));
      select.value = dumps[0].id;
    } catch (error) {
      trouble(error);
    }
  });
}

// Wiring

find("boards").addEventListener("change", (event) => {
  picture(`/pictures/wiring/${encodeURIComponent(event.target.value)}`, find("wiring"));
});

// Backups

async function lookForBackups() {
  const { backups } = await ask("GET", "/api/backups").catch(() => ({ backups: [] }));
  find("backups").hidden = backups.length === 0;
  find("backup-list").replaceChildren(...backups.map(backupRow));
}

function backupRow(backup) {
  const made = backup.made ? new Date(backup.made).toLocaleString(document.documentElement.lang) : "";
  const about = [backup.chip, size(backup.size), made].filter(Boolean).join(" · ");
  const row = fill("backup-row", { name: backup.name, about });
  row.querySelector("[data-download]").href = `/api/backups/${backup.id}`;
  row.querySelector("[data-look]").addEventListener("click", async () => {
    const { dumps } = await ask("POST", `/api/backups/${backup.id}/dump`);
    location.assign(`/dump/${dumps[0].id}`);
  });
  for (const kind of ["verify", "restore"]) {
    row.querySelector(`[data-${kind}]`).addEventListener("click", () => begin(kind, { backup: backup.id }));
  }
  return row;
}

/** What was done last is shown again, though it may have ended: its outcome is worth reading. */
async function showLatest() {
  const { jobs } = await ask("GET", "/api/jobs");
  const latest = jobs.find((job) => job.port && (job.port === chosen || !chosen));
  if (!latest || shown) return;
  choose(latest.port);
  shown = latest.id;
  panel.show(latest);
}

showLatest().finally(lookForPorts);
lookForBackups();
setInterval(lookForPorts, LOOK_EVERY);
document.addEventListener("visibilitychange", lookForPorts);
