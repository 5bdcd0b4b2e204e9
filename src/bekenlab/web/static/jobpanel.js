// Shows a job: what it waits for, its progress, its questions, its outcome.
import { unless } from "./allow.js";
import { say } from "./app.js";
import { isLive, onConnection } from "./connection.js";
import { all, fill, hex, number, one, size } from "./dom.js";
import { FlashMap } from "./flashmap.js";
import { answer, cancel, watch } from "./jobs.js";
import { badgeOf } from "./outcomes.js";
import { askPlan, askSearch, askWire } from "./questions.js";
import { hintOf, orElse, sentence, t, textOf, wordingOf } from "./texts.js";

const LOUD_EVERY = 10_000;
const MOST_LINES = 2000;

/** How each question is asked; all others are about a plan. */
const ASKED = { wire: askWire, search: askSearch };

/** Jobs that change the device. */
const WRITES = ["write", "restore", "install"];

const slot = (name, box) => one(`[data-slot="${name}"]`, HTMLElement, box);

export class JobPanel {
  /**
   * @param {HTMLElement} card the section of the page
   * @param {(job: any, result: any) => Node} showOutcome describes the result of a finished job
   * @param {(kind: string) => unknown} [begin] starts another job on the same port
   */
  constructor(card, showOutcome, begin) {
    this.card = card;
    this.begin = begin;
    this.showOutcome = showOutcome;
    this.stopButton = one("[data-job-stop]", HTMLButtonElement, card);
    /** @type {FlashMap | null} */
    this.map = null;
    /** @type {(() => void) | null} */
    this.unwatch = null;
    /** @type {number | undefined} bytes of flash, once the chip is known */
    this.flash = undefined;
    this.loudAt = 0; // when progress was last announced, in milliseconds
    this.stopButton.addEventListener("click", () => {
      this.stopping(true);
      cancel(this.job.id).catch((error) => {
        this.stopping(false);
        throw error; // which is told at the top of the page
      });
    });
    onConnection((live) => this.doubt(!live));
  }

  /**
   * Say beside the title what state the job is in.
   * @param {string} state
   * @param {any} [result] of a job that has ended
   */
  badge(state, result) {
    const { text, style } = badgeOf(this.job, state, result);
    this.part("state").textContent = text;
    this.part("state").className = `badge ${style}`;
  }

  /** Say that the job is about to stop, and need not be told again. */
  stopping(asked) {
    this.asked = asked;
    unless(this.stopButton, asked ? this.part("state") : null);
    this.badgeOfRunning();
  }

  badgeOfRunning() {
    if (this.asked) this.badge("stopping");
    else if (this.part("question").querySelector(".question [data-no]")) this.badge("waiting");
    else this.badge("running");
  }

  /** Say that nothing is known of a running job while the server cannot be asked. */
  doubt(doubtful) {
    if (!this.job || this.ended) return;
    if (doubtful) this.badge("unknown");
    else this.badgeOfRunning();
    this.stopButton.hidden = doubtful;
    this.part("doubt").hidden = !doubtful;
    this.card.classList.toggle("doubtful", doubtful);
  }

  /**
   * An element of the card.
   * @param {string} name
   */
  part(name) {
    return one(`[data-job-${name}]`, HTMLElement, this.card);
  }

  /** Show a job from its beginning. */
  show(job) {
    this.unwatch?.();
    this.job = job;
    this.ended = false;
    // A job that has already ended is only shown again: do not scroll.
    this.calm = job.state !== "running";
    this.map = null;
    this.phase = "";
    this.written = ""; // whether writing to the device has begun, or is over
    this.loudAt = 0;
    this.card.hidden = false;
    this.part("title").textContent = orElse(`job.kind.${job.kind}`, job.kind);
    this.part("about").textContent = job.title;
    this.stopButton.hidden = false;
    for (const name of ["waiting", "progress", "log"]) this.part(name).hidden = true;
    for (const name of ["steps", "question", "said", "outcome", "log", "map", "legend"]) this.part(name).replaceChildren();
    this.stopping(Boolean(job.cancelling));
    this.doubt(!isLive());
    this.unwatch = watch(job.id, (event) => this[`on_${event.event}`]?.(event));
  }

