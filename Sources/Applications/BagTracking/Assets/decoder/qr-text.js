// From the modules of a QR code to its text (ISO/IEC 18004).

import { GaloisField, mend } from "./reed-solomon.js";
import { alignmentPlaces, blocksOf } from "./qr-tables.js";

const FIELD = new GaloisField(0x11d);
const LEVELS = ["M", "L", "H", "Q"];
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MASKS = [
  (row, column) => (row + column) % 2, (row) => row % 2, (_, column) => column % 3, (row, column) => (row + column) % 3,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
  (row, column) => row * column % 2 + row * column % 3,
  (row, column) => (row * column % 2 + row * column % 3) % 2,
  (row, column) => ((row + column) % 2 + row * column % 3) % 2,
];

/** What is left of a polynomial over two elements, shifted by the generator's degree. */
function remainder(value, generator, degree) {
  let rest = value << degree;
  for (let bit = 31 - Math.clz32(rest); bit >= degree; bit = 31 - Math.clz32(rest)) rest ^= generator << (bit - degree);
  return (value << degree) | rest;
}

const bitsIn = (value) => {
  let [rest, count] = [value, 0];
  for (; rest; rest &= rest - 1) count += 1;
  return count;
};

const FORMATS_BY_WORD = Array.from({ length: 32 }, (_, value) => remainder(value, 0x537, 10) ^ 0x5412);
const VERSIONS_BY_WORD = Array.from({ length: 34 }, (_, index) => remainder(index + 7, 0x1f25, 12));

/** Which of `words` one of the copies read is nearest to, at most three bits off; -1 when none is. */
function nearest(words, copies) {
  let [best, least] = [-1, 4];
  for (const copy of copies) {
    words.forEach((word, index) => {
      const off = bitsIn(word ^ copy);
      if (off < least) [best, least] = [index, off];
    });
  }
  return best;
}

const wordAt = (modules, size, places) =>
  places.reduce((word, [row, column]) => (word << 1) | modules[row * size + column], 0);

/** The level of correction and the mask; null when neither copy can be read. */
function formatOf(modules, size) {
  const first = [];
  for (let i = 0; i < 6; i += 1) first.push([8, i]);
  first.push([8, 7], [8, 8], [7, 8]);
  for (let i = 5; i >= 0; i -= 1) first.push([i, 8]);
  const second = [];
  for (let i = 1; i <= 7; i += 1) second.push([size - i, 8]);
  for (let i = 8; i >= 1; i -= 1) second.push([8, size - i]);
  const value = nearest(FORMATS_BY_WORD, [wordAt(modules, size, first), wordAt(modules, size, second)]);
  return value < 0 ? null : { level: LEVELS[value >> 3], mask: value & 7 };
}

/** The version a code of 45 modules or more says it has; 0 when neither copy can be read. */
export function versionIn(modules, size) {
  const [first, second] = [[], []];
  for (let i = 17; i >= 0; i -= 1) {
    const [a, b] = [Math.floor(i / 3), size - 11 + i % 3];
    first.push([a, b]);
    second.push([b, a]);
  }
  return nearest(VERSIONS_BY_WORD, [wordAt(modules, size, first), wordAt(modules, size, second)]) + 7 || 0;
}

/** Which modules carry no data. */
function reserved(size) {
  const marks = new Uint8Array(size * size);
  const fill = (top, left, height, width) => {
    for (let row = top; row < top + height; row += 1) marks.fill(1, row * size + left, row * size + left + width);
  };
  const version = (size - 17) / 4;
  fill(0, 0, 9, 9); fill(0, size - 8, 9, 8); fill(size - 8, 0, 8, 9);
  fill(6, 0, 1, size); fill(0, 6, size, 1);
  const places = alignmentPlaces(version);
  const last = places.length - 1;
  places.forEach((row, j) => places.forEach((column, i) => {
    const isFinder = (i === 0 && (j === 0 || j === last)) || (i === last && j === 0);
    if (!isFinder) fill(row - 2, column - 2, 5, 5);
  }));
  if (version >= 7) { fill(0, size - 11, 6, 3); fill(size - 11, 0, 3, 6); }
  return marks;
}

/** The codewords in the order they stand in the code: two columns at a time, from the right, up and down. */
function codewordsOf(modules, size, mask) {
  const marks = reserved(size);
  const words = [];
  let [word, bits, isUp] = [0, 0, true];
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1;
    for (let i = 0; i < size; i += 1) {
      const row = isUp ? size - 1 - i : i;
      for (const column of [right, right - 1]) {
        const at = row * size + column;
        if (marks[at]) continue;
        word = (word << 1) | (modules[at] ^ (MASKS[mask](row, column) === 0 ? 1 : 0));
        bits += 1;
        if (bits === 8) { words.push(word); [word, bits] = [0, 0]; }
      }
    }
    isUp = !isUp;
  }
  return words;
}

