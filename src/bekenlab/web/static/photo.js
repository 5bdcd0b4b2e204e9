// Draws a board's pins over a photo. The photo stays in this page and is never sent.
import { unless } from "./allow.js";
import { ask } from "./api.js";
import { byId, decimal, one } from "./dom.js";
import { keepPhoto, takeKept } from "./keptphoto.js";
import { guess, inside } from "./marks.js";
import { drawBoard, placesOf } from "./overlay.js";
import { fromCorners, fromPads } from "./projection.js";
import { t, told } from "./texts.js";

const MOST_BYTES = 50 * 1024 * 1024;
const MOST_PIXELS = 64e6;
const LONGEST = 4096; // pixels of the longer side after scaling down
const GRASP = 24; // radius in screen pixels in which a point can be grabbed
const LEAST_FONT = 11; // in pixels of the screen
const LOUPE = 36; // pixels of the photo that the loupe shows

/** @import { Matrix, Point } from "./projection.js" */

/** @type {(id: string) => HTMLSelectElement} */
const choice = (id) => one(`#${id}`, HTMLSelectElement);
/** @type {(id: string) => HTMLInputElement} */
const field = (id) => one(`#${id}`, HTMLInputElement);
/** @type {(n: number) => HTMLSelectElement} */
const pad = (n) => choice(`pad-${n}`);
const canvas = one("#canvas", HTMLCanvasElement);
const ctx = penOf(canvas);
const saves = one("#save", HTMLButtonElement);

/**
 * State of the page: the board, as the server describes it; the photo; the clicked points, in its
 * pixels; the index of the active one; whether it is being placed with the keyboard; the matrix from
 * the board to the photo.
 * @type {{ geometry: any, photo: ImageBitmap | null, points: (Point | null)[], active: number, byKeys: boolean, held: boolean, matrix: Matrix | null }}
 */
const state = { geometry: null, photo: null, points: [], active: 0, byKeys: false, held: false, matrix: null };

/** @param {HTMLCanvasElement} of */
function penOf(of) {
  const pen = of.getContext("2d");
  if (!pen) throw new Error("this browser cannot draw");
  return pen;
}

/** The points to click: four corners of a chip, or two pads of a module. */
function targets() {
  if (!state.geometry) return [];
  if (state.geometry.package) return [1, 2, 3, 4].map((n) => t(`photo.corner${n}`));
  return [pad(0).value, pad(1).value].map((name) => t("photo.pad", { name }));
}

const face = () => (state.geometry?.package ? "front" : choice("face").value);

async function chooseBoard() {
  const dump = one("[data-photo-page]", HTMLElement).dataset.dump;
  const query = dump ? `?dump=${encodeURIComponent(dump)}` : "";
  const board = choice("board").value;
  state.geometry = null;
  startOver();
  let geometry;
  try {
    geometry = await ask("GET", `/api/boards/${encodeURIComponent(board)}${query}`);
  } catch (error) {
    byId("trouble").textContent = told(error);
    return;
  }
  if (board !== choice("board").value) return; // another one was chosen meanwhile
  state.geometry = geometry;
  const { package: isChip, faces } = state.geometry;
  byId("module-choice").hidden = isChip;
  const vital = (side) => faces[side].filter((mark) => mark.vital).length;
  if (!isChip) choice("face").value = vital("back") > vital("front") ? "back" : "front";
  choosePads();
}

/** Offer the pads of the face; preselect the two that are farthest apart. */
function choosePads() {
  if (!state.geometry) return;
  const marks = state.geometry.faces[face()];
  let best = [0, Math.min(1, marks.length - 1), -1];
  marks.forEach((a, i) => marks.forEach((b, j) => {
    const far = Math.hypot(a.x - b.x, a.y - b.y);
    if (i < j && far > best[2] + 1e-9) best = [i, j, far];
  }));
  for (const n of [0, 1]) {
    const select = pad(n);
    select.replaceChildren(...marks.map((mark) => new Option(`${mark.name}  ${mark.text}`, mark.name)));
    if (marks.length) select.selectedIndex = best[n];
  }
  startOver();
}

function startOver() {
  state.points = targets().map(() => null);
  state.active = 0;
  state.byKeys = false;
  listPoints();
  update();
}

/** A row for each point with its coordinates, for keyboard users and for precision. */
function listPoints() {
  byId("points").replaceChildren(...targets().map((text, n) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = text;
    item.append(name, ...["x", "y"].map((axis) => number(n, axis, text)));
    return item;
  }));
}

/**
 * @param {number} n of the point
 * @param {string} axis
 * @param {string} text the label
 */
function number(n, axis, text) {
  const input = document.createElement("input");
  input.type = "number";
  input.step = "any";
  input.id = `point-${n}-${axis}`;
  input.placeholder = axis;
  input.setAttribute("aria-label", `${text}: ${axis}`);
  input.addEventListener("focus", () => activate(n));
  input.addEventListener("input", () => {
    const [x, y] = ["x", "y"].map((name) => field(`point-${n}-${name}`).valueAsNumber);
    state.points[n] = Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
    update({ keep: true });
  });
  return input;
}

