// Reads the Code 128 in a picture: lines across it in several slopes, each read both ways.

import { barTexts } from "./bars-text.js";

const SLOPES = [0, -8, 8, -16, 16].map((degrees) => Math.tan(degrees * Math.PI / 180));
const SPACING = 9;

/** Grey values along a line, each the mean of three pixels one above the other. */
function profile(picture, start, slope, values) {
  const { grey, width, height } = picture;
  let [first, count] = [-1, 0];
  for (let x = 0; x < width; x += 1) {
    const y = start + slope * x;
    const row = Math.floor(y);
    if (row < 1 || row + 2 >= height) continue;
    if (first < 0) first = x;
    const share = y - row;
    const at = row * width + x;
    values[count] = (grey[at - width] * (1 - share) + grey[at] + grey[at + width] + grey[at + 2 * width] * share) / 3;
    count += 1;
  }
  return { first, count };
}

/** Where dark and light change: halfway between neighbouring hills and valleys, the first change to dark. */
function edgesOf(values, count, edges) {
  let [low, high] = [255, 0];
  for (let i = 0; i < count; i += 1) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  const rise = Math.max(16, 0.14 * (high - low));
  let [found, isFalling, extreme, place] = [0, true, values[0], 0];
  let [lastExtreme, lastPlace] = [null, 0];
  const settle = () => {
    if (lastExtreme !== null) {
      const half = (lastExtreme + extreme) / 2;
      let at = lastPlace;
      while (at < place && (values[at + 1] > half) === (lastExtreme > half)) at += 1;
      const step = values[at + 1] - values[at];
      edges[found] = at + 0.5 + (step ? Math.max(0, Math.min(1, (half - values[at]) / step)) : 0.5);
      found += 1;
    }
    [lastExtreme, lastPlace] = [extreme, place];
  };
  // Until the first fall the line climbs: its highest value is the first hill.
  isFalling = false;
  for (let i = 1; i < count; i += 1) {
    const value = values[i];
    if (isFalling ? value <= extreme : value >= extreme) { [extreme, place] = [value, i]; continue; }
    if (Math.abs(value - extreme) < rise) continue;
    settle();
    isFalling = !isFalling;
    [extreme, place] = [value, i];
  }
  settle();
  return found;
}

/** Codes on one line: {text, ends}, the ends as [x, x] in the order they are read. */
function readLine(edges, found, length) {
  const places = [0, ...edges.subarray(0, found), length];
  const runs = places.slice(1).map((each, index) => each - places[index]);
  const codes = barTexts(runs).map(({ text, from, to }) => ({ text, ends: [places[from], places[to]] }));
  // Read from the other end, the line has to begin with light again.
  const back = runs.slice(0, runs.length & 1 ? runs.length : runs.length - 1).reverse();
  const last = back.length;
  for (const { text, from, to } of barTexts(back)) codes.push({ text, ends: [places[last - from], places[last - to]] });
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
  const codes = [];
  for (const slope of SLOPES) {
    const [from, to] = [Math.min(0, -slope * width), Math.max(height, height - slope * width)];
    for (let start = from + SPACING / 2; start < to; start += SPACING) {
      const { first, count } = profile(picture, start, slope, values);
      if (count < 80) continue;
      const found = edgesOf(values, count, edges);
      if (found < 24) continue;
      const point = (x) => ({ x: first + x, y: start + slope * (first + x) + 0.5 });
      for (const code of readLine(edges, found, count)) gather(codes, code, point);
    }
  }
  return codes.filter((code) => code.lines > 1 && !codes.some((other) => {
    return other.text !== code.text && 3 * other.lines > code.lines && overlap(code, other);
  })).map(({ text, first, last }) => ({ format: "code_128", text, corners: [...first, last[1], last[0]] }));
}
