// The logic analyser: levels of the pins over device time, drawn from exact edges.
import { decimal } from "../dom.js";
import { t } from "../texts.js";
import { Edges, place } from "./edges.js";
import { pinNames } from "./names.js";

const SPANS = [20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60];
const ROW = 30;
const AXIS = 24;
const TOP = 6;
const TABLE_ROWS = 60;
const TABLE_EVERY = 500;
const INK = { grid: "#233135", text: "#d5dfdf", soft: "#8fa3a6", low: "#4f8f86", high: "#7fe3d3", fill: "#7fe3d322", pwm: "#ffd97a", cursor: "#ffffff", gap: "#ff9d5c" };

export class Strip {
  constructor(page) {
    this.canvas = page.querySelector("[data-strip]");
    this.spanShown = page.querySelector("[data-span]");
    this.live = page.querySelector('[data-zoom="live"]');
    this.still = page.querySelector("[data-still]");
    this.table = page.querySelector("[data-edges]");
    this.details = this.table.closest("details");
    this.edges = new Edges();
    this.span = SPANS.indexOf(5);
    /** @type {number | null} right edge in device seconds; null follows the chip */
    this.end = null;
    this.now = 0;
    /** @type {{ x: number, y: number } | null} */
    this.pointer = null;
    this.running = false;
    this.ratio = 0; // device seconds per second
    this.taken = 0; // device seconds of the last frame
    this.takenAt = 0; // when it arrived, in milliseconds
    this.rows = [];
    this.tableAt = 0;
    this.listen(page);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.tick = this.tick.bind(this);
    requestAnimationFrame(this.tick);
  }

