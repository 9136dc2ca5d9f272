// Lays the grid of a Data Matrix code over the picture: the edges of its L, then the alternating sides opposite.

import { Perspective, along, cross, distance, lineThrough, meeting, minus } from "./geometry.js";

/** Sizes of square symbols with how many regions stand side by side. */
export const SIZES = [10, 12, 14, 16, 18, 20, 22, 24, 26, 32, 36, 40, 44, 48, 52];
export const regionsOf = (size) => (size < 32 ? 1 : 2);

/** The line where the dark of an arm ends, between its ends; null when there is no such edge. */
function armEdge(picture, from, to) {
  const length = distance(from, to);
  const outward = { x: (to.y - from.y) / length, y: -(to.x - from.x) / length };
  const points = [];
  // The outline cuts corners a little: the edge is where it is, or further out.
  const reach = Math.max(3, length / 20);
  for (let share = 0.05; share < 0.96; share += 0.03) {
    const base = along(from, to, share);
    let before = null;
    for (let way = -1.5; way <= reach; way += 0.5) {
      const level = picture.level(base.x + outward.x * way, base.y + outward.y * way);
      if (before !== null && before < 0 && level >= 0) {
        const exact = way - 0.5 * (level / (level - before));
        points.push({ x: base.x + outward.x * exact, y: base.y + outward.y * exact });
        break;
      }
      before = level;
    }
  }
  return points.length < 12 ? null : lineThrough(points, 0.7);
}

/** How far along a ray from the corner the dark of an arm reaches, looking a little inside its edge. */
function armEnd(picture, corner, towards, inward) {
  const length = distance(corner, towards);
  const depth = Math.max(1, length / 60);
  const [dx, dy] = [(towards.x - corner.x) / length, (towards.y - corner.y) / length];
  let [end, light] = [length, 0];
  for (let way = 0.7 * length; way < 1.3 * length; way += 0.5) {
    const level = picture.level(corner.x + dx * way + inward.x * depth, corner.y + dy * way + inward.y * depth);
    if (level < 0) [end, light] = [way, 0];
    else light += 1;
    if (light > 0.05 * length + 2) break;
  }
  return { x: corner.x + dx * end, y: corner.y + dy * end };
}

/** The exact L: {corner, top, end}; null when its sides are not straight. */
export function exactL(picture, { corner, top, end }) {
  const lower = armEdge(picture, end, corner);
  const left = armEdge(picture, corner, top);
  const exact = lower && left && meeting(lower, left);
  if (!exact) return null;
  const towards = (line, old) => {
    const sign = Math.sign((old.x - exact.x) * line.direction.x + (old.y - exact.y) * line.direction.y) || 1;
    const length = distance(old, exact);
    return { x: exact.x + sign * line.direction.x * length, y: exact.y + sign * line.direction.y * length };
  };
  const unit = (vector) => { const size = Math.hypot(vector.x, vector.y); return { x: vector.x / size, y: vector.y / size }; };
  const [highest, rightmost] = [towards(left, top), towards(lower, end)];
  if (distance(highest, exact) < 8 || distance(rightmost, exact) < 8) return null;
  return {
    corner: exact,
    top: armEnd(picture, exact, highest, unit(minus(rightmost, exact))),
    end: armEnd(picture, exact, rightmost, unit(minus(highest, exact))),
  };
}

const gridOver = ({ corner, top, end, opposite }, size) => Perspective.square(size, top, opposite, end, corner);

const LIMIT = 50;
const bounded = (level) => (level > LIMIT ? 1 : level < -LIMIT ? -1 : level / LIMIT);

/** How well the two sides opposite the L alternate, with light outside; -1 to 1. */
function sidesFit(picture, grid, size) {
  const level = (x, y) => {
    const depth = grid.g * x + grid.h * y + 1;
    const [u, v] = [(grid.a * x + grid.b * y + grid.c) / depth, (grid.d * x + grid.e * y + grid.f) / depth];
    return bounded(picture.level(u, v));
  };
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    // Along the top dark comes first, down the right side light.
    const [upper, right] = [level(i + 0.5, 0.5), level(size - 0.5, i + 0.5)];
    sum += i % 2 ? upper - right : right - upper;
    sum += 0.25 * (Math.max(0, level(i + 0.5, -0.6)) + Math.max(0, level(size + 0.6, i + 0.5)));
  }
  return sum / (2.5 * size);
}

/** How well all borders of a symbol fit the picture, -1 to 1. */
function fit(picture, frame, size) {
  const grid = gridOver(frame, size);
  if (!grid) return -1;
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    const [left, lower] = [grid.point(0.5, i + 0.5), grid.point(i + 0.5, size - 0.5)];
    sum -= bounded(picture.level(left.x, left.y)) + bounded(picture.level(lower.x, lower.y));
  }
  return (sum / (2 * size) + 2.5 * sidesFit(picture, grid, size)) / 3.5;
}

