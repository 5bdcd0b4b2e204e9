// Announces to screen readers what relays and lamps do: at most once every two seconds, and never
// the blinking of an LED.
import { t } from "../texts.js";
import { nameOf } from "./names.js";

const ANNOUNCED = new Set(["relay", "coil", "lamp"]);
const PAUSE = 2000;

export class Announcer {
  constructor(page) {
    this.place = page.querySelector("[data-announcements]");
    this.known = new Map();
    this.news = new Map();
    this.state = "";
    this.waiting = false;
  }

  take(frame) {
    for (const part of frame.parts) {
      if (!ANNOUNCED.has(part.kind)) continue;
      if (!frame.anew && this.known.has(part.id) && this.known.get(part.id) !== part.on) {
        this.news.set(part.id, `${nameOf(part)}: ${t(part.on ? "bench.parts.on" : "bench.parts.off")}`);
      }
      this.known.set(part.id, part.on);
    }
    if (!frame.anew && frame.state !== this.state) this.news.set("state", t(`bench.states.${frame.state}`));
    this.state = frame.state;
    if (!this.waiting && this.news.size) this.announce();
  }

  announce() {
    this.place.textContent = [...this.news.values()].join(". ");
    this.news.clear();
    this.waiting = true;
    setTimeout(() => {
      this.waiting = false;
      if (this.news.size) this.announce();
    }, PAUSE);
  }
}
