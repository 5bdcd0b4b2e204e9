// Jobs of the server: started, watched until they end, stopped.
import { ask } from "./api.js";

/** Start a job; its description. */
export function start(kind, parameters = {}) {
  return ask("POST", "/api/jobs", { kind, ...parameters });
}

export function cancel(id) {
  return ask("DELETE", `/api/jobs/${id}`);
}

export function answer(id, number, value) {
  return ask("POST", `/api/jobs/${id}/answer`, { number, answer: value });
}

/**
 * Watch a job from its beginning. `tell` gets each event as an object; the last one has
 * `event: "end"`. After a lost connection the browser goes on where it stopped.
 */
export function watch(id, tell) {
  const source = new EventSource(`/api/jobs/${id}/events`);
  source.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    if (event.event === "end") source.close();
    tell(event);
  });
  return () => source.close();
}
