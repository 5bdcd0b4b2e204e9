// The guided path: at each step one thing to do next. Where somebody is stands in the address.
import { unless } from "./allow.js";
import { ask, Unreached } from "./api.js";
import { all, byId, one } from "./dom.js";
import { forgetPasswords, given, offerImagesFor, openChosenFiles } from "./filechoice.js";
import { onSubmit } from "./forms.js";
import { JobPanel } from "./jobpanel.js";
import { start } from "./jobs.js";
import { afterInstall, button, outcomeOf, seenOf, wentWell } from "./outcomes.js";
import { OwnUnfinished } from "./ownunfinished.js";
import { nameOf, PortList } from "./portlist.js";
import { t } from "./texts.js";
import { troubleIn } from "./trouble.js";
import "./wiring.js";

const LAST = "guide"; // where somebody was last, so that they can come back
const { step = "", kind = "", jobId = "", dump = "", backup = "", done = "", cut = "", begun, again = "" } = one("[data-guide]", HTMLElement).dataset;
/** @type {(name: string) => HTMLElement} */
const find = (name) => one(`[data-${name}]`, HTMLElement);
const trouble = troubleIn(find("trouble"));
const primary = one("[data-do] [data-primary]", HTMLButtonElement);
const secondary = one("[data-secondary]", HTMLButtonElement);

/** @type {any} the job that this step shows, as the server last described it */
let job = null;
/** Whether the step shows a job that is at work. */
let working = false;

const panel = new JobPanel(find("job"), (ended, result) => outcomeOf(ended, result, begin, { guided: true }), begin);
const ports = new PortList({ chosen: portInAddress(), changed: showPort, trouble });
const unfinished = new OwnUnfinished(cut, backup, { begin, note, shown: () => ports.allow() });

function portInAddress() {
  return new URLSearchParams(location.search).get("port") ?? "";
}

/**
 * Go to a step, with all that is known so far.
 * @param {string} next
 * @param {Record<string, string>} [changes]
 */
function go(next, changes = {}) {
  const query = new URLSearchParams(location.search);
  query.delete("job");
  for (const [name, value] of Object.entries({ step: next, done, port: ports.chosen ?? portInAddress(), ...changes })) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  location.assign(`${location.pathname}?${query}`);
}

/** Put what has become known into the address of this step, so that it survives a reload. */
function note(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) query.set(name, value);
  history.replaceState(null, "", `${location.pathname}?${query}`);
  remember();
}

function remember() {
  if (step !== "wire" && location.search) localStorage.setItem(LAST, location.search);
}

/**
 * Offer one thing to do next, and perhaps another.
 * @param {string} text empty: nothing at present
 * @param {() => unknown} [does]
 * @param {{ text: string, does: () => unknown }} [other]
 * @param {boolean} [needsPort] whether it is done at the chosen port
 */
function offer(text, does, other, needsPort = false) {
  find("do").hidden = !text;
  primary.textContent = text;
  primary.onclick = does ?? null;
  primary.toggleAttribute("data-needs-port", needsPort);
  unless(primary, null);
  primary.disabled = needsPort; // until the ports are known
  ports.allow();
  secondary.hidden = !other;
  secondary.textContent = other?.text ?? "";
  secondary.onclick = other?.does ?? null;
}

/**
 * Start a job on the chosen port and show it here.
 * @param {string} what kind of job
 * @param {Record<string, unknown>} [parameters]
 * @param {(error: any) => void} [tell]
 */
async function begin(what, parameters = {}, tell = trouble) {
  tell(null);
  for (const history of all("[data-history]", HTMLDetailsElement)) history.open = true;
  try {
    show(await start(what, { port: ports.chosen, ...parameters }));
    if (what === kind) note({ job: job.id, port: ports.chosen ?? "" });
    byId("job-title").focus();
    ports.look();
  } catch (error) {
    tell(error);
  }
}

/** Start the job of the next step, and go there: its progress is what that step is about. */
async function beginAt(next, what) {
  trouble(null);
  try {
    const made = await start(what, { port: ports.chosen });
    go(next, { job: made.id });
  } catch (error) {
    trouble(error);
  }
}

function show(found) {
  job = found;
  working = found.state === "running";
  // Only what went well is folded: its outcome stands above.
  for (const history of all("[data-history]", HTMLDetailsElement)) history.open ||= found.state !== "done";
  panel.show(found);
  render();
}

find("job").addEventListener("ended", async (event) => {
  const ended = event instanceof CustomEvent ? event.detail : {};
  const watched = working;
  working = false;
  job = { ...job, state: ended.state, result: ended.result ?? null };
  lookForUnfinished(watched);
  ports.look();
  if (job.kind === "boot" && job.state === "done") location.reload();
  else if (job.kind === "backup" && job.state === "done") note({ backup: ended.result.backup });
  else if (step === "install" && job.kind === "install" && job.state === "done" && watched) go("runs", { job: job.id, reached: "runs" });
  render();
});

// What each step offers, from what is known

