// The one event stream of a browser. It runs in a shared worker for all tabs, or in the page where
// there are no shared workers. The server is told what the stream should carry.

const RETRY_AFTER = 1000;
const SILENT_AFTER = 12_000; // the server sends a beat every 4 s
const LOOK_EVERY = 2000;
const ASLEEP_AFTER = 20_000;

/** A response that is not a stream. */
class Refusal extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

/**
 * @typedef {{ name: "connecting" | "live" | "lost" | "silent" | "key" | "full", since: number, run: string, slept: number }} State
 * `since`: when it began, in milliseconds; `run`: the run of the server; `slept`: milliseconds the
 * computer was asleep just before.
 * @typedef {{ job?: string, chip?: string, after?: number, quiet?: boolean }} Subject
 */

export class Hub {
  /** @param {(state: State) => void} onState */
  constructor(onState) {
    this.onState = onState;
    /** @type {State} */
    this.state = { name: "connecting", since: Date.now(), run: "", slept: 0 };
    /** @type {Map<string, Subject & { tell: (message: any) => void }>} */
    this.watched = new Map();
    this.stream = "";
    this.heard = Date.now();
    this.looked = Date.now();
    this.paused = false;
    this.timedOut = false;
    this.slept = 0; // until it was told
    /** @type {AbortController | null} */
    this.connection = null;
    /** @type {() => void} */
    this.hurry = () => {};
    this.telling = Promise.resolve();
    setInterval(() => this.look(), LOOK_EVERY);
    this.run();
  }

  /**
   * Watch a job or a chip.
   * @param {string} key
   * @param {Subject} subject
   * @param {(message: any) => void} tell
   */
  watch(key, subject, tell) {
    this.watched.set(key, { ...subject, tell });
    this.choose();
  }

  /** @param {string} key */
  leave(key) {
    if (this.watched.delete(key)) this.choose();
  }

  /**
   * @param {string} key
   * @param {boolean} quiet whether nothing is sent for now
   */
  hush(key, quiet) {
    const found = this.watched.get(key);
    if (!found || found.quiet === quiet) return;
    found.quiet = quiet;
    this.choose();
  }

  /** Try at once instead of waiting for the next attempt. */
  retry() {
    this.hurry();
  }

  /**
   * Give the connection up, or take it up again.
   * @param {boolean} paused
   */
  pause(paused) {
    this.paused = paused;
    if (paused) this.connection?.abort();
    else this.hurry();
  }

  /** @param {State["name"]} name */
  become(name, run = this.state.run) {
    const { slept } = this;
    if (this.state.name === name && this.state.run === run && !slept) return;
    const since = this.state.name === name ? this.state.since : Date.now();
    this.slept = 0;
    this.state = { name, since, run, slept: 0 };
    this.onState({ ...this.state, slept });
  }

  async run() {
    for (;;) {
      if (!this.paused) {
        this.timedOut = false;
        await this.listen().catch((error) => this.failed(error));
        this.stream = "";
      }
      await new Promise((resolve) => {
        this.hurry = () => resolve(undefined);
        setTimeout(resolve, RETRY_AFTER);
      });
      this.hurry = () => {};
    }
  }

  failed(error) {
    if (this.paused || this.slept) return;
    if (this.timedOut) this.become("silent");
    else if (error instanceof Refusal) this.become(error.status === 429 ? "full" : [401, 403, 421].includes(error.status) ? "key" : "lost");
    else this.become("lost");
  }

  async listen() {
    this.heard = Date.now();
    this.connection = new AbortController();
    const answer = await fetch("/api/events", { signal: this.connection.signal, cache: "no-store" });
    if (!answer.ok || !answer.body) throw new Refusal(answer.status);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream has ended");
      this.heard = Date.now();
      const lines = (text + value).split("\n\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.take(JSON.parse(line.replace(/^data: /, "")));
    }
  }

  take(message) {
    if (message.event === "hello") {
      this.stream = message.stream;
      this.choose();
      this.become("live", message.run);
      return;
    }
    const found = this.watched.get(message.of);
    if (!found) return;
    if (message.number) found.after = message.number;
    found.tell(message);
  }

  /** Tell the server everything that is watched: one request after the other, so that the last one counts. */
  choose() {
    this.telling = this.telling.then(async () => {
      if (!this.stream) return;
      const watch = [...this.watched].map(([key, { job, chip, after, quiet }]) => ({ key, job, chip, after, quiet }));
      const path = `/api/events/${this.stream}`;
      const answer = await fetch(path, { method: "POST", body: JSON.stringify({ watch }), signal: this.connection?.signal });
      if (answer.status === 429) this.become("full");
      else if (!answer.ok) this.connection?.abort();
    }).catch(() => {}); // then the stream ends as well, and all is told anew
  }

  /** Notice that nothing has come for a while, or that this computer was asleep. */
  look() {
    const now = Date.now();
    const slept = now - this.looked - LOOK_EVERY;
    this.looked = now;
    if (this.paused) return; // timers of hidden tabs are slowed down
    if (slept > ASLEEP_AFTER) {
      this.slept = slept; // told when the server answers again
      this.connection?.abort();
      this.hurry();
      return;
    }
    if (now - this.heard < SILENT_AFTER) return;
    this.timedOut = true;
    this.connection?.abort();
  }
}
