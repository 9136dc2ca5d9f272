// Reads the Code 128 in a picture: lines across it in several slopes, each read both ways.

import { barTexts } from "./bars-text.js";

const SLOPES = [0, -8, 8, -16, 16].map((degrees) => Math.tan(degrees * Math.PI / 180));
const SPACING = 9;
// What rises less from dark to light is noise.
const LEAST_RISE = 16;

/** Grey values along a line, each the mean of three pixels one above the other: where they begin, how many, and their span. */
function profile({ grey, width, height }, start, slope, values) {
  const isInside = (y) => y >= 1 && y < height - 2;
  let first = 0;
  while (first < width && !isInside(start + slope * first)) first += 1;
  let [count, low, high] = [0, 255, 0];
  for (let x = first; x < width; x += 1) {
    const y = start + slope * x;
    if (!isInside(y)) break;
    const row = y | 0;
    const share = y - row;
    const at = row * width + x;
    const value = (grey[at - width] * (1 - share) + grey[at] + grey[at + width] + grey[at + 2 * width] * share) / 3;
    values[count] = value;
    count += 1;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { first, count, span: high - low };
}

/** Hills and valleys in turn, by place; each is further from the last than a share of what the line spans. */
function turnsOf(values, count, span, turns) {
  const rise = Math.max(LEAST_RISE, 0.14 * span);
  // Until the first fall the line climbs: its highest value is the first hill.
  let [found, isFalling, extreme, place] = [0, false, values[0], 0];
  for (let i = 1; i < count; i += 1) {
    const value = values[i];
    if (isFalling ? value > extreme : value < extreme) {
      if (Math.abs(value - extreme) < rise) continue;
      turns[found] = place;
      found += 1;
      isFalling = !isFalling;
    }
    extreme = value;
    place = i;
  }
  turns[found] = place;
  return found + 1;
}

/** Where dark and light change: halfway between neighbouring hills and valleys, the first change to dark. */
function edgesOf(values, turns, last, edges) {
  for (let i = 0; i < last; i += 1) {
    const [from, to] = [values[turns[i]], values[turns[i + 1]]];
    const half = (from + to) / 2;
    let at = turns[i];
    while (at < turns[i + 1] && (values[at + 1] > half) === (from > half)) at += 1;
    const step = values[at + 1] - values[at];
    edges[i] = at + 0.5 + (step ? Math.max(0, Math.min(1, (half - values[at]) / step)) : 0.5);
  }
}

/** Codes on one line: {text, ends}, the ends as [x, x] in the order they are read. */
function readLine(edges, found, length, runs) {
  const place = (index) => (index === 0 ? 0 : index > found ? length : edges[index - 1]);
  for (let i = 0; i <= found; i += 1) runs[i] = place(i + 1) - place(i);
  const codes = barTexts(runs, found + 1).map(({ text, from, to }) => ({ text, ends: [place(from), place(to)] }));
  // Read from the other end, the line has to begin with light again.
  const last = found & 1 ? found : found + 1;
  for (let i = 0, j = last - 1; i < j; i += 1, j -= 1) [runs[i], runs[j]] = [runs[j], runs[i]];
  for (const { text, from, to } of barTexts(runs, last)) codes.push({ text, ends: [place(last - from), place(last - to)] });
  return codes;
}

/** Whether two codes lie on one another, by the boxes around them. */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom + SPACING && b.top < a.bottom + SPACING;
}

function gather(codes, { text, ends }, point) {
  const [from, to] = ends.map(point);
  const here = { left: Math.min(from.x, to.x), right: Math.max(from.x, to.x), top: Math.min(from.y, to.y), bottom: Math.max(from.y, to.y) };
  const known = codes.find((each) => each.text === text && overlap(each, here));
  if (!known) {
    codes.push({ text, lines: 1, first: [from, to], last: [from, to], ...here });
    return;
  }
  known.lines += 1;
  if (from.y + to.y < known.first[0].y + known.first[1].y) known.first = [from, to];
  if (from.y + to.y > known.last[0].y + known.last[1].y) known.last = [from, to];
  known.left = Math.min(known.left, here.left);
  known.right = Math.max(known.right, here.right);
  known.top = Math.min(known.top, here.top);
  known.bottom = Math.max(known.bottom, here.bottom);
}

/** All Code 128: {format, text, corners}. Two lines must agree, and nothing else be read at the same place as often. */
export function readBars(picture) {
  const { width, height } = picture;
  const values = new Float32Array(width);
  const edges = new Float32Array(width);
  const turns = new Int32Array(width);
  const runs = new Float64Array(width + 1);
  const codes = [];
  for (const slope of SLOPES) {
    const [from, to] = [Math.min(0, -slope * width), Math.max(height, height - slope * width)];
    for (let start = from + SPACING / 2; start < to; start += SPACING) {
      const { first, count, span } = profile(picture, start, slope, values);
      if (count < 80 || span < LEAST_RISE) continue;
      const found = turnsOf(values, count, span, turns) - 1;
      if (found < 24) continue;
      edgesOf(values, turns, found, edges);
      const point = (x) => ({ x: first + x, y: start + slope * (first + x) + 0.5 });
      for (const code of readLine(edges, found, count, runs)) gather(codes, code, point);
    }
  }
  return codes.filter((code) => code.lines > 1 && !codes.some((other) => {
    return other.text !== code.text && 3 * other.lines > code.lines && overlap(code, other);
  })).map(({ text, first, last }) => ({ format: "code_128", text, corners: [...first, last[1], last[0]] }));
}