  on_awaiting(event) {
    const box = this.part("waiting");
    box.hidden = false;
    const put = (name, text) => (slot(name, box).textContent = text);
    put("stage", orElse(`job.stage.${event.stage}`, event.stage));
    put("seen", orElse(`job.heard.${event.heard}.seen`, event.seen));
    put("advice", orElse(`job.heard.${event.heard}.advice`, event.advice));
    put("left", t("job.left", { seconds: Math.ceil(event.seconds_left) }));
    box.classList.toggle("warn", event.stage === "reset-by-hand");
    if (this.stage !== event.stage) say(orElse(`job.stage.${event.stage}`, event.stage));
    this.stage = event.stage;
  }

  on_step(event) {
    const step = document.createElement("li");
    // A rehearsal has steps of its own. They are shown below its heading, and named as what they
    // are: nothing of them happens to the device.
    const inner = event.job !== this.job.kind;
    const text = orElse(inner ? `job.step.${event.job}_${event.step}` : `job.step.${event.step}`, event.title);
    step.append(text);
    step.dataset.step = event.step;
    const list = inner ? this.innerSteps() : this.part("steps");
    // What follows shows that what stood before was gone through, with all below it.
    for (const before of all("li", HTMLElement, list)) before.classList.add("over");
    list.append(step);
    say(text);
  }

  /**
   * Tick all steps so far; those of a rehearsal that showed something else are marked as doubtful.
   * @param {any} [rehearsal]
   */
  stepsAreOver(rehearsal) {
    const doubtful = rehearsal ? doubtfulSteps(rehearsal) : [];
    for (const step of all("li", HTMLElement, this.part("steps"))) {
      step.classList.add("over");
      step.classList.toggle("doubt", doubtful.includes(step.dataset.step ?? ""));
    }
  }

  /** The list of steps within the latest step. */
  innerSteps() {
    const around = this.part("steps").lastElementChild ?? this.part("steps");
    const found = around.querySelector("ol");
    if (found) return found;
    const made = document.createElement("ol");
    around.append(made);
    return made;
  }

  on_said(event) {
    this.part("waiting").hidden = true;
    const line = document.createElement("li");
    line.textContent = sentence(textOf(event) || event.message);
    if (!textOf(event)) line.lang = "en";
    this.part("said").append(line);
  }

  // A rehearsal passes on its progress only: these two are about the device.
  on_started(event) {
    if (event.job === "write") this.written = "begun";
  }

  on_finished(event) {
    if (event.job === "write") this.written = "over";
  }

  on_chip(event) {
    this.flash = event.chip.flash_size;
  }

  on_progress(event) {
    this.part("waiting").hidden = true;
    const box = this.part("progress");
    box.hidden = false;
    const share = event.total ? event.done / event.total : 1;
    const words = { phase: orElse(`job.phase.${event.phase}`, t("job.phase.other")), percent: Math.floor(100 * share) };
    slot("share", box).textContent = t("job.share", words);
    slot("amount", box).textContent = t("job.amount", { done: size(event.done), total: size(event.total) });
    slot("pace", box).textContent =
      event.left === null ? "" : t("job.pace", { rate: size(event.rate), seconds: number(Math.ceil(event.left)) });
    one("progress", HTMLProgressElement, box).value = share;
    this.mark(event);
    if (Date.now() - this.loudAt > LOUD_EVERY) {
      this.loudAt = Date.now();
      say(t("job.share", words));
    }
  }

  mark(event) {
    const end = Math.max(0, ...event.spans.map((span) => span[1]));
    // Only a phase that covers all of flash gives its size.
    const total = Math.max(this.flash ?? 0, event.phase === "write" ? 0 : event.total, end);
    if (!total) return;
    if (!this.map || this.map.count * 4096 < total) this.map = new FlashMap(this.part("map"), total);
    if (event.phase !== this.phase) {
      if (event.phase !== "verify" || this.phase !== "write") this.map.clear();
      this.phase = event.phase;
      this.showLegend(this.map.count * 4096);
    }
    this.map.mark(event.spans, event.phase);
  }

