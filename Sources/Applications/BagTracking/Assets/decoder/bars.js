// Reads the Code 128 in a picture: lines across it in several slopes, each read both ways.

import { barTexts } from "./bars-text.js";

const SLOPES = [0, -8, 8, -16, 16].map((degrees) => Math.tan(degrees * Math.PI / 180));
const SPACING = 9;
// What rises less from dark to light is noise.
const LEAST_RISE = 16;

// Grey values of a line are sums of three pixels, with this many binary places.
const PLACES = 16;
const WHOLE = 3 * (1 << PLACES);

/** Grey values along a line, each of three pixels one above the other: where they begin, how many, and their span. */
function profile({ grey, width, height }, start, slope, values) {
  const isInside = (y) => y >= 1 && y < height - 2;
  let first = 0;
  while (first < width && !isInside(start + slope * first)) first += 1;
  let end = first;
  while (end < width && isInside(start + slope * end)) end += 1;
  let [low, high] = [255 * WHOLE, 0];
  for (let x = first; x < end; x += 1) {
    const y = ((start + slope * x) * (1 << PLACES)) | 0;
    const at = (y >> PLACES) * width + x;
    const above = grey[at - width];
    const share = y & ((1 << PLACES) - 1);
    const value = ((above + grey[at] + grey[at + width]) << PLACES) + (grey[at + 2 * width] - above) * share;
    values[x - first] = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { first, count: end - first, span: high - low };
}

/** Hills and valleys in turn, by place; each is further from the last than a share of what the line spans. */
function turnsOf(values, count, span, turns) {
  const rise = Math.ceil(Math.max(LEAST_RISE * WHOLE, 0.14 * span));
  // Until the first fall the line climbs: its highest value is the first hill. A valley is a hill upside down.
  let [found, way, extreme, place] = [0, 1, values[0], 0];
  for (let i = 1; i < count; i += 1) {
    // Without branches, which with noise would be guessed wrong half of the time.
    const above = way * values[i] - extreme;
    const isTurn = (above + rise - 1) >>> 31;
    turns[found] = place;
    found += isTurn;
    way *= 1 - 2 * isTurn;
    const goesOn = ~(above >> 31) | -isTurn;
    extreme += (way * values[i] - extreme) & goesOn;
    place += (i - place) & goesOn;
  }
  turns[found] = place;
  return found + 1;
}

/**
 * Where dark and light change, the first change to dark: halfway between neighbouring hills and valleys. Before the changes
 * stands where the line begins, after them where it ends.
 */
function edgesOf(values, turns, last, edges) {
  for (let i = 0; i < last; i += 1) {
    const [from, to] = [values[turns[i]], values[turns[i + 1]]];
    const half = (from + to) / 2;
    const end = turns[i + 1];
    let at = turns[i];
    if (from > half) while (at < end && values[at + 1] > half) at += 1;
    else while (at < end && values[at + 1] <= half) at += 1;
    const step = values[at + 1] - values[at];
    edges[i + 1] = at + 0.5 + (step ? Math.max(0, Math.min(1, (half - values[at]) / step)) : 0.5);
  }
}

/** Codes on one line: {text, ends}, the ends as [x, x] in the order they are read. */
function readLine(edges, found, runs) {
  for (let i = 0; i <= found; i += 1) runs[i] = edges[i + 1] - edges[i];
  const codes = barTexts(runs, found + 1).map(({ text, from, to }) => ({ text, ends: [edges[from], edges[to]] }));
  // Read from the other end, the line has to begin with light again.
  const last = found & 1 ? found : found + 1;
  for (let i = 0; i < last; i += 1) runs[i] = edges[last - i] - edges[last - i - 1];
  for (const { text, from, to } of barTexts(runs, last)) codes.push({ text, ends: [edges[last - from], edges[last - to]] });
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
  const values = new Int32Array(width);
  const edges = new Float32Array(width + 1);
  const turns = new Int32Array(width);
  const runs = new Float64Array(width + 1);
  const codes = [];
  for (const slope of SLOPES) {
    const [from, to] = [Math.min(0, -slope * width), Math.max(height, height - slope * width)];
    for (let start = from + SPACING / 2; start < to; start += SPACING) {
      const { first, count, span } = profile(picture, start, slope, values);
      if (count < 80 || span < LEAST_RISE * WHOLE) continue;
      const found = turnsOf(values, count, span, turns) - 1;
      if (found < 24) continue;
      edges[found + 1] = count;
      edgesOf(values, turns, found, edges);
      const point = (x) => ({ x: first + x, y: start + slope * (first + x) + 0.5 });
      for (const code of readLine(edges, found, runs)) gather(codes, code, point);
    }
  }
  return codes.filter((code) => code.lines > 1 && !codes.some((other) => {
    return other.text !== code.text && 3 * other.lines > code.lines && overlap(code, other);
  })).map(({ text, first, last }) => ({ format: "code_128", text, corners: [...first, last[1], last[0]] }));
}
