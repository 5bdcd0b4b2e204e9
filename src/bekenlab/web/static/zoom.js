// Pictures that can be enlarged, with buttons or the keys + and -, and moved by scrolling.
import { unless } from "./allow.js";
import { all, number } from "./dom.js";
import { t } from "./texts.js";

const STEPS = [1, 1.5, 2, 3, 4];
/** @type {Record<string, (step: number) => number>} */
const KEYS = { "+": (step) => step + 1, "=": (step) => step + 1, "-": (step) => step - 1, 0: () => 0 };

for (const place of all("[data-zoom]", HTMLElement)) makeZoomable(place);

/** @param {HTMLElement} place an element that holds a picture and can have the focus */
function makeZoomable(place) {
  let step = 0;
  const shown = document.createElement("output");
  const out = button("−", t("common.zoom.out"), () => zoom(step - 1));
  const into = button("+", t("common.zoom.in"), () => zoom(step + 1));
  const bar = document.createElement("div");
  bar.className = "zoom";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", t("common.zoom.label"));
  bar.append(out, shown, into);
  place.before(bar);

  /** @param {number} wanted */
  function zoom(wanted) {
    const before = STEPS[step];
    step = Math.min(Math.max(wanted, 0), STEPS.length - 1);
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = place;
    place.classList.toggle("zoomed", step > 0);
    place.style.setProperty("--zoom", `${STEPS[step] * 100}%`);
    const grown = STEPS[step] / before;
    place.scrollLeft = (scrollLeft + clientWidth / 2) * grown - clientWidth / 2;
    place.scrollTop = (scrollTop + clientHeight / 2) * grown - clientHeight / 2;
    show();
  }

  function show() {
    shown.textContent = t("common.zoom.percent", { percent: number(STEPS[step] * 100) });
    unless(out, step === 0 ? shown : null);
    unless(into, step === STEPS.length - 1 ? shown : null);
  }

  place.addEventListener("keydown", (event) => {
    const next = KEYS[event.key];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    zoom(next(step));
  });
  show();
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => void} does
 */
function button(sign, label, does) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", does);
  return made;
}
