// Describes the outcome of a finished job and the next steps.
import { ask } from "./api.js";
import { all, fill, hex, number, one, size } from "./dom.js";
import { networkLines } from "./rehearsal.js";
import { capital, counted, hintOf, sentence, t, textOf, told, wordingOf } from "./texts.js";
import { warningList } from "./warnings.js";

/**
 * The box for a finished job.
 * @param {any} job
 * @param {any} result
 * @param {(kind: string, parameters?: Record<string, unknown>) => unknown} begin starts another job on the same port
 * @param {{ guided?: boolean }} [where] on the guided path, which itself offers what comes next
 */
export function outcomeOf(job, result, begin, { guided = false } = {}) {
  const made = (SHOWN[job.kind] ?? plainly)(result, begin, job);
  if (!guided) return made;
  // The path has one first choice, and offers it itself.
  if (GUIDED.includes(job.kind)) one("[data-next]", HTMLElement, made).replaceChildren();
  for (const each of all("[data-next] .primary", HTMLElement, made)) each.classList.remove("primary");
  return made;
}

const OWN_ADDRESS = "192.168.4.1"; // of OpenBeken in the network that it opens itself

/** Jobs that have a step of the guided path. */
const GUIDED = ["doctor", "backup", "install", "boot"];

/** What makes the end of a job no success, by its kind: the end of a key `job.ended.…`, or nothing. */
const SHORT = {
  doctor: (result) => (result.works ? "" : "doctor"),
  verify: (result) => (result.equal ? "" : "verify"),
  find: (result) => (result.address ? "" : "find"),
  install: (result) => ({ not_joined: "not_joined", unseen: "unseen" })[result.outcome] ?? "",
};

/** Whether a finished job found or did what it was started for. */
export const wentWell = (job, result) => !SHORT[job.kind]?.(result);

/**
 * What a badge says of a job in a state, and how; one that has ended without what it was started for is no success.
 * @param {any} job
 * @param {string} state
 * @param {any} [result]
 * @returns {{ text: string, style: string }}
 */
export function badgeOf(job, state, result) {
  const short = state === "done" && result && SHORT[job.kind]?.(result);
  if (short) return { text: t(`job.ended.${short}`), style: "warn" };
  return { text: t(`job.state.${state}`), style: STATE_STYLE[state] ?? "" };
}

const STATE_STYLE = { done: "good", failed: "bad", cancelled: "warn", waiting: "warn", stopping: "warn", unknown: "warn" };

/**
 * @param {string} kind `good`, `warn` or `bad`
 * @param {string} title
 * @param {string} text
 * @param {any[][]} [facts] names and values; those without a value are left out
 * @param {Node[]} [next] buttons for the next steps
 * @param {string} [hint]
 */
function box(kind, title, text, facts = [], next = [], hint = "") {
  const made = fill("outcome", { title, text, hint });
  made.classList.add(kind);
  for (const [name, value] of facts) {
    if (value === null || value === undefined || value === "") continue;
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    term.textContent = name;
    const description = document.createElement("dd");
    description.textContent = value;
    if (/^[0-9a-f]{64}$/.test(value)) description.className = "mono";
    pair.classList.toggle("prose", /[.!?]$/.test(value));
    pair.append(term, description);
    one("[data-facts]", HTMLElement, made).append(pair);
  }
  one("[data-next]", HTMLElement, made).append(...next);
  return made;
}