/** The data of all blocks, mended; null when a block has too many errors. */
function dataOf(words, version, level) {
  const blocks = blocksOf(version, level, words.length);
  const contents = blocks.map(({ data, check }) => new Uint8Array(data + check));
  let next = 0;
  for (let i = 0; i < blocks.at(-1).data; i += 1) {
    blocks.forEach(({ data }, index) => { if (i < data) contents[index][i] = words[next++]; });
  }
  for (let i = 0; i < blocks[0].check; i += 1) {
    blocks.forEach(({ data }, index) => { contents[index][data + i] = words[next++]; });
  }
  // Small codes keep some of their check words for telling that they were misread (table 9).
  const spared = version === 1 ? { L: 3, M: 2, Q: 1, H: 1 }[level] : { "2L": 2, "3L": 1 }[`${version}${level}`] ?? 0;
  const bytes = [];
  for (const [index, { data, check }] of blocks.entries()) {
    if (mend(FIELD, contents[index], check, 0, (check - spared) >> 1) < 0) return null;
    bytes.push(...contents[index].subarray(0, data));
  }
  return bytes;
}

class BitReader {
  constructor(bytes) { Object.assign(this, { bytes, place: 0 }); }

  get left() { return this.bytes.length * 8 - this.place; }

  take(count) {
    if (count > this.left) throw new RangeError("The code ends within a character.");
    let value = 0;
    for (let i = 0; i < count; i += 1, this.place += 1) {
      value = (value << 1) | ((this.bytes[this.place >> 3] >> (7 - (this.place & 7))) & 1);
    }
    return value;
  }
}

function digits(bits, count) {
  let text = "";
  for (let left = count; left > 0; left -= 3) {
    const size = Math.min(3, left);
    const value = bits.take([0, 4, 7, 10][size]);
    if (value >= 10 ** size) throw new RangeError("Three digits are less than a thousand.");
    text += String(value).padStart(size, "0");
  }
  return text;
}

function letters(bits, count, isGS1) {
  let text = "";
  for (let left = count; left > 0; left -= 2) {
    const value = bits.take(left > 1 ? 11 : 6);
    if (value >= (left > 1 ? 2025 : 45)) throw new RangeError("There are 45 letters.");
    text += left > 1 ? LETTERS[Math.floor(value / 45)] + LETTERS[value % 45] : LETTERS[value];
  }
  // In GS1 codes % stands for the separator and %% for itself.
  return isGS1 ? text.replace(/%%?/g, (found) => (found === "%" ? "\u001D" : "%")) : text;
}

/** Text is UTF-8 where it can be, else Latin-1. */
export function textOfBytes(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return String.fromCharCode(...bytes);
  }
}

const LENGTHS = { 1: [10, 12, 14], 2: [9, 11, 13], 4: [8, 16, 16] };

/** The text of the data; null for what has no text here: Kanji, part of a set of codes. */
function textOf(bytes, version) {
  const bits = new BitReader(bytes);
  const class3 = version < 10 ? 0 : version < 27 ? 1 : 2;
  let [text, isGS1] = ["", false];
  let loose = [];
  const flush = () => { text += textOfBytes(loose); loose = []; };
  while (bits.left >= 4) {
    const mode = bits.take(4);
    if (mode === 0) break;
    if (mode === 7) {
      const lead = bits.take(8);
      if (lead >= 128) bits.take(lead >= 192 ? 16 : 8);
    } else if (mode === 5) {
      isGS1 = true;
      text = "]Q3";
    } else if (mode === 9) {
      bits.take(8);
    } else if (mode === 1 || mode === 2 || mode === 4) {
      const count = bits.take(LENGTHS[mode][class3]);
      if (mode === 4) for (let i = 0; i < count; i += 1) loose.push(bits.take(8));
      else { flush(); text += mode === 1 ? digits(bits, count) : letters(bits, count, isGS1); }
    } else {
      return null;
    }
  }
  flush();
  return text;
}

/** The text of a code whose modules were read; null when it cannot be. */
export function qrText(modules, size) {
  const format = formatOf(modules, size);
  if (!format) return null;
  const version = (size - 17) / 4;
  const data = dataOf(codewordsOf(modules, size, format.mask), version, format.level);
  if (!data) return null;
  try {
    return textOf(data, version) || null;
  } catch {
    return null;
  }
}
