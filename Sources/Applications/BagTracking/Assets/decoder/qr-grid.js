// Lays the grid of a QR code over the picture: corners of its finders, then alignment patterns, then modules.

import { Perspective, distance, lineThrough, meeting, minus } from "./geometry.js";
import { alignmentPlaces } from "./qr-tables.js";

const RAYS = [-2.5, -1.9, -1.3, -0.7, 0, 0.7, 1.3, 1.9, 2.5];

/** Where a ray from the middle of a finder leaves its outer ring; null when it crosses something else. */
function ringEdge(picture, middle, direction, module) {
  const step = 0.25;
  const reach = Math.hypot(direction.x, direction.y);
  const [dx, dy] = [direction.x / reach, direction.y / reach];
  let [changes, before] = [0, -1];
  for (let way = 0; way < 7.5 * module; way += step) {
    const level = picture.level(middle.x + dx * way, middle.y + dy * way);
    if ((level < 0) !== (before < 0)) {
      changes += 1;
      if (changes === 3) {
        const exact = way - step * (level / (level - before));
        return { x: middle.x + dx * exact, y: middle.y + dy * exact };
      }
    }
    before = level;
  }
  return null;
}

/** The corners of a finder, clockwise from that next to the code's own, as the code's axes `right` and `down` have it. */
function ringCorners(picture, finder, right, down) {
  const side = (forward, across) => {
    const points = RAYS.map((share) => {
      const direction = { x: forward.x * 3.5 + across.x * share, y: forward.y * 3.5 + across.y * share };
      return ringEdge(picture, finder, direction, finder.module);
    }).filter(Boolean);
    return points.length < 4 ? null : lineThrough(points, 0.5);
  };
  const turned = ({ x, y }) => ({ x: -x, y: -y });
  const [top, east] = [side(turned(down), right), side(right, down)];
  const [bottom, west] = [side(down, right), side(turned(right), down)];
  if (!top || !east || !bottom || !west) return null;
  const corners = [meeting(top, west), meeting(top, east), meeting(bottom, east), meeting(bottom, west)];
  if (corners.some((each) => !each || distance(each, finder) > 9 * finder.module)) return null;
  return corners;
}

const unit = (vector, length) => {
  const size = Math.hypot(vector.x, vector.y) || 1;
  return { x: vector.x * length / size, y: vector.y * length / size };
};

/** Corners of the three finders with the size of the modules along both arms; null when a finder is none. */
export function outline(picture, { origin, right, below }) {
  const [across, down] = [unit(minus(right, origin), 1), unit(minus(below, origin), 1)];
  const rings = [origin, right, below].map((each) => ringCorners(picture, each, across, down));
  if (rings.some((each) => !each)) return null;
  const middles = rings.map((corners) => {
    const line = (a, b) => ({ point: a, direction: unit(minus(b, a), 1) });
    return meeting(line(corners[0], corners[2]), line(corners[1], corners[3]));
  });
  if (middles.some((each) => !each)) return null;
  const width = (corners) => (distance(corners[0], corners[1]) + distance(corners[3], corners[2])) / 14;
  const height = (corners) => (distance(corners[0], corners[3]) + distance(corners[1], corners[2])) / 14;
  const across2 = Math.sqrt(width(rings[0]) * width(rings[1]));
  const down2 = Math.sqrt(height(rings[0]) * height(rings[2]));
  const modules = distance(middles[0], middles[1]) / across2 + distance(middles[0], middles[2]) / down2;
  return { rings, size: modules / 2 + 7 };
}

/** Sizes the code may have, the likeliest first. */
export function sizesNear(size) {
  const nearest = Math.round((size - 17) / 4);
  const steps = size > 17 + 4 * nearest ? [0, 1, -1, 2, -2] : [0, -1, 1, -2, 2];
  return steps.map((step) => nearest + step).filter((version) => version >= 1 && version <= 40).map((version) => 17 + 4 * version);
}

function ringPairs(rings, size) {
  const starts = [{ x: 0, y: 0 }, { x: size - 7, y: 0 }, { x: 0, y: size - 7 }];
  const shape = [[0, 0], [7, 0], [7, 7], [0, 7]];
  return rings.flatMap((corners, index) => corners.map((to, corner) => {
    const [x, y] = shape[corner];
    return { from: { x: starts[index].x + x, y: starts[index].y + y }, to };
  }));
}

