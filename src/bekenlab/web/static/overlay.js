// Draws rings on the pads and labels beside the board over a photo.
import { project, spread } from "./projection.js";

/** @import { Matrix, Point } from "./projection.js" */

/**
 * Every pad of a face with its position in the photo.
 * @param {any} geometry of a board, from /api/boards
 * @param {string} face `front` or `back`
 * @param {Matrix} matrix
 */
export function placesOf(geometry, face, matrix) {
  return geometry.faces[face].map((mark) => ({ ...mark, at: project(matrix, [mark.x, mark.y]) }));
}

/**
 * Draw a board over what is on a canvas.
 * @param {CanvasRenderingContext2D} ctx
 * @param {any} geometry
 * @param {string} face
 * @param {Matrix} matrix
 * @param {boolean} all whether to label every pad that has a function
 * @param {number} least height of the labels' font, in pixels of the canvas
 */
export function drawBoard(ctx, geometry, face, matrix, all, least) {
  const { width, height } = ctx.canvas;
  const font = Math.max(12, least, Math.max(width, height) / 45);
  const line = Math.max(2, Math.round(font / 9));
  const { width: w, height: h } = geometry;
  /** @type {Point[]} */
  const edges = [[0, 0], [0, h], [w, h], [w, 0]];
  const border = edges.map((corner) => project(matrix, corner));
  const places = placesOf(geometry, face, matrix);
  ctx.save();
  ctx.lineJoin = "round";
  outline(ctx, border, line);
  if (geometry.package) ring(ctx, border[0], font * 0.35, "#ffffff", "#000000", line);
  ctx.font = `600 ${font}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  const labelled = places.filter((mark) => mark.vital || mark.used || (all && mark.text));
  const tags = [true, false].flatMap((left) => column(ctx, labelled, border, font, left));
  for (const tag of tags) {
    const end = [tag.left ? tag.x + tag.wide : tag.x, tag.y];
    stroke(ctx, [tag.mark.at, end], "#ffffff", line + 2);
    stroke(ctx, [tag.mark.at, end], tag.mark.colour, line);
  }
  for (const mark of places) {
    const radius = font * (labelled.includes(mark) ? 0.32 : 0.2);
    ring(ctx, mark.at, radius, mark.colour, "#ffffff", Math.max(1, line / 2));
  }
  for (const tag of tags) label(ctx, tag, font, line);
  ctx.restore();
}

/** The labels of one side, moved apart, inside the photo if possible. */
function column(ctx, labelled, border, font, left) {
  const { width, height } = ctx.canvas;
  const xs = border.map(([x]) => x);
  const middle = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const edge = left ? Math.min(...xs) : Math.max(...xs);
  const mine = labelled.filter((mark) => mark.at[0] < middle === left).sort((a, b) => a.at[1] - b.at[1]);
  if (!mine.length) return [];
  const tall = font * 1.4;
  let ys = spread(mine.map((mark) => mark.at[1]), font * 1.6);
  const down = Math.max(tall / 2 - ys[0], 0);
  const up = Math.max(ys.at(-1) + down + tall / 2 - height, 0);
  ys = ys.map((y) => y + down - up);
  return mine.map((mark, i) => {
    const text = `${mark.name}  ${mark.text}`;
    const wide = ctx.measureText(text).width + font;
    const x = left ? edge - font * 1.5 - wide : edge + font * 1.5;
    return { mark, text, left, wide, tall, y: ys[i], x: Math.min(Math.max(x, 2), Math.max(width - wide - 2, 2)) };
  });
}

function label(ctx, tag, font, line) {
  ctx.beginPath();
  ctx.roundRect(tag.x, tag.y - tag.tall / 2, tag.wide, tag.tall, font * 0.3);
  ctx.fillStyle = tag.mark.colour;
  ctx.fill();
  ctx.lineWidth = Math.max(1, line / 2);
  ctx.strokeStyle = "#ffffff";
  ctx.stroke();
  ctx.fillStyle = tag.mark.ink;
  ctx.fillText(tag.text, tag.x + font / 2, tag.y);
}

function outline(ctx, corners, line) {
  stroke(ctx, [...corners, corners[0]], "rgb(0 0 0 / 50%)", line + 2);
  stroke(ctx, [...corners, corners[0]], "#ffffff", line);
}

function stroke(ctx, points, colour, width) {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

function ring(ctx, [x, y], radius, fill, edge, line) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.lineWidth = line;
  ctx.strokeStyle = edge;
  ctx.stroke();
}