export function button(text, does, style = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button ${style}`;
  made.textContent = text;
  made.addEventListener("click", does);
  return made;
}

/** A button for something that is done at the chosen port. */
export function atPort(text, does, style = "") {
  const made = button(text, does, style);
  made.dataset.needsPort = "";
  return made;
}

function link(text, href) {
  const made = document.createElement("a");
  made.className = "button primary";
  made.textContent = text;
  made.href = href;
  return made;
}

const chipFacts = (chip) => [
  [t("device.result.chip"), chip?.chip],
  [t("device.result.loader"), chip?.loader],
  [t("device.result.flash"), chip ? [chip.flash_part, size(chip.flash_size)].filter(Boolean).join(", ") : ""],
];

function plainly() {
  return box("good", t("device.result.done"), "");
}

function info(result, begin) {
  return box("good", t("device.result.recognised"), "", chipFacts(result.chip), [backUp(begin)]);
}

const backUp = (begin) => atPort(t("device.do.backup"), () => begin("backup"), "primary");

/** A chip that was written or compared is still in its boot loader. */
const restart = (begin) => atPort(t("device.do.reboot"), () => begin("reboot"), "primary");

function doctor(result, begin) {
  const well = result.works;
  const seen = (check) => capital(textOf(check) || (check.ok || !result.problem ? check.seen : told(result.problem)));
  const sign = (check) => (check.ok ? (check.doubtful ? "!" : "✓") : "✗");
  const checks = result.checks.map((check) => [t(`device.check.${check.name}`), `${sign(check)} ${seen(check)}`]);
  const doubtful = result.warnings.length > 0;
  const title = t(well ? (doubtful ? "device.result.works_but" : "device.result.works") : "device.result.does_not");
  const next = well ? [backUp(begin)] : [atPort(t("device.result.again"), () => begin("doctor"))];
  const verdict = sentence(textOf(result) || (result.problem ? told(result.problem) : ""));
  const advice = well ? "" : sentence(hintOf(result));
  const made = box(well ? "good" : "bad", title, well ? "" : verdict, checks, next, advice && t("error.hint", { hint: advice }));
  if (!well && result.problem) made.append(...wordingOf(result.problem));
  return made;
}

/** How many sectors there are, and what was done about them; none of what did not happen. */
function sectorsOf(counts) {
  const parts = ["sent", "blank", "resumed"].filter((name) => counts[name]);
  const total = parts.reduce((sum, name) => sum + counts[name], 0);
  const named = parts.map((name) => t(`device.result.sectors_of.${name}`, { count: number(counts[name]) }));
  return `${number(total)}: ${named.join(", ")}`;
}

function backup(result) {
  const facts = [
    ...chipFacts(result.chip),
    [t("device.result.file"), result.name],
    [t("device.result.sha"), result.sha256],
    [t("device.result.sectors"), sectorsOf(result.sectors)],
  ];
  const look = button(t("device.backups.look"), async () => {
    const { dumps } = await ask("POST", `/api/backups/${result.backup}/dump`);
    location.assign(`/dump/${dumps[0].id}`);
  });
  const next = [link(t("common.download"), `/api/backups/${result.backup}`), look];
  return box("good", t("device.result.backed_up"), t("device.result.proven", { size: size(result.size) }), facts, next);
}

function write(result, begin) {
  const counts = result.sectors;
  const facts = [
    [t("device.result.written"), counted("device.plan.sectors", counts.written)],
    [t("device.plan.same"), counted("device.plan.sectors", result.plan.sectors_equal)],
  ];
  const next = [restart(begin)];
  if (result.undo) next.push(atPort(t("device.result.undo"), () => begin("restore", { backup: result.undo })));
  return box("good", t("device.result.verified"), t("device.result.compared"), facts, next);
}

function verify(result, begin) {
  const title = t(result.equal ? "device.result.equal" : "device.result.different");
  const ranges = result.spans.map(([start, end]) => `${hex(start)}–${hex(end)}`).join(", ");
  const text = result.equal ? t("device.result.equal_text", { name: result.file }) : t("device.result.different_text", { ranges });
  const back = () => begin("restore", { backup: result.backup });
  const next = result.equal ? [restart(begin)] : [backUp(begin), atPort(t("device.unfinished.put_back"), back)];
  return box(result.equal ? "good" : "warn", title, text, [], next);
}

function install(result, begin, job) {
  const facts = [
    ...chipFacts(result.chip),
    [t("device.result.firmware"), result.firmware],
    [t("device.plan.backup"), result.backup_name],
    [t("device.install.rehearsal"), rehearsed(result.rehearsal)],
  ];
  const { title, lines } = seenOf(result);
  const next = afterInstall(result, begin, job);
  return box(result.outcome === "unseen" ? "warn" : "good", title, lines.join(" "), facts, next);
}

/**
 * What can be done after an install, the first choice first.
 * @param {any} result
 * @param {(kind: string, parameters?: Record<string, unknown>) => unknown} begin
 * @param {any} job the install
 * @param {Node[]} [again] what else there is to do with a real device
 * @returns {Node[]}
 */
export function afterInstall(result, begin, job, again = []) {
  const back = atPort(t("device.result.undo"), () => begin("restore", { backup: result.backup }));
  if (result.virtual) return [atPort(t("device.result.bench"), () => runOnBench(job.port), "primary"), back];
  if (result.address) return [deviceLink(result.address), back];
  if (!result.wifi) return [deviceLink(OWN_ADDRESS), ...again, back];
  return [button(t("device.result.search"), () => begin("find", { install: job.id }), "primary"), ...again, back];
}

async function runOnBench(port) {
  const { dumps } = await ask("POST", `/api/virtual/${port}/dump`);
  location.assign(`/bench?dump=${dumps[0].id}`);
}

/** What was seen in the rehearsal; empty without one. */
function rehearsed(rehearsal) {
  if (!rehearsal) return "";
  const verdict = t(rehearsal.passed ? "device.install.passed" : "device.install.not_passed_then");
  return [verdict, ...networkLines(rehearsal.network)].join(" ");
}

/**
 * What was seen of a device after an install, and nothing else.
 * @returns {{ title: string, lines: string[] }}
 */
export function seenOf(result) {
  const started = ["online", "joined", "started"].includes(result.outcome);
  const title = t(started ? "device.result.installed" : "device.result.written_only");
  const own = result.wifi || result.virtual ? "" : t("device.install.opens_own");
  const unsure = result.wifi && !result.virtual && ["started", "unseen"].includes(result.outcome);
  const mistyped = unsure ? t("device.install.end.mistyped") : "";
  return { title, lines: [t(`device.install.end.${result.outcome}`), own, networkOf(result), mistyped].filter(Boolean) };
}

/** What is known of the device in this computer's network. */
function networkOf(result) {
  if (result.virtual) return t("device.install.is_virtual");
  if (result.address) return t("device.install.found", { address: result.address });
  if (!result.wifi) return "";
  return t(result.searched ? "device.install.not_found" : "device.install.not_searched");
}

function find(result) {
  if (result.address) return box("good", t("device.install.end.online"), t("device.install.found", { address: result.address }), [], [deviceLink(result.address)]);
  return box("warn", t("device.search.ended"), t(result.searched ? "device.install.not_found" : "device.install.not_searched"));
}

/** Opens the page of a device in the network, which is not ours, in a tab of its own. */
export function deviceLink(address) {
  const made = link(t("device.result.open"), `http://${address}/`);
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

function log(result) {
  const pins = result.pins.map((pin) => [`P${pin.gpio}`, textOf(pin) || pin.label]);
  const text = pins.length ? t("device.result.log_pins") : t("device.result.log_none");
  const made = box(result.warnings.length ? "warn" : "good", t("device.result.log"), text, pins);
  made.append(warningList(result.warnings));
  return made;
}

const SHOWN = { doctor, info, backup, write, restore: write, verify, install, find, log };
