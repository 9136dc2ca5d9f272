// Looks for the L of Data Matrix codes: a dark shape whose outline has two long straight sides that meet in a corner.

import { cross, distance, meeting, minus } from "./geometry.js";

// Smaller shapes hold no code that could be read, and a frame full of shapes is no reason to miss the next one.
const SMALLEST = 14;
const MOST = 24;

// For each dark run of the picture at hand the first run of what it hangs together with; there, the box and area of all.
// Kept from picture to picture, since a frame of noise has a hundred thousand runs.
let joined = { most: 0 };

function roomFor(most) {
  if (joined.most >= most) return;
  joined = { most };
  for (const each of ["first", "left", "right", "bottom", "area"]) joined[each] = new Int32Array(most);
}

function firstOf(first, run) {
  let at = run;
  while (first[at] !== at) { first[at] = first[first[at]]; at = first[at]; }
  return at;
}

/** Joins the runs of a row to those above that they touch. */
function joinRow({ runs, firstRuns }, y) {
  const { first } = joined;
  const [begin, end] = [firstRuns[y], firstRuns[y + 1]];
  let next = y ? firstRuns[y - 1] : begin;
  for (let run = begin; run < end; run += 1) {
    const [from, to] = [runs[2 * run], runs[2 * run + 1]];
    let own = run;
    first[run] = run;
    while (next < begin && runs[2 * next + 1] < from) next += 1;
    for (let i = next; i < begin && runs[2 * i] <= to; i += 1) {
      const other = firstOf(first, i);
      if (other < own) { first[own] = other; own = other; }
      else first[other] = own;
    }
  }
}

/** Adds up what the runs of a row are to the whole they belong to. */
function measureRow({ runs, firstRuns }, y) {
  const { first, left, right, bottom, area } = joined;
  for (let run = firstRuns[y]; run < firstRuns[y + 1]; run += 1) {
    const [from, to] = [runs[2 * run], runs[2 * run + 1]];
    // The run it hangs on came before it and is done.
    const at = first[first[run]];
    first[run] = at;
    if (at === run) { left[at] = from; right[at] = 0; area[at] = 0; }
    left[at] = Math.min(left[at], from);
    right[at] = Math.max(right[at], to);
    bottom[at] = y + 1;
    area[at] += to - from;
  }
}

/** The shape that begins with a run, {first, left, right, top, bottom, area}; null when it cannot be a code. */
function shapeAt(run, left, top) {
  const [right, bottom, area] = [joined.right[run], joined.bottom[run], joined.area[run]];
  const [width, height] = [right - left, bottom - top];
  if (Math.min(width, height) < SMALLEST || Math.max(width, height) > 3 * Math.min(width, height)) return null;
  if (area >= 0.93 * width * height || area <= 0.06 * width * height) return null;
  return { first: run, left, right, top, bottom, area };
}

/** Shapes of dark pixels that touch, the largest first. */
function shapes(picture) {
  const { firstRuns, height } = picture;
  roomFor(firstRuns[height]);
  for (let y = 0; y < height; y += 1) joinRow(picture, y);
  for (let y = 0; y < height; y += 1) measureRow(picture, y);
  const found = [];
  for (let y = 0; y < height; y += 1) {
    for (let run = firstRuns[y]; run < firstRuns[y + 1]; run += 1) {
      const shape = joined.first[run] === run ? shapeAt(run, joined.left[run], y) : null;
      if (shape) found.push(shape);
    }
  }
  return found.sort((a, b) => b.area - a.area).slice(0, MOST);
}

/** The corners of the outermost pixels of each row of a shape. */
function outermost({ runs, firstRuns }, shape) {
  const points = [];
  for (let y = shape.top; y < shape.bottom; y += 1) {
    let [left, right] = [-1, -1];
    for (let run = firstRuns[y]; run < firstRuns[y + 1]; run += 1) {
      if (joined.first[run] !== shape.first) continue;
      if (left < 0) left = runs[2 * run];
      right = runs[2 * run + 1];
    }
    if (left >= 0) points.push({ x: left, y }, { x: left, y: y + 1 }, { x: right, y }, { x: right, y: y + 1 });
  }
  return points;
}

/** The smallest polygon without dents around points, clockwise on the screen. */
function hull(points) {
  points.sort((a, b) => a.x - b.x || a.y - b.y);
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
  const polygon = simplified(hull(outermost(picture, shape)), Math.max(1.6, 0.025 * diagonal));
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
  return shapes(picture).flatMap((shape) => corners(picture, shape));
}
