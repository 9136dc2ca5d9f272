// Looks for the three finder patterns of QR codes: squares in squares, along any line 1:1:3:1:1.

/** How far five runs are from 1:1:3:1:1, in modules; Infinity when they are nothing like it. */
function misfit(a, b, c, d, e) {
  const module = (a + b + c + d + e) / 7;
  if (module < 1) return Infinity;
  const slack = module < 2.5 ? 0.9 : 0.65;
  const worst = Math.max(
    Math.abs(a / module - 1), Math.abs(b / module - 1), Math.abs(c / module - 3) / 2, Math.abs(d / module - 1),
    Math.abs(e / module - 1));
  return worst <= slack ? worst : Infinity;
}

/** The length of the five runs through a point along a step; null when they are no finder. */
function lengthThrough(picture, x, y, stepX, stepY, longest) {
  const runs = [0, 0, 0, 0, 0];
  for (const side of [-1, 1]) {
    let ring = 0;
    for (let i = side < 0 ? 0 : 1; ring < 3; i += 1) {
      if (i > longest) return null;
      const [column, row] = [x + side * i * stepX, y + side * i * stepY];
      if (!picture.contains(column, row)) break;
      const isDark = picture.isDark(column, row);
      if (isDark !== (ring !== 1)) ring += 1;
      if (ring < 3) runs[2 + side * ring] += 1;
    }
    if (ring < 2 || !runs[2 + side * 2]) return null;
  }
  return misfit(...runs) === Infinity ? null : runs.reduce((sum, each) => sum + each, 0);
}

/** Where the middle of a finder is along a step from a point inside its core, and how long the finder is there. */
function middleAlong(picture, x, y, stepX, stepY, longest) {
  const length = lengthThrough(picture, x, y, stepX, stepY, longest);
  if (!length) return null;
  let [back, forth] = [0, 0];
  while (picture.isDark(x - (back + 1) * stepX, y - (back + 1) * stepY)) back += 1;
  while (picture.isDark(x + (forth + 1) * stepX, y + (forth + 1) * stepY)) forth += 1;
  const shift = (forth - back) / 2;
  return { x: x + shift * stepX, y: y + shift * stepY, length };
}

/** Where dark and light change in a row, dark first. */
function changesIn(picture, y, changes) {
  const { dark, width } = picture;
  let [count, was] = [0, 0];
  for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
    if (dark[at] === was) continue;
    was = dark[at];
    changes[count] = x;
    count += 1;
  }
  changes[count] = width;
  return count + 1;
}

/** A finder around a place in a row that looks like one; null when columns and diagonals do not agree. */
function confirm(picture, x, y, length) {
  const down = middleAlong(picture, x, y, 0, 1, 2 * length);
  if (!down) return null;
  const across = middleAlong(picture, x, down.y, 1, 0, 2 * length);
  if (!across || Math.max(down.length, across.length) > 2 * Math.min(down.length, across.length)) return null;
  const isRound = (stepY) => lengthThrough(picture, across.x, down.y, 0.7071, 0.7071 * stepY, 2 * length);
  if (!isRound(1) && !isRound(-1)) return null;
  return { x: across.x, y: down.y, module: (down.length + across.length) / 14, seen: 1 };
}

function remember(finders, found) {
  for (const each of finders) {
    if (Math.hypot(each.x - found.x, each.y - found.y) > 2 * each.module) continue;
    each.x = (each.x * each.seen + found.x) / (each.seen + 1);
    each.y = (each.y * each.seen + found.y) / (each.seen + 1);
    each.module = (each.module * each.seen + found.module) / (each.seen + 1);
    each.seen += 1;
    return;
  }
  finders.push(found);
}

/** All finder patterns, those seen in most rows first: {x, y, module, seen}. */
export function finderPatterns(picture, most = 14) {
  const finders = [];
  const changes = new Int32Array(picture.width + 2);
  for (let y = 0; y < picture.height; y += 1) {
    const count = changesIn(picture, y, changes);
    for (let i = 0; i + 5 < count; i += 2) {
      const [a, b, c] = [changes[i + 1] - changes[i], changes[i + 2] - changes[i + 1], changes[i + 3] - changes[i + 2]];
      if (c < a || c < b) continue;
      if (misfit(a, b, c, changes[i + 4] - changes[i + 3], changes[i + 5] - changes[i + 4]) === Infinity) continue;
      const middle = (changes[i + 2] + changes[i + 3]) / 2;
      const found = confirm(picture, Math.floor(middle) + 0.5, y + 0.5, changes[i + 5] - changes[i]);
      if (found) remember(finders, found);
    }
  }
  return finders.sort((a, b) => b.seen - a.seen).slice(0, most);
}

/** How unlike the corners of a square three finders are, and which stands where; null for those that are none. */
function corner(a, b, c) {
  const sides = [[a, b, c], [b, c, a], [c, a, b]].map(([from, to, other]) => {
    return { other, ends: [from, to], length: Math.hypot(from.x - to.x, from.y - to.y) };
  });
  const { other: origin, ends } = sides.sort((one, two) => two.length - one.length)[0];
  const arms = ends.map(({ x, y }) => ({ x: x - origin.x, y: y - origin.y }));
  const lengths = arms.map(({ x, y }) => Math.hypot(x, y));
  const sine = (arms[0].x * arms[1].y - arms[0].y * arms[1].x) / (lengths[0] * lengths[1]);
  const modules = [a, b, c].map(({ module }) => module);
  const [smallest, largest] = [Math.min(...modules), Math.max(...modules)];
  const [short, long] = [Math.min(...lengths), Math.max(...lengths)];
  if (largest > 1.8 * smallest || long > 2 * short || Math.abs(sine) < 0.7) return null;
  if (short < 9 * smallest || long > 200 * largest) return null;
  const [right, below] = sine > 0 ? ends : [ends[1], ends[0]];
  const misfit = largest / smallest + long / short + 2 * (1 - Math.abs(sine)) - Math.min(a.seen, b.seen, c.seen) / 1000;
  return { origin, right, below, misfit };
}

/** Every three finders that may belong together, the likeliest first: {origin, right, below}. */
export function finderTriples(finders) {
  const triples = [];
  for (let i = 0; i < finders.length; i += 1) {
    for (let j = i + 1; j < finders.length; j += 1) {
      for (let k = j + 1; k < finders.length; k += 1) {
        const triple = corner(finders[i], finders[j], finders[k]);
        if (triple) triples.push(triple);
      }
    }
  }
  return triples.sort((a, b) => a.misfit - b.misfit);
}
