// Starts, watches and stops jobs of the server.
import { ask } from "./api.js";

/**
 * Start a job; returns its description.
 * @param {string} kind
 * @param {Record<string, unknown>} [parameters]
 */
export function start(kind, parameters = {}) {
  return ask("POST", "/api/jobs", { kind, ...parameters });
}

/** @param {string} id */
export function cancel(id) {
  return ask("DELETE", `/api/jobs/${id}`);
}

/**
 * Answer a question of a job.
 * @param {string} id
 * @param {number} number of the question
 * @param {unknown} value
 */
export function answer(id, number, value) {
  return ask("POST", `/api/jobs/${id}/answer`, { number, answer: value });
}

/**
 * Watch a job from its beginning. `tell` gets each event as an object; the last one has
 * `event: "end"`. After a lost connection the browser resumes where it stopped. A hidden tab
 * disconnects: a browser opens only six connections to one server.
 * @param {string} id
 * @param {(event: any) => void} tell
 */
export function watch(id, tell) {
  let last = 0;
  /** @type {EventSource} */
  let source;
  const open = () => {
    source = new EventSource(`/api/jobs/${id}/events?after=${last}`);
    source.addEventListener("message", (message) => {
      last = Number(message.lastEventId);
      const event = JSON.parse(message.data);
      if (event.event === "end") stop();
      tell(event);
    });
  };
  const look = () => {
    source.close();
    if (!document.hidden) open();
  };
  const stop = () => {
    document.removeEventListener("visibilitychange", look);
    source.close();
  };
  document.addEventListener("visibilitychange", look);
  open();
  return stop;
}