/** The frame with its loose corners where the borders fit best. */
function settled(picture, start, size) {
  let best = { frame: start, value: fit(picture, start, size) };
  const module = (distance(start.corner, start.top) + distance(start.corner, start.end)) / (2 * size);
  const unit = (from, to) => {
    const length = distance(from, to) || 1;
    return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  };
  const [up, right] = [unit(start.corner, start.top), unit(start.corner, start.end)];
  const moves = [
    ["opposite", up], ["opposite", right], ["opposite", { x: up.x + right.x, y: up.y + right.y }], ["top", up], ["end", right],
  ];
  for (let step = module; step > 0.08 * module; step *= 0.6) {
    for (let round = 0, moved = true; moved && round < 4; round += 1) {
      moved = false;
      for (const [name, { x, y }] of moves) {
        for (const way of [-step, step]) {
          const place = best.frame[name];
          const frame = { ...best.frame, [name]: { x: place.x + x * way, y: place.y + y * way } };
          const value = fit(picture, frame, size);
          if (value > best.value + 1e-4) { best = { frame, value }; moved = true; }
        }
      }
    }
  }
  return best;
}

const [WIDEST, STEP] = [0.3, 0.01];

/** The line from `pivot` along which a side ends that alternates: just inside half is dark, just outside nothing. */
function looseEdge(picture, pivot, forward, outward) {
  const target = (turn) => ({ x: forward.x + outward.x * turn, y: forward.y + outward.y * turn });
  const darkness = [];
  for (let turn = -WIDEST; turn <= WIDEST; turn += STEP) {
    const { x, y } = target(turn);
    let sum = 0;
    for (let share = 0.1; share < 0.98; share += 0.015) {
      sum += Math.max(0, -bounded(picture.level(pivot.x + x * share, pivot.y + y * share)));
    }
    darkness.push(sum / 59);
  }
  let [best, most] = [-1, 0];
  for (let i = 2; i + 4 < darkness.length; i += 1) {
    const drop = darkness[i - 2] - darkness[i + 2] - darkness[i + 4];
    if (drop > most) [best, most] = [i, drop];
  }
  return best < 0 ? null : { point: pivot, direction: target(best * STEP - WIDEST) };
}

/** Where the corner opposite the L is, or nearly so. */
function oppositeOf(picture, { corner, top, end }) {
  const [up, right] = [minus(top, corner), minus(end, corner)];
  const [upper, outer] = [looseEdge(picture, top, right, up), looseEdge(picture, end, up, right)];
  const size = Math.hypot(right.x, right.y) * Math.hypot(up.x, up.y);
  if (!upper || !outer || Math.abs(cross(upper.direction, outer.direction)) < 0.3 * size) return null;
  const share = cross(minus(outer.point, upper.point), outer.direction) / cross(upper.direction, outer.direction);
  return { x: upper.point.x + upper.direction.x * share, y: upper.point.y + upper.direction.y * share };
}

const NEAR = [0, -0.7, 0.7];

/** Frames that may hold the symbol, the likeliest first: {frame, size, value}. */
export function frames(picture, { corner, top, end }) {
  const [up, right] = [minus(top, corner), minus(end, corner)];
  const opposite = oppositeOf(picture, { corner, top, end });
  if (!opposite) return [];
  const guesses = [];
  for (const size of SIZES) {
    if (Math.max(Math.hypot(up.x, up.y), Math.hypot(right.x, right.y)) / size < 1.4) break;
    let best = { value: -1 };
    for (const first of NEAR) {
      for (const second of NEAR) {
        const place = {
          x: opposite.x + (up.x * first + right.x * second) / size, y: opposite.y + (up.y * first + right.y * second) / size,
        };
        const frame = { corner, top, end, opposite: place };
        const grid = gridOver(frame, size);
        const value = grid ? sidesFit(picture, grid, size) : -1;
        if (value > best.value) best = { frame, size, value };
      }
    }
    guesses.push(best);
  }
  const likely = guesses.filter(({ value }) => value > 0.1).sort((a, b) => b.value - a.value).slice(0, 3);
  return likely.map(({ frame, size }) => ({ size, ...settled(picture, frame, size) }))
    .filter(({ value }) => value > 0.3).sort((a, b) => b.value - a.value);
}

/** The modules inside the borders of all regions, dark ones 1, row by row; null when the symbol leaves the picture. */
export function cellsUnder(picture, frame, size) {
  const grid = gridOver(frame, size);
  const corners = [frame.top, frame.opposite, frame.end, frame.corner];
  if (!grid || corners.some(({ x, y }) => !picture.contains(x, y))) return null;
  const regions = regionsOf(size);
  const region = size / regions;
  const inner = size - 2 * regions;
  const module = distance(frame.corner, frame.end) / size;
  const around = module < 3 ? [[0, 0]] : [[0, 0], [-0.2, -0.2], [0.2, -0.2], [0.2, 0.2], [-0.2, 0.2]];
  const place = (index) => index + 1 + 2 * Math.floor(index / (region - 2));
  const cells = new Uint8Array(inner * inner);
  for (let row = 0; row < inner; row += 1) {
    for (let column = 0; column < inner; column += 1) {
      let level = 0;
      for (const [x, y] of around) {
        const point = grid.point(place(column) + 0.5 + x, place(row) + 0.5 + y);
        level += picture.level(point.x, point.y);
      }
      cells[row * inner + column] = level < 0 ? 1 : 0;
    }
  }
  return { cells, inner, corners };
}