/** How well the timing patterns alternate, -1 to 1. */
function timing(picture, grid, size) {
  let sum = 0;
  for (let i = 8; i < size - 8; i += 1) {
    for (const { x, y } of [grid.point(i + 0.5, 6.5), grid.point(6.5, i + 0.5)]) {
      sum += (picture.level(x, y) < 0) === (i % 2 === 0) ? 1 : -1;
    }
  }
  return sum / (2 * (size - 16));
}

// An alignment pattern: dark middle, light ring, dark ring.
const TARGET = [];
for (let y = -2; y <= 2; y += 1) {
  for (let x = -2; x <= 2; x += 1) TARGET.push({ x, y, isDark: Math.max(Math.abs(x), Math.abs(y)) !== 1 });
}

function likeness(picture, grid, column, row) {
  let sum = 0;
  for (const { x, y, isDark } of TARGET) {
    const { x: u, y: v } = grid.point(column + x, row + y);
    const level = Math.max(-40, Math.min(40, picture.level(u, v)));
    sum += isDark ? -level : level;
  }
  return sum / TARGET.length;
}

/** Where near its place an alignment pattern really stands, in modules; null when there is none. */
function alignment(picture, grid, column, row, reach) {
  let best = { value: -Infinity };
  const look = (x, y) => {
    const value = likeness(picture, grid, x, y);
    if (value > best.value) best = { value, x, y };
  };
  for (let y = -reach; y <= reach; y += 0.5) for (let x = -reach; x <= reach; x += 0.5) look(column + x, row + y);
  for (const step of [0.25, 0.12]) {
    const { x, y } = best;
    for (const i of [-1, 0, 1]) for (const j of [-1, 0, 1]) look(x + i * step, y + j * step);
  }
  const perfect = likeness(picture, grid, best.x, best.y);
  return perfect > 8 ? best : null;
}

/** The grid of a code of `size` modules, better with every alignment pattern that is found; null when it does not fit. */
export function gridFor(picture, rings, size) {
  const pairs = ringPairs(rings, size);
  let grid = Perspective.fitting(pairs);
  if (!grid || timing(picture, grid, size) < 0.35) return [];
  const first = grid;
  const places = alignmentPlaces((size - 17) / 4);
  const last = places.length - 1;
  const patterns = places.flatMap((row, j) => places.map((column, i) => ({ column: column + 0.5, row: row + 0.5, i, j })))
    .filter(({ i, j }) => !((i === 0 && (j === 0 || j === last)) || (i === last && j === 0)))
    .sort((a, b) => Math.max(a.column, a.row) - Math.max(b.column, b.row));
  for (const { column, row } of patterns) {
    const found = alignment(picture, grid, column, row, last === 1 ? 3 : 1.5);
    if (!found) continue;
    pairs.push({ from: { x: column, y: row }, to: grid.point(found.x, found.y), weight: 3 });
    grid = Perspective.fitting(pairs) ?? grid;
  }
  return pairs.length > 12 ? [grid, first] : [first];
}

/** The modules under a grid, dark ones 1, row by row; null when the code reaches out of the picture. */
export function modulesUnder(picture, grid, size) {
  const corners = [grid.point(0, 0), grid.point(size, 0), grid.point(size, size), grid.point(0, size)];
  if (corners.some(({ x, y }) => !picture.contains(x, y))) return null;
  const fine = distance(corners[0], corners[1]) / size >= 3;
  const modules = new Uint8Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let level = 0;
      for (const [x, y] of fine ? AROUND : MIDDLE) {
        const point = grid.point(column + 0.5 + x, row + 0.5 + y);
        level += picture.level(point.x, point.y);
      }
      modules[row * size + column] = level < 0 ? 1 : 0;
    }
  }
  return { modules, corners };
}

const MIDDLE = [[0, 0]];
const AROUND = [[0, 0], [-0.2, -0.2], [0.2, -0.2], [0.2, 0.2], [-0.2, 0.2]];
