// Looks for the L of Data Matrix codes: a dark shape whose outline has two long straight sides that meet in a corner.

import { cross, distance, meeting, minus } from "./geometry.js";

// Smaller shapes hold no code that could be read, and a frame full of shapes is no reason to miss the next one.
const SMALLEST = 14;
const MOST = 24;

/** Shapes of dark pixels that touch, as runs of rows: {runs: [y, from, to, …], left, right, top, bottom, area}. */
function shapes(picture) {
  const { dark, width, height } = picture;
  const parents = [];
  const rows = [];
  const root = (index) => {
    let at = index;
    while (parents[at] !== at) { parents[at] = parents[parents[at]]; at = parents[at]; }
    return at;
  };
  let above = [];
  for (let y = 0; y < height; y += 1) {
    const row = [];
    let next = 0;
    for (let x = 0, at = y * width; x < width; x += 1) {
      if (!dark[at + x]) continue;
      const from = x;
      while (x < width && dark[at + x]) x += 1;
      const run = { y, from, to: x, label: parents.length };
      parents.push(run.label);
      while (next < above.length && above[next].to < from) next += 1;
      for (let i = next; i < above.length && above[i].from <= x; i += 1) parents[root(above[i].label)] = root(run.label);
      row.push(run);
    }
    rows.push(row);
    above = row;
  }
  const found = new Map();
  for (const row of rows) {
    for (const run of row) {
      const label = root(run.label);
      let shape = found.get(label);
      if (!shape) {
        shape = { runs: [], left: run.from, right: run.to, top: run.y, bottom: run.y + 1, area: 0 };
        found.set(label, shape);
      }
      shape.runs.push(run);
      shape.left = Math.min(shape.left, run.from);
      shape.right = Math.max(shape.right, run.to);
      shape.bottom = run.y + 1;
      shape.area += run.to - run.from;
    }
  }
  return [...found.values()];
}

/** The smallest polygon without dents around a shape, clockwise on the screen. */
function hull(runs) {
  const points = runs.flatMap(({ y, from, to }) => [
    { x: from, y }, { x: from, y: y + 1 }, { x: to, y }, { x: to, y: y + 1 },
  ]).sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (some) => {
    const chain = [];
    for (const point of some) {
      while (chain.length > 1 && cross(minus(chain.at(-1), chain.at(-2)), minus(point, chain.at(-1))) <= 0) chain.pop();
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  return [...half(points), ...half(points.reverse())];
}

/** The polygon with as few corners as `slack` pixels allow (Douglas, Peucker). */
function simplified(polygon, slack) {
  const thin = (points) => {
    const [first, last] = [points[0], points.at(-1)];
    const direction = minus(last, first);
    const size = Math.hypot(direction.x, direction.y) || 1;
    let [far, at] = [slack, -1];
    for (let i = 1; i + 1 < points.length; i += 1) {
      const off = Math.abs(cross(direction, minus(points[i], first))) / size;
      if (off > far) [far, at] = [off, i];
    }
    return at < 0 ? [first] : [...thin(points.slice(0, at + 1)), ...thin(points.slice(at))];
  };
  let far = 0;
  polygon.forEach((each, i) => { if (distance(each, polygon[0]) > distance(polygon[far], polygon[0])) far = i; });
  const round = [...polygon, polygon[0]];
  return [...thin(round.slice(0, far + 1)), ...thin(round.slice(far))];
}

/** How much of the way just inside a side is dark, 0 to 1. */
function solidity(picture, from, to) {
  const length = distance(from, to);
  const inward = { x: -(to.y - from.y) / length, y: (to.x - from.x) / length };
  let [hits, count] = [0, 0];
  // Close enough together that no row of single modules is met at its dark ones alone.
  const step = 1.3 / length;
  for (let share = 0.06; share < 0.95; share += step) {
    const [x, y] = [from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share];
    const depth = 1.5;
    if (picture.isDark(x + inward.x * depth, y + inward.y * depth)) hits += 1;
    count += 1;
  }
  return hits / count;
}

const line = (from, to) => {
  const length = distance(from, to);
  return { point: from, direction: { x: (to.x - from.x) / length, y: (to.y - from.y) / length } };
};

/** Corners of a shape's outline where an L may lie: {corner, top, end}; the arms lead to `top` and `end`. */
function corners(picture, shape) {
  const diagonal = Math.hypot(shape.right - shape.left, shape.bottom - shape.top);
  const polygon = simplified(hull(shape.runs), Math.max(1.6, 0.025 * diagonal));
  const sides = polygon.map((from, i) => ({ from, to: polygon[(i + 1) % polygon.length] }))
    .filter(({ from, to }) => distance(from, to) >= 0.3 * diagonal)
    .map(({ from, to }) => ({ from, to, length: distance(from, to), solid: solidity(picture, from, to) >= 0.75 }));
  // A shape solid all around is a frame, not an L.
  if (sides.filter(({ solid }) => solid).length > 2) return [];
  const found = [];
  for (let i = 0; i < sides.length; i += 1) {
    // The outline goes round clockwise on the screen: up the left arm to the corner comes after the lower arm. Blur
    // takes the tip of the corner away.
    const [lower, left] = [sides[i], sides[(i + 1) % sides.length]];
    if (!lower.solid || !left.solid || lower === left || distance(lower.to, left.from) > 0.2 * diagonal) continue;
    if (Math.max(lower.length, left.length) > 2.2 * Math.min(lower.length, left.length)) continue;
    const sine = cross(minus(lower.to, lower.from), minus(left.to, left.from)) / (lower.length * left.length);
    const corner = sine < 0.7 ? null : meeting(line(lower.from, lower.to), line(left.from, left.to));
    if (corner) found.push({ corner, top: left.to, end: lower.from });
  }
  return found;
}

/** Every place where the L of a code may be, the largest first. */
export function lShapes(picture) {
  const candidates = shapes(picture).filter((shape) => {
    const [width, height] = [shape.right - shape.left, shape.bottom - shape.top];
    return Math.min(width, height) >= SMALLEST && Math.max(width, height) <= 3 * Math.min(width, height)
      && shape.area < 0.93 * width * height && shape.area > 0.06 * width * height;
  }).sort((a, b) => b.area - a.area).slice(0, MOST);
  return candidates.flatMap((shape) => corners(picture, shape));
}
