// Frames for the decoder by number: the same number makes the same frame.

import { between, blur, expose, label, print, random, table } from "./frames.mjs";

const QUIET = { "qr_code": 4, "data_matrix": 2, "code_128": 10 };
// The smallest modules people are asked to hold before a camera, in pixels, and the largest.
const MODULES = { "qr_code": [2.5, 9], "data_matrix": [3, 12], "code_128": [2, 4] };

/** Where the label lies: in the frame as a whole, QR and Data Matrix any way round, Code 128 within 20 degrees. */
function pose(sheet, format, width, height, next) {
  const angle = format === "code_128" ? between(next, -20, 20) * Math.PI / 180 + (next() < 0.2 ? Math.PI : 0) : between(next, 0, 2 * Math.PI);
  const [tip, lean] = [between(next, -0.12, 0.12), between(next, -0.12, 0.12)];
  const [sine, cosine] = [Math.abs(Math.sin(angle)), Math.abs(Math.cos(angle))];
  const [wide, high] = [sheet.columns + 2 * sheet.quiet, sheet.rows + (format === "code_128" ? 4 : 2 * sheet.quiet)];
  const [across, down] = [1.14 * (wide * cosine + high * sine), 1.14 * (wide * sine + high * cosine)];
  const [least, most] = MODULES[format];
  const room = Math.min(width / across, height / down);
  const module = Math.min(room, between(next, least, Math.max(least, Math.min(most, room))));
  return {
    angle, tip, lean, module, fits: module >= least,
    x: between(next, across * module / 2, width - across * module / 2), y: between(next, down * module / 2, height - down * module / 2),
  };
}

/** One frame with one of the codes on it: {grey, expected, how}. */
export function scene(codes, number, width, height) {
  const next = random(number * 7919);
  for (;;) {
    const expected = codes[Math.floor(next() * codes.length)];
    const { format } = expected;
    const sheet = label(expected, QUIET[format], between(next, 30, 60));
    const place = pose(sheet, format, width, height, next);
    if (!place.fits) continue;
    const how = {
      module: place.module, angle: place.angle, focus: between(next, 0, 0.33) * place.module, noise: between(next, 0, 12),
      shade: between(next, 0, 0.35), light: between(next, 0.6, 1),
    };
    const grey = table(width, height, next);
    print(grey, width, height, sheet, place, { ink: between(next, 15, 60), paper: between(next, 180, 235) });
    return { grey: expose(blur(grey, width, height, how.focus), width, height, next, how), expected, how };
  }
}

/** A frame with no code on it: things, stripes, boards, letters of bars, noise. */
export function emptiness(number, width, height) {
  const next = random(number * 104729 + 1);
  const grey = table(width, height, next);
  const kind = number % 5;
  const [cell, slope] = [between(next, 3, 20), between(next, -1, 1)];
  for (let at = 0; kind && at < grey.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const [column, row] = [Math.floor((x + slope * y) / cell), Math.floor((y - slope * x) / cell)];
    if (kind === 1) grey[at] = column % 2 ? 30 : 220;
    if (kind === 2) grey[at] = (column + row) % 2 ? 30 : 220;
    if (kind === 3) grey[at] = Math.imul(column * 73856093 ^ row * 19349663 ^ number, 2654435761) >>> 31 ? 30 : 220;
    if (kind === 4) grey[at] = Math.imul(column * 73856093 ^ number, 2654435761) >>> 31 ? 30 : 220;
  }
  const focus = between(next, 0, 2);
  return expose(blur(grey, width, height, focus), width, height, next, { noise: between(next, 0, 25), shade: 0.3, light: between(next, 0.4, 1) });
}
