// One state of the connection on all pages: what is known, and what to do, in a bar at the top.
import { byId, one } from "./dom.js";
import { onState, retry } from "./stream/line.js";
import { t } from "./texts.js";

/** @typedef {import("./stream/hub.js").State} State */

const OURS = one("html", HTMLElement).dataset.run ?? "";
const bar = byId("connection");
/** @type {(name: string) => HTMLElement} */
const part = (name) => one(`[data-connection-${name}]`, HTMLElement, bar);
/** @type {Record<string, "bad" | "warn">} the states that are shown, and how */
const SHOWN = { lost: "bad", silent: "bad", key: "bad", full: "warn", restarted: "warn", asleep: "warn" };

let known = "connecting";
let dismissed = "";

/** Whether the server is there and this page may ask it. */
export const isLive = () => known === "live" || known === "restarted" || known === "connecting";

/** @param {State} state */
function nameOf(state) {
  if (state.name !== "live") return state.name;
  return state.run === OURS ? "live" : "restarted";
}

/** @param {string} name @param {Record<string, string | number>} [values] */
function show(name, values = {}) {
  const kind = SHOWN[name];
  bar.hidden = !kind || dismissed === name;
  if (bar.hidden) return;
  bar.className = `connection ${kind}`;
  part("title").textContent = t(`connection.${name}.title`, values);
  part("text").textContent = t(`connection.${name}.text`, values);
  part("retry").hidden = kind !== "bad" || name === "key"; // the key only changes with the page
  part("reload").hidden = !["key", "restarted", "asleep"].includes(name);
  part("close").hidden = kind === "bad";
}

onState((state) => {
  const before = known;
  known = nameOf(state);
  if (known !== before) dismissed = "";
  const clock = new Date(state.since).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
  if (state.slept) {
    dismissed = "";
    show("asleep", { minutes: Math.max(1, Math.round(state.slept / 60_000)) });
  } else if (known !== "live" || before !== "live") show(known, { clock });
  if (known !== before) document.dispatchEvent(new CustomEvent("connection", { detail: { name: known, before } }));
});

part("retry").addEventListener("click", retry);
part("reload").addEventListener("click", () => location.reload());
part("close").addEventListener("click", () => {
  dismissed = known;
  bar.hidden = true;
});

/**
 * Call a function whenever the connection is lost or there again; not when it is first made.
 * @param {(live: boolean) => void} listener
 */
export function onConnection(listener) {
  document.addEventListener("connection", (event) => {
    const first = event instanceof CustomEvent && event.detail.before === "connecting";
    if (!first || !isLive()) listener(isLive());
  });
}

/** What to tell somebody whose request did not reach the server. */
export const whyNot = () => t(known === "key" ? "connection.key.text" : "connection.unreached");
