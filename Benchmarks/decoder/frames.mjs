// The kinds of frames that are measured. A frame is made by its number: the same number makes the same frame.

import { readFileSync } from "node:fs";

const tests = new URL("../../Tests/BagTrackingTests/Browser/", import.meta.url);
const { between, blur, expose, fixtures, label, print, random, table } = await import(new URL("support/frames.mjs", tests));
const { emptiness, scene } = await import(new URL("support/scenes.mjs", tests));

const codesOf = (name) => fixtures(readFileSync(new URL(`codes/${name}.txt`, tests), "utf8"));
// A code of more modules than this would not fit into every kind of frame.
const short = (codes) => codes.filter(({ modules }) => modules[0].length <= 150 && modules.length <= 41);
const CODES = { "QR": codesOf("qr"), "Data Matrix": codesOf("data-matrix"), "Code 128": codesOf("code-128") };
const QUIET = { "QR": 4, "Data Matrix": 2, "Code 128": 10 };

// Pixels of a module, tilt over the length of the code, blur in modules, and how dark and light the print is.
const HOW = {
  small: { module: [2, 2.8], tilt: 0.08, focus: [0, 0.25], ink: [20, 50], paper: [180, 230], noise: 6 },
  tilted: { module: [4, 5], tilt: 0.3, focus: [0, 0.25], ink: [20, 50], paper: [180, 230], noise: 6 },
  blurred: { module: [3, 4.5], tilt: 0.1, focus: [0.35, 0.6], ink: [20, 50], paper: [180, 230], noise: 4 },
  faint: { module: [3, 4.5], tilt: 0.1, focus: [0, 0.3], ink: [95, 115], paper: [140, 160], noise: 4 },
};

function hard(name, how, number, width, height) {
  const next = random(number * 15485863 + 7);
  const codes = short(CODES[name]);
  const expected = codes[Math.floor(next() * codes.length)];
  const sheet = label(expected, QUIET[name], between(next, 30, 60));
  const module = between(next, ...how.module);
  const reach = 0.6 * module * Math.hypot(sheet.columns, sheet.rows);
  const spread = (size) => between(next, Math.min(reach, size / 2), Math.max(size - reach, size / 2));
  const place = {
    module, x: spread(width), y: spread(height), tip: between(next, -how.tilt, how.tilt), lean: between(next, -how.tilt, how.tilt),
    angle: between(next, -1, 1) * (name === "Code 128" ? 0.3 : Math.PI),
  };
  const grey = table(width, height, next);
  print(grey, width, height, sheet, place, { ink: between(next, ...how.ink), paper: between(next, ...how.paper) });
  const soft = blur(grey, width, height, module * between(next, ...how.focus));
  const seen = { noise: between(next, 0, how.noise), shade: between(next, 0, 0.25), light: between(next, 0.7, 1) };
  return { grey: expose(soft, width, height, next, seen), expected };
}

function plain(number, width, height) {
  const next = random(number + 11);
  return expose(new Float32Array(width * height).fill(between(next, 20, 235)), width, height, next, { noise: 3 });
}

function noise(number, width, height) {
  const next = random(number + 12);
  return Uint8Array.from({ length: width * height }, () => 256 * next());
}

function gradient(number, width, height) {
  const next = random(number + 13);
  return expose(new Float32Array(width * height).fill(128), width, height, next, { noise: 4, shade: 0.8 });
}

/** What a page of small print looks like: words of strokes in lines. */
function words(number, width, height) {
  const next = random(number + 14);
  const grey = new Float32Array(width * height).fill(215);
  const tall = Math.round(between(next, 7, 16));
  for (let y = 10; y + tall < height; y += 2 * tall) {
    for (let x = 10; x + tall < width; x += Math.round(between(next, 2, 5))) {
      if (next() < 0.15) { x += tall; continue; }
      const [top, bottom] = next() < 0.3 ? [0, 2] : next() < 0.5 ? [tall - 2, tall] : [0, tall];
      const wide = bottom - top < tall ? 4 : 2;
      for (let j = y + top; j < y + bottom; j += 1) grey.fill(40, j * width + x, j * width + x + wide);
    }
  }
  return expose(blur(grey, width, height, between(next, 0, 1)), width, height, next, { noise: 5, shade: 0.2 });
}

const without = (make) => (number, width, height) => ({ grey: make(number, width, height), expected: null });
const EMPTY = ["things on a table", "stripes", "a chessboard", "squares at random", "bars at random"];

/** Every kind by its name: a function of number, width and height that gives {grey, expected}. */
export const KINDS = {
  "nothing: plain": without(plain),
  "nothing: noise": without(noise),
  "nothing: gradient": without(gradient),
  "nothing: small print": without(words),
  ...Object.fromEntries(EMPTY.map((name, kind) =>
    [`nothing: ${name}`, without((number, width, height) => emptiness(5 * number + kind, width, height))])),
  ...Object.fromEntries(Object.keys(CODES).flatMap((name) => [
    [name, (number, width, height) => scene(CODES[name], number, width, height)],
    ...Object.entries(HOW).map(([word, how]) =>
      [`${name}, ${word}`, (number, width, height) => hard(name, how, number, width, height)]),
  ])),
};
