// Where the points probably are that somebody marks in a photo.

/** @import { Point } from "./projection.js" */

/**
 * A place to begin with for a point that is not marked yet.
 *
 * The corners of a chip are gone around from pin 1, down its left side first: two give the others.
 * @param {(Point | null)[]} points those that are marked
 * @param {number} n of the point
 * @param {boolean} isChip whether they are corners, not pads
 * @param {{ width: number, height: number }} photo
 * @returns {Point}
 */
export function guess(points, n, isChip, { width, height }) {
  const [a, b, c] = points;
  if (!a || n === 0) return [width / 2, height / 2];
  if (!isChip) return [a[0] + width / 8, a[1]];
  if (!b || n === 1) return [a[0], a[1] + width / 8];
  if (!c || n === 2) return [b[0] + b[1] - a[1], b[1] - b[0] + a[0]];
  return [a[0] + c[0] - b[0], a[1] + c[1] - b[1]];
}

/**
 * The nearest point in the photo.
 * @param {Point} point
 * @param {{ width: number, height: number }} photo
 * @returns {Point}
 */
export function inside([x, y], { width, height }) {
  return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
}
