// Reads QR codes, Data Matrix and Code 128 in a grey frame, by the standards alone.

import { readBars } from "./bars.js";
import { readDataMatrix } from "./matrix.js";
import { Picture } from "./picture.js";
import { readQR } from "./qr.js";

/** The square codes of a picture, with the corners `scale` times as far out. */
function squares(picture, scale = 1) {
  return [...readQR(picture), ...readDataMatrix(picture)].map(({ corners, ...code }) => {
    return { ...code, corners: corners.map(({ x, y }) => ({ x: x * scale, y: y * scale })) };
  });
}

/**
 * The codes in a frame: {format, text, corners}; `format` as browsers name it, corners in pixels.
 * @param grey one byte for each pixel, row by row
 */
export function decode(grey, width, height) {
  if (width < 32 || height < 32) return [];
  const picture = new Picture(grey, width, height);
  const found = [...squares(picture), ...readBars(picture)];
  if (found.length) return found;
  const half = width < 128 || height < 128 ? [] : squares(picture.half, 2);
  return half.length ? half : squares(picture.soft);
}