const OFFERS = {
  wire() {
    offerAtPort(t("guide.wire.go"), () => beginAt("check", "doctor"));
  },
  check() {
    if (!ended("doctor")) return offerAtPort(t("guide.check.go"), () => begin("doctor"));
    if (wentWell(job, job.result)) return offerAtPort(t("guide.check.next"), () => beginAt("backup", "backup"));
    const wire = { text: t("guide.check.wire"), does: () => go("wire") };
    return offerAtPort(t("guide.check.again"), () => begin("doctor"), wire);
  },
  backup() {
    if (ended("backup")) return offer(t("guide.backup.next"), () => understand(job.result.backup));
    const known = backup && { text: t("guide.backup.known"), does: () => understand(backup) };
    const name = job?.state === "cancelled" ? "resume" : job ? "again" : "go";
    return offerAtPort(t(`guide.backup.${name}`), () => begin("backup"), known || undefined);
  },
  understand() {
    const on = { text: t("guide.understand.next"), does: () => go("install", { reached: "install" }) };
    if (!again) return offer(on.text, on.does);
    // What is known of the device is too little, or nothing.
    offer(t(again === "doubtful" ? "guide.backup.again" : "guide.understand.back_up"), () => go("backup"), on);
  },
  install() {
    const installed = ended("install");
    one("[data-install]", HTMLFormElement).hidden = installed;
    offer(installed ? t("guide.install.next") : "", () => go("runs", { job: job.id, reached: "runs" }));
  },
  runs() {
    offer("");
    if (ended("install")) showSeen(job.result);
    else if (!job || job.kind === "install") offer(t("guide.runs.none"), () => go("install"));
  },
};

/** Offer what is done at the chosen port. */
function offerAtPort(text, does, other) {
  offer(text, does, other, true);
}

/** Whether the step's job is of a kind and has ended as it should. */
const ended = (what) => job?.kind === what && job.state === "done";

function render() {
  for (const history of all("[data-history]", HTMLDetailsElement)) history.hidden = !job;
  if (!working) return OFFERS[step]();
  offer("");
  for (const form of all("[data-install]", HTMLFormElement)) form.hidden = true;
}

/** Open a backup, to see what the device is. */
async function understand(id) {
  trouble(null);
  try {
    const { dumps } = await ask("POST", `/api/backups/${id}/dump`);
    go("understand", { backup: id, dump: dumps[0].id, reached: furthest("understand") });
  } catch (error) {
    trouble(error);
  }
}

/** The furthest step reached, at least the given one. */
function furthest(least) {
  const names = Object.keys(OFFERS);
  const before = new URLSearchParams(location.search).get("reached") ?? "";
  return names[Math.max(names.indexOf(least), names.indexOf(before))];
}

// The end: what was seen

function showSeen(result) {
  const { title, lines } = seenOf(result);
  find("seen").hidden = false;
  one('[data-seen] [data-slot="title"]', HTMLElement).textContent = title;
  one('[data-seen] [data-slot="seen"]', HTMLElement).replaceChildren(
    ...lines.map((text) => {
      const line = document.createElement("li");
      line.textContent = text;
      return line;
    }),
  );
  one("[data-runs-next]", HTMLElement).replaceChildren(
    ...afterInstall(result, begin, job, [button(t("guide.runs.again"), () => go("install"))]),
  );
  ports.allow();
}

// The port

async function showPort(mine) {
  for (const place of all("[data-on-port]", HTMLElement)) {
    place.hidden = !mine;
    place.textContent = mine ? t("guide.on_port", { name: nameOf(mine) }) : "";
    if (mine?.job && !working) place.append(` · ${t("device.connect.job")}`);
  }
  showNoPort(!mine);
  if (step === "install") offerImagesFor(mine?.kind === "virtual" ? mine.chip : "");
  if (!working) render();
}

/** Say that the chosen port is gone, or that none was chosen. */
function showNoPort(missing) {
  for (const place of all("[data-no-port]", HTMLElement)) {
    place.hidden = !missing;
    one("span", HTMLElement, place).textContent = t(portInAddress() ? "guide.no_port" : "guide.none_chosen");
  }
}

function lookForUnfinished(watched = false) {
  // The backup of an install may be newer than the one in the address.
  return unfinished.look({ watched, backup: job?.kind === "install" ? "" : backup, port: ports.chosen });
}

// Begin

for (const form of all("[data-install]", HTMLFormElement)) {
  const tell = troubleIn(one("[data-form-trouble]", HTMLElement, form), form);
  openChosenFiles(tell);
  onSubmit(form, async () => {
    await begin("install", given(form), tell);
    if (working) forgetPasswords(form);
  });
}

/** Offer to go on where somebody was, if they come to the beginning of the path. */
function offerToComeBack() {
  const last = localStorage.getItem(LAST);
  if (begun !== undefined || !last) return;
  const at = new URLSearchParams(last).get("step") ?? "";
  if (!(at in OFFERS)) return;
  find("come-back").hidden = false;
  one('[data-come-back] [data-slot="text"]', HTMLElement).textContent = t("guide.was_at", { step: t(`guide.${at}.short`) });
  one("[data-come-back-to]", HTMLAnchorElement).href = `${location.pathname}${last}`;
}

async function bootForPins() {
  if (!all("[data-boots-itself]", HTMLElement).length) return;
  show(await start("boot", { dump }));
}

async function open() {
  offerToComeBack();
  if (done) note({ done });
  else remember();
  render();
  if (jobId && kind) show(await ask("GET", `/api/jobs/${jobId}`));
  await ports.look();
  await lookForUnfinished();
  await bootForPins();
  render();
}

open().catch((error) => {
  if (!(error instanceof Unreached)) trouble(error);
});
