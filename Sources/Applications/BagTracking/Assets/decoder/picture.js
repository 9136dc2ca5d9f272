// A frame of the camera: grey values, and where dark ends and light begins around each point.

const BLOCK = 8;
// A neighbourhood with less contrast than this has nothing to read in it.
const FLAT = 20;
// One with less than this is a single shade, and what changes in it the noise of the sensor.
const NOISE = 12;
// Levels are whole numbers with this many binary places.
const FINE = 6;

// Kept from frame to frame, since new arrays of this size cost as much as to fill them.
const kept = new Map();

function room(Type, name, size) {
  if (kept.get(name)?.length !== size) kept.set(name, new Type(size));
  return kept.get(name);
}

/** Smallest (`sign` -1) or largest (1) value within `radius` cells, along rows and then columns. */
function extremes(cells, columns, rows, radius, sign) {
  const across = new Float32Array(cells.length);
  for (let y = 0; y < rows; y += 1) extremesAlong(cells, across, { start: y * columns, step: 1, limit: columns }, radius, sign);
  const found = new Float32Array(cells.length);
  for (let x = 0; x < columns; x += 1) extremesAlong(across, found, { start: x, step: columns, limit: rows }, radius, sign);
  return found;
}

function extremesAlong(from, to, { start, step, limit }, radius, sign) {
  for (let place = 0; place < limit; place += 1) {
    const last = Math.min(limit - 1, place + radius);
    let most = -Infinity;
    for (let i = Math.max(0, place - radius); i <= last; i += 1) {
      const value = sign * from[start + i * step];
      if (value > most) most = value;
    }
    to[start + place * step] = sign * most;
  }
}

/** The value that a share of these is below; they are quarters from 0 to 255. */
function quantile(quarters, share) {
  const counts = new Int32Array(4 * 255 + 1);
  for (let i = 0; i < quarters.length; i += 1) counts[4 * quarters[i]] += 1;
  let [value, left] = [0, Math.floor(quarters.length * share)];
  while (left >= counts[value]) { left -= counts[value]; value += 1; }
  return value / 4;
}

/** The mean of each cell and its neighbours. */
function smoothed(cells, columns, rows) {
  const means = new Float32Array(cells.length);
  for (let y = 0; y < rows; y += 1) {
    const [top, bottom] = [Math.max(0, y - 1), Math.min(rows - 1, y + 1)];
    for (let x = 0; x < columns; x += 1) {
      const [left, right] = [Math.max(0, x - 1), Math.min(columns - 1, x + 1)];
      let sum = 0;
      for (let j = top; j <= bottom; j += 1) for (let i = left; i <= right; i += 1) sum += cells[j * columns + i];
      means[y * columns + x] = sum / ((bottom - top + 1) * (right - left + 1));
    }
  }
  return means;
}

/**
 * A grey picture with thresholds for its parts, each halfway between dark and light in its neighbourhood. It lasts until
 * there is another of the same `name` and size.
 */
export class Picture {
  constructor(grey, width, height, name = "whole") {
    Object.assign(this, { grey, width, height });
    this.columns = Math.ceil(width / BLOCK);
    this.rows = Math.ceil(height / BLOCK);
    this.relief = room(Int16Array, `relief, ${name}`, width * height);
    this.dark = room(Uint8Array, `dark, ${name}`, width * height);
    // Where dark runs begin and end, in turn, and which run is the first of each row.
    this.runs = room(Int32Array, `runs, ${name}`, (width + 2) * height);
    this.firstRuns = room(Int32Array, `first runs, ${name}`, height + 1);
    this.#compare(this.#thresholds());
  }