  listen(page) {
    const { canvas } = this;
    for (const button of page.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.turn(button.dataset.zoom));
    }
    const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "back", ArrowRight: "on", End: "live" };
    canvas.addEventListener("keydown", (event) => {
      if (!(event.key in keys)) return;
      event.preventDefault();
      this.turn(keys[event.key]);
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.shiftKey && document.activeElement !== canvas) return;
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1 : -1, this.timeAt(event.offsetX));
      },
      { passive: false },
    );
    /** @type {{ x: number, end: number } | null} */
    let dragged = null;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      canvas.focus({ preventScroll: true });
      dragged = { x: event.offsetX, end: this.right() };
    });
    canvas.addEventListener("pointermove", (event) => {
      this.pointer = { x: event.offsetX, y: event.offsetY };
      if (dragged && Math.abs(event.offsetX - dragged.x) > 3) {
        const moved = ((event.offsetX - dragged.x) / this.width()) * SPANS[this.span];
        this.look(dragged.end - moved);
      }
      this.draw();
    });
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => (dragged = null));
    canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.draw();
    });
    this.details.addEventListener("toggle", () => this.list());
  }

  turn(way) {
    const span = SPANS[this.span];
    if (way === "in") this.zoom(-1, this.end === null ? this.now : this.end - span / 2);
    else if (way === "out") this.zoom(1, this.end === null ? this.now : this.end - span / 2);
    else if (way === "back") this.look(Math.min(this.right(), this.now) - span / 4);
    else if (way === "on") this.look(this.right() + span / 4);
    else this.look(null);
    this.draw();
  }

  zoom(step, around) {
    const before = SPANS[this.span];
    this.span = Math.min(SPANS.length - 1, Math.max(0, this.span + step));
    if (this.end === null) return;
    const share = (this.end - around) / before;
    this.look(around + share * SPANS[this.span]);
  }

  /** Put a time at the right edge; null, or a time in the future, follows the chip. */
  look(end) {
    this.end = end === null || end >= this.now ? null : Math.max(end, this.edges.start + SPANS[this.span] / 10);
  }

  take(frame) {
    if (frame.anew || frame.fresh) {
      this.edges.clear();
      this.end = null;
    }
    this.edges.add(frame.edges, frame.edges_lost);
    this.running = frame.state === "running";
    this.ratio = frame.ratio;
    this.takenAt = performance.now();
    this.taken = frame.device_seconds;
    this.now = frame.device_seconds;
    this.choose(frame);
    if (!this.running || document.hidden) this.draw();
    if (this.details.open && performance.now() - this.tableAt > TABLE_EVERY) this.list();
  }

  /** Pins with a row: those used by a part, those that changed, those with a PWM. */
  choose(frame) {
    const names = pinNames(frame);
    this.rows = frame.gpio
      .filter((pin) => pin.pwm || (names.has(pin.gpio) && pin.touched) || this.moves(pin))
      .map((pin) => ({ ...pin, name: names.get(pin.gpio) ?? "" }));
    this.still.hidden = this.rows.length > 0;
    const height = TOP + AXIS + ROW * Math.max(3, this.rows.length);
    if (this.height === height) return;
    this.height = height;
    this.canvas.style.height = `${height}px`;
  }

  /** Whether a pin is toggled; a serial port that was only set up does not count. */
  moves(pin) {
    return this.edges.pins.has(pin.gpio) && pin.direction !== "function";
  }

  tick() {
    if (this.running && !document.hidden) {
      // Between frames, time is extrapolated at the last speed, but not far.
      const ahead = Math.min(0.12, (performance.now() - this.takenAt) / 1000) * this.ratio;
      this.now = Math.max(this.now, this.taken + ahead);
      this.draw();
    }
    requestAnimationFrame(this.tick);
  }

  gutter() {
    return this.canvas.clientWidth < 480 ? 76 : 168;
  }

  width() {
    return Math.max(1, this.canvas.clientWidth - this.gutter());
  }

  right() {
    return this.end ?? Math.max(this.now, SPANS[this.span]);
  }

  timeAt(x) {
    return this.right() - (1 - (x - this.gutter()) / this.width()) * SPANS[this.span];
  }

  xOf(time) {
    return this.gutter() + (1 - (this.right() - time) / SPANS[this.span]) * this.width();
  }

  draw() {
    const { canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width) return;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    this.axis(pen, width, height);
    this.rows.forEach((row, n) => this.row(pen, row, TOP + n * ROW, width));
    this.holes(pen, height);
    if (this.pointer) this.cursor(pen, this.pointer, width, height);
    this.spanShown.textContent = seconds(SPANS[this.span]);
    this.live.setAttribute("aria-pressed", String(this.end === null));
  }

  axis(pen, width, height) {
    const span = SPANS[this.span];
    const step = niceStep(span / Math.max(2, this.width() / 110));
    pen.fillStyle = INK.soft;
    pen.strokeStyle = INK.grid;
    pen.lineWidth = 1;
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    for (let n = Math.ceil((this.right() - span) / step); n * step <= this.right(); n += 1) {
      const x = Math.round(this.xOf(n * step)) + 0.5;
      if (n < 0) continue;
      pen.beginPath();
      pen.moveTo(x, TOP);
      pen.lineTo(x, height - AXIS + 4);
      pen.stroke();
      if (x < width - 24) pen.fillText(seconds(n * step, step), x, height - 7);
    }
  }

  row(pen, row, top, width) {
    const high = top + 6;
    const low = top + ROW - 7;
    this.label(pen, row, (high + low) / 2);
    pen.save();
    pen.beginPath();
    pen.rect(this.gutter(), top, width - this.gutter(), ROW);
    pen.clip();
    if (row.pwm) this.pwm(pen, row, high, low, width);
    else this.levels(pen, row, high, low, width);
    pen.restore();
  }

  label(pen, row, y) {
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillStyle = INK.text;
    pen.font = "600 12px system-ui, sans-serif";
    pen.fillText(`P${row.gpio}`, 10, y);
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = INK.soft;
    const room = this.gutter() - 50;
    if (room > 40) pen.fillText(fit(pen, row.name, room), 42, y);
  }

  pwm(pen, row, high, low, width) {
    const y = low - (low - high) * row.pwm.duty;
    const begin = Math.max(this.gutter(), this.xOf(Math.max(0, this.edges.start)));
    const end = Math.max(begin, Math.min(width, this.xOf(this.now)));
    pen.fillStyle = `${INK.pwm}33`;
    pen.fillRect(begin, y, end - begin, low - y);
    pen.strokeStyle = INK.pwm;
    line(pen, begin, y, end, y);
    pen.fillStyle = INK.pwm;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillText(`PWM ${Math.round(row.pwm.hz)} Hz, ${Math.round(row.pwm.duty * 100)} %`, this.gutter() + 8, (high + low) / 2);
  }

  levels(pen, row, high, low, width) {
    const pin = this.edges.pins.get(row.gpio);
    const from = this.right() - SPANS[this.span];
    const { times, levels, before } = pin ?? { times: [], levels: [], before: row.level };
    let n = place(times, from);
    let level = n ? levels[n - 1] : before;
    let x = Math.max(this.gutter(), this.xOf(Math.max(0, this.edges.start)));
    const end = Math.min(width, this.xOf(this.now));
    pen.lineWidth = 1.5;
    while (x < end) {
      const next = n < times.length ? Math.min(end, this.xOf(times[n])) : end;
      const y = level ? high : low;
      if (level) {
        pen.fillStyle = INK.fill;
        pen.fillRect(x, high, next - x, low - high);
      }
      pen.strokeStyle = level ? INK.high : INK.low;
      line(pen, x, y, next, y);
      if (n >= times.length || next >= end) break;
      pen.strokeStyle = INK.high;
      line(pen, next, high, next, low);
      // All edges within one pixel are drawn as one line, so that drawing stays fast.
      do {
        level = levels[n];
        n += 1;
      } while (n < times.length && this.xOf(times[n]) < next + 0.5);
      x = next;
    }
  }

  holes(pen, height) {
    pen.fillStyle = `${INK.gap}22`;
    for (const [from, to] of this.edges.gaps) {
      const x = Math.max(this.gutter(), this.xOf(from));
      const wide = this.xOf(to) - x;
      if (wide > 0) pen.fillRect(x, TOP, Math.max(2, wide), height - AXIS - TOP);
    }
  }

  /** The time under the pointer, and the duration of the level there. */
  cursor(pen, { x, y }, width, height) {
    if (x < this.gutter()) return;
    const at = this.timeAt(x);
    pen.strokeStyle = `${INK.cursor}88`;
    line(pen, x, TOP, x, height - AXIS);
    const row = this.rows[Math.floor((y - TOP) / ROW)];
    const pin = row && this.edges.pins.get(row.gpio);
    let text = seconds(at, SPANS[this.span] / 1000);
    if (pin) {
      const n = place(pin.times, at);
      const [begin, end] = [pin.times[n - 1], pin.times[n]];
      if (begin !== undefined && end !== undefined) text += `  ↔ ${seconds(end - begin, (end - begin) / 1000)}`;
    }
    pen.font = "600 12px system-ui, sans-serif";
    const wide = pen.measureText(text).width + 12;
    const left = Math.min(x + 8, width - wide - 4);
    pen.fillStyle = "#000c";
    pen.fillRect(left, TOP, wide, 20);
    pen.fillStyle = INK.cursor;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillText(text, left + 6, TOP + 10);
  }

  list() {
    this.tableAt = performance.now();
    const rows = this.edges.latest(TABLE_ROWS).map(({ at, gpio, level, since }) => {
      const row = document.createElement("tr");
      for (const text of [`${decimal(at, 6)} s`, `P${gpio}`, String(level), since === null ? "–" : seconds(since, since / 1000)]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    });
    this.table.replaceChildren(...rows);
    const moved = new Set([...this.edges.pins.keys()].map((gpio) => `P${gpio}`));
    this.canvas.setAttribute("aria-label", t("bench.strip.summary", { pins: [...moved].join(", "), count: this.edges.count }));
  }
}

function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * 0.999) ?? 10);
}

/** A time with as many digits as the resolution needs. */
function seconds(value, resolution = value) {
  const size = Math.abs(value);
  const unit = size >= 1 || value === 0 ? "s" : size >= 1e-3 ? "ms" : "µs";
  const factor = { s: 1, ms: 1e3, µs: 1e6 }[unit];
  const digits = Math.min(7, Math.max(0, Math.ceil(-Math.log10(Math.max(resolution * factor, 1e-9)) - 1e-6)));
  return `${decimal(value * factor, digits)} ${unit}`;
}

function fit(pen, text, room) {
  if (pen.measureText(text).width <= room) return text;
  let cut = text;
  while (cut && pen.measureText(`${cut}…`).width > room) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}
