// Run, pause, step, reset, speed; the chip's clock.
import { unless } from "../allow.js";
import { decimal, one } from "../dom.js";
import { t } from "../texts.js";

const SPEEDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, null];
const STEP_SECONDS = 0.01;

export class Controls {
  constructor(page, act) {
    this.act = act;
    this.run = one('[data-do="run"]', HTMLButtonElement, page);
    this.step = one('[data-do="step"]', HTMLButtonElement, page);
    this.problem = one("[data-problem]", HTMLElement, page);
    this.clock = page.querySelector("[data-clock]");
    this.ratio = page.querySelector("[data-ratio]");
    this.badge = page.querySelector("[data-state]");
    this.speed = page.querySelector("#speed");
    this.speedShown = page.querySelector("[data-speed]");
    this.state = "";
    this.run.addEventListener("click", () => act({ do: this.state === "running" ? "pause" : "resume" }));
    this.step.addEventListener("click", () => act({ do: "step", seconds: STEP_SECONDS }));
    page.querySelector('[data-do="reset"]').addEventListener("click", () => act({ do: "reset" }));
    page.querySelector('[data-do="erase"]').addEventListener("click", () => act({ do: "reset", erase: true }));
    this.speed.addEventListener("input", () => {
      const speed = SPEEDS[Number(this.speed.value)];
      this.showSpeed(speed);
      act({ do: "speed", speed });
    });
    this.showSpeed(1);
  }

  showSpeed(speed) {
    const text = speed === null ? t("bench.controls.fastest") : `${speed}×`;
    this.speedShown.textContent = text;
    this.speed.setAttribute("aria-valuetext", text);
  }

  take(frame) {
    this.clock.textContent = `${decimal(frame.device_seconds, frame.state === "paused" ? 3 : 2)} s`;
    this.ratio.textContent = frame.state === "running" ? `${decimal(frame.ratio, frame.ratio < 10 ? 1 : 0)}×` : "–";
    if (frame.anew) {
      const place = SPEEDS.indexOf(frame.speed);
      if (place >= 0) this.speed.value = String(place);
      this.showSpeed(frame.speed);
    }
    if (frame.state !== this.state) this.showState(frame);
  }

  showState(frame) {
    this.state = frame.state;
    this.run.textContent = t(frame.state === "running" ? "bench.controls.pause" : "bench.controls.run");
    unless(this.run, frame.state === "stopped" ? this.problem : null);
    unless(this.step, frame.state === "stopped" ? this.problem : null);
    this.badge.textContent = t(`bench.states.${frame.state}`);
    this.badge.className = `badge ${{ running: "good", paused: "warn", stopped: "bad" }[frame.state] ?? ""}`;
    this.badge.title = frame.stop?.detail ?? "";
  }
}
