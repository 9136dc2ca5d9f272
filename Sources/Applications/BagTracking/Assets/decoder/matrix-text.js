// From the cells of a Data Matrix code to its text (ISO/IEC 16022, ECC 200).

import { GaloisField, mend } from "./reed-solomon.js";
import { textOfBytes } from "./qr-text.js";

const PLANE = new GaloisField(0x12d);
// Codewords of data and of checks by size (table 7).
const CAPACITY = {
  10: [3, 5], 12: [5, 7], 14: [8, 10], 16: [12, 12], 18: [18, 14], 20: [22, 18], 22: [30, 20], 24: [36, 24], 26: [44, 28],
  32: [62, 36], 36: [86, 42], 40: [114, 48], 44: [144, 56], 48: [174, 68], 52: [204, 84],
};

// The eight cells of a codeword from its last one, and the four that go round a corner, as [row, column] with
// negative places counted from the far side (annex F).
const SHAPE = [[-2, -2], [-2, -1], [-1, -2], [-1, -1], [-1, 0], [0, -2], [0, -1], [0, 0]];
const ROUND = {
  first: [[-1, 0], [-1, 1], [-1, 2], [0, -2], [0, -1], [1, -1], [2, -1], [3, -1]],
  second: [[-3, 0], [-2, 0], [-1, 0], [0, -4], [0, -3], [0, -2], [0, -1], [1, -1]],
  third: [[-3, 0], [-2, 0], [-1, 0], [0, -2], [0, -1], [1, -1], [2, -1], [3, -1]],
  fourth: [[-1, 0], [-1, -1], [0, -3], [0, -2], [0, -1], [1, -3], [1, -2], [1, -1]],
};

/** The codewords in order, read along diagonals up and down. */
function wordsIn(cells, side) {
  const taken = new Uint8Array(side * side);
  const words = [];
  const read = (places) => {
    let word = 0;
    for (const [row, column] of places) {
      const at = (row < 0 ? row + side : row) * side + (column < 0 ? column + side : column);
      taken[at] = 1;
      word = (word << 1) | cells[at];
    }
    words.push(word);
  };
  const turn = 4 - ((side + 4) % 8);
  const shapeAt = (row, column) => SHAPE.map(([down, right]) => {
    let [y, x] = [row + down, column + right];
    if (y < 0) { y += side; x += turn; }
    if (x < 0) { x += side; y += turn; }
    return [y, x];
  });
  const isFree = (row, column) =>
    row >= 0 && column >= 0 && row < side && column < side && !taken[row * side + column];
  let [row, column] = [4, 0];
  while (row < side || column < side) {
    if (row === side && column === 0) read(ROUND.first);
    if (row === side - 2 && column === 0 && side % 4) read(ROUND.second);
    if (row === side - 2 && column === 0 && side % 8 === 4) read(ROUND.third);
    if (row === side + 4 && column === 2 && side % 8 === 0) read(ROUND.fourth);
    for (; row >= 0 && column < side; row -= 2, column += 2) if (isFree(row, column)) read(shapeAt(row, column));
    row += 1;
    column += 3;
    for (; row < side && column >= 0; row += 2, column -= 2) if (isFree(row, column)) read(shapeAt(row, column));
    row += 3;
    column += 1;
  }
  return words;
}

/** The data, mended; null when there are too many errors. The largest size has two blocks, their words in turn. */
function mendedWords(words, size) {
  const [data, check] = CAPACITY[size];
  if (words.length < data + check) return null;
  const blocks = size === 52 ? 2 : 1;
  const bytes = new Uint8Array(data);
  for (let block = 0; block < blocks; block += 1) {
    const content = Uint8Array.from({ length: (data + check) / blocks }, (_, index) => words[index * blocks + block]);
    if (mend(PLANE, content, check / blocks, 1) < 0) return null;
    for (let i = 0; i < data / blocks; i += 1) bytes[i * blocks + block] = content[i];
  }
  return bytes;
}

const SPECIAL = "!\"#$%&'()*+,-./:;<=>?@[\\]^_";
const SEPARATOR = "\u001D";
const C40 = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TEXT = " 0123456789abcdefghijklmnopqrstuvwxyz";
const TEXT_THIRD = "`ABCDEFGHIJKLMNOPQRSTUVWXYZ{|}~\u007F";

