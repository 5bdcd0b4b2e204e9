// Starts, watches and stops jobs of the server.
import { ask } from "./api.js";
import { follow } from "./stream/line.js";

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
 * `event: "end"`, or `event: "unknown"` if the server knows no such job: it was started again.
 * After a lost connection the events go on where they stopped.
 * @param {string} id
 * @param {(event: any) => void} tell
 */
export function watch(id, tell) {
  const stop = follow({ job: id }, ({ told }) => {
    if (told.event === "end" || told.event === "unknown") stop();
    tell(told);
  });
  return stop;
}
