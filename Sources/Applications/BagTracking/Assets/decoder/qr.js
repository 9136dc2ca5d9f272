// Reads the QR codes in a picture.

import { finderPatterns, finderTriples } from "./qr-finders.js";
import { gridFor, modulesUnder, outline, sizesNear } from "./qr-grid.js";
import { qrText, versionIn } from "./qr-text.js";

// A frame full of squares is no reason to miss the next one.
const TRIPLES = 12;

function readSize(picture, rings, size) {
  for (const grid of gridFor(picture, rings, size)) {
    const found = modulesUnder(picture, grid, size);
    const text = found && qrText(found.modules, size);
    if (text) return { format: "qr_code", text, corners: found.corners };
  }
  return null;
}

/** The size a larger code says it has itself, read with the first guess; 0 when it says none. */
function statedSize(picture, rings, size) {
  if (size < 41) return 0;
  for (const each of sizesNear(size)) {
    const [grid] = gridFor(picture, rings, each);
    const found = grid && modulesUnder(picture, grid, each);
    const version = found && each >= 45 ? versionIn(found.modules, each) : 0;
    if (version >= 7) return 17 + 4 * version;
  }
  return 0;
}

function readTriple(picture, triple) {
  const found = outline(picture, triple);
  if (!found || found.size < 18 || found.size > 185) return null;
  const stated = statedSize(picture, found.rings, found.size);
  for (const size of stated ? [stated] : sizesNear(found.size)) {
    const code = readSize(picture, found.rings, size);
    if (code) return code;
  }
  return null;
}

/** All QR codes: {format, text, corners}. */
export function readQR(picture) {
  const codes = [];
  const used = new Set();
  let tries = 0;
  for (const triple of finderTriples(finderPatterns(picture))) {
    const parts = [triple.origin, triple.right, triple.below];
    if (parts.some((each) => used.has(each))) continue;
    if (tries === TRIPLES) break;
    tries += 1;
    const code = readTriple(picture, triple);
    if (!code) continue;
    parts.forEach((each) => used.add(each));
    codes.push(code);
  }
  return codes;
}
