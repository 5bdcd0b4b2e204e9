// The board with its parts: each is created once and then updated.
import { t } from "../texts.js";
import { bulb, led, relay } from "./figures.js";
import { isWifi, nameOf } from "./names.js";

// Perceived brightness from the amount of light.
const EYE = 1 / 2.2;
const LED_LIGHT = "#ffb03a";
const WIFI_LIGHT = "#5aa9ff";
const SHARE_LIGHT = { r: "#ff4438", g: "#41d65a", b: "#4f82ff", c: "#eaf4ff", w: "#ffc27a", l: "#fff1d6" };

export class Board {
  constructor(page, act) {
    this.act = act;
    this.mat = page.querySelector("[data-parts]");
    this.none = page.querySelector("[data-no-parts]");
    this.fitted = page.querySelector("[data-fitted]");
    this.parts = new Map();
    this.shape = "";
  }

  take(frame) {
    const shape = frame.parts.map((part) => `${part.id}:${part.kind}:${part.label}:${Object.keys(part.shares)}`).join();
    if (shape !== this.shape) this.build(frame.parts, shape);
    for (const part of frame.parts) this.parts.get(part.id).show(part);
    // Where all parts are on a second controller, a notice says so instead.
    if (this.none) this.none.hidden = frame.parts.length > 0;
    this.fitted.textContent = frame.parts.length ? t(`bench.fitted.${frame.fitted_from}`) : "";
  }

  build(parts, shape) {
    this.shape = shape;
    this.parts.clear();
    const order = ["lamp", "relay", "coil", "led", "button", "switch", "meter", "pin"];
    const sorted = [...parts].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    for (const part of sorted) this.parts.set(part.id, make(part, this.act));
    const views = [...this.parts.values()].map((view) => view.root);
    const small = element("div", "small-parts");
    small.append(...views.filter((root) => root.classList.contains("part-small")));
    this.mat.replaceChildren(...views.filter((root) => !root.classList.contains("part-small")));
    if (small.childElementCount) this.mat.append(small);
  }
}

function make(part, act) {
  const root = element("div", `part part-${part.kind}`);
  root.dataset.part = part.id;
  const figure = element("div", "part-figure");
  const state = element("div", "part-state");
  const words = element("div", "part-words");
  const name = nameOf(part);
  words.append(element("div", "part-name", name), state, element("div", "part-pins", part.gpios.map((n) => `P${n}`).join(" ")));
  root.append(figure, words);
  const show = (FIGURES[part.kind] ?? pinFigure)(part, { root, figure, words, state, name, act });
  return {
    root,
    show(now) {
      root.dataset.on = String(now.on);
      show(now);
    },
  };
}

const FIGURES = { relay: switched, coil: switched, led: lit, lamp, button: pushed, switch: flipped };

function switched(_part, { figure, state }) {
  figure.append(relay());
  return (now) => setText(state, t(now.on ? "bench.parts.on" : "bench.parts.off"));
}

function lit(part, { root, figure, state }) {
  figure.append(led());
  root.style.setProperty("--light", isWifi(part) ? WIFI_LIGHT : LED_LIGHT);
  return (now) => {
    root.style.setProperty("--glow", String(now.brightness ** EYE));
    setText(state, now.brightness > 0 && now.brightness < 1 ? percent(now.brightness) : t(now.on ? "bench.parts.on" : "bench.parts.off"));
  };
}

function lamp(part, { root, figure, words, state }) {
  figure.append(bulb());
  const list = element("ul", "shares");
  const bars = new Map();
  for (const letter of Object.keys(part.shares)) {
    const bar = element("span", "share-bar");
    bar.style.setProperty("--led", SHARE_LIGHT[letter]);
    const figureOf = element("span");
    const row = element("li");
    row.append(element("span", "", t(`bench.leds.${letter}`)), bar, figureOf);
    list.append(row);
    bars.set(letter, { bar, figureOf });
  }
  words.append(list);
  if (part.driver) words.append(element("div", "part-pins", t("bench.parts.driver", { name: part.driver })));
  return (now) => {
    root.style.setProperty("--light", now.colour);
    root.style.setProperty("--glow", String(now.brightness ** EYE));
    for (const [letter, share] of Object.entries(now.shares)) {
      const { bar, figureOf } = bars.get(letter);
      bar.style.setProperty("--share", String(share));
      setText(figureOf, percent(share));
    }
    const facts = now.on ? [percent(now.brightness), now.kelvin ? `${now.kelvin} K` : Object.keys(now.shares).length > 2 ? now.colour : ""] : [t("bench.parts.off")];
    setText(state, facts.filter(Boolean).join(" · "));
  };
}

/** A button is held while the pointer or key is down. */
function pushed(part, { figure, state, name, act }) {
  const button = element("button", "push");
  button.type = "button";
  button.setAttribute("aria-label", t("bench.parts.hold", { name }));
  button.append(element("span", "push-cap"));
  const [gpio] = part.gpios;
  let held = false;
  const press = () => {
    if (held) return;
    held = true;
    button.setAttribute("aria-pressed", "true");
    act({ do: "press", gpio });
  };
  const release = () => {
    if (!held) return;
    held = false;
    act({ do: "release", gpio });
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    button.setPointerCapture(event.pointerId);
    press();
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(kind, release);
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    press();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    release();
  });
  // Screen readers click without pointer or key; other clicks have already been handled.
  button.addEventListener("click", (event) => {
    if (event.detail === 0 && !event.pointerType) {
      press();
      release();
    }
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  figure.append(button);
  return (now) => {
    if (!held) button.setAttribute("aria-pressed", String(now.on));
    setText(state, t(now.on ? "bench.parts.pressed" : "bench.parts.let_go"));
  };
}

function flipped(part, { figure, state, name, act }) {
  const button = element("button", "flip");
  button.type = "button";
  button.setAttribute("role", "switch");
  button.setAttribute("aria-label", name);
  let on = false;
  button.addEventListener("click", () => act({ do: "drive", gpio: part.gpios[0], level: on ? 1 - part.active : part.active }));
  figure.append(button);
  return (now) => {
    on = now.on;
    button.setAttribute("aria-checked", String(on));
    setText(state, t(on ? "bench.parts.closed" : "bench.parts.open"));
  };
}

/** A pin without a drawing: a row with its level. */
function pinFigure(part, { root, figure, state }) {
  root.classList.add("part-small");
  const level = element("span", "level");
  figure.append(level);
  state.remove();
  return (now) => setText(level, String(now.on ? part.active : 1 - part.active));
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function element(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}