class Unreadable extends Error {}

/** Reads codewords one after the other. */
class Words {
  constructor(bytes) { Object.assign(this, { bytes, place: 0, out: [] }); }

  get left() { return this.bytes.length - this.place; }
  next() {
    if (!this.left) throw new Unreadable();
    return this.bytes[this.place++];
  }

  put(code) { this.out.push(code); }
  write(text) { for (const letter of text) this.out.push(letter.charCodeAt(0)); }
}

/** Plain characters; gives the next way of writing, or null at the end. */
function plain(words) {
  let upper = 0;
  while (words.left) {
    const word = words.next();
    if (word >= 1 && word <= 128) { words.put(word - 1 + upper); upper = 0; }
    else if (word === 129) return null;
    else if (word >= 130 && word <= 229) words.write(String(word - 130).padStart(2, "0"));
    else if (word === 232) words.write(words.place === 1 ? "]d2" : SEPARATOR);
    else if (word === 235) upper = 128;
    else if (word === 236 || word === 237) words.write(`[)>\u001E0${word - 231}${SEPARATOR}`);
    else if (word === 241) { if (words.next() > 127) words.next(); }
    else if (word in WAYS) return WAYS[word];
    else throw new Unreadable();
  }
  return null;
}

/** Three values of 40 in two codewords, until a codeword 254 or the end. */
function* triples(words) {
  while (words.left > 1) {
    const high = words.next();
    if (high === 254) return;
    const value = high * 256 + words.next() - 1;
    if (value < 0 || value >= 64000) throw new Unreadable();
    yield [Math.floor(value / 1600), Math.floor(value / 40) % 40, value % 40];
  }
  // A last single codeword is plain, and the sign that ends this way may stand before it.
  if (words.left === 1 && words.bytes[words.place] === 254) words.next();
}

function fortyValues(words, letters, third) {
  let [shift, upper] = [0, 0];
  const put = (code) => { words.put(code + upper); [shift, upper] = [0, 0]; };
  for (const values of triples(words)) {
    for (const value of values) {
      if (shift === 0 && value < 3) shift = value + 1;
      else if (shift === 0) put(letters.charCodeAt(value - 3));
      else if (shift === 1 && value < 32) put(value);
      else if (shift === 2 && value < 27) put(SPECIAL.charCodeAt(value));
      else if (shift === 2 && value === 27) { words.write(SEPARATOR); shift = 0; }
      else if (shift === 2 && value === 30) [shift, upper] = [0, 128];
      else if (shift === 3 && value < 32) put(third(value));
      else throw new Unreadable();
    }
  }
}

function x12(words) {
  for (const values of triples(words)) for (const value of values) words.write("\r*>"[value] ?? C40[value - 3]);
}

function edifact(words) {
  while (words.left > 2) {
    const [a, b, c] = [words.next(), words.next(), words.next()];
    const values = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    for (const [index, value] of values.entries()) {
      if (value === 31) {
        // The rest of the codeword in hand is empty; those after it are plain.
        words.place -= [2, 1, 0, 0][index];
        return;
      }
      words.put(value & 32 ? value : value | 64);
    }
  }
}

/** Bytes, hidden so that no long run of one colour comes about (annex B). */
function base256(words) {
  const next = () => {
    const place = words.place + 1;
    return (words.next() - (149 * place % 255 + 1) + 256) % 256;
  };
  const first = next();
  const count = first === 0 ? words.left : first < 250 ? first : 250 * (first - 249) + next();
  for (let i = 0; i < count; i += 1) words.put(next());
}

const WAYS = {
  230: (words) => fortyValues(words, C40, (value) => value + 96),
  231: base256,
  238: x12,
  239: (words) => fortyValues(words, TEXT, (value) => TEXT_THIRD.charCodeAt(value)),
  240: edifact,
};

/** The text of a symbol whose cells were read; null when it cannot be. */
export function matrixText(cells, inner, size) {
  const data = mendedWords(wordsIn(cells, inner), size);
  if (!data) return null;
  const words = new Words(data);
  try {
    for (let way = plain(words); way; way = plain(words)) way(words);
  } catch (problem) {
    if (problem instanceof Unreadable) return null;
    throw problem;
  }
  return textOfBytes(words.out) || null;
}
