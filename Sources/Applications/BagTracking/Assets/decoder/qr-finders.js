// Looks for the three finder patterns of QR codes: squares in squares, along any line 1:1:3:1:1.

import { distance } from "./geometry.js";

/** How far five runs are from 1:1:3:1:1, in modules; Infinity when they are nothing like it. */
function misfit(a, b, c, d, e) {
  const module = (a + b + c + d + e) / 7;
  if (module < 1) return Infinity;
  const slack = module < 2.5 ? 0.9 : 0.65;
  const worst = Math.max(
    Math.abs(a / module - 1), Math.abs(b / module - 1), Math.abs(c / module - 3) / 2, Math.abs(d / module - 1),
    Math.abs(e / module - 1));
  return worst <= slack ? worst : Infinity;
}

/** Puts into `rings` how long core, light ring and dark ring are on one side of a point in the core; false without such rings. */
function ringsBeside(picture, x, y, stepX, stepY, longest, rings) {
  const { dark, width, height } = picture;
  rings.fill(0);
  let ring = 0;
  for (let i = 0; ring < 3; i += 1) {
    if (i > longest) return false;
    const [column, row] = [x + i * stepX, y + i * stepY];
    if (column < 0 || row < 0 || column >= width || row >= height) break;
    if ((dark[(row | 0) * width + (column | 0)] === 1) !== (ring !== 1)) ring += 1;
    if (ring < 3) rings[ring] += 1;
  }
  return ring >= 2 && rings[2] > 0;
}

const [BEFORE, AFTER] = [new Int32Array(3), new Int32Array(3)];

/** The length of the five runs through a point along a step; null when they are no finder. */
function lengthThrough(picture, x, y, stepX, stepY, longest) {
  if (!ringsBeside(picture, x, y, -stepX, -stepY, longest, BEFORE)) return null;
  if (!ringsBeside(picture, x, y, stepX, stepY, longest, AFTER)) return null;
  // The point itself was counted on both sides.
  const core = BEFORE[0] + AFTER[0] - 1;
  if (misfit(BEFORE[2], BEFORE[1], core, AFTER[1], AFTER[2]) === Infinity) return null;
  return BEFORE[2] + BEFORE[1] + core + AFTER[1] + AFTER[2];
}

/** Where the middle of a finder is along a step from a point inside its core, and how long the finder is there. */
function middleAlong(picture, x, y, stepX, stepY, longest) {
  const length = lengthThrough(picture, x, y, stepX, stepY, longest);
  if (!length) return null;
  let [back, forth] = [0, 0];
  while (picture.isDark(x - (back + 1) * stepX, y - (back + 1) * stepY)) back += 1;
  while (picture.isDark(x + (forth + 1) * stepX, y + (forth + 1) * stepY)) forth += 1;
  const shift = (forth - back) / 2;
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

function remember(finders, found) {
  for (const each of finders) {
    const reach = 2 * each.module;
    if (Math.abs(each.y - found.y) > reach || distance(each, found) > reach) continue;
    each.x = (each.x * each.seen + found.x) / (each.seen + 1);
    each.y = (each.y * each.seen + found.y) / (each.seen + 1);
    each.module = (each.module * each.seen + found.module) / (each.seen + 1);
    each.seen += 1;
    return;
  }
  finders.push(found);
}

/** All finder patterns, those seen in most rows first: {x, y, module, seen}. */
export function finderPatterns(picture, most = 14) {
  const finders = [];
  const { runs, firstRuns, height } = picture;
  for (let y = 0; y < height; y += 1) {
    const end = 2 * firstRuns[y + 1];
    for (let i = 2 * firstRuns[y]; i + 5 < end; i += 2) {
      const [a, b, c] = [runs[i + 1] - runs[i], runs[i + 2] - runs[i + 1], runs[i + 3] - runs[i + 2]];
      if (c < a || c < b) continue;
      if (misfit(a, b, c, runs[i + 4] - runs[i + 3], runs[i + 5] - runs[i + 4]) === Infinity) continue;
      const middle = (runs[i + 2] + runs[i + 3]) / 2;
      const found = confirm(picture, Math.floor(middle) + 0.5, y + 0.5, runs[i + 5] - runs[i]);
      if (found) remember(finders, found);
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
