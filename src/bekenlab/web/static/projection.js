// From a board's millimetres to a photo's pixels. Equivalent to report/pictures/projection.py, with
// other formulas; tests compare the two.

/** @typedef {[number, number]} Point */
/** @typedef {[Point3, Point3, Point3]} Matrix */
/** @typedef {[number, number, number]} Point3 */

const LEAST_PIXELS = 8;
// Sine of the smallest turn at a corner; as in report/pictures/projection.py.
const LEAST_TURN = 0.01;

/**
 * The matrix for a chip, from its corners in pixels: pin 1's first, then round it.
 * @param {Point[]} corners
 * @param {Point} size width and height in mm
 * @returns {Matrix}
 */
export function fromCorners(corners, [width, height]) {
  const sides = corners.map((here, i) => minus(corners[(i + 1) % 4], here));
  if (Math.min(...sides.map(([x, y]) => Math.hypot(x, y))) < LEAST_PIXELS) throw new RangeError("near");
  const turns = sides.map((side, i) => sine(side, sides[(i + 1) % 4]));
  const withTheClock = turns[0] > 0;
  if (Math.min(...turns) < LEAST_TURN && Math.max(...turns) > -LEAST_TURN) throw new RangeError("shape");
  // Pins are numbered counterclockwise: down the left side, so the second corner is below the first.
  const [p, below, q, beside] = withTheClock ? [corners[0], corners[3], corners[2], corners[1]] : corners;
  const [dx1, dy1] = minus(beside, q);
  const [dx2, dy2] = minus(below, q);
  const sx = p[0] - beside[0] + q[0] - below[0];
  const sy = p[1] - beside[1] + q[1] - below[1];
  const whole = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / whole;
  const h = (dx1 * sy - sx * dy1) / whole;
  return [
    [(beside[0] - p[0] + g * beside[0]) / width, (below[0] - p[0] + h * below[0]) / height, p[0]],
    [(beside[1] - p[1] + g * beside[1]) / width, (below[1] - p[1] + h * below[1]) / height, p[1]],
    [g / width, h / height, 1],
  ];
}

/**
 * The matrix from two pads in mm and their positions in pixels: translation, rotation and scale.
 * @param {Point[]} pads
 * @param {Point[]} places
 * @returns {Matrix}
 */
export function fromPads([one, other], [at, there]) {
  const [bx, by] = minus(other, one);
  const [px, py] = minus(there, at);
  const square = bx * bx + by * by;
  if (square === 0 || Math.hypot(px, py) < LEAST_PIXELS) throw new RangeError("near");
  const c = (px * bx + py * by) / square;
  const s = (py * bx - px * by) / square;
  return [
    [c, -s, at[0] - c * one[0] + s * one[1]],
    [s, c, at[1] - s * one[0] - c * one[1]],
    [0, 0, 1],
  ];
}

/**
 * Map a point of the board to pixels of the photo.
 * @param {Matrix} m
 * @param {Point} point in mm
 * @returns {Point}
 */
export function project(m, [x, y]) {
  const w = m[2][0] * x + m[2][1] * y + m[2][2];
  return [(m[0][0] * x + m[0][1] * y + m[0][2]) / w, (m[1][0] * x + m[1][1] * y + m[1][2]) / w];
}

/**
 * Move positions apart by the least amount that keeps a minimum gap. In ascending order.
 * @param {number[]} wanted
 * @param {number} gap
 */
export function spread(wanted, gap) {
  /** @type {Point[]} mean position and number of members */
  const pools = [];
  wanted.forEach((place, i) => {
    let [mean, count] = [place - i * gap, 1];
    for (let last = pools.at(-1); last && last[0] >= mean; last = pools.at(-1)) {
      const [before, members] = last;
      pools.pop();
      mean = (before * members + mean * count) / (members + count);
      count += members;
    }
    pools.push([mean, count]);
  });
  return pools.flatMap(([mean, count]) => Array(count).fill(mean)).map((mean, i) => mean + i * gap);
}

/** @type {(a: Point, b: Point) => Point} */
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
/** @type {(a: Point, b: Point) => number} */
const sine = (a, b) => (a[0] * b[1] - a[1] * b[0]) / (Math.hypot(...a) * Math.hypot(...b));
