// A frame of the camera: grey values, and where dark ends and light begins around each point.

const BLOCK = 8;
// A neighbourhood with less contrast than this has nothing to read in it.
const FLAT = 20;

/** Smallest (`sign` -1) or largest (1) value within `radius` cells, along rows and then columns. */
function extremes(cells, columns, rows, radius, sign) {
  const sweep = (from, step, limit, placeOf) => {
    const to = new Float32Array(from.length);
    for (let at = 0; at < from.length; at += 1) {
      const place = placeOf(at);
      const first = at - Math.min(place, radius) * step;
      const last = at + Math.min(limit - 1 - place, radius) * step;
      let value = from[at];
      for (let i = first; i <= last; i += step) if (sign * from[i] > sign * value) value = from[i];
      to[at] = value;
    }
    return to;
  };
  const across = sweep(cells, 1, columns, (at) => at % columns);
  return sweep(across, columns, rows, (at) => Math.floor(at / columns));
}

/** The mean of each cell and its neighbours. */
function smoothed(cells, columns, rows) {
  return cells.map((_, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)];
    let [sum, count] = [0, 0];
    for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j += 1) {
      for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i += 1) {
        sum += cells[j * columns + i];
        count += 1;
      }
    }
    return sum / count;
  });
}

/** A grey picture with thresholds for its parts, each halfway between dark and light in its neighbourhood. */
export class Picture {
  constructor(grey, width, height) {
    Object.assign(this, { grey, width, height });
    this.columns = Math.ceil(width / BLOCK);
    this.rows = Math.ceil(height / BLOCK);
    this.relief = new Float32Array(width * height);
    this.dark = new Uint8Array(width * height);
    this.#compare(this.#thresholds());
  }

  /** Darkest and lightest of each block; means of four pixels, so that one speck does not count. */
  #ranges() {
    const { grey, width, height, columns, rows } = this;
    const low = new Float32Array(columns * rows).fill(255);
    const high = new Float32Array(columns * rows);
    for (let y = 0; y + 1 < height; y += 2) {
      const row = (y / BLOCK | 0) * columns;
      for (let x = 0; x + 1 < width; x += 2) {
        const at = y * width + x;
        const mean = (grey[at] + grey[at + 1] + grey[at + width] + grey[at + width + 1]) / 4;
        const block = row + (x / BLOCK | 0);
        if (mean < low[block]) low[block] = mean;
        if (mean > high[block]) high[block] = mean;
      }
    }
    return { low, high };
  }

  #thresholds() {
    const { columns, rows } = this;
    const { low, high } = this.#ranges();
    const sorted = { low: low.slice().sort(), high: high.slice().sort() };
    const darkest = sorted.low[Math.floor(low.length * 0.03)];
    const lightest = sorted.high[Math.floor(high.length * 0.97)];
    const flat = Math.max(FLAT, 0.15 * (lightest - darkest));
    const near = { low: extremes(low, columns, rows, 2, -1), high: extremes(high, columns, rows, 2, 1) };
    const wide = { low: extremes(low, columns, rows, 5, -1), high: extremes(high, columns, rows, 5, 1) };
    const cells = low.map((_, index) => {
      if (near.high[index] - near.low[index] >= flat) return (near.high[index] + near.low[index]) / 2;
      if (wide.high[index] - wide.low[index] >= flat) return (wide.high[index] + wide.low[index]) / 2;
      return (darkest + lightest) / 2;
    });
    return smoothed(cells, columns, rows);
  }

  /** Notes for each pixel how much lighter than its threshold it is, and whether it is dark. */
  #compare(thresholds) {
    const { grey, width, height, columns, rows, relief, dark } = this;
    const line = new Float32Array(columns);
    for (let y = 0; y < height; y += 1) {
      const place = Math.min(rows - 1, Math.max(0, (y + 0.5) / BLOCK - 0.5));
      const row = Math.min(place | 0, Math.max(0, rows - 2));
      const share = place - row;
      const below = rows > 1 ? columns : 0;
      for (let i = 0; i < columns; i += 1) {
        line[i] = thresholds[row * columns + i] * (1 - share) + thresholds[row * columns + below + i] * share;
      }
      for (let i = 0; i < columns; i += 1) {
        const before = line[Math.max(0, i - 1)];
        const after = line[Math.min(columns - 1, i + 1)];
        const end = Math.min(width, (i + 1) * BLOCK);
        for (let x = i * BLOCK; x < end; x += 1) {
          const offset = (x - i * BLOCK + 0.5) / BLOCK - 0.5;
          const limit = line[i] + (offset < 0 ? (line[i] - before) * offset : (after - line[i]) * offset);
          relief[y * width + x] = grey[y * width + x] - limit;
          dark[y * width + x] = grey[y * width + x] < limit ? 1 : 0;
        }
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
    return upper + (lower - upper) * below;
  }

  contains(x, y) { return x >= 0 && y >= 0 && x < this.width && y < this.height; }

  /** The same in half the size, which takes noise away. */
  get half() {
    const [width, height] = [this.width >> 1, this.height >> 1];
    const grey = new Uint8Array(width * height);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = 2 * y * this.width + 2 * x;
        const sum = this.grey[at] + this.grey[at + 1] + this.grey[at + this.width] + this.grey[at + this.width + 1];
        grey[y * width + x] = (sum + 2) >> 2;
      }
    }
    return new Picture(grey, width, height);
  }

  /** The same with each pixel the mean of nine. */
  get soft() {
    const { grey, width, height } = this;
    const result = grey.slice();
    for (let y = 1; y + 1 < height; y += 1) {
      for (let x = 1; x + 1 < width; x += 1) {
        const at = y * width + x;
        const beside = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width];
        const corners = grey[at - width - 1] + grey[at - width + 1] + grey[at + width - 1] + grey[at + width + 1];
        result[at] = (4 * grey[at] + 2 * beside + corners + 8) >> 4;
      }
    }
    return new Picture(result, width, height);
  }
}
