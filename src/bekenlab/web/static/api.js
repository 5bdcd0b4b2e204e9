// Requests to the server. An error becomes an exception with code, message and hint.
import { whyNot } from "./connection.js";
import { retry } from "./stream/line.js";

const LONGEST_LOOK = 60_000;
const LEAVES_WITHIN = 2000;

/** When this page began to be left. Firefox then cancels its requests, which are no failures. */
let leftAt = -LEAVES_WITHIN;
addEventListener("beforeunload", () => {
  leftAt = performance.now();
});

export class Refused extends Error {
  /** @param {{ code: string, message?: string, texts?: Record<string, string>, hint?: string, field?: string }} error */
  constructor(error) {
    super(error.message ?? error.code);
    this.code = error.code;
    /** The message in each language that has it. */
    this.texts = error.texts;
    this.hint = error.hint ?? "";
    /** Name of the field of a form that it is about; may be empty. */
    this.field = error.field ?? "";
  }
}

/** A request that got no answer, or one from a server with another key: nothing is known. */
export class Unreached extends Refused {
  constructor() {
    super({ code: "unreached", message: whyNot() });
  }
}

/**
 * Send a request; returns JSON.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] an object, which is sent as JSON, or a file, sent as it is
 * @returns {Promise<any>} what docs/web-api.md says of that path
 */
export async function ask(method, path, body) {
  const isFile = body instanceof Blob;
  const answer = await fetch(path, {
    method,
    body: body === undefined || isFile ? body : JSON.stringify(body),
    headers: body === undefined ? {} : { "content-type": isFile ? "application/octet-stream" : "application/json" },
    // A server that was stopped takes requests and never answers them.
    signal: method === "GET" ? AbortSignal.timeout(LONGEST_LOOK) : undefined,
  }).catch(() => null);
  if (!answer && performance.now() - leftAt < LEAVES_WITHIN) return new Promise(() => {});
  if (!answer || answer.status === 401) {
    retry(); // the bar at the top then says what is wrong
    throw new Unreached();
  }
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(value.error ?? { code: String(answer.status) });
  return value;
}