  /** Darkest and lightest of each block; means of four pixels, so that one speck does not count. */
  #ranges() {
    const { grey, width, height, columns, rows } = this;
    const low = new Float32Array(columns * rows).fill(255);
    const high = new Float32Array(columns * rows);
    for (let y = 0; y + 1 < height; y += 2) {
      for (let column = 0; column < columns; column += 1) {
        let [least, most] = [4 * 255, 0];
        const end = Math.min(width - 1, (column + 1) * BLOCK);
        for (let x = column * BLOCK; x < end; x += 2) {
          const at = y * width + x;
          const sum = grey[at] + grey[at + 1] + grey[at + width] + grey[at + width + 1];
          if (sum < least) least = sum;
          if (sum > most) most = sum;
        }
        const block = (y / BLOCK | 0) * columns + column;
        if (least / 4 < low[block]) low[block] = least / 4;
        if (most / 4 > high[block]) high[block] = most / 4;
      }
    }
    return { low, high };
  }

  #thresholds() {
    const { columns, rows } = this;
    const { low, high } = this.#ranges();
    const [darkest, lightest] = [quantile(low, 0.03), quantile(high, 0.97)];
    const flat = Math.max(FLAT, 0.15 * (lightest - darkest));
    const near = { low: extremes(low, columns, rows, 2, -1), high: extremes(high, columns, rows, 2, 1) };
    // The extremes of extremes: five cells to each side.
    const wide = { low: extremes(near.low, columns, rows, 3, -1), high: extremes(near.high, columns, rows, 3, 1) };
    const middle = (darkest + lightest) / 2;
    const cells = low.map((_, index) => {
      if (near.high[index] - near.low[index] >= flat) return (near.high[index] + near.low[index]) / 2;
      const [least, most] = [wide.low[index], wide.high[index]];
      if (most - least >= flat) return (most + least) / 2;
      if (most - least >= NOISE) return middle;
      // A single shade that is not clearly dark is light: else each speck in it would be looked at.
      return most + NOISE < middle ? middle : Math.min(middle, least - NOISE);
    });
    return smoothed(cells, columns, rows);
  }

  /** Notes for each pixel how much lighter than its threshold it is, and whether it is dark; for each row, its dark runs. */
  #compare(thresholds) {
    const { grey, width, height, columns, rows, relief, dark, runs, firstRuns } = this;
    const line = new Float32Array(columns);
    const limits = new Int32Array(width);
    let edges = 0;
    for (let y = 0; y < height; y += 1) {
      const place = Math.min(rows - 1, Math.max(0, (y + 0.5) / BLOCK - 0.5));
      const row = Math.min(place | 0, Math.max(0, rows - 2));
      const share = place - row;
      const below = rows > 1 ? columns : 0;
      for (let i = 0; i < columns; i += 1) {
        line[i] = thresholds[row * columns + i] * (1 - share) + thresholds[row * columns + below + i] * share;
      }
      this.#limitsAlong(line, limits);
      let was = 0;
      for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
        const level = (grey[at] << FINE) - limits[x];
        const isDark = level >>> 31;
        relief[at] = level;
        dark[at] = isDark;
        // Written always and kept where there is an edge: with noise a branch would be guessed wrong half of the time.
        runs[edges] = x;
        edges += isDark ^ was;
        was = isDark;
      }
      if (was) { runs[edges] = width; edges += 1; }
      firstRuns[y + 1] = edges >> 1;
    }
  }

  /** From the thresholds in the middle of each block of a line to those of its pixels. */
  #limitsAlong(line, limits) {
    const { width, columns } = this;
    for (let i = 0; i < columns; i += 1) {
      const here = line[i];
      const rise = here - line[Math.max(0, i - 1)];
      const fall = line[Math.min(columns - 1, i + 1)] - here;
      const end = Math.min(width, (i + 1) * BLOCK);
      for (let x = i * BLOCK; x < end; x += 1) {
        const offset = (x - i * BLOCK + 0.5) / BLOCK - 0.5;
        limits[x] = Math.ceil((here + (offset < 0 ? rise : fall) * offset) * (1 << FINE));
      }
    }
  }

  /** Whether the pixel is dark; what lies outside is light. */
  isDark(x, y) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return false;
    return this.dark[row * this.width + column] === 1;
  }

  /** How much lighter than its threshold a point is, below zero for dark; the middle of the first pixel is (0.5, 0.5). */
  level(x, y) {
    const { relief, width, height } = this;
    const left = Math.min(width - 1.001, Math.max(0, x - 0.5));
    const top = Math.min(height - 1.001, Math.max(0, y - 0.5));
    const [column, row] = [left | 0, top | 0];
    const [right, below] = [left - column, top - row];
    const index = row * width + column;
    const upper = relief[index] + (relief[index + 1] - relief[index]) * right;
    const lower = relief[index + width] + (relief[index + width + 1] - relief[index + width]) * right;
    return (upper + (lower - upper) * below) / (1 << FINE);
  }

  contains(x, y) { return x >= 0 && y >= 0 && x < this.width && y < this.height; }

  /** The same in half the size, which takes noise away. */
  get half() {
    const [width, height] = [this.width >> 1, this.height >> 1];
    const grey = room(Uint8Array, "grey, half", width * height);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = 2 * y * this.width + 2 * x;
        const sum = this.grey[at] + this.grey[at + 1] + this.grey[at + this.width] + this.grey[at + this.width + 1];
        grey[y * width + x] = (sum + 2) >> 2;
      }
    }
    return new Picture(grey, width, height, "half");
  }

  /** The same with each pixel the mean of nine. */
  get soft() {
    const { grey, width, height } = this;
    const result = room(Uint8Array, "grey, soft", width * height);
    result.set(grey);
    for (let y = 1; y + 1 < height; y += 1) {
      const column = (at) => grey[at - width] + 2 * grey[at] + grey[at + width];
      let [before, here] = [column(y * width), column(y * width + 1)];
      for (let at = y * width + 1, end = (y + 1) * width - 1; at < end; at += 1) {
        const after = column(at + 1);
        result[at] = (before + 2 * here + after + 8) >> 4;
        [before, here] = [here, after];
      }
    }
    return new Picture(result, width, height, "soft");
  }
}
