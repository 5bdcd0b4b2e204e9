// Requests to the server. An error becomes an exception with code, message and hint.
export class Refused extends Error {
  /** @param {{ code: string, message?: string, texts?: Record<string, string>, hint?: string }} error */
  constructor(error) {
    super(error.message ?? error.code);
    this.code = error.code;
    /** The message in each language that has it. */
    this.texts = error.texts;
    this.hint = error.hint ?? "";
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
  });
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(value.error ?? { code: String(answer.status) });
  return value;
}