  /** Say what the colours of the map mean, and which part of flash it shows. */
  showLegend(end) {
    const swatches = [
      [this.phase, t(`job.phase.${this.phase}`)],
      ["rest", t("job.map_rest")],
    ].map(([name, text]) => {
      const swatch = document.createElement("span");
      const square = document.createElement("i");
      square.className = name;
      swatch.append(square, text);
      return swatch;
    });
    this.part("legend").replaceChildren(...swatches, t("job.map", { end: hex(end) }));
  }

  on_question(event) {
    this.part("waiting").hidden = event.about !== "search";
    this.part("progress").hidden = true;
    const respond = (value) => answer(this.job.id, event.number, value);
    const asked = (ASKED[event.about] ?? askPlan)(event, respond, this.begin && (() => this.backUpInstead(respond)));
    this.part("question").replaceChildren(asked);
    const heading = one("h3", HTMLElement, asked);
    heading.tabIndex = -1;
    if (event.about === "search") return;
    this.stepsAreOver(event.rehearsal);
    this.badgeOfRunning();
    heading.focus();
  }

  /** Change nothing, and make the backup that is missing. */
  backUpInstead(respond) {
    this.card.addEventListener("ended", () => this.begin?.("backup"), { once: true });
    return respond({ yes: false });
  }

  on_answered(event) {
    if ("rehearsal" in event) this.stepsAreOver(event.rehearsal);
    this.part("question").replaceChildren();
    this.badgeOfRunning();
  }

  on_line(event) {
    const log = this.part("log");
    log.hidden = false;
    const line = document.createElement("span");
    line.textContent = `${event.text}\n`;
    const follows = log.scrollTop + log.clientHeight > log.scrollHeight - 40;
    log.append(line);
    if (log.childElementCount > MOST_LINES) log.firstElementChild?.remove();
    if (follows) log.scrollTop = log.scrollHeight;
  }

  /** The server was started again and knows nothing of this job. */
  on_unknown() {
    this.close();
    this.badge("unknown");
    this.part("outcome").replaceChildren(noted("warn", t("job.unknown.title"), t("job.unknown.text")));
    this.card.dispatchEvent(new CustomEvent("ended", { detail: { state: "unknown" } }));
  }

  close() {
    this.ended = true;
    for (const name of ["waiting", "progress", "doubt"]) this.part(name).hidden = true;
    this.part("question").replaceChildren();
    this.stopButton.hidden = true;
    this.card.classList.remove("doubtful");
  }

  on_end(event) {
    this.close();
    const bad = event.state !== "done";
    this.badge(event.state, event.result);
    if (!bad) this.stepsAreOver(event.result?.rehearsal);
    slot("pace", this.part("progress")).textContent = "";
    const outcome = bad ? this.failed(event) : this.showOutcome(this.job, event.result);
    if (this.map && !bad) this.part("progress").hidden = false;
    this.part("outcome").replaceChildren(outcome);
    if (!this.calm) this.part("outcome").focus();
    this.card.dispatchEvent(new CustomEvent("ended", { detail: event }));
  }

  /** What a job that was stopped has left behind. */
  leftBehind() {
    if (this.written) return t(`job.left_behind.${this.written}`);
    if (WRITES.includes(this.job.kind)) return t("job.left_behind.untouched");
    return t(this.job.kind === "backup" ? "job.left_behind.backup" : "job.left_behind.other");
  }

  failed(event) {
    if (event.state === "cancelled") return noted("warn", t("job.stopped"), this.leftBehind());
    if (event.state === "declined") return noted("", t("job.declined"), sentence(textOf(event.error) || event.error.message), sentence(hintOf(event.error)));
    const advice = hintOf(event.error);
    const title = orElse(`error.${event.error.code}`, t("error.heading"));
    const box = noted("bad", title, sentence(textOf(event.error)), advice && t("error.hint", { hint: sentence(advice) }));
    box.append(...wordingOf(event.error));
    return box;
  }
}

/** Steps of a rehearsal, and the rehearsal itself, that did not show what they should. */
function doubtfulSteps({ passed, network }) {
  const out = network?.tried && !network.joined;
  return [...(passed ? [] : ["rehearse"]), ...(out || network?.timed_out ? ["join"] : [])];
}

/** The box for a job without a result. */
function noted(style, title, text, hint = "") {
  const box = fill("outcome", { title, text, hint });
  if (style) box.classList.add(style);
  return box;
}
