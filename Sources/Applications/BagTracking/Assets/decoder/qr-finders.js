// Looks for the three finder patterns of QR codes: squares in squares, along any line 1:1:3:1:1.

import { distance } from "./geometry.js";

/** Whether five runs are about as 1:1:3:1:1. */
function isFinder(a, b, c, d, e) {
  const size = a + b + c + d + e;
  if (size < 7) return false;
  // In sevenths of a module, as everything below; small modules are drawn less exactly.
  const slack = (size < 17.5 ? 0.9 : 0.65) * size;
  return Math.abs(7 * a - size) <= slack && Math.abs(7 * b - size) <= slack && Math.abs(7 * c - 3 * size) <= 2 * slack
    && Math.abs(7 * d - size) <= slack && Math.abs(7 * e - size) <= slack;
}

/** How many steps from a place on, itself among them, lie within 0 and `size`. */
function stepsInside(place, step, size) {
  if (step === 0) return Infinity;
  return step > 0 ? Math.ceil((size - place) / step) : Math.floor(place / -step) + 1;
}

/** Puts into `rings` how long core, light ring and dark ring are on one side of a point in the core; false without such rings. */
function ringsBeside({ dark, width, height }, x, y, stepX, stepY, longest, rings) {
  const end = Math.min(longest + 1, stepsInside(x, stepX, width), stepsInside(y, stepY, height));
  let i = 0;
  for (let ring = 0; ring < 3; ring += 1) {
    const [from, colour] = [i, ring === 1 ? 0 : 1];
    while (i < end && dark[((y + i * stepY) | 0) * width + ((x + i * stepX) | 0)] === colour) i += 1;
    rings[ring] = i - from;
  }
  return i <= longest && rings[2] > 0;
}

const [BEFORE, AFTER] = [new Int32Array(3), new Int32Array(3)];

/** The length of the five runs through a point along a step; 0 when they are no finder. */
function lengthThrough(picture, x, y, stepX, stepY, longest) {
  if (!ringsBeside(picture, x, y, -stepX, -stepY, longest, BEFORE)) return 0;
  if (!ringsBeside(picture, x, y, stepX, stepY, longest, AFTER)) return 0;
  // The point itself was counted on both sides.
  const core = BEFORE[0] + AFTER[0] - 1;
  if (!isFinder(BEFORE[2], BEFORE[1], core, AFTER[1], AFTER[2])) return 0;
  return BEFORE[2] + BEFORE[1] + core + AFTER[1] + AFTER[2];
}

/** Where the middle of a finder is along a step from a point inside its core, and how long the finder is there. */
function middleAlong(picture, x, y, stepX, stepY, longest) {
  const length = lengthThrough(picture, x, y, stepX, stepY, longest);
  if (!length) return null;
  const shift = (AFTER[0] - BEFORE[0]) / 2;
  return { x: x + shift * stepX, y: y + shift * stepY, length };
}

/** A finder around a place in a row that looks like one; null when columns and diagonals do not agree. */
function confirm(picture, x, y, length) {
  const down = middleAlong(picture, x, y, 0, 1, 2 * length);
  if (!down) return null;
  const across = middleAlong(picture, x, down.y, 1, 0, 2 * length);
  if (!across || Math.max(down.length, across.length) > 2 * Math.min(down.length, across.length)) return null;
  const isRound = (stepY) => lengthThrough(picture, across.x, down.y, 0.7071, 0.7071 * stepY, 2 * length);
  if (!isRound(1) && !isRound(-1)) return null;
  return { x: across.x, y: down.y, module: (down.length + across.length) / 14, seen: 1 };
}

/** Whether it is one of the finders, which is then the mean of all that was seen of it. */
function isKnown(finders, found) {
  for (const each of finders) {
    const reach = 2 * each.module;
    if (Math.abs(each.y - found.y) > reach || distance(each, found) > reach) continue;
    each.x = (each.x * each.seen + found.x) / (each.seen + 1);
    each.y = (each.y * each.seen + found.y) / (each.seen + 1);
    each.module = (each.module * each.seen + found.module) / (each.seen + 1);
    each.seen += 1;
    return true;
  }
  return false;
}

/** Rows of a finder lie closer to its middle than this, in modules. */
const FAR = 10;

/** All finder patterns, those seen in most rows first: {x, y, module, seen}. */
export function finderPatterns(picture, most = 14) {
  const finders = [];
  // Those that another row may belong to: noise looks like a thousand finders.
  let near = [];
  const { runs, firstRuns, height } = picture;
  for (let y = 0; y < height; y += 1) {
    if (y % 8 === 0) near = near.filter((each) => each.y + FAR * each.module >= y);
    const end = 2 * firstRuns[y + 1];
    for (let i = 2 * firstRuns[y]; i + 5 < end; i += 2) {
      const [a, b, c] = [runs[i + 1] - runs[i], runs[i + 2] - runs[i + 1], runs[i + 3] - runs[i + 2]];
      if (c < a || c < b) continue;
      if (!isFinder(a, b, c, runs[i + 4] - runs[i + 3], runs[i + 5] - runs[i + 4])) continue;
      const middle = (runs[i + 2] + runs[i + 3]) / 2;
      const found = confirm(picture, Math.floor(middle) + 0.5, y + 0.5, runs[i + 5] - runs[i]);
      if (!found || isKnown(near, found)) continue;
      near.push(found);
      finders.push(found);
    }
  }
  return finders.sort((a, b) => b.seen - a.seen).slice(0, most);
}

/** How unlike the corners of a square three finders are, and which stands where; null for those that are none. */
function corner(a, b, c) {
  const sides = [[a, b, c], [b, c, a], [c, a, b]].map(([from, to, other]) => {
    return { other, ends: [from, to], length: Math.hypot(from.x - to.x, from.y - to.y) };
  });
  const { other: origin, ends } = sides.sort((one, two) => two.length - one.length)[0];
  const arms = ends.map(({ x, y }) => ({ x: x - origin.x, y: y - origin.y }));
  const lengths = arms.map(({ x, y }) => Math.hypot(x, y));
  const sine = (arms[0].x * arms[1].y - arms[0].y * arms[1].x) / (lengths[0] * lengths[1]);
  const modules = [a, b, c].map(({ module }) => module);
  const [smallest, largest] = [Math.min(...modules), Math.max(...modules)];
  const [short, long] = [Math.min(...lengths), Math.max(...lengths)];
  if (largest > 1.8 * smallest || long > 2 * short || Math.abs(sine) < 0.7) return null;
  if (short < 9 * smallest || long > 200 * largest) return null;
  const [right, below] = sine > 0 ? ends : [ends[1], ends[0]];
  const misfit = largest / smallest + long / short + 2 * (1 - Math.abs(sine)) - Math.min(a.seen, b.seen, c.seen) / 1000;
  return { origin, right, below, misfit };
}

/** Every three finders that may belong together, the likeliest first: {origin, right, below}. */
export function finderTriples(finders) {
  const triples = [];
  for (let i = 0; i < finders.length; i += 1) {
    for (let j = i + 1; j < finders.length; j += 1) {
      for (let k = j + 1; k < finders.length; k += 1) {
        const triple = corner(finders[i], finders[j], finders[k]);
        if (triple) triples.push(triple);
      }
    }
  }
  return triples.sort((a, b) => a.misfit - b.misfit);
}
