// The page's end of the browser's stream: what it watches, and the state of the connection.
import { Hub } from "./hub.js";

/** @typedef {import("./hub.js").State} State */
/** @typedef {import("./hub.js").Subject} Subject */

const WORKER_WITHIN = 5000;

/** @type {State} */
export let state = { name: "connecting", since: Date.now(), run: "", slept: 0 };
/** @type {Set<(state: State) => void>} */
const listeners = new Set();
/** @type {Map<string, { subject: Subject, tell: (message: any) => void }>} */
const watching = new Map();
let keys = 0;

/** @param {State} now */
function become(now) {
  state = now;
  for (const listener of listeners) listener(now);
}

/** The stream in a shared worker, or this page's own where the browser has no such workers. */
function shared() {
  try {
    const worker = new SharedWorker("/static/stream/worker.js", { type: "module", name: "bekenlab" });
    const { port } = worker;
    const giveUp = () => {
      clearTimeout(waiting);
      worker.onerror = null; // once is enough
      port.close();
      line = own();
      for (const [key, { subject }] of watching) line.watch(key, subject);
    };
    // Its script may not arrive, if the server has just ended.
    const waiting = setTimeout(giveUp, WORKER_WITHIN);
    worker.onerror = giveUp;
    port.onmessage = ({ data }) => {
      clearTimeout(waiting);
      take(data);
    };
    const take = (data) => (data.state ? become(data.state) : watching.get(data.key)?.tell(data.message));
    const lock = `bekenlab-tab-${crypto.randomUUID()}`;
    navigator.locks?.request(lock, () => {
      port.postMessage({ do: "here", lock });
      return new Promise(() => {});
    });
    return {
      watch: (key, subject) => port.postMessage({ do: "watch", key, subject }),
      leave: (key) => port.postMessage({ do: "leave", key }),
      hush: (key, quiet) => port.postMessage({ do: "hush", key, quiet }),
      retry: () => port.postMessage({ do: "retry" }),
      hide: () => {},
    };
  } catch {
    return own();
  }
}

/** A stream of this page's own, which it gives up while it is hidden. */
function own() {
  const hub = new Hub(become);
  return {
    watch: (key, subject) => hub.watch(key, subject, (message) => watching.get(key)?.tell(message)),
    leave: (key) => hub.leave(key),
    hush: (key, quiet) => hub.hush(key, quiet),
    retry: () => hub.retry(),
    hide: (hidden) => hub.pause(hidden),
  };
}

let line = shared();

document.addEventListener("visibilitychange", () => {
  for (const key of watching.keys()) line.hush(key, document.hidden);
  line.hide(document.hidden);
});

/**
 * Watch a job or a chip until the returned function is called.
 * @param {Subject} subject
 * @param {(message: any) => void} tell
 */
export function follow(subject, tell) {
  const key = String(++keys);
  const wanted = { ...subject, quiet: document.hidden };
  watching.set(key, { subject: wanted, tell });
  line.watch(key, wanted);
  return () => {
    watching.delete(key);
    line.leave(key);
  };
}

/**
 * Hear of every change of the connection, and of its state now.
 * @param {(state: State) => void} listener
 */
export function onState(listener) {
  listeners.add(listener);
  listener(state);
}

/** Try to connect at once. */
export const retry = () => line.retry();