function activate(n) {
  state.active = n;
  update({ keep: true });
}

/** Compute the matrix and redraw. `keep` leaves numbers that are being typed alone. */
function update({ keep = false } = {}) {
  const missing = state.points.findIndex((point) => !point);
  const wrong = fit(missing);
  if (!keep) writeNumbers();
  // The row of the point that the sentence asks for; or of the one that is moved.
  const asked = state.byKeys || state.held || missing < 0 ? state.active : missing;
  [...byId("points").children].forEach((item, n) => item.setAttribute("aria-current", String(n === asked)));
  byId("task").textContent = wrong || task(missing);
  allowSaving(wrong);
  draw();
  listPins();
}

/** Compute the matrix, if all points are there; returns what is wrong with them. */
function fit(missing) {
  const { points, geometry } = state;
  state.matrix = null;
  if (!geometry || missing >= 0) return "";
  try {
    state.matrix = matrixOf(points.filter((point) => point !== null));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return t(geometry.package ? "photo.wrong_corners" : "photo.wrong_pads");
  }
  return "";
}

function writeNumbers() {
  state.points.forEach((point, n) => ["x", "y"].forEach((axis, i) => {
    field(`point-${n}-${axis}`).value = point ? String(Math.round(point[i] * 10) / 10) : "";
  }));
}

/** A picture can be saved once there is something to see in it; until then a line says what is missing. */
function allowSaving(wrong) {
  const why = byId("save-why");
  why.hidden = Boolean(state.photo && state.matrix);
  why.textContent = wrong || t("photo.save_why");
  unless(saves, why.hidden ? null : why);
}

function task(missing) {
  if (!state.photo) return t("photo.choose");
  if (!state.geometry) return ""; // still loading
  if (state.byKeys) return t("photo.by_keys", { what: targets()[state.active] });
  return missing >= 0 ? t("photo.click", { what: targets()[missing] }) : t("photo.done");
}

/**
 * @param {Point[]} points all points
 * @returns {Matrix}
 */
function matrixOf(points) {
  const { geometry } = state;
  if (geometry.package) return fromCorners(points, [geometry.width, geometry.height]);
  const marks = geometry.faces[face()];
  const pads = [0, 1].map((n) => marks.find((mark) => mark.name === pad(n).value));
  return fromPads(pads.map((mark) => [mark.x, mark.y]), points);
}

/**
 * @param {CanvasRenderingContext2D} target
 * @param {number} [least] height of the labels' font, in pixels of the photo
 */
function paint(target, least = 0) {
  target.clearRect(0, 0, target.canvas.width, target.canvas.height);
  if (state.photo) target.drawImage(state.photo, 0, 0);
  if (state.matrix) drawBoard(target, state.geometry, face(), state.matrix, field("all").checked, least);
}

function draw() {
  const pixel = canvas.width / Math.max(canvas.clientWidth, 1); // of the screen, in the photo
  paint(ctx, pixel * LEAST_FONT);
  const size = pixel * 9;
  state.points.forEach((point, n) => {
    if (!point) return;
    const [x, y] = point;
    ctx.beginPath();
    ctx.arc(x, y, size, 0, 2 * Math.PI);
    ctx.moveTo(x - size * 1.5, y);
    ctx.lineTo(x + size * 1.5, y);
    ctx.moveTo(x, y - size * 1.5);
    ctx.lineTo(x, y + size * 1.5);
    const inner = n === state.active ? "#ffd24a" : "#ffffff";
    for (const { colour, width } of [{ colour: "#000000", width: 4 }, { colour: inner, width: 2 }]) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = (width * size) / 9;
      ctx.stroke();
    }
  });
}

function listPins() {
  const rows = state.matrix ? placesOf(state.geometry, face(), state.matrix) : [];
  byId("found-pins").hidden = !rows.length;
  one("#pins", HTMLTableElement).tBodies[0].replaceChildren(...rows.map((mark) => {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = mark.name;
    row.append(name, ...[mark.detail || mark.text || "–", mark.at.map((n) => decimal(n, 1)).join(t("photo.between"))].map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      return cell;
    }));
    return row;
  }));
}

/**
 * Read a photo, upright, and small enough to draw on.
 * @param {File | undefined} file
 */
async function choosePhoto(file) {
  byId("trouble").textContent = "";
  if (!file) return;
  if (file.size > MOST_BYTES) return refuse("photo.too_large");
  let photo;
  try {
    photo = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return refuse("photo.unreadable");
  }
  const { width, height } = photo;
  if (width * height > MOST_PIXELS) {
    photo.close();
    return refuse("photo.too_large");
  }
  const scale = LONGEST / Math.max(width, height);
  if (scale < 1) {
    const small = { resizeWidth: Math.round(width * scale), resizeHeight: Math.round(height * scale) };
    photo = await createImageBitmap(photo, { ...small, resizeQuality: "high" });
  }
  state.photo?.close();
  state.photo = photo;
  shown = file;
  [canvas.width, canvas.height] = [photo.width, photo.height];
  startOver();
}

