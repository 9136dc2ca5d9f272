// Frames as a camera would see them: a printed code on a table, turned, tilted, out of focus, in bad light.

/** Numbers between 0 and 1, the same for every run of one seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

export const between = (next, low, high) => low + (high - low) * next();

/** A number around 0 with the spread 1. */
export function normal(next) {
  let sum = 0;
  for (let i = 0; i < 4; i += 1) sum += next();
  return (sum - 2) * Math.sqrt(3);
}

/** Codes from a fixture: "format "text"" and its modules, dark ones #. */
export function fixtures(source) {
  return source.split(/\n\n|\n(?=[a-z0-9_]+ ")/).map((part) => part.split("\n").filter((line) => line && !line.startsWith("# ")))
    .filter((lines) => lines.length > 1).map(([head, ...rows]) => {
      const space = head.indexOf(" ");
      const modules = rows.map((row) => Uint8Array.from(row, (each) => (each === "#" ? 1 : 0)));
      return { format: head.slice(0, space), text: JSON.parse(head.slice(space + 1)), modules };
    });
}

/** A label: its modules with a quiet zone, and how high a module is against its width. */
export function label({ format, modules }, quiet, height = 1) {
  const columns = modules[0].length;
  const rows = format === "code_128" ? height : modules.length;
  const dark = (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= columns || row >= rows) return 0;
    return modules[format === "code_128" ? 0 : row][column];
  };
  return { columns, rows, quiet, dark };
}

/** From a corner of the label's plane to the frame: turned by `angle`, tilted by `tip` and `lean` (per length of the code). */
function projection({ columns, rows }, { x, y, module, angle, tip = 0, lean = 0 }) {
  const size = Math.max(columns, rows) * module;
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  // From the frame back to the plane: undo the tilt, then the turn.
  return (u, v) => {
    const [a, b] = [(u - x) / size, (v - y) / size];
    const depth = 1 / (1 - tip * a - lean * b);
    const [p, q] = [a * depth * size, b * depth * size];
    return [(p * cosine + q * sine) / module + columns / 2, (q * cosine - p * sine) / module + rows / 2];
  };
}

/** A table with something on it, so that the code is not all there is. */
export function table(width, height, next) {
  const base = between(next, 90, 190);
  const grey = new Float32Array(width * height).fill(base);
  for (let i = 0; i < 12; i += 1) {
    const [left, top] = [Math.floor(next() * width), Math.floor(next() * height)];
    const [wide, high] = [Math.floor(between(next, 4, 120)), Math.floor(between(next, 2, 60))];
    const shade = between(next, 20, 240);
    for (let y = top; y < Math.min(height, top + high); y += 1) grey.fill(shade, y * width + left, y * width + Math.min(width, left + wide));
  }
  return grey;
}

/** Prints a label into the frame; each pixel is the mean of nine points. */
export function print(grey, width, height, sheet, pose, { ink = 25, paper = 225 } = {}) {
  const back = projection(sheet, pose);
  const { columns, rows, quiet, dark } = sheet;
  const reach = (Math.hypot(columns, rows) / 2 + quiet * 1.5) * pose.module * 1.7;
  const [left, right] = [Math.max(0, Math.floor(pose.x - reach)), Math.min(width, Math.ceil(pose.x + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(pose.y - reach)), Math.min(height, Math.ceil(pose.y + reach))];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      let [sum, count] = [0, 0];
      for (let i = 0; i < 9; i += 1) {
        const [column, row] = back(x + (i % 3 + 0.5) / 3, y + (Math.floor(i / 3) + 0.5) / 3);
        if (column < -quiet || row < -quiet || column > columns + quiet || row > rows + quiet) continue;
        sum += dark(column, row) ? ink : paper;
        count += 1;
      }
      if (count) grey[y * width + x] = (sum + (9 - count) * grey[y * width + x]) / 9;
    }
  }
}

/** Out of focus: each pixel the mean of those within `radius`, three times, which is nearly a bell. */
export function blur(grey, width, height, sigma) {
  if (sigma < 0.05) return grey;
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, each) => sum + each, 0);
  const pass = (from, step, limit, place) => {
    const to = new Float32Array(from.length);
    for (let at = 0; at < from.length; at += 1) {
      const here = place(at);
      let sum = 0;
      for (let i = -reach; i <= reach; i += 1) {
        sum += weights[i + reach] * from[at + step * (Math.min(limit - 1, Math.max(0, here + i)) - here)];
      }
      to[at] = sum / total;
    }
    return to;
  };
  const across = pass(grey, 1, width, (at) => at % width);
  return pass(across, width, height, (at) => Math.floor(at / width));
}

/** What the sensor makes of it: light that falls off to one side, noise, whole numbers. */
export function expose(grey, width, height, next, { noise = 0, shade = 0, light = 1 } = {}) {
  const turn = between(next, 0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(turn) / width, Math.sin(turn) / height];
  return Uint8Array.from(grey, (value, at) => {
    const side = (at % width - width / 2) * dx + (Math.floor(at / width) - height / 2) * dy;
    return Math.max(0, Math.min(255, Math.round(value * light * (1 + 2 * shade * side) + noise * normal(next))));
  });
}
