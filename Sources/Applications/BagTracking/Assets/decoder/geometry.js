// Points are {x, y}. A plane seen by a camera is a perspective of it; lines stay lines.

export const minus = (a, b) => ({ x: a.x - b.x, y: a.y - b.y });
export const along = (a, b, share) => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share });
export const cross = (a, b) => a.x * b.y - a.y * b.x;
// Math.hypot is ten times as slow, and guards against sizes no picture has.
export const distance = (a, b) => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);

/** Solves a square system of equations, each row with its right side last; null when it has no single solution. */
function solve(rows) {
  const size = rows.length;
  for (let step = 0; step < size; step += 1) {
    let best = step;
    for (let i = step + 1; i < size; i += 1) if (Math.abs(rows[i][step]) > Math.abs(rows[best][step])) best = i;
    if (Math.abs(rows[best][step]) < 1e-12) return null;
    [rows[step], rows[best]] = [rows[best], rows[step]];
    for (let i = 0; i < size; i += 1) {
      if (i === step) continue;
      const factor = rows[i][step] / rows[step][step];
      if (factor) for (let j = step; j <= size; j += 1) rows[i][j] -= factor * rows[step][j];
    }
  }
  return rows.map((row, index) => row[size] / row[index]);
}

/** From the plane of a symbol to the picture: (x, y) is where x and y times the factors, divided by the depth, say. */
export class Perspective {
  constructor(a, b, c, d, e, f, g, h) { Object.assign(this, { a, b, c, d, e, f, g, h }); }

  /** The one that fits `pairs` best, each {from, to, weight}; null for points on a line. */
  static fitting(pairs) {
    const unit = Math.max(...pairs.map(({ from }) => Math.max(Math.abs(from.x), Math.abs(from.y)))) || 1;
    const centre = { x: 0, y: 0 };
    for (const { to } of pairs) { centre.x += to.x / pairs.length; centre.y += to.y / pairs.length; }
    const scale = Math.max(...pairs.map(({ to }) => distance(to, centre))) || 1;
    const rows = Array.from({ length: 8 }, () => new Float64Array(9));
    const add = (row, value, weight) => {
      for (let i = 0; i < 8; i += 1) {
        if (!row[i]) continue;
        for (let j = 0; j < 8; j += 1) rows[i][j] += weight * row[i] * row[j];
        rows[i][8] += weight * row[i] * value;
      }
    };
    for (const { from, to, weight = 1 } of pairs) {
      const [x, y] = [from.x / unit, from.y / unit];
      const [u, v] = [(to.x - centre.x) / scale, (to.y - centre.y) / scale];
      add([x, y, 1, 0, 0, 0, -u * x, -u * y], u, weight);
      add([0, 0, 0, x, y, 1, -v * x, -v * y], v, weight);
    }
    const found = solve(rows);
    if (!found) return null;
    const [a, b, c, d, e, f, g, h] = found.map((each, index) => (index % 3 === 2 && index < 6 ? each : each / unit));
    const { x, y } = centre;
    return new Perspective(
      scale * a + x * g, scale * b + x * h, scale * c + x, scale * d + y * g, scale * e + y * h, scale * f + y, g, h);
  }

  /** The one that lays a square of `size` over four corners, clockwise from (0, 0); null for corners on a line. */
  static square(size, first, second, third, fourth) {
    const [right, below] = [minus(second, third), minus(fourth, third)];
    const rest = { x: first.x - second.x + third.x - fourth.x, y: first.y - second.y + third.y - fourth.y };
    const area = cross(right, below);
    if (Math.abs(area) < 1e-9) return null;
    const [g, h] = [cross(rest, below) / area, cross(right, rest) / area];
    return new Perspective(
      (second.x - first.x + g * second.x) / size, (fourth.x - first.x + h * fourth.x) / size, first.x,
      (second.y - first.y + g * second.y) / size, (fourth.y - first.y + h * fourth.y) / size, first.y,
      g / size, h / size);
  }

  point(x, y) {
    const depth = this.g * x + this.h * y + 1;
    return { x: (this.a * x + this.b * y + this.c) / depth, y: (this.d * x + this.e * y + this.f) / depth };
  }
}

/** The line through most of the points: {point, direction}; those far off are left out of a second fit. */
export function lineThrough(points, stray = 1) {
  const fit = (some) => {
    const point = { x: 0, y: 0 };
    for (const each of some) { point.x += each.x / some.length; point.y += each.y / some.length; }
    let [xx, xy, yy] = [0, 0, 0];
    for (const each of some) {
      const { x, y } = minus(each, point);
      xx += x * x; xy += x * y; yy += y * y;
    }
    const angle = Math.atan2(2 * xy, xx - yy) / 2;
    return { point, direction: { x: Math.cos(angle), y: Math.sin(angle) } };
  };
  let [line, kept] = [fit(points), points];
  for (let round = 0; round < 2; round += 1) {
    const off = (each) => Math.abs(cross(line.direction, minus(each, line.point)));
    const limit = Math.max(stray, 1.5 * kept.map(off).sort((a, b) => a - b)[kept.length >> 1]);
    kept = kept.filter((each) => off(each) <= limit);
    if (kept.length < 2) return line;
    line = fit(kept);
  }
  return line;
}

/** Where two lines meet; null when they run side by side. */
export function meeting(a, b) {
  const sine = cross(a.direction, b.direction);
  if (Math.abs(sine) < 0.05) return null;
  const share = cross(minus(b.point, a.point), b.direction) / sine;
  return { x: a.point.x + a.direction.x * share, y: a.point.y + a.direction.y * share };
}