function refuse(key) {
  byId("trouble").textContent = t(key);
}

/**
 * The pointer's position in the photo, and the number of screen pixels per photo pixel.
 * @param {PointerEvent} event
 */
function placeOf(event) {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const [left, top] = [(box.width - canvas.width * scale) / 2, (box.height - canvas.height * scale) / 2];
  return [(event.clientX - box.left - left) / scale, (event.clientY - box.top - top) / scale, scale];
}

canvas.addEventListener("pointerdown", (event) => {
  if (!state.photo) return;
  const [x, y, scale] = placeOf(event);
  const near = state.points
    .map((point, n) => /** @type {Point} */ ([point ? Math.hypot(point[0] - x, point[1] - y) * scale : Infinity, n]))
    .sort((a, b) => a[0] - b[0])[0];
  const missing = state.points.findIndex((point) => !point);
  if (near && near[0] <= GRASP) state.active = near[1];
  else if (missing >= 0) state.active = missing;
  else return;
  state.byKeys = false;
  state.held = true;
  canvas.setPointerCapture(event.pointerId);
  move(event);
});

canvas.addEventListener("pointermove", (event) => state.held && move(event));
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, () => {
    state.held = false;
    byId("loupe").hidden = true;
    update();
  });
}

/** @param {PointerEvent} event */
function move(event) {
  const [x, y] = placeOf(event);
  const point = inside([x, y], canvas);
  state.points[state.active] = point;
  update();
  magnify(event, point);
}

/**
 * Magnify what is under the pointer, in the corner farther away from it.
 * @param {PointerEvent} event
 * @param {Point} point
 */
function magnify(event, [x, y]) {
  if (!state.photo) return;
  const loupe = one("#loupe", HTMLCanvasElement);
  const glass = penOf(loupe);
  const box = canvas.getBoundingClientRect();
  loupe.hidden = false;
  loupe.classList.toggle("right", event.clientX < box.left + box.width / 2);
  glass.imageSmoothingEnabled = false;
  glass.clearRect(0, 0, loupe.width, loupe.height);
  glass.drawImage(state.photo, x - LOUPE / 2, y - LOUPE / 2, LOUPE, LOUPE, 0, 0, loupe.width, loupe.height);
  glass.strokeStyle = "#ffd24a";
  glass.lineWidth = 2;
  glass.beginPath();
  glass.moveTo(loupe.width / 2, 0);
  glass.lineTo(loupe.width / 2, loupe.height);
  glass.moveTo(0, loupe.height / 2);
  glass.lineTo(loupe.width, loupe.height / 2);
  glass.stroke();
}

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener("keydown", (event) => {
  if (!state.photo || !state.points.length) return;
  const step = ARROWS[event.key];
  if (!step && event.key !== "Enter") return;
  event.preventDefault();
  state.byKeys = true;
  if (!step) return goOn();
  const far = event.shiftKey ? 10 : 1;
  const from = state.points[state.active] ?? guessed();
  state.points[state.active] = inside([from[0] + step[0] * far, from[1] + step[1] * far], canvas);
  update();
});

/** Place the active point, or, if it is in place, go on to the next one. */
function goOn() {
  const { points } = state;
  if (points[state.active]) {
    const missing = points.findIndex((point) => !point);
    state.byKeys = missing >= 0;
    state.active = missing >= 0 ? missing : (state.active + 1) % points.length;
  }
  points[state.active] ??= inside(guessed(), canvas);
  update();
}

const guessed = () => guess(state.points, state.active, state.geometry.package, canvas);

saves.addEventListener("click", () => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  paint(penOf(copy));
  copy.toBlob((blob) => {
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${state.geometry.name.replace(/[^\w-]+/g, "_")}-pins.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }, "image/png");
});

addEventListener("resize", draw);
byId("again").addEventListener("click", startOver);
byId("all").addEventListener("change", () => update());
byId("board").addEventListener("change", chooseBoard);
byId("face").addEventListener("change", choosePads);
for (const n of [0, 1]) pad(n).addEventListener("change", startOver);
field("file").addEventListener("change", () => choosePhoto(field("file").files?.[0]));

/** @type {File | undefined} the photo that is shown */
let shown;

/** Show the photo again after the language was changed. */
async function begin() {
  const kept = await takeKept();
  if (kept) choice("board").value = kept.marks.board;
  await chooseBoard();
  if (!kept) return;
  choice("face").value = kept.marks.face;
  choosePads();
  kept.marks.pads.forEach((name, n) => (pad(n).value = name));
  await choosePhoto(kept.photo);
  state.points = kept.marks.points;
  update();
}

const switches = one(".switches", HTMLFormElement);
switches.addEventListener("submit", async (event) => {
  if (!shown || !("caches" in globalThis)) return;
  event.preventDefault();
  const pads = [0, 1].map((n) => pad(n).value);
  const marks = { board: choice("board").value, face: choice("face").value, pads, points: state.points };
  await keepPhoto(shown, marks).catch(() => {});
  switches.submit();
});

begin();
