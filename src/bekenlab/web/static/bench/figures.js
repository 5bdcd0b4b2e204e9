// Drawings of parts. Their light follows the part's custom properties --glow and --light.
const SVG = "http://www.w3.org/2000/svg";
let drawn = 0;

function shape(tag, facts, ...inside) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

function drawing(width, height, ...inside) {
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, ...inside);
}

/** A fading disc of light, and its gradient. */
function halo(x, y, radius) {
  const id = `halo-${(drawn += 1)}`;
  const gradient = shape(
    "radialGradient",
    { id },
    shape("stop", { offset: "0", class: "halo-stop-in" }),
    shape("stop", { offset: "0.35", class: "halo-stop-in", "stop-opacity": "0.4" }),
    shape("stop", { offset: "1", class: "halo-stop-out" }),
  );
  return [shape("defs", {}, gradient), shape("circle", { cx: x, cy: y, r: radius, fill: `url(#${id})`, class: "halo" })];
}

/** A relay: an arm that closes a contact, and its coil. */
export function relay() {
  return drawing(
    116,
    76,
    shape("path", { d: "M2 30H22M94 30H114", class: "wire" }),
    shape("path", { d: "M22 30H94", class: "wire arm" }),
    shape("circle", { cx: 22, cy: 30, r: 6, class: "contact" }),
    shape("circle", { cx: 94, cy: 30, r: 6, class: "contact" }),
    shape("path", { d: "M40 66v-8a6 6 0 0 1 12 0 6 6 0 0 1 12 0 6 6 0 0 1 12 0v8", class: "coil" }),
  );
}

/** A light-emitting diode seen from above. */
export function led() {
  return drawing(
    80,
    80,
    ...halo(40, 40, 56),
    shape("circle", { cx: 40, cy: 40, r: 17, class: "glass" }),
    shape("path", { d: "M31 33a12 12 0 0 1 10-5", fill: "none", stroke: "#fff", "stroke-width": 3, "stroke-linecap": "round", opacity: "0.55" }),
  );
}

/** A bulb. */
export function bulb() {
  return drawing(
    120,
    150,
    ...halo(60, 56, 92),
    shape("path", { d: "M60 10c27 0 46 19 46 45 0 17-9 27-17 36-5 6-7 11-7 17H38c0-6-2-11-7-17-8-9-17-19-17-36 0-26 19-45 46-45z", class: "glass" }),
    shape("path", { d: "M32 38c5-9 12-14 21-16", fill: "none", stroke: "#fff", "stroke-width": 4, "stroke-linecap": "round", opacity: "0.4" }),
    shape("path", { d: "M40 114h40M42 123h36M44 132h32M52 141h16", fill: "none", stroke: "#9fb5b0", "stroke-width": 6, "stroke-linecap": "round" }),
  );
}
