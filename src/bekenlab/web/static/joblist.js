// The list of jobs, kept current.
import { unless } from "./allow.js";
import { ask } from "./api.js";
import { isLive, onConnection } from "./connection.js";
import { all, duration, fill, one } from "./dom.js";
import { cancel } from "./jobs.js";
import { badgeOf } from "./outcomes.js";
import { orElse, t } from "./texts.js";

const LOOK_EVERY = 2000;
const place = one("[data-jobs]", HTMLElement);
let drawn = "";
/** @type {any[]} as the server told last */
let listed = [];

/** Where a job is shown: on the page of its file, or with the device. */
function pathOf(job) {
  if (job.file) return `/dump/${job.file}#boot`;
  return `/device?job=${job.id}`;
}

/** A job that cannot go on without an answer is waiting; of a running one nothing is known without the server. */
function stateOf(job) {
  if (job.state === "running" && !isLive()) return "unknown";
  if (job.cancelling) return "stopping";
  return job.state === "running" && job.question && job.question.about !== "search" ? "waiting" : job.state;
}

/** Show in a row what state its job is in. */
function showState(job, made) {
  const { text, style } = badgeOf(job, stateOf(job), job.result);
  const badge = one("[data-slot=state]", HTMLElement, made);
  badge.textContent = text;
  badge.className = `badge ${style}`;
  one("[data-answer]", HTMLElement, made).hidden = stateOf(job) !== "waiting";
}

function row(job) {
  const kind = orElse(`job.kind.${job.kind}`, job.kind);
  const made = fill("job-row", {
    kind,
    about: job.title,
    time: duration(job.seconds),
  });
  const name = `${kind}, ${job.title}`;
  for (const [where, text] of [["[data-slot=kind]", "jobs.open_name"], ["[data-answer]", "jobs.answer_name"]]) {
    const link = one(where, HTMLAnchorElement, made);
    link.href = pathOf(job);
    link.setAttribute("aria-label", t(text, { name }));
  }
  showState(job, made);
  const state = one("[data-slot=state]", HTMLElement, made);
  const stop = one("[data-stop]", HTMLButtonElement, made);
  stop.hidden = job.state !== "running";
  unless(stop, job.cancelling ? state : null);
  stop.setAttribute("aria-label", t("jobs.stop_name", { name }));
  stop.addEventListener("click", async () => {
    unless(stop, state);
    state.textContent = t("job.state.stopping");
    await cancel(job.id);
    look();
  });
  return made;
}

async function look() {
  if (document.hidden) return;
  const answer = await ask("GET", "/api/jobs").catch(() => null);
  if (!answer) return; // what was listed last stays
  listed = answer.jobs;
  const now = JSON.stringify(answer.jobs.map((job) => [job.id, stateOf(job), job.cancelling, Math.round(job.seconds)]));
  if (now === drawn || place.contains(document.activeElement)) {
    if (now !== drawn) update(answer.jobs);
    return;
  }
  drawn = now;
  one("[data-none]", HTMLElement).hidden = answer.jobs.length > 0;
  place.replaceChildren(...answer.jobs.map(row));
}

/** Show new states without moving the focus. */
function update(jobs) {
  const rows = all("[data-jobs] > li", HTMLElement);
  if (rows.length !== jobs.length) return;
  for (const [index, job] of jobs.entries()) {
    showState(job, rows[index]);
    one("[data-slot=time]", HTMLElement, rows[index]).textContent = duration(job.seconds);
    one("[data-stop]", HTMLButtonElement, rows[index]).hidden = job.state !== "running" || !isLive();
  }
}

look();
onConnection(() => update(listed));
setInterval(look, LOOK_EVERY);
document.addEventListener("visibilitychange", look);
