// The page of one dump: boot it, export it, show hidden values.
import { unless } from "./allow.js";
import { ask } from "./api.js";
import { say } from "./app.js";
import { all, number, one } from "./dom.js";
import { cancel, start, watch } from "./jobs.js";
import { english, orElse, t, textOf, told } from "./texts.js";

/** @type {(name: string) => HTMLElement} */
const find = (name) => one(`[data-${name}]`, HTMLElement);
/** @type {(name: string) => HTMLButtonElement[]} none, or the only one */
const buttons = (name) => all(`[data-${name}]`, HTMLButtonElement);
const dump = find("dump").dataset.dump;
const MOST_LINES = 5000;

// Boot

/** @type {string} the job of the last boot */
let running;

/** Whether the boot was begun by the page itself, which then shows its pins at once. */
let unasked = false;

async function bootIt() {
  try {
    const job = await start("boot", { dump, to_the_end: one("[data-boot-on]", HTMLInputElement).checked });
    follow(job.id);
  } catch (error) {
    bootEnded("bad", told(error), []);
  }
}

/** Show a boot from its beginning, also one that another page has begun, or that has ended. */
function follow(job) {
  running = job;
  const log = find("boot-log");
  log.replaceChildren();
  log.hidden = false;
  find("boot-outcome").hidden = true;
  for (const boot of buttons("boot")) unless(boot, find("boot-state"));
  find("boot-stop").hidden = false;
  find("boot-state").textContent = t("job.state.running");
  watch(running, (event) => ON_EVENT[event.event]?.(event));
}

for (const boot of buttons("boot")) boot.addEventListener("click", () => {
  unasked = false;
  bootIt();
});

for (const stop of buttons("boot-stop")) stop.addEventListener("click", () => cancel(running));

const keys = new Set();

/** Whether a line of the log has a key that gives a pin. */
function names(text) {
  return [...text.matchAll(/\w+/g)].some(([word]) => keys.has(word));
}

/**
 * @param {HTMLElement} line
 * @param {string[]} some
 */
function has(line, some) {
  return [...(line.textContent ?? "").matchAll(/\w+/g)].some(([word]) => some.includes(word));
}

function mark(found) {
  for (const key of found) keys.add(key);
  for (const line of all("span", HTMLElement, find("boot-log"))) {
    if (names(line.textContent ?? "")) line.className = "found";
  }
}

const ON_EVENT = {
  pins(event) {
    mark(event.keys);
    // Some firmware prints "relay[0]: pin-18": its line does not have the key that it gives.
    const latest = find("boot-log").lastElementChild;
    const named = all("span", HTMLElement, find("boot-log")).some((line) => has(line, event.keys));
    if (latest && !named) latest.className = "found";
  },
  line(event) {
    const log = find("boot-log");
    const line = document.createElement("span");
    line.textContent = `${event.text}\n`;
    if (names(line.textContent ?? "")) line.className = "found";
    const follows = log.scrollTop + log.clientHeight > log.scrollHeight - 40;
    log.append(line);
    if (log.childElementCount > MOST_LINES) log.firstElementChild?.remove();
    if (follows) log.scrollTop = log.scrollHeight;
    find("boot-state").textContent = `${t("job.state.running")} · ${t("dump.boot.at", { seconds: number(event.seconds, 1) })}`;
  },
  unknown() {
    bootEnded("warn", t("job.unknown.boot"), []);
  },
  end(event) {
    if (event.state === "done") {
      const { pins, stop, device_seconds: seconds } = event.result;
      const title = pins.length ? t("dump.boot.pins", { count: pins.length }) : t("dump.boot.no_pins");
      const text = t("dump.boot.stopped", { why: orElse(`dump.stop.${stop}`, stop), seconds: number(seconds, seconds < 1 ? 3 : 1) });
      mark(pins.flatMap((pin) => pin.evidence.map((said) => said.key)));
      bootEnded(pins.length ? "good" : "warn", `${title} ${text}`, pins);
      if (!pins.length) offerBench();
      if (unasked) location.reload();
    } else {
      bootEnded(event.state === "cancelled" ? "warn" : "bad", event.state === "cancelled" ? t("job.stopped") : told(event.error), []);
    }
  },
};

