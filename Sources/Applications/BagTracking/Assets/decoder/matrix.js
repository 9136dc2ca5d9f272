// Reads the Data Matrix codes in a picture.

import { distance } from "./geometry.js";
import { cellsUnder, exactL, frames } from "./matrix-grid.js";
import { lShapes } from "./matrix-search.js";
import { matrixText } from "./matrix-text.js";

/** All Data Matrix codes: {format, text, corners}. */
export function readDataMatrix(picture) {
  const codes = [];
  for (const shape of lShapes(picture)) {
    if (codes.some(({ corners }) => corners.some((each) => distance(each, shape.corner) < 8))) continue;
    const exact = exactL(picture, shape);
    if (!exact) continue;
    for (const { frame, size } of frames(picture, exact)) {
      const found = cellsUnder(picture, frame, size);
      const text = found && matrixText(found.cells, found.inner, size);
      if (!text) continue;
      codes.push({ format: "data_matrix", text, corners: found.corners });
      break;
    }
  }
  return codes;
}
