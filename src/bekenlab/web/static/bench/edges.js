// Stores pin edges by pin, in order of time.
const MOST = 20000;

export class Edges {
  constructor() {
    /** @type {Map<number, { times: number[], levels: number[], before: number }>} by GPIO */
    this.pins = new Map();
    /** @type {[number, number][]} times between which edges are missing */
    this.gaps = [];
    this.count = 0;
    this.start = 0;
    this.last = 0;
  }

  clear() {
    this.pins.clear();
    this.count = 0;
    this.start = 0;
    this.gaps = [];
    this.last = 0;
  }

  /**
   * Add edges.
   * @param {[number, number, number][]} rows seconds, GPIO, level
   * @param {boolean} lost whether edges between the previous ones and these were dropped
   */
  add(rows, lost) {
    if (lost && rows.length) this.gaps.push([this.last, rows[0][0]]);
    for (const [at, gpio, level] of rows) {
      const pin = this.pins.get(gpio) ?? { times: [], levels: [], before: 1 - level };
      this.pins.set(gpio, pin);
      pin.times.push(at);
      pin.levels.push(level);
      this.last = at;
    }
    this.count += rows.length;
    if (this.count > MOST * 1.25) this.trim();
  }

  /** Drop the oldest, so that a page can stay open for days. */
  trim() {
    const times = [...this.pins.values()].flatMap((pin) => pin.times).sort((a, b) => a - b);
    const from = times[times.length - MOST];
    for (const pin of this.pins.values()) {
      const cut = place(pin.times, from);
      if (!cut) continue;
      pin.before = pin.levels[cut - 1];
      pin.times.splice(0, cut);
      pin.levels.splice(0, cut);
    }
    this.start = from;
    this.count = MOST;
    this.gaps = this.gaps.filter(([, end]) => end > from);
  }

  /**
   * The edges of all pins, newest first.
   * @param {number} most
   */
  latest(most) {
    const found = [];
    for (const [gpio, { times, levels }] of this.pins) {
      for (let n = Math.max(0, times.length - most); n < times.length; n += 1) {
        found.push({ at: times[n], gpio, level: levels[n], since: n ? times[n] - times[n - 1] : null });
      }
    }
    return found.sort((a, b) => b.at - a.at).slice(0, most);
  }
}

/**
 * The number of sorted times before another.
 * @param {number[]} times
 * @param {number} at
 */
export function place(times, at) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