function bootEnded(kind, text, pins) {
  for (const boot of buttons("boot")) unless(boot, null);
  find("boot-stop").hidden = true;
  find("boot-state").textContent = "";
  const box = find("boot-outcome");
  box.className = `notice ${kind}`;
  box.hidden = false;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  const list = document.createElement("ul");
  for (const pin of pins) {
    const line = document.createElement("li");
    line.textContent = `P${pin.gpio}: ${textOf(pin) || pin.label}`;
    list.append(line);
  }
  box.replaceChildren(paragraph, list);
  if (pins.length && !("shown" in box.dataset)) {
    const again = document.createElement("a");
    again.className = "button small";
    again.href = location.pathname;
    again.textContent = t("dump.boot.take");
    box.append(again);
  }
  say(text);
}

/** After a boot that gave no pins, booting again gives none either; the bench shows what is used. */
function offerBench() {
  for (const boot of buttons("boot")) boot.classList.remove("primary");
  const bench = document.createElement("a");
  bench.className = "button small";
  bench.href = `/bench?dump=${dump}`;
  bench.textContent = t("dump.boot.watch");
  find("boot-outcome").append(bench);
  for (const place of all("[data-no-pins]", HTMLElement)) place.textContent = t("dump.no_pins.booted");
}

// Exports

const tabs = all("[role=tab]", HTMLElement);

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(index + step + tabs.length) % tabs.length];
    next.focus();
    select(next);
  });
}

/** @param {{ message: string, texts: Record<string, string> }[]} warnings */
function warn(warnings) {
  for (const warning of warnings) {
    const line = document.createElement("li");
    const said = english ? warning.message : textOf(warning);
    line.textContent = said || warning.message;
    if (!said) line.lang = "en";
    find("export-warnings").append(line);
  }
}

/** What an export holds: a configuration may have no pins to set up. */
function aboutForm(form) {
  const empty = form === "config" && "withoutPins" in find("export-about").dataset;
  return empty ? t("dump.export.config_no_pins") : t(`dump.export.${form}_text`);
}

async function select(tab) {
  for (const other of tabs) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  }
  const form = tab.dataset.form;
  const path = `/api/dumps/${dump}/export/${form}`;
  const about = find("export-about");
  about.textContent = aboutForm(form);
  find("export-warnings").replaceChildren();
  one("[data-export-file]", HTMLAnchorElement).href = `${path}?download`;
  const isText = form !== "config";
  /** @type {{ text: string, told: { message: string, texts: Record<string, string> }[] } | null} */
  let made = null;
  try {
    made = isText ? await ask("GET", path) : null;
  } catch (error) {
    about.textContent = told(error);
  }
  if (tab.getAttribute("aria-selected") !== "true") return;
  find("export-text").hidden = !made;
  find("export-text").textContent = made?.text ?? "";
  one("[data-copy=export-text]", HTMLElement).hidden = !made;
  find("export-do").hidden = isText && !made;
  warn(made?.told ?? []);
}

// Hidden values

for (const reveal of buttons("reveal")) reveal.addEventListener("click", async () => {
  const secrets = await ask("POST", `/api/dumps/${dump}/secrets`);
  const values = new Map(secrets.keys.map((key) => [key.name, key.value]));
  for (const cell of all("[data-key]", HTMLElement)) {
    const value = document.createElement("code");
    value.textContent = values.get(cell.dataset.key ?? "") ?? "";
    cell.replaceChildren(value);
  }
  one("#keys ~ details", HTMLDetailsElement).open = true;
  keysAre("shown");
  for (const hide of buttons("hide")) hide.focus();
});

for (const hide of buttons("hide")) hide.addEventListener("click", () => {
  for (const cell of all("[data-secret]", HTMLElement)) {
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.textContent = t("dump.keys.hidden");
    cell.replaceChildren(badge);
  }
  keysAre("hidden");
  for (const reveal of buttons("reveal")) reveal.focus();
});

/** Say whether the values are hidden, and offer the way back. */
function keysAre(state) {
  for (const reveal of buttons("reveal")) reveal.hidden = state === "shown";
  for (const hide of buttons("hide")) hide.hidden = state === "hidden";
  const text = state === "shown" ? t("dump.keys.revealed") : t("dump.keys.text");
  find("keys-text").textContent = text;
  say(text);
}

// A boot that is running or has ended, or the one that the command line would do unasked

for (const card of all("[data-boot-job]", HTMLElement)) follow(card.dataset.bootJob);
if (all("[data-boot-itself]", HTMLElement).length) {
  unasked = true;
  bootIt();
}
